"""The documentation site: built as ``make docs`` builds it, whole, reachable, and with nothing from elsewhere."""

import importlib
import inspect
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import codebook_tables
import pytest
from conftest import PROJECT

import edstats
from edstats.codebook import read_table
from edstats.columns import TABLES
from edstats.dataset import Dataset
from edstats.exports.schema import columns_of

DOCS = PROJECT / "docs"
# Attributes by which a page loads something of itself; links that a reader follows are none.
LOADING = {"script": "src", "img": "src", "source": "src", "iframe": "src", "embed": "src", "object": "data"}
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "dns-prefetch", "preconnect"}
ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


class Page(HTMLParser):
    """What a page loads, where it leads, and the anchors and text that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.described: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.described.append(given.get("alt", ""))
        if tag in LOADING and LOADING[tag] in given:
            self.loads.append(given[LOADING[tag]])
        if tag == "link" and LOADING_LINKS & set(given.get("rel", "").split()):
            self.loads.append(given["href"])
        if "srcset" in given:
            self.loads += re.findall(r"\S+(?=\s|,|$)", given["srcset"])

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def pages(documentation: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(documentation.rglob("*.html"))}


def test_every_document_has_a_page_that_can_be_reached(documentation: Path, pages: dict[Path, Page]) -> None:
    documents = [path.relative_to(PROJECT) for path in sorted(DOCS.glob("*.md"))]
    tour = PROJECT / "notebooks" / "explore.ipynb"
    documents += [
        Path("CHANGELOG.md"),
        Path("CONTRIBUTING.md"),
        *([tour.relative_to(PROJECT)] if tour.exists() else []),
    ]
    reached = {documentation / "index.html"}
    waiting = list(reached)
    while waiting:
        page = waiting.pop()
        here = {_target(page, link)[0] for link in pages[page].links if not urlsplit(link).scheme}
        waiting += [path for path in here - reached if path in pages]
        reached |= here
    assert [str(path) for path in documents if documentation / path.with_suffix(".html") not in reached] == []


def test_the_first_page_is_one_that_can_be_read(documentation: Path, pages: dict[Path, Page]) -> None:
    first = documentation / "index.html"
    assert "refresh" not in first.read_text(encoding="utf-8")
    assert "What officials print" in pages[first].text
    assert {"docs/index.html", "docs/getting-started.html", "docs/data-dictionary.html"} <= set(pages[first].links)


@pytest.mark.parametrize("name", ["docs/extraction.html", "notebooks/explore.html"])
def test_pictures_say_what_they_show(documentation: Path, pages: dict[Path, Page], name: str) -> None:
    described = pages[documentation / name].described
    assert described
    assert [words for words in described if len(words.split()) < 8] == []


def test_every_link_within_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    faults = []
    for path, page in pages.items():
        for link in page.links:
            if urlsplit(link).scheme:
                continue
            target, anchor = _target(path, link)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
                faults.append(f"{path.name}: {link}")
    assert faults == []


def _target(page: Path, link: str) -> tuple[Path, str]:
    """The file and the anchor that a link of a page leads to."""
    address, anchor = urldefrag(link)
    return ((page.parent / unquote(urlsplit(address).path)).resolve() if address else page), unquote(anchor)


def test_nothing_is_loaded_from_elsewhere(documentation: Path, pages: dict[Path, Page]) -> None:
    loaded = [(path.name, address) for path, page in pages.items() for address in page.loads]
    assert len(loaded) > len(pages)
    for path in sorted(documentation.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        loaded += [(path.name, address) for address in re.findall(r"(?:@import\s+|url\()\s*[\"']?([^\"')]+)", text)]
    assert [(name, address) for name, address in loaded if ELSEWHERE.match(address)] == []


def test_nothing_of_this_machine_is_published(documentation: Path) -> None:
    places = (str(PROJECT), str(documentation))
    texts = {path: path.read_bytes() for path in documentation.rglob("*") if path.is_file()}
    assert [path.name for path, text in texts.items() if any(place.encode() in text for place in places)] == []


# --- the data dictionary and the rules of comparison -----------------------------------------------------------------


@pytest.mark.parametrize("page", codebook_tables.PAGES)
def test_tables_are_what_the_codebook_gives(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == codebook_tables.renewed(page), "run make docs, and commit it"


def test_the_dictionary_has_every_column_with_its_type_and_meaning() -> None:
    text = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    columns = read_table("columns")
    for table in TABLES:
        section = text.split(f"\n### {table}\n")[1].split("\n###")[0]
        listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.+?) \|", section, flags=re.MULTILINE)
        own = columns.query("table == @table")[["column", "type", "description"]].to_numpy().tolist()
        assert [[column, kind, meaning] for column, kind, _, meaning in listed] == own, table
        assert [column for column, kind, unit, _ in listed if kind in ("float64", "date") and not unit] == [], table


def test_the_dictionary_has_every_code_that_the_data_hold(project: Dataset) -> None:
    text = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    seen = 0
    coded = [(table, column) for table in TABLES for column in columns_of(table) if column.codes]
    for table, column in coded:
        listed, _, name = column.codes.partition(".")
        section = text.split(f"\n### {codebook_tables.LISTS.get(listed, f'Codes of {name}')}\n")[1].split("\n###")[0]
        known = set(re.findall(r"^\| `(.+?)` \|", section, flags=re.MULTILINE))
        held = getattr(project, table)[column.name]
        # Figures about several areas together name each: KZ-19+KZ-33.
        single = {part for code in held.astype("str") for part in code.split("+")} - {""}
        assert single <= known, f"{table}.{column.name}: {single - known}"
        seen += len(single)
    assert seen > 100


def test_categories_have_a_list_of_codes() -> None:
    columns = [column for table in TABLES for column in columns_of(table)]
    without = {column.name for column in columns if column.kind == "category" and not column.codes}
    assert without == {"source", "programme"}, "name the list of the column in codebook/constraints.csv"
    assert set(read_table("column_units")["column"]) <= {column.name for column in columns}


def test_the_rules_name_every_measure_and_every_word() -> None:
    text = (DOCS / "rules-of-comparison.md").read_text(encoding="utf-8")
    for measure in read_table("measures")["measure"]:
        assert f"| `{measure}`: " in text
    assert "`schools_renovated`, status `*`, group `-` or `rural`, unit" in text, "none comes before rural"
    for code in read_table("rules")["code"]:
        assert f"| `{code}` |" in text


# --- the Python interface --------------------------------------------------------------------------------------------


def test_the_interface_has_all_of_the_face(documentation: Path, pages: dict[Path, Page]) -> None:
    anchors = pages[documentation / "docs" / "api.html"].anchors
    assert {f"edstats.{name}" for name in edstats.__all__} <= anchors


def _documented() -> dict[str, object]:
    """What docs/api.md names one by one, by its full name."""
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    names = re.findall(r"^\.\. auto(?:function|class):: (\S+)$", text, flags=re.MULTILINE)
    for module, members in re.findall(r"^\.\. automodule:: (\S+)\n   :members: (.+)$", text, flags=re.MULTILINE):
        names += [f"{module}.{member}" for member in members.split(", ")]
    parts = (name.rpartition(".") for name in names)
    return {f"{module}.{name}": getattr(importlib.import_module(module), name) for module, _, name in parts}


def test_what_gives_a_table_says_its_rows_or_columns() -> None:
    """Whoever calls it must know the shape without reading the code."""
    named = _documented()
    for name in edstats.__all__:
        found = getattr(edstats, name)
        if inspect.isclass(found):
            properties = inspect.getmembers(found, lambda member: isinstance(member, property))
            named |= {f"edstats.{name}.{member}": value.fget for member, value in properties}
    silent = []
    for name, member in named.items():
        gives = "" if inspect.isclass(member) else str(inspect.signature(member).return_annotation)  # type: ignore[arg-type]
        if re.search("DataFrame|Series", gives) and not re.search(
            r"\b(rows?|columns?)\b", inspect.getdoc(member) or ""
        ):
            silent.append(name)
    assert len(named) > 15
    assert silent == []


@pytest.mark.parametrize("name", edstats.__all__)
def test_the_face_says_what_it_takes_and_raises(name: str) -> None:
    member = getattr(edstats, name)
    said = inspect.getdoc(member) or ""
    if not inspect.isclass(member):
        for parameter in set(inspect.signature(member).parameters) - {"text", "language", "doc"}:
            assert f"``{parameter}``" in said, parameter
        assert re.search(r"\b(Raises|raises)\b", said)
    assert len(said.split()) >= 8
