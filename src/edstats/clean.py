"""Figures as printed become observations: read, typed, placed in time and territory.

What cleaning may do to a number: read its spelling (scale words, separators, number words), bring it to the base unit
and take the period from the date of publication when the source prints none. What it may not do: index, convert,
round, sum, average, or drop. Every raw row ends as an observation or as a located fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import pandas as pd

from edstats.codebook import indicators_of_kind, read_map
from edstats.columns import typed
from edstats.faults import MOST_SUGGESTIONS, Fault, nearest
from edstats.lookups import codes_by_name
from edstats.numerals import MOST_DIGITS, read_numbers
from edstats.periods import Period, read_periods
from edstats.places import read_places, territories_on
from edstats.publications import clean_sources
from edstats.raw import Raw
from edstats.row_faults import faults_at, faults_of_rows, lost_rows, reader_faults, unlocated

# Two observations alike in these columns state one fact twice.
FACT_COLUMNS = (
    *("source", "region", "indicator", "group", "works", "counted", "share_of", "programme", "place", "status"),
    *("value", "value_high", "qualifier", "unit", "period"),
)
_DATES = ["published", "published_earliest", "published_latest"]
_ENTERED = ["file", "row", "source", "figure", "as_printed", "programme", "place", "note"]
# Before a period of data/raw that a person concluded and the source does not print.
INFERRED = "~"
# A note with these words says how a phrase reads where a cell holds something else.
EXPLAINS = "printed as"
_PLAIN_NUMBER = "-?[0-9]+([.][0-9]+)?"
# The sign, the point and the noughts that a number begins with.
_NO_DIGITS = "^-?[0.]*|[.]"


@dataclass(frozen=True)
class Clean:
    """``observations`` and ``sources`` as in the codebook's ``columns``; ``faults`` of everything left out of them."""

    observations: pd.DataFrame
    sources: pd.DataFrame
    faults: tuple[Fault, ...]


def clean(raw: Raw, today: date) -> Clean:
    """Observations and typed sources of ``raw``; a source dated after ``today`` is a fault.

    Each row of ``raw.figures`` is an observation, or a fault names its file and row, or its whole file (row 0); without
    any source none can be, and ``raw.faults`` says why.
    ``Clean.faults`` holds the faults of ``raw`` too.
    """
    sources, source_faults = clean_sources(raw.sources, today)
    figures = raw.figures.reset_index(drop=True)
    own = _source_positions(figures, sources)
    places = read_places(figures["region"])
    codes, code_faults = _read_codes(figures, places)
    languages = _languages(figures, raw.sources)
    values, value_faults = _read_values(figures, languages.replace("", "en"))
    # A number is read as its source's language writes it: nothing can be said of one whose language is not known.
    unjudged = set(figures["file"][languages == ""])
    value_faults = [fault for fault in value_faults if fault.file not in unjudged]
    dated = own >= 0
    undated_faults = _undated_faults(figures[~dated], set(raw.sources["source"]))
    figures, places, codes, values = (_only(dated, frame) for frame in (figures, places, codes, values))
    dates = sources[_DATES].take(own[dated]).reset_index(drop=True)
    times, time_faults = _read_times(figures, places, codes["indicator"], dates)
    faults = [*raw.faults, *source_faults, *code_faults, *value_faults, *undated_faults, *time_faults]
    read = pd.concat([figures[_ENTERED], dates, codes, values, times], axis=1)
    read = _only(unlocated(read, faults), read)
    meaning = [] if read.empty else _meaning_faults(read)
    kept = _only(unlocated(read, meaning), read)
    faults += meaning
    if len(raw.sources):  # where none could be read, the fault of their file stands for all figures
        faults += lost_rows(raw.figures, kept, faults)
    return Clean(_arranged(kept), sources, tuple(dict.fromkeys(faults)))


# --- rows and their faults -------------------------------------------------------------------------------------------


def _source_positions(figures: pd.DataFrame, sources: pd.DataFrame) -> np.ndarray:
    """For each figure the position of its source in ``sources``, -1 where it is not among them."""
    numbers, names = pd.factorize(figures["source"])
    return pd.Index(sources["source"]).get_indexer(names)[numbers]


def _spread(distinct: list[str], numbers: np.ndarray) -> pd.Series:
    """The column of strings that holds in each row the one of that number."""
    return pd.Series(pd.array(distinct, dtype="str").take(numbers))


