"""Reading ``data/raw``: what people entered, as text, with every fault of form located and all of them at once.

This module knows which files there are, and their keys. ``edstats.raw_tables`` reads one file, ``edstats.raw_entries``
what people say about figures beside them; what the cells mean is read by ``edstats.clean``.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from edstats.addresses import ADDRESS
from edstats.faults import MOST_SUGGESTIONS, Fault, nearest
from edstats.raw_entries import corrected_figures, declaration_faults, doubt_faults
from edstats.raw_tables import (
    CORRECTION_COLUMNS,
    DECLARATION_COLUMNS,
    DOUBT_COLUMNS,
    FIGURE_COLUMNS,
    PRICE_COLUMNS,
    SOURCE_COLUMNS,
    TABLES,
    TRANSLATION_COLUMNS,
    Columns,
    empty_cells,
    frame_of,
    is_utf8,
    no_rows,
    read_raw_table,
    read_rows_of,
    repeated,
    shown,
    strange_files,
)
from edstats.row_faults import faults_of_rows
from edstats.unseen import are_seen, named, unseen_in

# Both names stand in lists that are parted by spaces, in addresses of pages, and a source's in names of files.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
NAME_FORM = "at most 100 letters, digits, points and hyphens, such as aktobe-report-2024"
# Without hyphens: after the last one in an address of a page stands the figure.
NUMBER = r"[A-Za-z0-9][A-Za-z0-9._]{0,99}"
NUMBER_FORM = "at most 100 letters, digits and points, such as 12 or 12.a"
# Windows keeps these for itself, whatever stands behind a point, and drops a point at the end.
RESERVED = r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?|.*\."


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
    declarations: pd.DataFrame
    translations: pd.DataFrame
    faults: tuple[Fault, ...]


def read_raw(data: Path) -> Raw:
    """Read ``data/raw``: ``sources.csv``, ``figures/*.csv`` and, where they exist, ``corrections.csv``,
    ``declarations.csv``, ``doubts.csv``, ``prices.csv``, ``translations.csv``.

    Never raises for what stands in the files: each fault is in ``Raw.faults``.
    """
    raw = data / "raw"
    faults = strange_files(raw, data, [f"{table}.csv" for table in TABLES], "figures")
    sources = read_raw_table(raw / "sources.csv", data, SOURCE_COLUMNS, faults)
    known = len(faults)
    figures = _read_figures(raw / "figures", data, faults)
    # What points to a row of a file that could not be read whole is judged once the file can be.
    unread = {Path(fault.file).stem for fault in faults[known:]}
    corrections = _read_optional(raw / "corrections.csv", data, CORRECTION_COLUMNS, faults)
    declarations = _read_optional(raw / "declarations.csv", data, DECLARATION_COLUMNS, faults)
    doubts = _read_optional(raw / "doubts.csv", data, DOUBT_COLUMNS, faults)
    prices = _read_optional(raw / "prices.csv", data, PRICE_COLUMNS, faults)
    translations = _read_optional(raw / "translations.csv", data, TRANSLATION_COLUMNS, faults)
    faults += key_faults(sources, figures) + _price_faults(prices) + _translation_faults(translations)
    faults += [
        fault for table in (corrections, declarations, doubts, prices, translations) for fault in _unseen_faults(table)
    ]
    figures, correction_faults = corrected_figures(figures, corrections, unread)
    faults += correction_faults + doubt_faults(doubts, sources, figures, unread)
    faults += declaration_faults(declarations, sources, figures, unread)
    return Raw(sources, figures, doubts, prices, corrections, declarations, translations, tuple(faults))


def _read_figures(folder: Path, data: Path, faults: list[Fault]) -> pd.DataFrame:
    paths = sorted(folder.glob("*.csv"))
    faults += strange_files(folder, data, [path.name for path in paths if is_utf8(path.name)])
    paths = [path for path in paths if is_utf8(path.name)]
    if not paths:
        faults.append(
            Fault(shown(folder, data), 0, "", "no figures here", "one CSV file a source, named for it", "EDS-009")
        )
    # One frame for all files: a frame costs more than the rows of a file do.
    columns: Columns = {"source": [], **no_rows(FIGURE_COLUMNS)}
    for path in paths:
        read_rows_of(path, data, FIGURE_COLUMNS, columns, faults)
        columns["source"] += [path.stem] * (len(columns["row"]) - len(columns["source"]))
    return frame_of(columns)


def _read_optional(path: Path, data: Path, names: tuple[str, ...], faults: list[Fault]) -> pd.DataFrame:
    if os.path.lexists(path):  # a link that leads nowhere is a fault, not a table that there need not be
        return read_raw_table(path, data, names, faults, required=False)
    return frame_of(no_rows(names))


def key_faults(sources: pd.DataFrame, figures: pd.DataFrame) -> list[Fault]:
    """Keys that are missing, stand twice or point nowhere; text that cannot be seen, addresses that are none."""
    faults = empty_cells(sources, ("source", "publisher", "title"), "sources")
    faults += empty_cells(figures, ("figure",), "figures")
    faults += _misnamed(sources, "source", NAME, NAME_FORM) + _misnamed(figures, "figure", NUMBER, NUMBER_FORM)
    reserved = sources["source"].str.fullmatch(RESERVED)
    faults += faults_of_rows(
        reserved, sources, "source", "'{source}' can name no file on Windows", "another name", "EDS-011"
    )
    faults += _address_faults(sources) + _unseen_faults(sources) + _unseen_faults(figures)
    faults += repeated(sources, ["source"], "each source once")
    faults += repeated(figures, ["source", "figure"], "each figure a number of its own")
    known = set(sources["source"])
    for file, source in figures[["file", "source"]].drop_duplicates().itertuples(index=False):
        if source not in known:
            near = nearest(source, known) if len(faults) < MOST_SUGGESTIONS else None
            remedy = "add its row to raw/sources.csv" + (f", or rename the file to {near}.csv" if near else "")
            faults.append(Fault(file, 0, "source", f"no source '{source}'", remedy, "EDS-013"))
    return faults


def _price_faults(prices: pd.DataFrame) -> list[Fault]:
    """Years and rises that are no numbers, addresses that are none, and years that stand twice."""
    faults = []
    for column, pattern, remedy in (
        ("year", r"(19|20)[0-9]{2}", "a calendar year"),
        # Prices cannot fall by all of a hundred percent.
        ("average", r"(-?[0-9]{1,2}|[0-9]{3,4})(\.[0-9]{1,9})?", "percent with a point as decimal mark"),
    ):
        faults += faults_of_rows(
            ~prices[column].str.fullmatch(pattern), prices, column, f"'{{{column}}}'", remedy, "EDS-014"
        )
    return faults + _address_faults(prices) + repeated(prices, ["year"], "each year once")


def _address_faults(table: pd.DataFrame) -> list[Fault]:
    wrong = (table["url"] != "") & ~table["url"].str.fullmatch(ADDRESS)
    remedy = (
        "an address that begins with https://, or nothing; without a name before its host, spaces, quotes or "
        "backslashes, and a host of other letters as xn--..."
    )
    return faults_of_rows(wrong, table, "url", "'{url}'", remedy, "EDS-049")


def _unseen_faults(table: pd.DataFrame) -> list[Fault]:
    """Text with characters that nobody sees: each cell with what it holds."""
    faults = []
    for column in table.columns.difference(["file", "row"], sort=False):
        if are_seen(table[column].tolist()):
            continue
        for file, row, cell in table[["file", "row", column]].itertuples(index=False):
            if held := ", ".join(map(named, unseen_in(cell))):
                faults.append(Fault(file, row, column, f"holds what nobody sees: {held}", "remove it", "EDS-048"))
    return faults


def _translation_faults(translations: pd.DataFrame) -> list[Fault]:
    """Texts that are missing or stand twice."""
    faults = empty_cells(translations, TRANSLATION_COLUMNS, "translations")
    return faults + repeated(translations, ["text"], "each text once")


def _misnamed(frame: pd.DataFrame, column: str, pattern: str, form: str) -> list[Fault]:
    wrong = (frame[column] != "") & ~frame[column].str.fullmatch(pattern)
    return faults_of_rows(wrong, frame, column, f"'{{{column}}}' is no name", form, "EDS-011")
