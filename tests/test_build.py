"""Real papermill and real nbconvert on notebooks of a few cells."""

import base64
import hashlib
import io
import re
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from gettext import NullTranslations
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest

from edstats.charts import data_address
from edstats.digests import file_digest
from edstats.event_log import EventLog
from edstats.folder_exchange import put_in_place
from edstats.reports import build as building
from edstats.reports import publish
from edstats.reports.edition import NotAnEdition
from edstats.reports.make import Made
from edstats.reports.plan import Page, Plan, UnfitNotebook, UnknownParameter, Volume, check_parameters
from edstats.reports.printing import BROWSERS, NoBrowser, find_browser
from edstats.reports.record import RECORD, BuildRecord, PageRecord
from edstats.reports.run import PageFailed, PageFailure, run_notebook
from edstats.reports.tasks import make_page

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = 'region = "KZ-15"\nlanguage = "en"\nas_of = "2024-12-31"\ndata = "data"\nhistory = ""'
LANGUAGES = ("en", "ru", "kk")
CHART = (
    '<h2 id="money">Money <em>spent</em></h2>{switch}<figure class="chart">'
    '<svg viewBox="0 0 1 1"><clipPath id="c"></clipPath></svg></figure>'
    '<p>8.2&nbsp;billion &lt; 9, <a href="https://www.gov.kz/x">source</a></p></section>'
)
TABLE = "region,value\nАқтөбе,1\n"
KEPT = {"editions.csv": "edition\n1\n", "changes.csv": "edition\n"}


