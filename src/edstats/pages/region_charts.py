"""The charts of a region's page: of one area, each series by its newest number, facts and plans apart."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Mark, Row, Scale
from edstats.lookups import entries_of
from edstats.pages.headlines import best_measure
from edstats.pages.ranking import Ranking, with_use
from edstats.pages.sections import STATUS_RANK, ChartBuilder, of_topic
from edstats.pages.standing import Standings
from edstats.pages.views import SPENDING
from edstats.selection import SERIES_COLUMNS
from edstats.teller import Teller
from edstats.wording import PlaceName, Record

MOST_WORDS = 15  # of a title, so that it is read at a glance


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    """Of measures or observations those that a title may be about: facts, and of these the whole before a group."""
    for wanted in (rows["status"] == "actual", rows["group"] == ""):
        chosen = rows[wanted.reindex(rows.index)]
        rows = chosen if len(chosen) else rows
    return rows


@dataclass(frozen=True)
class RegionCharts:
    """Draws the charts of a topic from the rows of one territory, which to ``ranking`` is a region."""

    teller: Teller
    territory: str
    ranking: Ranking
    standings: Standings

    @property
    def _builder(self) -> ChartBuilder:
        return ChartBuilder(self.teller)

    def of_topic(self, topic: str) -> list[Markup]:
        """The charts of a topic."""
        if topic == "small_rural":
            found = [self._network(), self._shares(topic)]
        elif topic == "renovation":
            found = [*self._spending()]
        elif topic == "construction":
            found = [self._construction()]
        elif topic in ("coverage", "safety"):
            found = [self._levels(topic)]
        else:
            found = []
        return [chart for chart in found if chart]

    @cached_property
    def _measures(self) -> pd.DataFrame:
        return self.ranking.measures[self.ranking.measures["region"] == self.territory]

    def _identifier(self, name: str) -> str:
        """Name of a chart, with the area where that is not a region in its present borders."""
        return f"chart-{name}-{self.territory}".replace("+", "-") if "+" in self.territory else f"chart-{name}"

    def _subtitle(self, what: str) -> str:
        """What a chart shows, and the area that it is about."""
        return f"{what}, {self.teller.wording.name('territories', self.territory)}"

    # --- schools -----------------------------------------------------------------------------------------------------

    def _network(self) -> Markup | None:
        """All schools as small, other rural and urban ones, where one source prints all three numbers exactly."""
        one = self._measures[(self._measures["pairing"] == "one source") & (self._measures["qualifier"] == "exact")]
        shares = one[one["measure"] == "small_school_share"]
        of_rural = one[one["measure"] == "small_share_of_rural_schools"].drop_duplicates("numerator")
        shares = shares[shares["numerator"].isin(of_rural["numerator"])]
        if shares.empty:
            return None
        share = shares.iloc[0].to_dict()
        rural_figure = of_rural.set_index("numerator").at[share["numerator"], "denominator"]
        figures = [share["numerator"], rural_figure, share["denominator"]]
        small, rural, total = (float(self.teller.observation(figure)["value"]) for figure in figures)
        text, wording = self.teller.wording.text, self.teller.wording
        parts = [
            (text("Small schools"), small),
            (text("Other rural schools"), rural - small),
            (text("Urban schools"), total - rural),
        ]
        labelled = []
        for label, count in parts:
            share_of_all = wording.quantity(100 * count / total, "percent", 1)
            labelled.append((f"{label}: {wording.number(count, 0)} ({share_of_all})", count))
        value = self.teller.measure_value(share)
        time = self.teller.when(self.teller.observation(figures[0]))
        words = {
            "identifier": self._identifier("network"),
            "title": text("Small schools are {share} of all schools {region:in}", share=value, region=self._place),
            "subtitle": self._subtitle(text("Schools by kind, {time}", time=time)),
        }
        data = [(label, wording.quantity(count, "school", 0)) for label, count in parts]
        table = pd.DataFrame(parts, columns=["label", "value"]).assign(unit="school", figures=" ".join(figures))
        return charts.composition(labelled, self._builder.text(data, figures, words, table))

    def _shares(self, topic: str) -> Markup | None:
        measures = self._measures[self._measures["measure"].isin(of_topic("measures", topic))]
        shares = with_use(measures[measures["unit"] == "percent"], ["measure", "group", "works", "counted"])
        shares = shares[shares["use"] == "shown"].sort_index()
        if len(shares) < 2:
            return None
        measured = shares.to_dict("records")
        rows, others = [], []
        for label, row in zip(self.teller.measure_labels(measured), measured, strict=True):
            fellows = self._fellows(row)
            behind = tuple(fellow["value"] for fellow in fellows)
            rows.append(Row(label, (self._builder.mark(row, label),), others=behind))
            others += [self._other_mark(label, fellow) for fellow in fellows]
        words = {
            "identifier": self._identifier(topic),
            "title": self._largest(shares),
            "subtitle": self._subtitle(self._made_how(set(shares["pairing"].astype("str")), bool(others))),
        }
        return self._builder.dots(rows, words, others=others)

    def _largest(self, shares: pd.DataFrame) -> str:
        """The finding of a chart of shares: its largest fact, else its largest number."""
        row = _first(shares).sort_values("value", kind="stable").iloc[-1].to_dict()
        value = f"{self._valued(row)} ({self.teller.when(row)})"
        return self.teller.wording.text("{what}: {value}", what=self.teller.measure(row), value=value)

    def _valued(self, row: Record) -> str:
        """The number with its status, where it is no fact."""
        # In a title "planned then" is enough; the chart says what is known of the outcome.
        brief = self.teller.status_words(row).partition(";")[0]
        return ", ".join(filter(None, [self.teller.number(row), brief]))

    def _fellows(self, row: Record) -> list[Record]:
        """The numbers of other regions that the row may be set beside: none for a plan or a former area."""
        if row["status"] != "actual" or "+" in self.territory:
            return []
        # A bound is no place on the axis.
        return [other for other in self.standings.others_like(row) if other["qualifier"] in ("exact", "about")]

    def _other_mark(self, label: str, row: Record) -> Mark:
        """The mark of another region, for the chart's data."""
        region = self.teller.wording.name("regions", str(row["region"]))
        return self._builder.mark(row, f"{label}: {region}", focus=False)

    @property
    def _place(self) -> PlaceName:
        """The territory's name; a former area has no cases of its own, and borrows none."""
        wording = self.teller.wording
        return wording.place(self.territory) if "+" not in self.territory else wording.former_place(self.territory)

    def _made_how(self, pairings: set[str], compared: bool) -> str:
        """How the shares of a chart came to be, in words."""
        text = self.teller.wording.text
        names = {
            "one source": text("computed from counts of one source"),
            "two dates": text("computed from counts of two dates"),
            "two sources": text("computed from counts of two sources"),
            "as printed": text("printed as a share"),
        }
        ways = [names[way] for way in names if way in pairings]
        ways += [text("grey: other regions")] if compared else []
        return text("Percent; {ways}", ways="; ".join(ways))

    # --- money -------------------------------------------------------------------------------------------------------

    def _spending(self) -> list[Markup]:
        """Spending per school, a chart for each kind of works that the region reports; other regions' in grey."""
        if "+" in self.territory:
            return []  # a former area is set beside no region
        rows = with_use(self.ranking.measures[self.ranking.measures["measure"] == SPENDING], ["works", "counted"])
        own, others = rows[rows["region"] == self.territory], rows[rows["use"] == "shown"]
        others = others[~others["region"].isin([self.territory, "KZ"])]
        first = best_measure(own[own["use"] == "shown"].to_dict("records"))
        if first is None:
            return []
        # The kind of works that the headline is about stands first.
        kinds = dict.fromkeys([str(first["works"]), *own["works"].astype("str")])
        return [
            self._spending_on(works, own[own["works"] == works], others[others["works"] == works]) for works in kinds
        ]

    def _spending_on(self, works: str, own: pd.DataFrame, others: pd.DataFrame) -> Markup:
        """``own``: all numbers of the region for these works, ``others``: the newest of each other region."""
        wording, text = self.teller.wording, self.teller.wording.text
        shown = own[own["use"] == "shown"]
        best = best_measure(shown.to_dict("records"))
        assert best is not None  # the newest of every kind is shown
        sides = set(zip(shown["ahead"], shown["counted"].astype("str"), strict=True))
        like = [side in sides for side in zip(others["ahead"], others["counted"].astype("str"), strict=True)]
        drawn = pd.concat([shown, others[like]])
        # Facts first; plans are in no order with them. Within each the region itself, then the others by size.
        drawn = drawn.assign(plan=drawn["ahead"] != "done", other=drawn["region"] != self.territory)
        drawn = drawn.sort_values(["plan", "other", "value"], ascending=[True, True, False], kind="stable")
        chart_rows = []
        for row in drawn.to_dict("records"):
            name = self.teller.area(row)
            same = (own["ahead"] == row["ahead"]) & (own["counted"] == row["counted"]) & (own["use"] != "shown")
            trail = () if row["other"] else tuple(own.loc[same, "value"])
            chart_rows.append(Row(name, (self._builder.mark(row, name, focus=not row["other"]),), trail))
        numbers = [mark.end for row in chart_rows for mark in row.marks] + [n for row in chart_rows for n in row.trail]
        value = self._valued(best)
        name = wording.name("works", works) if works else text("kind of works not said")
        parts = [text("Tenge of the year; filled: done, hollow: planned or under way")]
        parts += [text("ticks: older and other numbers")] if any(row.trail for row in chart_rows) else []
        parts += [text("grey: other regions, same works")] if drawn["other"].any() else []
        what = text("Spending per education facility") if best["counted"] == "facility" else text("Spending per school")
        words = {
            "identifier": self._identifier(f"spending-{works or 'unsaid'}"),
            "title": text("{what}, {works}: {value}", what=what, works=name, value=value),
            "subtitle": self._subtitle("; ".join(parts)),
        }
        return self._builder.dots(chart_rows, words, Scale(0, 1.05 * max(numbers) or 1, ((0, "0"),)))

    # --- construction, levels ----------------------------------------------------------------------------------------

    def _construction(self) -> Markup | None:
        rows = self.ranking.first_hand
        schools = rows[(rows["region"] == self.territory) & (rows["indicator"] == "schools_built")]
        if schools.empty:
            return None
        text = self.teller.wording.text
        schools = schools.drop_duplicates(SERIES_COLUMNS).sort_index()
        ordered = schools.assign(rank=schools["status"].astype("str").map(STATUS_RANK))
        ordered = ordered.sort_values(["rank", "period_end", "value"], ascending=[True, False, True], kind="stable")
        marks = []
        for row in ordered.to_dict("records"):
            label = {"actual": text("Opened"), "started": text("Begun")}
            name = label.get(str(row["status"]), text("Planned")) + self.teller.particulars(row)
            marks.append(self._builder.mark(row, name))
        words = {
            "identifier": self._identifier("construction"),
            "title": self._built(ordered),
            "subtitle": self._subtitle(text("Schools; hollow: not opened yet. Bars may be parts of each other")),
        }
        return self._builder.bars(marks, words)

    def _built(self, ordered: pd.DataFrame) -> str:
        """The finding about new schools: the newest opened ones and the newest plan, of one time the largest number.

        A group or programme stands in, by name, only where nothing wider is reported of that status.
        """
        text = self.teller.wording.text
        part = ordered["programme"].isin([*entries_of("programmes", "programme")]) | (ordered["group"] != "")
        wide = ordered[part == part.groupby(ordered["rank"]).transform("min")]
        newest = wide.sort_values(["period_end", "period_start", "value"], ascending=False, kind="stable")
        newest = newest.drop_duplicates("rank").sort_values("rank", kind="stable")
        said = []
        for row in newest.to_dict("records"):
            words = self.teller.status_words(row).partition(";")[0] or text("opened")
            details = f"{words}, {self.teller.when(row)}{self.teller.particulars(row)}"
            said.append(f"{self.teller.wording.value(row)} – {details}")
        both = text("New schools: {numbers}", numbers="; ".join(said[:2]))
        return both if len(both.split()) <= MOST_WORDS else text("New schools: {numbers}", numbers=said[0])

    def _levels(self, topic: str) -> Markup | None:
        """Levels beside targets and plans, for shares that the codebook knows as such."""
        indicators = entries_of("indicators", "indicator")
        codes = [code for code in of_topic("indicators", topic) if indicators[code]["kind"] == "share"]
        rows = self.ranking.observations
        rows = rows[(rows["region"] == self.territory) & rows["indicator"].isin(codes) & (rows["unit"] == "percent")]
        series = ["indicator", "group", "programme"]
        shares = with_use(rows, series)
        shares = shares[shares["use"] == "shown"]
        if shares.empty:
            return None
        chart_rows = []
        for _, cell in shares.groupby([shares[column].astype("str") for column in series], sort=False):
            ordered = cell.sort_values("ahead", ascending=False).to_dict("records")  # done, then ahead
            label = self.teller.indicator(ordered[0])
            marks = tuple(self._builder.mark(row, label) for row in ordered)
            chart_rows.append(Row(label, marks, connected=len(marks) > 1))
        text = self.teller.wording.text
        hollow = set(shares["ahead"]) != {"done"}
        words = {
            "identifier": self._identifier(topic),
            "title": self._level(shares),
            "subtitle": self._subtitle(
                text("Percent; filled: reported level, hollow: target or plan") if hollow else text("Percent")
            ),
        }
        return self._builder.dots(chart_rows, words)

    def _level(self, shares: pd.DataFrame) -> str:
        """The finding about levels: the highest one, of the whole rather than of a group."""
        row = _first(shares).sort_values("value", kind="stable").iloc[-1].to_dict()
        value = f"{self._valued(row)} ({self.teller.when(row)})"
        return self.teller.wording.text("{what}: {value}", what=self.teller.indicator(row), value=value)
