"""Files of data/raw that are none: each gives one located fault that says what is wrong; nothing hangs or breaks."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TODAY, write_raw

from edstats.clean import clean
from edstats.cli import main
from edstats.faults import LONGEST_SHOWN, MOST_SUGGESTIONS, Fault
from edstats.raw import read_raw
from edstats.raw_tables import FIGURE_COLUMNS, LARGEST_FILE, SOURCE_COLUMNS

FIGURES = "raw/figures/aktobe-report.csv"
HEADER = ",".join(FIGURE_COLUMNS)
SOUND = {
    "figure": "1",
    "region": "KZ-15",
    "indicator": "schools_total",
    "as_printed": "434 schools",
    "status": "actual",
}


@pytest.fixture
def data(tmp_path: Path, sound_data: Callable[[Path], Path]) -> Path:
    return sound_data(tmp_path)


def faults_of(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["clean", "--data", str(data)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert not (data / "clean").exists()
    assert "nothing was written" in lines[-1]
    return [line.rpartition(" [EDS-")[0] for line in lines[:-1]]


def row(**cells: str) -> str:
    quoted = ('"' + (SOUND | cells).get(column, "").replace('"', '""') + '"' for column in FIGURE_COLUMNS)
    return ",".join(quoted) + "\n"


# --- what is no file


def test_a_pipe_is_not_waited_for(data: Path) -> None:
    (data / FIGURES).unlink()
    os.mkfifo(data / FIGURES)
    # In a process of its own: waiting for it would be for ever.
    command: list[str | Path] = [Path(sys.executable).with_name("edstats"), "clean", "--data", data]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"data/{FIGURES}: no regular file; ")


def test_an_endless_file_is_not_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / FIGURES).unlink()
    (data / FIGURES).symlink_to("/dev/full")
    outside = "a link that leads out of the data folder; put the file itself here"
    assert faults_of(data, capsys) == [f"data/{FIGURES}: {outside}"]


def test_a_file_larger_than_any_table_is_not_read(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.truncate(data / FIGURES, LARGEST_FILE + 1)  # takes no space on the disk
    assert faults_of(data, capsys) == [f"data/{FIGURES}: larger than 256 MB; is it a table? divide it if it is"]


@pytest.mark.parametrize("name", ["corrections", "doubts", "prices", "translations"])
def test_a_link_that_leads_nowhere_is_no_table_that_need_not_be(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "raw" / f"{name}.csv").symlink_to("nowhere.csv")
    (fault,) = faults_of(data, capsys)
    assert fault == f"data/raw/{name}.csv: cannot be read (No such file or directory); a CSV file in UTF-8"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("raw/correction.csv", "did you mean 'corrections.csv'?; else move it away"),
        ("raw/doubts.csv.bak", "did you mean 'doubts.csv'?; else move it away"),
        ("raw/figures/more.CSV", "a table's name ends in .csv, with no folder between; else move it away"),
        ("raw/figures/more.csv~", "a table's name ends in .csv, with no folder between; else move it away"),
        ("raw/figures/2024/more.csv", "a table's name ends in .csv, with no folder between; else move it away"),
    ],
)
def test_a_table_that_nobody_reads_is_named(
    name: str, remedy: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / name).parent.mkdir(exist_ok=True)
    shutil.copy(data / FIGURES, data / name)
    shown = name.removesuffix("/more.csv")
    assert faults_of(data, capsys) == [f"data/{shown}: not read; {remedy}"]


def test_hidden_files_are_nobodys_data(data: Path) -> None:
    hidden = (".DS_Store", "._sources.csv", ".~lock.sources.csv#", "figures/.aktobe-report.csv.swp", "figures/._x.csv")
    for name in (f"raw/{each}" for each in hidden):
        (data / name).write_bytes(b"\0")
    assert main(["clean", "--data", str(data)]) == 0


def test_a_name_that_is_no_text_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.link(data / FIGURES, os.fsencode(data / "raw" / "figures") + b"/\xff.csv")
    (fault,) = faults_of(data, capsys)
    assert fault.startswith("data/raw/figures/<U+DCFF>.csv: not read; ")


# --- what is no table


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            f"{HEADER}\n{row()}{row(figure='2', note='x' * 200_000)}".encode(),
            ":3: a cell of more than 131072 characters",
        ),
        (b"x" * 1_000_000, ":1: a cell of more than 131072 characters"),
        (",".join(f"c{number}" for number in range(100_000)).encode(), ":1: 100000 columns"),
        (",".join(["figure"] * 100_000).encode(), ":1: 100000 columns"),
        (f"{HEADER}\n{row()}".encode("utf-16-le"), ":1: a zero byte, which no text holds"),
        (f"{HEADER}\n{row()}".encode().replace(b"434", b"4\x0034"), ":2: a zero byte, which no text holds"),
        (f"{HEADER}\r{row()}".encode().replace(b"434", b"\xff"), ":2: byte 0xff is not UTF-8"),
        (f"{HEADER}\n".encode() + b'"' + row().encode() * 5, ":2: malformed CSV"),
    ],
    ids=["cell", "header", "columns", "column", "UTF-16", "zero byte", "CR", "quote"],
)
def test_a_file_that_is_no_table_is_one_fault(
    content: bytes, fault: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / FIGURES).write_bytes(content)
    (said,) = faults_of(data, capsys)
    assert said.startswith(f"data/{FIGURES}{fault}")
    assert "; " in said


@pytest.mark.parametrize("column", FIGURE_COLUMNS)
@pytest.mark.parametrize("sign", ["x", "9", "(", " \u0301"])
def test_a_cell_as_long_as_a_page_is_read_or_shown_in_part(
    column: str, sign: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / FIGURES).write_text(f"{HEADER}\n{row(**{column: sign * (131_072 // len(sign))})}", encoding="utf-8")
    code = main(["clean", "--data", str(data)])
    lines = capsys.readouterr().err.splitlines()
    assert code == bool(lines)
    assert all(line.startswith(f"data/{FIGURES}:2: ") for line in lines[:-1])
    assert all(len(line) < 2500 for line in lines)


# --- cells


@pytest.mark.parametrize(
    "value",
    [
        "1e400",
        "1e-999999999",
        "9" * 5000,
        "9" * 16,
        "0.1234567890123456",
        "0x1F",
        "1_000",
        "+5",
        "1e5",
        ".5",
        "٣",
        "５",
        "nan",
    ],
)
@pytest.mark.parametrize("column", ["value", "value_high"])
def test_a_number_that_could_not_be_kept_as_it_is_is_no_value(
    value: str, column: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = {"as_printed": "5-6 schools", "note": "printed as something else", column: value}
    (data / FIGURES).write_text(f"{HEADER}\n{row(**cells)}", encoding="utf-8")
    (fault,) = faults_of(data, capsys)
    assert fault.startswith(f"data/{FIGURES}:2: {column}: '")
    assert "is no plain number" in fault or "has more than 15 digits" in fault


@pytest.mark.parametrize(
    ("value", "read"), [("-0", "0"), ("0.00012345", "0.00012345"), ("999999999999999", "999999999999999"), ("007", "7")]
)
def test_a_value_of_fifteen_digits_is_kept_exactly(value: str, read: str, data: Path) -> None:
    cells = {"note": "printed as something else", "value": value}
    (data / FIGURES).write_text(f"{HEADER}\n{row(**cells)}", encoding="utf-8")
    assert main(["clean", "--data", str(data)]) == 0
    with (data / "clean" / "observations.csv").open(encoding="utf-8") as lines:
        assert [entry["value"] for entry in csv.DictReader(lines)] == [read]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("average", cell) for cell in ("9" * 400, "1" * 5000, "٣", "-100", "-200", "1e5", "inf", "6,7")]
    + [("year", cell) for cell in ("20٣٤", "3000", "1600")],
)
def test_a_rise_of_prices_that_cannot_be_reckoned_with_is_a_fault(
    column: str, cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"year": "2024", "average": "8.8", "source": "s"} | {column: cell}
    figures = [{"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}]
    data = write_raw(tmp_path, [{"source": "a", "published": "2024-12-02"}], {"a": figures}, prices=[entry])
    (fault,) = faults_of(data, capsys)
    assert fault.startswith(f"data/raw/prices.csv:2: {column}: '")


def test_a_name_longer_than_any_file_may_be_called_is_none(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / FIGURES).write_text(f"{HEADER}\n{row(figure='9' * 101)}{row(figure='9' * 100, region='KZ-10')}")
    (fault,) = faults_of(data, capsys)
    assert fault.startswith(f"data/{FIGURES}:2: figure: '999")
    assert fault.count("9") == 101


# --- many faults


def test_each_of_many_unknown_names_is_a_fault_and_the_first_get_a_suggestion(tmp_path: Path) -> None:
    """Looking for the nearest name takes as long as there are names: done for each, time would grow with the square."""
    count = 3 * MOST_SUGGESTIONS
    sources = [{"source": f"report-{n}", "published": "2024-12-02", "origin": f"reprot-{n}"} for n in range(count)]
    doubts = [{"source": f"reprot-{n}", "doubt": "it is odd"} for n in range(count)]
    figures = [{**SOUND, "figure": f"{n}", "indicator": f"schools_totl_{n}"} for n in range(count)]
    data = write_raw(tmp_path, sources, {"report-0": figures}, doubts=doubts)
    faults = clean(read_raw(data), TODAY).faults
    for file, column in (("sources", "origin"), ("doubts", "source"), ("figures/report-0", "indicator")):
        own = [fault for fault in faults if fault.file == f"data/raw/{file}.csv" and fault.column == column]
        assert len(own) == count, file
        suggested = [fault.remedy.startswith("did you mean") for fault in own]
        assert sum(suggested) == MOST_SUGGESTIONS
        assert all(suggested[:MOST_SUGGESTIONS])


def test_only_the_sources_of_a_ring_reprint_themselves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A long chain leads into a ring of three; another ends at a source of its own."""
    origins = {f"chain-{n}": f"chain-{n + 1}" for n in range(500)} | {"chain-500": "ring-0"}
    origins |= {"ring-0": "ring-1", "ring-1": "ring-2", "ring-2": "ring-0", "other": "first", "first": ""}
    rows = [{"source": name, "published": "2024-12-02", "origin": origin} for name, origin in origins.items()]
    figures = [{"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}]
    faults = faults_of(write_raw(tmp_path, rows, {"first": figures}), capsys)
    assert [fault.partition(" origin: ")[2].split()[0] for fault in faults] == ["'ring-0'", "'ring-1'", "'ring-2'"]


# --- messages


def test_a_message_shows_the_ends_of_a_long_cell_and_what_no_reader_sees() -> None:
    long = "'" + "x" * 100_000 + "' is no known unit"
    shown = str(Fault("data/raw/a.csv", 2, "unit", long, "one of school", "EDS-038"))
    assert len(shown) < LONGEST_SHOWN + 60
    assert shown.endswith("xxx' is no known unit; one of school [EDS-038]")
    odd = str(
        Fault("data/raw/a.csv", 2, "unit", "'\x1b[31m\u200b\u202eschool' is no known unit", "one of school", "EDS-038")
    )
    assert (
        odd == "data/raw/a.csv:2: unit: '<U+001B>[31m<U+200B><U+202E>school' is no known unit; one of school [EDS-038]"
    )


def test_columns_that_are_empty_but_for_their_commas_are_no_rows(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "raw" / "sources.csv").write_text(",".join(SOURCE_COLUMNS) + "\n" + "," * 100_000)
    assert faults_of(data, capsys)[-1] == "data/raw/sources.csv: no rows; the header and at least one row"
