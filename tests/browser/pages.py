"""The pages of an edition, what their markup says without a browser, and how a list of faults is told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

LANGUAGES = ("en", "ru", "kk")
ACROSS = ("comparison", "sources", "changes")
# The parts of an edition by which tests are divided: the choice of language, and each language's pages.
CHOICE = "choice"
PARTS = (CHOICE, *LANGUAGES)
# One page of each kind. Of a region, one with many figures and charts of several kinds.
KINDS = ("index", "aktobe", *ACROSS)

OPEN_DETAILS = "document.querySelectorAll('details').forEach(details => { details.open = true })"
# Names an element for a reader of a fault: the nearest id above it, its tag and its first words.
PLACE = """
const place = element => {
  const named = element.closest('[id]');
  const words = element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40);
  return `${named ? '#' + named.id + ' ' : ''}<${element.tagName.toLowerCase()}> "${words}"`;
};
"""

Open = Callable[..., AbstractContextManager[Page]]


def open_pages(browser: Browser) -> Open:
    """What opens a page in a new context with the options given, and closes both."""

    @contextmanager
    def opened(script: str = "", **options: Any) -> Iterator[Page]:
        with browser.new_context(**options) as context:
            if script:
                context.add_init_script(script)
            yield context.new_page()

    return opened


def pages_in(edition: Path, part: str) -> list[Path]:
    """The pages of one part, sorted by name."""
    return [edition / "index.html"] if part == CHOICE else sorted((edition / part).glob("*.html"))


def pages_of(edition: Path) -> list[Path]:
    """All pages."""
    return [page for part in PARTS for page in pages_in(edition, part)]


def listed(faults: list[str]) -> str:
    """The message of a test: how many faults there are, and each on a line of its own."""
    return "\n".join([f"{len(faults)} fault{'s' if len(faults) > 1 else ''}:", *faults])


@dataclass(frozen=True)
class Link:
    """An address in a page; ``within`` holds the classes and tags around it."""

    tag: str
    href: str
    rel: str
    hreflang: str
    within: tuple[str, ...]

    @property
    def external(self) -> bool:
        """Whether it leaves the edition."""
        return self.href.startswith(("https:", "http:", "mailto:", "data:"))


@dataclass
class Written:
    """What is written in a page: its language, all ids in order, the headings of sections, all addresses.

    ``anchors`` are the ids to which links may lead: those of a drawing's own parts are none.
    """

    language: str = ""
    ids: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    sections: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.written = Written()
        self._above: list[tuple[str, str]] = []
        self._section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        written = self.written
        if tag == "html":
            written.language = given.get("lang", "")
        if "id" in given:
            written.ids.append(given["id"])
            if "svg" not in {above for above, _ in self._above}:
                written.anchors.add(given["id"])
        if tag == "section":
            self._section = given.get("id", "")
        if tag == "h2":
            # A section is addressed by its heading's id or by its own.
            written.sections.append(given.get("id") or self._section)
        href = given.get("href", given.get("xlink:href"))
        if href is not None:
            within = tuple(f"{above}.{kind}" for above, kinds in self._above for kind in (kinds.split() or [""]))
            written.links.append(Link(tag, href, given.get("rel", ""), given.get("hreflang", ""), within))
        if tag not in VOID:
            self._above.append((tag, given.get("class", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._above.pop()

    def handle_endtag(self, tag: str) -> None:
        open_tags = [above for above, _ in self._above]
        if tag in open_tags:
            while self._above.pop()[0] != tag:
                pass


@cache
def written(page: Path) -> Written:
    """What is written in a page's file. A page is read once in a run."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    reader.close()
    return reader.written
