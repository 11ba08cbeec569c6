"""Names of the country and its 20 regions as sources print them, and the areas that they stood for at a time.

A region keeps its ISO 3166-2 code while its area changes: until 2022 Karaganda region held what is now Ulytau. The
area is the *territory*; figures of two territories are not compared. The dates are those of the decrees that split
the regions: South Kazakhstan on 19 June 2018 (decree 702), Karaganda, East Kazakhstan and Almaty region from
8 June 2022 (decree 887).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from edstats.codebook import read_map, read_rows, read_table
from edstats.faults import MOST_SUGGESTIONS, nearest
from edstats.wordlists import fold_each

# The longest names have five words; more is a sentence, which no list of names is laid against.
LONGEST_NAME = 80


@dataclass(frozen=True)
class Place:
    """A region's code, and its territory's where the name itself is that of an older, larger area, else ``""``."""

    region: str
    territory: str


class UnknownPlace(ValueError):
    """The cell names neither the country nor one of its regions; the message offers the nearest known name."""


@dataclass(frozen=True)
class _Name:
    """A name in the codebook: its words, folded, each ending in ``*`` where only its beginning is given."""

    words: tuple[str, ...]
    place: Place
    type: str

    def is_(self, words: tuple[str, ...]) -> bool:
        return len(words) == len(self.words) and all(
            word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
            for word, pattern in zip(words, self.words, strict=True)
        )


def read_place(text: str) -> Place:
    """The place that a whole cell names: a code (``KZ-15``) or any name, in any of the three languages and its cases.

    A name that a region and its city share ("Almaty") means the city unless "region" stands beside it. Cities,
    districts and villages inside a region are not known here. Raises `UnknownPlace`.
    """
    place = _find(_fold_each([text])[0])
    if place is None:
        raise UnknownPlace(_remedy(text, suggest=True))
    return place


def read_places(texts: pd.Series) -> pd.DataFrame:
    """`read_place` for a column; columns ``region``, ``territory`` and ``fault`` ("" where the name was read).

    Each distinct cell is read once. Only the first hundred unknown ones get the nearest known name.
    """
    codes, distinct = pd.factorize(texts.astype("str").fillna(""))
    rows = []
    unknown = 0
    for text, folded in zip(distinct, _fold_each(distinct), strict=True):
        place = _find(folded)
        if place is None:
            rows.append(("", "", _remedy(text, suggest=unknown < MOST_SUGGESTIONS)))
            unknown += 1
        else:
            rows.append((place.region, place.territory, ""))
    read = pd.DataFrame(rows, columns=["region", "territory", "fault"], dtype="str")
    return read.take(codes).set_axis(texts.index)


def territory_on(region: str, day: date) -> str | None:
    """The code in territories.csv of the area that ``region`` stood for on ``day``; None when it did not exist then.

    Raises ``KeyError`` for a code that is no region's.
    """
    rows = _territories()
    rows = rows[rows["region"] == region]
    if rows.empty:
        raise KeyError(region)
    held = rows[(rows["valid_from"] <= pd.Timestamp(day)) & (pd.Timestamp(day) <= rows["valid_to"])]
    return str(held["territory"].iloc[0]) if len(held) else None


def territories_on(regions: pd.Series, days: pd.Series) -> pd.Series:
    """`territory_on` for a column of codes and one of days (datetime64), row by row; missing where there was none."""
    table = _territories()
    codes, names = pd.factorize(regions.astype("str"))
    numbers = dict(zip(names, range(len(names)), strict=True))
    times = days.to_numpy(dtype="datetime64[us]")
    bounds = (table[column].to_numpy(dtype="datetime64[us]") for column in ("valid_from", "valid_to"))
    held = np.full(len(regions), -1)
    for row, (region, start, end) in enumerate(zip(table["region"], *bounds, strict=True)):
        if region in numbers:
            held[(codes == numbers[region]) & (times >= start) & (times <= end)] = row
    territories = table["territory"].array.take(held, allow_fill=True)
    return pd.Series(territories, index=regions.index, name="territory")


@cache
def _territories() -> pd.DataFrame:
    table = read_table("territories")
    first, last = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")  # before and after any figure
    table["valid_from"] = pd.to_datetime(table["valid_from"]).fillna(first)
    table["valid_to"] = pd.to_datetime(table["valid_to"]).fillna(last)
    return table


def _find(folded: str) -> Place | None:
    """The place of a folded cell: as a code, as a name as it stands, or without preposition and type of place."""
    words = tuple(folded.split())
    codes, names, place_words = _known()
    if not words or len(folded) > LONGEST_NAME:
        return None
    if "-".join(words) in codes:
        return Place(codes["-".join(words)], "")
    for name_words, kind in _framed(words, place_words):
        found = [name for name in names[name_words[0][:2]] if name.is_(name_words)]
        found = [name for name in found if kind in {"", name.type}]
        cities = [name for name in found if name.type == "city"]
        places = {name.place for name in cities or found}
        if len(places) == 1:
            return places.pop()
    return None


def _framed(words: tuple[str, ...], place_words: dict[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The cell's words as they stand, then with prepositions and one word for the type of place taken off the ends."""
    yield words, ""
    kind = ""
    while words:
        for end, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
            said = _type_of(end, place_words)
            if said is None or (said and kind) or not rest:
                continue
            words, kind = rest, kind or said
            yield words, kind
            break
        else:
            return


def _type_of(word: str, place_words: dict[str, str]) -> str | None:
    """What kind of place the word announces: "region", "city", "" for a preposition; None for any other word."""
    keys = [word, *(f"{word[:length]}*" for length in range(len(word), 2, -1))]
    return next((place_words[key] for key in keys if key in place_words), None)


@cache
def _known() -> tuple[dict[str, str], dict[str, list[_Name]], dict[str, str]]:
    """The codes, the names by their first two letters, and the words that frame a name."""
    types = read_map("regions", "region", "type")
    listed = read_rows("place_names", "name", "region", "territory")
    names = defaultdict(list)
    for folded, (_, region, territory) in zip(_fold_each(name for name, *_ in listed), listed, strict=True):
        words = tuple(folded.split())
        names[words[0][:2]].append(_Name(words, Place(region, territory), types[region]))
    place_words = read_map("place_words", "word", "type")
    return (
        {code.lower(): code for code in types},
        names,
        dict(zip(_fold_each(place_words), place_words.values(), strict=True)),
    )


def _fold_each(texts: Iterable[str]) -> list[str]:
    """Folded texts without accents and signs: sources print Qaraǵandy and Qaragandy, Nur-Sultan and Nur Sultan."""
    folded = []
    for text in fold_each(texts):
        plain = unicodedata.normalize("NFKD", text[: LONGEST_NAME + 1]).replace("ı", "i")
        letters = (sign if sign.isalnum() or sign == "*" else " " for sign in plain if not unicodedata.combining(sign))
        folded.append(" ".join("".join(letters).split()))
    return folded


def _remedy(text: str, *, suggest: bool) -> str:
    shown = text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"
    near = nearest(shown, _spellings()) if suggest else None
    if near:
        return f"{shown!r} is no region; nearest known name: {near}"
    return f"{shown!r} is no region; give a code such as KZ-15 (towns and districts of a region stand in column place)"


@cache
def _spellings() -> tuple[str, ...]:
    """The names that are offered for a misspelt one: the whole ones, without stems."""
    regions, names = read_table("regions"), read_table("place_names")["name"]
    columns = [column for column in regions.columns if column.startswith(("region", "name_", "short_"))]
    return (*(name for column in columns for name in regions[column]), *names[~names.str.contains("*", regex=False)])
