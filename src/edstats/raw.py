"""Reading ``data/raw``: what people entered, as text, with every fault of form located and all of them at once.

This module knows which files there are, and their keys. ``edstats.raw_tables`` reads one file, ``edstats.raw_entries``
what people say about figures beside them; what the cells mean is read by ``edstats.clean``.
"""

import os
from collections.abc import Iterable, Mapping
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
    PRICE_COLUMNS,
    SOURCE_COLUMNS,
    TABLES,
    TRANSLATION_COLUMNS,
    add_figures,
    content_of,
    empty_cells,
    frame_of,
    is_utf8,
    no_figures,
    no_rows,
    read_raw_table,
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

# The tables that there need not be.
_OPTIONAL = {
    "corrections": CORRECTION_COLUMNS,
    "declarations": DECLARATION_COLUMNS,
    "doubts": DOUBT_COLUMNS,
    "prices": PRICE_COLUMNS,
    "translations": TRANSLATION_COLUMNS,
}


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
    tables, faults = read_tables(data)
    columns = no_figures()
    form_faults: list[Fault] = []
    for path in figure_files(data, form_faults):
        content = content_of(path, data, form_faults)
        if content is not None:
            add_figures(content, shown(path, data), path.stem, columns, form_faults)
    # One frame for all files: a frame costs more than the rows of a file do.
    figures = frame_of(columns)
    # What points to a row of a file that could not be read whole is judged once the file can be.
    unread = {Path(fault.file).stem for fault in form_faults}
    faults += form_faults + key_faults(tables["sources"], figures, unread)
    figures, correction_faults = corrected_figures(figures, tables["corrections"], unread)
    faults += correction_faults + pointer_faults(tables, figures, unread)
    return Raw(figures=figures, **tables, faults=tuple(faults))


def read_tables(data: Path) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """The tables of ``Raw`` beside the figures, by name, and the faults that can be seen in each by itself."""
    raw = data / "raw"
    faults = strange_files(raw, data, [f"{table}.csv" for table in TABLES], "figures")
    tables = {"sources": read_raw_table(raw / "sources.csv", data, SOURCE_COLUMNS, faults)}
    for name, columns in _OPTIONAL.items():
        tables[name] = _read_optional(raw / f"{name}.csv", data, columns, faults)
    faults += _price_faults(tables["prices"]) + _translation_faults(tables["translations"])
    return tables, faults + [fault for name in _OPTIONAL for fault in _unseen_faults(tables[name])]


def figure_files(data: Path, faults: list[Fault]) -> list[Path]:
    """The files of figures, each named for its source; what is wrong with the folder is added to ``faults``.

    Hidden files, which systems and editors put beside others, are no one's data.
    """
    folder = data / "raw" / "figures"
    paths = [path for path in sorted(folder.glob("*.csv")) if is_utf8(path.name) and not path.name.startswith(".")]
    faults += strange_files(folder, data, [path.name for path in paths])
    if not paths:
        faults.append(
            Fault(shown(folder, data), 0, "", "no figures here", "one CSV file a source, named for it", "EDS-009")
        )
    return paths


def pointer_faults(tables: Mapping[str, pd.DataFrame], figures: pd.DataFrame, unread: set[str]) -> list[Fault]:
    """Faults of doubts and declarations about what there is not; ``figures`` has ``source`` and ``figure``.

    Where no source could be read, nothing is said of those that are missing.
    """
    faults = doubt_faults(tables["doubts"], tables["sources"], figures, unread)
    return faults + declaration_faults(tables["declarations"], tables["sources"], figures, unread)


def _read_optional(path: Path, data: Path, names: tuple[str, ...], faults: list[Fault]) -> pd.DataFrame:
    if os.path.lexists(path):  # a link that leads nowhere is a fault, not a table that there need not be
        return read_raw_table(path, data, names, faults, required=False)
    return frame_of(no_rows(names))


def key_faults(sources: pd.DataFrame, figures: pd.DataFrame, unread: Iterable[str] = ()) -> list[Fault]:
    """Keys that are missing, stand twice or point nowhere; text that cannot be seen, addresses that are none.

    ``unread``: sources whose file of figures could not be read whole. Without any source nothing points nowhere: their
    file has a fault then.
    """
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
    without_file = known.difference(figures["source"], unread)
    for file, source in figures[["file", "source"]].drop_duplicates().itertuples(index=False):
        if known and source not in known:
            near = nearest(source, without_file) if len(faults) < MOST_SUGGESTIONS else None
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
