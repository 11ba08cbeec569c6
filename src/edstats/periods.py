"""Days, months, quarters, years, school years and spans of time as sources print them.

A school year is the statistical one, from 1 September to 31 August. Two consecutive years with a hyphen and nothing
else (``2024-2025``) are a school year, as sources print it; with the word for years (``2024-2025 годы``) or with a
slash (``2024/2025``) they are a span. A day in figures has the day first: ``02.12.2024`` is 2 December. A deadline
("by 2025", "до 1 сентября 2025 года") is read as the year, month or day that it names.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

from edstats.codebook import read_rows
from edstats.wordlists import WordList, fold, fold_each, tokens

YEARS = (1990, 2060)
LONGEST_PERIOD = 80
FORMS = "give 2024, 2024-12, 2024-12-02, 2024-Q2, a school year 2024-2025 or a span 2023/2029, 2023-09/2023-12"


class UnreadablePeriod(ValueError):
    """The text is no single period; the message says what would be right."""


def iso_day(text: str) -> date:
    """The day of an ISO date, ``2024-12-31``. Raises ValueError, which says so."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no date; write it as 2024-12-31") from None


@dataclass(frozen=True)
class Period:
    """From ``start`` to ``end``, both included. ``kind``: day, month, quarter, year, school_year or span."""

    start: date
    end: date
    kind: str

    @property
    def code(self) -> str:
        """The form in which raw files write the period; ``read_period(period.code) == period``."""
        start, end = self.start, self.end
        whole_years = (start.month, end.month) == (1, 12) and start.year < end.year
        return {
            "day": f"{start}",
            "month": f"{start:%Y-%m}",
            "quarter": f"{start:%Y}-Q{end.month // 3}",
            "year": f"{start:%Y}",
            "school_year": f"{start:%Y}-{end:%Y}",
            "span": f"{start:%Y}/{end:%Y}" if whole_years else f"{start:%Y-%m}/{end:%Y-%m}",
        }[self.kind]


def read_period(text: str) -> Period:
    """The period that ``text`` prints: a code such as ``2024-12``, or words in English, Russian or Kazakh.

    Raises `UnreadablePeriod` for anything else, for days that no calendar has, for spans that end before they begin
    and for years outside 1990-2060.
    """
    return _read(text, fold(text))


def read_periods(texts: pd.Series) -> pd.DataFrame:
    """`read_period` for a column; each distinct text is read once.

    Columns: ``start``, ``end`` (datetime64), ``kind``, ``code`` and ``fault``, which is "" for a text that was read
    and else says what would be right, the other columns being empty.
    """
    codes, distinct = pd.factorize(texts.astype("str").fillna(""))
    rows: list[tuple[date | None, date | None, str, str, str]] = []
    for text, folded in zip(distinct, fold_each(distinct), strict=True):
        try:
            period = _read(text, folded)
        except UnreadablePeriod as fault:
            rows.append((None, None, "", "", str(fault)))
        else:
            rows.append((period.start, period.end, period.kind, period.code, ""))
    read = pd.DataFrame(rows, columns=["start", "end", "kind", "code", "fault"])
    types = {"start": "datetime64[us]", "end": "datetime64[us]", "kind": "str", "code": "str", "fault": "str"}
    return read.astype(types).take(codes).set_axis(texts.index)


def _read(text: str, folded: str) -> Period:
    """The period of a folded text; ``text`` is what the reader's message shows."""
    try:
        if len(folded) > LONGEST_PERIOD:
            raise UnreadablePeriod("too long for a period")
        for form, make in _CODES:
            match = form.fullmatch(re.sub(" ?([-/]) ?", r"\1", folded))
            if match:
                return make(*(int(number) for number in match.groups()))
        return _read_words(folded)
    except UnreadablePeriod as fault:
        shown = text if len(text) <= LONGEST_PERIOD else f"{text[:LONGEST_PERIOD]}…"
        raise UnreadablePeriod(f"{shown!r}: {fault}; {FORMS}") from None


# --- periods from their numbers, checked


def _checked_year(year: int) -> int:
    if not YEARS[0] <= year <= YEARS[1]:
        raise UnreadablePeriod(f"year {year} is not from {YEARS[0]} to {YEARS[1]}")
    return year


def _checked_month(month: int) -> int:
    if not 1 <= month <= 12:
        raise UnreadablePeriod(f"there is no month {month}")
    return month


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> Period:
    _checked_year(year)
    last = _last_day(year, _checked_month(month)).day
    if not 1 <= day <= last:
        raise UnreadablePeriod(f"month {month} of {year} has {last} days, not {day}")
    return Period(date(year, month, day), date(year, month, day), "day")


def _months(first: tuple[int, int], last: tuple[int, int], kind: str) -> Period:
    """From the first day of one (year, month) to the last day of another."""
    for year, month in (first, last):
        _checked_year(year)
        _checked_month(month)
    return Period(date(*first, 1), _last_day(*last), kind)


def _month(year: int, month: int) -> Period:
    return _months((year, month), (year, month), "month")


def _quarter(year: int, number: int) -> Period:
    if not 1 <= number <= 4:
        raise UnreadablePeriod(f"a year has no quarter {number}")
    return _months((year, 3 * number - 2), (year, 3 * number), "quarter")


def _half(year: int, number: int) -> Period:
    if number not in {1, 2}:
        raise UnreadablePeriod(f"a year has no half {number}")
    return _month_span(year, 6 * number - 5, year, 6 * number)


