"""Totals over regions, shown only when enough of them report (rule 7 of the comparison rules)."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from edstats.codebook import read_table, units_of_kind
from edstats.intervals import Intervals, described, printed_intervals
from edstats.selection import in_present_borders, preferred

# UNESCO's rule for regional aggregates, here by count of regions: shown from 60% coverage, marked from 33%.
SHOWN_FROM, MARKED_FROM = 0.60, 0.33
# An actual sum is of one time; plans reach to different years, which is said.
MOST_DAYS_APART = 366
CELL = ["indicator", "group", "works", "counted", "status"]
COLUMNS = [
    *CELL,
    *("unit", "value", "value_high", "qualifier", "reporting", "asked", "shown", "left_out"),
    *("periods", "coarsest", "finest", "figures"),
]


def regions_of_type(kind: str) -> list[str]:
    """Codes of the regions of one type: ``region`` or ``city``."""
    regions = read_table("regions")
    return list(regions.loc[regions["type"] == kind, "region"])


def applies(indicator: str, region: str) -> bool:
    """Whether the codebook lets the indicator apply to the region (the three cities have no rural schools)."""
    regions = read_table("regions")
    not_applicable = dict(zip(regions["region"], regions["not_applicable"], strict=True))
    return indicator not in not_applicable[region].split()


def totals(observations: pd.DataFrame, sources: pd.DataFrame, regions: list[str]) -> pd.DataFrame:
    """Sums over ``regions`` of indicators that add up (counts and money, no shares), one number a region.

    Columns: indicator, group, works, counted, status, unit, value, value_high, qualifier, reporting (regions in the
    sum), asked (regions to which it applies), shown (``yes``, ``marked``, ``no``), left_out (regions that report more
    than one number, parted by spaces), periods (those summed, parted by ``; ``), coarsest (the coarsest rounding step
    among the parts), finest, figures (figure_ids parted by spaces).
    """
    rows = observations[observations["region"].isin(regions) & (observations["place"] == "")]
    rows = rows[(in_present_borders(rows)) & (rows["share_of"] == "")]
    rows = rows[rows["unit"].isin(units_of_kind("count", "money"))]
    best = preferred(rows, sources)
    pairs = zip(best["indicator"].astype("str"), best["region"].astype("str"), strict=True)
    best = best[np.array([applies(indicator, region) for indicator, region in pairs], dtype="bool")]
    cells = (_total(cell, regions) for _, cell in best.groupby(CELL, observed=True))
    return pd.DataFrame([cell for cell in cells if cell], columns=COLUMNS)


def _total(cell: pd.DataFrame, regions: list[str]) -> dict[Hashable, object] | None:
    """The sum of one cell; None where the parts are of different units or, for facts, of different times.

    A region that reports several numbers for the cell has no single one to add, and is named in ``left_out``.
    """
    several = cell.duplicated("region", keep=False)
    left_out = sorted(set(cell.loc[several, "region"].astype("str")))
    cell = cell[~several]
    ends = cell["period_end"]
    if cell.empty or cell["unit"].astype("str").nunique() > 1:
        return None
    first = cell.iloc[0]
    if str(first["status"]) == "actual" and (ends.max() - ends.min()).days > MOST_DAYS_APART:
        return None
    parts = printed_intervals(cell)
    # Beside "at most" the lower end of a sum says nothing.
    low = 0.0 if ((parts.low == 0) & (parts.high > 0)).any() else parts.low.sum()
    summed = Intervals(np.array([low]), parts.high.sum(keepdims=True), np.array([parts.about.any()]))
    asked = sum(applies(str(first["indicator"]), region) for region in regions)
    share = len(cell) / asked
    return {
        **{name: str(first[name]) for name in CELL},
        "unit": str(first["unit"]),
        **described(summed).iloc[0].to_dict(),
        "reporting": len(cell),
        "asked": asked,
        "shown": "yes" if share >= SHOWN_FROM else "marked" if share >= MARKED_FROM else "no",
        "left_out": " ".join(left_out),
        "periods": "; ".join(sorted(set(cell["period"]))),
        "coarsest": cell["precision"].max(),
        "finest": cell["precision"].min(),
        "figures": " ".join(cell["figure_id"]),
    }
