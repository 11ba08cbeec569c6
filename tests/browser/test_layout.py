"""Nothing is cut off, on a telephone, a tablet or a desk: what is wider than the screen scrolls in its own frame."""

from pathlib import Path

import pytest

from browser.pages import ACROSS, LANGUAGES, OPEN_DETAILS, PARTS, PLACE, Open, listed, pages_in

WIDTHS = (360, 768, 1280)
SMALLEST_TEXT = 9
HEAVIEST = 150_000  # bytes

STICKING_OUT = f"""
() => {{
  {PLACE}
  const root = document.documentElement, width = root.clientWidth, faults = [];
  if (root.scrollWidth > width) faults.push(`the page is ${{root.scrollWidth}} px wide`);
  const inFrame = element => {{
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(above).overflowX)) return true;
    return false;
  }};
  const extent = element => {{
    // A word that does not break runs out of its box; the box would not show it.
    const range = document.createRange();
    range.selectNodeContents(element);
    const words = element.matches('h1, h2, h3, h4, summary, figcaption *, caption, label');
    return (words ? range : element).getBoundingClientRect();
  }};
  const inside = ':is(header, main, footer)';
  for (const element of document.querySelectorAll(`${{inside}}, ${{inside}} :not(svg *)`)) {{
    const box = extent(element);
    if (!box.width || !box.height || (box.left >= -1 && box.right <= width + 1)) continue;
    if (inFrame(element)) continue;
    faults.push(`${{place(element)}} reaches from ${{box.left.toFixed()}} to ${{box.right.toFixed()}}`);
  }}
  for (const text of document.querySelectorAll('figure.chart svg text')) {{
    const box = text.getBoundingClientRect(), chart = text.ownerSVGElement.getBoundingClientRect();
    if (box.width && (box.left < chart.left - 1 || box.right > chart.right + 1))
      faults.push(`${{place(text)}} is cut at the edge of its chart`);
  }}
  return faults;
}}
"""

TEXT_SIZES = f"""
() => {{
  {PLACE}
  return [...document.querySelectorAll('figure.chart svg text')].map(text => {{
    const scale = text.getScreenCTM();
    const sizes = [text, ...text.querySelectorAll('tspan')].map(part => parseFloat(getComputedStyle(part).fontSize));
    return [place(text), Math.min(...sizes) * Math.hypot(scale.a, scale.b)];
  }});
}}
"""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_of_the_window(edition: Path, opened: Open, part: str, width: int) -> None:
    faults: list[str] = []
    with opened(viewport={"width": width, "height": 800}) as page:
        for path in pages_in(edition, part):
            name = path.relative_to(edition)
            page.goto(path.as_uri())
            closed = page.evaluate(STICKING_OUT)
            page.evaluate(OPEN_DETAILS)
            unfolded = [fault for fault in page.evaluate(STICKING_OUT) if fault not in closed]
            faults += [f"{name} at {width} px: {fault}" for fault in closed]
            faults += [f"{name} at {width} px, details open: {fault}" for fault in unfolded]
    assert not faults, listed(faults)


@pytest.mark.parametrize("part", PARTS[1:])
def test_the_words_of_charts_can_be_read_on_a_telephone(edition: Path, opened: Open, part: str) -> None:
    faults: list[str] = []
    count = 0
    with opened(viewport={"width": 360, "height": 800}) as page:
        for path in pages_in(edition, part):
            page.goto(path.as_uri())
            page.evaluate(OPEN_DETAILS)
            sizes: list[tuple[str, float]] = page.evaluate(TEXT_SIZES)
            count += len(sizes)
            faults += [
                f"{path.relative_to(edition)}: {place} is {size:.1f} px high"
                for place, size in sizes
                if size < SMALLEST_TEXT
            ]
    assert count, "no chart has any words"
    assert not faults, listed(faults)


def test_a_regions_page_is_light(edition: Path) -> None:
    """A page with its charts weighs at most 150 kB, so that it comes over a slow line."""
    regions = [page for part in LANGUAGES for page in pages_in(edition, part) if page.stem not in ("index", *ACROSS)]
    assert len(regions) >= len(LANGUAGES)
    sizes = {page.relative_to(edition): len(page.read_bytes()) for page in regions}
    faults = [f"{page}: {size} bytes" for page, size in sizes.items() if size > HEAVIEST]
    assert not faults, listed(faults)
