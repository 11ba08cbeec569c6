"""The page that sets regions side by side: only like with like, with the coverage of each comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats.charts import Mark, Row
from edstats.codebook import read_table
from edstats.entries import figure_entries, measure_entries
from edstats.lookups import entries_of
from edstats.pages import closing, reporting
from edstats.pages.dataset_page import DatasetPage
from edstats.pages.headings import comparison_heading
from edstats.pages.news import what_is_new
from edstats.pages.ranking import Ranking, with_use
from edstats.pages.sections import ChartBuilder, bullets, coverage_sentence, heading, paragraph, section
from edstats.pages.spending import WORKS, name_of_works, renovation_section
from edstats.pages.standing import ONE_YEAR, is_flow
from edstats.pages.tiles import Tile, tile_map
from edstats.pages.views import SPENDING
from edstats.selection import in_present_borders
from edstats.tables import Html
from edstats.teller import Teller, upper_first
from edstats.totals import applies
from edstats.wording import Record

SHARES = ("small_school_share", "small_share_of_rural_schools")


def _identifier(code: str, rows: pd.DataFrame) -> str:
    """The anchor of the chart of a measure or an indicator, of one kind of works."""
    return "-".join(filter(None, ["chart", code.replace("_", "-"), str(rows["works"].iloc[0])]))


def _counts(indicator: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of regions that a chart can set side by side: counts, those of a flow of one year at most."""
    counts = rows[~rows["unit"].isin(["percent", "times"]) & (rows["region"] != "KZ")]
    if is_flow(indicator):
        # What came together over several years is no number to set beside that of one.
        counts = counts[(counts["period_end"] - counts["period_start"]).dt.days <= ONE_YEAR]
        counts = counts[counts["region"].isin(counts.loc[counts["use"] == "shown", "region"])]
    return counts


def _shade(row: Record | None) -> float | None:
    return None if row is None else float(row["value"]) / 100


