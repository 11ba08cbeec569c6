"""What the body of a page may hold, and how what is not for it is told."""

import time

import nbformat
import pytest

from edstats.policy import digest, policy
from edstats.reports.markup import ForbiddenMarkup, Heading, read_headings
from edstats.reports.plan import Frame
from edstats.reports.publish import publish_page
from edstats.tables import Html, piece_of_page

RUNS = "<img src=x onerror=window.ran=1>"
RUNS_OR_LOADS = [
    '<img src="https://example.org/a.png">',
    '<img src="data:image/svg+xml,x">',
    '<p onclick="x()">',
    '<p OnClick="x()">',
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><set attributeName=href to=javascript:alert(1) /></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg>',
    '<svg><use href="data:image/svg+xml,x#y"/></svg>',
    '<svg><use xlink:href="https://example.org/a.svg#b"/></svg>',
    '<svg><use href="a.svg#b"/></svg>',
    '<svg><image href="https://example.org/a.png"/></svg>',
    '<svg><rect fill="url(https://example.org/a.svg#b)"/></svg>',
    '<svg><rect clip-path="URL(https://example.org/a.svg#b)"/></svg>',
    "<svg><foreignObject><p>a</p></foreignObject></svg>",
    "<svg><style>*{fill:red}</style></svg>",
    "<math><mtext></mtext></math>",
    "<template><p>a</p></template>",
    "<noscript><p>a</p></noscript>",
    "<textarea></textarea>",
    "<title>a</title>",
    "<style>*{color:red}</style>",
    '<link rel="stylesheet" href="a.css">',
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '<base href="https://example.org/">',
    "<iframe></iframe>",
    '<iframe srcdoc="a"></iframe>',
    "<object data=a></object>",
    "<embed src=a>",
    "<form action=a></form>",
    "<button formaction=javascript:alert(1)>a</button>",
    '<input type="image" src="a">',
    '<input type="submit">',
    "<video poster=a></video>",
    "<marquee>a</marquee>",
    "<custom-element></custom-element>",
    '<a href="#a" ping="https://example.org">a</a>',
    '<a href="#a" target="_blank">a</a>',
    '<a href="#a" href="javascript:alert(1)">a</a>',
    '<td background="https://example.org/a.png">a</td>',
    '<p style="background:url(https://example.org/a.png)">a</p>',
    '<p style="background:u\\72l(a)">a</p>',
    "<p style=\"background:image-set('a')\">a</p>",
    '<p style="width:expression(alert(1))">a</p>',
    '<p style="color:red;POSITION:fixed;top:0">a</p>',
    "<!-- a --><p>a</p>",
    "<!--><p>a</p>",
    "<![CDATA[a]]>",
    "<!doctype html>",
    "<?xml version='1.0'?>",
    "</main>",
    "</body>",
    "<p>a < b</p>",
    "<p>a</p><b onclick=",
    '<p>a</p><b title="',
    "<p>a</p><",
    "<p>a</p><!--",
    # What Python's reader and browsers take apart otherwise.
    f'</p a="><b class=">{RUNS}">',
    f'</p\0 a="><b class=">{RUNS}">',
    f'<b class==">{RUNS}">',
    *(f'<b class={space}">{RUNS}">' for space in "\xa0\x0b\x1c\x85"),
]
LINKS_ELSEWHERE = [
    "javascript:x()",
    " JavaScript:x()",
    "java\tscript:x()",
    "java\nscript:x()",
    "&#106;avascript:x()",
    "\x01javascript:x()",
    "data:text/html,x",
    "vbscript:x",
    "blob:x",
    "//example.org/x",
    "//example.org",
    "/\\example.org/x",
    "\\\\example.org",
    "/x",
    "///x",
    "http:example.org",
    "https:/example.org",
    "https:\\\\example.org",
    "https://",
    "https://user:word@example.org",
    "https://example.org\\@evil.example",
    "https://exаmple.org",
    "https://a b",
    "../../x.html",
    "a/../../x.html",
    "x y.html",
    "?q",
]
LINKS = [
    "",
    "#f-aktobe-report-2024-1",
    "sources.html",
    "sources.html#source-a.b_c",
    "../kk/aktobe.html#new",
    "data/aktobe/observations.csv",
    "https://example.org",
    "http://example.org:8080/a?b=c&amp;d=e#f",
    "https://www.gov.kz/мектеп",
]


