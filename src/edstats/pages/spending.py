"""Renovation spending per school on the comparison page: each kind of works apart, in two kinds of tenge."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from edstats.charts import Row, Scale
from edstats.entries import measure_entries
from edstats.pages import reporting
from edstats.pages.sections import ChartBuilder, heading, paragraph, section
from edstats.prices import BASE_YEAR, in_constant_prices
from edstats.tables import Html, html_table
from edstats.teller import Teller, upper_first
from edstats.wording import BILLION, MILLION, Wording

WORKS = ("capital", "current", "mixed", "reconstruction", "")
# A linear axis would crush the small values when the largest is more than this many times as large.
LOGARITHMIC_FROM = 10
# Far enough apart that their words do not touch.
TICKS = (3 * MILLION, 30 * MILLION, 300 * MILLION, 3 * BILLION)


def renovation_section(teller: Teller, rows: pd.DataFrame, first: list[Markup], last: list[Markup]) -> Html:
    """The section: a part for each kind of works that is reported, all on one scale.

    ``rows`` are those of ``ComparisonPage.newest_measures``; ``first`` and ``last`` stand around the parts.
    """
    text = teller.wording.text
    rows = rows.assign(constant=in_constant_prices(rows, teller.dataset.prices))
    notes = [
        text(
            "Money is divided only by the schools that its own source names with it. Kinds of works cost very "
            "different sums and are kept apart, and so are schools and education facilities of every kind."
        ),
        text(
            "Prices of {year} follow the yearly average of consumer prices. A number whose year is not certain, or is "
            "later than {year}, stays in the tenge of its time.",
            year=BASE_YEAR,
        ),
    ]
    parts = [*first, *map(paragraph, notes)]
    scale = _scale(teller, rows) if len(rows) else Scale(0, 1, ())
    for works in WORKS:
        of_kind = rows[rows["works"] == works]
        if not of_kind.empty:
            parts += _works_parts(teller, of_kind, works, scale)
    name = teller.wording.name("measures", "renovation_spending_per_school")
    return section("renovation-spending-per-school", name, *parts, *last)


def name_of_works(wording: Wording, works: str) -> str:
    """A kind of works as it stands within a sentence."""
    return wording.name("works", works) if works else wording.text("kind of works not said")


def _works_parts(teller: Teller, rows: pd.DataFrame, works: str, scale: Scale) -> list[Markup]:
    text = teller.wording.text
    name = name_of_works(teller.wording, works)
    shown = rows[rows["use"] == "shown"]
    words = {
        "identifier": f"chart-spending-{works or 'unsaid'}",
        "title": reporting.range_title(teller, shown, upper_first(name)),
        "subtitle": text(
            "Renovation spending per school, tenge of the year, by region; filled: done, hollow: planned or under "
            "way, ticks: older and other numbers; logarithmic scale"
        ),
    }
    builder = ChartBuilder(teller)
    chart = builder.dots(reporting.measure_rows(builder, rows), words, scale)
    parts = [heading(upper_first(name)), chart]
    known = shown[shown["constant"].notna()]
    if len(known) > 1:
        parts.append(_constant_chart(builder, known, works, name, scale))
    if not known.empty:
        parts.append(_constant_table(teller, known, name))
    ordered = rows.sort_values(["region", "period_end"], kind="stable")
    return [*parts, measure_entries(teller, ordered, with_region=True)]


def _constant_chart(builder: ChartBuilder, rows: pd.DataFrame, works: str, name: str, scale: Scale) -> Markup:
    """The numbers whose year is certain, in prices of the base year, on the scale of the other charts."""
    text, year = builder.teller.wording.text, str(BASE_YEAR)
    indexed = rows.assign(value=rows["constant"])
    ordered = indexed.sort_values(["ahead", "constant"], ascending=False).to_dict("records")
    chart_rows = [Row(builder.teller.area(row), (builder.mark(row),)) for row in ordered]
    words = {
        "identifier": f"chart-spending-{works or 'unsaid'}-constant",
        "title": reporting.range_title(builder.teller, indexed, text("In prices of {year}", year=year)),
        "subtitle": text(
            "Renovation spending per school ({works}), by region, indexed to prices of {year}; in brackets the year "
            "of the number; hollow: planned; logarithmic scale",
            works=name,
            year=year,
        ),
    }
    return builder.dots(chart_rows, words, scale)


def _constant_table(teller: Teller, rows: pd.DataFrame, works: str) -> Markup:
    """Numbers whose year is certain, in prices of the base year, beside the printed ones."""
    wording, text = teller.wording, teller.wording.text
    year = str(BASE_YEAR)
    caption = text("In prices of {year}, {works}: numbers whose year is certain", year=year, works=works)
    header = [
        text("Region"),
        text("In tenge of the year"),
        text("In prices of {year}", year=year),
        text("Time"),
        text("Status"),
    ]
    cells = []
    for row in rows.sort_values(["ahead", "constant"], ascending=False).to_dict("records"):
        indexed = wording.value({**row, "value": row["constant"]}, 0)
        status = teller.status(row) or wording.name("status", str(row["status"]))
        cells.append([teller.area(row), teller.measure_value(row), indexed, teller.when(row), status])
    return html_table(caption, header, cells, numeric=(1, 2))


def _scale(teller: Teller, rows: pd.DataFrame) -> Scale:
    """One axis for all kinds of works, so that they can be compared by eye."""
    numbers = rows[["value", "value_high", "constant"]].to_numpy("float64")
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    ticks = tuple((float(tick), teller.wording.quantity(tick, "KZT", 0)) for tick in TICKS)
    if high > LOGARITHMIC_FROM * low:
        return Scale(0.8 * low, 1.25 * high, tuple(tick for tick in ticks if 0.8 * low <= tick[0] <= 1.25 * high), True)
    return Scale(0, 1.05 * high, ((0.0, "0"),))