class Inline(Executor):
    """The simplest executor there is: it runs each call at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def markdown(source: str, *tags: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def write_notebook(path: Path, *cells: nbformat.NotebookNode, kernel: dict[str, str] | None = KERNEL) -> Path:
    metadata = {"kernelspec": kernel} if kernel else {}
    notebook = nbformat.v4.new_notebook(cells=[code(PARAMETERS, "parameters"), *cells], metadata=metadata)
    nbformat.write(notebook, path)
    return path


def good_notebook(path: Path) -> Path:
    chart = CHART.format(switch="")
    link = f'<a download="figures.csv" href="{data_address(TABLE)}">Figures</a>'
    return write_notebook(
        path,
        markdown("# How to run this notebook", "notebook-only"),
        code("from IPython.display import HTML, display\nprint('printed', region)"),
        code("display(HTML(f'<h2 id=\"place\">Place</h2><p>This is {region} by {as_of}</p>'))\n'a plain value'"),
        code(f"HTML({'<section>' + chart!r})"),
        code(f"HTML({link!r})"),
        code("from pathlib import Path\nHTML(', '.join(sorted(path.name for path in Path(history).iterdir())))"),
        markdown("Read *this* too."),
    )


def page(name: str, notebook: Path, group: Any = "regions", language: str = "en", **parameters: str) -> Page:
    title = f"Title of {name} & more"
    return Page(name, language, notebook, {"region": name, **parameters}, title, group, "3 figures, 1 source")


def plan(folder: Path, *pages: Page) -> Plan:
    """An edition in the languages of ``pages``, English first."""
    spoken = [language for language in LANGUAGES if any(page.language == language for page in pages)]
    volumes = [
        Volume(language, tuple(page for page in pages if page.language == language), ("Ulytau", "Abai"))
        for language in spoken
    ]
    return Plan(tuple(volumes), folder / "reports", "2024-12-31", KEPT)


def build(plan: Plan, executor: Executor, report: building.Report = lambda result: None) -> building.BuildResult:
    """As the command does, on a site of its own."""
    plan.reports.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=plan.reports.resolve().parent) as site:
        return building.build(plan, executor, report, Path(site, "edition"))


def bytes_of(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with building.default_executor(2) as executor:
        yield executor


def three_pages(notebook: Path) -> tuple[Page, ...]:
    return (page("aktobe", notebook), page("turkistan", notebook), page("compare", notebook, "across"))


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, pool: Executor) -> Path:
    folder = tmp_path_factory.mktemp("edition")
    notebook = good_notebook(folder / "good.ipynb")
    made = plan(folder, *three_pages(notebook), page("aktobe", notebook, language="ru"))
    paths = ("en/aktobe.html", "en/turkistan.html", "en/compare.html", "ru/aktobe.html")
    assert build(made, pool) == building.BuildResult(paths, ())
    return made.reports


@pytest.fixture(scope="module")
def aktobe(edition: Path) -> str:
    return (edition / "en" / "aktobe.html").read_text(encoding="utf-8")


def test_an_edition_is_its_pages_their_data_and_indexes_and_nothing_else(edition: Path) -> None:
    english = [f"en/{name}.html" for name in ("aktobe", "compare", "index", "turkistan")]
    tables = [f"en/data/{name}/figures.csv" for name in ("aktobe", "compare", "turkistan")]
    russian = ["ru/aktobe.html", "ru/data/aktobe/figures.csv", "ru/index.html"]
    kept = [RECORD, *(f"data/{name}" for name in KEPT)]
    assert set(bytes_of(edition)) == {"index.html", *kept, *english, *tables, *russian}
    assert sorted(path.name for path in edition.parent.iterdir()) == ["good.ipynb", "reports"]


def test_an_edition_keeps_its_own_data_as_they_were_given(edition: Path) -> None:
    for name, text in KEPT.items():
        assert (edition / "data" / name).read_bytes() == text.encode("utf-8")


def test_each_page_is_told_where_the_history_stands(aktobe: str) -> None:
    assert "changes.csv, editions.csv" in aktobe


def test_what_a_page_offers_to_download_lies_beside_it(edition: Path, aktobe: str) -> None:
    assert '<a download href="data/aktobe/figures.csv">Figures</a>' in aktobe
    assert "base64," not in aktobe
    assert (edition / "en" / "data" / "aktobe" / "figures.csv").read_bytes() == TABLE.encode("utf-8-sig")


def test_each_page_is_run_with_its_own_parameters(edition: Path, aktobe: str) -> None:
    assert "This is aktobe by 2024-12-31" in aktobe
    assert "This is turkistan by 2024-12-31" in (edition / "en" / "turkistan.html").read_text(encoding="utf-8")


def test_html_outputs_pass_unchanged_but_for_the_switch_of_language(aktobe: str) -> None:
    link = '<a href="../ru/aktobe.html#money" hreflang="ru" lang="ru">Русский</a>'
    assert "<section>" + CHART.format(switch=f'<p class="switch">{link}</p>') in aktobe


def test_a_heading_leads_to_the_same_section_in_every_other_language(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    made = plan(tmp_path, *(page("aktobe", notebook, language=language) for language in LANGUAGES))
    with Inline() as executor:
        assert build(made, executor).failures == ()
    for language in LANGUAGES:
        html = (made.reports / language / "aktobe.html").read_text(encoding="utf-8")
        switches = re.findall(r'<h2 id="(\w+)">(?:(?!<h2).)*?<p class="switch">(.*?)</p>', html, re.DOTALL)
        assert [identifier for identifier, _ in switches] == ["place", "money"]
        for identifier, links in switches:
            found = re.findall(r'<a href="(.*?)" hreflang="(\w+)" lang="(\w+)">', links)
            others = [other for other in LANGUAGES if other != language]
            assert found == [(f"../{other}/aktobe.html#{identifier}", other, other) for other in others]


def test_an_edition_in_one_language_has_no_switch(tmp_path: Path) -> None:
    made = plan(tmp_path, page("aktobe", good_notebook(tmp_path / "good.ipynb")))
    with Inline() as executor:
        assert build(made, executor).failures == ()
    assert 'class="switch"' not in (made.reports / "en" / "aktobe.html").read_text(encoding="utf-8")


def test_prose_is_published_unless_it_is_for_the_notebook_only(aktobe: str) -> None:
    assert "<p>Read <em>this</em> too.</p>" in aktobe
    assert "How to run this notebook" not in aktobe


@pytest.mark.parametrize("hidden", ["printed aktobe", "a plain value", "display(", "as_of", "In [", "papermill"])
def test_code_printed_text_and_plain_values_stay_in_the_notebook(aktobe: str, hidden: str) -> None:
    assert hidden not in aktobe


def test_the_contents_list_names_the_sections_in_order(aktobe: str) -> None:
    contents = re.search(r'<nav class="contents".*?</nav>', aktobe, re.DOTALL)
    assert contents
    assert re.findall(r'<a href="#(.*?)">(.*?)</a>', contents[0]) == [("place", "Place"), ("money", "Money spent")]


def test_the_head_names_language_title_and_description(aktobe: str) -> None:
    assert '<html lang="en">' in aktobe
    assert re.search(r"<title>Title of aktobe &amp; more – .+</title>", aktobe)
    assert '<meta name="description" content="Title of aktobe &amp; more: 3 figures, 1 source">' in aktobe
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in aktobe


def test_a_keyboard_reader_can_skip_to_the_content_and_turn_the_page(edition: Path) -> None:
    turkistan = (edition / "en" / "turkistan.html").read_text(encoding="utf-8")
    assert '<a class="skip" href="#main">' in turkistan
    assert '<main id="main"' in turkistan
    assert '<a rel="prev" href="aktobe.html">' in turkistan
    # One turns from region to region; the pages across them are another group.
    assert '<a rel="next"' not in turkistan
    assert '<a rel="next" href="turkistan.html">' in (edition / "en" / "aktobe.html").read_text(encoding="utf-8")
    compare = (edition / "en" / "compare.html").read_text(encoding="utf-8")
    assert not re.search(r'<a rel="(prev|next)"', compare)


def test_every_page_leads_to_the_pages_across_and_to_itself_in_other_languages(edition: Path, aktobe: str) -> None:
    header = re.search(r'<header class="site">.*?</header>', aktobe, re.DOTALL)
    assert header
    assert re.findall(r'<a href="(.*?)"', header[0]) == ["compare.html", "../en/aktobe.html", "../ru/aktobe.html"]
    alternates = re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="(.*?)">', aktobe)
    assert alternates == [("en", "../en/aktobe.html"), ("ru", "../ru/aktobe.html"), ("x-default", "../index.html")]


def test_the_first_page_of_an_edition_offers_its_languages_in_themselves(edition: Path) -> None:
    html = (edition / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="(.*?)" hreflang="(\w+)">(.*?)</a>', html) == [
        ("en/index.html", "en", "English"),
        ("ru/index.html", "ru", "Русский"),
    ]


def test_the_footer_dates_the_data_and_gives_the_licences(aktobe: str) -> None:
    assert '<time datetime="2024-12-31">31 December 2024</time>' in aktobe
    assert "CC BY 4.0" in aktobe
    assert "MIT" in aktobe


@pytest.mark.parametrize("name", ["en/aktobe", "ru/aktobe", "en/index", "ru/index", "index"])
def test_pages_load_nothing_and_run_nothing_of_others(edition: Path, name: str) -> None:
    html = (edition / f"{name}.html").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(", html)
    # The one script there is stands in the page, and the policy names it and no other.
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", html, re.DOTALL)
    assert bool(scripts) == name.endswith("/index")
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for _, script in scripts]
    allowed = [f"script-src 'sha256-{digest}'" for digest in digests]
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert unescape(policy).split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"style-src-elem 'sha256-{digest}'",
        *("img-src data:", "base-uri 'none'", "form-action 'none'"),
        *allowed,
    ]
    assert '<meta name="referrer" content="no-referrer">' in html
    assert all(attributes == "" for attributes, _ in scripts)
    html = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    addresses = set(re.findall(r'[^\s"]*="https?:', html))
    assert addresses <= {'href="https:'}
    links = re.findall(r"<(\w+)[^>]*\bhref=", html)
    assert set(links) <= {"a", "link"}
    for link in re.findall(r"<link[^>]*>", html):
        assert link == '<link rel="icon" href="data:,">' or link.startswith('<link rel="alternate" hreflang=')


def test_the_index_lists_every_page_and_the_regions_without_one(edition: Path) -> None:
    index = (edition / "en" / "index.html").read_text(encoding="utf-8")
    for name in ("aktobe", "turkistan", "compare"):
        assert f'<a href="{name}.html">Title of {name} &amp; more</a> <span>3 figures, 1 source</span>' in index
    assert "2 regions have a page." in index
    assert "Ulytau, Abai" in index


def test_a_region_is_found_by_all_its_names(tmp_path: Path) -> None:
    named = Page("aktobe", "en", tmp_path, {}, "Aktobe", "regions", search='ақтөбе "aqtobe"')
    made = plan(tmp_path, named)
    index = publish.index_page(made, made.volumes[0])
    assert '<li data-names="ақтөбе &#34;aqtobe&#34;"><a href="aktobe.html">' in index


class Marked(NullTranslations):
    """A language in which every message is known by its brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid2}⟧"


