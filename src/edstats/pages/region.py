"""The page of one region: what is reported about its schools, what is not, and what contradicts itself."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.editions import History
from edstats.entries import figure_entries, measure_anchor, measure_entries, sources_of
from edstats.listings import findings_list, sources_list
from edstats.lookups import entries_of
from edstats.pages import closing
from edstats.pages.headings import page_name, region_heading
from edstats.pages.headlines import differing, headline_rows
from edstats.pages.news import what_is_new
from edstats.pages.parameters import Parameters, UnknownParameter
from edstats.pages.ranking import Ranking
from edstats.pages.region_charts import RegionCharts
from edstats.pages.sections import heading, of_topic, paragraph, section
from edstats.pages.standing import Standings
from edstats.pages.views import region_history, region_view
from edstats.tables import Html, anchor
from edstats.teller import Teller, lower_first
from edstats.totals import applies
from edstats.wording import Record, Wording

HEADLINES = 6


@dataclass(frozen=True)
class RegionPage:
    """Parts of a region's page, in the order in which the notebook shows them."""

    dataset: Dataset
    region: str
    wording: Wording
    history: History

    @classmethod
    def open(cls, parameters: Parameters) -> "RegionPage":
        """The page that the parameters ask for. Raises ``UnknownParameter`` when nothing is known of it by then."""
        dataset = parameters.load()
        if not (dataset.observations["region"] == parameters.region).any():
            raise UnknownParameter(f"region: no source tells of {parameters.region} yet")
        view = region_view(dataset, parameters.region).of(dataset, parameters.language)
        history = region_history(parameters.read_history(), parameters.region)
        return cls(view, parameters.region, parameters.wording(view), history)

    @cached_property
    def _teller(self) -> Teller:
        rows = self._observations
        return Teller(self.dataset, self.wording, frozenset(rows["figure_id"]), frozenset(rows["source"].astype("str")))

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self.dataset)

    @cached_property
    def _standings(self) -> Standings:
        return Standings(self._ranking, self.wording)

    @cached_property
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
            region=self.wording.place(self.region),
            sources=sources,
            day=self.wording.day(self.dataset.as_of),
        )
        promise = text(
            "Numbers stand as officials and news media reported them; each opens to its source, its date and the words "
            "it was printed in."
        )
        return Html(paragraph(" ".join(filter(None, [made_of, promise, self._since()])), "lead"))

    def _since(self) -> str:
        """Since when the region has its present borders, where they have changed."""
        since = entries_of("territories", "territory")[self.region]["valid_from"]
        if not since:
            return ""
        return self.wording.text(
            "The region has its present borders since {day}.", day=self.wording.day(date.fromisoformat(since))
        )

    # --- headlines ---------------------------------------------------------------------------------------------------

    def headlines(self) -> Html:
        """At most six figures that readers look for first."""
        items = [self._headline(row) for row in headline_rows(self._ranking, self.region)[:HEADLINES]]
        if not items:
            note = self.wording.text("Nothing is reported for the region in its present borders.")
            if (self._observations["territory"] == self.region).any():
                note = self.wording.text(
                    "No number about the region as a whole is among those that readers look for first."
                )
            parts = [paragraph(note, "not-reported")]
            if self._territories[1:]:
                before = self.wording.text("Figures of the larger region before it was divided")
                parts.append(Markup('<p><a href="#before-the-split">{}</a></p>').format(before))
            return section("headlines", self.wording.text("At a glance"), *parts)
        listed = Markup('<ul class="headlines">{}</ul>').format(Markup("").join(items))
        return section("headlines", self.wording.text("At a glance"), listed)

    def _headline(self, row: Record) -> Markup:
        """A number as a sentence: how much, what, where, when, how it stands to other regions, and what it rests on."""
        teller, text = self._teller, self.wording.text
        said = text(
            "{what}, {region}, {time}",
            what=teller.what(row),
            region=self.wording.place(self.region),
            time=teller.when(row),
        )
        others = "" if "measure" in row else self._others(row)
        more = " ".join(filter(None, [self._standings.standing(row), others]))
        figure = str(row["numerator"] if "measure" in row else row["figure_id"])
        source = sources_of(teller, row) if "measure" in row else teller.dated_source(str(row["source"]))
        entry = measure_anchor(row) if "measure" in row else anchor(figure)
        return Markup(
            '<li class="headline"><p><b class="value">{}</b> {} {}</p><p>{}</p>'
            '<p class="source">{}: {} · <a href="#{}">{}</a>{}</p></li>'
        ).format(
            *(teller.number(row), said.removesuffix(".") + ".", teller.status(row), more, text("Source"), source),
            *(entry, text("where this comes from"), self._doubt(row)),
        )

    def _doubt(self, row: Record) -> Markup:
        """A link to the findings where a reader's doubt is about the number."""
        own = {row["numerator"], row["denominator"]} if "measure" in row else {row["figure_id"]}
        if not own & self._doubted:
            return Markup("")
        return Markup(' · <a href="#findings">{}</a>').format(self.wording.text("a doubt is noted"))

    @cached_property
    def _doubted(self) -> frozenset[str]:
        """The figures that a reader's doubt is about."""
        doubts = self.dataset.findings.loc[self.dataset.findings["code"] == "EDS-111", "figures"]
        return frozenset(" ".join(doubts).split())

    def _others(self, row: Record) -> str:
        """What other sources print instead, from the lowest number to the highest."""
        rows = sorted(differing(self._ranking, self._teller, row), key=lambda other: float(other["value"]))
        if not rows:
            return ""
        low, high = self.wording.value(rows[0], with_unit=False), self.wording.value(rows[-1])
        number = high if len({other["value"] for other in rows}) == 1 else f"{low}–{high}"
        sources = len({other["source"] for other in rows})
        return self.wording.plural(
            "Another source has {number}.", "Other sources have {number}.", sources, number=number
        )

    # --- topics ------------------------------------------------------------------------------------------------------

    def topic(self, topic: str) -> Html:
        """One topic: charts, what follows from the figures, the figures, and what is not reported."""
        return section(topic, self.wording.name("topics", topic), *self._topic_parts(topic, self._charts))

    def other_topics(self) -> Html:
        """The topics that only some regions report on, left out where nothing is reported."""
        sections = [
            section(topic, self.wording.name("topics", topic), *self._topic_parts(topic, self._charts)).text
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
            charts = RegionCharts(self._teller, territory, self._former(territory), self._standings)
            body = [paragraph(note)]
            for topic in read_table("topics")["topic"]:
                if not self._of_topic(topic, territory).empty:
                    body.append(heading(self.wording.name("topics", topic)))
                    body += self._topic_parts(topic, charts)
            parts.append(section("before-the-split", self.wording.name("territories", territory), *body).text)
        return Html(Markup("").join(parts))

    def _of_topic(self, topic: str, territory: str) -> pd.DataFrame:
        rows = self._observations
        return rows[(rows["territory"] == territory) & rows["indicator"].isin(of_topic("indicators", topic))]

    @cached_property
    def _charts(self) -> RegionCharts:
        return RegionCharts(self._teller, self.region, self._ranking, self._standings)

    def _former(self, territory: str) -> Ranking:
        """The rows of a former area as if it were a region: it is compared with nothing but itself."""
        observations, measures = (
            rows[rows["territory"] == territory].assign(region=territory)
            for rows in (self.dataset.observations, self.dataset.measures)
        )
        return Ranking(replace(self.dataset, observations=observations, measures=measures))

    def _topic_parts(self, topic: str, charts: RegionCharts) -> list[Markup]:
        rows, measures = self._of_topic(topic, charts.territory), self._measures(charts.territory)
        measures = measures[measures["measure"].isin(of_topic("measures", topic))]
        parts = charts.of_topic(topic)
        if not rows.empty:
            parts += [heading(self.wording.text("As reported")), figure_entries(self._teller, rows, anchors=True)]
        if not measures.empty:
            parts += [heading(self.wording.text("Computed from it")), measure_entries(self._teller, measures)]
        return [*parts, *self._gaps(topic, rows, charts.territory)]

    def _gaps(self, topic: str, rows: pd.DataFrame, territory: str) -> list[Markup]:
        """What a reader would look for and does not find, in words."""
        indicators = entries_of("indicators", "indicator")
        expected = [code for code in of_topic("indicators", topic) if indicators[code]["expected"] == "yes"]
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
        return "; ".join(lower_first(self.wording.name("indicators", code)) for code in indicators)

    # --- what stands at the end --------------------------------------------------------------------------------------

    def new(self) -> Html:
        """What has changed since the edition before."""
        return what_is_new(self._teller, self.history, self.region)

    def download(self) -> Html:
        """The region's figures, measures and findings as CSV."""
        name, text = page_name(self.region), self.wording.text
        return closing.download(
            self.wording,
            {
                f"{name}-figures": (text("Figures"), self._observations),
                f"{name}-measures": (text("Measures computed from them"), self._of_region(self.dataset.measures)),
                f"{name}-findings": (text("Contradictions and doubts"), self._of_region(self.dataset.findings)),
                f"{name}-sources": (text("Sources"), self._sources),
            },
        )

    def _of_region(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["region"] == self.region]

    @property
    def _sources(self) -> pd.DataFrame:
        return self.dataset.sources[self.dataset.sources["source"].isin(self._observations["source"])]

    def terms(self) -> Html:
        """What the words on the page mean."""
        return closing.terms(self.wording, self._observations)

    def method(self) -> Html:
        """How numbers get here."""
        return closing.method(self.wording)

    def limits(self) -> Html:
        """What the numbers are good for and what not."""
        return closing.limits(self._teller, self._observations)

    def findings(self) -> Html:
        """Contradictions and doubts about the region's figures."""
        text = self.wording.text
        rows = self._of_region(self.dataset.findings)
        title = text("Contradictions and doubts")
        if rows.empty:
            return section("findings", title, paragraph(text("None was found.")))
        note = text("What follows is about the sources: they are shown as printed, and nothing is mended in silence.")
        return section("findings", title, paragraph(note), findings_list(self._teller, rows))

    def sources(self) -> Html:
        """The documents that the region's figures come from."""
        return section("sources", self.wording.text("Sources"), sources_list(self._teller, self._sources))

    def cite(self) -> Html:
        """How to name the page as a source."""
        title = region_heading(self._observations, self.wording.place(self.region), self.wording)
        return closing.cite(self._teller, title)
