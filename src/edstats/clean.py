"""Figures as printed become observations: read, typed, placed in time and territory.

What cleaning may do to a number: read its spelling (scale words, separators, number words), bring it to the base unit
and take the period from the date of publication when the source prints none. What it may not do: index, convert,
round, sum, average, or drop. Every raw row ends as an observation or as a located fault.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import pandas as pd

from edstats.codebook import read_table
from edstats.columns import typed
from edstats.faults import Fault, nearest
from edstats.numerals import read_numbers
from edstats.periods import Period, read_periods
from edstats.places import read_places, territories_on
from edstats.publications import clean_sources
from edstats.raw import Raw

# Two observations alike in these columns state one fact twice.
FACT_COLUMNS = (
    *("source", "region", "indicator", "group", "works", "counted", "share_of", "programme", "place", "status"),
    *("value", "value_high", "qualifier", "unit", "period"),
)
_DATES = ("published", "published_earliest", "published_latest")
# Before a period of data/raw that a person concluded and the source does not print.
INFERRED = "~"
# A note with these words says how a phrase reads where a cell holds something else.
EXPLAINS = "printed as"


@dataclass(frozen=True)
class Clean:
    """``observations`` and ``sources`` as in the codebook's ``columns``; ``faults`` of everything left out of them."""

    observations: pd.DataFrame
    sources: pd.DataFrame
    faults: tuple[Fault, ...]


def clean(raw: Raw, today: date) -> Clean:
    """Observations and typed sources of ``raw``; a source dated after ``today`` is a fault.

    Each row of ``raw.figures`` is an observation, or a fault names its file and row, or its whole file (row 0).
    ``Clean.faults`` holds the faults of ``raw`` too.
    """
    sources, faults = clean_sources(raw.sources, today)
    faults = [*raw.faults, *faults]
    figures = raw.figures.merge(sources[["source", "language", *_DATES]], on="source", how="left")
    figures["language"] = figures["language"].astype("object").fillna("en")
    places = read_places(figures["region"])
    codes, code_faults = _read_codes(figures, places)
    values, value_faults = _read_values(figures)
    faults += code_faults + value_faults
    dated = figures["published_latest"].notna()
    faults += _undated_faults(figures[~dated], set(raw.sources["source"]))
    times, time_faults = _read_times(figures[dated], places[dated])
    faults += time_faults
    entered = figures.loc[
        dated, ["file", "row", "source", "figure", "as_printed", "programme", "place", "note", *_DATES]
    ]
    read = entered.join([codes, values, times])
    readable = read[_unlocated(read, faults)]
    meaning = [] if readable.empty else _meaning_faults(readable)
    return Clean(_arranged(readable[_unlocated(readable, meaning)]), sources, tuple(dict.fromkeys([*faults, *meaning])))


def _unlocated(read: pd.DataFrame, faults: list[Fault]) -> pd.Series:
    """For each row whether no fault names it."""
    located = {(fault.file, fault.row) for fault in faults}
    rows = zip(read["file"], read["row"], strict=True)
    return pd.Series([row not in located for row in rows], index=read.index, dtype="bool")


def _undated_faults(figures: pd.DataFrame, known: set[str]) -> list[Fault]:
    """One fault a file whose source has a fault of its own (an unknown source is reported by ``read_raw``)."""
    counts = figures[figures["source"].isin(known)].groupby(["file", "source"], as_index=False).size()
    return [
        Fault(
            file,
            0,
            "source",
            f"figures left out ({count}): the row of '{source}' has faults",
            "mend it in raw/sources.csv",
        )
        for file, source, count in counts.itertuples(index=False)
    ]


def _arranged(read: pd.DataFrame) -> pd.DataFrame:
    """The observations in the order of sources and figure numbers, with their identifiers."""
    read = read.assign(
        figure_id=read["source"] + "#" + read["figure"], number=pd.to_numeric(read["figure"], errors="coerce")
    )
    return typed(read.sort_values(["source", "number", "figure"], kind="stable"), "observations")


