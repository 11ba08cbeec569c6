"""Observations become measures: shares, ratios, differences, by the rows of ``codebook/measures.csv``.

A row names numerator and denominator, which groups, statuses, periods, programmes and works may meet, and whether two
sources may; ``codebook/rules.csv`` says what each word means. A pair is made only within one territory. Where the rules
leave several denominators that differ, nothing is computed and ``ambiguous_pairs`` says so.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from edstats.codebook import read_table
from edstats.columns import typed
from edstats.intervals import Intervals, described, printed_intervals, rounded_intervals
from edstats.selection import ranked, unplaced, without_reprints

# "near": the starts and the ends of two periods lie at most this many days apart, so that the count of one school
# year can stand beside the count of the next.
NEAR_DAYS = 366

Rule = Mapping[Hashable, str]  # a row of codebook/measures.csv; to pandas a column's name can be any hashable


@dataclass(frozen=True)
class Measures:
    """``table`` as in the codebook's ``columns``; ``ambiguous``: measure, numerator and candidates (figure_ids)."""

    table: pd.DataFrame
    ambiguous: pd.DataFrame


def compute_measures(observations: pd.DataFrame, sources: pd.DataFrame) -> Measures:
    """All measures that the observations allow.

    Rows about a place inside a region enter none, nor do those that nothing places in time.
    """
    usable = ranked(without_reprints(observations[observations["place"] == ""], sources), sources)
    usable = usable.astype(dict.fromkeys(usable.select_dtypes("category"), "str"))
    usable = usable[~unplaced(usable)]
    tables, ambiguous = [], []
    for rule in read_table("measures").to_dict("records"):
        numerators = _candidates(usable, rule, "numerator")
        if rule["formula"] == "per_year":
            tables.append(_per_year(numerators, rule))
            continue
        pairs = _pairs(numerators, _candidates(usable, rule, "denominator"), rule)
        pairs, unclear = _one_denominator(pairs)
        tables.append(_quotients(pairs, rule))
        tables.append(_printed_shares(usable, rule))
        ambiguous.append(unclear.assign(measure=rule["measure"]))
    table = pd.concat(tables, ignore_index=True).sort_values(["measure", "region", "numerator"], kind="stable")
    return Measures(typed(table, "measures"), pd.concat(ambiguous, ignore_index=True))


def _candidates(observations: pd.DataFrame, rule: Rule, side: str) -> pd.DataFrame:
    """Observations that may stand on one side of the rule, best group first (``group_rank``)."""
    groups, statuses, units = (rule[f"{side}_{column}"].split() for column in ("groups", "status", "units"))
    rows = observations[observations["indicator"] == rule[side]]
    # A printed share has another unit than the count of the same indicator, and is no part of a quotient.
    rows = rows[rows["share_of"] == ""]
    if groups not in (["*"], ["="]):
        names = ["" if group == "-" else group for group in groups]
        rows = rows[rows["group"].isin(names)].assign(group_rank=lambda kept: kept["group"].map(names.index))
    if statuses not in (["*"], ["same"]):
        rows = rows[rows["status"].isin(statuses)]
    if units:
        rows = rows[rows["unit"].isin(units)]
    return rows if "group_rank" in rows else rows.assign(group_rank=0)


