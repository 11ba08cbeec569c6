"""Which numbers a region's page shows first: the whole rather than a part, a fact rather than a plan, the newest."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from edstats.intervals import rounded_intervals
from edstats.lookups import entries_of
from edstats.pages.ranking import Ranking, first_of_each
from edstats.pages.sections import STATUS_RANK
from edstats.teller import Teller
from edstats.wording import Record

# A bound stands before a value only when it is newer by more than this.
BOUND_NEWER_BY = pd.DateOffset(years=2)
# Numbers about an older time than this come after all others.
OLD_AFTER = pd.DateOffset(years=5)
# Of one time the costlier kind of works comes first.
WORKS = ("capital", "reconstruction", "mixed", "current", "")
BOUNDS = ("at_least", "at_most")


def headline_rows(ranking: Ranking, region: str) -> list[Record]:
    """Measures and observations of a region in its present borders that readers look for first, in order.

    The codebook's column ``headline`` says which and in what order; plans come after facts, what is old
    later still, and plans whose time has passed last. A measure has the entry ``measure``, an observation has not.
    """
    rows = ranking.dataset.observations
    facts = (rows["region"] == region) & (rows["territory"] == region) & (rows["place"] == "")
    reported = set(rows.loc[facts & (rows["status"] == "actual"), "indicator"])
    observations = ranking.first_hand[ranking.first_hand["region"] == region].to_dict("records")
    measures = [row for row in ranking.measure_records if row["region"] == region]
    found = []
    for code, rule in _headlined("measures", "measure"):
        own = [row for row in measures if row["measure"] == code]
        found.append((int(rule["headline"]), _measure(own, rule["numerator_groups"])))
    for code, entry in _headlined("indicators", "indicator"):
        own = [row for row in observations if row["indicator"] == code]
        found.append((int(entry["headline"]), _observation(own, code in reported, entry["units"].split()[0])))
    chosen = [(_order(row, rank, pd.Timestamp(ranking.dataset.as_of)), row) for rank, row in found if row is not None]
    return [row for _, row in sorted(chosen, key=lambda entry: entry[0])]


def _headlined(table: str, key: str) -> list[tuple[str, Mapping[str, str]]]:
    """The codes that the codebook puts among the headlines, with their entries."""
    return [(code, entry) for code, entry in entries_of(table, key).items() if entry["headline"]]


def _order(row: Record, rank: int, today: pd.Timestamp) -> tuple[bool, bool, bool, int]:
    """Where a row stands among the headlines."""
    ahead = row["status"] != "actual"
    return (ahead and row["period_end"] < today, row["period_end"] < today - OLD_AFTER, ahead, rank)


def _measure(rows: Sequence[Record], groups: str) -> Record | None:
    """Of one measure's rows in order of preference the one to show; ``groups`` as in the codebook."""
    if groups == "*":
        rows = _rather(rows, lambda row: row["group"] == "")
    else:
        rows = [row for row in rows if row["group"] in ("", groups)]
    return best_measure(first_of_each(rows, ["ahead", "works", "counted"]))


def best_measure(shown: Sequence[Record]) -> Record | None:
    """Of what one measure shows of a region: a fact before a plan, schools before facilities, then the newest."""
    shown = _rather(shown, lambda row: row["ahead"] == "done")
    shown = _rather(shown, lambda row: row["counted"] != "facility")
    return min(shown, key=lambda row: (-row["period_end"].toordinal(), WORKS.index(row["works"])), default=None)


def _observation(rows: Sequence[Record], reported: bool, unit: str) -> Record | None:
    """Of one indicator's rows in order of preference the one to show.

    ``reported``: some number of it is a fact; ``unit``: that which the codebook names first for the indicator.
    """
    rows = [row for row in rows if row["group"] == "" and row["share_of"] == ""]
    whole = [row for row in rows if row["programme"] == ""]
    if reported:
        # Of what is done a programme may stand for the whole that nobody reports; a plan beside it may not.
        rows = [row for row in whole or rows if row["status"] == "actual"]
    else:
        first = min((STATUS_RANK[row["status"]] for row in whole), default=None)
        rows = [row for row in whole if STATUS_RANK[row["status"]] == first]
    rows = _rather(rows, lambda row: row["counted"] != "facility")
    rows = _rather(rows, lambda row: row["unit"] == unit)
    if not rows:
        return None
    # Of several numbers of one time the largest holds the others.
    of_newest = first_of_each((row for row in rows if row["period"] == rows[0]["period"]), ["programme"])
    if len(of_newest) > 1:
        return sorted(of_newest, key=lambda row: float(row["value"]))[-1]
    values = [row for row in rows if row["qualifier"] not in BOUNDS]
    newer = not values or rows[0]["period_end"] > values[0]["period_end"] + BOUND_NEWER_BY
    return rows[0] if newer else values[0]


def _rather(rows: Sequence[Record], wanted: Callable[[Record], bool]) -> Sequence[Record]:
    """The rows that are wanted, or all where none is."""
    return [row for row in rows if wanted(row)] or rows


def differing(ranking: Ranking, teller: Teller, row: Record) -> list[Record]:
    """What other sources print for the same thing and time as an observation, where it is not the same number."""
    others = [figure for figure in teller.also_reported(row) if figure not in ranking.reprints]
    if not others:
        return []
    rows = ranking.dataset.observations
    own = rounded_intervals(rows[rows["figure_id"] == row["figure_id"]])
    beside = rounded_intervals(rows[rows["figure_id"].isin(others)])
    apart = (beside.low > own.high[0]) | (beside.high < own.low[0])
    return [teller.observation(figure) for figure, is_apart in zip(others, apart, strict=True) if is_apart]
