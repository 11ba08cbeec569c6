"""Reading ``data/raw``: what people entered, as text, with every fault of form located and all of them at once.

This module knows files, columns and keys. What the cells mean is read by ``edstats.clean``.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from edstats.addresses import ADDRESS
from edstats.faults import Fault, nearest
from edstats.spreadsheets import unguarded
from edstats.unseen import are_seen, named, unseen_in

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
PRICE_COLUMNS = ("year", "average", "source", "url", "note")
TRANSLATION_COLUMNS = ("text", "ru", "kk")
# Both names stand in lists that are parted by spaces, in addresses of pages, and a source's in names of files.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
# Windows keeps these for itself, whatever stands behind a point, and drops a point at the end.
RESERVED = r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?|.*\."
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Raw:
    """``data/raw`` as text.

    Every frame has the columns of its files, all strings, and ``file`` and ``row`` (the line in the file);
    ``figures`` has ``source`` as well. Rows of a file whose form cannot be read are missing, and ``faults`` says why.
    """

    sources: pd.DataFrame
    figures: pd.DataFrame
    doubts: pd.DataFrame
    prices: pd.DataFrame
    corrections: pd.DataFrame
    translations: pd.DataFrame
    faults: tuple[Fault, ...]


def read_raw(data: Path) -> Raw:
    """Read ``data/raw``: ``sources.csv``, ``figures/*.csv`` and, where they exist, ``corrections.csv``, ``doubts.csv``,
    ``prices.csv``, ``translations.csv``.

    Never raises for what stands in the files: each fault is in ``Raw.faults``.
    """
    raw = data / "raw"
    faults: list[Fault] = []
    sources = read_raw_table(raw / "sources.csv", data, SOURCE_COLUMNS, faults)
    known = len(faults)
    figures = _read_figures(raw / "figures", data, faults)
    # What points to a row of a file that could not be read whole is judged once the file can be.
    unread = {Path(fault.file).stem for fault in faults[known:]}
    corrections = _read_optional(raw / "corrections.csv", data, CORRECTION_COLUMNS, faults)
    doubts = _read_optional(raw / "doubts.csv", data, DOUBT_COLUMNS, faults)
    prices = _read_optional(raw / "prices.csv", data, PRICE_COLUMNS, faults)
    translations = _read_optional(raw / "translations.csv", data, TRANSLATION_COLUMNS, faults)
    faults += key_faults(sources, figures) + _price_faults(prices) + _translation_faults(translations)
    faults += [fault for table in (corrections, doubts, prices, translations) for fault in _unseen_faults(table)]
    figures, correction_faults = _corrected(figures, corrections, unread)
    faults += correction_faults + _doubt_faults(doubts, sources, figures, unread)
    return Raw(sources, figures, doubts, prices, corrections, translations, tuple(faults))


def _read_figures(folder: Path, data: Path, faults: list[Fault]) -> pd.DataFrame:
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        faults.append(Fault(_shown(folder, data), 0, "", "no figures here", "one CSV file a source, named for it"))
    # One frame for all files: a frame costs more than the rows of a file do.
    columns: Columns = {"source": [], **_nothing(FIGURE_COLUMNS)}
    for path in paths:
        _read_file(path, data, FIGURE_COLUMNS, columns, faults)
        columns["source"] += [path.stem] * (len(columns["row"]) - len(columns["source"]))
    return _frame(columns)


def _read_optional(path: Path, data: Path, names: tuple[str, ...], faults: list[Fault]) -> pd.DataFrame:
    if path.exists():
        return read_raw_table(path, data, names, faults, required=False)
    return _frame(_nothing(names))


def read_raw_table(
    path: Path, data: Path, names: tuple[str, ...], faults: list[Fault], required: bool = True
) -> pd.DataFrame:
    """One CSV file: ``names`` as strings, with ``file`` and ``row``; its faults are added to ``faults``."""
    columns = _nothing(names)
    _read_file(path, data, names, columns, faults, required)
    return _frame(columns)


def _nothing(names: tuple[str, ...]) -> Columns:
    return {name: [] for name in (*names, "file", "row")}


def _frame(columns: Columns) -> pd.DataFrame:
    """The columns as a frame of strings, with ``row`` as whole numbers, whether there are rows or none."""
    types = {name: pa.int64() if name == "row" else pa.large_string() for name in columns}
    return pa.table({name: pa.array(cells, types[name]) for name, cells in columns.items()}).to_pandas()


def _read_file(
    path: Path, data: Path, names: tuple[str, ...], columns: Columns, faults: list[Fault], required: bool = True
) -> None:
    """Add the rows of one file to ``columns`` and its faults to ``faults``."""
    file = _shown(path, data)
    if not path.resolve().is_relative_to(data.resolve()):
        faults.append(Fault(file, 0, "", "a link that leads out of the data folder", "put the file itself here"))
        return
    text = _text(path, file, faults)
    if text is None:
        return
    known_faults, known_rows = len(faults), len(columns["row"])
    _read_rows(text, file, names, columns, faults)
    if required and len(columns["row"]) == known_rows and len(faults) == known_faults:
        faults.append(Fault(file, 0, "", "no rows", "the header and at least one row"))


def _text(path: Path, file: str, faults: list[Fault]) -> str | None:
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.append(Fault(file, 0, "", f"cannot be read ({error.strerror})", "a CSV file in UTF-8"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        found = f"byte {content[error.start]:#04x} is not UTF-8"
        faults.append(Fault(file, row, "", found, "save the file as CSV in UTF-8 (not Windows-1251 or UTF-16)"))
        return None


def _read_rows(text: str, file: str, names: tuple[str, ...], columns: Columns, faults: list[Fault]) -> None:
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
                found = f"{len(cells)} cells"
                faults.append(Fault(file, row, "", found, f"{len(header)}, one a column; text with a comma in quotes"))
                continue
            rows.append(cells)
            lines.append(row)
    except csv.Error as error:
        faults.append(Fault(file, last + 1, "", f"malformed CSV ({error})", "close every quote that is opened"))
    for name, position in [(name, header.index(name)) for name in names if rows]:
        columns[name] += [_cell(cells[position]) for cells in rows]
    columns["file"] += [file] * len(rows)
    columns["row"] += lines


def _cell(text: str) -> str:
    text = text.strip()
    return unguarded(text) if "'" in text else text


def _header_faults(header: list[str], file: str, columns: tuple[str, ...]) -> list[Fault]:
    faults = []
    for name in columns:
        # A misspelt column is reported once, as the one that there is.
        if name not in header and not nearest(name, set(header) - set(columns)):
            faults.append(Fault(file, 1, name, "column is missing", f"the columns are {','.join(columns)}"))
    for name in header:
        if name not in columns:
            near = nearest(name, columns)
            remedy = f"did you mean '{near}'?" if near else f"the columns are {','.join(columns)}"
            faults.append(Fault(file, 1, name or "(no name)", "no such column", remedy))
        elif header.count(name) > 1:
            faults.append(Fault(file, 1, name, "column stands twice", "each column once"))
    return list(dict.fromkeys(faults))


def key_faults(sources: pd.DataFrame, figures: pd.DataFrame) -> list[Fault]:
    """Keys that are missing, stand twice or point nowhere; text that cannot be seen, addresses that are none."""
    faults = _required(sources, ("source", "publisher", "title"), "sources")
    faults += _required(figures, ("figure",), "figures")
    faults += _misnamed(sources, "source") + _misnamed(figures, "figure")
    reserved = sources["source"].str.fullmatch(RESERVED)
    faults += _faults_where(reserved, sources, "source", "'{}' can name no file on Windows", "another name")
    faults += _address_faults(sources) + _unseen_faults(sources) + _unseen_faults(figures)
    faults += _repeated(sources, ["source"], "each source once")
    faults += _repeated(figures, ["source", "figure"], "each figure a number of its own")
    known = set(sources["source"])
    for file, source in figures[["file", "source"]].drop_duplicates().itertuples(index=False):
        if source not in known:
            near = nearest(source, known)
            remedy = "add its row to raw/sources.csv" + (f", or rename the file to {near}.csv" if near else "")
            faults.append(Fault(file, 0, "source", f"no source '{source}'", remedy))
    return faults


def _price_faults(prices: pd.DataFrame) -> list[Fault]:
    """Years and rises that are no numbers, addresses that are none, and years that stand twice."""
    faults = []
    for column, pattern, remedy in (
        ("year", r"(19|20)\d\d", "a calendar year"),
        ("average", r"-?\d+(\.\d+)?", "percent with a point as decimal mark"),
    ):
        faults += _faults_where(~prices[column].str.fullmatch(pattern), prices, column, "'{}'", remedy)
    return faults + _address_faults(prices) + _repeated(prices, ["year"], "each year once")


def _address_faults(table: pd.DataFrame) -> list[Fault]:
    wrong = (table["url"] != "") & ~table["url"].str.fullmatch(ADDRESS)
    remedy = (
        "an address that begins with https://, or nothing; without a name before its host, spaces, quotes or "
        "backslashes, and a host of other letters than Latin as xn--..."
    )
    return _faults_where(wrong, table, "url", "'{}'", remedy)


def _unseen_faults(table: pd.DataFrame) -> list[Fault]:
    """Text with characters that nobody sees: each cell with what it holds."""
    faults = []
    for column in table.columns.difference(["file", "row"], sort=False):
        if are_seen(table[column].tolist()):
            continue
        for file, row, cell in table[["file", "row", column]].itertuples(index=False):
            if held := ", ".join(map(named, unseen_in(cell))):
                faults.append(Fault(file, row, column, f"holds what nobody sees: {held}", "remove it"))
    return faults


def _translation_faults(translations: pd.DataFrame) -> list[Fault]:
    """Texts that are missing or stand twice."""
    faults = _required(translations, TRANSLATION_COLUMNS, "translations")
    return faults + _repeated(translations, ["text"], "each text once")


def _required(frame: pd.DataFrame, columns: Iterable[str], what: str) -> list[Fault]:
    return [
        fault
        for name in columns
        for fault in _faults_where(frame[name] == "", frame, name, "empty", f"{what} need a {name}")
    ]


def _misnamed(frame: pd.DataFrame, column: str) -> list[Fault]:
    wrong = (frame[column] != "") & ~frame[column].str.fullmatch(NAME)
    remedy = "at most 100 letters, digits, points and hyphens, such as aktobe-report-2024 or 12"
    return _faults_where(wrong, frame, column, "'{}' is no name", remedy)


def _repeated(frame: pd.DataFrame, columns: list[str], remedy: str) -> list[Fault]:
    """Rows that hold in ``columns`` what another does; the last of them is the one named, and may be empty."""
    wrong = frame.duplicated(columns) & (frame[columns[-1]] != "")
    return _faults_where(wrong, frame, columns[-1], "'{}' stands twice", remedy)


def _faults_where(wrong: pd.Series, frame: pd.DataFrame, column: str, found: str, remedy: str) -> list[Fault]:
    """A fault for each row of ``wrong``; ``{}`` in ``found`` is what stands in the row's ``column``."""
    if not wrong.any():
        return []
    rows = frame.loc[wrong, ["file", "row", column]].itertuples(index=False)
    return [Fault(file, row, column, found.format(cell), remedy) for file, row, cell in rows]


def _corrected(figures: pd.DataFrame, corrections: pd.DataFrame, unread: set[str]) -> tuple[pd.DataFrame, list[Fault]]:
    """The figures with the declared corrections applied; an entry that no longer fits is a fault.

    Rows that are missing are none for the sources of ``unread``.
    """
    faults: list[Fault] = _required(corrections, ("source", "figure", "column", "reason"), "corrections")
    rows = defaultdict(list)
    for row in _identifiers(figures, corrections["source"] + "#" + corrections["figure"]).index:
        rows[figures["source"].iloc[row], figures["figure"].iloc[row]].append(row)
    corrected: dict[str, dict[int, str]] = {column: {} for column in CORRECTABLE}
    for entry in corrections.to_dict("records"):
        column, expected = entry["column"], entry["expected"]
        if column not in CORRECTABLE:
            near = nearest(column, CORRECTABLE)
            remedy = f"did you mean '{near}'?" if near else f"one of {','.join(CORRECTABLE)}"
            faults.append(Fault(entry["file"], entry["row"], "column", f"no column '{column}'", remedy))
            continue
        own = rows.get((entry["source"], entry["figure"]), [])
        # A cell that is corrected twice holds, the second time, what the first correction made of it.
        found = [corrected[column].get(row, figures[column].iloc[row]) for row in own]
        if not found and entry["source"] in unread:
            continue
        if found != [expected]:
            there = f"the source's row holds '{found[0]}'" if found else "the source has no such figure"
            remedy = f"expected '{expected}'; mend or remove the correction"
            faults.append(Fault(entry["file"], entry["row"], "expected", there, remedy))
            continue
        corrected[column][own[0]] = entry["corrected"]
    return figures.assign(
        **{name: _replaced(figures[name], cells) for name, cells in corrected.items() if cells}
    ), faults


def _identifiers(figures: pd.DataFrame, asked: Iterable[str]) -> pd.Series:
    """The figures that are asked for, as ``source#figure``, by their position."""
    identifiers = figures["source"] + "#" + figures["figure"]
    return identifiers[identifiers.isin(list(asked))]


def _replaced(column: pd.Series, cells: Mapping[int, str]) -> pd.Series:
    column = column.copy()
    column.iloc[list(cells)] = list(cells.values())
    return column


def _doubt_faults(doubts: pd.DataFrame, sources: pd.DataFrame, figures: pd.DataFrame, unread: set[str]) -> list[Fault]:
    faults = _required(doubts, ("doubt",), "doubts")
    known_sources = set(sources["source"])
    doubted = zip(doubts["source"], doubts["figures"], strict=True)
    asked = [f"{source}#{number}" for source, listed in doubted for number in listed.split()]
    known_figures = set(_identifiers(figures, asked))
    for entry in doubts.to_dict("records"):
        source = entry["source"]
        if source not in known_sources:
            near = nearest(source, known_sources)
            remedy = f"did you mean '{near}'?" if near else "a source of raw/sources.csv"
            faults.append(Fault(entry["file"], entry["row"], "source", f"no source '{source}'", remedy))
            continue
        for number in entry["figures"].split():
            if f"{source}#{number}" not in known_figures and source not in unread:
                remedy = f"numbers of {source}.csv, parted by spaces"
                faults.append(Fault(entry["file"], entry["row"], "figures", f"no figure '{number}'", remedy))
    return faults


def _shown(path: Path, data: Path) -> str:
    return path.relative_to(data.parent).as_posix()
