"""Each folder of ``faulty`` is a whole data set with the fault that it is named for."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from edstats.cli import main

FAULTY = Path(__file__).parent / "faulty"


@pytest.mark.parametrize("command", ["clean", "build"])
@pytest.mark.parametrize("name", sorted(path.name for path in FAULTY.iterdir()))
def test_fault_is_located_and_nothing_is_written(
    name: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(shutil.copytree(FAULTY / name / "data", tmp_path / "data"))
    before = sorted(tmp_path.rglob("*"))
    assert main([command, "--data", str(data)]) == 1
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert ("nothing was published" if command == "build" else "nothing was written") in lines[-1]
    assert "\n".join(lines[:-1]) + "\n" == (FAULTY / name / "expected.txt").read_text(encoding="utf-8")
    assert sorted(path for path in tmp_path.rglob("*") if path.name != ".lock") == before


@pytest.mark.parametrize("name", sorted(path.name for path in FAULTY.iterdir()))
def test_check_says_every_fault_and_what_it_could_not_tell(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(shutil.copytree(FAULTY / name / "data", tmp_path / "data"))
    before = sorted(tmp_path.rglob("*"))
    assert main(["check", "--data", str(data)]) == 1
    assert sorted(tmp_path.rglob("*")) == before
    said = capsys.readouterr()
    expected = (FAULTY / name / "expected.txt").read_text(encoding="utf-8").splitlines()
    told = [(line.rpartition(" [")[2].rstrip("]"), line.rpartition(" [")[0]) for line in expected]
    assert said.err.splitlines() == [f"FAIL      {code}  {message}" for code, message in told]
    lines = said.out.splitlines()
    failed = {line.split()[1]: int(line.rpartition(": ")[2]) for line in lines if line.startswith("FAIL")}
    assert failed == Counter(code for code, _ in told)
    assert [line.split()[1] for line in lines if line.startswith("PASS")] == ["EDS-201"]
    assert "UNCHECKED EDS-101 to EDS-113  findings: not told before the faults are mended" in lines
    assert lines[-1].endswith(f"1 PASS, 3 UNCHECKED, {len(failed)} FAIL")


def test_sound_data_of_the_same_shape_pass(tmp_path: Path, sound_data: Callable[[Path], Path]) -> None:
    assert main(["clean", "--data", str(sound_data(tmp_path))]) == 0


def test_data_kept_from_the_last_run_stay_when_raw_turns_faulty(
    tmp_path: Path, sound_data: Callable[[Path], Path]
) -> None:
    data = sound_data(tmp_path)
    assert main(["clean", "--data", str(data)]) == 0
    kept = {path.name: path.read_bytes() for path in (data / "clean").iterdir()}
    figures = data / "raw" / "figures" / "aktobe-report.csv"
    figures.write_text(figures.read_text().replace("434 schools", "many schools"))
    assert main(["clean", "--data", str(data)]) == 1
    assert {path.name: path.read_bytes() for path in (data / "clean").iterdir()} == kept


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a,b\n1\n", b""], ids=["not UTF-8", "ragged", "empty"])
def test_broken_clean_file_is_named(
    content: bytes, tmp_path: Path, sound_data: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = sound_data(tmp_path)
    assert main(["clean", "--data", str(data)]) == 0
    (data / "clean" / "findings.csv").write_bytes(content)
    (data / "clean" / "old.csv").mkdir()
    assert main(["clean", "--check", "--data", str(data)]) == 1
    named = [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()]
    assert named == ["data/clean/findings.csv", "data/clean/old.csv"]
