"""The page that sets regions side by side: only like with like, with the coverage of each comparison."""

from dataclasses import dataclass, replace

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.pages.parameters import Parameters
from edstats.pages.sections import (
    STATUS_RANK,
    ChartBuilder,
    Draw,
    coverage_sentence,
    measure_figures,
    method,
    paragraph,
    section,
)
from edstats.tables import Html, Teller, figures_table, html_table, measures_table
from edstats.totals import applies, regions_of_type, totals
from edstats.wording import Wording


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

    def lead(self) -> Html:
        """How many regions are reported on, and what is compared."""
        text = self.wording.text
        regions = self.dataset.observations["region"].astype("str")
        reported = regions[regions != "KZ"].nunique()
        lead = text(
            "Figures published up to {day} on {count} of the 20 regions. Only like is set beside like; how many "
            "regions report a number stands beside it.",
            day=self.wording.day(self.dataset.as_of),
            count=reported,
        )
        return Html(paragraph(lead, "lead"))

    def measure(self, measure: str) -> Html:
        """One measure over all regions: chart, coverage, and how each value was made."""
        rule = read_table("measures").set_index("measure").loc[measure]
        name = self.wording.name("measures", measure)
        rows = self.dataset.measures[self.dataset.measures["measure"] == measure]
        own = rows["region"].astype("str") == rows["territory"].astype("str")
        older = rows[~own]
        # What is so stands before what is planned; values are ranked within one status only.
        order = rows[own].assign(rank=rows["status"].astype("str").map(STATUS_RANK))
        rows = order.sort_values(["rank", "value"], ascending=[True, False])
        sentence = coverage_sentence(
            self._teller, set(rows["region"]), [str(rule["numerator"]), str(rule["denominator"])]
        )
        parts = [paragraph(sentence, "coverage")]
        if not rows.empty:
            parts.append(self._measure_chart(measure, name, rows))
            parts.append(measures_table(self._teller, rows, name, with_region=True))
        if not older.empty:
            note = self.wording.text("Regions in former borders, set beside none of the above:")
            parts += [paragraph(note), measures_table(self._teller, older, name, with_region=True)]
        return section(measure.replace("_", "-"), name, *parts)

    def _measure_chart(self, measure: str, name: str, rows: pd.DataFrame) -> Markup:
        """The chart of a measure; nothing for a single ratio, which a bar of its own length says nothing about."""
        of_percent = rows["unit"].iloc[0] == "percent"
        if len(rows) < 2 and not of_percent:
            return Markup("")
        text, builder = self.wording.text, ChartBuilder(self._teller)
        marks = [builder.measure_mark(row, self._label(row)) for _, row in rows.iterrows()]
        statuses = set(rows["status"])
        hollow = text("hollow: planned or under way") if statuses - {"actual"} else text("all reported as fact")
        words = {
            "identifier": f"chart-{measure.replace('_', '-')}",
            "title": self._chart_title(name, rows),
            "subtitle": text("{measure}, by region; {hollow}", measure=name, hollow=hollow),
        }
        draw: Draw = charts.shares if of_percent else charts.bars
        return builder.chart(draw, marks, measure_figures(rows), words)

    def _chart_title(self, name: str, rows: pd.DataFrame) -> str:
        """What the chart shows: its one value, or the ends of its values; plans are not set against facts."""
        ends = rows.sort_values("value")
        low, high = ends.iloc[0], ends.iloc[-1]
        parts = {"high": self._teller.measure_value(high), "top": self.wording.name("regions", str(high["region"]))}
        if len(rows) == 1:
            return self.wording.text("{top}: {high}", **parts)
        if rows["status"].nunique() > 1 or high["value"] == low["value"]:
            return name
        parts |= {"low": self._teller.measure_value(low), "bottom": self.wording.name("regions", str(low["region"]))}
        return self.wording.text("From {low} ({bottom}) to {high} ({top})", **parts)

    def _label(self, row: pd.Series) -> str:
        """Region with whatever else tells one row from another."""
        wording = self.wording
        parts = [wording.name("regions", str(row["region"]))]
        parts += [
            wording.name(table, str(row[column]))
            for table, column in (("works", "works"), ("groups", "group"))
            if str(row[column])
        ]
        if str(row["counted"]) == "facility":
            parts.append(wording.text("for each facility"))
        return ", ".join(parts)

    def planned_against_done(self) -> Html:
        """New schools by region and status."""
        text = self.wording.text
        rows = self._new_schools()
        builder = ChartBuilder(self._teller)
        marks = []
        for _, row in rows.iterrows():
            details = [self.wording.name("regions", str(row["region"]))]
            if str(row["group"]):
                details.append(self.wording.name("groups", str(row["group"])))
            marks.append(builder.observation_mark(row, ", ".join(details)))
        title = text("New schools: planned, begun and opened")
        words = {
            "identifier": "chart-planned-done",
            "title": title,
            "subtitle": text("Schools by region; filled: opened, hollow: begun, dashed: planned. The years differ"),
        }
        note = text(
            "The plans reach to different years and are not ranked; a part of a plan is left out beside its whole."
        )
        chart = builder.chart(charts.bars, marks, list(rows["figure_id"]), words)
        return section(
            "planned-and-done",
            title,
            paragraph(note),
            chart,
            figures_table(self._teller, rows, title, anchors=False, with_region=True),
        )

    def _new_schools(self) -> pd.DataFrame:
        """New schools of every region; parts of a plan that is itself reported are left out."""
        rows = self.dataset.observations
        rows = rows[(rows["indicator"] == "schools_built") & (rows["place"] == "") & (rows["region"] != "KZ")]
        shares = self.dataset.measures.query("measure == 'plan_share'")["numerator"]
        rows = rows[~rows["figure_id"].isin(shares)]
        return rows.assign(rank=rows["status"].astype("str").map(STATUS_RANK)).sort_values(
            ["region", "rank", "figure_id"]
        )

    def city_totals(self) -> Html:
        """Sums over the three cities, where all of them report; what is unlike in the parts is said."""
        text = self.wording.text
        cities = regions_of_type("city")
        sums = totals(self.dataset.observations, self.dataset.sources, cities)
        sums = sums[sums["reporting"] > 1] if not sums.empty else sums
        title = text("The three cities together")
        header = [
            text("What is counted"),
            text("Sum"),
            text("Status"),
            text("Cities in it"),
            text("Parts"),
            text("Mind"),
        ]
        rows = [("", self._total_cells(row)) for _, row in sums.iterrows() if row["shown"] != "no"]
        if not rows:
            return section("cities", title, paragraph(text("No number is reported by enough of them."), "not-reported"))
        note = text("A sum is shown when at least 60% of the regions asked report it, and marked when fewer do.")
        return section("cities", title, paragraph(note), html_table(title, header, rows, numeric=(1,)))

    def _total_cells(self, row: pd.Series) -> list[Markup | str]:
        text = self.wording.text
        name = self.wording.name("indicators", row["indicator"])
        if row["group"]:
            name += f" ({self.wording.name('groups', row['group'])})"
        parts = Markup(" + ").join(self._teller.figure_link(figure) for figure in row["figures"].split())
        mind = []
        if ";" in row["periods"]:
            mind.append(text("the periods differ: {periods}", periods=row["periods"].replace("/", "–")))
        if row["coarsest"] > row["finest"]:
            mind.append(text("one part is rounded to {step}", step=self.wording.number(row["coarsest"], 0)))
        if row["shown"] == "marked":
            mind.append(text("fewer than 60% report it"))
        number = self.wording.value(pd.Series({**row.to_dict(), "precision": 1.0}))
        count = text("{reporting} of {asked}", reporting=row["reporting"], asked=row["asked"])
        return [name, number, self.wording.name("status", row["status"]), count, parts, "; ".join(mind)]

    def coverage(self) -> Html:
        """Which indicator is reported by which region: a heat map and the same as a table."""
        text = self.wording.text
        counts, outside = self._coverage_counts()
        title = text("Who reports what")
        reporting = (counts > 0).sum(axis=1)
        header = [text("Indicator"), *counts.columns, text("Regions")]
        rows = [
            (
                "",
                [
                    name,
                    *(
                        "×" if outside.at[name, region] else str(counts.at[name, region] or "–")
                        for region in counts.columns
                    ),
                    text("{reporting} of {asked}", reporting=reporting[name], asked=int((~outside.loc[name]).sum())),
                ],
            )
            for name in counts.index
        ]
        words = {
            "identifier": "chart-coverage",
            "title": text("Figures of each indicator by region"),
            "subtitle": text("Number of figures; empty: not reported, ×: does not apply"),
        }
        data = [(name, text("{count} regions", count=reporting[name])) for name in counts.index]
        chart_text = ChartBuilder(self._teller).text(data, list(self.dataset.observations["figure_id"]), words)
        table = html_table(title, header, rows, numeric=tuple(range(1, len(header))))
        chart = charts.coverage_heatmap(counts, outside, replace(chart_text, data=table))
        return section("coverage", title, chart)

    def _coverage_counts(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Counts of figures and whether an indicator does not apply; rows: names of indicators, columns: regions."""
        rows = self.dataset.observations
        rows = rows[(rows["place"] == "") & (rows["region"] != "KZ")]
        indicators = read_table("indicators").query("indicator in @rows.indicator")
        regions = read_table("regions").query("type != 'country'")
        counts = pd.crosstab(rows["indicator"].astype("str"), rows["region"].astype("str"))
        counts = counts.reindex(index=indicators["indicator"], columns=regions["region"], fill_value=0)
        outside = pd.DataFrame(
            [[not applies(indicator, region) for region in counts.columns] for indicator in counts.index],
            counts.index,
            counts.columns,
        )
        names = [self.wording.name("indicators", code) for code in counts.index]
        short = list(regions[f"short_{self.wording.language}"])
        return counts.set_axis(names).set_axis(short, axis=1), outside.set_axis(names).set_axis(short, axis=1)

    def method(self) -> Html:
        """How numbers get here."""
        return method(self.wording)
