"""What the comparison page says of several regions at once: rows of charts, totals, and who reports what."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import Row, Scale
from edstats.codebook import read_table, units_of_kind
from edstats.dataset import Dataset
from edstats.lookups import entries_of
from edstats.pages.sections import STATUS_RANK, ChartBuilder, paragraph, section, years_of
from edstats.selection import in_present_borders, unplaced
from edstats.tables import Html, html_table
from edstats.teller import Teller
from edstats.totals import applies, regions_of_type, totals
from edstats.wording import Plural, Record, Wording

# Values further apart in time are not set against each other in a title.
MOST_YEARS_APART = 2
# Qualifiers of numbers that are no bounds.
PLAIN = ("exact", "about")
SPREAD = Plural(
    "{name}: {low} to {high} in {count} region ({years})", "{name}: {low} to {high} in {count} regions ({years})"
)
UNLIKE = Plural("{name}: {count} number of {years}", "{name}: {count} numbers of {years}, too unlike to rank")


def linear_scale(wording: Wording, top: float, unit: str = "") -> Scale:
    """An axis from zero past ``top``, with a tick at the largest round number below it; money has its unit."""
    if not top > 0:
        return Scale(0, 1, ((0, "0"),))
    step = 10 ** math.floor(math.log10(top))
    tick = step * (top // step)
    money = unit in units_of_kind("money")
    label = wording.quantity(tick, unit, 0) if money else wording.number(tick, 1)
    return Scale(0, 1.05 * top, ((0, "0"), (tick, label)))


def measure_rows(builder: ChartBuilder, rows: pd.DataFrame) -> list[Row]:
    """Chart rows of one measure: a region's newest numbers, done before planned, and others as a trail.

    Education facilities of every kind (``facility``) have a row of their own. The country stands first and in grey;
    regions follow by their value where all can be ranked, else by name.
    """
    shown = rows[(rows["use"] == "shown") & (rows["region"] != "KZ")].to_dict("records")
    ranked = bool(shown) and comparable(shown)
    chart_rows = []
    for own in _grouped(rows, ["region", "facility"]):
        newest = _newest(own)
        first = newest[0]
        country = first["region"] == "KZ"
        label = builder.teller.area(first)
        marks = tuple(builder.mark(row, focus=not country, particulars=_details(builder.teller, row)) for row in newest)
        alike = [row for row in own if (row["ahead"], row["group"]) == (first["ahead"], first["group"])]
        trail = tuple(row["value"] for row in alike if row["use"] != "shown")
        value = -float(first["value"]) if ranked else 0.0
        order = (not country, value, builder.teller.wording.alphabetical(label))
        chart_rows.append((order, Row(label, marks, trail)))
    return [row for _, row in sorted(chart_rows, key=lambda entry: entry[0])]


def _grouped(rows: pd.DataFrame, columns: list[str]) -> list[list[Record]]:
    """The rows by what stands in ``columns``, in its order."""
    groups: dict[tuple[str, ...], list[Record]] = {}
    for row in rows.to_dict("records"):
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return [groups[key] for key in sorted(groups)]


def _newest(rows: Sequence[Record]) -> list[Record]:
    """The rows that are shown, done before ahead."""
    return sorted((row for row in rows if row["use"] == "shown"), key=lambda row: str(row["ahead"]), reverse=True)


def _plain_facts(rows: Sequence[Record]) -> list[Record]:
    """Facts that are no bounds, of whole groups and of schools, in the unit that most of them have."""
    facts = [row for row in rows if row["ahead"] == "done" and row["qualifier"] in PLAIN and row["group"] == ""]
    facts = [row for row in facts if row["counted"] != "facility"]
    units = Counter(row["unit"] for row in facts)
    most = min(units, key=lambda unit: (-units[unit], unit), default="")
    return [row for row in facts if row["unit"] == most]


def comparable(rows: Sequence[Record]) -> bool:
    """Whether numbers can be ranked: facts of one kind and about one time, none of them a bound."""
    if len({(row["counted"], row["group"], row["unit"]) for row in rows}) > 1:
        return False
    years = [row["period_end"].year for row in rows]
    exact = all(row["qualifier"] in PLAIN and row["ahead"] == "done" for row in rows)
    return exact and max(years) - min(years) <= MOST_YEARS_APART


def _details(teller: Teller, row: Record) -> str:
    """Group (unless the measure's name says it) and programme of one number."""
    own = entries_of("measures", "measure")[row["measure"]]["numerator_groups"]
    return teller.details({**row, "works": "", "counted": ""}, said=own)


def range_title(teller: Teller, shown: pd.DataFrame, name: str) -> str:
    """The finding of a chart of ``shown``, called ``name``: its ends with their regions, where they can be ranked.

    Else how far the facts among them reach and of when they are, or how many numbers there are.
    """
    wording = teller.wording
    rows = shown.sort_values("value", kind="stable").to_dict("records")
    ends = [row for row in rows if row["region"] != "KZ"] or rows
    low, high = ends[0], ends[-1]
    top = wording.name("regions", str(high["region"]))
    if len(ends) == 1:
        value = ", ".join(filter(None, [teller.number(high), teller.status_words(high)]))
        return wording.text("{name}: {value}, {region}", name=name, value=value, region=top)
    if not comparable(ends):
        return _unlike_title(teller, ends, name)
    return wording.text(
        "{name}: from {low} ({bottom}) to {high} ({top})",
        name=name,
        low=teller.number(low),
        high=teller.number(high),
        bottom=wording.name("regions", str(low["region"])),
        top=top,
    )


def _unlike_title(teller: Teller, ends: Sequence[Record], name: str) -> str:
    """What is said of numbers that cannot be ranked; ``ends`` are in order of their values."""
    alike = _plain_facts(ends)
    regions = len({row["region"] for row in alike})
    if regions <= 1:
        return teller.wording.plural(*UNLIKE, len(ends), name=name, years=years_of(ends))
    low, high = teller.number(alike[0]), teller.number(alike[-1])
    return teller.wording.plural(*SPREAD, regions, name=name, low=low, high=high, years=years_of(alike))


def observation_rows(builder: ChartBuilder, rows: pd.DataFrame) -> list[Row]:
    """Chart rows of one indicator: the newest numbers of a region and group, older ones as a trail."""
    wording = builder.teller.wording
    chart_rows = []
    for own in _grouped(rows, ["region", "group"]):
        region, group = str(own[0]["region"]), str(own[0]["group"])
        label = wording.name("regions", region) + (f", {wording.name('groups', group)}" if group else "")
        marks = tuple(builder.mark(row) for row in _newest(own))
        # Older plans are no part of what was.
        trail = tuple(row["value"] for row in own if row["use"] != "shown" and row["ahead"] == "done")
        chart_rows.append(Row(label, marks, trail))
    return chart_rows


def country_sentence(teller: Teller, shown: pd.DataFrame) -> list[Markup]:
    """What is reported of the whole country, in words: its size would dwarf the regions in a chart."""
    country = shown[shown["region"] == "KZ"].sort_values("ahead", ascending=False)
    if country.empty:
        return []
    numbers = Markup("; ").join(
        Markup("{} ({}){}").format(
            teller.figure_link(row["figure_id"]),
            "; ".join(filter(None, [teller.when(row), teller.wording.note(row["note"])])),
            teller.status(row) and Markup(" ") + teller.status(row),
        )
        for row in country.to_dict("records")
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
    rows = [_total_cells(teller, row) for row in sums.to_dict("records")]
    return section("cities", title, paragraph(note), html_table(title, header, rows, numeric=(1,)))


def _total_cells(teller: Teller, row: Record) -> list[Markup | str]:
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
    number = wording.value({**row, "precision": 1.0})
    count = text("{part} of {all}", part=row["reporting"], all=row["asked"])
    return [name, number, wording.name("status", row["status"]), count, parts, "; ".join(mind)]


def coverage(teller: Teller) -> Html:
    """How many figures each region reports of each topic, shaded, and of each indicator as a table."""
    text = teller.wording.text
    counts, outside = _coverage_counts(teller)
    title = text("Who reports what")
    if counts.empty:
        return section("coverage", title, paragraph(text("not reported"), "not-reported"))
    reporting = (counts > 0).sum(axis=1).sort_values(ascending=False, kind="stable")
    asked = (~outside).sum(axis=1)
    rows = [
        [
            name,
            *("×" if out else str(count or "–") for out, count in zip(is_outside, of_regions, strict=True)),
            text("{part} of {all}", part=reporting[name], all=asked[name]),
        ]
        for name, is_outside, of_regions in zip(counts.index, outside.to_numpy(), counts.to_numpy(), strict=True)
    ]
    caption = text("Figures of each indicator by region; –: not reported, ×: does not apply")
    table = html_table(
        caption, [text("Indicator"), *counts.columns, text("Regions")], rows, numeric=tuple(range(1, len(rows[0])))
    )
    topics = _topic_counts(teller)
    best = str(reporting.index[0])
    words = {
        "identifier": "chart-coverage",
        "title": text("{what}: reported by {part} of {all} regions", what=best, part=reporting[best], all=asked[best]),
        "subtitle": text("Number of figures by region and topic, the indicator of most regions named above; –: none"),
    }
    data = [
        (str(region), "; ".join(f"{topic} {count}" for topic, count in row.items()))
        for region, row in topics.iterrows()
    ]
    chart_text = ChartBuilder(teller).text(data, [], words, topics.rename_axis(text("Region")).reset_index())
    everywhere = Markup('{}: <a href="sources.html">{}</a>').format(text("Source"), text("all documents"))
    chart = charts.heatmap(topics, replace(chart_text, source=everywhere))
    return section("coverage", title, chart, table)


def _topic_counts(teller: Teller) -> pd.DataFrame:
    """Counts of figures; rows: short names of regions, columns: short names of topics."""
    rows = _of_regions(teller.dataset.observations)
    topics, regions = read_table("topics"), read_table("regions").query("type != 'country'")
    topic_of = read_table("indicators").set_index("indicator")["topic"]
    counts = pd.crosstab(rows["region"].astype("str"), rows["indicator"].astype("str").map(topic_of))
    counts = counts.reindex(index=regions["region"], columns=topics["topic"], fill_value=0)
    short = f"short_{teller.wording.language}"
    return counts.set_axis(list(regions[short])).set_axis(list(topics[short]), axis=1)


def _of_regions(rows: pd.DataFrame) -> pd.DataFrame:
    """Figures about whole regions as they are today, of a time that is known."""
    rows = rows[(rows["place"] == "") & (rows["region"] != "KZ") & ~unplaced(rows)]
    return rows[in_present_borders(rows)]


def _coverage_counts(teller: Teller) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of figures and whether an indicator does not apply; rows: names of indicators, columns: regions."""
    rows = _of_regions(teller.dataset.observations)
    indicators = read_table("indicators").query("indicator in @rows.indicator")
    regions = read_table("regions").query("type != 'country'")
    counts = pd.crosstab(rows["indicator"].astype("str"), rows["region"].astype("str"))
    counts = counts.reindex(index=indicators["indicator"], columns=regions["region"], fill_value=0)
    not_applicable = [[not applies(indicator, region) for region in counts.columns] for indicator in counts.index]
    outside = pd.DataFrame(not_applicable, counts.index, counts.columns)
    names = [teller.wording.name("indicators", code) for code in counts.index]
    short = list(regions[f"short_{teller.wording.language}"])
    return counts.set_axis(names).set_axis(short, axis=1), outside.set_axis(names).set_axis(short, axis=1)
