"""No raw row vanishes: each ends as an observation or in a fault that names its place."""

import csv
import random
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, SEEDS, TODAY, write_raw

from edstats.clean import clean
from edstats.faults import Fault
from edstats.raw import read_raw
from edstats.row_faults import lost_rows


def _lost(data: Path) -> list[tuple[str, int]]:
    """Rows of the figures' files that are neither observations nor named by a fault."""
    raw = read_raw(data)
    result = clean(raw, TODAY)
    kept = set(result.observations["figure_id"])
    located = {(fault.file, fault.row) for fault in result.faults}
    lost = []
    for path in sorted((data / "raw" / "figures").glob("*.csv")):
        file = path.relative_to(data.parent).as_posix()
        with path.open(encoding="utf-8", newline="") as lines:
            for row, entry in enumerate(csv.DictReader(lines), start=2):
                known = f"{path.stem}#{entry['figure']}" in kept
                if not known and not {(file, row), (file, 0)} & located:
                    lost.append((file, row))
    return lost


def test_every_figure_of_the_project_is_an_observation() -> None:
    raw = read_raw(PROJECT / "data")
    result = clean(raw, TODAY)
    assert not result.faults
    assert len(result.observations) == len(raw.figures)
    assert _lost(PROJECT / "data") == []


def test_seeds_are_whole() -> None:
    counts = clean(read_raw(PROJECT / "data"), TODAY).observations["source"].value_counts()
    assert [counts[source] for source in SEEDS] == [14, 19, 6, 28, 7]


WORDS = [
    "",
    "KZ-15",
    "Aktobee",
    "schools_total",
    "70%",
    "many",
    "12 of 15",
    "2024/2020",
    "-5",
    "nan",
    "1e400",
    "\u200b",
    "planed",
]


@pytest.mark.parametrize("seed", range(25))
def test_damaged_rows_do_not_vanish(seed: int, tmp_path: Path) -> None:
    data = Path(shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("clean")))
    chance = random.Random(seed)
    for path in (data / "raw" / "figures").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        for _ in range(4):
            row = chance.choice(rows)
            row[chance.randrange(1, len(header))] = chance.choice(WORDS)
        with path.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([header, *rows])
    assert _lost(data) == []


def test_a_row_that_neither_is_kept_nor_has_a_fault_is_a_fault_of_ours() -> None:
    """No data make cleaning lose a row: so rows are taken from what it kept."""
    figures = read_raw(PROJECT / "data").figures
    kept = figures.drop(index=[3, 40, 41])
    assert lost_rows(figures, figures, []) == []
    lost = lost_rows(figures, kept, [])
    assert [(fault.file, fault.row) for fault in lost] == [(figures["file"][n], figures["row"][n]) for n in (3, 40, 41)]
    assert {fault.code for fault in lost} == {"EDS-201"}
    told = [Fault(figures["file"][3], int(figures["row"][3]), "", "", "", "EDS-032")]
    assert lost_rows(figures, kept, told) == lost[1:], "a fault names the row"
    assert lost_rows(figures, kept, [Fault(figures["file"][40], 0, "", "", "", "EDS-030"), *told]) == [
        fault for fault in lost[1:] if fault.file != figures["file"][40]
    ], "a fault names the file"


def _corrected_notes(folder: Path, *changes: tuple[str, str, str, str]) -> tuple[list[str], list[str]]:
    """The notes of three figures after corrections (figure, column, expected, corrected), and what is found wrong."""
    figures = [{"region": "KZ-15", "indicator": "schools_total", "note": "one"}] * 3
    names = ("figure", "column", "expected", "corrected")
    corrections = [{"source": "a", "reason": "misread", **dict(zip(names, entry, strict=True))} for entry in changes]
    raw = read_raw(write_raw(folder, [{"source": "a"}], {"a": figures}, corrections=corrections))
    return raw.figures["note"].tolist(), [fault.found for fault in raw.faults]


def test_a_cell_corrected_twice_holds_the_second_correction(tmp_path: Path) -> None:
    changes = (("2", "note", "one", "two"), ("3", "note", "one", "three"), ("2", "note", "two", ""))
    assert _corrected_notes(tmp_path, *changes) == (["one", "", "three"], [])


def test_a_second_correction_expects_what_the_first_made(tmp_path: Path) -> None:
    changes = (("2", "note", "one", "two"), ("2", "note", "one", "three"))
    assert _corrected_notes(tmp_path, *changes) == (["one", "two", "one"], ["the source's row holds 'two'"])
