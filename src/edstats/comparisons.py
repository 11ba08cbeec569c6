"""Which values of a measure or indicator stand for each region beside the others: the newest, with the older behind.

For one region and one kind of thing the newest reference period is shown. Of several values for it a dated one comes
before one of an undated page, one computed from counts of one source before one of two sources, and both before a
printed share; then rule 5 decides. All
others are kept, marked ``older`` or ``other source``.
"""

import pandas as pd

from edstats.selection import in_present_borders, ranked, unplaced

AHEAD = {"actual": "done", "started": "ahead", "planned": "ahead", "target": "ahead"}
PAIRINGS = ("one source", "two dates", "two sources", "one figure", "as printed")


def newest_measures(
    measures: pd.DataFrame, observations: pd.DataFrame, sources: pd.DataFrame, kind: list[str]
) -> pd.DataFrame:
    """Values of one measure for each region in its present borders, the one to show first.

    ``kind`` names the columns that must not be mixed within a region (such as works and counted). Adds the
    columns ``use`` (shown, other source, older), ``ahead`` (done or ahead) and the numerator's ``period_basis`` and
    ``published``.
    """
    rows = measures[in_present_borders(measures)]
    numerators = ranked(observations, sources).reset_index(drop=True)
    place = dict(zip(numerators["figure_id"], range(len(numerators)), strict=True))
    rows = rows.merge(
        observations[["figure_id", "period_basis", "published"]], left_on="numerator", right_on="figure_id"
    ).drop(columns="figure_id")
    undated = (rows["period_basis"] != "printed") & rows["published"].isna()
    order = rows.assign(
        ahead=rows["status"].astype("str").map(AHEAD),
        pairing_rank=rows["pairing"].astype("str").map(PAIRINGS.index),
        figure_rank=rows["numerator"].map(place),
        undated=undated,
        # Of a time between two bounds only the earlier one is sure.
        until=rows["period_end"].mask(undated, rows["period_start"]),
    )
    by = ["until", "period_start", "undated", "pairing_rank", "figure_rank"]
    order = order.sort_values(by, ascending=[False, False, True, True, True], kind="stable")
    return _with_use(order, ["region", "ahead", *kind]).drop(
        columns=["pairing_rank", "figure_rank", "undated", "until"]
    )


def newest_observations(observations: pd.DataFrame, sources: pd.DataFrame, kind: list[str]) -> pd.DataFrame:
    """Observations of one indicator for each region in its present borders, the one to show first.

    Adds the columns ``use`` (shown, other source, older) and ``ahead`` (done or ahead); ``kind`` as in
    `newest_measures`. Places inside a region and what nothing places in time are left out.
    """
    rows = observations[in_present_borders(observations)]
    rows = rows[(rows["place"] == "") & ~unplaced(rows)]
    if rows.empty:
        return rows.assign(use="", ahead="")
    rows = ranked(rows, sources)
    return _with_use(rows.assign(ahead=rows["status"].astype("str").map(AHEAD)), ["region", "ahead", *kind])


def _with_use(rows: pd.DataFrame, series: list[str]) -> pd.DataFrame:
    """``rows`` in order of preference with ``use``: the first of each series is shown."""
    keys = rows[series].astype("str")
    first = ~keys.duplicated()
    newest = rows["period"].astype("str").groupby([keys[name] for name in series]).transform("first")
    use = pd.Series("older", index=rows.index).mask(rows["period"].astype("str") == newest, "other source")
    use = use.mask(first, "shown")
    return rows.assign(use=use)
