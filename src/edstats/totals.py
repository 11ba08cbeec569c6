"""Totals over regions, shown only when enough of them report (rule 7 of the comparison rules)."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from edstats.codebook import read_table, units_of_kind
from edstats.intervals import Intervals, described, printed_intervals
from edstats.selection import preferred

# UNESCO's rule for regional aggregates, here by count of regions: shown from 60% coverage, marked from 33%.
SHOWN_FROM, MARKED_FROM = 0.60, 0.33
CELL = ["indicator", "group", "works", "counted", "status", "unit"]
COLUMNS = [
    *CELL,
    *("value", "value_high", "qualifier", "reporting", "asked", "shown", "periods", "coarsest", "finest", "figures"),
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
    sum), asked (regions to which it applies), shown (``yes``, ``marked``, ``no``), periods (those summed, parted by
    ``; ``), coarsest (the coarsest rounding step among the parts), finest, figures (figure_ids parted by spaces).
    """
    rows = observations[observations["region"].isin(regions) & (observations["place"] == "")]
    rows = rows[(rows["region"].astype("str") == rows["territory"].astype("str")) & (rows["share_of"] == "")]
    rows = rows[rows["unit"].isin(units_of_kind("count", "money"))]
    best = preferred(rows, sources)
    # A region that reports several programmes for one cell has no single number to add.
    best = best[~best.duplicated(["region", *CELL], keep=False)]
    pairs = zip(best["indicator"].astype("str"), best["region"].astype("str"), strict=True)
    best = best[np.array([applies(indicator, region) for indicator, region in pairs], dtype="bool")]
    return pd.DataFrame([_total(cell, regions) for _, cell in best.groupby(CELL, observed=True)], columns=COLUMNS)


def _total(cell: pd.DataFrame, regions: list[str]) -> dict[Hashable, object]:
    first = cell.iloc[0]
    parts = printed_intervals(cell)
    summed = Intervals(parts.low.sum(keepdims=True), parts.high.sum(keepdims=True), np.array([parts.about.any()]))
    asked = sum(applies(str(first["indicator"]), region) for region in regions)
    share = len(cell) / asked
    return {
        **{name: str(first[name]) for name in CELL},
        **described(summed).iloc[0].to_dict(),
        "reporting": len(cell),
        "asked": asked,
        "shown": "yes" if share >= SHOWN_FROM else "marked" if share >= MARKED_FROM else "no",
        "periods": "; ".join(sorted(set(cell["period"]))),
        "coarsest": cell["precision"].max(),
        "finest": cell["precision"].min(),
        "figures": " ".join(cell["figure_id"]),
    }
