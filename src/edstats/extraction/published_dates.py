"""Finds the day on which a document was published: in a dateline of its text, or in what a saved page says of itself.

A date inside a sentence ("by 1 September 2025 all schools ...") dates nothing. Only a line that holds little else
counts: a time, a counter, a word such as "published", the name of the source or of a town. Days in figures have the
day first: ``02.12.2024`` is 2 December. A date after ``latest`` is never taken. Where nothing is certain the answer is
"", since a missing date is seen and a wrong one is not.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from edstats.codebook import read_table
from edstats.periods import UnreadablePeriod, read_period
from edstats.wordlists import WordList, fold, tokens

if TYPE_CHECKING:  # lxml comes with the extra "extract", and only pages need it
    from lxml.html import HtmlElement

HEAD_LINES, TAIL_LINES = 12, 8
LONGEST_LINE = 120
MOST_NAMES = 4  # words of a source or a town: "Kazinform", "City Akimat of Astana"

_WORD = r"[^\W\d_]"
_ISO = r"(?P<y>\d{4})(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
_DAY_FIRST = r"(?P<d2>\d{1,2})(?P<s2>[-./])(?P<m2>\d{1,2})(?P=s2)(?P<y2>\d{4})"
_NAMED = (
    rf"\d{{1,2}}(?:st|nd|rd|th|-?го)?\s{{1,3}}{_WORD}{{3,12}}\.?,?\s{{1,3}}\d{{4}}"
    rf"|{_WORD}{{3,12}}\.?\s{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?,?\s{{1,3}}\d{{4}}"
    rf"|\d{{4}}(?:\s{{0,3}}{_WORD}{{1,8}}\.?)?,?\s{{1,3}}\d{{1,2}}\s{{1,3}}{_WORD}{{3,14}}"
)
_DATE = re.compile(rf"(?<![\w:])(?<!\d[-./])(?:{_ISO}|{_DAY_FIRST}|{_NAMED})(?!\d|[-./]\d)", re.IGNORECASE)
# A word of one letter before a time goes with it: "в 18:07".
_TIME = re.compile(rf"(?:\b{_WORD}\s)?(?<!\d)[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?:\.\d{{1,9}})?\s?(?:Z\b|[+-]\d\d:?\d\d)?")
_REST_WORD = re.compile(rf"{_WORD}+(?:[-.’']{_WORD}+)*")
_DASH = re.compile(r"\s[-–—]\s")


class NoDate(ValueError):
    """What was given as the date of a document is none; the message says what would be."""


def dateline(text: str, latest: date) -> str:
    """The day, as ``2024-12-02``, that a dateline near the beginning or the end of ``text`` gives, or ""."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    day = best_of(lines[:HEAD_LINES], text, latest)
    if day:
        return day
    # The end of a page lists other news, with dates of their own: it is believed when it knows one date only.
    tail = lines[HEAD_LINES:][-TAIL_LINES:]
    days = {found[1] for line in tail if (found := _line_date(line, first=False)) and found[0] < _SITE_CLOCK}
    return f"{min(days)}" if len(days) == 1 and max(days) <= latest else ""


def best_of(lines: Sequence[str], text: str, latest: date) -> str:
    """The day of the line among ``lines`` that is most surely a dateline of ``text``, the first of equals, or ""."""
    found = [(rank, place, day) for place, (rank, day) in enumerate(_line_dates(lines)) if day <= latest]
    found = [entry for entry in found if entry[0] < _SITE_CLOCK or _speaks_of(text, entry[2])]
    return f"{min(found)[2]}" if found else ""


def read_day(text: str, latest: date) -> str:
    """The first day in a short ``text``, as machines or people write it, or "" for none or one after ``latest``."""
    match = _DATE.search(text[:LONGEST_LINE])
    day = _day(match) if match else None
    return f"{day}" if day and day <= latest else ""


def read_published(text: str) -> str:
    """The date of a document as a person or a program gives it, as an ISO date, a year or "". Raises NoDate."""
    if not text.strip():
        return ""
    if day := read_day(text, date.max):
        return day
    try:
        period = read_period(text)
    except UnreadablePeriod:
        period = None
    if period is None or period.kind != "year":
        raise NoDate("write 2024-12-02, a year, or nothing where it is not known")
    return period.code


