"""Every list of the codebook that a document is read with, laid against its words in one pass.

A word is looked up once, however often it stands in a text; what begins with it is found from there. So the pass takes
a time in step with the number of words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pandas as pd

from edstats.codebook import read_table
from edstats.extraction.kazakh_latin import SCHEMES, to_cyrillic
from edstats.numeral_words import vocabulary
from edstats.wordlists import WordList, stands

_MOST_WORDS = 200_000  # distinct words kept ready; beyond it a hostile text would only fill the memory
_RESULT = dict[str, list["Hit"]]


class Hit(NamedTuple):
    """An entry that stands at tokens ``start`` to ``stop``, and what it means in its list."""

    start: int
    stop: int
    value: str


class _Entry(NamedTuple):
    """A pattern, the name of the list that it is from, and its meaning there."""

    pattern: tuple[str, ...]
    kind: str
    value: str


class _Known(NamedTuple):
    """What begins with one word: entries of that word alone, and longer ones by how their second word begins."""

    alone: tuple[_Entry, ...]
    longer: dict[str, tuple[_Entry, ...]] | None


_NOTHING = _Known((), None)
_KEY = 2  # letters of the second word by which longer entries are found


class Lexicon:
    """The lists of one language: units, qualifiers, concepts, status words, months, words of time, places, asides."""

    def __init__(self, language: str) -> None:
        """``language``: en, ru or kk."""
        self._list: WordList[tuple[str, str]] = WordList(
            (pattern, (kind, value)) for kind, value, pattern in _entries(language) if pattern
        )
        self._known: dict[str, _Known] = {}

    def hits(self, words: list[str]) -> _RESULT:
        """What stands among ``words``, by list, in the order of the words.

        Of one list the longest entry at a place counts, except of the lists in ``_MANY``, where every one does.
        """
        found: _RESULT = defaultdict(list)
        known = self._known
        if len(known) > _MOST_WORDS:
            known.clear()
        last = len(words) - 1
        for position, word in enumerate(words):
            entry = known.get(word)
            if entry is None:
                entry = known[word] = self._starting(word)
            if entry is _NOTHING:
                continue
            alone, longer = entry
            if longer is not None and position < last:
                second = words[position + 1]
                candidates = longer.get(second[:_KEY], ()) + longer.get("", ())
                if candidates and _add(found, candidates + alone, words, position):
                    continue
            for _, kind, value in alone:
                hits = found[kind]
                if kind == "status" and hits and hits[-1].stop > position:
                    continue  # "алады" inside "білім алады" says nothing of its own
                hits.append(Hit(position, position + 1, value))
        return found

    def _starting(self, word: str) -> _Known:
        found = [_Entry(pattern, *meaning) for pattern, meaning in self._list.starting(word)]
        # The most letters first, so that кітапхана is a library and no book.
        entries = sorted(found, key=lambda entry: (-len(entry.pattern), -len(entry.pattern[0].strip("*"))))
        if not entries:
            return _NOTHING
        alone: dict[tuple[str, str], _Entry] = {}
        longer: dict[str, list[_Entry]] = defaultdict(list)
        for entry in entries:
            if len(entry.pattern) == 1:
                alone.setdefault(_key(entry), entry)
            else:
                second = entry.pattern[1].rstrip("*")
                longer[second[:_KEY] if len(second) >= _KEY and second[0] != "*" else ""].append(entry)
        by_second = {key: tuple(found) for key, found in longer.items()} or None
        return _Known(tuple(alone.values()), by_second)


def _key(entry: _Entry) -> tuple[str, str]:
    return entry.kind, entry.value if entry.kind in _MANY else ""


def _add(found: _RESULT, entries: tuple[_Entry, ...], words: list[str], position: int) -> bool:
    """Add the entries that stand at ``position``, the longest of each list; whether there were any."""
    taken: set[tuple[str, str]] = set()
    for entry in sorted(entries, key=_shortness) if len(entries) > 1 else entries:
        pattern, kind, value = entry
        key = _key(entry)
        if key in taken:
            continue
        if value in _HIDDEN and any(("concept", longer) in taken for longer in _HIDDEN[value]):
            continue
        length = len(pattern)
        if length == 1 or stands(pattern, words[position : position + length]):
            taken.add(key)
            hits = found[kind]
            if kind == "status" and hits and hits[-1].stop > position:
                continue
            hits.append(Hit(position, position + length, value))
    return bool(taken)


def _shortness(entry: _Entry) -> int:
    return -len(entry.pattern)


_MANY = frozenset({"concept", "role", "period", "locality", "region"})
# Of two concepts that begin with one word the longer one hides these: "new school year" is no new school.
_HIDDEN = {
    "school": frozenset(("preschool", "school_year")),
    "new": frozenset(("school_year",)),
    "new_build": frozenset(("opened_doors",)),
}


def _entries(language: str) -> Iterator[tuple[str, str, str]]:
    """The lists' names, meanings and patterns."""
    for table, kind in (("units", "unit"), ("concepts", "concept")):
        patterns = list(_parted(_rows(read_table(table), kind, f"patterns_{language}")))
        yield from _as(kind, patterns)
        if language == "kk":
            yield from _as(kind, _respelt(patterns))
    yield from _as("number", _parted(_rows(read_table("number_words"), "value", language)))
    scales = _of("scales", language)
    yield from _as("scale", _rows(scales, "factor", "word"))
    yield from (("number", "scale", word) for word, alone in _rows(scales, "word", "alone") if alone)
    qualifiers = _of("qualifiers", language)
    for position in ("before", "after"):
        yield from _as(position, _rows(qualifiers[qualifiers["position"] == position], "qualifier", "phrase"))
    for table, kind, key, pattern in (
        ("page_furniture", "furniture", "role", "pattern"),
        ("status_words", "status", "status", "pattern"),
        ("number_context", "role", "role", "word"),
        ("months", "month", "month", "pattern"),
        ("relative_times", "relative", "value", "pattern"),
        ("period_words", "period", "role", "pattern"),
    ):
        yield from _as(kind, _rows(_of(table, language), key, pattern))
    named: dict[str, str] = {}
    for column in _NAMES:
        for programme, name in _rows(read_table("programmes"), "programme", column):
            named.setdefault(name, programme)
    yield from (("programme", programme, name) for name, programme in named.items())
    yield from _places()


