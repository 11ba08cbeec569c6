"""What the comparison page says of several regions at once: rows of charts, totals, and who reports what."""

import math
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Row, Scale
from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.pages.sections import STATUS_RANK, ChartBuilder, paragraph, section
from edstats.selection import in_present_borders, unplaced
from edstats.tables import Html, Teller, html_table
from edstats.totals import applies, regions_of_type, totals
from edstats.wording import Wording


def linear_scale(wording: Wording, top: float) -> Scale:
    """An axis from zero past ``top``, with a tick at the largest round number below it."""
    step = 10 ** math.floor(math.log10(top))
    tick = step * (top // step)
    return Scale(0, 1.05 * top, ((0, "0"), (tick, wording.number(tick, 1))))


def measure_rows(builder: ChartBuilder, rows: pd.DataFrame, name_counted: bool = False) -> list[Row]:
    """Chart rows of one measure: a region's newest numbers, done before planned, and its older ones as a trail.

    The country stands first and in grey; regions follow by their newest value, those with a fact before the others.
    """
    chart_rows = []
    columns = ["region", "counted"] if name_counted else ["region"]
    for _, own in rows.groupby([rows[column].astype("str") for column in columns]):
        shown = own[own["use"] == "shown"].sort_values("ahead", ascending=False)
        first = shown.iloc[0]
        country = str(first["region"]) == "KZ"
        label = builder.teller.wording.name("regions", str(first["region"]))
        for table, column in (("groups", "group"), ("programmes", "programme")):
            codes = set(shown[column].astype("str")) & set(read_table(table)[column])
            label += "".join(f", {builder.teller.wording.name(table, code)}" for code in sorted(codes))
        if str(first["counted"]) == "facility":
            label = builder.teller.wording.text("{region}, for each education facility", region=label)
        marks = tuple(builder.measure_mark(row, "", focus=not country) for _, row in shown.iterrows())
        trail = tuple(own.loc[(own["use"] != "shown") & (own["ahead"] == first["ahead"]), "value"])
        order = (not country, "done" not in set(shown["ahead"]), -float(first["value"]))
        chart_rows.append((order, Row(label, marks, trail)))
    return [row for _, row in sorted(chart_rows, key=lambda entry: entry[0])]


def observation_rows(builder: ChartBuilder, rows: pd.DataFrame) -> list[Row]:
    """Chart rows of one indicator: the newest numbers of a region and group, older ones as a trail."""
    wording = builder.teller.wording
    chart_rows = []
    for _, own in rows.groupby([rows["region"].astype("str"), rows["group"].astype("str")], sort=True):
        shown = own[own["use"] == "shown"].sort_values("ahead", ascending=False)
        region, group = str(own["region"].iloc[0]), str(own["group"].iloc[0])
        label = wording.name("regions", region) + (f", {wording.name('groups', group)}" if group else "")
        marks = tuple(builder.observation_mark(row, "") for _, row in shown.iterrows())
        # Older plans are no part of what was.
        trail = tuple(own.loc[(own["use"] != "shown") & (own["ahead"] == "done"), "value"])
        chart_rows.append(Row(label, marks, trail))
    return chart_rows


def country_sentence(teller: Teller, shown: pd.DataFrame) -> list[Markup]:
    """What is reported of the whole country, in words: its size would dwarf the regions in a chart."""
    country = shown[shown["region"] == "KZ"].sort_values("ahead", ascending=False)
    if country.empty:
        return []
    numbers = Markup("; ").join(
        Markup("{} ({}) {}").format(
            teller.figure_link(row["figure_id"]),
            "; ".join(filter(None, [teller.when(row), row["note"]])),
            teller.status(row),
        )
        for _, row in country.iterrows()
    )
    return [Markup("<p>{}: {}</p>").format(teller.wording.name("regions", "KZ"), numbers)]


def pipeline_rows(dataset: Dataset) -> pd.DataFrame:
    """New schools: of each region and status the newest number, and of one time the largest, which holds the others.

    A number of one known programme or one group stands in only where nothing wider is reported of that status.
    """
    rows = dataset.observations
    rows = rows[(rows["indicator"] == "schools_built") & (rows["region"] != "KZ") & (rows["share_of"] == "")]
    rows = rows[(in_present_borders(rows)) & (rows["place"] == "")]
    rows = rows[~unplaced(rows)]
    part = rows["programme"].isin(read_table("programmes")["programme"]) | (rows["group"] != "")
    cell = [rows["region"].astype("str"), rows["status"].astype("str")]
    rows = rows[part == part.groupby(cell).transform("min")]
    rows = rows.sort_values(["period_end", "period_start", "value"], ascending=False, kind="stable")
    rows = rows[~rows[["region", "status"]].astype("str").duplicated()]
    rank = rows["status"].astype("str").map(STATUS_RANK)
    return rows.assign(rank=rank).sort_values(["region", "rank"], kind="stable")


def city_totals(teller: Teller) -> Html:
    """Sums over the three cities, where enough of them report; what is unlike in the parts is said."""
    text = teller.wording.text
    sums = totals(teller.dataset.observations, teller.dataset.sources, regions_of_type("city"))
    sums = sums[(sums["reporting"] > 1) & (sums["shown"] != "no")]
    title = text("The three cities together")
    if sums.empty:
        return section("cities", title, paragraph(text("No number is reported by enough of them."), "not-reported"))
    header = [
        text("What is counted"),
        text("Sum"),
        text("Status"),
        text("Cities in it"),
        text("Parts"),
        text("Keep in mind"),
    ]
    note = text(
        "A sum is shown when at least 60% of the cities report it, marked from 33%, and left out below. Facts of years "
        "apart are not added."
    )
    rows = [("", _total_cells(teller, row)) for _, row in sums.iterrows()]
    return section("cities", title, paragraph(note), html_table(title, header, rows, numeric=(1,)))


def _total_cells(teller: Teller, row: pd.Series) -> list[Markup | str]:
    wording, text = teller.wording, teller.wording.text
    particulars = [
        wording.name(table, row[column]) for table, column in (("groups", "group"), ("works", "works")) if row[column]
    ]
    name = wording.name("indicators", row["indicator"]) + (f" ({'; '.join(particulars)})" if particulars else "")
    parts = Markup(" + ").join(teller.figure_link(figure) for figure in row["figures"].split())
    mind = []
    if ";" in row["periods"]:
        mind.append(text("the periods differ: {periods}", periods=row["periods"].replace("/", "–")))
    if row["coarsest"] > row["finest"]:
        mind.append(text("one part is rounded to {step}", step=wording.number(row["coarsest"], 0)))
    if row["left_out"]:
        names = ", ".join(wording.name("regions", region) for region in row["left_out"].split())
        mind.append(text("more than one number is reported by {regions}", regions=names))
    if row["shown"] == "marked":
        mind.append(text("fewer than 60% of the cities report it"))
    number = wording.value(pd.Series({**row.to_dict(), "precision": 1.0}))
    count = text("{reporting} of {asked}", reporting=row["reporting"], asked=row["asked"])
    return [name, number, wording.name("status", row["status"]), count, parts, "; ".join(mind)]


def coverage(teller: Teller) -> Html:
    """Which indicator is reported by which region: a heat map and the same as a table."""
    text = teller.wording.text
    counts, outside = _coverage_counts(teller)
    title = text("Who reports what")
    reporting = (counts > 0).sum(axis=1)
    header = [text("Indicator"), *counts.columns, text("Regions")]
    rows = [
        (
            "",
            [
                name,
                *(
                    "×" if outside.loc[name, region] else str(counts.loc[name, region] or "–")
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
    chart_text = ChartBuilder(teller).text(data, [], words)
    table = html_table(title, header, rows, numeric=tuple(range(1, len(header))))
    everywhere = Markup('{}: <a href="sources.html">{}</a>').format(text("Source"), text("all documents"))
    return section(
        "coverage", title, charts.coverage_heatmap(counts, outside, replace(chart_text, data=table, source=everywhere))
    )


def _coverage_counts(teller: Teller) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of figures and whether an indicator does not apply; rows: names of indicators, columns: regions."""
    rows = teller.dataset.observations
    rows = rows[(rows["place"] == "") & (rows["region"] != "KZ")]
    rows = rows[in_present_borders(rows)]
    indicators = read_table("indicators").query("indicator in @rows.indicator")
    regions = read_table("regions").query("type != 'country'")
    counts = pd.crosstab(rows["indicator"].astype("str"), rows["region"].astype("str"))
    counts = counts.reindex(index=indicators["indicator"], columns=regions["region"], fill_value=0)
    not_applicable = [[not applies(indicator, region) for region in counts.columns] for indicator in counts.index]
    outside = pd.DataFrame(not_applicable, counts.index, counts.columns)
    names = [teller.wording.name("indicators", code) for code in counts.index]
    short = list(regions[f"short_{teller.wording.language}"])
    return counts.set_axis(names).set_axis(short, axis=1), outside.set_axis(names).set_axis(short, axis=1)
