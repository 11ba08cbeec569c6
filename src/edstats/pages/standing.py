"""How a region's number stands to those of the other regions: only like beside like, with the years of the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from edstats.lookups import entries_of
from edstats.pages.ranking import Ranking, first_of_each, with_use
from edstats.pages.sections import years_of
from edstats.wording import Plural, Record, Wording, is_missing

ONE_YEAR = 366  # days
MEASURE_KIND = ["works", "counted", "group"]
REPORTED = Plural("{count} other region reports it ({years}).", "{count} other regions report it ({years}).")
HIGHEST = Plural(
    "Higher than in the {count} other region that reports it ({years}).",
    "Higher than in each of the {count} other regions that report it ({years}).",
)
LOWEST = Plural(
    "Not higher than in the {count} other region that reports it ({years}).",
    "Not higher than in any of the {count} other regions that report it ({years}).",
)
HIGHER = Plural(
    "Higher than in {part} of the {count} other region that reports it ({years}).",
    "Higher than in {part} of the {count} other regions that report it ({years}).",
)
OBSERVATION_KIND = ["group", "works", "counted", "share_of", "programme", "unit"]


def is_flow(indicator: str) -> bool:
    """Whether the codebook knows the indicator as something that is done within a time."""
    return entries_of("indicators", "indicator")[indicator]["kind"] == "flow"


@dataclass(frozen=True)
class Standings:
    """Tells how numbers stand to those of the other regions."""

    ranking: Ranking
    wording: Wording

    @cached_property
    def _measures(self) -> dict[tuple[str, ...], list[Record]]:
        return _facts_by_kind(self.ranking.measures, ["measure", *MEASURE_KIND])

    @cached_property
    def _observations(self) -> dict[tuple[str, ...], list[Record]]:
        return _facts_by_kind(self.ranking.observations, ["indicator", *OBSERVATION_KIND])

    def others_like(self, row: Record) -> list[Record]:
        """The newest numbers of the other regions that can be set beside ``row``: facts of one kind and one unit.

        ``row`` is a measure (with ``measure``) or an observation, and a fact. Programmes without a name only tie rows
        of one source together and make no kind; schools are meant where a source does not say what it counts. What is
        observed to be done within more than a year is left out.
        """
        if "measure" in row:
            alike = self._measures.get(_kind(row, ["measure", *MEASURE_KIND]), [])
        else:
            alike = self._observations.get(_kind(row, ["indicator", *OBSERVATION_KIND]), [])
        return first_of_each((fact for fact in alike if fact["region"] not in (row["region"], "KZ")), ["region"])

    def standing(self, row: Record) -> str:
        """How the number stands to those of the other regions, as a sentence; how many report it where that is open.

        A bound counts as higher or lower where it is so for every value it allows. A plan stands beside nothing.
        """
        if row["status"] != "actual":
            return ""
        others = self.others_like(row)
        if not others:
            return self.wording.text("No number of another region can be set beside it.")
        count, years = len(others), years_of(others)
        lower = sum(_top(other) < row["value"] and other["qualifier"] != "at_least" for other in others)
        higher = sum(other["value"] >= row["value"] and other["qualifier"] != "at_most" for other in others)
        bound = row["qualifier"] not in ("exact", "about")
        if bound or _is_long_flow(row) or not (lower or higher == count):
            return self.wording.plural(*REPORTED, count, years=years)
        if lower == count or not lower:
            return self.wording.plural(*(HIGHEST if lower else LOWEST), count, years=years)
        return self.wording.plural(*HIGHER, count, years=years, part=self.wording.number(lower, 0))


def _facts_by_kind(rows: pd.DataFrame, kind: Sequence[str]) -> dict[tuple[str, ...], list[Record]]:
    """The facts that each region shows, by their kind and the newest first; what took years to be done is left out."""
    rows = with_use(rows, kind)
    rows = rows[(rows["use"] == "shown") & (rows["status"] == "actual")]
    rows = rows.sort_values(["period_end", "period_start"], ascending=False, kind="stable")
    facts: dict[tuple[str, ...], list[Record]] = {}
    for row in rows.to_dict("records"):
        if not _is_long_flow(row):
            facts.setdefault(_kind(row, kind), []).append(row)
    return facts


def _kind(row: Record, columns: Sequence[str]) -> tuple[str, ...]:
    """What the codes of a row say of the kind of its number."""
    return tuple(_said(column, row[column]) for column in columns)


def _said(column: str, code: str) -> str:
    if column == "programme":
        return code if code in entries_of("programmes", "programme") else ""
    return "" if column == "counted" and code == "school" else code


def _is_long_flow(row: Record) -> bool:
    """Whether an observation is of something that was done within more than a year."""
    days = (row["period_end"] - row["period_start"]).days
    return "measure" not in row and is_flow(row["indicator"]) and days > ONE_YEAR


def _top(row: Record) -> float:
    """The largest number that a printed one says."""
    return float(row["value"] if is_missing(row["value_high"]) else row["value_high"])
