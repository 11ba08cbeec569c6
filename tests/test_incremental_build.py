"""A build makes again what has changed and nothing else: no page that would come out otherwise is ever kept."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from incremental import (
    ACROSS,
    AKTOBE_NOTE_KK,
    ALL,
    BOTH,
    COMMAND,
    REGIONS,
    Built,
    Project,
    contents,
    make_project,
    pages,
    publish_twice,
)

from edstats.reports.record import RECORD, read_record

Change = Callable[[Project], None]
HEAVY = ("pandas", "numpy", "matplotlib", "papermill", "nbformat", "jinja2", "IPython", "zmq", "pyarrow", "babel")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose second edition is published; tests work on copies of it."""
    project = make_project(tmp_path_factory.mktemp("published"))
    publish_twice(project)
    return project


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same in two languages."""
    project = make_project(tmp_path_factory.mktemp("bilingual"), BOTH)
    publish_twice(project)
    return project


@pytest.fixture
def project(published: Project, tmp_path: Path) -> Project:
    return published.copy(tmp_path / "project")


def makes_again(project: Project, expected: set[str], because: str, *options: str, first: str = "") -> Built:
    """Assert that a build makes the pages ``expected``, as a build of all pages does, and the next one none.

    ``because``: a reason of each of them.
    """
    before = shutil.copytree(project.reports, project.folder / "before")
    built = project.build(*options, first=first)
    assert built.code == 0, built.errors
    assert set(built.why) == expected, built.said
    assert built.pages == expected
    assert {because in why for why in built.why.values()} <= {True}, built.said
    if not expected >= ALL:  # else it was itself a build of all pages
        made = contents(project.reports)
        shutil.rmtree(project.reports)
        before.rename(project.reports)
        full = project.build("--all", *options, first=first)
        assert full.code == 0, full.errors
        again = contents(project.reports)
        assert again.keys() == made.keys()
        assert [name for name in made if made[name] != again[name]] == []
    assert project.build(*options, first=first).changed_nothing
    return built


# --- what people enter -----------------------------------------------------------------------------------------------


def _value_beside_others(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "434 schools", "435 schools")


def _value_of_one_region(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "400 schools", "401 schools")


def _printed_words(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "434 schools", "all 434 schools")


def _note(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "at the start of the year", "in September")


def _place(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "3 schools", "4 schools")


def _new_source(project: Project) -> None:
    source = project.figures("pavlodar-ministry")
    shutil.copy(source, project.figures("pavlodar-report"))
    kept = {"publisher": "Akimat", "publisher_type": "akimat", "title": "Report", "language": "en"}
    project.add("sources", source="pavlodar-report", published="2024-03-15", **kept)


def _newest_source(project: Project) -> None:
    _new_source(project)
    project.change("sources", "pavlodar-report", published="2024-09-01")


def _title(project: Project) -> None:
    project.change("sources", "aktobe-report", title="Report of the region")


def _publisher_type(project: Project) -> None:
    project.change("sources", "aktobe-report", publisher_type="agency")


def _doubt_of_one_region(project: Project) -> None:
    (project.raw / "doubts.csv").write_text("source,figures,doubt\naktobe-report,6,It is not said when.\n")


def _doubt_beside_others(project: Project) -> None:
    (project.raw / "doubts.csv").write_text("source,figures,doubt\naktobe-report,1,It is not said when.\n")


def _correction(project: Project) -> None:
    header = "source,figure,column,expected,corrected,reason\n"
    row = "aktobe-report,6,as_printed,400 schools,402 schools,said by the akimat\n"
    (project.raw / "corrections.csv").write_text(header + row)


def _prices(project: Project) -> None:
    project.change("prices", "2024", average="8.6")


@pytest.mark.parametrize(
    ("change", "names", "because"),
    [
        (_value_beside_others, {"aktobe", "kostanay"}, "figures"),
        (_value_of_one_region, {"aktobe"}, "figures"),
        (_printed_words, {"aktobe"}, "figures"),
        (_note, {"aktobe"}, "figures"),
        (_place, {"aktobe"}, "figures"),
        (_new_source, {"pavlodar"}, "sources"),
        (_newest_source, {*REGIONS}, "parameters"),
        (_title, {"aktobe"}, "sources"),
        (_publisher_type, {"aktobe", "kostanay"}, "sources"),
        (_doubt_of_one_region, {"aktobe"}, "findings"),
        (_doubt_beside_others, {"aktobe", "kostanay"}, "findings"),
        (_correction, {"aktobe"}, "corrections"),
        (_prices, set(), "prices"),
    ],
)
def test_what_is_entered_changes_the_pages_that_show_it(
    project: Project, change: Change, names: set[str], because: str
) -> None:
    change(project)
    makes_again(project, pages(*ACROSS, *names), because)


def test_a_source_that_is_taken_away_takes_its_region_along(project: Project) -> None:
    project.remove("sources", "pavlodar-ministry")
    project.figures("pavlodar-ministry").unlink()
    held_back = project.build()
    assert held_back.code == 1
    assert "nothing is left of 'pavlodar-ministry': 2 figures are gone" in held_back.errors
    assert "1 change since the published edition not declared; nothing was published" in held_back.errors
    project.add("declarations", source="pavlodar-ministry", change="gone", reason="Withdrawn by the ministry")
    # Of a figure that is gone nothing in the data says which region it was about.
    built = makes_again(project, pages(*ACROSS, "aktobe", "kostanay"), "declarations")
    assert built.why["en/kostanay.html"] == "the pages around it, declarations"  # it led to the next page
    assert "en/pavlodar.html" not in contents(project.reports)


def test_a_translation_changes_the_pages_of_its_language_that_show_it(bilingual: Project, tmp_path: Path) -> None:
    project = bilingual.copy(tmp_path / "project")
    project.replace(project.raw / "translations.csv", AKTOBE_NOTE_KK, "жылдың басында")
    makes_again(project, pages(*ACROSS, "aktobe", languages=("kk",)), "translations")


def test_a_catalogue_changes_the_pages_of_its_language(bilingual: Project, tmp_path: Path) -> None:
    project = bilingual.copy(tmp_path / "project")
    catalogue = project.package / "locale" / "kk" / "LC_MESSAGES" / "edstats.po"
    project.replace(catalogue, 'msgid "Sources"\nmsgstr "', 'msgid "Sources"\nmsgstr "Барлық ')
    makes_again(project, pages(*ACROSS, *REGIONS, languages=("kk",)), "the catalogue of its language")


def test_what_was_new_before_is_told_no_more(project: Project) -> None:
    _value_of_one_region(project)
    assert project.build().pages == pages(*ACROSS, "aktobe")
    project.replace(project.figures("pavlodar-ministry"), "3 schools", "2 schools")
    makes_again(project, pages(*ACROSS, "aktobe", "pavlodar"), "what is new")


def test_a_look_back_and_the_present_again(published: Project, project: Project) -> None:
    makes_again(project, ALL, "parameters", "--as-of", "2024-06-05")
    built = project.build()
    assert built.pages == ALL
    assert contents(project.reports) == contents(published.reports)


# --- notebooks, library, packages -------------------------------------------------------------------------------------


def _add_cell(project: Project, name: str, cell: nbformat.NotebookNode) -> None:
    path = project.notebooks / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(cell)
    nbformat.write(notebook, path)


def test_prose_of_a_notebook_changes_its_pages(project: Project) -> None:
    _add_cell(project, "region", nbformat.v4.new_markdown_cell("Thanks to all who print numbers.", id="thanks"))
    makes_again(project, pages(*REGIONS), "notebook")


def test_code_of_a_notebook_changes_its_pages(project: Project) -> None:
    _add_cell(project, "sources", nbformat.v4.new_code_cell("page.limits()", id="again"))
    makes_again(project, pages("sources"), "notebook")


def test_a_notebook_that_reads_something_else_is_run_by_each_build(project: Project) -> None:
    code = "import pathlib\npathlib.Path('words.txt').read_text()"
    words = project.folder / "words.txt"
    _add_cell(project, "changes", nbformat.v4.new_code_cell(code, id="else"))
    for text in ("one", "two"):
        words.write_text(text)
        built = project.build()
        assert built.pages == pages("changes"), built.errors
        assert {*built.why.values()} == {"its notebook may depend on anything"}


def _template(project: Project) -> None:
    style = project.package / "reports" / "template" / "edstats" / "style.css"
    style.write_text(style.read_text(encoding="utf-8") + "\nq { quotes: none; }\n", encoding="utf-8")


def _library(project: Project) -> None:
    project.replace(project.package / "pages" / "closing.py", "def download", "UNUSED = 1\n\n\ndef download")


def _codebook(project: Project) -> None:
    project.replace(project.package / "codebook" / "indicators.csv", ",Schools,", ",All schools,")


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (_template, "template"),
        (_library, "library"),
        (_codebook, "library"),
    ],
)
def test_the_library_changes_all_pages(project: Project, change: Change, because: str) -> None:
    change(project)
    makes_again(project, ALL, because)


def test_another_version_of_a_package_changes_all_pages(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "packages"
    (other / "tqdm-99.9.dist-info").mkdir(parents=True)
    (other / "tqdm-99.9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tqdm\nVersion: 99.9\n")
    makes_again(project, ALL, "versions of packages", first=str(other))


# --- the published edition --------------------------------------------------------------------------------------------


def test_what_is_damaged_in_the_published_edition_is_made_again(published: Project, project: Project) -> None:
    reports = project.reports
    with (reports / "en" / "aktobe.html").open("a", encoding="utf-8") as page:
        page.write("<p>A word of my own</p>")
    (reports / "en" / "kostanay.html").unlink()
    (reports / "en" / "data" / "pavlodar" / "pavlodar-figures.csv").unlink()
    (reports / "en" / "index.html").write_text((reports / "index.html").read_text(encoding="utf-8"), encoding="utf-8")
    (reports / "en" / "surplus.html").write_text("none of ours")
    built = project.build()
    assert built.pages == {"en/aktobe.html", "en/kostanay.html", "en/pavlodar.html"}
    assert {*built.why.values()} == {"its published file was changed or is missing"}
    assert contents(reports) == contents(published.reports)
    assert project.build().changed_nothing


@pytest.mark.parametrize("path", ["en/index.html", "en/surplus.html"])
def test_an_edition_that_is_not_as_it_was_made_does_not_stand(published: Project, project: Project, path: str) -> None:
    with (project.reports / path).open("a", encoding="utf-8") as file:
        file.write("another word")
    built = project.build()
    assert (built.code, built.pages) == (0, set())
    assert contents(project.reports) == contents(published.reports)


def test_without_its_record_an_edition_is_made_anew(published: Project, project: Project) -> None:
    (project.reports / RECORD).unlink()
    built = project.build()
    assert {*built.why.values()} == {"not built before"}
    assert built.pages == ALL
    assert contents(project.reports) == contents(published.reports)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "7", '"pages"', "\x00", "[" * 100_000),
        *('{"pages": {}}', '{"pages": [], "as_of": "", "surroundings": {}, "packages": [], "files": {}}'),
    ],
)
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / RECORD).write_text(text)
    assert read_record(tmp_path) is None


@pytest.mark.parametrize("name", ["as_of", "surroundings", "packages", "pages", "files"])
@pytest.mark.parametrize("value", [None, 7, "text", [1], {"a": 1}])
def test_a_record_of_wrong_types_is_no_record_or_another(
    published: Project, tmp_path: Path, name: str, value: object
) -> None:
    found = json.loads((published.reports / RECORD).read_text(encoding="utf-8"))
    (tmp_path / "data").mkdir()
    (tmp_path / RECORD).write_text(json.dumps(found | {name: value}), encoding="utf-8")
    record = read_record(tmp_path)
    assert record is None or record != read_record(published.reports)


def test_clean_data_that_were_edited_are_made_again_and_change_no_page(published: Project, project: Project) -> None:
    clean = project.folder / "data" / "clean"
    project.replace(clean / "observations.csv", "434 schools", "777 schools")
    built = project.build()
    assert (built.code, built.pages) == (0, set())
    for folder in ("reports", "data"):
        assert contents(project.folder / folder) == contents(published.folder / folder)


def test_a_failed_build_leaves_the_edition_and_its_record(published: Project, project: Project) -> None:
    sound = (project.notebooks / "changes.ipynb").read_bytes()
    _add_cell(project, "changes", nbformat.v4.new_code_cell("page.no_such_part()", id="bad"))
    built = project.build()
    assert built.code == 1
    assert "nothing was published" in built.errors
    assert contents(project.reports) == contents(published.reports)
    (project.notebooks / "changes.ipynb").write_bytes(sound)
    assert project.build().changed_nothing


def test_an_interrupted_build_leaves_the_edition_and_its_record(published: Project, project: Project) -> None:
    arguments = [sys.executable, "-c", COMMAND, "build", "--data", "data", "--all", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(project.folder / "src")}
    with subprocess.Popen(
        arguments, cwd=project.folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stderr
        assert "1/6" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        running.stderr.read()
    assert running.returncode != 0
    assert contents(project.reports) == contents(published.reports)
    assert project.build().changed_nothing
    assert sorted(path.name for path in project.folder.iterdir()) == ["data", "notebooks", "reports", "src"]


# --- what changes nothing ---------------------------------------------------------------------------------------------


def _backups(project: Project) -> None:
    for folder in (project.raw, project.raw / "figures", project.notebooks, project.package, project.package / "pages"):
        for name in ("a.csv~", ".a.py.swp", "#a.csv#", "a.csv.bak", ".DS_Store"):
            (folder / name).write_text("left by an editor")
        (folder / "__pycache__").mkdir(exist_ok=True)
        (folder / "__pycache__" / "a.pyc").write_text("left by Python")
    checkpoints = project.notebooks / ".ipynb_checkpoints"
    checkpoints.mkdir()
    shutil.copy(project.notebooks / "region.ipynb", checkpoints / "region-checkpoint.ipynb")


def _touch(project: Project) -> None:
    later = time.time() + 3600
    for path in project.folder.rglob("*"):
        os.utime(path, (later, later))


@pytest.mark.parametrize("change", [_backups, _touch, lambda project: None], ids=["backups", "touch", "moved"])
def test_what_is_the_same_is_not_made_again(project: Project, change: Change) -> None:
    change(project)
    assert project.build().changed_nothing


def test_a_build_that_changes_nothing_imports_nothing_heavy_and_starts_no_process(project: Project) -> None:
    code = f"""import subprocess, sys
from edstats.cli import main
subprocess.Popen = None
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print([name for name in {HEAVY} if name in sys.modules])"""
    for arguments in (["build", "--data", "data"], ["--help"], ["--version"], ["build", "--help"]):
        done = project.run("-c", code, *arguments)
        assert done.stdout.splitlines()[-1] == "[]", done.stderr
        assert done.stderr == ""


def test_how_pages_are_run_changes_no_byte(published: Project, project: Project) -> None:
    for options in (["--jobs", "1"], ["--jobs", "3"], ["--kernel", "stock"]):
        built = project.build("--all", *options)
        assert built.pages == ALL, built.errors
        assert contents(project.reports) == contents(published.reports), options