def is_dateline(line: str) -> bool:
    """Whether the line is there for its date, or holds nothing but figures, such as a counter of views."""
    return not re.search(_WORD, line) or _line_date(line.strip(), first=True) is not None


def _line_dates(lines: Sequence[str]) -> Iterator[tuple[int, date]]:
    for place, line in enumerate(lines):
        found = _line_date(line, first=place == 0)
        if found:
            yield found


# How surely a line is a dateline, the surest first.
_LABELLED, _BARE, _WITH_NAMES, _LEADING, _SITE_CLOCK = range(5)


def _line_date(line: str, *, first: bool) -> tuple[int, date] | None:
    """The rank and the day of a line that is a dateline. The ``first`` line may be a title, which is held to more."""
    start = line[:LONGEST_LINE]
    matches = [match for match in _DATE.finditer(start) if _day(match)]
    if not matches:
        return None
    day = _day(matches[0])
    assert day is not None
    before = start[: matches[0].start()]
    if _is_label(before):
        return _LABELLED, day
    head = _DASH.split(start[matches[0].end() :], maxsplit=1)
    after_dash = len(head) > 1 and bool(before.strip())  # "Astana, 27 August 2020 - The city ..."
    if after_dash:
        start = start[: matches[0].end()] + head[0]
    if (len(line) > LONGEST_LINE and not after_dash) or len({_day(match) for match in matches}) > 1:
        return None
    rank = _rank(start, matches[0], first=first)
    return None if rank is None else (rank, day)


def _is_label(text: str) -> bool:
    """Whether the text is a word such as "published", with or without a preposition ("published on")."""
    said = [role for role, _ in _roles(text)]
    return said[:1] == ["label"] and set(said) <= {"label", "link"}


def _rank(line: str, match: re.Match[str], *, first: bool) -> int | None:
    rest = line[: match.start()] + " | " + line[match.end() :].removeprefix("T")
    timeless = _TIME.sub(" ", rest)
    roles = _roles(timeless)
    said = {role for role, _ in roles}
    names = [word for role, word in roles if role == ""]
    in_figures = bool(match["y"] or match["y2"])
    if "changed" in said or "link" in said or len(names) > MOST_NAMES or len(re.findall(r"\d+", timeless)) > 2:
        return None
    if not all(word[0].isupper() or "." in word for word in names):
        # "2025-09-01 Қазақ тіліне аудару", a button beside the date; words first would be a sentence.
        return _LEADING if in_figures and match.start() == 0 and not rest.rstrip().endswith(".") else None
    if "weekday" in said:
        return _SITE_CLOCK
    if "label" in said or timeless != rest:
        return _LABELLED
    if not names:
        return _BARE
    return None if first and not in_figures else _WITH_NAMES


def _roles(text: str) -> list[tuple[str, str]]:
    """Each word of the text with its role: label, changed, weekday, beside, year, link or "" for any other."""
    words = _REST_WORD.findall(text)
    return [(_role(word), word) for word in words]


@cache
def _words() -> WordList[str]:
    """Words beside a date. A preposition or another word of periods (``link``) makes it part of a sentence."""
    listed, periods = read_table("dateline_words"), read_table("period_words")
    kinds = {"year": "year", "suffix": "year"}
    return WordList(
        [
            *(
                (pattern, kinds.get(role, "link"))
                for pattern, role in zip(periods["pattern"], periods["role"], strict=True)
            ),
            *zip(listed["pattern"], listed["role"], strict=True),
        ]
    )


def _role(word: str) -> str:
    found = _words().at(tokens(fold(word)), 0)
    return found[1] if found else ""


def _day(match: re.Match[str]) -> date | None:
    year, month, day = (match[name] or match[f"{name}2"] for name in "ymd")
    text = f"{year}-{month:0>2}-{day:0>2}" if year else match[0]
    try:
        period = read_period(text)
    except UnreadablePeriod:
        return None
    return period.start if period.kind == "day" else None


