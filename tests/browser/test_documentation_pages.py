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
