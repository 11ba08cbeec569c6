"""Observations and measures become findings: contradictions and doubts that readers must know.

Contradictions are the sources', not ours: they are shown and stop nothing. Each kind of finding has a stable code in
``codebook/codes.csv`` with its severity and its sentence; a check here gives the parts of the sentence.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

import pandas as pd

from edstats.codebook import read_table
from edstats.columns import typed
from edstats.intervals import Intervals, described, printed_intervals, rounded_intervals
from edstats.measures import Measures
from edstats.selection import SERIES_COLUMNS, ranked, unplaced, without_reprints
from edstats.wording import Wording, message

# A plan that nobody gives a time to is not called overdue before.
UNTIMED_PLANS_LAST = pd.DateOffset(years=3)
# Values that no source places in time are about one time when their dates of publication lie at most so far apart.
ONE_TIME = pd.Timedelta(days=31)


@dataclass(frozen=True)
class Evidence:
    """What the checks look at.

    ``everything`` are the observations with plain strings and ``figure_id`` as index, ``observations`` those of whole
    regions: figures of a place inside a region are compared with those of the same place at most.
    """

    everything: pd.DataFrame
    observations: pd.DataFrame
    sources: pd.DataFrame
    doubts: pd.DataFrame
    measures: Measures
    as_of: date
    wording: Wording

    def row(self, figure_id: str) -> pd.Series:
        """The observation: one row, since ``edstats.raw`` refuses a figure that stands twice."""
        return cast("pd.Series", self.everything.loc[figure_id])

    def shown(self, figure_id: str) -> str:
        """The figure's value in words."""
        return self.wording.value(self.row(figure_id))

    def dated(self, row: pd.Series) -> str:
        """The figure's value with its source's publisher and date, in words."""
        source = self.sources[self.sources["source"] == row["source"]].iloc[0]
        publisher = self.wording.note(source["publisher"])
        return f"{self.shown(row['figure_id'])} ({publisher}, {self.wording.published(source)})"

    def number(self, row: pd.Series) -> str:
        """The value without its unit, with its qualifier."""
        return self.wording.value(row, with_unit=False)

    def percent(self, part: pd.Series, whole: pd.Series) -> str:
        """What percentage the part is of the whole, in words; empty where the two bound it on neither side."""
        quotient = printed_intervals(part.to_frame().T) / printed_intervals(whole.to_frame().T) * 100
        shown = described(quotient).assign(unit="percent").iloc[0]
        return "" if pd.isna(shown["value"]) else self.wording.value(shown, 1)

    def names(self, row: pd.Series) -> dict[str, str]:
        """Indicator (with its group and place) and period of an observation, in words."""
        name = self.wording.name("indicators", row["indicator"])
        if row["group"]:
            name += f", {self.wording.name('groups', row['group'])}"
        if row["place"]:
            name += f", {self.wording.note(row['place'])}"
        return {"indicator_name": name, "period": self.wording.period(row)}


@dataclass(frozen=True)
class Finding:
    """One finding before it is a row: its code, region, the figures that it is about and the parts of its sentence."""

    code: str
    region: str
    figures: tuple[str, ...]
    parts: dict[str, str]


def find(
    observations: pd.DataFrame,
    sources: pd.DataFrame,
    doubts: pd.DataFrame,
    measures: Measures,
    as_of: date,
    wording: Wording,
) -> pd.DataFrame:
    """The table ``findings`` (codebook ``columns``), its messages in the language of ``wording``."""
    plain = observations.astype(dict.fromkeys(observations.select_dtypes("category"), "str"))
    plain = plain.set_index("figure_id", drop=False).rename_axis(None)
    evidence = Evidence(plain, plain[plain["place"] == ""], sources, doubts, measures, as_of, wording)
    codes = read_table("codes").set_index("code")
    severities, templates = codes["severity"].to_dict(), codes["template"].to_dict()
    rows = [
        {
            "code": finding.code,
            "severity": severities[finding.code],
            "region": finding.region,
            "figures": " ".join(finding.figures),
            "message": wording.text(templates[finding.code], **finding.parts),
            "details": json.dumps(finding.parts, ensure_ascii=False, sort_keys=True),
        }
        for check in CHECKS
        for finding in check(evidence)
    ]
    columns = ["code", "severity", "region", "figures", "message", "details"]
    return typed(
        pd.DataFrame(rows, columns=columns).sort_values(["code", "region", "figures"], kind="stable"), "findings"
    )


# --- shares ----------------------------------------------------------------------------------------------------------


