"""The charts of a region's page: of one area, each series by its newest number, facts and plans apart."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Mark, Row, Scale
from edstats.codebook import read_table
from edstats.comparisons import newest_measures, newest_observations
from edstats.pages.headlines import best_measure
from edstats.pages.sections import STATUS_RANK, ChartBuilder
from edstats.pages.standing import others_like
from edstats.selection import preferred, unplaced
from edstats.teller import Teller
from edstats.wording import PlaceName

MOST_WORDS = 15  # of a title, so that it is read at a glance
SPENDING = "renovation_spending_per_school"


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    """Of measures or observations those that a title may be about: facts, and of these the whole before a group."""
    for wanted in (rows["status"] == "actual", rows["group"] == ""):
        chosen = rows[wanted.reindex(rows.index)]
        rows = chosen if len(chosen) else rows
    return rows


@dataclass(frozen=True)
class RegionCharts:
    """Draws the charts of a topic from the observations and measures of one territory."""

    teller: Teller
    territory: str

    @property
    def _builder(self) -> ChartBuilder:
        return ChartBuilder(self.teller)

    def of_topic(self, topic: str, rows: pd.DataFrame, measures: pd.DataFrame) -> list[Markup]:
        """The charts of a topic. ``rows``: the territory's observations of the topic, ``measures``: its measures."""
        rows, measures = self._alone(rows[rows["place"] == ""]), self._alone(measures)
        if topic == "small_rural":
            found = [self._network(measures), self._shares(topic, measures)]
        elif topic == "renovation":
            found = [*self._spending()]
        elif topic == "construction":
            found = [self._construction(rows)]
        elif topic in ("coverage", "safety"):
            found = [self._levels(topic, rows)]
        else:
            found = []
        return [chart for chart in found if chart]

    def _alone(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the territory as if it were a region: a former area is compared with nothing but itself."""
        return rows.assign(region=rows["territory"])

    def _identifier(self, name: str) -> str:
        """Name of a chart, with the area where that is not a region in its present borders."""
        return f"chart-{name}-{self.territory}".replace("+", "-") if "+" in self.territory else f"chart-{name}"

    def _subtitle(self, what: str) -> str:
        """What a chart shows, and the area that it is about."""
        return f"{what}, {self.teller.wording.name('territories', self.territory)}"

    def _newest(self, measures: pd.DataFrame, kind: list[str]) -> pd.DataFrame:
        return newest_measures(measures, self.teller.dataset.observations, self.teller.dataset.sources, kind)

    # --- schools -----------------------------------------------------------------------------------------------------

    def _network(self, measures: pd.DataFrame) -> Markup | None:
        """All schools as small, other rural and urban ones, where one source prints all three numbers exactly."""
        one = measures[(measures["pairing"] == "one source") & (measures["qualifier"] == "exact")]
        shares = self._newest(one[one["measure"] == "small_school_share"], [])
        of_rural = one[one["measure"] == "small_share_of_rural_schools"].drop_duplicates("numerator")
        shares = shares[shares["numerator"].isin(of_rural["numerator"])]
        if shares.empty:
            return None
        share = shares.iloc[0]
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

    def _shares(self, topic: str, measures: pd.DataFrame) -> Markup | None:
        percent = measures[measures["unit"] == "percent"]
        if percent.empty:
            return None
        shares = self._newest(percent, ["measure", "group", "works", "counted"])
        shares = shares[shares["use"] == "shown"].sort_index()
        if len(shares) < 2:
            return None
        labels = self.teller.measure_labels(shares)
        rows, others = [], []
        for label, (_, row) in zip(labels, shares.iterrows(), strict=True):
            fellows = self._fellows(row)
            rows.append(Row(label, (self._builder.mark(row, label),), others=tuple(fellows["value"])))
            others += [self._other_mark(label, fellow) for _, fellow in fellows.iterrows()]
        words = {
            "identifier": self._identifier(topic),
            "title": self._largest(shares, labels),
            "subtitle": self._subtitle(self._made_how(set(shares["pairing"].astype("str")), bool(others))),
        }
        return self._builder.dots(rows, words, others=others)

    def _largest(self, shares: pd.DataFrame, labels: list[str]) -> str:
        """The finding of a chart of shares: its largest fact, else its largest number."""
        row = _first(shares).sort_values("value", kind="stable").iloc[-1]
        value = f"{self._valued(row)} ({self.teller.when(row)})"
        return self.teller.wording.text("{what}: {value}", what=self.teller.measure(row), value=value)

    def _valued(self, row: pd.Series) -> str:
        """The number with its status, where it is no fact."""
        # In a title "planned then" is enough; the chart says what is known of the outcome.
        brief = self.teller.status_words(row).partition(";")[0]
        return ", ".join(filter(None, [self.teller.number(row), brief]))

    def _fellows(self, row: pd.Series) -> pd.DataFrame:
        """The numbers of other regions that the row may be set beside: none for a plan or a former area."""
        if str(row["status"]) != "actual" or "+" in self.territory:
            return self.teller.dataset.measures.head(0)
        others = others_like(self.teller, row)
        return others[others["qualifier"].isin(["exact", "about"])]  # a bound is no place on the axis

    def _other_mark(self, label: str, row: pd.Series) -> Mark:
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
        rows = self.teller.dataset.measures
        rows = rows[rows["measure"] == SPENDING]
        rows = self._newest(rows, ["works", "counted"])
        own, others = rows[rows["region"] == self.territory], rows[rows["use"] == "shown"]
        others = others[~others["region"].isin([self.territory, "KZ"])]
        first = best_measure(own)
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
        shown, best = own[own["use"] == "shown"], best_measure(own)
        assert best is not None  # the newest of every kind is shown
        sides = set(zip(shown["ahead"], shown["counted"].astype("str"), strict=True))
        like = [side in sides for side in zip(others["ahead"], others["counted"].astype("str"), strict=True)]
        drawn = pd.concat([shown, others[like]])
        # Facts first; plans are in no order with them. Within each the region itself, then the others by size.
        drawn = drawn.assign(plan=drawn["ahead"] != "done", other=drawn["region"] != self.territory)
        drawn = drawn.sort_values(["plan", "other", "value"], ascending=[True, True, False], kind="stable")
        chart_rows = []
        for _, row in drawn.iterrows():
            name = self.teller.area(row)
            same = (own["ahead"] == row["ahead"]) & (own["counted"] == row["counted"]) & (own["use"] != "shown")
            trail = () if row["other"] else tuple(own.loc[same, "value"])
            chart_rows.append(Row(name, (self._builder.mark(row, name, focus=not row["other"]),), trail))
        numbers = [mark.end for row in chart_rows for mark in row.marks] + [n for row in chart_rows for n in row.trail]
        value = self._valued(best)
        name = wording.name("works", works) if works else text("kind of works not said")
        parts = [text("Tenge of the year; filled: done, hollow: planned or under way")]
        parts += [text("ticks: older numbers")] if any(row.trail for row in chart_rows) else []
        parts += [text("grey: other regions, same works")] if drawn["other"].any() else []
        what = text("Spending per education facility") if best["counted"] == "facility" else text("Spending per school")
        words = {
            "identifier": self._identifier(f"spending-{works or 'unsaid'}"),
            "title": text("{what}, {works}: {value}", what=what, works=name, value=value),
            "subtitle": self._subtitle("; ".join(parts)),
        }
        return self._builder.dots(chart_rows, words, Scale(0, 1.05 * max(numbers) or 1, ((0, "0"),)))

    # --- construction, levels ----------------------------------------------------------------------------------------

    def _construction(self, rows: pd.DataFrame) -> Markup | None:
        schools = rows[(rows["indicator"] == "schools_built") & ~unplaced(rows)]
        if schools.empty:
            return None
        text = self.teller.wording.text
        schools = preferred(schools, self.teller.dataset.sources)
        ordered = schools.assign(rank=schools["status"].astype("str").map(STATUS_RANK))
        ordered = ordered.sort_values(["rank", "period_end", "value"], ascending=[True, False, True], kind="stable")
        marks = []
        for _, row in ordered.iterrows():
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
        part = ordered["programme"].isin(read_table("programmes")["programme"]) | (ordered["group"] != "")
        wide = ordered[part == part.groupby(ordered["rank"]).transform("min")]
        newest = wide.sort_values(["period_end", "period_start", "value"], ascending=False, kind="stable")
        newest = newest.drop_duplicates("rank").sort_values("rank", kind="stable")
        said = []
        for _, row in newest.iterrows():
            words = self.teller.status_words(row).partition(";")[0] or text("opened")
            details = f"{words}, {self.teller.when(row)}{self.teller.particulars(row)}"
            said.append(f"{self.teller.wording.value(row)} – {details}")
        both = text("New schools: {numbers}", numbers="; ".join(said[:2]))
        return both if len(both.split()) <= MOST_WORDS else text("New schools: {numbers}", numbers=said[0])

    def _levels(self, topic: str, rows: pd.DataFrame) -> Markup | None:
        """Levels beside targets and plans, for shares that the codebook knows as such."""
        kinds = read_table("indicators").set_index("indicator")["kind"]
        rows = rows[(rows["indicator"].astype("str").map(kinds) == "share") & (rows["unit"] == "percent")]
        series = ["indicator", "group", "programme"]
        shares = newest_observations(rows, self.teller.dataset.sources, series)
        shares = shares[shares["use"] == "shown"]
        if shares.empty:
            return None
        chart_rows = []
        for _, cell in shares.groupby([shares[column].astype("str") for column in series], sort=False):
            label = self.teller.indicator(cell.iloc[0])
            ordered = cell.sort_values("ahead", ascending=False)  # done, then ahead
            marks = tuple(self._builder.mark(row, label) for _, row in ordered.iterrows())
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
        row = _first(shares).sort_values("value", kind="stable").iloc[-1]
        value = f"{self._valued(row)} ({self.teller.when(row)})"
        return self.teller.wording.text("{what}: {value}", what=self.teller.indicator(row), value=value)
