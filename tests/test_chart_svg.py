"""Charts as they stand in a page: small SVGs that follow its colours, and that share no name with one another."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from edstats import charts
from edstats.chart_svg import COLOURS, FAINT, FOCUS, INK, OTHER, PAPER, SHADES, TINT, inline_svg
from edstats.charts import PANEL_LINES, ChartText, Mark, Row, Scale
from edstats.reports import build

STYLE = (Path(build.__file__).parent / "template" / "edstats" / "style.css").read_text(encoding="utf-8")
TEXT = ChartText(
    identifier="chart-test",
    title="Title",
    subtitle="Subtitle",
    alternative='What <it> shows & "says"',
    source=Markup("Source"),
    data_heading="Data",
    data=Markup("<table></table>"),
    csv="label,value\nҚостанай,1\n",
    csv_label="CSV",
)
SCALE = Scale(0, 100, ((0, "0"), (50, "50"), (100, "100")))


def _row(label: str, value: float = 40.0, **more: object) -> Row:
    return Row(label, (Mark(label, value, f"{value:g} schools (2024)", **more),))  # type: ignore[arg-type]


def _bars() -> Markup:
    marks = [Mark("Opened", 3, "3 schools"), Mark("Planned", 8, "8 schools", status="planned")]
    return charts.bars([*marks, Mark("Range", 4, "4–6", high=6.0), Mark("Other", 2, "2", focus=False)], TEXT)


def _dots() -> Markup:
    planned = Mark("Planned", 60, "60%", status="planned")
    rows = [
        Row("Connected", (Mark("Now", 40, "40%"), planned), connected=True),
        Row("Beside others", (Mark("Now", 40, "40%"),), trail=(10.0, 20.0), others=(70.0, 80.0)),
        _row("Bound", qualifier="at_least"),
        _row("Country", focus=False),
    ]
    return charts.dots(rows, TEXT, SCALE)


def _composition() -> Markup:
    return charts.composition([("Small", 30.0), ("Other", 50.0), ("Urban", 20.0)], TEXT)


def _heatmap() -> Markup:
    counts = pd.DataFrame({"Network": [0, 1, 3], "Budget": [2, 5, 17]}, index=["Abai", "Aqmola", "Aqtobe"])
    return charts.heatmap(counts, TEXT)


DRAW: dict[str, Callable[[], Markup]] = {
    "bars": _bars,
    "dots": _dots,
    "composition": _composition,
    "heatmap": _heatmap,
}


@pytest.fixture(scope="module", params=DRAW)
def chart(request: pytest.FixtureRequest) -> str:
    return str(DRAW[request.param]())


def _drawings(html: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)


def _figure(colour: str = FOCUS) -> Figure:
    figure = Figure(figsize=(4, 2))
    figure.add_axes((0.1, 0.1, 0.8, 0.8)).plot([0, 1 / 3, 1], [0, 2 / 3, 1], "o-", color=colour)
    return figure


def _without_style(drawing: str) -> str:
    return re.sub(r'style="[^"]*"', "", drawing)


# --- colours ---------------------------------------------------------------------------------------------------------


def test_colours_are_variables_with_the_drawn_colour_where_there_is_no_page(chart: str) -> None:
    for drawing in _drawings(chart):
        coloured = re.findall(r"(var\(--([\w-]+),)?(#[0-9a-fA-F]{3,8})\b", _without_references(drawing))
        assert coloured
        for variable, name, colour in coloured:
            assert variable, f"{colour} does not follow the page"
            assert COLOURS[colour] == name


def _without_references(drawing: str) -> str:
    """The drawing without what else has a hash before it."""
    return drawing.replace('href="#', 'href="')


@pytest.mark.parametrize("colour", [FOCUS, TINT, OTHER, INK, FAINT, PAPER, *SHADES[:3]])
def test_each_colour_of_a_drawing_has_its_variable(colour: str) -> None:
    drawing = inline_svg(_figure(colour), "x", "")
    assert f"stroke:var(--{COLOURS[colour]},{colour})" in drawing


def test_a_colour_that_the_page_does_not_know_stays_as_drawn() -> None:
    assert "stroke:#abcdef" in inline_svg(_figure("#abcdef"), "x", "")


def test_the_page_gives_each_variable_a_light_a_dark_and_a_printed_colour() -> None:
    roots = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(roots) == 3
    light, dark, printed = (dict(re.findall(r"--([\w-]+): (#\w+);", root)) for root in roots)
    for name in COLOURS.values():
        assert {name in light, name in dark, name in printed} == {True}, name
        assert light[name] != dark[name]


# --- names -----------------------------------------------------------------------------------------------------------


def test_every_id_begins_with_that_of_its_drawing_and_every_reference_leads_to_one(chart: str) -> None:
    for number, drawing in enumerate(_drawings(chart), start=1):
        ids = re.findall(r'\bid="([^"]*)"', drawing)
        assert all(name.startswith(f"chart-test-{number}-") for name in ids)
        assert len(set(ids)) == len(ids)
        references = re.findall(r'href="#([^"]*)"', drawing)
        assert set(references) <= set(ids)
        assert "url(" not in drawing


def test_marks_are_drawn_by_reference_to_ids_of_their_own_drawing() -> None:
    first, second = (inline_svg(_figure(), name, "") for name in ("first", "second"))
    assert re.findall(r'<use href="#first-', first)
    assert "second" not in first
    assert second == first.replace("first", "second")


# --- what is left out ------------------------------------------------------------------------------------------------


def test_no_style_rule_metadata_or_empty_group_remains(chart: str) -> None:
    for drawing in _drawings(chart):
        root = ElementTree.fromstring(drawing)
        names = {element.tag for element in root.iter()}
        assert names <= {"svg", "g", "path", "defs", "use", "text"}
        assert all(len(element) for element in root.iter() if element.tag in ("g", "defs"))
        assert not re.search(r"xmlns|matplotlib|20\d\d-\d\d-\d\dT|font-family|<\?xml|<!--", drawing)


def test_a_drawing_has_a_shape_and_no_size_of_its_own(chart: str) -> None:
    for drawing in _drawings(chart):
        opening = drawing.partition(">")[0]
        assert re.search(r'viewBox="0 0 [\d.]+ [\d.]+"', opening)
        assert not re.search(r'\b(width|height)="', opening)


def test_numbers_have_at_most_one_decimal(chart: str) -> None:
    for drawing in _drawings(chart):
        places = re.findall(r"\d\.(\d+)", re.sub(r">[^<]*<", "><", _without_style(drawing)))
        assert places
        assert max(map(len, places)) == 1
        assert "0" not in places


# --- words -----------------------------------------------------------------------------------------------------------


def test_text_stays_text_and_is_escaped() -> None:
    words = '<b>Ақтөбе</b> & "x" $5 to $6 ₸'
    drawings = [
        *_drawings(charts.dots([_row(words)], TEXT, SCALE)),
        *_drawings(charts.composition([(words, 1.0)], TEXT)),
        *_drawings(charts.heatmap(pd.DataFrame({words: [1]}, index=[words]), TEXT)),
    ]
    for drawing in drawings:
        assert "<b>" not in drawing
        assert words in [element.text for element in ElementTree.fromstring(drawing).iter("text")]


def test_the_alternative_is_escaped_and_told_as_that_of_an_image(chart: str) -> None:
    for drawing in _drawings(chart):
        root = ElementTree.fromstring(drawing)
        assert root.get("role") == "img"
        assert root.get("aria-label") == TEXT.alternative


def test_what_stands_around_a_drawing_is_escaped() -> None:
    hostile = TEXT.__class__(**{**vars(TEXT), "title": "<b>", "subtitle": "<b>", "csv_label": "<b>"})
    html = charts.bars([Mark("<b>", 1, "<b>")], hostile)
    assert "<b>" not in html


def test_the_numbers_of_a_chart_stand_in_it_as_words() -> None:
    assert ">3 schools</text>" in _bars()
    assert ">40% → 60%</text>" in _dots()
    assert ">17</text>" in _heatmap()
    assert ">–</text>" in _heatmap(), "nothing is reported; that is not zero"


# --- the same again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DRAW)
def test_the_same_drawing_gives_the_same_bytes(kind: str) -> None:
    assert DRAW[kind]() == DRAW[kind]()


# --- long charts -----------------------------------------------------------------------------------------------------

LONG = [_row(f"Region {number}", 2.0 * number) for number in range(40)]


def _labels(drawing: str) -> list[str]:
    return re.findall(r">(Region \d+)</text>", drawing)


def _ticks(drawing: str) -> list[tuple[str, str]]:
    """The labels of the axis, with their places."""
    return re.findall(r'<text x="([\d.]+)"[^>]*text-anchor:middle[^>]*>([^<]+)</text>', drawing)


def test_a_short_chart_is_one_drawing() -> None:
    (drawing,) = _drawings(charts.dots(LONG[:9], TEXT, SCALE))
    assert f'aria-label="{Markup.escape(TEXT.alternative)}"' in drawing


def test_a_chart_with_many_rows_comes_in_panels_none_of_which_is_too_long() -> None:
    drawings = _drawings(charts.dots(LONG, TEXT, SCALE))
    assert len(drawings) > 1
    assert [label for drawing in drawings for label in _labels(drawing)] == [mark.label for mark in LONG]
    for drawing in drawings:
        # A row has a line for its label, one for its number, and two for its marks.
        assert 0 < 4 * len(_labels(drawing)) <= PANEL_LINES


def test_lines_of_long_labels_and_of_several_numbers_are_counted() -> None:
    label = "Schools that are renovated in the villages of a region, by kinds of works"
    marks = tuple(Mark("", 10.0 * n, f"{10 * n}%") for n in range(1, 6))
    drawings = _drawings(charts.dots([Row(label, marks) for _ in range(8)], TEXT, SCALE))
    lines = [len(re.findall("<text", drawing)) - len(SCALE.ticks) for drawing in drawings]
    assert sum(lines) == 8 * (2 + 5)
    assert all(count + 2 * count // 7 <= PANEL_LINES for count in lines)


def test_a_row_that_alone_is_too_long_has_a_panel_to_itself() -> None:
    marks = tuple(Mark("", float(n), f"{n}%") for n in range(PANEL_LINES + 1))
    drawings = _drawings(charts.dots([_row("Region 1"), Row("Long", marks), _row("Region 2")], TEXT, SCALE))
    assert [_labels(drawing) for drawing in drawings] == [["Region 1"], [], ["Region 2"]]


def test_panels_have_one_scale() -> None:
    for html in (charts.dots(LONG, TEXT, SCALE), charts.bars([row.marks[0] for row in LONG], TEXT)):
        drawings = _drawings(html)
        assert len(drawings) > 1
        assert len({tuple(_ticks(drawing)) for drawing in drawings}) == 1
        assert _ticks(drawings[0])
        widths = {re.findall(r'viewBox="0 0 ([\d.]+)', drawing)[0] for drawing in drawings}
        assert len(widths) == 1


def test_a_number_lies_where_it_lies_in_another_panel() -> None:
    rows = [_row(f"Region {number}", 50.0) for number in range(20)]
    drawings = _drawings(charts.dots(rows, TEXT, SCALE))
    places = {x for drawing in drawings for x in re.findall(r'<use [^>]*x="([\d.]+)"[^>]*chart-focus', drawing)}
    (tick,) = {x for drawing in drawings for x, label in _ticks(drawing) if label == "50"}
    assert len(drawings) > 1
    assert places == {tick}


def test_each_panel_says_which_of_how_many_it_is() -> None:
    drawings = _drawings(charts.dots(LONG, TEXT, SCALE))
    labels = [ElementTree.fromstring(drawing).get("aria-label") for drawing in drawings]
    count = len(drawings)
    assert labels == [f"{TEXT.alternative} ({number}/{count})" for number in range(1, count + 1)]


def test_panels_share_one_title_and_one_table() -> None:
    html = charts.dots(LONG, TEXT, SCALE)
    assert html.count("<figure") == html.count("<figcaption") == html.count("<table") == 1
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(set(ids)) == len(ids)