def printed_shares(evidence: Evidence) -> Iterator[Finding]:
    """EDS-101, EDS-102: a printed share beside the counts of its own source."""
    rows = evidence.observations
    shares = rows[(rows["share_of"] != "") & (rows["share_of"] != rows["indicator"]) & (rows["unit"] == "percent")]
    for share in shares.to_dict("records"):
        same = rows[(rows["source"] == share["source"]) & (rows["territory"] == share["territory"])]
        same = same[(same["status"] == share["status"]) & (same["period"] == share["period"])]
        same = same[same["share_of"] == ""]
        counts = same[(same["indicator"] == share["indicator"]) & (same["group"] == share["group"])]
        wholes = same[(same["indicator"] == share["share_of"]) & (same["group"] == "")]
        if len(counts) != 1 or len(wholes) != 1:
            continue
        count, whole = counts.iloc[0], wholes.iloc[0]
        allowed = _percent_of(count, whole)
        parts = {
            "printed": evidence.shown(share["figure_id"]),
            "count": evidence.number(count),
            "whole": evidence.number(whole),
            "whole_name": evidence.wording.name("indicators", whole["indicator"]),
        }
        figures = (share["figure_id"], count["figure_id"], whole["figure_id"])
        printed = rounded_intervals(rows.loc[[share["figure_id"]]])
        shown = evidence.percent(count, whole)
        if not shown:  # of no schools, or of a bound that leaves the share open
            continue
        if printed.high[0] < allowed.low[0] or allowed.high[0] < printed.low[0]:
            yield Finding("EDS-101", share["region"], figures, parts | {"computed": shown})
            continue
        for other in _other_wholes(same, share["indicator"], share["share_of"]):
            other_share = evidence.percent(count, other)
            if other_share and other["value"] != whole["value"]:
                more = {
                    "other": evidence.number(other),
                    "other_name": evidence.wording.name("indicators", other["indicator"]),
                    "other_share": other_share,
                }
                yield Finding("EDS-102", share["region"], (*figures, other["figure_id"]), parts | more)


def _percent_of(part: pd.Series, whole: pd.Series) -> Intervals:
    """The percentages that two printed counts allow."""
    return rounded_intervals(part.to_frame().T) / rounded_intervals(whole.to_frame().T) * 100


def _other_wholes(rows: pd.DataFrame, indicator: str, share_of: str) -> Iterator[pd.Series]:
    """Counts of the same source that the codebook knows as another whole of the indicator."""
    rules = read_table("measures").query("formula == 'share' and numerator == @indicator and denominator != @share_of")
    others = rows[rows["indicator"].isin(rules["denominator"]) & (rows["group"] == "")]
    yield from (row for _, row in others.iterrows())


def parts_larger_than_whole(evidence: Evidence) -> Iterator[Finding]:
    """EDS-109: more schools with a quality than schools."""
    table = evidence.measures.table
    shares = read_table("measures").query("formula == 'share'")["measure"]
    for row in table[table["measure"].isin(shares) & (table["rounding_low"] > 100)].to_dict("records"):
        part, whole = evidence.row(row["numerator"]), evidence.row(row["denominator"])
        if part["unit"] != whole["unit"] or part["status"] != whole["status"]:
            continue
        parts = {
            "part": evidence.shown(row["numerator"]),
            "part_name": evidence.names(part)["indicator_name"],
            "whole": evidence.shown(row["denominator"]),
            "whole_name": evidence.names(whole)["indicator_name"],
        }
        yield Finding("EDS-109", row["region"], (row["numerator"], row["denominator"]), parts)


def overlapping_programmes(evidence: Evidence) -> Iterator[Finding]:
    """EDS-103: programmes of one source that add up to more schools than the group has."""
    rows, groups = evidence.observations, read_table("groups").query("population != ''")
    for group in groups.to_dict("records"):
        family = [group["group"], *groups.loc[groups["within"] == group["group"], "group"]]
        of_group = rows[rows["group"].isin(family) & (rows["programme"] != "") & (rows["unit"] == "school")]
        for keys, counts in of_group.groupby(["source", "territory", "indicator", "status"]):
            populations = rows[(rows["source"] == keys[0]) & (rows["indicator"] == group["population"])]
            populations = populations[(populations["share_of"] == "") & (populations["territory"] == keys[1])]
            if counts["programme"].nunique() < 2 or len(populations) != 1:
                continue
            population = populations.iloc[0]
            least = rounded_intervals(counts).low.sum()
            if least <= rounded_intervals(populations).high[0]:
                continue
            parts = {
                "parts": " + ".join(evidence.number(row) for _, row in counts.iterrows()),
                "total": evidence.wording.quantity(least, "school", 0),
                "population": evidence.number(population),
                "population_name": evidence.wording.name("indicators", population["indicator"]),
            }
            yield Finding("EDS-103", population["region"], (*counts["figure_id"], population["figure_id"]), parts)


