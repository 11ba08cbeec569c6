"""Text of strangers in CSV files: a spreadsheet that opens one must show it, and not run it as a formula.

A spreadsheet takes a cell for a formula by its first sign. Where it could, an apostrophe is written before it, which
makes it text; reading takes the apostrophe off again, so that what is read is what was written. It also stands where
lines are cut at other signs than commas: within a cell after a semicolon, as Russian and Kazakh settings have it, after
a tab and at a new line.
"""

import re
from collections.abc import Callable

import pandas as pd

# What begins a formula, and the wide and small forms that some settings take for the same.
_SIGNS = "=+@\\-\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
# What spreadsheets pass over before it.
_PASSED = "['\" \u00a0\u1680\u2000-\u200f\u202a-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\u00ad]"
# Where a cell begins, in some setting.
_PARTS = ";\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# "-3 schools", "+5.2%": a number with its unit names nothing and calls nothing. One without could go on in the cell
# behind it, where a comma is a decimal mark.
_NUMBER = rf"[+\-][0-9][0-9., \u00a0\u202f]*+(?:%+|(?=[^\W\d_]))(?:[^\W\d_]|[ .])*+(?=[{_PARTS}]|\Z)"
_FORMULA = rf"(?={_PASSED}*+(?!{_NUMBER})[{_SIGNS}])"
_BEFORE = re.compile(rf"(?:\A|(?<=[{_PARTS}])){_FORMULA}")
_GUARDED = re.compile(rf"(?:\A|(?<=[{_PARTS}]))'{_FORMULA}")
# What could be one, in texts that each stand behind a new line: one search says of nearly every column that none is.
_SUSPECT = re.compile(rf"[{_PARTS}]{_PASSED}*+[{_SIGNS}]")


def guarded(text: str) -> str:
    """The text as it stands in a CSV file: an apostrophe before all that a spreadsheet could take for a formula."""
    return _BEFORE.sub("'", text)


def unguarded(text: str) -> str:
    """The text that ``guarded`` was given; any other as it is."""
    return _GUARDED.sub("", text)


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``guarded`` text; numbers and dates stay, since a spreadsheet shows them as they are."""
    return _changed(table, guarded)


def unguarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``unguarded`` text."""
    return _changed(table, unguarded)


def _changed(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    changed = {name: _changed_column(table[name], change) for name in table}
    return table.assign(**{str(name): column for name, column in changed.items() if column is not None})


def _changed_column(column: pd.Series, change: Callable[[str], str]) -> pd.Series | None:
    """The column of text with each cell changed; None where there is nothing to change, as in nearly every column."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        if not _is_suspect(column.cat.categories):
            return None
        column = column.astype("str")
    if not pd.api.types.is_string_dtype(column) or not _is_suspect(column):
        return None
    return column.map(change, na_action="ignore")


def _is_suspect(texts: pd.Series | pd.Index) -> bool:
    return _SUSPECT.search("\n" + "\n".join(texts.dropna().tolist())) is not None
