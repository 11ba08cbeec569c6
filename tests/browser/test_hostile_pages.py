"""Pages made of hostile text: it is shown as text, it runs nothing, asks for nothing and breaks no page."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROJECT, Rows, write_raw
from incremental import COMMAND
from playwright.sync_api import Dialog, Page
from test_spreadsheets import cells_that_run

from browser.pages import LANGUAGES, OPEN_DETAILS, Open, listed, pages_of
from edstats.spreadsheets import guarded

RUN = "window.edstatsRan=1;alert(1)"
ATTACKS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f"<svg/onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><img src onerror={RUN}>",
    f"<iframe srcdoc='<script>parent.edstatsRan=1</script>'></iframe><details open ontoggle={RUN}>",
    f'" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
    f"' style='position:fixed;inset:0' onpointerover='{RUN}' x='",
    f"</style></title></textarea></script></noscript></svg></main></body></html><script>{RUN}</script>",
    f"--> ]]> --!> <!-- <![CDATA[ <script>{RUN}</script>",
    "&lt;b&gt;once &amp;amp; twice&lt;/b&gt; &#60;i&#62; &nosuch; &",
    f"[a link](javascript:{RUN}) ![an image](https://evil.example/a.png) **bold** `code` <https://evil.example/>",
    "# no heading --- | a | b | * * * ~~~",
    r"$\href{javascript:alert(1)}{x}$ $$\unicode{x}$$ \(a^b_c\) \begin{a} 5 $ and 6 $ _low_ x^2 \n",
    "{{7*7}} {% raw %} {# x #} ${7*7} #{7*7} <%= 7*7 %> {{ config.items() }}",
    "{region} {0} {} {region:in} {x!r} {{doubt}} { } }{ {number:>10000}",
    "%s %(x)s %d %% %n %(note)s 100% %",
    '=HYPERLINK("https://evil.example/","x") ;=1+1',
    "@SUM(1+1)*cmd|' /C calc'!A0 ;'\"=1+1",
    "+1+cmd|' /C calc'!A0; -A1",
    "../../../etc/passwd C:\\x \\\\host\\x file:///etc/passwd",
    'url(https://evil.example/) var(--ink,#1d1d1d) style="x" <h2 id="x">a</h2> @import \'x\'; } * { display: none }',
    "مدرسة 434 (في) עברית 12: 34 <b>",
    "W" * 400,
    "Ұзақсөз" * 60 + "<wbr>",
    "null None NaN undefined true 1e999 -0 '' \"\" \\ \\u003cscript\\u003e \\x3c",
]
REGIONS = ("KZ-15", "KZ-39")
PLAIN = "as it was"
# Heard by the page from its first moment on: what its policy refused, and that no dialog stops it.
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(event.violatedDirective));
"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _sources(texts: list[str]) -> Rows:
    dated = {"published": "2024-06-01"}
    undated = {"published_earliest": "2024-01-01", "published_latest": "2024-06-01"}
    return [
        {
            "source": f"source-{number}",
            "publisher": text,
            "title": text,
            "licence": text,
            "note": text,
            "url": f"https://example.org/'onclick='alert(1)'/{number}?<>".replace("<>", "a&lt;b"),
            "date_basis": text,
            **(dated if number % 2 else undated),
        }
        for number, text in enumerate(texts)
    ]


def _figures(texts: list[str]) -> dict[str, Rows]:
    """Of each source two figures that a measure is made of, and one of a place, with the source's text."""
    figures = {}
    for number, text in enumerate(texts):
        said = {
            "region": REGIONS[number % 2],
            "period": "2024",
            "as_printed": text,
            "note": f"{text} (printed as such)",
            "works": "capital",
            "programme": text,
        }
        figures[f"source-{number}"] = [
            said | {"indicator": "renovation_spending", "value": f"{10**9 + number}", "unit": "KZT"},
            said | {"indicator": "schools_renovated", "value": f"{10 + number}", "unit": "school"},
            said | {"indicator": "schools_emergency", "value": "3", "unit": "school", "place": text, "works": ""},
        ]
    return figures


