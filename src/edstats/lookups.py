"""Entries of the codebook by their codes, and codes by their names, looked up as often as there are rows."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from edstats.codebook import read_table


@cache
def entries_of(table: str, key: str) -> Mapping[str, Mapping[str, str]]:
    """The rows of a codebook table by the codes in its column ``key``: ``entries_of("indicators", "indicator")``.

    Made once in a process, since the codebook does not change while it runs.
    """
    rows = read_table(table)
    entries = (MappingProxyType(dict(zip(rows, row, strict=True))) for row in rows.itertuples(index=False, name=None))
    return MappingProxyType(dict(zip(rows[key], entries, strict=True)))


@cache
def codes_by_name(table: str, code: str, listed: str = "") -> Mapping[str, str]:
    """Every code of a codebook table, and every name in the three languages, to its code.

    ``code`` is the column of the codes; ``listed``: which list of the codebook's ``terms``.
    """
    rows = read_table(table)
    rows = rows[rows["list"] == listed] if listed else rows
    columns = [code, *(name for name in ("name_en", "name_ru", "name_kk") if name in rows)]
    return MappingProxyType(dict(pair for column in columns for pair in zip(rows[column], rows[code], strict=True)))