def _languages(figures: pd.DataFrame, raw_sources: pd.DataFrame) -> pd.Series:
    """The language of each figure's source; "" where it is not known, or is none."""
    entered = raw_sources.drop_duplicates("source")
    told = entered["language"].where(
        entered["language"].isin(set(codes_by_name("terms", "code", "language").values())), ""
    )
    # The last one stands for the source that is not there.
    return _spread([*told, ""], _source_positions(figures, entered))


def _only(mask: np.ndarray, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows for which ``mask`` holds, numbered anew."""
    return frame if mask.all() else frame[mask].reset_index(drop=True)


def _undated_faults(figures: pd.DataFrame, known: set[str]) -> list[Fault]:
    """One fault a file whose source has a fault of its own (an unknown source is reported by ``read_raw``)."""
    if figures.empty:
        return []
    counts = figures[figures["source"].isin(known)].groupby(["file", "source"], as_index=False).size()
    found, remedy = "figures left out ({}): the row of '{}' has faults", "mend it in raw/sources.csv"
    return [
        Fault(file, 0, "source", found.format(count, source), remedy, "EDS-030")
        for file, source, count in counts.itertuples(index=False)
    ]


def _arranged(read: pd.DataFrame) -> pd.DataFrame:
    """The observations in the order of sources and figure numbers, with their identifiers."""
    read = read.assign(figure_id=read["source"] + "#" + read["figure"], number=_as_numbers(read["figure"]))
    return typed(read.sort_values(["source", "number", "figure"], kind="stable"), "observations")


# --- codes -----------------------------------------------------------------------------------------------------------


def _read_codes(figures: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Codes of region, indicator, status, group, works, counted and share_of, from a code or a name in any language."""
    faults = reader_faults(places["fault"], figures, "region", "EDS-031")
    codes = {"region": places["region"]}
    for column, names, required in (
        ("indicator", codes_by_name("indicators", "indicator"), True),
        ("status", codes_by_name("terms", "code", "status"), True),
        ("group", codes_by_name("groups", "group"), False),
        ("works", codes_by_name("terms", "code", "works"), False),
        ("counted", codes_by_name("terms", "code", "counted"), False),
        ("share_of", codes_by_name("indicators", "indicator"), False),
    ):
        codes[column], column_faults = _read_column(figures, column, names, required)
        faults += column_faults
    return pd.DataFrame(codes), faults


def _read_column(
    figures: pd.DataFrame, column: str, names: Mapping[str, str], required: bool
) -> tuple[pd.Series, list[Fault]]:
    """The codes of a column, "" for what is none; each distinct cell is read once."""
    numbers, texts = pd.factorize(figures[column])
    by_fold = {name.casefold(): code for name, code in names.items()} | {"": ""}
    codes = [by_fold.get(text.casefold()) for text in texts]
    unknown = [number for number, code in enumerate(codes) if code is None or (required and not code)]
    told = {
        number: _told_of_code(texts[number], column, names, place < MOST_SUGGESTIONS)
        for place, number in enumerate(unknown)
    }
    wrong = np.flatnonzero(np.isin(numbers, [*told]))
    # Cell by cell, in the order in which they first stand.
    wrong = wrong[np.argsort(numbers[wrong], kind="stable")]
    faults = faults_at(figures, column, wrong, (told[number] for number in numbers[wrong]), "EDS-032")
    return _spread([code or "" for code in codes], numbers), faults


def _told_of_code(text: str, column: str, names: Mapping[str, str], suggest: bool) -> tuple[str, str]:
    """What is said of a cell that is none of the names."""
    near = nearest(text, names) if suggest else None
    if not suggest:
        remedy = "a code of the codebook, as named for the cells above"
    elif near:
        remedy = f"did you mean '{near}'?" + (f" (code {names[near]})" if names[near] != near else "")
    else:
        remedy = f"one of {', '.join(sorted(set(names.values())))}"
    return f"'{text}' is no known {column}" if text else "empty", remedy


# --- numbers ---------------------------------------------------------------------------------------------------------


def _read_values(figures: pd.DataFrame, languages: pd.Series) -> tuple[pd.DataFrame, list[Fault]]:
    """Value, bounds, unit and precision: from the printed phrase, or as given where the phrase alone cannot tell."""
    printed = read_numbers(figures["as_printed"], languages)
    units = read_map("units", "unit", "unit")
    unit, unit_faults = _read_column(figures, "unit", units, False)
    qualifier, qualifier_faults = _read_column(figures, "qualifier", codes_by_name("terms", "code", "qualifier"), False)
    value, value_faults = _read_plain_numbers(figures, "value")
    high, high_faults = _read_plain_numbers(figures, "value_high")
    given = {"value": value, "value_high": high, "qualifier": qualifier, "unit": unit}
    faults = unit_faults + qualifier_faults + value_faults + high_faults + _disagreements(figures, given, printed)
    read = {column: cells.where(_is_said(cells), printed[column]) for column, cells in given.items()}
    read["qualifier"] = read["qualifier"].where(read["qualifier"] != "", "exact")
    unreadable = printed["fault"] != ""
    read["precision"] = printed["precision"].fillna(figures["value"][unreadable].map(_step).astype("float64"))
    unknown = printed["fault"].where(figures["as_printed"] != "", "empty; give the number phrase")
    unknown += "; where the phrase alone cannot tell, give value and unit in their columns"
    unknown = unknown.where(unreadable & (figures["value"] == ""), "")
    return pd.DataFrame(read), faults + reader_faults(unknown, figures, "as_printed", "EDS-033")


def _disagreements(figures: pd.DataFrame, given: Mapping[str, pd.Series], printed: pd.DataFrame) -> list[Fault]:
    """Cells that a person filled in otherwise than the printed phrase reads, without saying why."""
    faults = []
    remedy = f"leave it empty, or say in note why they differ, with the words '{EXPLAINS}'"
    unexplained = ~figures["note"].str.contains(EXPLAINS, regex=False)
    for column, cells in given.items():
        reading = printed[column]
        differ = _is_said(cells) & _is_said(reading) & (cells != reading) & unexplained
        form = ":g" if column in ("value", "value_high") else ""
        found = f"'{{given{form}}}', but '{{as_printed}}' reads as '{{reading{form}}}'"
        faults += faults_of_rows(differ, figures.assign(given=cells, reading=reading), column, found, remedy, "EDS-034")
    return faults


def _is_said(cells: pd.Series) -> pd.Series:
    """Where a column of numbers or of codes holds something."""
    return cells.notna() if cells.dtype == "float64" else cells != ""


def _read_plain_numbers(figures: pd.DataFrame, column: str) -> tuple[pd.Series, list[Fault]]:
    """A column of plain numbers that people entered (point as decimal mark, no spaces); empty is missing."""
    entered = figures[column] != ""
    numbers = _as_numbers(figures[column]).astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    plain = figures[column].str.fullmatch(_PLAIN_NUMBER) | ~entered
    # Of more digits a float keeps some only, and cleaning does not round.
    exact = plain & (figures[column].str.replace(_NO_DIGITS, "", regex=True).str.len() <= MOST_DIGITS)
    remedy = "digits with a point as decimal mark, such as 86.5"
    faults = faults_of_rows(~plain, figures, column, f"'{{{column}}}' is no plain number", remedy, "EDS-035")
    found, remedy = f"'{{{column}}}' has more than {MOST_DIGITS} digits", "the number as it is printed"
    # A nought with a sign is a nought.
    return numbers.where(exact) + 0.0, faults + faults_of_rows(
        plain & ~exact, figures, column, found, remedy, "EDS-035"
    )


def _as_numbers(texts: pd.Series) -> pd.Series:
    """Each distinct text read once as a number; missing where it is none."""
    places, distinct = pd.factorize(texts)
    return pd.to_numeric(pd.Series(distinct), errors="coerce").take(places).set_axis(texts.index)


def _step(text: str) -> float:
    """The step to which a plain number is given: 86.5 is to 0.1."""
    try:
        exponent = Decimal(text).as_tuple().exponent
    except InvalidOperation:
        return np.nan
    return float(Decimal(10) ** min(exponent, 0)) if isinstance(exponent, int) else np.nan


# --- time ------------------------------------------------------------------------------------------------------------


def _read_times(
    figures: pd.DataFrame, places: pd.DataFrame, indicators: pd.Series, dates: pd.DataFrame
) -> tuple[pd.DataFrame, list[Fault]]:
    """Period, its basis and the territory of that time; for an empty period the date of publication stands."""
    given = figures["period"] != ""
    inferred = figures["period"].str.startswith(INFERRED)
    published = _publication_periods(dates, indicators)
    periods = read_periods(figures["period"].str.removeprefix(INFERRED).where(given, published).str.strip())
    faults = reader_faults(periods["fault"], figures, "period", "EDS-036")
    # What is printed about a later time is about the territory that the writer knew.
    moment = periods["end"].where(periods["end"] < dates["published_latest"], dates["published_latest"])
    dated = territories_on(places["region"], moment).fillna("")
    territory = places["territory"].where(places["territory"] != "", dated)
    homeless = (territory == "") & (places["region"] != "") & (periods["fault"] == "")
    faults += faults_of_rows(
        homeless,
        figures.assign(region=places["region"], moment=moment),
        "region",
        "{region} was no region of its own on {moment:%Y-%m-%d}",
        "the region that it belonged to then, with the name in place",
        "EDS-037",
    )
    basis = np.where(inferred, 0, np.where(given, 1, 2))
    read = {
        "period": periods["code"],
        "period_start": periods["start"],
        "period_end": periods["end"],
        "period_basis": _spread(["inferred", "printed", "published"], basis),
        "territory": territory,
    }
    return pd.DataFrame(read), faults


def _publication_periods(dates: pd.DataFrame, indicators: pd.Series) -> pd.Series:
    """What stands for an empty period: the year of publication for a flow, its day or bounds for everything else."""
    flow = indicators.isin(indicators_of_kind("flow"))
    days = dates[["published_earliest", "published_latest"]].assign(flow=flow)
    codes = [
        _publication_period(first.date(), last.date(), is_flow)
        for first, last, is_flow in days.drop_duplicates().itertuples(index=False)
    ]
    return _spread(codes, days.groupby([*days], sort=False).ngroup().to_numpy())


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
    units = read_map("indicators", "indicator", "units")
    fitting = [f"{indicator} {unit}" for indicator, listed in units.items() for unit in listed.split()]
    misfits = read[~(read["indicator"] + " " + read["unit"]).isin(fitting)]
    faults = [
        Fault(
            entry["file"],
            entry["row"],
            "unit",
            f"unit '{entry['unit']}' does not fit the indicator" if entry["unit"] else "no unit in the phrase",
            f"one of {units[entry['indicator']]}",
            "EDS-038",
        )
        for entry in misfits.to_dict("records")
    ]
    return sorted(faults, key=lambda fault: fault.remedy)


def _share_faults(read: pd.DataFrame) -> list[Fault]:
    """Percents that say no base, and shares of more than the whole."""
    counts = read["indicator"].isin(indicators_of_kind("stock", "flow"))
    shares = read["indicator"].isin(indicators_of_kind("share"))
    percent, share = read["unit"] == "percent", read["share_of"] != ""
    excessive = percent & (shares | share) & (read["value"] > 100)
    found = "{value:g} percent without what it is a share of"
    return [
        *faults_of_rows(percent & counts & ~share, read, "share_of", found, "name the indicator", "EDS-039"),
        *faults_of_rows(excessive, read, "value", "{value:g} percent", "a share is at most 100 percent", "EDS-040"),
    ]


def _value_faults(read: pd.DataFrame) -> list[Fault]:
    value, high, ranged = read["value"], read["value_high"], read["qualifier"] == "range"
    # In August sources speak of the school year that begins in September as if it had begun.
    begun = read["published_latest"] + pd.Timedelta(days=45)
    early = (read["status"] == "actual") & (read["period_start"] > begun)
    early_remedy = "planned or target, or another period"
    checks = (
        (value < 0, "value", "{value:g} is below zero", "zero or more; a fall is an indicator of its own", "EDS-041"),
        (ranged & ~(high > value), "value_high", "{value:g} is no lower end", "a higher end", "EDS-042"),
        (~ranged & high.notna(), "qualifier", "'{qualifier}' with two ends", "range", "EDS-043"),
        (early, "period", "{period} had not begun when this was published", early_remedy, "EDS-044"),
    )
    return [fault for wrong, *told in checks for fault in faults_of_rows(wrong, read, *told)]


def _repeated_facts(read: pd.DataFrame) -> list[Fault]:
    remedy = "a fact printed twice is one row; tell two facts apart by period, group, programme or place"
    twice = read.duplicated(list(FACT_COLUMNS))
    return faults_of_rows(twice, read, "figure", "the same fact stands in another row of {source}", remedy, "EDS-045")
