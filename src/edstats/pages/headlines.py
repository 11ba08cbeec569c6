"""Which numbers a region's page shows first: the whole rather than a part, a fact rather than a plan, the newest."""

from collections.abc import Callable

import pandas as pd

from edstats.codebook import read_table
from edstats.comparisons import newest_measures
from edstats.dataset import Dataset
from edstats.intervals import rounded_intervals
from edstats.pages.sections import STATUS_RANK
from edstats.selection import CELL_COLUMNS, ranked, unplaced, without_reprints

# A bound stands before a value only when it is newer by more than this.
BOUND_NEWER_BY = pd.DateOffset(years=2)
# Numbers about an older time than this come after all others.
OLD_AFTER = pd.DateOffset(years=5)
# Of one time the costlier kind of works comes first.
WORKS = ("capital", "reconstruction", "mixed", "current", "")
BOUNDS = ("at_least", "at_most")


def headline_rows(dataset: Dataset, region: str) -> list[pd.Series]:
    """Measures and observations of a region in its present borders that readers look for first, in order.

    The codebook's column ``headline`` says which and in what order; plans come after facts, what is old
    later still, and plans whose time has passed last. A measure has the entry ``measure``, an observation has not.
    """
    old = pd.Timestamp(dataset.as_of) - OLD_AFTER
    found = []
    for table, choose in (("measures", _measure), ("indicators", _observation)):
        codes = read_table(table).set_index(table.removesuffix("s"))["headline"]
        for code, rank in codes[codes != ""].astype("int").items():
            row = choose(dataset, region, str(code))
            if row is not None:
                ahead = str(row["status"]) != "actual"
                overdue = ahead and row["period_end"] < pd.Timestamp(dataset.as_of)
                found.append(((overdue, row["period_end"] < old, ahead, rank), row))
    return [row for _, row in sorted(found, key=lambda entry: entry[0])]


def _measure(dataset: Dataset, region: str, measure: str) -> pd.Series | None:
    rows = dataset.measures[(dataset.measures["region"] == region) & (dataset.measures["measure"] == measure)]
    own = read_table("measures").set_index("measure").at[measure, "numerator_groups"]
    rows = _rather(rows, lambda found: found["group"] == "") if own == "*" else rows[rows["group"].isin(["", own])]
    if rows.empty:
        return None
    return best_measure(newest_measures(rows, dataset.observations, dataset.sources, ["works", "counted"]))


def best_measure(rows: pd.DataFrame) -> pd.Series | None:
    """Of one measure's ``newest_measures``: a fact before a plan, schools before facilities, then the newest."""
    rows = _rather(rows[rows["use"] == "shown"], lambda found: found["ahead"] == "done")
    rows = _rather(rows, lambda found: found["counted"] != "facility")
    if rows.empty:
        return None
    rows = rows.assign(works_rank=rows["works"].astype("str").map(WORKS.index))
    return rows.sort_values(["period_end", "works_rank"], ascending=[False, True], kind="stable").iloc[0]


def _observation(dataset: Dataset, region: str, indicator: str) -> pd.Series | None:
    rows = dataset.observations
    rows = rows[(rows["region"] == region) & (rows["territory"] == region) & (rows["indicator"] == indicator)]
    rows = rows[rows["place"] == ""]
    reported = (rows["status"] == "actual").any()
    rows = rows[(rows["group"] == "") & (rows["share_of"] == "") & ~unplaced(rows)]
    whole = rows[rows["programme"] == ""]
    if reported:
        # Of what is done a programme may stand for the whole that nobody reports; a plan beside it may not.
        rows = rows if whole.empty else whole
        rows = rows[rows["status"] == "actual"]
    else:
        ranks = whole["status"].astype("str").map(STATUS_RANK)
        rows = whole[ranks == ranks.min()]
    rows = _rather(rows, lambda found: found["counted"] != "facility")
    rows = _rather(rows, lambda found: found["unit"] == _unit(indicator))
    if rows.empty:
        return None
    rows = ranked(without_reprints(rows, dataset.sources), dataset.sources)
    # Of several numbers of one time the largest holds the others.
    of_newest = rows[rows["period"] == rows["period"].iloc[0]].drop_duplicates("programme")
    if len(of_newest) > 1:
        return of_newest.sort_values("value", kind="stable").iloc[-1]
    bounds = rows["qualifier"].isin(BOUNDS)
    values = rows[~bounds]
    newer = values.empty or rows["period_end"].iloc[0] > values["period_end"].iloc[0] + BOUND_NEWER_BY
    return rows.iloc[0] if newer else values.iloc[0]


def _unit(indicator: str) -> str:
    """The unit that the codebook names first for the indicator."""
    return str(read_table("indicators").set_index("indicator").at[indicator, "units"]).split()[0]


def _rather(rows: pd.DataFrame, wanted: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The rows that are wanted, or all where none is."""
    mask = wanted(rows)
    return rows[mask] if mask.any() else rows


def differing(dataset: Dataset, row: pd.Series) -> pd.DataFrame:
    """What other sources print for the same thing and time as an observation, where it is not the same number."""
    rows = without_reprints(dataset.observations, dataset.sources)
    for column in CELL_COLUMNS:
        rows = rows[rows[column].astype("str") == str(row[column])]
    rows = rows[rows["source"].astype("str") != str(row["source"])]
    own = rounded_intervals(dataset.observations[dataset.observations["figure_id"] == row["figure_id"]])
    others = rounded_intervals(rows)
    apart = (others.low > own.high[0]) | (others.high < own.low[0])
    return rows[apart]
