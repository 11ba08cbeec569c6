"""The pages by keyboard alone, and the search for a region in any of the three languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.pages import KINDS, LANGUAGES, PLACE, Open, listed
from edstats.codebook import read_table

# Numbers everything that the Tab key must reach, so that a round of the page can tell what it has left out.
MARK = """
() => {
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const seen = [...document.querySelectorAll(wanted)].filter(element => element.checkVisibility());
  seen.forEach((element, number) => { element.dataset.stop = number });
  return seen.length;
}
"""
FOCUSED = f"""
() => {{
  {PLACE}
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {{
    stop: element.dataset.stop ?? '', place: place(element), href: element.getAttribute('href'),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    shown: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  }};
}}
"""
LEFT_OUT = f"""
stops => {{
  {PLACE}
  const left = element => !stops.includes(element.dataset.stop);
  return [...document.querySelectorAll('[data-stop]')].filter(left).map(place);
}}
"""


def tab_round(page: Page, count: int) -> Iterator[dict[str, Any]]:
    """What has the focus after each press of Tab, until it leaves the page or comes round."""
    seen: set[str] = set()
    # Chromium also stops at boxes that scroll; those have no number and are let through.
    for _ in range(2 * count + 10):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or (focused["stop"] and focused["stop"] in seen):
            return
        seen.add(focused["stop"])
        yield focused


# The long pages have the same markup in all languages, and a round of them takes long.
@pytest.mark.parametrize(
    ("language", "kind"),
    [("en", kind) for kind in KINDS] + [(language, kind) for language in ("ru", "kk") for kind in ("index", "changes")],
)
def test_tab_reaches_everything_and_shows_where_it_is(edition: Path, opened: Open, language: str, kind: str) -> None:
    with opened() as page:
        page.goto((edition / language / f"{kind}.html").as_uri())
        count = page.evaluate(MARK)
        stops = list(tab_round(page, count))
        left_out = page.evaluate(LEFT_OUT, [stop["stop"] for stop in stops])
    assert stops, "Tab reaches nothing"
    faults = [f"{stop['place']} has the focus without an outline" for stop in stops if not stop["outlined"]]
    faults += [f"{stop['place']} has the focus out of sight" for stop in stops if not stop["shown"]]
    faults += [f"{place} is not reached" for place in left_out]
    assert not faults, listed([f"{language}/{kind}.html: {fault}" for fault in faults])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_stop_skips_to_the_content(edition: Path, opened: Open, language: str) -> None:
    faults: list[str] = []
    with opened() as page:
        for kind in KINDS:
            name = f"{language}/{kind}.html"
            page.goto((edition / name).as_uri())
            page.keyboard.press("Tab")
            first = page.evaluate(FOCUSED)
            if first is None or first["href"] != "#main" or not first["shown"]:
                faults.append(f"{name}: the first stop is {first and first['place']}, not a link to #main that is seen")
                continue
            page.keyboard.press("Enter")
            if page.evaluate("document.activeElement.id") != "main":
                faults.append(f"{name}: the focus does not go to <main>")
            page.keyboard.press("Tab")
            if not page.evaluate("document.activeElement.closest('main') !== null"):
                faults.append(f"{name}: the next stop is not in <main>")
    assert not faults, listed(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_details_open_and_close_by_enter(edition: Path, opened: Open, language: str) -> None:
    faults: list[str] = []
    count = 0
    with opened() as page:
        for kind in KINDS:
            page.goto((edition / language / f"{kind}.html").as_uri())
            summaries = page.locator("main details:not([open]) > summary:visible").all()[:5]
            # Locators look anew each time, and an opened one would no longer be found.
            for summary in [found.element_handle() for found in summaries]:
                count += 1
                states = []
                for key in ("Enter", "Enter"):
                    summary.focus()
                    page.keyboard.press(key)
                    states.append(summary.evaluate("summary => summary.parentElement.open"))
                if states != [True, False]:
                    words = summary.inner_text()
                    faults.append(f"{language}/{kind}.html: '{words}' was open={states} after Enter and Enter again")
    assert count, "no page has details"
    assert not faults, listed(faults)


SHOWN = """
() => [...document.querySelectorAll('#regions-list li')].filter(item => item.checkVisibility())
  .map(item => item.querySelector('a').getAttribute('href'))
"""


def regions() -> dict[str, set[str]]:
    """The names of each region in three languages, under the English one."""
    rows = read_table("regions").query("type != 'country'").to_dict("records")
    return {row["name_en"]: {str(row[f"name_{language}"]) for language in LANGUAGES} for row in rows}


def parts_of_names() -> list[str]:
    """What readers may type: the beginning of each region's name in each language."""
    rows = read_table("regions").query("type != 'country'").to_dict("records")
    return sorted({str(row[f"short_{language}"])[:5].strip() for row in rows for language in LANGUAGES})


@pytest.mark.parametrize("language", LANGUAGES)
def test_typing_part_of_a_name_in_any_language_leaves_the_regions_that_fit(
    edition: Path, opened: Open, language: str
) -> None:
    faults: list[str] = []
    names = regions()
    with opened() as page:
        page.goto((edition / language / "index.html").as_uri())
        links = page.locator("#regions-list li a").evaluate_all(
            "links => links.map(link => [link.getAttribute('href'), link.textContent.trim()])"
        )
        assert len(page.evaluate(SHOWN)) == len(names), "at first the list is not whole"
        english = _english_names(language, links)
        field = page.locator("#region-search")
        for part in parts_of_names():
            for typed in (part, part.upper(), f" {part.lower()} "):
                field.fill("")
                field.press_sequentially(typed)
                shown = {english[href] for href in page.evaluate(SHOWN)}
                fitting = {name for name, own in names.items() if any(part.lower() in one.lower() for one in own)}
                if shown != fitting:
                    faults.append(f"'{typed}' shows {sorted(shown)}, and not {sorted(fitting)}")
        field.fill("qwqwq")
        if page.evaluate(SHOWN):
            faults.append(f"'qwqwq' shows {page.evaluate(SHOWN)}")
        field.fill("")
        if len(page.evaluate(SHOWN)) != len(names):
            faults.append("an emptied field does not bring the whole list back")
    assert not faults, listed([f"{language}/index.html: {fault}" for fault in faults])


def _english_names(language: str, links: list[tuple[str, str]]) -> dict[str, str]:
    """The English name of the region whose name a link says, by its address."""
    rows = read_table("regions").query("type != 'country'")
    english = dict(zip(rows[f"name_{language}"], rows["name_en"], strict=True))
    unknown = sorted({text for _, text in links} - {*english})
    assert not unknown, f"{language}/index.html lists what is no region's name: {unknown}"
    return {href: english[text] for href, text in links}


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts_the_list_is_whole_and_no_dead_field_stands_above_it(
    edition: Path, opened: Open, language: str
) -> None:
    with opened(java_script_enabled=False) as page:
        page.goto((edition / language / "index.html").as_uri())
        items = page.locator("#regions-list li")
        assert [item.is_visible() for item in items.all()] == [True] * len(regions())
        assert page.locator("#region-search").count() == 1
        assert not page.locator("#region-search").is_visible()
