"""Which observation stands for a cell when several sources report it (rule 5 of the comparison rules).

All are kept; one is preferred: the newest reference period, then a value before a bound that it satisfies, then finer
precision, then the kind of publisher, then the newest publication. Reprints count once. Never an average.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
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


def alike(observations: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A whole number for each row (int64), the same for rows that are alike in ``columns``."""
    numbers = np.zeros(len(observations), dtype="int64")
    for name in columns:
        values, _ = pd.factorize(observations[name], use_na_sentinel=False)
        # Renumbered after each column, so that the product stays far below what an int64 holds.
        numbers, _ = pd.factorize(numbers * len(observations) + values)
    return numbers


def without_reprints(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Observations less the rows that repeat a number of the source that theirs was taken from, in the same cell.

    Columns and index stay. Two printed periods must be the same; a date of publication that stands for a period is
    another in a reprint.
    """
    origins = _of_sources(sources, "origin")
    numbers = alike(observations, [*SERIES_COLUMNS, "value", "qualifier"]).tolist()
    names = observations["source"].tolist()
    # A period that only the date of publication tells agrees with any.
    dateless = observations["period_basis"] == "published"
    periods = observations["period"].mask(dateless, "").tolist()
    printed = defaultdict(set)
    for source, number, period in zip(names, numbers, periods, strict=True):
        printed[source, number].add(period)

    def is_reprint(source: str, number: int, period: str) -> bool:
        originals = printed.get((origins.get(source, ""), number), set())
        return period in originals or "" in originals or (period == "" and bool(originals))

    own = [not is_reprint(*row) for row in zip(names, numbers, periods, strict=True)]
    return observations[np.array(own, dtype="bool")]


def ranked(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``observations`` in order of preference, the best of each series first; columns and index stay."""
    terms = read_table("terms")
    publishers = list(terms.loc[terms["list"] == "publisher_type", "code"])
    kinds = _of_sources(sources, "publisher_type")
    order = observations.assign(
        bound=_yielding_bounds(observations),
        publisher=[publishers.index(kinds[source]) for source in observations["source"]],
    ).reset_index(drop=True)
    by = ["period_end", "period_start", "bound", "precision", "publisher", "published_latest", "figure_id"]
    order = order[by].sort_values(by, ascending=[False, False, True, True, True, False, True], kind="stable")
    return observations.iloc[order.index]


def _of_sources(sources: pd.DataFrame, column: str) -> dict[str, str]:
    """A column of the table ``sources`` by the name of the source."""
    return dict(zip(sources["source"].tolist(), sources[column].tolist(), strict=True))


def preferred(observations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """One row a series: the preferred one, less reprints; columns, order and index of ``observations`` stay.

    A series is what stands in one cell of a comparison: ``SERIES_COLUMNS`` are alike.
    """
    if observations.empty:
        return observations
    best = ranked(without_reprints(observations, sources), sources)
    return best.drop_duplicates(SERIES_COLUMNS).sort_index()


def _yielding_bounds(observations: pd.DataFrame) -> np.ndarray:
    """True (bool array) for a bound ("more than 50") that a value of the same series and period satisfies."""
    intervals = printed_intervals(observations)
    cells = alike(observations, CELL_COLUMNS)
    is_value = observations["qualifier"].isin(["exact", "about"]).to_numpy()
    # The least and the greatest value of each cell; where it has none, nothing is met.
    least, greatest = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)
    np.minimum.at(least, cells[is_value], intervals.low[is_value])
    np.maximum.at(greatest, cells[is_value], intervals.low[is_value])
    yields: np.ndarray = (greatest[cells] >= intervals.low) & (least[cells] <= intervals.high) & ~is_value
    return yields


def in_present_borders(rows: pd.DataFrame) -> pd.Series:
    """True for each row about a region as it is today, False about an area that has been divided.

    ``rows`` are observations or measures.
    """
    return rows["region"].astype("str") == rows["territory"].astype("str")


def unplaced(observations: pd.DataFrame) -> pd.Series:
    """True for each row of observations that nothing places in time: no printed period, and bounds years apart."""
    length = (observations["period_end"] - observations["period_start"]).dt.days
    return (observations["period_basis"] == "published") & (length > PLACED_WITHIN_DAYS)