# --- changes, targets, plans -----------------------------------------------------------------------------------------


def changes_and_levels(evidence: Evidence) -> Iterator[Finding]:
    """EDS-104, EDS-105: a printed change beside the two levels that it lies between."""
    rows = evidence.observations
    changes = read_table("indicators").query("change_of != ''")
    level_of = dict(zip(changes["indicator"], changes["change_of"], strict=True))
    directions = {
        name: 1 if way == "up" else -1 for name, way in zip(changes["indicator"], changes["way"], strict=True)
    }
    for change in rows[rows["indicator"].isin(level_of)].to_dict("records"):
        levels = rows[(rows["indicator"] == level_of[change["indicator"]]) & (rows["status"] == "actual")]
        levels = levels[(levels["source"] == change["source"]) & (levels["territory"] == change["territory"])]
        levels = levels[(levels["programme"] == change["programme"]) & (levels["group"] == change["group"])]
        if len(levels) != 2:
            continue
        earlier, later = (row for _, row in levels.sort_values("period_end").iterrows())
        parts = {
            "printed": change["as_printed"],
            "earlier": evidence.shown(earlier["figure_id"]),
            "later": evidence.shown(later["figure_id"]),
        }
        figures = (change["figure_id"], earlier["figure_id"], later["figure_id"])
        sign = directions[change["indicator"]]
        apart = sign * (later["value"] - earlier["value"])
        levels = rounded_intervals(later.to_frame().T) - rounded_intervals(earlier.to_frame().T)
        allowed = (sign * levels.low[0], sign * levels.high[0])
        printed = rounded_intervals(rows.loc[[change["figure_id"]]])
        if printed.high[0] < min(allowed) or max(allowed) < printed.low[0]:
            shown = evidence.wording.quantity(abs(apart), change["unit"], 1)
            yield Finding("EDS-104", change["region"], figures, parts | {"computed": shown})
        elif change["unit"] == "percentage_point" and "%" in change["as_printed"] and _lies_in(apart, printed):
            wrong = earlier["value"] * (1 + sign * change["value"] / 100)
            shown = evidence.wording.quantity(wrong, later["unit"], 1)
            yield Finding("EDS-105", change["region"], figures, parts | {"wrong": shown})


def _lies_in(value: float, interval: Intervals) -> bool:
    """Whether one interval holds the value, but for what adding decimals leaves."""
    return bool(interval.low[0] - 1e-9 <= value <= interval.high[0] + 1e-9)


def targets_without_level(evidence: Evidence) -> Iterator[Finding]:
    """EDS-106: a target for which the region reports no level."""
    rows = evidence.observations
    levels = set(map(tuple, rows.loc[rows["status"] == "actual", ["territory", "indicator", "group"]].to_numpy()))
    for _, target in rows[rows["status"] == "target"].iterrows():
        if (target["territory"], target["indicator"], target["group"]) not in levels:
            parts = {"printed": evidence.shown(target["figure_id"]), **evidence.names(target)}
            yield Finding("EDS-106", target["region"], (target["figure_id"],), parts)


def plans_past(evidence: Evidence) -> Iterator[Finding]:
    """EDS-107: a plan whose period has ended by the as-of date, with no later word of what came of it.

    Where nobody gives the plan a time, its source's date stands for it, and three years pass first.
    """
    rows = evidence.everything
    indicators = read_table("indicators")
    # What a stock was expected to be is a forecast, with no outcome of its own.
    planned = indicators.loc[indicators["kind"] != "stock", "indicator"]
    as_of, timeless = pd.Timestamp(evidence.as_of), rows["period_basis"] == "published"
    passed = rows["period_end"] < pd.Series(as_of, rows.index).mask(timeless, as_of - UNTIMED_PLANS_LAST)
    plans = rows[rows["status"].isin(["planned", "target"]) & passed]
    thing = ["territory", "place", "indicator"]
    done = dict(list(rows[rows["status"] == "actual"].groupby(thing)))
    for _, plan in plans[plans["indicator"].isin(planned)].iterrows():
        other = done.get(tuple(plan[thing]), rows.head(0))
        if not _outcomes(plan, other).empty:
            continue
        parts = {"printed": evidence.shown(plan["figure_id"]), **evidence.names(plan), "reported": ""}
        other = other[(other["period_start"] <= plan["period_end"]) & (other["period_end"] >= plan["period_start"])]
        if not other.empty:
            numbers = "; ".join(evidence.shown(figure_id) for figure_id in other["figure_id"])
            parts["reported"] = " " + evidence.wording.text("Reported of about that time: {numbers}.", numbers=numbers)
        if plan["period_basis"] == "published":
            template = message("{period} (the date of the source, which prints no time)")
            parts["period"] = evidence.wording.text(template, period=parts["period"])
        yield Finding("EDS-107", plan["region"], (plan["figure_id"],), parts)


