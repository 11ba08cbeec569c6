"""The data set as an Excel workbook: notes, data with their sources, and the tables around them, a sheet each.

Numbers are numbers, dates are dates, and text is text whatever it begins with: nothing in it is ever run as a formula.
No cells are merged. ``edstats.exports.workbook_file`` makes the same bytes of the same workbook.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pandas.api.typing import NaTType

from edstats.counting import size
from edstats.dataset import Dataset
from edstats.exports.description import ABSTRACT, LICENCE, LICENCE_TITLE, LICENCE_URL, LIMITS, TITLE, citation, prepared
from edstats.exports.schema import CODES, Column, columns_of, listed, tables_of
from edstats.exports.workbook_file import workbook_bytes
from edstats.spreadsheets import guarded

# Sheets and what stands on them; the first two are made here, the others are tables of the data set.
_SHEETS = {
    "notes": "what this is, and what a number here says and does not say",
    "data": "every figure as printed, with the source it comes from",
    "sources": "the documents",
    "measures": "what follows from the figures: shares, spending for each school, and the like",
    "findings": "where figures contradict themselves or each other, and doubts",
    "corrections": "known misprints of sources, and what stands in their place",
    "columns": "what each column of these sheets means",
    CODES: "what each code means, in English, Russian and Kazakh",
}
_TABLES = ("sources", "measures", "findings", "corrections", CODES)
_OF_SOURCE = ("publisher", "title", "url")
_MOST_ROWS, _LONGEST_TEXT = 1_048_576, 32_767  # of a sheet, of a cell
_NARROWEST, _WIDEST, _OF_DATE, _OF_NUMBER = 9, 60, 12, 16
# What XML cannot hold, and what looks like the escape for it (ST_Xstring of ISO/IEC 29500-1, 22.9.2.19).
_UNFIT = re.compile("[\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MEANING_COLUMNS = tuple(Column(name, "string", "") for name in ("sheet", "column", "meaning"))
_BOLD, _WRAPPED, _TOP = Font(bold=True), Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top")


class UnfitForWorkbook(ValueError):
    """The data do not fit into a workbook; the message says what is too large."""


def workbook(dataset: Dataset) -> bytes:
    """The workbook as the bytes of an xlsx file. Raises ``UnfitForWorkbook``."""
    book = Workbook()
    book.remove(book.active)
    tables, columns = tables_of(dataset), {table: columns_of(table) for table in _TABLES}
    tables["data"], columns["data"] = _data(dataset), _data_columns()
    tables["columns"], columns["columns"] = _meanings(columns), _MEANING_COLUMNS
    book.properties.title, book.properties.creator = TITLE, "edstats"
    book.properties.description = f"As of {dataset.as_of}. {LICENCE}"
    for sheet in _SHEETS:
        if sheet == "notes":
            _write_notes(book.create_sheet(sheet), dataset)
        else:
            _write_table(book.create_sheet(sheet), tables[sheet], columns[sheet])
    return workbook_bytes(book, prepared(dataset.as_of))


def _data(dataset: Dataset) -> pd.DataFrame:
    """The observations, with what a reader must know of their sources."""
    of_source = dataset.sources[["source", *_OF_SOURCE]]
    # The codes of a category would be lost if the other side has others.
    figures = dataset.observations.astype({"source": "str"})
    return figures.merge(of_source, on="source", how="left", validate="many_to_one")


def _data_columns() -> tuple[Column, ...]:
    of_source = {column.name: column for column in columns_of("sources")}
    joined = (replace(of_source[name], description=f"{of_source[name].description} (source)") for name in _OF_SOURCE)
    return (*columns_of("observations"), *joined)


def _meanings(columns: dict[str, tuple[Column, ...]]) -> pd.DataFrame:
    """The sheet ``columns``: each column of each other sheet, in their order."""
    rows = [(sheet, each.name, each.description) for sheet in _SHEETS for each in columns.get(sheet, ())]
    return pd.DataFrame(rows, columns=[column.name for column in _MEANING_COLUMNS])


# --- notes -----------------------------------------------------------------------------------------------------------


def _write_notes(sheet: Worksheet, dataset: Dataset) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 110
    for topic, text in _notes(dataset):
        cells = [_text(sheet, topic), _text(sheet, text)]
        cells[0].font, cells[0].alignment, cells[1].alignment = _BOLD, _TOP, _WRAPPED
        sheet.append(cells)


def _notes(dataset: Dataset) -> Iterator[tuple[str, str]]:
    yield "title", TITLE
    yield "about", ABSTRACT
    yield "as of", dataset.as_of.isoformat()
    yield "holds", size(dataset)
    yield "licence", f"{LICENCE_TITLE} ({LICENCE}), {LICENCE_URL}"
    yield "cite as", citation(dataset.as_of)
    for sheet, text in _SHEETS.items():
        yield f"sheet {sheet}", text
    for limit in LIMITS:
        yield "keep in mind", limit
    for column in ("qualifier", "status", "period_basis"):
        for row in listed(f"terms.{column}").to_dict("records"):
            yield f"{column} {row['code']}", row["name_en"]


# --- tables ----------------------------------------------------------------------------------------------------------


def _write_table(sheet: Worksheet, table: pd.DataFrame, columns: tuple[Column, ...]) -> None:
    if len(table) >= _MOST_ROWS:
        raise UnfitForWorkbook(
            f"'{sheet.title}' has {len(table)} rows, and a sheet holds {_MOST_ROWS - 1} below its header; take parquet"
        )
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(table) + 1}"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(table[column.name], column)
    header = [_text(sheet, column.name) for column in columns]
    for cell in header:
        cell.font = _BOLD
    sheet.append(header)
    for row in _rows(sheet, table, columns):
        sheet.append(row)


_Make = Callable[[Worksheet, Any], Any]


def _rows(sheet: Worksheet, table: pd.DataFrame, columns: tuple[Column, ...]) -> Iterator[list[Any]]:
    of_kind: dict[str, _Make] = {"string": _text, "category": _text, "float64": _number, "date": _date}
    write = [of_kind[column.kind] for column in columns]
    values = zip(*(table[column.name] for column in columns), strict=True)
    for number, row in enumerate(values, start=2):
        try:
            yield [make(sheet, value) for make, value in zip(write, row, strict=True)]
        except UnfitForWorkbook as error:
            raise UnfitForWorkbook(f"sheet '{sheet.title}', row {number}: {error}") from None


def _text(sheet: Worksheet, value: str) -> Any:
    """A cell of text; None for an empty one."""
    if not value:
        return None
    text = _UNFIT.sub(lambda sign: f"_x{ord(sign[0]):04X}_", value)
    if len(text) > _LONGEST_TEXT:
        raise UnfitForWorkbook(f"a text of {len(text)} characters, and a cell holds {_LONGEST_TEXT}; take parquet")
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    # A text that is edited is read anew; this keeps it text, as an apostrophe typed before it would.
    cell.quotePrefix = guarded(value) != value
    return cell


def _number(sheet: Worksheet, value: float) -> Any:
    """A cell with a number; None where there is none."""
    if math.isnan(value):
        return None
    cell = WriteOnlyCell(sheet, int(value) if value == int(value) else value)
    if value == int(value):
        cell.number_format = "#,##0"  # the general format shows a hundred billion as 1E+11
    return cell


def _date(sheet: Worksheet, value: pd.Timestamp | NaTType) -> Any:
    """A cell with a date; None where there is none."""
    if isinstance(value, NaTType):
        return None
    cell = WriteOnlyCell(sheet, value.date())
    cell.number_format = "yyyy-mm-dd"
    return cell


def _width(values: pd.Series, column: Column) -> int:
    """The width of a column, in characters: that of its longest text, within bounds."""
    fixed = {"date": _OF_DATE, "float64": _OF_NUMBER}.get(column.kind, 0)
    longest = 0 if fixed or values.empty else int(values.astype("str").str.len().max())
    # The button of the filter takes two characters of the header.
    return min(max(fixed, longest + 1, len(column.name) + 3, _NARROWEST), _WIDEST)
