"""How a region's number stands to those of the other regions: only like beside like, with the years of the numbers."""

import pandas as pd

from edstats.codebook import read_table
from edstats.comparisons import newest_measures, newest_observations
from edstats.pages.sections import years_of
from edstats.teller import Teller
from edstats.wording import Plural

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


def others_like(teller: Teller, row: pd.Series) -> pd.DataFrame:
    """The newest numbers of the other regions that can be set beside ``row``: facts of one kind and one unit.

    ``row`` is a measure (with ``measure``) or an observation, and a fact. Programmes without a name only tie rows of
    one source together and make no kind; schools are meant where a source does not say what it counts. What is
    observed to be done within more than a year is left out.
    """
    dataset = teller.dataset
    if "measure" in row:
        rows = dataset.measures[dataset.measures["measure"] == row["measure"]]
        kind = MEASURE_KIND
        newest = newest_measures(rows, dataset.observations, dataset.sources, kind)
    else:
        rows = dataset.observations[dataset.observations["indicator"] == row["indicator"]]
        kind = OBSERVATION_KIND
        newest = newest_observations(rows, dataset.sources, kind)
    newest = newest[(newest["use"] == "shown") & (newest["status"] == "actual")]
    newest = newest[~newest["region"].isin([str(row["region"]), "KZ"])]
    for column in kind:
        own = _kind(column, str(row[column]))
        newest = newest[newest[column].astype("str").map(lambda code, column=column: _kind(column, code)) == own]
    if "measure" not in row and is_flow(str(row["indicator"])):
        newest = newest[(newest["period_end"] - newest["period_start"]).dt.days <= ONE_YEAR]
    newest = newest.sort_values(["period_end", "period_start"], ascending=False, kind="stable")
    return newest.drop_duplicates("region")


def _kind(column: str, code: str) -> str:
    """What a code says of the kind of a number."""
    if column == "programme":
        return code if code in set(read_table("programmes")["programme"]) else ""
    return "" if column == "counted" and code == "school" else code


def is_flow(indicator: str) -> bool:
    """Whether the codebook knows the indicator as something that is done within a time."""
    rows = read_table("indicators")
    return bool((rows.loc[rows["indicator"] == indicator, "kind"] == "flow").all())


def standing(teller: Teller, row: pd.Series) -> str:
    """How the number stands to those of the other regions, as a sentence; how many report it where that is open.

    A bound counts as higher or lower where it is so for every value it allows. A plan stands beside nothing.
    """
    wording = teller.wording
    if str(row["status"]) != "actual":
        return ""
    others = others_like(teller, row)
    if others.empty:
        return wording.text("No number of another region can be set beside it.")
    count, years = len(others), years_of(others)
    qualifier, value = others["qualifier"].astype("str"), others["value"]
    top = others["value_high"].fillna(value)
    lower = int(((top < row["value"]) & (qualifier != "at_least")).sum())
    higher = int(((value >= row["value"]) & (qualifier != "at_most")).sum())
    bound = str(row["qualifier"]) not in ("exact", "about")
    long = "measure" not in row and is_flow(str(row["indicator"])) and _days(row) > ONE_YEAR
    if bound or long or not (lower or higher == count):
        return wording.plural(*REPORTED, count, years=years)
    if lower == count or not lower:
        return wording.plural(*(HIGHEST if lower else LOWEST), count, years=years)
    return wording.plural(*HIGHER, count, years=years, part=wording.number(lower, 0))


def _days(row: pd.Series) -> int:
    return int((row["period_end"] - row["period_start"]).days)
