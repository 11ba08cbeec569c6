"""Every link inside an edition leads somewhere, and the three languages are one set of pages. No browser is needed."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from browser.pages import CHOICE, LANGUAGES, Link, listed, pages_in, pages_of, written


def target(page: Path, link: Link) -> tuple[Path, str]:
    """The file and the fragment that a link inside the edition means."""
    parts = urlsplit(link.href)
    file = Path(os.path.normpath(page.parent / unquote(parts.path))) if parts.path else page
    return file, unquote(parts.fragment)


def fault_of(edition: Path, page: Path, link: Link) -> str:
    """What is wrong with a link, or nothing."""
    if not link.href:
        return "is empty"
    if link.href.startswith("/") or urlsplit(link.href).scheme:
        return "is no relative address"
    file, fragment = target(page, link)
    if not file.is_relative_to(edition):
        return "leaves the edition"
    if not file.is_file():
        return "there is no such file"
    if fragment and (file.suffix != ".html" or fragment not in written(file).ids):
        return f"{file.relative_to(edition)} has no id '{fragment}'"
    return ""


def test_every_internal_link_leads_to_a_file_and_an_id(edition: Path) -> None:
    faults: list[str] = []
    count = 0
    for page in pages_of(edition):
        inside = {link.href: link for link in written(page).links if not link.external}
        count += len(inside)
        for href, link in inside.items():
            fault = fault_of(edition, page, link)
            if fault:
                faults.append(f'{page.relative_to(edition)}: {link.tag} href="{href}": {fault}')
    assert count, "no page has a link"
    assert not faults, listed(faults)


def test_every_page_can_be_reached_from_the_choice_of_language(edition: Path) -> None:
    reached: set[Path] = set()
    ahead = pages_in(edition, CHOICE)
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".html" or not page.is_file():
            continue
        reached.add(page)
        ahead += [target(page, link)[0] for link in written(page).links if link.tag == "a" and not link.external]
    faults = [f"{page.relative_to(edition)}: no page links to it" for page in pages_of(edition) if page not in reached]
    assert not faults, listed(faults)


def test_every_data_file_is_linked(edition: Path) -> None:
    links = [(page, link) for page in pages_of(edition) for link in written(page).links if not link.external]
    linked = {target(page, link)[0] for page, link in links}
    # In data/ itself an edition keeps what the next one is compared with.
    files = sorted(edition.glob("*/data/**/*.csv"))
    assert files, "no page has data to download"
    faults = [f"{file.relative_to(edition)}: no page links to it" for file in files if file not in linked]
    assert not faults, listed(faults)


def test_an_id_stands_once_in_a_page_and_the_same_ids_in_each_language(edition: Path) -> None:
    faults: list[str] = []
    for page in pages_of(edition):
        ids = written(page).ids
        faults += [
            f"{page.relative_to(edition)}: id '{one}' stands twice" for one in sorted({*ids}) if ids.count(one) > 1
        ]
    first, *others = LANGUAGES
    for page in pages_in(edition, first):
        for language in others:
            name = f"{language}/{page.name}"
            ours, theirs = written(page).anchors, written(edition / name).anchors
            faults += [f"{name}: id '{one}' of {first}/{page.name} is missing" for one in sorted(ours - theirs)]
            faults += [f"{name}: id '{one}' is not in {first}/{page.name}" for one in sorted(theirs - ours)]
            if written(page).sections != written(edition / name).sections:
                faults.append(f"{name}: the sections stand in another order than in {first}/{page.name}")
    assert not faults, listed(faults)


def test_every_page_says_its_language_and_where_it_stands_in_the_others(edition: Path) -> None:
    """``html lang`` for voices, ``link rel=alternate`` for search engines: each page names all three languages."""
    faults: list[str] = []
    for language in LANGUAGES:
        for page in pages_in(edition, language):
            name = page.relative_to(edition)
            if written(page).language != language:
                faults.append(f'{name}: <html lang="{written(page).language}">')
            expected = {(other, edition / other / page.name) for other in LANGUAGES}
            alternates = [
                link for link in written(page).links if link.tag == "link" and "alternate" in link.rel.split()
            ]
            given = {(link.hreflang, target(page, link)[0]) for link in alternates if link.hreflang != "x-default"}
            faults += [f"{name}: no alternate in {other}" for other, _ in sorted(expected - given)]
            faults += [
                f"{name}: alternate in '{other}' is {os.path.relpath(file, edition)}"
                for other, file in sorted(given - expected)
            ]
            default = {target(page, link)[0] for link in alternates if link.hreflang == "x-default"}
            if not default <= {edition / "index.html", edition / LANGUAGES[0] / page.name}:
                faults.append(f"{name}: x-default is neither the choice of language nor the page in {LANGUAGES[0]}")
    assert not faults, listed(faults)


def test_every_page_and_every_section_links_to_itself_in_the_other_languages(edition: Path) -> None:
    faults: list[str] = []
    for language in LANGUAGES:
        others = [other for other in LANGUAGES if other != language]
        for page in pages_in(edition, language):
            name, links = page.relative_to(edition), [link for link in written(page).links if link.tag == "a"]
            switches = {(link.hreflang, *target(page, link)) for link in links if link.hreflang and not link.external}
            top = {(link.hreflang, target(page, link)[0]) for link in links if "nav.languages" in link.within}
            for other in others:
                file = edition / other / page.name
                if (other, file) not in top:
                    faults.append(f"{name}: nav.languages has no link to {other}/{page.name}")
                faults += [
                    f"{name}#{section}: no link to the section in {other}"
                    for section in written(page).sections
                    if (other, file, section) not in switches
                ]
            if not all(written(page).sections):
                faults.append(f"{name}: a section's heading has no id")
    choice = {target(page, link)[0] for page in pages_in(edition, CHOICE) for link in written(page).links}
    faults += [f"index.html: no link to {one}/" for one in LANGUAGES if edition / one / "index.html" not in choice]
    assert not faults, listed(faults)
