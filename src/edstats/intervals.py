"""What a printed number allows: "more than 100" is every number from 100 up.

Qualifiers travel through arithmetic as intervals (rule 2 of the comparison rules): 4.6 billion over "more than 100" is
at most 46 million, and at least over at least says nothing. "About" has no width of its own; it stays "about".
What is printed are counts, sums of money and shares, so nothing printed is below zero; differences can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from edstats.codebook import units_of_kind


@dataclass(frozen=True)
class Intervals:
    """A column of intervals: ``low`` and ``high`` (float64 arrays, ``inf`` when open), ``about`` (bool array)."""

    low: np.ndarray
    high: np.ndarray
    about: np.ndarray

    def at(self, rows: Sequence[int]) -> "Intervals":
        """The intervals of some rows, as often and in the order as they are named."""
        places = np.asarray(rows, dtype="int64")
        return Intervals(self.low[places], self.high[places], self.about[places])

    def __truediv__(self, other: "Intervals") -> "Intervals":
        """Quotient; a denominator that can be zero makes the upper end infinite, one that is zero both ends NaN."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.where(np.isinf(other.high), 0.0, self.low / other.high)
            high = np.where(other.low > 0, self.high / other.low, np.inf)
        zero = other.high == 0
        low, high = np.where(zero, np.nan, low), np.where(zero, np.nan, high)
        return Intervals(low, high, self.about | other.about)

    def __add__(self, other: "Intervals") -> "Intervals":
        """Sum."""
        return Intervals(self.low + other.low, self.high + other.high, self.about | other.about)

    def __sub__(self, other: "Intervals") -> "Intervals":
        """Difference, which can be below zero; "at most" less a number is at most the difference."""
        at_most = (self.low == 0) & (self.high > 0)
        low = np.where(at_most, -np.inf, self.low - other.high)
        return Intervals(low, self.high - other.low, self.about | other.about)

    def __mul__(self, factor: float) -> "Intervals":
        """Product with a positive number."""
        return Intervals(self.low * factor, self.high * factor, self.about)


def printed_intervals(rows: pd.DataFrame) -> Intervals:
    """The numbers that ``value``, ``value_high`` and ``qualifier`` of observations allow."""
    value = rows["value"].to_numpy("float64")
    qualifier = rows["qualifier"].astype("str").to_numpy()
    high = np.where(qualifier == "range", rows["value_high"].to_numpy("float64"), value)
    return Intervals(
        low=np.where(qualifier == "at_most", 0.0, value),
        high=np.where(qualifier == "at_least", np.inf, high),
        about=qualifier == "about",
    )


def rounded_intervals(rows: pd.DataFrame) -> Intervals:
    """The numbers that would have been printed as they are, by half a step of ``precision`` on either side."""
    printed = printed_intervals(rows)
    half = rows["precision"].fillna(0).to_numpy("float64") / 2
    counted = rows["unit"].isin(units_of_kind("count")).to_numpy() & (half <= 0.5)
    half = np.where(counted, 0.0, half)  # a count of single things printed to the unit is not rounded
    return Intervals(np.maximum(printed.low - half, 0.0), printed.high + half, printed.about)


def described(intervals: Intervals) -> pd.DataFrame:
    """Intervals as ``value``, ``value_high``, ``qualifier``; undetermined ones have a missing ``value``."""
    low, high = intervals.low, intervals.high
    open_below, open_above = (low == 0) & (high > 0) | np.isneginf(low), np.isinf(high)
    exact = np.isclose(low, high, rtol=1e-12, atol=0)
    undetermined = open_above & open_below
    value = np.select([undetermined, exact, open_above, open_below], [np.nan, low, low, high], default=low)
    ranged = ~undetermined & ~exact & ~open_above & ~open_below
    qualifier = np.select(
        [undetermined, exact & intervals.about, exact, open_above, open_below],
        ["", "about", "exact", "at_least", "at_most"],
        default="range",
    )
    return pd.DataFrame({"value": value, "value_high": np.where(ranged, high, np.nan), "qualifier": qualifier})