def test_every_word_of_the_template_can_be_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "translation", lambda language: Marked())
    made = replace(plan(tmp_path, *three_pages(write_notebook(tmp_path / "a.ipynb"))), pdf=True)
    monkeypatch.setattr(building, "find_browser", lambda: None)
    publish._exporter.cache_clear()  # templates are kept with the language that they speak
    with Inline() as executor:
        result = build(made, executor)
    publish._exporter.cache_clear()
    assert result.failures == ()
    for name in ("index", "en/index", "en/aktobe"):
        html = (made.reports / f"{name}.html").read_text(encoding="utf-8")
        assert "⟦" in html
        body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "", re.sub(r"⟦[^⟦⟧]*⟧", "", body))
        ours = re.sub(r"Title of \w+ &amp; more|3 figures, 1 source|English", "", text)
        assert not re.findall(r"[^\W\d]+", ours), name


def test_two_builds_of_the_same_data_are_byte_for_byte_equal(edition: Path, tmp_path: Path, pool: Executor) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    again = plan(tmp_path / "deeper", *three_pages(notebook), page("aktobe", notebook, language="ru"))
    assert build(again, pool).failures == ()
    assert bytes_of(again.reports) == bytes_of(edition)
    assert build(again, pool).failures == ()
    assert bytes_of(again.reports) == bytes_of(edition)


