"""Entries of the codebook by their codes, looked up as often as a page has rows."""

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