@pytest.mark.parametrize("markup", RUNS_OR_LOADS)
def test_markup_that_runs_or_loads_something_is_refused(markup: str) -> None:
    with pytest.raises(ForbiddenMarkup):
        read_headings(f"<p>before</p>{markup}")


@pytest.mark.parametrize("link", LINKS_ELSEWHERE)
def test_a_link_that_does_not_lead_where_it_seems_to_is_refused(link: str) -> None:
    with pytest.raises(ForbiddenMarkup):
        read_headings(f'<a href="{link}">a</a>')


@pytest.mark.parametrize("link", LINKS)
def test_links_within_the_edition_and_to_the_web_may_stand(link: str) -> None:
    assert read_headings(f'<a href="{link}">a</a>') == []


def test_what_pages_hold_may_stand_and_headings_are_read() -> None:
    body = (
        '<h2>No id</h2><h2 id="a">Less &lt; more &amp; &#34;so&#34;</h2><p class="lead" lang="kk">5 &gt; 4</p>'
        '<svg viewBox="0 0 9 9" role="img" aria-label="a &lt;b&gt;"><g>'
        '<path d="M 0 0" style="fill:var(--ink,#1d1d1d)"/>'
        '<defs><clipPath id="c"><rect x="1" width="9"/></clipPath></defs><g clip-path="url(#c)"></g>'
        '<use href="#m" x="1" y="2"/><text style="font-size:10px" transform="rotate(-55 1 2)">a</text></g></svg>'
        '<li style="--row:1;--column:2;--share:30%">a</li><details id="f-1" open><summary>a</summary></details>'
    )
    assert read_headings(body) == [Heading("a", 'Less < more & "so"')]


@pytest.mark.parametrize("part", ["<b", "&", "<p>", "<p style='" + "var(" * 9 + "'", " style=", "<a href='#"])
def test_time_grows_in_step_with_hostile_markup(part: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ForbiddenMarkup):
        read_headings(part * 20_000 + "<script>")
    assert time.perf_counter() - start < 5


FRAME = Frame("en", "aktobe", ("en",), (), "2024-12-31", False, title="Aktobe", heading="Aktobe", group="regions")


def _published(*outputs: str) -> tuple[str, dict[str, bytes]]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in outputs])
    for cell, output in zip(notebook.cells, outputs, strict=True):
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": output})]
    return publish_page(FRAME, notebook)


@pytest.mark.parametrize("name", ["..", "../x.csv", "/x.csv", "x/../../y.csv", ".hidden", "x\\y.csv", "x" * 300])
def test_a_download_leads_nowhere_but_into_the_folder_of_its_page(name: str) -> None:
    with pytest.raises(ForbiddenMarkup):
        _published(f'<a download="{name}" href="data:text/csv;charset=utf-8;base64,YQ==">a</a>')


def test_a_download_stands_beside_its_page() -> None:
    html, files = _published('<a download="a-b.c.csv" href="data:text/csv;charset=utf-8;base64,YQ==">a</a>')
    assert files == {"data/aktobe/a-b.c.csv": b"a"}
    assert '<a download href="data/aktobe/a-b.c.csv">' in html


def test_text_that_looks_like_the_pages_own_markup_stays_text() -> None:
    """What is changed in a drawing is not changed in words that speak of it."""
    words = (
        "var(--ink,#1d1d1d) style=&#34;var(--ink,#1d1d1d)&#34; &lt;h2 id=&#34;x&#34;&gt;a&lt;/h2&gt; {{ 7 * 7 }} **b**"
    )
    html, files = _published(f'<p>{words}</p><p style="fill:var(--ink,#1d1d1d)">a</p>')
    assert f"<p>{words}</p>" in html
    assert '<p style="fill:var(--ink)">a</p>' in html
    assert files == {}


def test_jupyter_typesets_no_words_of_a_source_and_pages_need_not_say_so() -> None:
    output = Html("<p>$\\href{javascript:alert(1)}{a}$</p>")._repr_html_()  # type: ignore[arg-type]
    assert output.startswith('<div class="edstats mathjax_ignore tex2jax_ignore">')
    assert output.endswith("<p>$\\href{javascript:alert(1)}{a}$</p></div>")
    assert piece_of_page(output) == "<p>$\\href{javascript:alert(1)}{a}$</p>"
    assert piece_of_page("<div><p>a</p></div>") == "<div><p>a</p></div>"
    assert "mathjax" not in _published(output)[0]


def test_the_policy_lets_in_one_style_sheet() -> None:
    assert f"style-src-elem 'sha256-{digest('a{}')}';" in policy("a{}")
