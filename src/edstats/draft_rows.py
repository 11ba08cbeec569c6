"""The rows of a draft: what an extraction read, written as ``data/raw`` wants it.

``data/raw`` holds phrases, which ``edstats clean`` reads again. A row therefore gives a number, a qualifier or a unit
only where its phrase alone reads otherwise.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from edstats.clean import EXPLAINS, FACT_COLUMNS, INFERRED
from edstats.codebook import read_table
from edstats.extraction.result import Document, Extraction, Figure
from edstats.numerals import read_numbers
from edstats.periods import UnreadablePeriod, read_period
from edstats.raw_tables import FIGURE_COLUMNS
from edstats.unseen import without_unseen

DRAFT_COLUMNS = (*FIGURE_COLUMNS, "confidence", "reason")
# The indicator of a figure that the rules could not name.
OTHER = "other"
# The words of a qualifier stand at most so many before a number and so many behind it, within so many characters.
BEFORE, BEHIND, REACH = 3, 2, 80
# A phrase goes over none of these.
_BREAK = re.compile(r"[\n.,;:!?()]")
# Where a sentence ends, and how many characters of it are looked at on either side of a figure.
_SENTENCE_END = re.compile(r"\n|[.!?]\s")
SENTENCE = 500
_NUMBERS = ("value", "value_high", "qualifier", "unit")


def draft_rows(extraction: Extraction, language: str) -> list[dict[str, str]]:
    """The rows of a draft as text, with the columns ``DRAFT_COLUMNS``, in the order of the document.

    - ``figure`` counts from 1.
    - ``as_printed`` is the document's phrase, with its qualifier where that stands beside it.
    - ``value`` to ``unit`` are filled in where the phrase, read as ``language`` (en, ru, kk), does not say the same;
      where it says something else, ``note`` tells how it is printed.
    - ``period`` is empty for what was so when the document was published, unless a time is printed: the date of
      publication then stands. It begins with ``~`` where neither the document prints its years nor the date makes plain
      what "this year" is; ``note`` says so.
    - ``counted`` is ``facility`` where more than schools may be in a count of works.
    - ``share_of`` is taken for granted where a percentage needs one, and ``reason`` says so.

    A fact that the document states twice is one row, in its more certain reading. Rows of indicator ``other`` are all
    kept: what they count is not known.
    """
    if not extraction.items:
        return []
    document = extraction.document
    printed = {code: _is_printed(code, document) for code in {item.period for item in extraction.items}}
    facts: dict[tuple[str, ...], tuple[Figure, dict[str, str]]] = {}
    for number, (item, phrase) in enumerate(zip(extraction.items, _phrases(extraction, language), strict=True)):
        row = _row(item, phrase, _period(item, printed[item.period], document))
        unknown = str(number) if row["indicator"] == OTHER else ""
        fact = unknown, *(row[column] for column in FACT_COLUMNS if column in row and column not in _NUMBERS)
        fact = *fact, *(str(getattr(item, column)) for column in _NUMBERS)
        if fact not in facts or facts[fact][0].confidence < item.confidence:
            facts[fact] = item, row
    rows = [row for _, row in sorted(facts.values(), key=lambda fact: fact[0].start)]
    return [row | {"figure": str(number)} for number, row in enumerate(rows, start=1)]


def _row(item: Figure, phrase: "_Phrase", period: str) -> dict[str, str]:
    whole = _share_of(item)
    notes = [*phrase.notes, *(["period concluded, not printed"] if period.startswith(INFERRED) else [])]
    reasons = [item.reason, *(["share_of taken for granted"] if whole else [])]
    row = {column: str(getattr(item, column, "")) for column in FIGURE_COLUMNS}
    return {
        **row,
        **dict.fromkeys(_NUMBERS, ""),
        **phrase.cells,
        "indicator": item.detail or item.indicator,
        "as_printed": phrase.text,
        "period": period,
        "counted": _counted(item),
        "share_of": whole,
        "note": "; ".join(notes),
        "confidence": f"{item.confidence:.3f}",
        "reason": "; ".join(filter(None, reasons)),
    }


# --- phrases ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Phrase:
    """Words of the document, the cells that they alone do not tell, and the notes on those that they tell otherwise."""

    text: str
    cells: dict[str, str]
    notes: list[str]


def _phrases(extraction: Extraction, language: str) -> list[_Phrase]:
    """For each figure its own words, or the fewest more that contradict its reading less and then tell the most."""
    worded = [
        (position, wording)
        for position, item in enumerate(extraction.items)
        for wording in _wordings(item, extraction.document.text)
    ]
    positions, wordings = zip(*worded, strict=True)
    read = read_numbers(pd.Series(wordings, dtype="str"), language)
    chosen: dict[int, tuple[tuple[int, int], _Phrase]] = {}
    for position, wording, reading in zip(positions, wordings, read.to_dict("records"), strict=True):
        otherwise, phrase = _fitted(extraction.items[position], wording, reading)
        if position not in chosen:
            chosen[position] = (otherwise, 0), phrase
        # Other words than the figure's own must at least say the same number.
        elif "value" not in phrase.cells and (otherwise, len(phrase.cells)) < chosen[position][0]:
            chosen[position] = (otherwise, len(phrase.cells)), phrase
    return [phrase for _, phrase in chosen.values()]


def _wordings(item: Figure, text: str) -> list[str]:
    """The figure's phrase, then with more and more words before and behind it."""
    before = re.findall(r"\S+\s*", _BREAK.split(text[max(0, item.start - REACH) : item.start])[-1])
    behind = re.findall(r"\s*\S+", _BREAK.split(text[item.end : item.end + REACH])[0])
    counts = [
        (first, last) for first in range(min(BEFORE, len(before)) + 1) for last in range(min(BEHIND, len(behind)) + 1)
    ]
    phrases = [
        "".join([*before[len(before) - first :], item.as_printed, *behind[:last]])
        for first, last in sorted(counts, key=sum)
    ]
    return [" ".join(without_unseen(phrase).split()) for phrase in phrases]


