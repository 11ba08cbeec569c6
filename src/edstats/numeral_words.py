"""The words of printed numbers in one language: scales, number words, units, qualifiers, ranges, case endings.

All of them are the codebook's; here they are only made ready to be laid against a phrase.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import pandas as pd

from edstats.codebook import read_table
from edstats.wordlists import WordList, fold


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


def _of(table: pd.DataFrame, language: str) -> pd.DataFrame:
    return table[table["language"].isin(["", language])]


@cache
def vocabulary(language: str) -> Vocabulary:
    """The words of one language (en, ru, kk)."""
    scales = _of(read_table("scales"), language)
    powers = list(zip(scales["word"], scales["factor"].map(lambda factor: len(factor) - 1), strict=True))
    numbers = read_table("number_words")
    units = read_table("units")
    qualifiers = _of(read_table("qualifiers"), language)
    endings = _of(read_table("number_endings"), language)
    context = _of(read_table("number_context"), language)
    ranges: dict[str, list[Range]] = {}
    rules = _of(read_table("ranges"), language)
    for before, between, after, reading in _rows(rules, "before", "between", "after", "reading"):
        ranges.setdefault(before, []).append(Range(between, after, reading == "range"))
    return Vocabulary(
        language=language,
        scales=WordList(powers),
        lone_scales=WordList([pair for pair, lone in zip(powers, scales["alone"], strict=True) if lone]),
        numbers=WordList(
            (word, Decimal(value))
            for value, words in _rows(numbers, "value", language)
            for word in words.split("|")
            if word
        ),
        units=WordList(
            (pattern, Unit(code, kind, fold(patterns.split("|")[0]).strip("*")))
            for code, kind, patterns in _rows(units, "unit", "kind", f"patterns_{language}")
            for pattern in patterns.split("|")
        ),
        before=WordList(_pairs(qualifiers[qualifiers["position"] == "before"], "phrase", "qualifier")),
        after=WordList(_pairs(qualifiers[qualifiers["position"] == "after"], "phrase", "qualifier")),
        endings=dict(_pairs(endings, "ending", "qualifier")),
        roles={
            role: WordList(_pairs(context[context["role"] == role], "word", "role")) for role in set(context["role"])
        },
        ranges=ranges,
        months=WordList(_pairs(_of(read_table("months"), language), "pattern", "month")),
    )


def _pairs(table: pd.DataFrame, key: str, value: str) -> list[tuple[str, str]]:
    return list(zip(table[key], table[value], strict=True))


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[str, ...]]:
    return zip(*(table[column] for column in columns), strict=True)
