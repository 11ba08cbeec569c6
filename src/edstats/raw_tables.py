"""The CSV files of data/raw as tables of strings, with every fault of form located, and all of them at once.

This module knows files, lines and columns; what the tables have to do with one another is ``edstats.raw``'s.
"""

import csv
import io
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from edstats.faults import Fault, nearest
from edstats.row_faults import faults_of_rows
from edstats.spreadsheets import unguarded

SOURCE_COLUMNS = (
    *("source", "publisher", "publisher_type", "title", "url", "published", "published_earliest"),
    *("published_latest", "date_basis", "language", "origin", "licence", "note"),
)
FIGURE_COLUMNS = (
    *("figure", "region", "indicator", "as_printed", "period", "status", "group", "works", "counted", "share_of"),
    *("programme", "place", "value", "value_high", "qualifier", "unit", "note"),
)
CORRECTABLE = FIGURE_COLUMNS[1:]  # a figure keeps its number
CORRECTION_COLUMNS = ("source", "figure", "column", "expected", "corrected", "reason")
DOUBT_COLUMNS = ("source", "figures", "doubt")
DECLARATION_COLUMNS = ("source", "figure", "change", "reason")
CHANGES = ("new", "revised", "gone")  # what can become of a figure from one edition to the next
PRICE_COLUMNS = ("year", "average", "source", "url", "note")
TRANSLATION_COLUMNS = ("text", "ru", "kk")
# The tables of data/raw beside the folder of figures; all but the first may be missing.
TABLES = ("sources", "corrections", "declarations", "doubts", "prices", "translations")
# A table of a million rows has less; more is something else, and would fill the memory.
LARGEST_FILE = 256 * 1024**2
# A header of more columns is no header: naming each of them would tell nobody what is wrong.
MOST_COLUMNS = 100
# What spreadsheets put between cells in the place of a comma, as where the comma is the decimal mark.
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_LONGEST_HEADER = 4096
Columns = dict[str, list[Any]]


def read_raw_table(
    path: Path, data: Path, names: tuple[str, ...], faults: list[Fault], required: bool = True
) -> pd.DataFrame:
    """One CSV file: ``names`` as strings, with ``file`` and ``row``; its faults are added to ``faults``."""
    columns = no_rows(names)
    content = content_of(path, data, faults)
    if content is not None:
        _add_rows(content, shown(path, data), names, columns, faults, required)
    return frame_of(columns)


def no_figures() -> Columns:
    """The columns of figures, and those of their source and place, without rows."""
    return {"source": [], **no_rows(FIGURE_COLUMNS)}


def add_figures(content: bytes, file: str, source: str, columns: Columns, faults: list[Fault]) -> None:
    """Add the figures of a source to ``columns`` and the faults of their form to ``faults``.

    ``content`` is that of its file, which messages call ``file``.
    """
    _add_rows(content, file, FIGURE_COLUMNS, columns, faults)
    columns["source"] += [source] * (len(columns["row"]) - len(columns["source"]))


def no_rows(names: tuple[str, ...]) -> Columns:
    """The columns of ``names``, and those of the place, without rows."""
    return {name: [] for name in (*names, "file", "row")}


def frame_of(columns: Columns) -> pd.DataFrame:
    """The columns as a frame of strings, with ``row`` as whole numbers, whether there are rows or none."""
    types = {name: pa.int64() if name == "row" else pa.large_string() for name in columns}
    return pa.table({name: pa.array(cells, types[name]) for name, cells in columns.items()}).to_pandas()


def content_of(path: Path, data: Path, faults: list[Fault]) -> bytes | None:
    """The bytes of one file; None where it cannot be read, for which there is a fault then."""
    file = shown(path, data)
    # Path.resolve() raises for a link to itself.
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(data)):
        faults.append(
            Fault(file, 0, "", "a link that leads out of the data folder", "put the file itself here", "EDS-001")
        )
        return None
    try:
        status = path.stat()
        # A pipe would be waited for without end, a device read without end.
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            faults.append(Fault(file, 0, "", "no regular file", "a CSV file in UTF-8", "EDS-001"))
            return None
        if status.st_size > LARGEST_FILE:
            found = f"larger than {LARGEST_FILE // 1024**2} MB"
            faults.append(Fault(file, 0, "", found, "is it a table? divide it if it is", "EDS-001"))
            return None
        return path.read_bytes()
    except OSError as error:
        faults.append(Fault(file, 0, "", f"cannot be read ({error.strerror})", "a CSV file in UTF-8", "EDS-001"))
        return None


def _add_rows(
    content: bytes, file: str, names: tuple[str, ...], columns: Columns, faults: list[Fault], required: bool = True
) -> None:
    text = _text(content, file, faults)
    if text is None:
        return
    known_faults, known_rows = len(faults), len(columns["row"])
    _read_rows(text, file, names, columns, faults)
    if required and len(columns["row"]) == known_rows and len(faults) == known_faults:
        faults.append(Fault(file, 0, "", "no rows", "the header and at least one row", "EDS-008"))


