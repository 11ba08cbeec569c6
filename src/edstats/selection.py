"""Which observation stands for a cell when several sources report it (rule 5 of the comparison rules).

All are kept; one is preferred: the newest reference period, then a value before a bound that it satisfies, then finer
precision, then the kind of publisher, then the newest publication. Reprints count once. Never an average.
"""

import pandas as pd

from edstats.codebook import read_table
from edstats.intervals import printed_intervals
from edstats.wording import PLACED_WITHIN_DAYS

# Observations alike in these columns speak of one thing at some time.
SERIES_COLUMNS = [
    *("region", "territory", "indicator", "group", "works", "counted", "share_of", "programme", "place", "status"),
    "unit",
]
# Observations alike in these speak of one thing at one time.
CELL_COLUMNS = [*SERIES_COLUMNS, "period"]


def without_reprints(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Observations less those that repeat a number of the source that theirs was taken from, in the same cell.

    Two printed periods must be the same; a date of publication that stands for a period is another in a reprint.
    """
    origin = observations["source"].astype("str").map(sources.set_index("source")["origin"].astype("str"))
    keys = [*SERIES_COLUMNS, "value", "qualifier"]
    cells = observations[[*keys, "period", "period_basis"]].astype("str")
    cells = cells.assign(source=observations["source"].astype("str"), row=range(len(cells)))
    pairs = cells.assign(source=origin).merge(cells, on=[*keys, "source"], suffixes=("", "_origin"))
    dateless = (pairs["period_basis"] == "published") | (pairs["period_basis_origin"] == "published")
    reprints = pairs.loc[dateless | (pairs["period"] == pairs["period_origin"]), "row"]
    return observations[~cells["row"].isin(reprints).to_numpy()]


def ranked(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Observations in order of preference, the best of each series first; the index is kept."""
    terms = read_table("terms")
    publishers = list(terms.loc[terms["list"] == "publisher_type", "code"])
    kind = observations["source"].astype("str").map(sources.set_index("source")["publisher_type"].astype("str"))
    order = observations.assign(
        bound=_yielding_bounds(observations),
        publisher=kind.map(publishers.index),
    )
    by = ["period_end", "period_start", "bound", "precision", "publisher", "published_latest", "figure_id"]
    return observations.loc[
        order.sort_values(by, ascending=[False, False, True, True, True, False, True], kind="stable").index
    ]


def preferred(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """One observation a series: the preferred one."""
    if observations.empty:
        return observations
    best = ranked(without_reprints(observations, sources), sources)
    return best.drop_duplicates(SERIES_COLUMNS).sort_index()


def _yielding_bounds(observations: pd.DataFrame) -> pd.Series:
    """True for a bound ("more than 50") that a value of the same series and period satisfies."""
    keys = [*SERIES_COLUMNS, "period"]
    intervals = printed_intervals(observations)
    frame = observations[keys].astype("str").assign(low=intervals.low, high=intervals.high)
    is_value = observations["qualifier"].isin(["exact", "about"]).to_numpy()
    values = frame[is_value].groupby(keys)["low"].agg(["min", "max"])
    met = frame.merge(values, left_on=keys, right_index=True, how="left")
    yields = (met["max"] >= met["low"]) & (met["min"] <= met["high"]) & ~is_value
    return pd.Series(yields.to_numpy(), index=observations.index)


def in_present_borders(rows: pd.DataFrame) -> pd.Series:
    """True for observations or measures about a region as it is today, not about an area that has been divided."""
    return rows["region"].astype("str") == rows["territory"].astype("str")


def unplaced(observations: pd.DataFrame) -> pd.Series:
    """True for observations that nothing places in time: no printed period, and bounds years apart."""
    length = (observations["period_end"] - observations["period_start"]).dt.days
    return (observations["period_basis"] == "published") & (length > PLACED_WITHIN_DAYS)
