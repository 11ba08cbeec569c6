"""The page of one region: what is reported about its schools, what is not, and what contradicts itself."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Row
from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.pages.parameters import Parameters
from edstats.pages.sections import STATUS_RANK, ChartBuilder, measure_figures, method, paragraph, section
from edstats.selection import preferred
from edstats.tables import Html, Teller, figures_table, findings_list, measures_table, sources_list
from edstats.totals import applies
from edstats.wording import Wording

HEADLINES = 6


@dataclass(frozen=True)
class RegionPage:
    """Parts of a region's page, in the order in which the notebook shows them."""

    dataset: Dataset
    region: str
    wording: Wording

    @classmethod
    def open(cls, parameters: Parameters) -> "RegionPage":
        """The page that the parameters ask for. Raises ``UnknownParameter`` when nothing was published by then."""
        return cls(parameters.load(), parameters.region, parameters.wording)

    @property
    def _teller(self) -> Teller:
        rows = self._observations
        return Teller(self.dataset, self.wording, frozenset(rows["figure_id"]), frozenset(rows["source"].astype("str")))

    @property
    def _charts(self) -> ChartBuilder:
        return ChartBuilder(self._teller)

    @property
    def _observations(self) -> pd.DataFrame:
        rows = self.dataset.observations
        return rows[rows["region"] == self.region]

    @property
    def _territories(self) -> list[str]:
        """The region in its present borders first, then the larger areas that its code stood for."""
        territories = self._observations["territory"].astype("str").unique()
        return [self.region, *sorted(territory for territory in territories if territory != self.region)]

    def _measures(self, territory: str) -> pd.DataFrame:
        rows = self.dataset.measures
        return rows[(rows["region"] == self.region) & (rows["territory"] == territory)]

    def lead(self) -> Html:
        """How much the page is made of, and what its numbers are."""
        text = self.wording.text
        rows = self._observations
        figures = self.wording.plural("{count} figure", "{count} figures", len(rows))
        sources = self.wording.plural("{count} source", "{count} sources", rows["source"].nunique())
        made_of = text(
            "{figures} on {region} from {sources}, published up to {day}.",
            figures=figures,
            region=self.wording.name("regions", self.region),
            sources=sources,
            day=self.wording.day(self.dataset.as_of),
        )
        promise = text(
            "Numbers stand as officials and news media reported them; each is linked to its row, with source and date."
        )
        return Html(paragraph(f"{made_of} {promise}", "lead"))

    # --- headlines ---------------------------------------------------------------------------------------------------

    def headlines(self) -> Html:
        """At most six figures that readers look for first."""
        items = self._headline_items(self.region)[:HEADLINES]
        if not items:
            note = self.wording.text("Nothing is reported for the region in its present borders.")
            parts = [paragraph(note, "not-reported")]
            if self._territories[1:]:
                before = self.wording.text("Figures of the larger region before it was divided")
                parts.append(Markup('<p><a href="#before-the-split">{}</a></p>').format(before))
            return section("headlines", self.wording.text("At a glance"), *parts)
        listed = Markup('<ul class="headlines">{}</ul>').format(Markup("").join(items))
        return section("headlines", self.wording.text("At a glance"), listed)

    def _headline_items(self, territory: str) -> list[Markup]:
        measures = self._measures(territory).assign(kind="measure")
        observations = preferred(
            self._observations.query("territory == @territory and place == ''"), self.dataset.sources
        )
        # A part of a total (a programme, a group) makes no headline where only the whole is meant.
        whole = observations[(observations["group"] == "") & (observations["share_of"] == "")].assign(kind="indicator")
        ranked = []
        for kind, rows in (("measure", measures), ("indicator", whole)):
            ranks = read_table(f"{kind}s").set_index(kind)["headline"]
            ranks = ranks[ranks != ""].astype("int")
            known = rows[rows[kind].isin(ranks.index)]
            ranked += [
                (ranks[str(row[kind])], STATUS_RANK[str(row["status"])], -row["period_end"].value, row)
                for _, row in known.iterrows()
            ]
        ranked.sort(key=lambda entry: entry[:3])
        best = {rank: row for rank, _, _, row in reversed(ranked)}
        return [self._headline(best[rank]) for rank in sorted(best)]

    def _headline(self, row: pd.Series) -> Markup:
        teller = self._teller
        if row["kind"] == "measure":
            value, label, source = teller.measure_value(row), teller.measure(row), teller.made_of(row)
            dated = teller.observation(row["numerator"])
        else:
            value, label, dated = self.wording.value(row), teller.indicator(row), row
            source = teller.figure_link(row["figure_id"]) + Markup(" · ") + teller.source_link(str(row["source"]))
        return Markup(
            '<li class="headline"><span class="value">{}</span> <span class="label">{}</span> '
            '<span class="when">{} {}</span> <span class="source">{}: {}</span></li>'
        ).format(value, label, teller.when(dated), teller.status(row), self.wording.text("From"), source)

    # --- topics ------------------------------------------------------------------------------------------------------

    def topic(self, topic: str) -> Html:
        """One topic: charts, what follows from the figures, the figures, and what is not reported."""
        return section(topic, self.wording.name("topics", topic), *self._topic_parts(topic, self.region))

    def other_topics(self) -> Html:
        """The topics that only some regions report on, left out where nothing is reported."""
        sections = [
            section(topic, self.wording.name("topics", topic), *self._topic_parts(topic, self.region)).text
            for topic in ("budget", "other")
            if not self._of_topic(topic, self.region).empty
        ]
        return Html(Markup("").join(sections))

    def older_territories(self) -> Html:
        """Figures of the larger area before the region was divided, under a heading of its own."""
        parts = []
        for territory in self._territories[1:]:
            note = self.wording.text(
                "These figures are about the area before it was divided. "
                "They are not set beside figures of the present region."
            )
            body = [paragraph(note)]
            for topic in read_table("topics")["topic"]:
                if not self._of_topic(topic, territory).empty:
                    body.append(Markup("<h3>{}</h3>").format(self.wording.name("topics", topic)))
                    body += self._topic_parts(topic, territory)
            parts.append(section("before-the-split", self.wording.name("territories", territory), *body).text)
        return Html(Markup("").join(parts))

    def _of_topic(self, topic: str, territory: str) -> pd.DataFrame:
        codes = read_table("indicators").query("topic == @topic")["indicator"]
        rows = self._observations.query("territory == @territory")
        return rows[rows["indicator"].isin(codes)]

    def _topic_parts(self, topic: str, territory: str) -> list[Markup]:
        rows = self._of_topic(topic, territory)
        codes = read_table("measures").query("topic == @topic")["measure"]
        measures = self._measures(territory)
        measures = measures[measures["measure"].isin(codes)]
        parts = [chart for chart in self._topic_charts(topic, rows, measures) if chart]
        name = self.wording.name("topics", topic)
        if not measures.empty:
            caption = self.wording.text("{topic}: what follows from the figures", topic=name)
            parts.append(measures_table(self._teller, measures, caption))
        if not rows.empty:
            caption = self.wording.text("{topic}: figures as reported", topic=name)
            parts.append(figures_table(self._teller, rows, caption, anchors=False))
        return [*parts, *self._gaps(topic, rows, territory)]

    def _gaps(self, topic: str, rows: pd.DataFrame, territory: str) -> list[Markup]:
        """What a reader would look for and does not find, in words."""
        expected = read_table("indicators").query("topic == @topic and expected == 'yes'")["indicator"]
        if territory != self.region:
            return []
        missing = [code for code in expected if code not in set(rows["indicator"])]
        applying = [code for code in missing if applies(code, self.region)]
        outside = [code for code in missing if code not in applying]
        parts = []
        if applying:
            parts.append(self.wording.text("Not reported: {indicators}.", indicators=self._listed(applying)))
        if outside:
            parts.append(
                self.wording.text("Does not apply to this city: {indicators}.", indicators=self._listed(outside))
            )
        return [paragraph(part, "not-reported") for part in parts]

    def _listed(self, indicators: list[str]) -> str:
        return "; ".join(self.wording.name("indicators", code) for code in indicators)

    # --- charts ------------------------------------------------------------------------------------------------------

    def _topic_charts(self, topic: str, rows: pd.DataFrame, measures: pd.DataFrame) -> list[Markup | None]:
        if topic == "small_rural":
            return [self._network_chart(measures), self._shares_chart(topic, measures)]
        if topic == "renovation":
            return [self._spending_chart(measures)]
        if topic == "construction":
            return [self._construction_chart(rows)]
        if topic in ("coverage", "safety"):
            return [self._levels_chart(topic, rows)]
        return []

    def _subtitle(self, what: str, rows: pd.DataFrame) -> str:
        """What a chart shows, and the area that its rows are about."""
        return f"{what}, {self.wording.name('territories', str(rows['territory'].iloc[0]))}"

    def _network_chart(self, measures: pd.DataFrame) -> Markup | None:
        """All schools as small, other rural and urban ones, where one source prints all three numbers."""
        share = measures.query("measure == 'small_school_share' and pairing == 'one source'")
        of_rural = measures.query("measure == 'small_share_of_rural_schools' and pairing == 'one source'")
        if len(share) != 1 or len(of_rural) != 1 or set(share["numerator"]) != set(of_rural["numerator"]):
            return None
        figures = [share["numerator"].iloc[0], of_rural["denominator"].iloc[0], share["denominator"].iloc[0]]
        small, rural, total = (float(self._teller.observation(figure)["value"]) for figure in figures)
        text = self.wording.text
        parts = [
            (text("Small schools"), small),
            (text("Other rural schools"), rural - small),
            (text("Urban schools"), total - rural),
        ]
        labelled = []
        for label, count in parts:
            share_of_all = self.wording.quantity(100 * count / total, "percent", 1)
            labelled.append((f"{label}: {self.wording.number(count, 0)} ({share_of_all})", count))
        value = self._teller.measure_value(share.iloc[0])
        time = self._teller.when(self._teller.observation(figures[0]))
        words = {
            "identifier": "chart-network",
            "title": text("Small schools are {share} of all schools", share=value),
            "subtitle": self._subtitle(text("Schools by kind, {time}", time=time), share),
        }
        data = [(label, self.wording.quantity(value, "school", 0)) for label, value in parts]
        return charts.composition(labelled, self._charts.text(data, figures, words))

    def _shares_chart(self, topic: str, measures: pd.DataFrame) -> Markup | None:
        shares = measures[measures["unit"] == "percent"]
        if len(shares) < 2:
            return None
        marks = [self._charts.measure_mark(row, self._teller.measure(row)) for _, row in shares.iterrows()]
        words = {
            "identifier": f"chart-{topic}",
            "title": self.wording.text("Shares that follow from the reported numbers"),
            "subtitle": self._subtitle(self.wording.text("Percent, computed from counts of one source"), shares),
        }
        return self._charts.dots([Row(mark.label, (mark,)) for mark in marks], measure_figures(shares), words)

    def _spending_chart(self, measures: pd.DataFrame) -> Markup | None:
        """Spending per school of the region, the other regions' beside it in grey."""
        own = measures[measures["measure"] == "renovation_spending_per_school"]
        if own.empty:
            return None
        rows = self.dataset.measures.query("measure == 'renovation_spending_per_school'")
        rows = rows[rows["region"].astype("str") == rows["territory"].astype("str")]
        rows = rows.sort_values("value", ascending=False)
        marks = []
        for _, row in rows.iterrows():
            name = self.wording.name("regions", str(row["region"]))
            works = self.wording.name("works", str(row["works"])) if str(row["works"]) else ""
            focus = str(row["region"]) == self.region
            marks.append(self._charts.measure_mark(row, ", ".join(filter(None, [name, works])), focus))
        words = {
            "identifier": "chart-renovation",
            "title": self.wording.text(
                "Renovation spending per school: {value}", value=self._teller.measure_value(own.iloc[0])
            ),
            "subtitle": self.wording.text(
                "Reported spending divided by reported schools, tenge of the year, by region"
            ),
        }
        return self._charts.bars(marks, measure_figures(own), words)

    def _construction_chart(self, rows: pd.DataFrame) -> Markup | None:
        schools = rows[(rows["indicator"] == "schools_built") & (rows["place"] == "")]
        if schools.empty:
            return None
        ordered = schools.assign(rank=schools["status"].astype("str").map(STATUS_RANK)).sort_values(["rank", "value"])
        marks = []
        for _, row in ordered.iterrows():
            label = {"actual": self.wording.text("Opened"), "started": self.wording.text("Begun")}
            name = label.get(str(row["status"]), self.wording.text("Planned"))
            if row["note"]:
                name = f"{name} – {row['note']}"
            marks.append(self._charts.observation_mark(row, name))
        words = {
            "identifier": "chart-construction",
            "title": self.wording.text("New schools: what is opened, begun and planned"),
            "subtitle": self._subtitle(
                self.wording.text("Schools; hollow: not opened yet. Bars may be parts of each other"), schools
            ),
        }
        return self._charts.bars(marks, list(ordered["figure_id"]), words)

    def _levels_chart(self, topic: str, rows: pd.DataFrame) -> Markup | None:
        """Levels beside targets and plans, for shares that the codebook knows as such."""
        kinds = read_table("indicators").set_index("indicator")["kind"]
        shares = rows[(rows["indicator"].astype("str").map(kinds) == "share") & (rows["unit"] == "percent")]
        if shares.empty:
            return None
        chart_rows = []
        for (_, _), cell in shares.groupby(["indicator", "group"], observed=True, sort=False):
            newest = cell.sort_values("period_end")
            level = newest[newest["status"] == "actual"].tail(1)
            ahead = newest[newest["status"].isin(["target", "planned"])].tail(1)
            label = self._teller.indicator(cell.iloc[0])
            marks = [self._charts.observation_mark(found.iloc[0], label) for found in (level, ahead) if len(found)]
            chart_rows.append(Row(label, tuple(marks), connected=True))
        words = {
            "identifier": f"chart-{topic}",
            "title": self.wording.text("Reported levels and targets"),
            "subtitle": self._subtitle(
                self.wording.text("Percent; filled: reported level, hollow: target or plan"), shares
            ),
        }
        return self._charts.dots(chart_rows, list(shares["figure_id"]), words)

    # --- everything, findings, sources -------------------------------------------------------------------------------

    def all_figures(self) -> Html:
        """Every figure of the region in one table; the other tables link to its rows."""
        text = self.wording.text
        table = figures_table(self._teller, self._observations, text("Every figure of the region"), anchors=True)
        return section("figures", text("Every figure of the region"), table)

    def findings(self) -> Html:
        """Contradictions and doubts about the region's figures."""
        text = self.wording.text
        rows = self.dataset.findings[self.dataset.findings["region"] == self.region]
        title = text("Contradictions and doubts")
        if rows.empty:
            return section("findings", title, paragraph(text("None was found.")))
        note = text("What follows is about the sources: they are shown as printed, and nothing is mended in silence.")
        return section("findings", title, paragraph(note), findings_list(self._teller, rows))

    def sources(self) -> Html:
        """The documents that the region's figures come from."""
        rows = self.dataset.sources[self.dataset.sources["source"].isin(self._observations["source"])]
        return section("sources", self.wording.text("Sources"), sources_list(self._teller, rows))

    def method(self) -> Html:
        """How numbers get here."""
        return method(self.wording)