def _speaks_of(text: str, day: date) -> bool:
    """Whether the text names a year near ``day``: a line with a weekday may be the clock of the site that was saved."""
    others = _DATE.sub(lambda match: "" if _day(match) == day else match[0], text)
    return any(abs(int(year) - day.year) <= 1 for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", others))


# --- what a saved page says of itself

# The most exact first; "date" may be the day on which the page was made up for its reader.
_META = (
    *("article:published_time", "og:published_time", "og:article:published_time", "datepublished", "article:published"),
    *("dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "publication_date", "publish_date"),
    *("publishdate", "pubdate", "parsely-pub-date", "dcterms.date", "dc.date", "date"),
)
# What stands in these is about the site or about other pages.
_ELSEWHERE = {"script", "style", "noscript", "template", "nav", "aside", "footer", "select", "form", "head"}


def page_date(page: "HtmlElement", latest: date) -> str:
    """The day, as ``2024-12-02``, on which a saved page says that it was published, or "".

    First the page's own data (``<meta>``, JSON-LD), then its ``<time>`` elements and the lines that a reader sees
    beside the headline.
    """
    for value in (*_meta_values(page), *_json_values(page)):
        day = _machine_day(value, latest)
        if day:
            return day
    before, after = _lines_around_headline(page)
    text = "\n".join((*before, *after))
    day = best_of(["", *after[:HEAD_LINES]], text, latest) or best_of(["", *before[-TAIL_LINES:]], text, latest)
    if day:
        return day
    times = {read_day(element.get("datetime") or "", latest) for element in page.iter("time")} - {""}
    return times.pop() if len(times) == 1 else ""


def _meta_values(page: "HtmlElement") -> list[str]:
    """The contents of the page's date fields, the most exact field first."""
    found: list[tuple[int, str]] = []
    for element in page.xpath("//meta[@content] | //*[@itemprop='datePublished']"):
        names = {(element.get(name) or "").lower() for name in ("property", "name", "itemprop", "http-equiv")}
        value = element.get("content") or element.get("datetime") or ""
        found += [(_META.index(name), value) for name in names if name in _META]
    return [value for _, value in sorted(found, key=lambda entry: entry[0])]


def _json_values(page: "HtmlElement") -> Iterator[str]:
    """``datePublished`` of the page's JSON-LD, what lies outermost first; lists of other pages are left out."""
    for script in page.iterfind(".//script[@type='application/ld+json']"):
        try:
            waiting: deque[Any] = deque([json.loads(script.text or "", strict=False)])
        except (ValueError, RecursionError):
            continue  # a broken script of the page; its lines are still there to read
        while waiting:
            item = waiting.popleft()
            if isinstance(item, dict):
                if isinstance(item.get("datePublished"), str):
                    yield item["datePublished"]
                waiting.extend(value for key, value in item.items() if key != "itemListElement")
            elif isinstance(item, list):
                waiting.extend(item)


def _machine_day(value: str, latest: date) -> str:
    day = read_day(value.strip(), latest)
    if day:
        return day
    try:
        sent = parsedate_to_datetime(value).date()  # Mon, 02 Dec 2024 18:07:39 +0500
    except (ValueError, OverflowError):
        return ""
    return read_day(f"{sent}", latest)


def _lines_around_headline(page: "HtmlElement") -> tuple[list[str], list[str]]:
    """The pieces of text that a reader sees before and after the headline; a ``<time>`` as its machine-readable day."""
    before: list[str] = []
    after: list[str] = []
    lines = before
    waiting = deque([page])
    while waiting:
        element = waiting.popleft()
        if isinstance(element, str):
            lines.extend([element.strip()] if element.strip() else [])
            continue
        if element.tag == "h1" and lines is before:
            lines = after
            continue
        pieces = [] if element.tag in _ELSEWHERE or not isinstance(element.tag, str) else _pieces(element)
        waiting.extendleft(reversed(pieces))
    return (before, after) if lines is after else ([], before)


def _pieces(element: "HtmlElement") -> list[Any]:
    """What an element holds, in its order: strings and elements."""
    if element.tag == "time" and element.get("datetime"):
        return [element.get("datetime")]
    pieces: list[Any] = [element.text or ""]
    for child in element:
        pieces += [child, child.tail or ""]
    return pieces
