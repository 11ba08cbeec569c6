"""Tenge of different years made comparable by consumer prices.

Only the comparison of money over years uses this, and says so; observations and measures stay in the tenge of their
year. The rises are annual averages (table ``prices``); prices of 2024, the last year with an average.
"""

import numpy as np
import pandas as pd

BASE_YEAR = 2024


def price_factors(prices: pd.DataFrame) -> dict[int, float]:
    """What a tenge of each year is worth in prices of the base year: the product of the rises that followed it.

    Covers the base year and the years before it whose later rises are all known.
    """
    rises = {int(year): float(rise) for year, rise in zip(prices["year"], prices["average"], strict=True)}
    factors = {BASE_YEAR: 1.0}
    year = BASE_YEAR
    while year in rises:
        factors[year - 1] = factors[year] * (1 + rises[year] / 100)
        year -= 1
    return factors


def in_constant_prices(rows: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    """Values of money in prices of the base year; missing where the year is not certain, or later than the base year.

    ``rows`` need ``value``, ``period_start``, ``period_end``, ``period_basis`` and ``published`` (of the money). A year
    is certain when the period lies within it and is printed, or stands for a printed day of publication.
    """
    factors = price_factors(prices)
    years = rows["period_end"].dt.year
    certain = (rows["period_start"].dt.year == years) & (
        (rows["period_basis"].astype("str") == "printed") | rows["published"].notna()
    )
    factor = years.map(factors).where(certain)
    return (rows["value"] * factor).astype("float64").replace([np.inf], np.nan)
