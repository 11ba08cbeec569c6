"""A reader who changes the language in the middle of a page goes on reading where they were."""

from pathlib import Path

import pytest

from browser.pages import KINDS, LANGUAGES, Open, listed, written

WHERE = """
section => {
  const anchor = document.getElementById(section);
  const heading = anchor && (anchor.matches('h2') ? anchor : anchor.querySelector('h2'));
  return {
    language: document.documentElement.lang,
    page: decodeURI(location.pathname),
    top: heading ? heading.getBoundingClientRect().top : null,
    height: innerHeight,
  };
}
"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_section_s_link_leads_to_the_same_section(edition: Path, opened: Open, language: str, width: int) -> None:
    """Each section once, to the other languages in turn; ``test_links`` tests that all links are there and right."""
    faults: list[str] = []
    others = [other for other in LANGUAGES if other != language]
    with opened(viewport={"width": width, "height": 800}) as page:
        for kind in KINDS:
            path = edition / language / f"{kind}.html"
            sections = written(path).sections
            assert sections, f"{language}/{kind}.html has no section"
            for number, section in enumerate(sections):
                other = others[number % len(others)]
                name = f"{language}/{kind}.html#{section} to {other} at {width} px"
                page.goto(path.as_uri())
                link = page.locator(f'main a[hreflang="{other}"][href$="#{section}"]')
                if not link.count() or not link.first.is_visible():
                    faults.append(f"{name}: no link is to be seen")
                    continue
                link.first.click()
                page.wait_for_load_state()
                page.evaluate("() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))")
                where = page.evaluate(WHERE, section)
                if where["language"] != other or where["page"] != str(edition / other / path.name):
                    faults.append(f"{name}: leads to {where['page']} in '{where['language']}'")
                elif where["top"] is None or not -1 <= where["top"] < where["height"]:
                    faults.append(f"{name}: its heading is not in the window but at {where['top']} px")
    assert not faults, listed(faults)
