"""Real papermill and real nbconvert on notebooks of a few cells."""

import hashlib
import io
import re
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import nbformat
import pytest

from edstats.reports import build as building
from edstats.reports.plan import Page, Plan, UnfitNotebook, UnknownParameter, check_parameters
from edstats.reports.publish import ForbiddenMarkup, NotAnEdition, read_headings, swap_in
from edstats.reports.run import PageFailure, RunResult, run_page

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = 'region = "KZ-15"\nlanguage = "en"\nas_of = "2024-12-31"\ndata = "data"'
CHART = (
    '<section><h2 id="money">Money <em>spent</em></h2><figure class="chart">'
    '<svg viewBox="0 0 1 1"><clipPath id="c"></clipPath></svg></figure>'
    '<p>8.2&nbsp;billion &lt; 9, <a href="https://www.gov.kz/x">source</a></p></section>'
)


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
    return write_notebook(
        path,
        markdown("# How to run this notebook", "notebook-only"),
        code("from IPython.display import HTML, display\nprint('printed', region)"),
        code("display(HTML(f'<h2 id=\"place\">Place</h2><p>This is {region} by {as_of}</p>'))\n'a plain value'"),
        code(f"HTML({CHART!r})"),
        markdown("Read *this* too."),
    )


def page(name: str, notebook: Path, group: Any = "regions", **parameters: str) -> Page:
    return Page(name, notebook, {"region": name, **parameters}, f"Title of {name} & more", group, "3 figures, 1 source")


def plan(folder: Path, *pages: Page) -> Plan:
    return Plan(pages, Path("data"), folder / "reports", "en", "2024-12-31", ("Ulytau", "Abai"))


def build(plan: Plan, executor: Executor) -> building.BuildResult:
    return building.build(plan, executor, lambda result: None, NullTranslations())


def bytes_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with building.default_executor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, pool: Executor) -> Path:
    folder = tmp_path_factory.mktemp("edition")
    notebook = good_notebook(folder / "good.ipynb")
    made = plan(folder, page("aktobe", notebook), page("turkistan", notebook), page("compare", notebook, "across"))
    result = build(made, pool)
    assert result == building.BuildResult(("aktobe", "turkistan", "compare"), ())
    return made.reports


@pytest.fixture(scope="module")
def aktobe(edition: Path) -> str:
    return (edition / "aktobe.html").read_text(encoding="utf-8")


def test_an_edition_is_its_pages_and_an_index_and_nothing_else(edition: Path) -> None:
    assert sorted(bytes_of(edition)) == ["aktobe.html", "compare.html", "index.html", "turkistan.html"]
    assert sorted(path.name for path in edition.parent.iterdir()) == ["good.ipynb", "reports"]


def test_each_page_is_run_with_its_own_parameters(edition: Path, aktobe: str) -> None:
    assert "This is aktobe by 2024-12-31" in aktobe
    assert "This is turkistan by 2024-12-31" in (edition / "turkistan.html").read_text(encoding="utf-8")


def test_html_outputs_pass_unchanged(aktobe: str) -> None:
    assert CHART in aktobe


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
    turkistan = (edition / "turkistan.html").read_text(encoding="utf-8")
    assert '<a class="skip" href="#main">' in turkistan
    assert '<main id="main"' in turkistan
    assert '<a rel="prev" href="aktobe.html">' in turkistan
    assert '<a rel="next" href="compare.html">' in turkistan


def test_the_footer_dates_the_data_and_gives_the_licences(aktobe: str) -> None:
    assert '<time datetime="2024-12-31">31 December 2024</time>' in aktobe
    assert "CC BY 4.0" in aktobe
    assert "MIT" in aktobe