def test_a_failing_page_names_its_cell_stops_no_other_and_leaves_the_old_edition(
    tmp_path: Path, pool: Executor
) -> None:
    good = good_notebook(tmp_path / "good.ipynb")
    assert build(plan(tmp_path, page("aktobe", good)), pool).failures == ()
    before = bytes_of(tmp_path / "reports")
    bad = write_notebook(tmp_path / "bad.ipynb", markdown("Prose"), code("\n{}['no such region']\n1"))
    seen: list[Made] = []
    made = plan(
        tmp_path,
        page("abai", bad),
        page("aktobe", good),
        page("abai", bad, language="kk"),
        page("turkistan", good),
    )
    result = build(made, pool, seen.append)
    assert result.pages == ()
    assert [failure.page for failure in result.failures] == ["en/abai.html", "kk/abai.html"]
    expected = PageFailure("en/abai.html", 3, "KeyError", "'no such region'", "{}['no such region']")
    assert result.failures[0] == expected
    assert str(result.failures[0]) == "en/abai.html, cell 3 ({}['no such region']): KeyError: 'no such region'"
    assert sorted(made.path for made in seen if made.files) == ["en/aktobe.html", "en/turkistan.html"]
    assert bytes_of(tmp_path / "reports") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ipynb", "good.ipynb", "reports"]


def test_nothing_is_published_when_the_first_edition_fails(tmp_path: Path) -> None:
    bad = write_notebook(tmp_path / "bad.ipynb", code("raise SystemError"))
    with Inline() as executor:
        result = build(plan(tmp_path, page("abai", bad)), executor)
    assert [str(failure) for failure in result.failures] == ["en/abai.html, cell 2 (raise SystemError): SystemError"]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.ipynb"]


