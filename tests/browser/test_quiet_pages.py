"""A page loads nothing, and the browser has nothing to say about it."""

from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Error, Request

from browser.pages import OPEN_DETAILS, PARTS, Open, listed, pages_in


@pytest.mark.parametrize("part", PARTS)
def test_pages_load_nothing_and_raise_no_error_under_their_own_policy(edition: Path, opened: Open, part: str) -> None:
    faults: list[str] = []
    current = edition
    asked: list[str] = []

    def told(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(f"{current.relative_to(edition)}: the console says: {message.type}: {message.text}")

    def thrown(error: Error) -> None:
        faults.append(f"{current.relative_to(edition)}: a script fails: {error.message}")

    def requested(request: Request) -> None:
        asked.append(request.url)

    with opened() as page:
        page.on("console", told)
        page.on("pageerror", thrown)
        page.context.on("request", requested)
        for path in pages_in(edition, part):
            current = path
            asked.clear()
            page.goto(path.as_uri())
            page.evaluate(OPEN_DETAILS)
            # A round in the event loop, so that what opening sets off is heard.
            page.evaluate("() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))")
            name = path.relative_to(edition)
            assert path.as_uri() in asked, f"{name}: its own request was not seen"
            faults += [f"{name}: asks for {url}" for url in asked if url != path.as_uri()]
            if not page.locator("meta[http-equiv='Content-Security-Policy']").count():
                faults.append(f"{name}: has no Content-Security-Policy")
    assert not faults, listed(faults)