def _text(content: bytes, file: str, faults: list[Fault]) -> str | None:
    wrong, text = content.find(b"\0"), None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = error.start
    if text is None or wrong >= 0:
        row = len(content[: wrong + 1].splitlines())
        found = f"byte {content[wrong]:#04x} is not UTF-8" if text is None else "a zero byte, which no text holds"
        remedy = "save the file as CSV in UTF-8 (not Windows-1251 or UTF-16)"
        faults.append(Fault(file, row, "", found, remedy, "EDS-002"))
        return None
    return text


def _read_rows(text: str, file: str, names: tuple[str, ...], columns: Columns, faults: list[Fault]) -> None:
    if separator := _separator(text, names):
        found, remedy = f"the cells are parted by {separator}", "save the file as CSV with commas between the cells"
        faults.append(Fault(file, 1, "", found, remedy, "EDS-003"))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    last = 0
    try:
        header = [name.strip() for name in next(reader, [])]
        header_faults = _header_faults(header, file, names)
        faults += header_faults
        if header_faults:
            return
        last = reader.line_num
        for cells in reader:
            row, last = last + 1, reader.line_num
            if not "".join(cells).strip():
                continue
            if len(cells) != len(header):
                found, remedy = f"{len(cells)} cells", f"{len(header)}, one a column; text with a comma in quotes"
                faults.append(Fault(file, row, "", found, remedy, "EDS-007"))
                continue
            rows.append(cells)
            lines.append(row)
    except csv.Error as error:
        faults.append(_malformed(file, last + 1, error))
    for name, position in [(name, header.index(name)) for name in names if rows]:
        columns[name] += [_cell(cells[position]) for cells in rows]
    columns["file"] += [file] * len(rows)
    columns["row"] += lines


def _separator(text: str, names: tuple[str, ...]) -> str:
    """What parts the columns' names in the first line, where that is not the comma; else ""."""
    first = next(iter(text[:_LONGEST_HEADER].splitlines()), "")

    def known(separator: str) -> int:
        return len({name.strip(' "') for name in first.split(separator)}.intersection(names))

    most = max(OTHER_SEPARATORS, key=known)
    return OTHER_SEPARATORS[most] if known(most) > known(",") else ""


def _cell(text: str) -> str:
    text = text.strip()
    return unguarded(text) if "'" in text else text


def _malformed(file: str, row: int, error: csv.Error) -> Fault:
    limit = csv.field_size_limit()
    if f"({limit})" in str(error):
        found, remedy = f"a cell of more than {limit} characters", "shorten it; or was a quote opened and never closed?"
        return Fault(file, row, "", found, remedy, "EDS-003")
    return Fault(file, row, "", f"malformed CSV ({error})", "close every quote that is opened", "EDS-003")


def _header_faults(header: list[str], file: str, columns: tuple[str, ...]) -> list[Fault]:
    if len(header) > MOST_COLUMNS:
        return [Fault(file, 1, "", f"{len(header)} columns", f"the columns are {','.join(columns)}", "EDS-005")]
    faults = []
    for name in columns:
        # A misspelt column is reported once, as the one that there is.
        if name not in header and not nearest(name, set(header) - set(columns)):
            remedy = f"the columns are {','.join(columns)}"
            faults.append(Fault(file, 1, name, "column is missing", remedy, "EDS-004"))
    for name in header:
        if name not in columns:
            near = nearest(name, columns)
            remedy = f"did you mean '{near}'?" if near else f"the columns are {','.join(columns)}"
            faults.append(Fault(file, 1, name or "(no name)", "no such column", remedy, "EDS-005"))
        elif header.count(name) > 1:
            faults.append(Fault(file, 1, name, "column stands twice", "each column once", "EDS-006"))
    return list(dict.fromkeys(faults))


def strange_files(folder: Path, data: Path, tables: Iterable[str], own: str = "") -> list[Fault]:
    """Faults of what stands in a folder and is read by nobody; hidden files are no one's data."""
    known = {*tables, own}
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        return [
            Fault(shown(folder, data), 0, "", f"cannot be read ({error.strerror})", "a folder of CSV files", "EDS-001")
        ]
    faults = []
    for name in names:
        if name not in known and not name.startswith("."):
            near = nearest(name, known)
            form = "a table's name ends in .csv, with no folder between"
            remedy = f"did you mean '{near}'?" if near and own else form
            faults.append(
                Fault(shown(folder / name, data), 0, "", "not read", f"{remedy}; else move it away", "EDS-047")
            )
    return faults


def is_utf8(name: str) -> bool:
    """Whether a file's name is text; on a disk it may be any bytes."""
    return name.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in name)


def shown(path: Path, data: Path) -> str:
    """How messages name a file."""
    return path.relative_to(data.parent).as_posix()


def empty_cells(frame: pd.DataFrame, columns: Iterable[str], what: str) -> list[Fault]:
    """A fault for each cell of ``columns`` that says nothing; ``what`` has these rows."""
    return [
        fault
        for name in columns
        for fault in faults_of_rows(frame[name] == "", frame, name, "empty", f"{what} need a {name}", "EDS-010")
    ]


def repeated(frame: pd.DataFrame, columns: list[str], remedy: str) -> list[Fault]:
    """Rows that hold in ``columns`` what another does; the last of them is the one named, and may be empty."""
    wrong = frame.duplicated(columns) & (frame[columns[-1]] != "")
    return faults_of_rows(wrong, frame, columns[-1], f"'{{{columns[-1]}}}' stands twice", remedy, "EDS-012")
