"""Sources made tidy: when each document can have been published, by whom, in which language."""

from collections.abc import Hashable, Mapping
from datetime import date
from itertools import dropwhile

import pandas as pd

from edstats.codebook import read_table
from edstats.columns import typed
from edstats.faults import MOST_SUGGESTIONS, Fault, nearest
from edstats.periods import Period, UnreadablePeriod, read_period


def clean_sources(raw_sources: pd.DataFrame, today: date) -> tuple[pd.DataFrame, list[Fault]]:
    """The table ``sources`` (codebook ``columns``) and the faults of its rows; rows with a fault are left out.

    ``raw_sources`` is ``Raw.sources``. A source is dated by the day that it prints, or by the two bounds that a person
    gives with a reason; neither may lie after ``today``.
    """
    terms = read_table("terms")
    known = {
        name: dict.fromkeys(terms.loc[terms["list"] == name, "code"], "") for name in ("publisher_type", "language")
    }
    known["origin"] = dict.fromkeys(["", *raw_sources["source"]], "")
    faults: list[Fault] = _circular_origins(raw_sources)
    rows = []
    for entry in raw_sources.drop_duplicates("source").to_dict("records"):
        suggest = len(faults) < MOST_SUGGESTIONS
        entry_faults = [fault for column in known for fault in _unknown(entry, column, known[column], suggest)]
        dates, date_faults = _publication(entry, today)
        faults += entry_faults + date_faults
        if not entry_faults and not date_faults:
            rows.append(entry | dates)
    return typed(pd.DataFrame(rows, columns=raw_sources.columns), "sources"), faults


def _unknown(entry: Mapping[Hashable, str], column: str, known: Mapping[str, str], suggest: bool) -> list[Fault]:
    value = entry[column]
    if value in known:
        return []
    near = nearest(value, known) if suggest else None
    listed = "a source of raw/sources.csv, or nothing" if column == "origin" else f"one of {', '.join(known)}"
    remedy = f"did you mean '{near}'?" if near else listed
    return [_at(entry, column, f"'{value}' is not known" if value else "empty", remedy, "EDS-021")]


def _circular_origins(raw_sources: pd.DataFrame) -> list[Fault]:
    """Sources that are, over one or more steps, the origin of themselves: then none of them would count."""
    origins = dict(zip(raw_sources["source"], raw_sources["origin"], strict=True))
    circular: set[str] = set()
    followed: set[str] = set()
    for name in origins:
        steps: dict[str, None] = {}
        source = name
        while source in origins and source not in followed and source not in steps:
            steps[source] = None
            source = origins[source]
        if source in steps:
            circular.update(dropwhile(lambda step, first=source: step != first, steps))  # type: ignore[misc]
        followed.update(steps)
    return [
        _at(
            entry,
            "origin",
            f"'{entry['source']}' reprints itself by way of '{entry['origin']}'",
            "the first source has no origin",
            "EDS-022",
        )
        for entry in raw_sources.to_dict("records")
        if entry["source"] in circular
    ]


def _publication(entry: Mapping[Hashable, str], today: date) -> tuple[dict[str, date | None], list[Fault]]:
    """Day of publication (None when the page prints none) and its bounds; or what is wrong with them."""
    faults: list[Fault] = []
    periods: dict[str, Period | None] = {}
    for column in ("published", "published_earliest", "published_latest"):
        periods[column] = _date(entry, column, faults)
    published, earliest, latest = periods.values()
    day = published.start if published and published.kind == "day" else None
    first = day or (earliest.start if earliest else None)
    last = day or (latest.end if latest else None)
    if faults:
        return {}, faults
    if first is None or last is None:
        remedy = "give the day in published, or published_earliest and published_latest with the reason in date_basis"
        return {}, [_at(entry, "published", f"no day of publication ('{entry['published']}')", remedy, "EDS-023")]
    if first > last:
        faults.append(_at(entry, "published_earliest", f"{first} is after {last}", "the earlier date first", "EDS-024"))
    if last > today:
        column = "published" if day else "published_latest"
        faults.append(_at(entry, column, f"{last} is in the future", "a date that has passed", "EDS-025"))
    if day is None and not entry["date_basis"]:
        remedy = "say how the dates of an undated page are known"
        faults.append(_at(entry, "date_basis", "empty", remedy, "EDS-026"))
    return {"published": day, "published_earliest": first, "published_latest": last}, faults


def _date(entry: Mapping[Hashable, str], column: str, faults: list[Fault]) -> Period | None:
    text = entry[column]
    if not text:
        return None
    try:
        period = read_period(text)
    except UnreadablePeriod as error:
        found = str(error).rpartition("; ")[0]
    else:
        if period.kind in ("day", "month", "year"):
            return period
        found = f"'{text}' is no date"
    faults.append(_at(entry, column, found, "a date such as 2024-12-02, 2024-12 or 2024", "EDS-027"))
    return None


def _at(entry: Mapping[Hashable, str], column: str, found: str, remedy: str, code: str) -> Fault:
    return Fault(entry["file"], int(entry["row"]), column, found, remedy, code)