def _fitted(item: Figure, wording: str, reading: Mapping[Hashable, object]) -> tuple[int, _Phrase]:
    """How many cells a wording tells otherwise (all, if it cannot be read), and what has to stand beside it."""
    cells: dict[str, str] = {}
    notes: list[str] = []
    for column in _NUMBERS:
        given, told = _cell(getattr(item, column)), _cell(reading[column])
        if given and given != told and (told or (column, given) != ("qualifier", "exact")):
            cells[column] = given
        if column in cells and told:
            notes.append(f"{column} {EXPLAINS} {told}, read in its sentence as {given}")
    return len(_NUMBERS) if reading["fault"] else len(notes), _Phrase(wording, cells, notes)


def _cell(value: object) -> str:
    """A number or a word as a cell of ``data/raw``; numbers to the 15 digits that a float holds exactly."""
    if not isinstance(value, float | int):
        return str(value or "")
    return "" if np.isnan(value) else np.format_float_positional(float(f"{value:.15g}"), trim="-")


# --- what the figure alone does not say ------------------------------------------------------------------------------


def _is_printed(code: str, document: Document) -> bool:
    """Whether the years of a period stand in the document, the last one shortened perhaps."""
    years = re.findall(r"\d{4}", code)
    text = f"{document.title}\n{document.text}"
    if len(years) == 2 and re.search(rf"(?<!\d){years[0]}\W{{1,3}}{years[1][2:]}(?!\d)", text):
        return True
    return all(_stands(year, text) for year in years)


def _stands(year: str, text: str) -> bool:
    return re.search(rf"(?<!\d){year}(?!\d)", text) is not None


def _period(item: Figure, printed: bool, document: Document) -> str:
    """The period as ``data/raw`` wants it; ``printed`` says whether its years stand in the document.

    A time within a year of the date of publication is as plain as if it were printed: "the coming school year". The
    year of publication alone says nothing that the date does not say better, unless it stands beside the figure; for
    what happens over a year, anywhere in the document.
    """
    code, published = item.period, document.published[:4]
    if code and code == published and item.status in ("actual", "started"):
        kind, _ = _indicators().get(item.detail or item.indicator, ("", ()))
        beside = printed if kind == "flow" else _stands(code, _sentence(item, document.text))
        return code if beside else ""
    try:
        spanned = read_period(code).kind == "span"
        near = all(abs(int(year) - int(published)) <= 1 for year in re.findall(r"\d{4}", code))
    except (UnreadablePeriod, ValueError):
        spanned, near = False, False
    return code if printed or (near and not spanned) else INFERRED + code


def _sentence(item: Figure, text: str) -> str:
    """The words around a figure, to the ends of its sentence and no further than a few lines."""
    before = _SENTENCE_END.split(text[max(0, item.start - SENTENCE) : item.start])[-1]
    behind = _SENTENCE_END.split(text[item.end : item.end + SENTENCE])[0]
    return f"{before} {behind}"


def _counted(item: Figure) -> str:
    """``facility`` where works are counted that may be on more than schools; repairs also say ``school``."""
    kind, units = _indicators().get(item.detail or item.indicator, ("", ()))
    if kind != "flow" or not {"school", "facility"} <= {*units} or item.unit not in units:
        return ""
    if item.unit != "school":
        return "facility"
    # data/raw says so of repairs, which count kindergartens as often as not; whoever builds schools builds schools.
    return "school" if item.indicator == "schools_renovated" else ""


def _share_of(item: Figure) -> str:
    """The whole of a count that is given in percent: the group's schools, or all that is counted in the same unit."""
    name = item.detail or item.indicator
    kind, units = _indicators().get(name, ("", ()))
    if item.unit != "percent" or kind not in ("stock", "flow"):
        return ""
    groups = read_table("groups")
    wholes = [*groups.loc[groups["group"] == item.group, "population"]] if units[0] == "school" else []
    counted = _indicators().items()
    wholes += [total for total, (_, own) in counted if total.endswith("_total") and own[0] == units[0]]
    return next((whole for whole in wholes if whole not in ("", name)), "")


@cache
def _indicators() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each indicator's kind and units, the plainest unit first."""
    table = read_table("indicators")
    units = (tuple(listed.split()) for listed in table["units"])
    return dict(zip(table["indicator"], zip(table["kind"], units, strict=True), strict=True))