def _write(folder: Path, texts: list[str]) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    hostile = list(enumerate(texts))
    write_raw(
        folder,
        _sources(texts),
        _figures(texts),
        doubts=[{"source": f"source-{number}", "figures": "1", "doubt": f"{text} doubted"} for number, text in hostile],
        corrections=[
            {
                "source": f"source-{number}",
                "figure": "2",
                "column": "note",
                "expected": f"{text} (printed as such)",
                "corrected": f"{text} (printed as corrected)",
                "reason": f"{text} because",
            }
            for number, text in hostile
        ],
        declarations=[
            {"source": f"source-{number}", "figure": "3", "change": "revised", "reason": f"{text} declared"}
            for number, text in hostile
        ],
        prices=[
            {"year": "2024", "average": "8.7", "source": texts[0], "note": texts[1], "url": "https://example.org/p"}
        ],
        translations=[
            {"text": f"{text} doubted", "ru": f"{text} усомнились", "kk": f"{text} күмән"}
            for text in dict.fromkeys(text for _, text in hostile)
        ],
    )


def _build(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "build", "--data", str(folder / "data")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def hostile_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of hostile text that follows one of plain text, so that each cell has changed too."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for texts in ([f"{PLAIN} {number}" for number in range(len(ATTACKS))], ATTACKS):
        _write(folder, [guarded(text) for text in texts])  # as whoever enters them must
        _build(folder)
    return folder / "reports"


class _Watched:
    """A page that notes all that hostile text might set off."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self._asked: list[str] = []
        page.on("dialog", self._dismiss)
        page.on("console", lambda message: self.faults.append(f"the console says: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"a script fails: {error.message}"))
        page.on("popup", lambda popup: self.faults.append(f"another page opens: {popup.url}"))
        page.context.on("request", lambda request: self._asked.append(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"a dialog says: {dialog.message}")
        dialog.dismiss()

    def visit(self, path: Path) -> list[str]:
        """Open a page, open and point at all that it has, and say what went wrong."""
        self.faults.clear()
        self._asked.clear()
        page = self.page
        page.goto(path.as_uri())
        page.evaluate(OPEN_DETAILS)
        page.evaluate(
            """() => {
              for (const element of document.querySelectorAll('main *'))
                for (const kind of ['mouseover', 'pointerover', 'focus', 'load', 'error', 'toggle'])
                  element.dispatchEvent(new Event(kind, {bubbles: false}));
              return new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 50)));
            }"""
        )
        found = [*self.faults, *(f"asks for {url}" for url in self._asked if url != path.as_uri())]
        if page.evaluate("'edstatsRan' in window"):
            found.append("a script of the text has run")
        found += [f"its policy refuses {directive}" for directive in page.evaluate("window.refused")]
        if page.evaluate(TOO_WIDE) > 0:
            found.append(f"is {page.evaluate(TOO_WIDE)} px too wide")
        strange = page.evaluate(
            """() => [...document.querySelectorAll('a[href]')].map(a => a.protocol + a.host)
                .filter(to => !['file:', 'https:example.org', 'https:creativecommons.org', 'https:opensource.org']
                .includes(to))"""
        )
        found += [f"leads to {to}" for to in strange]
        return [f"{path.parent.name}/{path.name}: {fault}" for fault in found]

    def text(self) -> str:
        """The words of the page, each kind of space as one."""
        return " ".join(self.page.evaluate("document.body.innerText").split())


@pytest.fixture
def watched(opened: Open) -> Iterator[_Watched]:
    with opened(LISTEN, viewport={"width": 360, "height": 740}) as page:
        yield _Watched(page)


def test_a_page_that_runs_asks_and_sprawls_would_be_told(tmp_path: Path, watched: _Watched) -> None:
    page = tmp_path / "page.html"
    body = f"<main>{ATTACKS[1]}{ATTACKS[-3]}<a href='https://evil.example/'>a</a></main>"
    page.write_text(f"<!doctype html><meta name=viewport content='width=device-width'>{body}", encoding="utf-8")
    told = "\n".join(watched.visit(page))
    for part in ("a dialog says", "asks for", "has run", "px too wide", "leads to https:evil.example"):
        assert part in told, told


def test_hostile_text_runs_nothing_and_breaks_no_page(hostile_edition: Path, watched: _Watched) -> None:
    pages = pages_of(hostile_edition)
    assert len(pages) == 1 + len(LANGUAGES) * 6
    faults = [fault for path in pages for fault in watched.visit(path)]
    assert not faults, listed(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_shown_as_it_stands(hostile_edition: Path, watched: _Watched, language: str) -> None:
    doubted = {"en": "doubted", "ru": "усомнились", "kk": "күмән"}[language]
    faults = []
    texts = {}
    for name in ("sources", "changes", "aktobe", "kostanay"):
        watched.visit(hostile_edition / language / f"{name}.html")
        texts[name] = watched.text()
    for number, attack in enumerate(ATTACKS):
        words = " ".join(attack.split())
        region = ("aktobe", "kostanay")[number % 2]
        asked = {
            "sources": (f"{words} (printed as such)", f"{words} (printed as corrected)", f"({words} because)"),
            "changes": (words,),
            region: (f"{words} (printed as such)", f"{words} {doubted}", f"({words} because)"),
        }
        faults += [
            f"{language}/{name}.html does not show {text}"
            for name, parts in asked.items()
            for text in parts
            if text not in texts[name]
        ]
    assert not faults, listed(faults)


def test_words_from_right_to_left_turn_nothing_around_them(hostile_edition: Path, watched: _Watched) -> None:
    watched.visit(hostile_edition / "en" / "sources.html")
    inline = watched.page.evaluate(
        """() => [...document.querySelectorAll('main :is(a, b, cite, q, span, strong)')]
            .filter(element => /\\p{Script=Arabic}/u.test(element.textContent))
            .map(element => element.tagName + ' ' + getComputedStyle(element).unicodeBidi)"""
    )
    assert {"A isolate", "CITE isolate", "Q isolate"} <= set(inline)
    assert not [style for style in inline if not style.endswith(" isolate")]


def test_files_to_download_run_nothing_in_a_spreadsheet(hostile_edition: Path) -> None:
    files = [*hostile_edition.rglob("*.csv"), *(hostile_edition.parent / "data" / "clean").glob("*.csv")]
    assert len(files) > 30
    faults = [f"{path.name}: {cell}" for path in files for cell in cells_that_run(path.read_text(encoding="utf-8-sig"))]
    assert not faults, listed(faults)


def test_files_stay_within_the_edition(hostile_edition: Path) -> None:
    names = {path.name for path in hostile_edition.parent.iterdir()}
    assert names == {"data", "notebooks", "reports"}


@pytest.mark.parametrize("kind", ["txt", "html"])
def test_the_review_page_of_a_hostile_document_runs_nothing(kind: str, tmp_path: Path, watched: _Watched) -> None:
    lines = [f"There are {number + 100} schools in Aktobe region. {attack}" for number, attack in enumerate(ATTACKS)]
    document = tmp_path / f"<img src=x onerror=alert(1)>.{kind}"
    if kind == "txt":
        document = tmp_path / "a" / document.name.replace("/", "")
        document.parent.mkdir()
        document.write_text(f"Title {ATTACKS[0]}\n\n" + "\n\n".join(lines), encoding="utf-8")
    else:
        body = "".join(f"<p>{line}</p>" for line in lines)
        document.write_text(
            f"<html><head><title>{ATTACKS[1]}</title></head><body><article>{body}</article></body></html>"
        )
    page = tmp_path / "review.html"
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "extract", str(document), "--format", "html"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    page.write_bytes(done.stdout)
    faults = watched.visit(page)
    assert not faults, listed(faults)
    if kind == "txt":
        shown = " ".join(watched.page.evaluate("document.querySelector('.text').textContent").split())
        missing = [attack for attack in ATTACKS if " ".join(attack.split()) not in shown]
        assert not missing, listed(missing)
