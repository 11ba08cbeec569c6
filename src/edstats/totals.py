"""Totals over regions, shown only when enough of them report (rule 7 of the comparison rules)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from operator import attrgetter
from types import MappingProxyType

import numpy as np
import pandas as pd

from edstats.codebook import read_table, units_of_kind
from edstats.figures import Figure, figures_of, grouped
from edstats.intervals import Intervals, described, printed_intervals
from edstats.selection import in_present_borders, preferred

# UNESCO's rule for regional aggregates, here by count of regions: shown from 60% coverage, marked from 33%.
SHOWN_FROM, MARKED_FROM = 0.60, 0.33
# An actual sum is of one time; plans reach to different years, which is said.
MOST_APART = timedelta(days=366)
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
    return indicator not in _not_applicable()[region]


@cache
def _not_applicable() -> Mapping[str, frozenset[str]]:
    """Indicators that do not apply, by region."""
    regions = read_table("regions")
    named = map(frozenset, regions["not_applicable"].str.split())
    return MappingProxyType(dict(zip(regions["region"], named, strict=True)))


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
    figures = (figure for figure in figures_of(best) if applies(figure.indicator, figure.region))
    cells = (_cell(figures) for _, figures in sorted(grouped(figures, attrgetter(*CELL)).items()))
    adding_up = [cell for cell in cells if cell.adds_up()]
    if not adding_up:
        return pd.DataFrame(columns=COLUMNS)
    printed = printed_intervals(best)
    sums = described(_together([_sum(printed.at([part.row for part in cell.parts])) for cell in adding_up]))
    return pd.DataFrame([cell.facts(regions) for cell in adding_up]).assign(**sums)[COLUMNS]


@dataclass(frozen=True)
class _Cell:
    """One number a region, and the regions that report several."""

    parts: list[Figure]
    left_out: list[str]

    def adds_up(self) -> bool:
        """Whether the parts are of one unit and, for facts, of one time."""
        if len({part.unit for part in self.parts}) != 1:
            return False
        ends = [part.period_end for part in self.parts]
        return self.parts[0].status != "actual" or max(ends) - min(ends) <= MOST_APART

    def facts(self, regions: list[str]) -> dict[str, object]:
        """The columns of the total beside its value."""
        first = self.parts[0]
        asked = sum(applies(first.indicator, region) for region in regions)
        share = len(self.parts) / asked
        steps = [part.precision for part in self.parts]
        return {
            **{name: getattr(first, name) for name in (*CELL, "unit")},
            "reporting": len(self.parts),
            "asked": asked,
            "shown": "yes" if share >= SHOWN_FROM else "marked" if share >= MARKED_FROM else "no",
            "left_out": " ".join(self.left_out),
            "periods": "; ".join(sorted({part.period for part in self.parts})),
            "coarsest": np.fmax.reduce(steps),
            "finest": np.fmin.reduce(steps),
            "figures": " ".join(part.figure_id for part in self.parts),
        }


def _cell(figures: list[Figure]) -> _Cell:
    """A region that reports several numbers has no single one to add, and is left out."""
    by_region = grouped(figures, attrgetter("region"))
    several = sorted(region for region, own in by_region.items() if len(own) > 1)
    return _Cell([own[0] for own in by_region.values() if len(own) == 1], several)


def _sum(parts: Intervals) -> Intervals:
    # Beside "at most" the lower end of a sum says nothing.
    low = 0.0 if ((parts.low == 0) & (parts.high > 0)).any() else parts.low.sum()
    return Intervals(np.array([low]), parts.high.sum(keepdims=True), np.array([parts.about.any()]))


def _together(intervals: list[Intervals]) -> Intervals:
    columns = ([getattr(interval, name) for interval in intervals] for name in ("low", "high", "about"))
    return Intervals(*map(np.concatenate, columns))
