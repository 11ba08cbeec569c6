"""The command line as a person or a scheduler uses it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT

from edstats.cli import main
from edstats.columns import TABLES, read_csv
from edstats.dataset import load


def test_clean_writes_each_table_as_csv_and_parquet(tmp_path: Path, sound_data: Callable[[Path], Path]) -> None:
    data = sound_data(tmp_path)
    assert main(["clean", "--data", str(data)]) == 0
    for table in TABLES:
        from_csv = read_csv(data / "clean" / f"{table}.csv", table)
        from_parquet = pd.read_parquet(data / "clean" / f"{table}.parquet")
        assert list(from_csv) == list(from_parquet), table
        assert from_csv.astype("str").equals(from_parquet.astype("str")), table


def test_the_committed_clean_data_are_what_raw_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "--check", "--data", str(PROJECT / "data")]) == 0, capsys.readouterr().err


def test_check_of_clean_files_finds_a_change_of_raw_and_writes_nothing(
    tmp_path: Path, sound_data: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = sound_data(tmp_path)
    assert main(["clean", "--data", str(data)]) == 0
    assert main(["clean", "--check", "--data", str(data)]) == 0
    figures = data / "raw" / "figures" / "aktobe-report.csv"
    figures.write_text(figures.read_text().replace("434 schools", "435 schools"))
    before = (data / "clean" / "observations.csv").read_bytes()
    assert main(["clean", "--check", "--data", str(data)]) == 1
    assert "data/clean/observations.csv: not what data/raw gives" in capsys.readouterr().err
    assert (data / "clean" / "observations.csv").read_bytes() == before


def test_check_lists_findings_then_every_code_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = shutil.copytree(PROJECT / "data" / "raw", tmp_path / "data" / "raw").parent
    assert main(["check", "--data", str(data)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert any(line.startswith("ADVISORY  EDS-101  KZ-15: Printed as 70%, but 280 of 434 (Schools)") for line in lines)
    assert "ADVISORY  EDS-101  printed share contradicts printed counts: 2 warnings" in lines
    assert "PASS      EDS-104  printed change contradicts printed levels" in lines
    # Nothing is published beside these data.
    (unchecked,) = (line for line in lines if line.startswith("UNCHECKED"))
    assert unchecked.startswith("UNCHECKED EDS-202 to EDS-205  release gates: there is no published edition")
    outcomes = [line.split()[0] for line in lines[:-1]]
    each = outcomes[outcomes.index("PASS") :]
    assert each == sorted(each, key=["PASS", "UNCHECKED", "ADVISORY"].index), "what asks for a person stands last"
    assert lines[-1].endswith("51 PASS, 1 UNCHECKED, 10 ADVISORY")


@pytest.mark.parametrize(("share", "code"), [("70% of schools", 3), ("64.5%", 0)])
def test_warnings_count_where_they_are_asked_to(
    share: str, code: int, tmp_path: Path, sound_data: Callable[[Path], Path]
) -> None:
    data = sound_data(tmp_path)
    with (data / "raw" / "figures" / "aktobe-report.csv").open("a", encoding="utf-8") as figures:
        figures.write(f"3,KZ-15,schools_rural,{share},,actual,,,,schools_total,,,,,,,\n")
    assert main(["check", "--data", str(data)]) == 0
    assert main(["check", "--fail-on", "warning", "--data", str(data)]) == code


def test_a_fault_counts_more_than_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    faulty = Path(__file__).parent / "faulty" / "wrong-unit" / "data"
    assert main(["check", "--fail-on", "warning", "--data", str(faulty)]) == 1


def test_help_and_wrong_use_import_nothing_heavy() -> None:
    code = "import sys; from edstats.cli import main; main(['check', '--help'])"
    shown = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    assert "edstats.cli" in shown.stderr
    assert not {"pandas", "numpy", "pyarrow"} & {line.split("|")[-1].strip() for line in shown.stderr.splitlines()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clen"], "invalid choice"),
        (["clean", "--data", "no-such-folder"], "there is no folder 'no-such-folder'"),
        (["build", "--as-of", "yesterday"], "'yesterday' is no date"),
        (["build", "--jobs", "0"], "'0' is no count"),
        (["check", "--fail-on", "note"], "invalid choice: 'note'"),
        ([], "COMMAND"),
    ],
)
def test_wrong_use(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["clean", "check", "build"])
def test_a_folder_without_raw_data_is_wrong_use_and_stays_as_it_was(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--data", str(tmp_path)])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: --data: there is no folder '{tmp_path / 'raw'}'\n")
    assert list(tmp_path.iterdir()) == []


def test_no_data_anywhere_above_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["check"])
    assert stopped.value.code == 2
    assert "--data DIR" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["extract"], ["accept"], ["clean"], ["check"], ["build"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert "usage: edstats" in capsys.readouterr().out


def test_installed_command_finds_the_data_from_a_folder_below(
    tmp_path: Path, sound_data: Callable[[Path], Path]
) -> None:
    sound_data(tmp_path)
    below = tmp_path / "notebooks"
    below.mkdir()
    command = Path(sys.executable).with_name("edstats")
    done = subprocess.run([command, "check"], cwd=below, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 observations from 1 source," in done.stdout


def test_load_reads_only_clean_data(tmp_path: Path, sound_data: Callable[[Path], Path]) -> None:
    data = sound_data(tmp_path)
    with pytest.raises(FileNotFoundError, match="edstats clean"):
        load(data)
    assert main(["clean", "--data", str(data)]) == 0
    shutil.rmtree(data / "raw")
    dataset = load(data)
    assert list(dataset.observations["value"]) == [434, 280]
    with pytest.raises(ValueError, match="'2024-13-01' is no date"):
        load(data, "2024-13-01")


def test_commands_leave_the_current_folder_alone(tmp_path: Path) -> None:
    before = sorted(PROJECT.iterdir())
    assert main(["check", "--data", str(PROJECT / "data")]) == 0
    assert sorted(PROJECT.iterdir()) == before


def test_clean_keeps_what_else_stands_in_its_folder(tmp_path: Path, sound_data: Callable[[Path], Path]) -> None:
    data = sound_data(tmp_path)
    older = data / "clean" / "archive-2023" / "observations.csv"
    older.parent.mkdir(parents=True)
    older.write_text("of another year", encoding="utf-8")
    for _ in range(2):
        assert main(["clean", "--data", str(data)]) == 0
        assert older.read_text(encoding="utf-8") == "of another year"
        assert (data / "clean" / "observations.csv").is_file()
