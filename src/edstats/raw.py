"""Reading ``data/raw``: what people entered, as text, with every fault of form located and all of them at once.

This module knows files, columns and keys. What the cells mean is read by ``edstats.clean``.
"""

import csv
import io
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from edstats.faults import Fault, nearest

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
# Both names stand in lists that are parted by spaces, and in addresses of pages.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"


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
    figures, correction_faults = _corrected(figures, corrections, unread)
    faults += correction_faults + _doubt_faults(doubts, sources, figures, unread)
    return Raw(sources, figures, doubts, prices, corrections, translations, tuple(faults))


def _read_figures(folder: Path, data: Path, faults: list[Fault]) -> pd.DataFrame:
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        faults.append(Fault(_shown(folder, data), 0, "", "no figures here", "one CSV file a source, named for it"))
    tables = []
    for path in paths:
        table = read_raw_table(path, data, FIGURE_COLUMNS, faults)
        table.insert(0, "source", path.stem)
        tables.append(table)
    columns = ["source", *FIGURE_COLUMNS, "file", "row"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _read_optional(path: Path, data: Path, columns: tuple[str, ...], faults: list[Fault]) -> pd.DataFrame:
    if path.exists():
        return read_raw_table(path, data, columns, faults, required=False)
    return pd.DataFrame(columns=[*columns, "file", "row"])


def read_raw_table(
    path: Path, data: Path, columns: tuple[str, ...], faults: list[Fault], required: bool = True
) -> pd.DataFrame:
    """One CSV file as strings with ``file`` and ``row``; its faults are added to ``faults``."""
    file = _shown(path, data)
    rows: list[list[object]] = []
    text = _text(path, file, faults)
    if text is not None:
        known = len(faults)
        rows = _rows(text, file, columns, faults)
        if required and not rows and len(faults) == known:
            faults.append(Fault(file, 0, "", "no rows", "the header and at least one row"))
    return pd.DataFrame(rows, columns=[*columns, "file", "row"])


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


def _rows(text: str, file: str, columns: tuple[str, ...], faults: list[Fault]) -> list[list[object]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[object]] = []
    last = 0
    try:
        header = [name.strip() for name in next(reader, [])]
        header_faults = _header_faults(header, file, columns)
        faults += header_faults
        if header_faults:
            return []
        position = [header.index(name) for name in columns]
        last = reader.line_num
        for cells in reader:
            row, last = last + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                found = f"{len(cells)} cells"
                faults.append(Fault(file, row, "", found, f"{len(header)}, one a column; text with a comma in quotes"))
                continue
            rows.append([*(cells[index].strip() for index in position), file, row])
    except csv.Error as error:
        faults.append(Fault(file, last + 1, "", f"malformed CSV ({error})", "close every quote that is opened"))
    return rows


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
    """Keys that are missing, stand twice or point nowhere."""
    faults = _required(sources, ("source", "publisher", "title"), "sources")
    faults += _required(figures, ("figure",), "figures")
    faults += _misnamed(sources, "source") + _misnamed(figures, "figure")
    for entry in _repeated(sources, ["source"]):
        found = f"'{entry['source']}' stands twice"
        faults.append(Fault(entry["file"], entry["row"], "source", found, "each source once"))
    for entry in _repeated(figures, ["source", "figure"]):
        found = f"'{entry['figure']}' stands twice"
        faults.append(Fault(entry["file"], entry["row"], "figure", found, "each figure a number of its own"))
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
        ("url", r"(https?://\S+)?", "an address that begins with https://, or nothing"),
    ):
        wrong = prices[~prices[column].astype("str").str.fullmatch(pattern)]
        faults += [Fault(e["file"], e["row"], column, f"'{e[column]}'", remedy) for e in wrong.to_dict("records")]
    for entry in _repeated(prices, ["year"]):
        faults.append(Fault(entry["file"], entry["row"], "year", f"'{entry['year']}' stands twice", "each year once"))
    return faults


def _translation_faults(translations: pd.DataFrame) -> list[Fault]:
    """Texts that are missing or stand twice."""
    faults = _required(translations, TRANSLATION_COLUMNS, "translations")
    for entry in _repeated(translations, ["text"]):
        faults.append(Fault(entry["file"], entry["row"], "text", f"'{entry['text']}' stands twice", "each text once"))
    return faults


def _required(frame: pd.DataFrame, columns: Iterable[str], what: str) -> list[Fault]:
    return [
        Fault(entry["file"], entry["row"], name, "empty", f"{what} need a {name}")
        for name in columns
        for entry in frame[frame[name] == ""].to_dict("records")
    ]


def _misnamed(frame: pd.DataFrame, column: str) -> list[Fault]:
    wrong = frame[(frame[column] != "") & ~frame[column].astype("str").str.fullmatch(NAME)]
    remedy = "letters, digits, points and hyphens only, such as aktobe-report-2024 or 12"
    return [
        Fault(entry["file"], entry["row"], column, f"'{entry[column]}' is no name", remedy)
        for entry in wrong.to_dict("records")
    ]


def _repeated(frame: pd.DataFrame, columns: list[str]) -> list[dict[Hashable, Any]]:
    filled = frame[frame[columns[-1]] != ""]
    return filled[filled.duplicated(columns)].to_dict("records")


def _corrected(figures: pd.DataFrame, corrections: pd.DataFrame, unread: set[str]) -> tuple[pd.DataFrame, list[Fault]]:
    """The figures with the declared corrections applied; an entry that no longer fits is a fault.

    Rows that are missing are none for the sources of ``unread``.
    """
    faults: list[Fault] = _required(corrections, ("source", "figure", "column", "reason"), "corrections")
    figures = figures.copy()
    for entry in corrections.to_dict("records"):
        column, expected = entry["column"], entry["expected"]
        if column not in CORRECTABLE:
            near = nearest(column, CORRECTABLE)
            remedy = f"did you mean '{near}'?" if near else f"one of {','.join(CORRECTABLE)}"
            faults.append(Fault(entry["file"], entry["row"], "column", f"no column '{column}'", remedy))
            continue
        match = (figures["source"] == entry["source"]) & (figures["figure"] == entry["figure"])
        found = list(figures.loc[match, column])
        if not found and entry["source"] in unread:
            continue
        if found != [expected]:
            there = f"the source's row holds '{found[0]}'" if found else "the source has no such figure"
            remedy = f"expected '{expected}'; mend or remove the correction"
            faults.append(Fault(entry["file"], entry["row"], "expected", there, remedy))
            continue
        figures.loc[match, column] = entry["corrected"]
    return figures, faults


def _doubt_faults(doubts: pd.DataFrame, sources: pd.DataFrame, figures: pd.DataFrame, unread: set[str]) -> list[Fault]:
    faults = _required(doubts, ("doubt",), "doubts")
    known_sources = set(sources["source"])
    known_figures = set(figures["source"] + "#" + figures["figure"])
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
