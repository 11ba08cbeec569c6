"""Periods as SDMX writes them (SDMX 2.1, section 6, "Time and time format": ObservationalTimePeriod).

Days, months, quarters and years are written as in edstats. What SDMX has no name for is a range of a first day and a
length: a school year begins on 1 September and lasts ``P1Y``, a span lasts whole years (``P7Y``) or months (``P2M``).
"""

from functools import cache

from edstats.periods import read_period


@cache
def time_period(code: str) -> str:
    """The SDMX form of a period of the column ``period``; raises ``UnreadablePeriod`` for anything else.

    >>> time_period("2023/2029"), time_period("2024-2025"), time_period("2023-08/2023-09")
    ('2023-01-01/P7Y', '2024-09-01/P1Y', '2023-08-01/P2M')
    """
    period = read_period(code)
    if period.kind not in ("school_year", "span"):
        return period.code
    start, end = period.start, period.end
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    # A span from September to August is no school year, nor is one from January to December a year.
    in_years = period.kind == "school_year" or "-" not in period.code
    return f"{start}/P{months // 12}Y" if in_years else f"{start}/P{months}M"