@dataclass(frozen=True)
class ComparisonPage(DatasetPage):
    """Parts of the comparison page, in the order in which the notebook shows them.

    ``regions``: the only ones that a measure or an indicator is shown of; where none are named, all.
    """

    regions: frozenset[str] = frozenset()

    @cached_property
    def _teller(self) -> Teller:
        return Teller(self.dataset, self.wording)

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self.dataset)

    @property
    def _charts(self) -> ChartBuilder:
        return ChartBuilder(self._teller)

    def lead(self) -> Html:
        """How many regions are reported on, and what is compared."""
        text = self.wording.text
        regions = self.dataset.observations["region"].astype("str")
        reported = regions[regions != "KZ"].nunique()
        lead = text(
            "Figures published up to {day} on {count} of the 20 regions. Only like is set beside like; how many "
            "regions report a number stands beside it. The newest number of a region is shown; older and other ones "
            "are ticks behind it, and all stand in the tables.",
            day=self.wording.day(self.dataset.as_of),
            count=reported,
        )
        return Html(paragraph(lead, "lead"))

    # --- overview ----------------------------------------------------------------------------------------------------

    def overview(self) -> Html:
        """The regions as tiles in their rough places, each with its small-school share; a list on a narrow screen."""
        rows = self.newest_measures("small_school_share")
        facts = rows[(rows["use"] == "shown") & (rows["ahead"] == "done")]
        shown = {row["region"]: row for row in facts.to_dict("records")}
        regions = read_table("regions").query("type != 'country'").to_dict("records")
        tiles = [
            Tile(region["region"], self._dated_value(shown.get(region["region"]), region["region"]),
                 _shade(shown.get(region["region"])))
            for region in regions
        ]  # fmt: skip
        name = self.wording.name("measures", "small_school_share")
        title = reporting.range_title(self._teller, facts, name) if shown else name
        note = self.wording.text("Newest number of each region, in its rough place; the darker, the larger the share")
        below = Markup('<a href="#small-schools">{}</a>').format(
            self.wording.text("Each number with its source and the words it was printed in")
        )
        body = (
            *(paragraph(title, "chart-title"), paragraph(note, "chart-subtitle")),
            *(tile_map(self.wording, tiles), paragraph(below)),
        )
        return section("overview", self.wording.text("The regions at a glance"), *body)

    def _dated_value(self, row: Record | None, region: str) -> str:
        """The value with its time; or why there is none."""
        if row is None:
            outside = not applies("schools_small", region)
            return self.wording.text("does not apply") if outside else self.wording.text("not reported")
        return f"{self._teller.measure_value(row)}, {self._teller.when(row)}"

    # --- measures ----------------------------------------------------------------------------------------------------

    def small_schools(self) -> Html:
        """Small-school shares, of all schools and of rural schools apart."""
        text = self.wording.text
        note = text(
            "Computed from counts where a source prints both; else the share that a source prints. Shares of all "
            "schools and of rural schools are different things and are kept apart."
        )
        parts = [paragraph(note)]
        for measure in SHARES:
            parts += [
                heading(self.wording.name("measures", measure)),
                *self._measure_parts(measure),
            ]
        return section("small-schools", text("Small schools"), *parts)

    def renovation(self) -> Html:
        """Renovation spending per school, each kind of works apart."""
        everywhere = self._ranking.measures.query("measure == @SPENDING")
        first = self._coverage_parts(everywhere, ["renovation_spending"])
        return renovation_section(self._teller, self.newest_measures(SPENDING), first, self._former_measures(SPENDING))

    def measure(self, measure: str) -> Html:
        """One measure over the regions: chart, coverage, and how each value was made."""
        if measure == SPENDING:
            return self.renovation()
        name = self.wording.name("measures", measure)
        return section(measure.replace("_", "-"), name, *self._measure_parts(measure))

    def newest_measures(self, measure: str) -> pd.DataFrame:
        """The rows of a measure that its part of the page shows, in order of preference, with ``use`` and ``ahead``.

        ``use`` is "shown" for the first of each region, group, kind of works, and what is done or ahead, else "older",
        or "beside" where it is of the same time;
        ``facility`` says of education facilities of every kind, which are told apart from schools.
        """
        rows = self._ranking.measures
        rows = rows[rows["measure"] == measure]
        return self._chosen(
            with_use(rows.assign(facility=rows["counted"] == "facility"), ["works", "facility", "group"])
        )

    def _coverage_parts(self, everywhere: pd.DataFrame, indicators: Sequence[str]) -> list[Markup]:
        """How many regions report what ``everywhere`` holds, and which of those that were asked for do not.

        A part of a data set cannot tell how many regions there are in the whole.
        """
        reporting = set(everywhere["region"].astype("str"))
        sentence = coverage_sentence(self._teller, reporting, indicators)
        parts = [] if self.dataset.is_part else [paragraph(sentence, "coverage")]
        if without := sorted(self.regions - reporting):
            names = ", ".join(self.wording.name("regions", region) for region in without)
            text = self.wording.text("No number of the whole region in its present borders: {regions}.", regions=names)
            parts.append(paragraph(text, "not-reported"))
        return parts

    def _former_measures(self, measure: str) -> list[Markup]:
        rows = self.dataset.measures.query("measure == @measure")
        former = self._chosen(rows[~in_present_borders(rows)])
        return self._former(former, measure_entries(self._teller, former, with_region=True))

    def _former(self, rows: pd.DataFrame, entries: Markup) -> list[Markup]:
        note = self.wording.text("Regions in former borders, set beside none of the above:")
        return [] if rows.empty else [paragraph(note), entries]

    def _chosen(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["region"].isin(self.regions)] if self.regions else rows

    def _measure_parts(self, measure: str) -> list[Markup]:
        rule = entries_of("measures", "measure")[measure]
        everywhere = self._ranking.measures.query("measure == @measure")
        indicators = [rule[side] for side in ("numerator", "denominator") if rule[side]]
        parts = self._coverage_parts(everywhere, indicators)
        rows = self.newest_measures(measure)
        for title, of_kind in self._kinds(rows):
            parts += [heading(title)] if title else []
            name = title or self.wording.name("measures", measure)
            parts.append(self._measure_chart(_identifier(measure, of_kind), name, of_kind))
            ordered = of_kind.sort_values(["region", "period_end"])
            parts.append(measure_entries(self._teller, ordered, with_region=True))
        parts += self._former_measures(measure)
        return parts

    def _kinds(self, rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        """The rows of each kind of works with the name of the kind; without a name where there is but one, unsaid.

        Kinds of works cost and last very differently: they share no chart.
        """
        works = rows["works"].astype("str")
        known = [kind for kind in WORKS if (works == kind).any()]
        for kind in known:
            name = upper_first(name_of_works(self.wording, kind)) if kind or len(known) > 1 else ""
            yield name, rows[works == kind]

    def _measure_chart(self, identifier: str, name: str, rows: pd.DataFrame) -> Markup:
        """A row for each region with the newest number of each status; older ones as a trail; the country first."""
        percent = rows["unit"].iloc[0] == "percent"
        shown = rows[rows["use"] == "shown"]
        chart_rows = reporting.measure_rows(self._charts, rows)
        top = max(float(value) for value in shown[["value", "value_high"]].max().dropna())
        words = {
            "identifier": identifier,
            "title": reporting.range_title(self._teller, shown, name),
            "subtitle": self._subtitle(name, shown),
        }
        scale = None if percent else reporting.linear_scale(self.wording, top)
        return self._charts.dots(chart_rows, words, scale)

    # --- indicators --------------------------------------------------------------------------------------------------

    def indicator(self, indicator: str) -> Html:
        """One indicator over the regions: the newest level of each, older ones behind it, all in a table."""
        name = self.wording.name("indicators", indicator)
        everywhere = self._ranking.observations.query("indicator == @indicator")
        rows = self.newest_observations(indicator)
        parts = [
            *self._coverage_parts(everywhere, [indicator]),
            *reporting.country_sentence(self._teller, rows[rows["use"] == "shown"]),
        ]
        for title, of_kind in self._kinds(_counts(indicator, rows)):
            parts += [heading(title)] if title else []
            parts.append(self._indicator_chart(_identifier(indicator, of_kind), title or name, of_kind))
        if not rows.empty:
            ordered = rows.sort_values(["region", "group", "period_end"], kind="stable")
            parts.append(figure_entries(self._teller, ordered, anchors=False, with_region=True))
        figures = self._chosen(self.dataset.observations.query("indicator == @indicator"))
        former = figures[~in_present_borders(figures) & (figures["place"] == "")]
        parts += self._former(former, figure_entries(self._teller, former, anchors=False, with_region=True))
        parts += self._places_left_out(figures)
        return section(indicator.replace("_", "-"), name, *parts)

    def _places_left_out(self, figures: pd.DataFrame) -> list[Markup]:
        """In which regions there are numbers of places, which stand beside no region."""
        regions = sorted(set(figures.loc[figures["place"] != "", "region"].astype("str")))
        if not regions:
            return []
        names = ", ".join(self.wording.name("regions", region) for region in regions)
        text = self.wording.text(
            "Numbers of districts, cities and other places are not compared; the regions' pages have them: {regions}.",
            regions=names,
        )
        return [paragraph(text)]

    def newest_observations(self, indicator: str) -> pd.DataFrame:
        """The rows of an indicator that its part of the page shows, in order of preference, with ``use`` and ``ahead``.

        ``use`` as in ``newest_measures``, of each unit and whole of a share too.
        """
        rows = self._ranking.observations
        return self._chosen(with_use(rows[rows["indicator"] == indicator], ["group", "unit", "works", "share_of"]))

    def _indicator_chart(self, identifier: str, name: str, rows: pd.DataFrame) -> Markup:
        shown = rows[rows["use"] == "shown"]
        words = {
            "identifier": identifier,
            "title": reporting.range_title(self._teller, shown, name),
            "subtitle": self._subtitle(name, shown),
        }
        scale = reporting.linear_scale(
            self.wording, float(shown[["value", "value_high"]].max().max()), str(shown["unit"].iloc[0])
        )
        chart_rows = reporting.observation_rows(self._charts, rows)
        return self._charts.dots(chart_rows, words, scale)

    def _subtitle(self, name: str, shown: pd.DataFrame) -> str:
        text = self.wording.text
        hollow = text("hollow: planned or under way") if set(shown["ahead"]) != {"done"} else text("reported as fact")
        return text("{measure}, by region; {hollow}, ticks: older and other numbers", measure=name, hollow=hollow)

    # --- new schools -------------------------------------------------------------------------------------------------

    def pipeline(self) -> Html:
        """New schools by region: opened, begun, planned; the newest number of each."""
        text = self.wording.text
        title = text("New schools: planned, begun and opened")
        rows = reporting.pipeline_rows(self.dataset)
        if rows.empty:
            return section("planned-and-done", title, paragraph(text("not reported"), "not-reported"))
        chart_rows = [
            Row(
                self.wording.name("regions", region),
                tuple(self._pipeline_mark(row) for row in of_region.to_dict("records")),
            )
            for region, of_region in rows.groupby(rows["region"].astype("str"), sort=True)
        ]
        opened = rows.loc[rows["status"] == "actual", "region"].nunique()
        words = {
            "identifier": "chart-planned-done",
            "title": text(
                "{part} of {all} regions with new schools report how many were opened",
                part=opened,
                all=rows["region"].nunique(),
            ),
            "subtitle": text("Schools by region; filled: opened, hollow: begun or planned. The years differ"),
        }
        note = text(
            "The newest number of each status; where nothing is reported of the whole region, that of one programme or "
            "group, which is named. The years differ, so the regions are not ranked."
        )
        scale = reporting.linear_scale(self.wording, float(rows["value"].max()))
        chart = self._charts.dots(chart_rows, words, scale)
        entries = figure_entries(self._teller, rows, anchors=False, with_region=True)
        return section("planned-and-done", title, paragraph(note), chart, entries)

    def _pipeline_mark(self, row: Record) -> Mark:
        return self._charts.mark(row, particulars=self._teller.details(row))

    # --- totals, coverage --------------------------------------------------------------------------------------------

    def city_totals(self) -> Html:
        """Sums over the three cities, where enough of them report."""
        return reporting.city_totals(self._teller)

    def coverage(self) -> Html:
        """Which indicator is reported by which region."""
        return reporting.coverage(self._teller)

    # --- what stands at the end --------------------------------------------------------------------------------------

    def new(self) -> Html:
        """What has changed since the edition before."""
        return what_is_new(self._teller, self.history)

    def download(self) -> Html:
        """All measures and findings as CSV."""
        text = self.wording.text
        tables = {
            "measures": (text("Measures of all regions"), self.dataset.measures),
            "findings": (text("Contradictions and doubts"), self.dataset.findings),
        }
        return closing.download(self.wording, tables)

    def terms(self) -> Html:
        """What the words on the page mean."""
        return closing.terms(self.wording, self.dataset.observations)

    def method(self) -> Html:
        """How numbers get here."""
        return closing.method(self.wording)

    def limits(self) -> Html:
        """What the numbers are good for and what not."""
        text = self.wording.text
        more = (
            text(
                "Years and kinds of schools differ between regions; each chart says which numbers it sets side by side."
            ),
        )
        return closing.limits(self._teller, self.dataset.observations, more)

    def sources(self) -> Html:
        """Where the sources are listed, and those of consumer prices."""
        text, note = self.wording.text, self.wording.note
        everywhere = Markup('<p><a href="sources.html">{}</a></p>').format(
            text("All documents, with every figure and the words it was printed in")
        )
        prices = [
            Markup('{}: {}, <a href="{}" rel="external">{}</a>{}').format(  # raw lets in no other address
                *(row["year"], self.wording.quantity(row["average"], "percent", 1)),
                *(row["url"], note(row["source"])),
                f" ({note(row['note'])})" if row["note"] else "",
            )
            for row in self.dataset.prices.to_dict("records")
        ]
        parts = (
            [heading(text("Consumer prices, rise over the year before, yearly average")), bullets(prices)]
            if prices
            else []
        )
        return section("sources", text("Sources"), everywhere, *parts)

    def cite(self) -> Html:
        """How to name the page as a source."""
        return closing.cite(self._teller, comparison_heading(self.wording))
