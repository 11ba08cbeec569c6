"""How a region's number stands to those of the other regions: only like beside like, with the years of the numbers."""

import pandas as pd

from edstats.codebook import read_table
from edstats.comparisons import newest_measures, newest_observations
from edstats.teller import Teller
from edstats.wording import Plural

# Fewer numbers than this are no field to stand in.
FEWEST = 2
ONE_YEAR = 366  # days
MEASURE_KIND = ["works", "counted", "group"]
REPORTED = Plural("{count} other region reports it ({years}).", "{count} other regions report it ({years}).")
HIGHEST = Plural(
    "Higher than in the {count} other region that reports it ({years}).",
    "Higher than in each of the {count} other regions that report it ({years}).",
)
LOWEST = Plural(
    "In no other region is it lower; {count} reports it ({years}).",
    "In no other region is it lower; {count} report it ({years}).",
)
HIGHER = Plural(
    "Higher than in {part} of the {count} other region that reports it ({years}).",
    "Higher than in {part} of the {count} other regions that report it ({years}).",
)
OBSERVATION_KIND = ["group", "works", "counted", "share_of", "programme", "unit"]


def others_like(teller: Teller, row: pd.Series) -> pd.DataFrame:
    """The newest numbers of the other regions that can be set beside ``row``: facts of one kind, one unit.

    ``row`` is a measure (with ``measure``) or an observation, and a fact. What was done within years of different
    length is not comparable, and is left out.
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
        newest = newest[newest[column].astype("str") == str(row[column])]
    if "measure" not in row and _is_flow(str(row["indicator"])):
        newest = newest[(newest["period_end"] - newest["period_start"]).dt.days <= ONE_YEAR]
    return newest.drop_duplicates("region")


def _is_flow(indicator: str) -> bool:
    rows = read_table("indicators")
    return bool((rows.loc[rows["indicator"] == indicator, "kind"] == "flow").all())


def standing(teller: Teller, row: pd.Series) -> str:
    """How the number stands to those of the other regions, as a sentence; how many report it where it stands to none.

    A plan stands beside nothing: only that others report the number is said.
    """
    wording = teller.wording
    if str(row["status"]) != "actual":
        return ""
    others = others_like(teller, row)
    if others.empty:
        return wording.text("No other region reports a number that can be set beside it.")
    years = _years(others)
    plain = others[others["qualifier"].isin(["exact", "about"])]
    long = "measure" not in row and _is_flow(str(row["indicator"])) and _days(row) > ONE_YEAR
    count, lower = len(plain), int((plain["value"] < row["value"]).sum())
    higher = int((plain["value"] > row["value"]).sum())
    bound = str(row["qualifier"]) not in ("exact", "about")
    if bound or long or count < FEWEST or not (lower or higher):
        return wording.plural(*REPORTED, len(others), years=years)
    years = _years(plain)
    if lower in (0, count):
        return wording.plural(*(HIGHEST if lower else LOWEST), count, years=years)
    return wording.plural(*HIGHER, count, years=years, part=wording.number(lower, 0))


def _days(row: pd.Series) -> int:
    return int((row["period_end"] - row["period_start"]).days)


def _years(rows: pd.DataFrame) -> str:
    first, last = rows["period_end"].dt.year.min(), rows["period_end"].dt.year.max()
    return str(first) if first == last else f"{first}–{last}"