def _outcomes(plan: pd.Series, done: pd.DataFrame) -> pd.DataFrame:
    """What is reported as done about the thing that was planned, at the plan's time or later.

    ``done``: what is done of its indicator, in its territory or place.
    """
    reported = done[(done["group"] == plan["group"]) & (done["period_end"] >= plan["period_end"])]
    for column in ("works", "counted"):
        reported = reported[(reported[column] == plan[column]) | (plan[column] == "")]
    return reported[reported["programme"].isin([plan["programme"], ""]) | (plan["programme"] == "")]


# --- several sources, several candidates -----------------------------------------------------------------------------


def differing_sources(evidence: Evidence) -> Iterator[Finding]:
    """EDS-108, EDS-113: sources that print different numbers for one thing at one time, beyond rounding.

    Plans of different dates may differ because the plan changed.
    """
    placed = evidence.observations[~unplaced(evidence.observations)]
    rows = ranked(without_reprints(placed, evidence.sources), evidence.sources)
    for cell in _about_one_time(rows):
        if len(cell) < 2 or cell["source"].nunique() < 2:
            continue
        allowed = rounded_intervals(cell)
        if allowed.low.max() <= allowed.high.min():
            continue
        best = cell.iloc[0]
        ahead = best["status"] != "actual" and cell["published_latest"].nunique() > 1
        parts = {
            "values": "; ".join(evidence.dated(row) for _, row in cell.iterrows()),
            "preferred": evidence.shown(best["figure_id"]),
            **evidence.names(best),
        }
        code = "EDS-113" if ahead else "EDS-108"
        yield Finding(code, best["region"], tuple(cell["figure_id"]), parts)


def _about_one_time(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The values of each series that are about one time, the preferred one first; each value stands in one group.

    A source that does not say the kind of works may mean the one kind that the others name.
    """
    columns = [name for name in SERIES_COLUMNS if name != "works"]
    kinds = rows["works"].replace("", None).groupby([rows[name] for name in columns]).transform("nunique")
    works = rows["works"].where(kinds > 1, "")
    for _, series in rows.groupby([*(rows[name] for name in columns), works], sort=False):
        if len(series) == 1:
            yield series
            continue
        left = series
        while not left.empty:
            first = left.iloc[0]
            starts, ends = (left[end] - first[end] for end in ("period_start", "period_end"))
            near = (starts.abs() <= ONE_TIME) & (ends.abs() <= ONE_TIME)
            dateless = (left["period_basis"] == "published") & (first["period_basis"] == "published")
            together = (left["period"] == first["period"]) | (dateless & near)
            yield left[together]
            left = left[~together]


def ambiguous_pairs(evidence: Evidence) -> Iterator[Finding]:
    """EDS-110: measures left out because several denominators fit equally well."""
    for row in evidence.measures.ambiguous.to_dict("records"):
        candidates = row["candidates"].split()
        parts = {
            "measure_name": evidence.wording.name("measures", row["measure"]),
            "printed": evidence.shown(row["numerator"]),
            "candidates": "; ".join(evidence.shown(figure_id) for figure_id in candidates),
        }
        region = evidence.row(row["numerator"])["region"]
        yield Finding("EDS-110", region, (row["numerator"], *candidates), parts)


# --- words and borders -----------------------------------------------------------------------------------------------


def doubts_of_readers(evidence: Evidence) -> Iterator[Finding]:
    """EDS-111: what a reader could not tell from a source, one finding a region that it concerns."""
    for doubt in evidence.doubts.to_dict("records"):
        figures = tuple(doubt["figures"].split())
        rows = evidence.everything
        rows = rows[rows["figure_id"].isin(figures)] if figures else rows[rows["source"] == doubt["source"]]
        for region, concerned in rows.groupby("region", sort=True):
            named = tuple(concerned["figure_id"]) if figures else ()
            yield Finding("EDS-111", str(region), named, {"doubt": evidence.wording.note(doubt["doubt"])})


def older_territories(evidence: Evidence) -> Iterator[Finding]:
    """EDS-112: figures about an area that has since been divided."""
    rows = evidence.observations
    for _, cell in rows[rows["territory"] != rows["region"]].groupby(["region", "territory", "source"]):
        first = cell.iloc[0]
        name = evidence.wording.name("territories", first["territory"])
        yield Finding("EDS-112", first["region"], tuple(cell["figure_id"]), {"territory_name": name})


CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    *(printed_shares, overlapping_programmes, changes_and_levels, targets_without_level, plans_past),
    *(differing_sources, parts_larger_than_whole, ambiguous_pairs, doubts_of_readers, older_territories),
)