_NAMES = ("name_en", "name_ru", "name_kk")
_PATTERNS = ("patterns_en", "patterns_ru", "patterns_kk")
_Pairs = Iterable[tuple[str, str]]


def _rows(table: pd.DataFrame, value: str, pattern: str) -> _Pairs:
    return zip(table[value].tolist(), table[pattern].tolist(), strict=True)


def _parted(rows: _Pairs) -> _Pairs:
    """Cells that hold several patterns, one at a time."""
    return ((value, pattern) for value, cell in rows for pattern in cell.split("|"))


def _as(kind: str, rows: _Pairs) -> Iterator[tuple[str, str, str]]:
    return ((kind, value, pattern) for value, pattern in rows)


def _respelt(patterns: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What Kazakh patterns in Latin letters (KZT, avtobus*) become in a text that is respelt in Cyrillic."""
    listed = {pattern.lower() for _, pattern in patterns}
    for value, pattern in patterns:
        for scheme in SCHEMES:
            spelt = " ".join(to_cyrillic(word, scheme) for word in pattern.lower().split())
            # A stem that the list has as a whole word only is too short to be one: бала, адам.
            if spelt not in listed and spelt.removesuffix("*") not in listed:
                yield value, spelt


def _places() -> Iterator[tuple[str, str, str]]:
    """Names of regions, towns and districts in every language, since sources mix them."""
    regions, localities = read_table("regions"), read_table("localities")
    names = [_rows(read_table("place_names"), "region", "name"), *(_rows(regions, "region", name) for name in _NAMES)]
    yield from _as("region", (row for rows in names for row in rows if row[0] != "KZ"))
    cities = set(regions.loc[regions["type"] == "city", "region"])
    towns = localities[~(localities["region"].isin(cities) & (localities["type"] == "city"))]
    towns = towns.assign(place=towns["region"] + "|" + towns["name_en"])
    for column in _PATTERNS:
        yield from _as("locality", _parted(_rows(towns, "place", column)))


def _of(name: str, language: str) -> pd.DataFrame:
    table = read_table(name)
    return table[table["language"].isin(["", language])]


@cache
def lexicon(language: str) -> Lexicon:
    """The lists of one language (en, ru, kk), made ready once in a process."""
    vocabulary(language)
    return Lexicon(language)
