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
    The frame is a copy: changing it changes nothing for the next caller.
    """
    return _read(name).copy()


@cache
def units_of_kind(*kinds: str) -> frozenset[str]:
    """Codes of the units of these kinds: ``count``, ``money``, ``percent``, ``ratio``."""
    units = read_table("units")
    return frozenset(units.loc[units["kind"].isin(kinds), "unit"])