@pytest.mark.parametrize("name", ["aktobe", "index"])
def test_pages_load_nothing_and_run_nothing(edition: Path, name: str) -> None:
    html = (edition / f"{name}.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert not re.search(r"@import|url\(", html)
    addresses = set(re.findall(r'[^\s"]*="https?:', html))
    assert addresses == {'href="https:'}
    links = re.findall(r"<(\w+)[^>]*\bhref=", html)
    assert set(links) <= {"a", "link"}
    assert re.findall(r"<link[^>]*>", html) == ['<link rel="icon" href="data:,">']
    assert "default-src 'none'" in html


def test_the_index_lists_every_page_and_the_regions_without_one(edition: Path) -> None:
    index = (edition / "index.html").read_text(encoding="utf-8")
    for name in ("aktobe", "turkistan", "compare"):
        assert f'<a href="{name}.html">Title of {name} &amp; more</a> <span>3 figures, 1 source</span>' in index
    assert "2 regions have a page." in index
    assert "Ulytau, Abai" in index


def test_every_word_of_the_template_can_be_translated(edition: Path, tmp_path: Path) -> None:
    class Marked(NullTranslations):
        def gettext(self, message: str) -> str:
            return f"⟦{message}⟧"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return f"⟦{msgid2}⟧"

    notebook = write_notebook(tmp_path / "a.ipynb")
    made = plan(tmp_path, page("aktobe", notebook), page("turkistan", notebook), page("compare", notebook, "across"))
    with Inline() as executor:
        building.build(made, executor, lambda result: None, Marked())
    for name in ("aktobe", "index"):
        html = (made.reports / f"{name}.html").read_text(encoding="utf-8")
        body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "", re.sub(r"⟦[^⟦⟧]*⟧", "", body))
        ours = re.sub(r"Title of \w+ &amp; more|3 figures, 1 source", "", text)
        assert not re.findall(r"[^\W\d]+", ours), name


def test_two_builds_of_the_same_data_are_byte_for_byte_equal(edition: Path, tmp_path: Path, pool: Executor) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    pages = (page("aktobe", notebook), page("turkistan", notebook), page("compare", notebook, "across"))
    again = plan(tmp_path / "deeper", *pages)
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
    seen: list[RunResult] = []
    made = plan(tmp_path, page("abai", bad), page("aktobe", good), page("ulytau", bad), page("turkistan", good))
    result = building.build(made, pool, seen.append, NullTranslations())
    assert result.pages == ()
    assert [failure.page for failure in result.failures] == ["abai", "ulytau"]
    assert result.failures[0] == PageFailure("abai", 3, "KeyError", "'no such region'", "{}['no such region']")
    assert str(result.failures[0]) == "abai, cell 3 ({}['no such region']): KeyError: 'no such region'"
    assert sorted(run.page.name for run in seen if run.executed) == ["aktobe", "turkistan"]
    assert bytes_of(tmp_path / "reports") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ipynb", "good.ipynb", "reports"]


def test_nothing_is_published_when_the_first_edition_fails(tmp_path: Path) -> None:
    bad = write_notebook(tmp_path / "bad.ipynb", code("raise SystemError"))
    with Inline() as executor:
        result = build(plan(tmp_path, page("abai", bad)), executor)
    assert [str(failure) for failure in result.failures] == ["abai, cell 2 (raise SystemError): SystemError"]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.ipynb"]


def test_a_kernel_writes_nothing_between_the_lines_of_progress(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    assert run_page(page("abai", notebook), tmp_path).failure is None
    assert capfd.readouterr() == ("", "")


def test_a_kernel_that_dies_is_a_failure_of_its_page(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "dies.ipynb", code("import os\nos._exit(1)"))
    result = run_page(page("abai", notebook), tmp_path)
    assert result.executed is None
    assert result.failure
    assert (result.failure.page, result.failure.error) == ("abai", "DeadKernelError")


def test_a_worker_that_dies_is_a_failure_of_its_page(tmp_path: Path) -> None:
    class Broken(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(MemoryError("worker killed"))
            return future

    notebook = good_notebook(tmp_path / "good.ipynb")
    with Broken() as executor:
        result = build(plan(tmp_path, page("abai", notebook)), executor)
    assert result.failures == (PageFailure("abai", 0, "MemoryError", "worker killed"),)


def test_an_unknown_parameter_stops_the_build_before_anything_runs(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    ran: list[RunResult] = []
    made = plan(tmp_path, page("aktobe", notebook), page("abai", notebook, langauge="ru"))
    with Inline() as executor, pytest.raises(UnknownParameter, match='"langauge"; did you mean "language"\\?'):
        building.build(made, executor, ran.append, NullTranslations())
    assert ran == []
    assert [path.name for path in tmp_path.iterdir()] == ["good.ipynb"]


def test_a_parameter_like_no_other_gets_the_list_of_those_there_are(tmp_path: Path) -> None:
    notebook = good_notebook(tmp_path / "good.ipynb")
    with pytest.raises(UnknownParameter, match="it has region, language, as_of, data"):
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
    assert [str(failure) for failure in result.failures] == ["abai: ForbiddenMarkup: a page may hold no <script>"]
    assert [path.name for path in tmp_path.iterdir()] == ["script.ipynb"]


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://example.org/a.png">',
        '<p onclick="x()">',
        '<a href=" JavaScript:x()">a</a>',
        '<svg><use xlink:href="https://example.org/a.svg#b"/></svg>',
        '<link rel="stylesheet" href="a.css">',
        "<iframe></iframe>",
    ],
)
def test_markup_that_runs_or_loads_something_is_refused(markup: str) -> None:
    with pytest.raises(ForbiddenMarkup):
        read_headings(markup)


def test_local_references_and_links_are_allowed() -> None:
    body = '<h2>No id</h2><svg><use xlink:href="#m"/></svg><img src="data:,"><a href="https://example.org">a</a>'
    assert read_headings(body) == []


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
        swap_in(tmp_path / "no-such-edition", reports)
    assert bytes_of(reports) == before
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_linked_reports_folder_stays_a_link(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a.ipynb")
    (tmp_path / "www").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "www")
    with Inline() as executor:
        assert build(plan(tmp_path, page("abai", notebook)), executor).pages == ("abai",)
    assert (tmp_path / "reports").is_symlink()
    assert (tmp_path / "www" / "abai.html").is_file()


def test_a_log_gets_one_line_a_page(tmp_path: Path) -> None:
    log = io.StringIO()
    abai, aktobe = page("abai", tmp_path), page("aktobe", tmp_path)
    with building.progress(2, log) as report:
        report(RunResult(abai, failure=PageFailure("abai", 3, "KeyError", "'x'", "show(x)")))
        report(RunResult(aktobe, executed=tmp_path))
    assert log.getvalue() == "1/2 abai, cell 3 (show(x)): KeyError: 'x'\n2/2 aktobe\n"


def test_a_terminal_gets_a_bar_and_the_failures(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    with building.progress(2, screen) as report:
        report(RunResult(page("abai", tmp_path), failure=PageFailure("abai", 0, "DeadKernelError", "Kernel died")))
        report(RunResult(page("aktobe", tmp_path), executed=tmp_path))
    assert "abai: DeadKernelError: Kernel died\n" in screen.getvalue()
    assert "2/2" in screen.getvalue()


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
