"""The codebook: regions, indicators, units, measures and every other list of words, as CSV files beside this module.

Adding a region's alias, an indicator or a ratio is adding a row here, not code.
"""

from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def read_table(name: str) -> pd.DataFrame:
    """One table of the codebook, all columns strings, an empty cell as ``""``.

    ``name`` is the file's name without ending, such as ``"indicators"``. Raises ``FileNotFoundError`` for any other.
    The frame is the caller's own: changing it changes nothing for the next one.
    """
    return _read(name).copy(deep=False)  # pandas copies what is written to, and nothing before


def read_rows(name: str, *columns: str) -> list[tuple[str, ...]]:
    """Some columns of `read_table`, row by row. Raises ``KeyError`` for a column that the table does not have."""
    table = _read(name)
    return list(zip(*(table[column].tolist() for column in columns), strict=True))


def read_map(name: str, key: str, value: str) -> dict[str, str]:
    """One column of `read_table` by another."""
    table = _read(name)
    return dict(zip(table[key].tolist(), table[value].tolist(), strict=True))


@cache
def units_of_kind(*kinds: str) -> frozenset[str]:
    """Codes of the units of these kinds: ``count``, ``money``, ``percent``, ``ratio``."""
    return frozenset(unit for unit, kind in read_rows("units", "unit", "kind") if kind in kinds)


@cache
def indicators_of_kind(*kinds: str) -> frozenset[str]:
    """Codes of the indicators of these kinds: ``stock``, ``flow``, ``share`` and the others of the table."""
    return frozenset(indicator for indicator, kind in read_rows("indicators", "indicator", "kind") if kind in kinds)
