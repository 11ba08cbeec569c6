"""The columns of the exported tables, with all that the codebook's ``columns`` and ``constraints`` say of them.

``constraints`` has a row for each rule of a column: ``required`` (never empty), ``key`` (no two rows alike), ``refers``
(to a column of another table), ``codes`` (one of the codes of a list) and ``names`` (a list that names some of its
codes). A list is ``table.column`` of the codebook; those of its ``terms`` are ``terms.list``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from edstats.codebook import read_rows, read_table
from edstats.columns import TABLES
from edstats.dataset import Dataset

# The table that goes with those of the data set: what their codes mean.
CODES = "codes"
EXPORTED = (*TABLES, CODES)
LANGUAGES = ("en", "ru", "kk")


@dataclass(frozen=True)
class Column:
    """A column of an exported table. ``kind``: string, category, float64 or date; ``codes``, ``names``: lists."""

    name: str
    kind: str
    description: str
    required: bool = False
    key: bool = False
    refers: str = ""
    codes: str = ""
    names: str = ""


_CODES_COLUMNS = (
    Column("column", "string", "Column in which the code stands", required=True, key=True),
    Column("code", "string", "The code", required=True, key=True),
    Column("name_en", "string", "What it means, in English", required=True),
    Column("name_ru", "string", "The same in Russian, empty where there is no translation"),
    Column("name_kk", "string", "The same in Kazakh, empty where there is no translation"),
)


@cache
def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of one of ``EXPORTED`` in their order. Raises ``KeyError`` for another table."""
    if table == CODES:
        return _CODES_COLUMNS
    rules: dict[str, dict[str, str]] = {}
    for of_table, name, rule, target in read_rows("constraints", "table", "column", "rule", "target"):
        if of_table == table:
            rules.setdefault(name, {})[rule] = target
    found = tuple(
        _column(name, kind, description, rules.get(name, {}))
        for of_table, name, kind, description in read_rows("columns", "table", "column", "type", "description")
        if of_table == table
    )
    if not found:
        raise KeyError(table)
    return found


def _column(name: str, kind: str, description: str, rules: Mapping[str, str]) -> Column:
    return Column(
        name,
        kind,
        description,
        required="required" in rules or "key" in rules,
        key="key" in rules,
        refers=rules.get("refers", ""),
        codes=rules.get("codes", ""),
        names=rules.get("names", ""),
    )


def tables_of(dataset: Dataset) -> dict[str, pd.DataFrame]:
    """The tables of ``EXPORTED`` by name, typed as the columns say."""
    return {table: code_names() if table == CODES else getattr(dataset, table) for table in EXPORTED}


@cache
def listed(target: str) -> pd.DataFrame:
    """A list of the codebook such as ``regions.region``: ``code``, ``name_en``, ``name_ru``, ``name_kk``."""
    table, column = target.split(".")
    rows = read_table(table)
    if table == "terms":
        rows = rows[rows["list"] == column].rename(columns={"code": column})
    named = {f"name_{language}": rows.get(f"name_{language}", "") for language in LANGUAGES}
    if "name" in rows:  # the kinds of findings have English names only
        named["name_en"] = rows["name"]
    return pd.DataFrame({"code": rows[column], **named}).reset_index(drop=True)


@cache
def code_names() -> pd.DataFrame:
    """What each code means: the columns of the table ``codes``."""
    lists = {
        column.name: column.codes or column.names
        for table in TABLES
        for column in columns_of(table)
        if column.codes or column.names
    }
    rows = [listed(target).assign(column=name) for name, target in lists.items()]
    names = [column.name for column in _CODES_COLUMNS]
    return pd.concat(rows, ignore_index=True)[names].astype("str")