def _faults_at(figures: pd.DataFrame, column: str, found: pd.Series, remedy: str = "") -> list[Fault]:
    """A fault for each row of ``found``, which holds what is wrong by the index of ``figures``.

    Without ``remedy`` each text of ``found`` brings its own, behind a semicolon.
    """
    where = figures.loc[found.index, ["file", "row"]]
    rows = zip(where["file"], where["row"], found, strict=True)
    if remedy:
        return [Fault(file, int(row), column, text, remedy) for file, row, text in rows]
    parted = [(file, row, *text.partition("; ")[::2]) for file, row, text in rows]
    return [Fault(file, int(row), column, text, own_remedy) for file, row, text, own_remedy in parted]


# --- codes -----------------------------------------------------------------------------------------------------------


def _read_codes(figures: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Codes of region, indicator, status, group, works, counted and share_of, from a code or a name in any language."""
    faults = _faults_at(
        figures,
        "region",
        places.loc[places["fault"] != "", "fault"],
    )
    codes = {"region": places["region"]}
    for column, names, required in (
        ("indicator", _names("indicators", "indicator"), True),
        ("status", _names("terms", "code", "status"), True),
        ("group", _names("groups", "group"), False),
        ("works", _names("terms", "code", "works"), False),
        ("counted", _names("terms", "code", "counted"), False),
        ("share_of", _names("indicators", "indicator"), False),
    ):
        codes[column], column_faults = _read_column(figures, column, names, required)
        faults += column_faults
    return pd.DataFrame(codes), faults


def _read_column(
    figures: pd.DataFrame, column: str, names: dict[str, str], required: bool
) -> tuple[pd.Series, list[Fault]]:
    by_fold = {name.casefold(): code for name, code in names.items()} | {"": ""}
    codes = figures[column].str.casefold().map(by_fold)
    wrong = figures.loc[codes.isna() | ((codes == "") & required), column]
    faults = []
    for text in wrong.unique():
        near = nearest(text, names)
        code = names[near] if near else ""
        remedy = f"did you mean '{near}'?" + (f" (code {code})" if code != near else "") if near else ""
        found = pd.Series(f"'{text}' is no known {column}" if text else "empty", index=wrong.index[wrong == text])
        faults += _faults_at(figures, column, found, remedy or f"one of {', '.join(sorted(set(names.values())))}")
    return codes.fillna(""), faults


def _names(table: str, code: str, listed: str = "") -> dict[str, str]:
    """Every code of a codebook table, and every name in the three languages, to its code."""
    rows = read_table(table)
    if listed:
        rows = rows[rows["list"] == listed]
    columns = [code, *(name for name in ("name_en", "name_ru", "name_kk") if name in rows)]
    return {name: entry for column in columns for name, entry in zip(rows[column], rows[code], strict=True)}


# --- numbers ---------------------------------------------------------------------------------------------------------


def _read_values(figures: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Value, bounds, unit and precision: from the printed phrase, or as given where the phrase alone cannot tell."""
    printed = read_numbers(figures["as_printed"], figures["language"])
    units = dict.fromkeys(read_table("units")["unit"], "")
    given_unit, unit_faults = _read_column(figures, "unit", {unit: unit for unit in units}, False)
    qualifiers = _names("terms", "code", "qualifier")
    given_qualifier, qualifier_faults = _read_column(figures, "qualifier", qualifiers, False)
    value, value_faults = _read_plain_numbers(figures, "value")
    high, high_faults = _read_plain_numbers(figures, "value_high")
    readable = printed["fault"] == ""
    given = pd.DataFrame({"value": value, "value_high": high, "qualifier": given_qualifier, "unit": given_unit})
    given = given.replace("", None)
    reading = printed[given.columns].replace("", None).where(readable)
    faults = unit_faults + qualifier_faults + value_faults + high_faults + _disagreements(figures, given, reading)
    read = given.where(given.notna(), reading)
    read["qualifier"] = read["qualifier"].fillna("exact")
    read["precision"] = printed["precision"].where(readable, figures["value"].map(_step))
    unknown = (figures["value"] == "") & ~readable
    found = printed.loc[unknown, "fault"].where(
        figures.loc[unknown, "as_printed"] != "", "empty; give the number phrase"
    )
    found += "; where the phrase alone cannot tell, give value and unit in their columns"
    faults += _faults_at(figures, "as_printed", found)
    return read.assign(unit=read["unit"].fillna("")), faults


def _disagreements(figures: pd.DataFrame, given: pd.DataFrame, reading: pd.DataFrame) -> list[Fault]:
    """Cells that a person filled in otherwise than the printed phrase reads, without saying why."""
    faults = []
    for column in given:
        differ = given[column].notna() & reading[column].notna() & (given[column] != reading[column])
        rows = figures.index[differ & ~figures["note"].str.contains(EXPLAINS, regex=False)]
        phrases = figures["as_printed"]
        shown = "{:g}".format if column in ("value", "value_high") else str
        found = [
            f"'{shown(given.at[i, column])}', but '{phrases[i]}' reads as '{shown(reading.at[i, column])}'"
            for i in rows
        ]
        remedy = f"leave it empty, or say in note why they differ, with the words '{EXPLAINS}'"
        faults += _faults_at(figures, str(column), pd.Series(found, index=rows, dtype="object"), remedy)
    return faults


def _read_plain_numbers(figures: pd.DataFrame, column: str) -> tuple[pd.Series, list[Fault]]:
    """A column of plain numbers that people entered (point as decimal mark, no spaces); empty is missing."""
    numbers = pd.to_numeric(figures[column].where(figures[column] != ""), errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    wrong = figures.loc[(figures[column] != "") & numbers.isna(), column]
    found = wrong.map(lambda text: f"'{text}' is no plain number")
    return numbers, _faults_at(figures, column, found, "digits with a point as decimal mark, such as 86.5")


def _step(text: str) -> float:
    """The step to which a plain number is given: 86.5 is to 0.1."""
    try:
        exponent = Decimal(text).as_tuple().exponent
    except InvalidOperation:
        return np.nan
    return float(Decimal(10) ** min(exponent, 0)) if isinstance(exponent, int) else np.nan


# --- time ------------------------------------------------------------------------------------------------------------


def _read_times(figures: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Period, its basis and the territory of that time; for an empty period the date of publication stands."""
    given = figures["period"] != ""
    inferred = figures["period"].str.startswith(INFERRED)
    periods = read_periods(
        figures["period"].str.removeprefix(INFERRED).where(given, _publication_periods(figures)).str.strip()
    )
    wrong = periods.loc[periods["fault"] != "", "fault"]
    faults = _faults_at(figures, "period", wrong)
    # What is printed about a later time is about the territory that the writer knew.
    moment = periods["end"].where(periods["end"] < figures["published_latest"], figures["published_latest"])
    dated = territories_on(places["region"], moment).fillna("")
    territory = places["territory"].where(places["territory"] != "", dated)
    homeless = (territory == "") & (places["region"] != "") & (periods["fault"] == "")
    found = places.loc[homeless, "region"] + " was no region of its own on " + moment[homeless].dt.strftime("%Y-%m-%d")
    faults += _faults_at(figures, "region", found, "the region that it belonged to then, with the name in place")
    read = {
        "period": periods["code"],
        "period_start": periods["start"],
        "period_end": periods["end"],
        "period_basis": np.select([inferred, given], ["inferred", "printed"], default="published"),
        "territory": territory,
    }
    return pd.DataFrame(read, index=figures.index), faults


def _publication_periods(figures: pd.DataFrame) -> pd.Series:
    """What stands for an empty period: the year of publication for a flow, its day or bounds for everything else."""
    kinds = read_table("indicators").set_index("indicator")["kind"]
    by_name = {name.casefold(): kinds[code] for name, code in _names("indicators", "indicator").items()}
    flow = figures["indicator"].str.casefold().map(by_name) == "flow"
    bounds = zip(figures["published_earliest"], figures["published_latest"], flow, strict=True)
    codes = [_publication_period(first.date(), last.date(), is_flow) for first, last, is_flow in bounds]
    return pd.Series(codes, index=figures.index, dtype="object")


def _publication_period(first: date, last: date, flow: bool) -> str:
    if flow:
        first, last = date(first.year, 1, 1), date(last.year, 12, 31)
        return Period(first, last, "year" if first.year == last.year else "span").code
    if first == last:
        return Period(first, last, "day").code
    return Period(first, last, "month" if (first.year, first.month) == (last.year, last.month) else "span").code


# --- meaning ---------------------------------------------------------------------------------------------------------


def _meaning_faults(read: pd.DataFrame) -> list[Fault]:
    """Rows that can be read and still cannot be meant so."""
    return [*_unit_faults(read), *_share_faults(read), *_value_faults(read), *_repeated_facts(read)]


def _unit_faults(read: pd.DataFrame) -> list[Fault]:
    indicators = read_table("indicators")
    allowed = read["indicator"].map(dict(zip(indicators["indicator"], indicators["units"], strict=True)))
    fits = [unit in units.split() for unit, units in zip(read["unit"], allowed, strict=True)]
    faults = []
    for units, misfit in read["unit"][~pd.Series(fits, read.index, dtype="bool")].groupby(allowed):
        found = misfit.map(
            lambda unit: f"unit '{unit}' does not fit the indicator" if unit else "no unit in the phrase"
        )
        faults += _faults_at(read, "unit", found, f"one of {units}")
    return faults


def _share_faults(read: pd.DataFrame) -> list[Fault]:
    """Percents that say no base, and shares of more than the whole."""
    indicators = read_table("indicators")
    kind = read["indicator"].map(dict(zip(indicators["indicator"], indicators["kind"], strict=True)))
    percent, share = read["unit"] == "percent", read["share_of"] != ""
    baseless = percent & kind.isin(["stock", "flow"]) & ~share
    excessive = percent & ((kind == "share") | share) & (read["value"] > 100)
    shown = read["value"].map("{:g} percent".format)
    return [
        *_faults_at(read, "share_of", shown[baseless] + " without what it is a share of", "name the indicator"),
        *_faults_at(read, "value", shown[excessive], "a share is at most 100 percent"),
    ]


def _value_faults(read: pd.DataFrame) -> list[Fault]:
    shown = read["value"].map("{:g}".format)
    ranged = read["qualifier"] == "range"
    # In August sources speak of the school year that begins in September as if it had begun.
    begun = read["published_latest"] + pd.Timedelta(days=45)
    early = (read["status"] == "actual") & (read["period_start"] > begun)
    checks = (
        ("value", read["value"] < 0, shown + " is below zero", "zero or more; a fall is an indicator of its own"),
        ("value_high", ranged & ~(read["value_high"] > read["value"]), shown + " is no lower end", "a higher end"),
        ("qualifier", ~ranged & read["value_high"].notna(), "'" + read["qualifier"] + "' with two ends", "range"),
        (
            "period",
            early,
            read["period"] + " had not begun when this was published",
            "planned or target, or another period",
        ),
    )
    return [
        fault for column, wrong, found, remedy in checks for fault in _faults_at(read, column, found[wrong], remedy)
    ]


def _repeated_facts(read: pd.DataFrame) -> list[Fault]:
    twice = read.duplicated(list(FACT_COLUMNS))
    found = "the same fact stands in another row of " + read.loc[twice, "source"]
    remedy = "a fact printed twice is one row; tell two facts apart by period, group, programme or place"
    return _faults_at(read, "figure", found, remedy)
