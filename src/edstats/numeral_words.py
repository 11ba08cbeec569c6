"""The words of printed numbers in one language: scales, number words, units, qualifiers, ranges, case endings.

All of them are the codebook's; here they are only made ready to be laid against a phrase.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from edstats.codebook import read_rows
from edstats.wordlists import WordList, fold_each


@dataclass(frozen=True)
class Unit:
    """A unit's code and kind in units.csv."""

    code: str
    kind: str
    bare: str  # the word's plainest form: only so may it be the first half of a compound ("school places")


@dataclass(frozen=True)
class Range:
    """The words between the two numbers and after them, and whether they make a range or two figures."""

    between: str
    after: str
    is_range: bool


@dataclass(frozen=True)
class Vocabulary:
    """The codebook's words of one language, with those of every language."""

    language: str
    scales: WordList[int]
    lone_scales: WordList[int]
    numbers: WordList[Decimal]
    units: WordList[Unit]
    before: WordList[str]
    after: WordList[str]
    endings: dict[str, str]
    roles: dict[str, WordList[str]]
    ranges: dict[str, list[Range]]
    months: WordList[str]


@cache
def vocabulary(language: str) -> Vocabulary:
    """The words of one language (en, ru, kk)."""
    scales = [
        (word, len(factor) - 1, alone) for word, factor, alone in _rows(language, "scales", "word", "factor", "alone")
    ]
    endings = _rows(language, "number_endings", "ending", "qualifier")
    qualifiers = _rows(language, "qualifiers", "position", "phrase", "qualifier")
    roles: dict[str, list[tuple[str, str]]] = {}
    for role, word in _rows(language, "number_context", "role", "word"):
        roles.setdefault(role, []).append((word, role))
    ranges: dict[str, list[Range]] = {}
    for before, between, after, reading in _rows(language, "ranges", "before", "between", "after", "reading"):
        ranges.setdefault(before, []).append(Range(between, after, reading == "range"))
    return Vocabulary(
        language=language,
        scales=WordList((word, power) for word, power, _ in scales),
        lone_scales=WordList((word, power) for word, power, alone in scales if alone),
        numbers=WordList(
            (word, Decimal(value))
            for value, words in read_rows("number_words", "value", language)
            for word in words.split("|")
            if word
        ),
        units=WordList(_unit_patterns(language)),
        before=WordList((phrase, said) for position, phrase, said in qualifiers if position == "before"),
        after=WordList((phrase, said) for position, phrase, said in qualifiers if position == "after"),
        endings={cells[0]: cells[1] for cells in endings},
        roles={role: WordList(words) for role, words in roles.items()},
        ranges=ranges,
        months=WordList((pattern, month) for pattern, month in _rows(language, "months", "pattern", "month")),
    )


def _rows(language: str, table: str, *columns: str) -> list[tuple[str, ...]]:
    """The rows of one language and those of every language, without the column that says so."""
    return [(*cells,) for of, *cells in read_rows(table, "language", *columns) if of in ("", language)]


def _unit_patterns(language: str) -> Iterator[tuple[str, Unit]]:
    """Each unit's patterns; the first of them is its plainest form."""
    rows = read_rows("units", "unit", "kind", f"patterns_{language}")
    plainest = fold_each(patterns.split("|")[0] for _, _, patterns in rows)
    for (code, kind, patterns), bare in zip(rows, plainest, strict=True):
        unit = Unit(code, kind, bare.strip("*"))
        yield from ((pattern, unit) for pattern in patterns.split("|"))
