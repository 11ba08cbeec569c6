"""The page that sets regions side by side: only like with like, with the coverage of each comparison."""

from dataclasses import dataclass, replace

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Mark, Row
from edstats.codebook import read_table
from edstats.comparisons import newest_measures, newest_observations
from edstats.dataset import Dataset
from edstats.pages import reporting
from edstats.pages.parameters import Parameters
from edstats.pages.sections import ChartBuilder, coverage_sentence, measure_figures, method, paragraph, section
from edstats.pages.spending import renovation_section
from edstats.selection import in_present_borders
from edstats.tables import Html, Teller, figures_table, measures_table
from edstats.totals import applies
from edstats.wording import Wording

# Values further apart in time are not set against each other in a title.
MOST_YEARS_APART = 2
SHARES = ("small_school_share", "small_share_of_rural_schools")


ONE_YEAR = 366


def _is_flow(indicator: str) -> bool:
    rows = read_table("indicators")
    return bool((rows.loc[rows["indicator"] == indicator, "kind"] == "flow").all())


@dataclass(frozen=True)
class ComparisonPage:
    """Parts of the comparison page, in the order in which the notebook shows them."""

    dataset: Dataset
    wording: Wording

    @classmethod
    def open(cls, parameters: Parameters) -> "ComparisonPage":
        """The page that the parameters ask for. Raises ``UnknownParameter`` when nothing was published by then."""
        return cls(parameters.load(), parameters.wording)

    @property
    def _teller(self) -> Teller:
        return Teller(self.dataset, self.wording)

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
            "regions report a number stands beside it. The newest number of a region is shown; older ones are ticks "
            "behind it, and all stand in the tables.",
            day=self.wording.day(self.dataset.as_of),
            count=reported,
        )
        return Html(paragraph(lead, "lead"))

    # --- overview ----------------------------------------------------------------------------------------------------

    def overview(self) -> Html:
        """The regions as tiles with their small-school shares."""
        text = self.wording.text
        rows = self._newest("small_school_share")
        shown = {str(row["region"]): row for _, row in rows[rows["use"] == "shown"].iterrows()}
        regions = read_table("regions").query("type != 'country'").to_dict("records")
        data: list[tuple[str, str]] = []
        tiles: list[tuple[int, int, str, str, float | None]] = []
        for region in regions:
            code, name = region["region"], region[f"short_{self.wording.language}"]
            row = shown.get(code)
            if row is not None:
                said, shade = self._dated_value(row), float(row["value"]) / 100
            else:
                outside = not applies("schools_small", code)
                said, shade = text("does not apply") if outside else text("not reported"), None
            tiles.append((int(region["tile_row"]), int(region["tile_column"]), name, said, shade))
            data.append((self.wording.name("regions", code), said))
        words = {
            "identifier": "chart-overview",
            "title": text("Small schools as a share of all schools, where it is reported"),
            "subtitle": text("Percent, newest number of each region; grey: not reported or does not apply"),
        }
        chart = charts.tile_map(tiles, self._charts.text(data, measure_figures(pd.DataFrame(shown.values())), words))
        return section("overview", text("The regions at a glance"), chart)

    def _dated_value(self, row: pd.Series) -> str:
        """The value with its year, "about" where the page prints none."""
        year, value = str(row["period_end"].year), self._teller.measure_value(row)
        undated = row["period_basis"] != "printed" and pd.isna(row["published"])
        year = self.wording.text("about {time}", time=year) if undated else year
        return f"{value}, {year}"

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
                Markup("<h3>{}</h3>").format(self.wording.name("measures", measure)),
                *self._measure_parts(measure),
            ]
        return section("small-schools", text("Small schools"), *parts)

    def renovation(self) -> Html:
        """Renovation spending per school, each kind of works apart."""
        return renovation_section(self._teller, self._newest("renovation_spending_per_school", ["works", "counted"]))

    def measure(self, measure: str) -> Html:
        """One measure over all regions: chart, coverage, and how each value was made."""
        name = self.wording.name("measures", measure)
        return section(measure.replace("_", "-"), name, *self._measure_parts(measure))

    def _newest(self, measure: str, kind: list[str] | None = None) -> pd.DataFrame:
        rows = self.dataset.measures[self.dataset.measures["measure"] == measure]
        return newest_measures(rows, self.dataset.observations, self.dataset.sources, kind or [])

    def _measure_parts(self, measure: str) -> list[Markup]:
        rules = read_table("measures").set_index("measure")
        name = self.wording.name("measures", measure)
        rows = self._newest(measure)
        shown = rows[rows["use"] == "shown"]
        indicators = [str(rules.loc[measure, side]) for side in ("numerator", "denominator")]
        parts = [paragraph(coverage_sentence(self._teller, set(shown["region"]), indicators), "coverage")]
        if not shown.empty:
            parts.append(self._measure_chart(measure, name, rows))
            parts.append(
                measures_table(self._teller, rows.sort_values(["region", "period_end"]), name, with_region=True)
            )
        own = in_present_borders(self.dataset.measures)
        older = self.dataset.measures[(self.dataset.measures["measure"] == measure) & ~own]
        if not older.empty:
            note = self.wording.text("Regions in former borders, set beside none of the above:")
            parts += [paragraph(note), measures_table(self._teller, older, name, with_region=True)]
        return parts

    def _measure_chart(self, measure: str, name: str, rows: pd.DataFrame) -> Markup:
        """A row for each region with the newest number of each status; older ones as a trail; the country first."""
        text = self.wording.text
        percent = rows["unit"].iloc[0] == "percent"
        shown = rows[rows["use"] == "shown"]
        chart_rows = reporting.measure_rows(self._charts, rows)
        top = max(float(value) for value in shown[["value", "value_high"]].max().dropna())
        hollow = text("hollow: planned or under way") if set(shown["ahead"]) != {"done"} else text("reported as fact")
        words = {
            "identifier": f"chart-{measure.replace('_', '-')}",
            "title": self._chart_title(name, shown),
            "subtitle": text("{measure}, by region; {hollow}, ticks: older numbers", measure=name, hollow=hollow),
        }
        scale = charts.PERCENT if percent else reporting.linear_scale(self.wording, top)
        return self._charts.dots(chart_rows, measure_figures(shown), words, scale)

    def _chart_title(self, name: str, shown: pd.DataFrame) -> str:
        """What the chart shows: its one value, the ends of its values, or else how many regions report and since when.

        Ends are named only where they can be set against each other: exact facts of about one time.
        """
        regions = shown[shown["region"] != "KZ"]
        ends = (regions if len(regions) else shown).sort_values("value")
        low, high = ends.iloc[0], ends.iloc[-1]
        parts = {"high": self._teller.measure_value(high), "top": self.wording.name("regions", str(high["region"]))}
        if len(ends) == 1:
            return self.wording.text("{top}: {high}", **parts)
        years = ends["period_end"].dt.year
        exact = ends["qualifier"].isin(["exact", "about"]).all() and set(ends["ahead"]) == {"done"}
        if not exact or years.max() - years.min() > MOST_YEARS_APART:
            return self.wording.text(
                "{name}: {count} numbers, from {first} to {last}",
                name=name,
                count=len(ends),
                first=int(ends["period_start"].dt.year.min()),
                last=int(years.max()),
            )
        parts |= {"low": self._teller.measure_value(low), "bottom": self.wording.name("regions", str(low["region"]))}
        return self.wording.text("From {low} ({bottom}) to {high} ({top})", **parts)

    # --- indicators --------------------------------------------------------------------------------------------------

    def indicator(self, indicator: str) -> Html:
        """One indicator over all regions: the newest level of each, older ones behind it, all in a table."""
        name = self.wording.name("indicators", indicator)
        rows = self.dataset.observations[self.dataset.observations["indicator"] == indicator]
        rows = newest_observations(rows, self.dataset.sources, ["group", "unit"])
        shown = rows[rows["use"] == "shown"]
        sentence = coverage_sentence(self._teller, set(shown["region"].astype("str")), [indicator])
        parts = [paragraph(sentence, "coverage"), *reporting.country_sentence(self._teller, shown)]
        counts = rows[~rows["unit"].isin(["percent", "times"]) & (rows["region"] != "KZ")]
        if _is_flow(indicator):
            # What came together over several years is no number to set beside that of one.
            counts = counts[(counts["period_end"] - counts["period_start"]).dt.days <= ONE_YEAR]
            counts = counts[counts["region"].isin(counts.loc[counts["use"] == "shown", "region"])]
        if not counts.empty:
            parts.append(self._indicator_chart(indicator, name, counts))
        if not rows.empty:
            ordered = rows.sort_values(["region", "group", "period_end"], kind="stable")
            parts.append(figures_table(self._teller, ordered, name, anchors=False, with_region=True))
        return section(indicator.replace("_", "-"), name, *parts)

    def _indicator_chart(self, indicator: str, name: str, rows: pd.DataFrame) -> Markup:
        text = self.wording.text
        shown = rows[rows["use"] == "shown"]
        hollow = text("hollow: planned or under way") if set(shown["ahead"]) != {"done"} else text("reported as fact")
        words = {
            "identifier": f"chart-{indicator.replace('_', '-')}",
            "title": name,
            "subtitle": text("{measure}, by region; {hollow}, ticks: older numbers", measure=name, hollow=hollow),
        }
        scale = reporting.linear_scale(self.wording, float(shown[["value", "value_high"]].max().max()))
        chart_rows = reporting.observation_rows(self._charts, rows)
        return self._charts.dots(chart_rows, list(shown["figure_id"]), words, scale)

    # --- new schools -------------------------------------------------------------------------------------------------

    def pipeline(self) -> Html:
        """New schools by region: opened, begun, planned; the newest number of each."""
        text = self.wording.text
        title = text("New schools: planned, begun and opened")
        rows = reporting.pipeline_rows(self.dataset)
        chart_rows = [
            Row(
                self.wording.name("regions", region),
                tuple(self._pipeline_mark(row) for _, row in of_region.iterrows()),
            )
            for region, of_region in rows.groupby(rows["region"].astype("str"), sort=True)
        ]
        words = {
            "identifier": "chart-planned-done",
            "title": title,
            "subtitle": text("Schools by region; filled: opened, hollow: begun or planned. The years differ"),
        }
        note = text(
            "The newest number of each status; where nothing is reported of the whole region, that of one programme or "
            "group, which is named. The years differ, so the regions are not ranked."
        )
        scale = reporting.linear_scale(self.wording, float(rows["value"].max()))
        chart = self._charts.dots(chart_rows, list(rows["figure_id"]), words, scale)
        table = figures_table(self._teller, rows, title, anchors=False, with_region=True)
        return section("planned-and-done", title, paragraph(note), chart, table)

    def _pipeline_mark(self, row: pd.Series) -> Mark:
        mark = self._charts.observation_mark(row, "")
        return replace(mark, words=mark.words + self._teller.particulars(row))

    # --- totals, coverage --------------------------------------------------------------------------------------------

    def city_totals(self) -> Html:
        """Sums over the three cities, where enough of them report."""
        return reporting.city_totals(self._teller)

    def coverage(self) -> Html:
        """Which indicator is reported by which region."""
        return reporting.coverage(self._teller)

    def method(self) -> Html:
        """How numbers get here."""
        return method(self.wording)