def _pairs(numerators: pd.DataFrame, denominators: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Every pair that the rule allows; columns of the denominator end in ``_d``. Order of preference is kept."""
    whole_country = rule["denominator_region"] == "country"
    if whole_country:
        numerators = numerators[numerators["region"] != "KZ"]
        denominators = denominators[denominators["region"] == "KZ"]
    numerators = numerators.assign(area="KZ" if whole_country else numerators["territory"])
    right = denominators.add_suffix("_d").assign(area=denominators["territory"].to_numpy())
    pairs = numerators.merge(right, on="area")
    pairs = pairs[pairs["figure_id"] != pairs["figure_id_d"]]
    for allowed in MEETINGS:
        pairs = pairs[allowed(pairs, rule)]
    return pairs


def _counted_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    """Education facilities are no part of schools; money and places may be divided by either."""
    same = (pairs["counted"] == "facility") == (pairs["counted_d"] == "facility")
    return pd.Series(True, pairs.index) if rule["formula"] in ("ratio", "sum") else same


def _groups_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    same = pairs["group"] == pairs["group_d"]
    return same if rule["denominator_groups"] == "=" else pd.Series(True, pairs.index)


def _statuses_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    same = pairs["status"] == pairs["status_d"]
    return same if rule["denominator_status"] == "same" else pd.Series(True, pairs.index)


def _periods_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    ends = (pairs["period_end"] - pairs["period_end_d"]).abs().dt.days
    starts = (pairs["period_start"] - pairs["period_start_d"]).abs().dt.days
    meets = {
        # A year that a source prints and the year that stands for none are not known to be the same.
        "same": (pairs["period"] == pairs["period_d"]) & (pairs["period_basis"] == pairs["period_basis_d"]),
        "overlap": (pairs["period_start"] <= pairs["period_end_d"]) & (pairs["period_start_d"] <= pairs["period_end"]),
        "near": ends.clip(lower=starts) <= NEAR_DAYS,
        "earlier": pairs["period_end"] < pairs["period_end_d"],
        "any": pd.Series(True, pairs.index),
    }
    return meets[rule["periods"]]


def _programmes_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    same, named = pairs["programme"] == pairs["programme_d"], pairs["programme"] != ""
    meets = {
        "same": same,
        "tied": same & named,
        "none": same & ~named,
        "part": named & (pairs["programme_d"] == ""),
        "any": pd.Series(True, pairs.index),
    }
    return meets[rule["programmes"]]


def _works_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    same = pairs["works"] == pairs["works_d"]
    return same if rule["works"] == "same" else pd.Series(True, pairs.index)


def _sources_meet(pairs: pd.DataFrame, rule: Rule) -> pd.Series:
    same = pairs["source"] == pairs["source_d"]
    if rule["sources"] == "same":
        return same
    # Two sources meet only for a numerator that finds no denominator in its own.
    served = set(pairs.loc[same, "figure_id"])
    return same | ~pairs["figure_id"].isin(served)


# What numerator and denominator must have in common; two sources meet last, among what is left.
MEETINGS = (
    *(_counted_meet, _groups_meet, _statuses_meet, _periods_meet, _programmes_meet, _works_meet),
    _sources_meet,
)


def _one_denominator(pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The best denominator of each numerator; numerators whose best ones differ in value are set apart.

    Best: the group named first in the rule, then the period nearest in time. Among denominators of other sources the
    order of preference decides; denominators of one source that are equally near cannot be told apart.
    """
    distance = (pairs["period_end"] - pairs["period_end_d"]).abs()
    order = pairs.assign(distance=distance).sort_values(["group_rank_d", "distance"], kind="stable")
    keys = ["figure_id", "group_rank_d", "distance"]
    first = order.drop_duplicates("figure_id")
    level = order.merge(first[[*keys, "source_d"]], on=[*keys, "source_d"])
    level = level[level.groupby("figure_id")["value_d"].transform("nunique") > 1]
    unclear = level.groupby("figure_id")["figure_id_d"].agg(" ".join).rename("candidates").reset_index()
    clear = first[~first["figure_id"].isin(unclear["figure_id"])]
    return clear, unclear.rename(columns={"figure_id": "numerator"})


def _quotients(pairs: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    right = pairs.filter(regex="_d$").rename(columns=lambda name: name.removesuffix("_d"))
    printed = _formula(rule["formula"], printed_intervals(pairs), printed_intervals(right))
    rounded = _formula(rule["formula"], rounded_intervals(pairs), rounded_intervals(right))
    apart = (pairs["period_start"] > pairs["period_end_d"]) | (pairs["period_start_d"] > pairs["period_end"])
    pairing = np.where(
        pairs["source"] != pairs["source_d"],
        "two sources",
        np.where(apart, "two dates", "one source"),
    )
    table = _measured(pairs, rule, printed, rounded)
    return table.assign(
        # One side of facilities makes it a matter of facilities.
        counted=np.where(
            pairs["counted_d"].isin(["facility"]) | (pairs["counted"] == ""), pairs["counted_d"], pairs["counted"]
        ),
        denominator=pairs["figure_id_d"].to_numpy(),
        published_latest=pairs[["published_latest", "published_latest_d"]].max(axis=1).to_numpy(),
        pairing=pairing,
    ).dropna(subset="value")


def _formula(formula: str, left: Intervals, right: Intervals) -> Intervals:
    match formula:
        case "ratio":
            return left / right
        case "share":
            return left / right * 100
        case "difference":
            return left - right
        case "difference_share":
            part = right / left * 100
            return Intervals(100 - part.high, 100 - part.low, part.about)
        case "sum":
            return left + right
    raise ValueError(f"codebook/measures.csv: no formula '{formula}'")


def _printed_shares(observations: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Shares that sources print: they stand beside the computed ones, and alone where a count is missing."""
    if rule["formula"] != "share" or rule["unit"] != "percent":
        return pd.DataFrame()
    rows = observations[observations["indicator"] == rule["numerator"]]
    rows = rows[(rows["share_of"] == rule["denominator"]) & (rows["unit"] == "percent")]
    groups = ["" if group == "-" else group for group in rule["numerator_groups"].split()]
    rows = rows if groups == ["*"] else rows[rows["group"].isin(groups)]
    table = _measured(rows, rule, printed_intervals(rows), rounded_intervals(rows))
    return table.assign(denominator="", pairing="as printed").dropna(subset="value")


def _per_year(rows: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """A number of several years spread evenly over them; a single year or a date says nothing new."""
    years = rows["period_end"].dt.year - rows["period_start"].dt.year + 1
    whole = rows["period"].str.fullmatch(r"\d{4}/\d{4}") & (rows["period_basis"] != "published") & (years > 1)
    rows, years = rows[whole], years[whole].to_numpy("float64")
    printed, rounded = printed_intervals(rows), rounded_intervals(rows)
    printed = Intervals(printed.low / years, printed.high / years, printed.about)
    rounded = Intervals(rounded.low / years, rounded.high / years, rounded.about)
    return _measured(rows, rule, printed, rounded).assign(denominator="", pairing="one figure").dropna(subset="value")


def _measured(rows: pd.DataFrame, rule: Rule, printed: Intervals, rounded: Intervals) -> pd.DataFrame:
    """What measures share, computed or not: whose they are, when, and what the printed numbers allow."""
    kept = ["region", "territory", "group", "works", "counted", "programme", "status"]
    table = rows[[*kept, "period", "period_start", "period_end", "published_latest"]].reset_index(drop=True)
    return table.assign(
        measure=rule["measure"],
        unit=rule["unit"],
        numerator=rows["figure_id"].to_numpy(),
        rounding_low=np.where(np.isfinite(rounded.low), rounded.low, np.nan),
        rounding_high=np.where(np.isfinite(rounded.high), rounded.high, np.nan),
        **described(printed),
    )