def _year(year: int) -> Period:
    return _months((year, 1), (year, 12), "year")


def _year_span(first: int, last: int) -> Period:
    _checked_year(first)
    if _checked_year(last) <= first:
        raise UnreadablePeriod(f"a span goes from an earlier to a later year, not from {first} to {last}")
    return _months((first, 1), (last, 12), "span")


def _month_span(first_year: int, first: int, last_year: int, last: int) -> Period:
    if (last_year, last) <= (first_year, first):
        raise UnreadablePeriod("a span goes from an earlier to a later month")
    return _months((first_year, first), (last_year, last), "span")


def _school_year(first: int, last: int) -> Period:
    if last != first + 1:
        raise UnreadablePeriod(f"a school year has two consecutive years, not {first} and {last}")
    return _months((first, 9), (last, 8), "school_year")


def _hyphened_years(first: int, last: int) -> Period:
    return _school_year(first, last) if last == first + 1 else _year_span(first, last)


_CODES: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = (
    (re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})"), _day),
    (re.compile("([0-9]{4})-([0-9]{2})"), _month),
    (re.compile("([0-9]{4})-q([0-9])"), _quarter),
    (re.compile("([0-9]{4})"), _year),
    (re.compile("([0-9]{4})-([0-9]{4})"), _hyphened_years),
    (re.compile("([0-9]{4})/([0-9]{4})"), _year_span),
    (re.compile("([0-9]{4})-([0-9]{2})/([0-9]{4})-([0-9]{2})"), _month_span),
)

# --- periods from words: each word or number becomes one letter, and the letters in a row are matched with forms


_LETTERS = {
    "month": "M",
    "year": "y",
    "school_year": "S",
    "quarter": "Q",
    "half": "H",
    "ordinal": "N",
    "deadline": "b",
    "from": "f",
    "to": "t",
    "suffix": "s",
    "filler": "",
}
_NTH = "(?:N|D(?:-?s)?-?)"  # second, II, 2nd, 2-й, 2-ші, 2
_DAY = "D(?:-?s)?"


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a text by what they are, in the order in which they stand."""

    years: list[int]
    short: list[int]  # of one or two digits, or ordinals
    months: list[int]


# Years are four digits (Y), other numbers one or two (D).
_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Numbers], Period]], ...] = tuple(
    (re.compile(form), make)
    for form, make in (
        (r"b?D\.D\.Yy?", lambda said: _day(said.years[0], said.short[1], said.short[0])),
        (
            f"b?(?:{_DAY}M,?Yy?|M{_DAY},?Yy?)|Yy(?:{_DAY}M|M{_DAY})b?",
            lambda said: _day(said.years[0], said.months[0], said.short[0]),
        ),
        ("b?M,?Yy?|YyMb?", lambda said: _month(said.years[0], said.months[0])),
        ("f?M[-t]M,?Yy?|YyM-M", lambda said: _month_span(said.years[0], said.months[0], said.years[0], said.months[1])),
        (f"{_NTH}Q,?Yy?|Yy?{_NTH}Q|QDYy?|YQD", lambda said: _quarter(said.years[0], said.short[0])),
        (f"{_NTH}H,?Yy?|Yy?{_NTH}H", lambda said: _half(said.years[0], said.short[0])),
        ("Yy?|yY|bYy?|Yyb", lambda said: _year(said.years[0])),
        ("Y[-/]YS|SY[-/]Y", lambda said: _school_year(*said.years)),
        ("Y[-/]DS|SY[-/]D", lambda said: _school_year(said.years[0], said.years[0] // 100 * 100 + said.short[0])),
        ("Y[-/]Yy|yY[-/]Y|fYy?[bt]Yy?|YyYyb?", lambda said: _year_span(*said.years)),
    )
)


@cache
def _words() -> WordList[tuple[str, str]]:
    """Each word's role and, for months and ordinals, its number."""
    months = [(pattern, ("month", month)) for pattern, month in read_rows("months", "pattern", "month")]
    words = read_rows("period_words", "pattern", "role", "value")
    return WordList([*months, *((pattern, (role, value)) for pattern, role, value in words)])


def _read_words(folded: str) -> Period:
    letters, numbers = _letters(folded)
    for form, make in _FORMS:
        if form.fullmatch(letters):
            return make(numbers)
    if re.fullmatch("Y-Y", letters):
        raise UnreadablePeriod("two years may be a school year or a span")
    raise UnreadablePeriod("this is no period that can be read")


def _letters(folded: str) -> tuple[str, _Numbers]:
    """The text as a row of letters, one for each word, number and mark, and its numbers."""
    found = tokens(folded)
    letters = ""
    said = _Numbers([], [], [])
    position = 0
    while position < len(found):
        token = found[position]
        entry = _words().at(found, position)
        position += entry[0] if entry else 1
        if token.is_number:
            for part in re.findall("[0-9]+|[.,]", token.text):
                letters += part if part in ".," else _number(part, said)
        elif entry:
            role, value = entry[1]
            letters += _LETTERS[role]
            if value:
                (said.months if role == "month" else said.short).append(int(value))
        elif token.text in {"-", "/", ",", "."}:
            letters += token.text
        else:
            raise UnreadablePeriod(f"the word {token.text!r} is not known here")
    return letters, said


def _number(digits: str, said: _Numbers) -> str:
    if len(digits) == 4:
        said.years.append(int(digits))
        return "Y"
    if len(digits) > 2:
        raise UnreadablePeriod(f"{digits} is neither a day nor a year")
    said.short.append(int(digits))
    return "D"
