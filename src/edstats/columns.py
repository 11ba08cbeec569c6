"""The columns of the clean tables: their order, types and how they are written to files.

What each column means stands in ``codebook/columns.csv``; this module applies it.
"""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import pandas as pd

from edstats.codebook import read_table
from edstats.spreadsheets import guarded_table, unguarded_table

TABLES = (
    *("observations", "measures", "findings", "sources", "doubts", "prices", "corrections", "declarations"),
    "translations",
)

# Stands for a carriage return while a table is written: Python puts a cell with a new line in quotes, but before 3.13
# not one with a carriage return, and readers then end the row there. No text holds the second sign, nobody sees it.
_RETURN = "\n\ue000"


def typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """``frame`` with exactly the columns of ``table`` in their order and types, rows renumbered.

    Types: ``string`` and ``category`` (never missing, ``""`` when empty), ``float64`` and ``date`` (datetime64, missing
    allowed). Raises ``KeyError`` when a column is missing.
    """
    types = column_types(table)
    return pd.DataFrame({name: _cast(frame[name], kind) for name, kind in types.items()}).reset_index(drop=True)


@cache
def column_types(table: str) -> Mapping[str, str]:
    """The columns of ``table`` in their order and the type of each, as the codebook's ``columns`` say."""
    columns = read_table("columns")
    own = columns[columns["table"] == table]
    return MappingProxyType(dict(zip(own["column"], own["type"], strict=True)))


def _cast(column: pd.Series, kind: str) -> pd.Series:
    if kind == "float64":
        return pd.to_numeric(column).astype("float64")
    if kind == "date":
        return pd.to_datetime(column, format="%Y-%m-%d").dt.as_unit("s")
    text = _as_text(column)
    return text.astype("category") if kind == "category" else text


def _as_text(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.dtype == "str":
        column = column.astype("str")
    # Strings stay as they are: a round over Python's objects takes longer than all else.
    if column.dtype == "str":
        return column.fillna("") if column.hasnans else column
    return column.astype("object").fillna("").astype("str")


def csv_text(frame: pd.DataFrame) -> str:
    """The table as ``plain_csv_text``, safe to open in a spreadsheet.

    Before text that a spreadsheet could take for a formula stands an apostrophe (``edstats.spreadsheets``).
    """
    return plain_csv_text(guarded_table(frame))


def plain_csv_text(frame: pd.DataFrame) -> str:
    """The table as CSV text: UTF-8, ``\\n``, whole numbers without a decimal point, dates as YYYY-MM-DD."""
    shown = frame.copy(deep=False)
    for name in shown.select_dtypes("float64"):
        shown[name] = [_number(value) for value in shown[name]]
    for name in shown.select_dtypes(["str", "category"]):
        if shown[name].astype("str").str.contains("\r", regex=False).any():
            shown[name] = shown[name].astype("str").str.replace("\r", _RETURN, regex=False)
    text = str(shown.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))
    return text.replace(_RETURN, "\r")


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


def read_csv(file: Path | BinaryIO, table: str) -> pd.DataFrame:
    """A clean table read back, typed. Raises ``FileNotFoundError`` or ``KeyError`` (a column missing)."""
    strings = unguarded_table(pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8"))
    for name, kind in column_types(table).items():
        if kind in ("float64", "date"):
            strings[name] = strings[name].where(strings[name] != "", None)
    return typed(strings, table)
