"""``edstats export`` as a person uses it: where it writes, what it replaces, and what it says when it does not."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import PROJECT

from edstats.cli import main
from edstats.exports import FORMATS
from edstats.exports.command import BY_NAME

FOLDERS = [form for form in FORMATS if form != "xlsx"]
RUN = "import sys; from edstats.cli import main; sys.exit(main())"
Exported = Callable[[str], Path]


def export(form: str, place: Path, *more: str, data: Path = PROJECT / "data") -> int:
    return main(["export", "--format", form, "--output", str(place), "--data", str(data), *more])


def named(form: str) -> str:
    """A name that an export may have."""
    return "out.xlsx" if form == "xlsx" else "out"


def content(place: Path) -> dict[str, bytes]:
    """What an export holds, file by file."""
    paths = sorted(place.iterdir()) if place.is_dir() else [place]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def small(tmp_path: Path, sound_data: Callable[[Path], Path]) -> Path:
    """A data folder with two figures, cleaned."""
    data = sound_data(tmp_path / "project")
    assert main(["clean", "--data", str(data)]) == 0
    return data


def refused(place: Path, form: str, data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said when an export is refused; nothing of what is there may have changed."""
    before = [*sorted(place.parent.rglob("*"))]
    capsys.readouterr()
    assert export(form, place, data=data) == 1
    assert [*sorted(place.parent.rglob("*"))] == before
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.endswith("; nothing was written")
    return line


