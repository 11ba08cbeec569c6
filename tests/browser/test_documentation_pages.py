"""The documentation site in a browser: no page is wider than its screen, and nothing is fetched from elsewhere."""

from pathlib import Path

import pytest
from playwright.sync_api import Request

from browser.pages import Open, listed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_documentation_fits_and_stays_at_home(documentation: Path, opened: Open, scheme: str) -> None:
    faults: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            faults.append(f"asks for {request.url}")

    for width in (360, 1280):
        with opened(viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
            page.context.on("request", requested)
            for path in sorted((documentation / "docs").glob("*.html")):
                page.goto(path.as_uri())
                shown = page.evaluate("document.documentElement.scrollWidth")
                if shown > width:
                    faults.append(f"{path.name}: {shown} px wide at {width}")
                ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                if (sum(map(int, ground.removeprefix("rgb(").rstrip(")").split(",")[:3])) < 384) != (scheme == "dark"):
                    faults.append(f"{path.name}: {ground} in {scheme}")
    assert not faults, listed(faults)


# What is read at a glance, by the widths at which nothing of it may lie outside its frame.
WHOLE = {
    (360, "docs/data-dictionary.html"): "#tables .table-wrapper",
    (360, "docs/rules-of-comparison.html"): "#the-rule-of-each-measure .table-wrapper",
    (1280, "docs/rules-of-comparison.html"): "#the-rule-of-each-measure .table-wrapper",
    (1280, "docs/api.html"): ".doctest pre",
    (1280, "notebooks/explore.html"): ".cell_input pre",
}
HIDDEN = "parts => parts.filter(part => part.scrollWidth > part.clientWidth).map(part => part.innerText.slice(0, 60))"


@pytest.mark.parametrize(("width", "name"), WHOLE)
def test_tables_and_code_are_seen_whole(documentation: Path, opened: Open, width: int, name: str) -> None:
    with opened(viewport={"width": width, "height": 800}) as page:
        page.goto((documentation / name).as_uri())
        parts = page.locator(WHOLE[width, name])
        assert parts.count() > 0
        cut = parts.evaluate_all(HIDDEN)
    assert not cut, listed(cut)


def test_the_tour_shows_tables_and_pieces_of_pages_as_they_are_meant(documentation: Path, opened: Open) -> None:
    style = "(part, name) => getComputedStyle(part)[name]"
    with opened(viewport={"width": 1280, "height": 800}) as page:
        page.goto((documentation / "notebooks" / "explore.html").as_uri())
        aligned = {cell.evaluate(style, "textAlign") for cell in page.locator("table.dataframe th").all()}
        assert aligned == {"start"}, "headers stand over their columns"
        assert page.locator(".edstats .entries").first.evaluate(style, "listStyleType") == "none"
        term, fact = (page.locator(f".edstats > dl > {tag}").first.bounding_box() for tag in ("dt", "dd"))
        assert term is not None
        assert fact is not None
        assert fact["y"] < term["y"] + term["height"], "a fact stands beside its term"
        sizes = [page.locator(each).first.evaluate(style, "fontSize") for each in ("article h2", ".edstats h2")]
        assert float(sizes[1].removesuffix("px")) < float(sizes[0].removesuffix("px"))
