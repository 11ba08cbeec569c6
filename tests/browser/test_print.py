"""The pages on paper: A4, with page numbers, whole charts, and the addresses of the sources in print."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from browser.pages import LANGUAGES, PLACE, Open, listed

A4 = (595, 842)  # points
MILLIMETRE = 96 / 25.4  # in CSS pixels
# What is left of A4 between margins of 15 mm.
PAPER = {"width": round(180 * MILLIMETRE), "height": round(267 * MILLIMETRE)}
# Pieces of text that differ less in height stand on one line, in points.
ONE_LINE = 4
Edge = Callable[[Iterable[float]], float]

CHARTS = f"""
height => {{
  {PLACE}
  const faults = [], charts = [...document.querySelectorAll('figure.chart svg')];
  for (const chart of charts) {{
    const box = chart.getBoundingClientRect();
    const kept = [chart, chart.closest('figure')].some(one => getComputedStyle(one).breakInside.startsWith('avoid'));
    const name = '#' + chart.closest('figure').id;
    if (!box.width) continue;
    if (box.height > height) faults.push(`${{name}} is ${{box.height.toFixed()}} px high, and the paper ${{height}}`);
    if (box.left < -1 || box.right > document.documentElement.clientWidth + 1)
      faults.push(`${{name}} reaches from ${{box.left.toFixed()}} to ${{box.right.toFixed()}} px, off the paper`);
    if (!kept) faults.push(`${{name}} has no break-inside: avoid`);
  }}
  return [charts.length, faults];
}}
"""
ADDRESSES = """
() => [...document.querySelectorAll('main a[href^="http"]')]
  .filter(link => link.checkVisibility()).map(link => link.getAttribute('href'))
"""


Line = tuple[float, str]


def lines_of(sheet: PageObject) -> list[Line]:
    """The pieces of text of a sheet, each with its height above the lower edge of the paper in points."""
    found: list[Line] = []

    def visit(text: str, cm: list[float], tm: list[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            found.append((tm[4] * cm[1] + tm[5] * cm[3] + cm[5], text))

    sheet.extract_text(visitor_text=visit)
    return found


def outermost(lines: list[Line], edge: Edge) -> list[Line]:
    """The line that is nearest to an edge of the paper, which is where a page number stands."""
    if not lines:
        return []
    outside = edge(height for height, _ in lines)
    return [line for line in lines if abs(line[0] - outside) < ONE_LINE]


def is_numbered(lines: list[Line], edge: Edge, number: int) -> bool:
    """Whether the line nearest to an edge holds the number."""
    return any(re.search(rf"(?<!\d){number}(?!\d)", text) for _, text in outermost(lines, edge))


def squeezed(text: str) -> str:
    """Without any space, since lines break where they like on paper, and with "fi" as two letters, not one sign."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(
    ("language", "kind"),
    [("en", "aktobe"), ("ru", "aktobe"), ("kk", "aktobe"), ("en", "index"), ("ru", "comparison"), ("kk", "sources")]
    + [(language, "changes") for language in LANGUAGES],
)
def test_a_printed_page_is_numbered_and_says_where_its_numbers_come_from(
    edition: Path, opened: Open, language: str, kind: str
) -> None:
    with opened() as page:
        page.goto((edition / language / f"{kind}.html").as_uri())
        heading = page.locator("h1").inner_text()
        printed = page.pdf(format="A4", prefer_css_page_size=True, print_background=False)
        page.emulate_media(media="print")
        addresses: list[str] = page.evaluate(ADDRESSES)
    sheets = PdfReader(io.BytesIO(printed)).pages
    texts = [lines_of(sheet) for sheet in sheets]
    # The foot or the head of the paper, whichever has more of the numbers.
    edges: tuple[Edge, Edge] = (min, max)
    edge = max(edges, key=lambda one: sum(is_numbered(lines, one, n) for n, lines in enumerate(texts, start=1)))
    faults = [
        f"sheet {number} is {sheet.mediabox.width} by {sheet.mediabox.height} points, not A4"
        for number, sheet in enumerate(sheets, start=1)
        if any(abs(float(side) - full) > 1 for side, full in zip(sheet.mediabox[2:], A4, strict=True))
    ]
    faults += [
        f"sheet {number} has no page number; its outermost line is {outermost(lines, edge)}"
        for number, lines in enumerate(texts, start=1)
        if not is_numbered(lines, edge, number)
    ]
    # Without the numbers, which would stand inside an address that goes on on the next sheet.
    text = squeezed("".join(line[1] for lines in texts for line in lines if line not in outermost(lines, edge)))
    if squeezed(heading) not in text:
        faults.append(f"the heading '{heading}' is not printed")
    faults += [f"the address {one} is not printed" for one in sorted({*addresses}) if squeezed(one) not in text]
    if kind in ("aktobe", "comparison", "sources") and len(sheets) < 2:
        faults.append("all is on one sheet, which cannot be")
    if kind in ("aktobe", "sources") and not addresses:
        faults.append("no address of a source is printed")
    assert not faults, listed([f"{language}/{kind}.html: {fault}" for fault in faults])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chart_is_cut_by_the_paper(edition: Path, opened: Open, language: str) -> None:
    faults: list[str] = []
    count = 0
    with opened(viewport=PAPER) as page:
        page.emulate_media(media="print")
        for path in sorted((edition / language).glob("*.html")):
            page.goto(path.as_uri())
            charts, found = page.evaluate(CHARTS, PAPER["height"])
            count += charts
            faults += [f"{path.relative_to(edition)}: {fault}" for fault in found]
    assert count, "no page has a chart"
    assert not faults, listed(faults)