def test_each_format_of_the_command_can_be_made() -> None:
    assert tuple(BY_NAME) == FORMATS


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_data_give_the_same_bytes(form: str, tmp_path: Path, exported: Exported) -> None:
    """In another process, another time zone, later, and with sets in another order."""
    elsewhere = {**os.environ, "TZ": "Asia/Almaty", "PYTHONHASHSEED": "7"}
    arguments = ["export", "--format", form, "--output", named(form), "--data", str(PROJECT / "data")]
    subprocess.run([sys.executable, "-c", RUN, *arguments], cwd=tmp_path, env=elsewhere, check=True, timeout=120)
    first, again = exported(form), tmp_path / named(form)
    assert [*content(again).values()] == [*content(first).values()]
    assert [path.name for path in tmp_path.iterdir()] == [named(form)], "something was left beside it"


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_tells_what_it_holds_and_takes_the_place_of_an_earlier_one(
    form: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / named(form)
    capsys.readouterr()
    assert export(form, place, data=small) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith("2 observations from 1 source, ")
    assert said.out.endswith(f", as of 2024-12-02, in {place}\n")
    before = content(place)
    figures = small / "raw" / "figures" / "aktobe-report.csv"
    figures.write_text(figures.read_text().replace("434 schools", "435 schools"))
    assert main(["clean", "--data", str(small)]) == 0
    assert export(form, place, data=small) == 0
    assert content(place) != before
    assert {path.name for path in tmp_path.iterdir()} == {place.name, "project"}, "something was left beside it"


def test_as_of_leaves_out_what_was_published_later(tmp_path: Path) -> None:
    assert export("datapackage", tmp_path / "then", "--as-of", "2022-12-31") == 0
    sources = pd.read_csv(tmp_path / "then" / "sources.csv")
    observations = pd.read_csv(tmp_path / "then" / "observations.csv")
    assert sources["published_latest"].max() <= "2022-12-31"
    assert set(observations["source"]) <= set(sources["source"])
    assert json.loads((tmp_path / "then" / "datapackage.json").read_text())["version"] == "2022-12-31"


def test_a_day_before_all_sources_gives_no_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("parquet", tmp_path / "out", "--as-of", "2001-01-01") == 1
    assert capsys.readouterr().err == "no source was published by 2001-01-01; nothing was written\n"
    assert not any(tmp_path.iterdir())


# --- what stands in the place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FOLDERS)
def test_an_empty_folder_may_be_filled(form: str, small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export(form, tmp_path / "out", data=small) == 0
    assert (tmp_path / "out" / "edstats-export.json").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_stranger_made_is_left_alone(
    form: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / f"folder-{named(form)}", tmp_path / f"file-{named(form)}"
    folder.mkdir()
    (folder / "observations.csv").write_text("mine")
    file.write_text("mine")
    said = refused(folder, form, small, capsys), refused(file, form, small, capsys)
    assert file.read_text() == (folder / "observations.csv").read_text() == "mine"
    if form == "xlsx":
        assert "is no file, and this format is one" in said[0]
        assert "is no export of edstats, or was changed since" in said[1]
    else:
        assert "holds files and is no export of edstats" in said[0]
        assert "is no folder, and this format is one" in said[1]


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_that_a_person_worked_in_is_left_alone(
    form: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    assert export(form, place, data=small) == 0
    (place / "mine.txt").write_text("mine")
    assert "also holds 'mine.txt'" in refused(place, form, small, capsys)
    (place / "mine.txt").unlink()
    changed = next(path for path in sorted(place.iterdir()) if path.name != "edstats-export.json")
    whole = changed.read_bytes()
    changed.write_bytes(whole + b" ")
    assert f"'{changed}' was changed since it was exported" in refused(place, form, small, capsys)
    changed.unlink()
    (tmp_path / "elsewhere").write_bytes(whole)
    changed.symlink_to(tmp_path / "elsewhere")
    assert "was changed since it was exported" in refused(place, form, small, capsys)
    changed.unlink()
    assert export(form, place, data=small) == 0, "what is missing is nobody's work"


@pytest.mark.parametrize("listed", ["{", "[]", '{"sha256": []}', '{"sha256": {"mine": "no digest"}}', "\0"])
def test_a_folder_with_a_list_of_contents_that_is_none_is_left_alone(
    listed: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    (place / "edstats-export.json").write_text(listed)
    (place / "mine").write_text("mine")
    refused(place, "parquet", small, capsys)
    assert (place / "mine").read_text() == "mine"


def test_a_workbook_that_a_person_saved_is_left_alone(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "schools.xlsx"
    assert export("xlsx", place, data=small) == 0
    book = openpyxl.load_workbook(place)
    book["data"]["A2"] = "mine"
    book.save(place)
    saved = place.read_bytes()
    assert "or was changed since" in refused(place, "xlsx", small, capsys)
    assert place.read_bytes() == saved


def test_the_folder_that_the_command_runs_in_is_not_replaced(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert "is the folder that you are in" in refused(here, "parquet", small, capsys)


def test_a_link_is_followed_to_the_export_behind_it(small: Path, tmp_path: Path) -> None:
    assert export("parquet", tmp_path / "real", data=small) == 0
    (tmp_path / "link").symlink_to("real")
    assert export("sdmx-csv", tmp_path / "link", data=small) == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "structure.xml").exists()


# --- what cannot be done ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_a_place_that_cannot_be_written_is_told_in_a_line(
    form: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no folder" in refused(tmp_path / "no" / named(form), form, small, capsys)
    too_long = "x" * 244 + named(form)  # as a name it would do, but not for what is made beside it first
    assert "File name too long" in refused(tmp_path / too_long, form, small, capsys)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_breaks_off_leaves_the_one_before(form: str, small: Path, tmp_path: Path) -> None:
    """No file may grow beyond 20 kB, which the export of the project's data needs more than once."""
    assert export(form, tmp_path / named(form), data=small) == 0
    before = content(tmp_path / named(form))
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, {resource.RLIM_INFINITY})); {RUN}"
    command = [sys.executable, "-c", limit, "export", "--format", form, "--output", named(form)]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    (tmp_path / "temporary").mkdir()
    ended = subprocess.run(
        [*command, "--data", str(PROJECT / "data")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert "File too large" in line
    assert content(tmp_path / named(form)) == before
    assert {path.name for path in tmp_path.iterdir()} == {named(form), "project", "temporary"}, "something was left"


@pytest.mark.parametrize(("form", "package"), [("xlsx", "openpyxl"), ("sdmx-csv", "sdmx")])
def test_a_missing_extra_is_named(form: str, package: str, small: Path, tmp_path: Path) -> None:
    """In an interpreter that has all packages but this one."""
    without = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name.partition('.')[0] == {package!r}: raise ModuleNotFoundError(name)\n"
        "import importlib.util\n"
        "real = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *more: None if name == {package!r} else real(name, *more)\n"
        f"sys.meta_path.insert(0, Missing()); {RUN}"
    )
    command = [sys.executable, "-c", without, "export", "--format", form, "--output", named(form), "--data", str(small)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    said = f"--format {form}: {package} is not installed; install edstats[export]; nothing was written\n"
    assert ended.stderr == said
    assert not (tmp_path / named(form)).exists()


@pytest.mark.parametrize("form", FORMATS)
def test_damaged_clean_data_are_named(
    form: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean, kept = small / "clean", tmp_path / "kept"
    shutil.copytree(clean, kept)
    for table, damage in (
        ("observations", lambda text: text.replace("qualifier", "qualify")),
        ("observations", lambda text: text.replace("434,", "many,")),
        ("observations", lambda text: text.replace(",aktobe-report,", ",nobody,")),
        ("sources", lambda text: ""),
    ):
        path = clean / f"{table}.csv"
        path.write_text(damage((kept / path.name).read_text()))
        refused(tmp_path / named(form), form, small, capsys)
        shutil.copy(kept / path.name, path)
    (clean / "sources.csv").unlink()
    assert "sources.csv" in refused(tmp_path / named(form), form, small, capsys)


def test_data_that_are_not_clean_yet_are_told(
    tmp_path: Path, sound_data: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = sound_data(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        export("xlsx", tmp_path / "out.xlsx", data=data)
    assert stopped.value.code == 2
    assert "run: edstats clean" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "out"], "required: --format"),
        (["--format", "xlsx"], "required: --output"),
        (["--format", "xls", "--output", "out"], "invalid choice: 'xls'"),
        (["--format", "xlsx", "--output", ""], "no path is named"),
        (["--format", "xlsx", "--output", "schools"], "give a workbook a name that ends in .xlsx"),
        (["--format", "xlsx", "--output", "out", "--as-of", "2024"], "'2024' is no date"),
        (["--format", "parquet", "--output", "out", "--data", "nowhere"], "there is no folder 'nowhere'"),
    ],
)
def test_wrong_use(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["export", *arguments])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
