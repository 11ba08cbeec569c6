"""The years, school years and spans that a document's sentences speak of, and which of them a figure is about."""

from dataclasses import dataclass

from edstats.extraction.numbers import YEARS
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

# How the period was found, from the surest to the least sure.
PRINTED, CARRIED, PUBLISHED, UNKNOWN = "printed", "carried", "published", "unknown"


@dataclass(frozen=True, slots=True)
class Time:
    """Tokens ``start`` to ``stop`` name the period ``code``: ``2024``, ``2024-2025`` a school year, ``2023/2029``."""

    start: int
    stop: int
    code: str
    relative: bool

    @property
    def last_year(self) -> int:
        """The year in which the period ends."""
        return int(self.code[-4:])


class Times:
    """The periods of one document; ``year`` is the one in which it speaks, 0 where neither date nor text tells it."""

    def __init__(self, reading: Reading, published: str) -> None:
        """``published``: an ISO date or a year, or ""."""
        self.reading = reading
        printed = list(_printed(reading))
        self.published = int(published[:4]) if published[:4].isdigit() else 0
        single = [int(time.code) for time in printed if len(time.code) == 4]
        self.year = self.published or (single[0] if single else 0)
        times = printed + (list(_relative(reading, self.year)) if self.year else [])
        self.found = sorted(times, key=lambda time: time.start)

    def of(self, quantity: Quantity, segment: tuple[int, int], lead: tuple[int, int] | None) -> tuple[str, str]:
        """The period of a figure and how it was found.

        ``segment`` is the part of the sentence that holds the figure, ``lead`` the line that introduces its list.
        """
        sentence = quantity.sentence
        here = [time for time in self._within(sentence.start, sentence.stop)]
        if here:
            inside = [time for time in here if segment[0] <= time.start < segment[1]]
            before = [time for time in here if time.start < quantity.start]
            nearest = (
                min(inside, key=lambda time: abs(time.start - quantity.start))
                if inside
                else (before[-1] if before else here[0])
            )
            return nearest.code, PRINTED
        if lead:
            times = self._within(*lead)
            if times:
                return times[-1].code, CARRIED
        if self.published:
            return str(self.published), PUBLISHED
        return "", UNKNOWN

    def _within(self, start: int, stop: int) -> list[Time]:
        return [time for time in self.found if start <= time.start < stop]


def _printed(reading: Reading):  # type: ignore[no-untyped-def]
    """Years that stand in the text, as single years, school years and spans."""
    words = reading.words
    skip = 0
    for position, word in enumerate(words):
        if position < skip or not word[0].isdigit():
            continue
        if len(word) == 10 and word[2] in "./" and word[6:].isdigit():
            continue
        if not _is_year(word):
            continue
        if position in reading.tokens.line_breaks and False:
            continue
        last, stop = _second_year(reading, position)
        if not last:
            unit = reading.units.get(position + 1)
            if unit and unit.value != "year":
                continue
            yield Time(position, position + 1, word, False)
            continue
        skip = stop
        first = int(word)
        school = last == first + 1 and _is_school_year(reading, position, stop)
        yield Time(position, stop, f"{first}-{last}" if school else f"{first}/{last}", False)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and int(word) in YEARS


def _second_year(reading: Reading, position: int) -> tuple[int, int]:
    """The later year of a span that begins at ``position`` and the position behind it, or 0."""
    words = reading.words
    first = int(words[position])
    if reading.word(position + 1) in {"-", "/"}:
        second = reading.word(position + 2)
        if _is_year(second) and int(second) > first:
            return int(second), position + 3
        if len(second) == 2 and second.isdigit() and int(second) == (first + 1) % 100:
            return first + 1, position + 3
    # "с 2023 по 2027 годы", "from 2023 to 2027", "2023 жылдан 2027 жылға дейін"
    for place in range(position + 1, min(position + 5, len(words))):
        if _is_year(words[place]) and int(words[place]) > first:
            between = words[position + 1 : place]
            if any(word in _TO for word in between) or (between and between[0].startswith(_FROM_YEAR)):
                return int(words[place]), place + 1
    return 0, position


_TO = frozenset(("по", "to", "till", "until", "до", "through"))
_FROM_YEAR = ("жылдан", "jyldan")


def _is_school_year(reading: Reading, start: int, stop: int) -> bool:
    """Two years in a row are a school year where its words stand beside them, or a dash and no word for years."""
    named = any(hit.value == "school_year" for hit in reading.between("period", start - 2, stop + 3))
    if named:
        return True
    plain = any(hit.value == "year" and hit.start <= stop + 1 for hit in reading.between("period", stop, stop + 2))
    return reading.word(start + 1) == "-" and not plain


def _relative(reading: Reading, year: int):  # type: ignore[no-untyped-def]
    """ "this year", "былтыр", "за последние три года" as years, seen from the year of the document."""
    for hit in reading.hits.get("relative", ()):
        if hit.value.startswith("past"):
            count = _count_of_years(reading, hit.stop)
            if count:
                yield Time(hit.start, hit.stop, f"{year - count + 1}/{year}", True)
        elif hit.value.startswith("school"):
            offset = int(hit.value[6:])
            yield Time(hit.start, hit.stop, f"{year + offset}-{year + offset + 1}", True)
        else:
            yield Time(hit.start, hit.stop, str(year + int(hit.value)), True)


def _count_of_years(reading: Reading, position: int) -> int:
    word = reading.word(position)
    if word.isdigit() and int(word) < 20:
        return int(word)
    numbers = reading.between("number", position, position + 1)
    return int(float(numbers[0].value)) if numbers and numbers[0].value != "scale" else 0