def test_a_kernel_writes_nothing_between_the_lines_of_progress(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    run_notebook(page("abai", notebook), tmp_path, "")
    assert capfd.readouterr() == ("", "")


def test_a_kernel_that_dies_is_a_failure_of_its_page(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "dies.ipynb", code("import os\nos._exit(1)"))
    with pytest.raises(PageFailed) as error:
        run_notebook(page("abai", notebook), tmp_path, "")
    assert (error.value.failure.page, error.value.failure.error) == ("en/abai.html", "DeadKernelError")


def test_a_worker_that_dies_is_a_failure_of_its_page(tmp_path: Path) -> None:
    class Broken(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = super().submit(fn, *args, **kwargs) if fn is not make_page else Future()
            if fn is make_page:
                future.set_exception(MemoryError("worker killed"))
            return future

    notebook = good_notebook(tmp_path / "good.ipynb")
    with Broken() as executor:
        result = build(plan(tmp_path, page("abai", notebook)), executor)
    assert result.failures == (PageFailure("en/abai.html", 0, "MemoryError", "worker killed"),)


def test_an_unknown_parameter_stops_the_build_before_anything_runs(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    ran: list[Made] = []
    made = plan(tmp_path, page("aktobe", notebook), page("abai", notebook, langauge="ru"))
    with Inline() as executor, pytest.raises(UnknownParameter, match='"langauge"; did you mean "language"\\?'):
        build(made, executor, ran.append)
    assert ran == []
    assert [path.name for path in tmp_path.iterdir()] == ["good.ipynb"]


def test_a_parameter_like_no_other_gets_the_list_of_those_there_are(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    with pytest.raises(UnknownParameter, match="it has region, language, as_of, data, history"):
        check_parameters(notebook, ["xyz"])


def test_a_notebook_without_a_parameters_cell_says_so(tmp_path: Path) -> None:
    path = tmp_path / "plain.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[code("1")], metadata={"kernelspec": KERNEL}), path)
    with pytest.raises(UnknownParameter, match='no cell tagged "parameters"'):
        check_parameters(path, ["region"])


def test_a_notebook_without_a_kernel_is_named(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "stripped.ipynb", kernel=None)
    with pytest.raises(UnfitNotebook, match=r"stripped\.ipynb"):
        check_parameters(notebook, ["region"])


def test_an_output_with_a_script_fails_its_page(tmp_path: Path) -> None:
    notebook = write_notebook(
        tmp_path / "script.ipynb", code("from IPython.display import HTML\nHTML('<script>alert(1)</script>')")
    )
    with Inline() as executor:
        result = build(plan(tmp_path, page("abai", notebook)), executor)
    assert [str(failure) for failure in result.failures] == [
        "en/abai.html: ForbiddenMarkup: a page may hold no <script>"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["script.ipynb"]


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    made = plan(tmp_path, page("abai", notebook))
    made.reports.mkdir()
    (made.reports / "thesis.txt").write_text("years of work")
    with Inline() as executor, pytest.raises(NotAnEdition, match="reports holds something other"):
        build(made, executor)
    assert (made.reports / "thesis.txt").read_text() == "years of work"


def test_when_the_new_edition_cannot_be_put_in_place_the_old_one_stands(edition: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "index.html").write_bytes((edition / "index.html").read_bytes())
    before = bytes_of(reports)
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "no-such-edition", reports)
    assert bytes_of(reports) == before
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_linked_reports_folder_stays_a_link(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a.ipynb")
    (tmp_path / "www").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "www")
    with Inline() as executor:
        assert build(plan(tmp_path, page("abai", notebook)), executor).pages == ("en/abai.html",)
    assert (tmp_path / "reports").is_symlink()
    assert (tmp_path / "www" / "en" / "abai.html").is_file()


def test_a_log_gets_one_line_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    with building.progress(2, EventLog()) as report:
        report(Made("en/abai.html", failure=PageFailure("en/abai.html", 3, "KeyError", "'x'", "show(x)")))
        report(Made("kk/aktobe.html"))
    assert capsys.readouterr().err == "1/2 en/abai.html, cell 3 (show(x)): KeyError: 'x'\n2/2 kk/aktobe.html\n"


def test_a_terminal_gets_a_bar_and_the_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with building.progress(2, EventLog()) as report:
        report(Made("en/abai.html", failure=PageFailure("en/abai.html", 0, "DeadKernelError", "Kernel died")))
        report(Made("en/aktobe.html"))
    assert "en/abai.html: DeadKernelError: Kernel died\n" in screen.getvalue()
    assert "2/2" in screen.getvalue()


def test_without_a_browser_nothing_is_run_for_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran: list[Made] = []
    made = replace(plan(tmp_path, page("abai", good_notebook(tmp_path / "good.ipynb"))), pdf=True)
    with Inline() as executor, pytest.raises(NoBrowser, match="install it"):
        build(made, executor, ran.append)
    assert ran == []
    assert [path.name for path in tmp_path.iterdir()] == ["good.ipynb"]


def _browser_that(folder: Path, does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of Chromium, which is not on every machine."""
    programs = folder / "programs"
    programs.mkdir()
    program = programs / BROWSERS[0]
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    assert find_browser() == program


def test_each_page_is_printed_beside_its_html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = (
        'for part; do case "$part" in --print-to-pdf=*) to=${part#*=};; file://*) from=${part#file://};; esac; done'
    )
    _browser_that(tmp_path, f'{copies}\ncp "$from" "$to"', monkeypatch)
    prose = "[here](#main), [there](sources.html), [abroad](https://example.org)"
    made = plan(tmp_path, page("abai", write_notebook(tmp_path / "a.ipynb", markdown(prose))))
    with Inline() as executor:
        assert build(replace(made, pdf=True), executor).failures == ()
    html = (made.reports / "en" / "abai.html").read_text(encoding="utf-8")
    printed = (made.reports / "en" / "abai.pdf").read_text(encoding="utf-8")
    assert '<a href="sources.html">there</a>' in html
    # On paper only what leads within the page or to the web is a link.
    assert '<a href="#main">here</a>, <a >there</a>, <a href="https://example.org">abroad</a>' in printed
    assert not re.search(r'<a [^>]*href="(?!https?:|#)', printed)
    assert _text(printed) == _text(html)
    assert sorted(path.suffix for path in made.reports.rglob("abai.*")) == [".html", ".pdf"]


def _text(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def test_a_page_that_cannot_be_printed_leaves_the_old_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(tmp_path, page("abai", write_notebook(tmp_path / "a.ipynb", markdown("Prose"))))
    with Inline() as executor:
        assert build(made, executor).failures == ()
        before = bytes_of(made.reports)
        _browser_that(tmp_path, "echo 'no display' >&2\nexit 3", monkeypatch)
        result = build(replace(made, pdf=True), executor)
    assert [str(failure) for failure in result.failures] == [
        f"en/abai.html: PrintingFailed: {BROWSERS[0]} ended with 3: no display"
    ]
    assert bytes_of(made.reports) == before


def test_a_page_is_linked_to_its_pdf_only_where_there_is_one(aktobe: str, tmp_path: Path) -> None:
    assert ".pdf" not in aktobe
    made = replace(plan(tmp_path, page("abai", tmp_path)), pdf=True)
    executed = nbformat.v4.new_notebook(cells=[code("1")])
    executed.cells[0].outputs = [nbformat.v4.new_output("display_data", {"text/html": '<h2 id="place">Place</h2>'})]
    html, _ = publish.publish_page(made.frame(made.pages[0]), executed)
    assert '<a href="abai.pdf">' in html


STYLE = (Path(building.__file__).parent / "template" / "edstats" / "style.css").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb, as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised", "warning-ground"])
@pytest.mark.parametrize("ink", ["ink", "soft", "link", "planned", "warning", "note"])
def test_text_stands_out_from_its_ground(scheme: int, ground: str, ink: str) -> None:
    root = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", root))
    light, dark = sorted((luminance(colours[ground]), luminance(colours[ink])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_page_is_made_again_for_what_has_changed_in_its_inputs(tmp_path: Path) -> None:
    def planned(inputs: dict[str, str], pdf: bool = False) -> Plan:
        made = replace(plan(tmp_path, replace(page("abai", tmp_path), inputs=inputs)), pdf=pdf)
        (own,) = made.pages
        return replace(plan(tmp_path, replace(own, inputs=inputs | {"frame": repr(made.frame(own))})), pdf=pdf)

    def why(made: Plan, files: dict[str, str] | None = None) -> tuple[str, ...]:
        (before,) = planned({"library": "1"}).pages
        published = {before.path: file_digest(path)} if files is None else files
        pages = {before.path: PageRecord(before.inputs, published)}
        record = BuildRecord("2024-12-31", {}, (), pages, {}, (), {})
        return building.reasons(made, record).get(before.path, ())

    path = tmp_path / "reports" / "en" / "abai.html"
    path.parent.mkdir(parents=True)
    path.write_text("<p>as it was</p>")
    assert building.reasons(planned({"library": "1"}), None) == {"en/abai.html": ("new",)}
    assert why(planned({"library": "1"})) == ()
    assert why(planned({"library": "2"})) == ("library",)
    assert why(planned({"library": "1", "figures": "1"})) == ("figures",)
    assert why(planned({})) == ("library",)
    assert why(planned({"library": "1"}, pdf=True)) == ("frame",)  # the page is linked to its PDF
    assert why(plan(tmp_path, page("abai", tmp_path))) == ("anything",)
    assert why(planned({"library": "1"}), files={}) == ("file",)  # a record that names no file of the page
    path.write_text("<p>otherwise</p>")
    assert why(planned({"library": "1"}), files={"en/abai.html": "0"}) == ("file",)
