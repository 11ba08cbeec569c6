"""The years, school years and spans that a document's sentences speak of, and which of them a figure is about."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edstats.extraction.furniture import is_furniture
from edstats.extraction.numbers import YEARS
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

# How the period was found, from the surest to the least sure.
PRINTED, LISTED, CARRIED, PUBLISHED, UNKNOWN = "printed", "list", "carried", "published", "unknown"
_LONGEST_SPAN = 30  # years
# Words of a comparison: "than in 2024" is not the time of the figure.
_THAN = frozenset("than compared against чем сравнению салыстырғанда қарағанда earlier".split())
_SINCE = frozenset(("since", "с", "со", "from"))
_SINCE_BEHIND = frozenset(("бері",))
_IN_YEAR = frozenset("in since from by в с до к".split())
_READY_FOR = frozenset("к началу by before beginning start".split())
_BEGAN = ("бастал", "начал", "начат", "began", "begun", "старт", "launch", "основ", "found")
_UNTIL = frozenset("до к by until till дейін дейінгі қарай".split())
_TO = frozenset(("по", "to", "till", "until", "до", "through", "дейін"))


@dataclass(frozen=True, slots=True)
class Time:
    """Tokens ``start`` to ``stop`` name the period ``code``: ``2024``, ``2024-2025`` a school year, ``2023/2029``.

    ``pupils`` marks words such as "1 September", which mean the school year only for what is counted by school years.
    """

    start: int
    stop: int
    code: str
    pupils: bool = False
    doubtful: bool = False  # two years with a dash and no word: a school year only for what is counted by it

    @property
    def first_year(self) -> int:
        """The year in which the period begins."""
        return int(self.code[:4])

    @property
    def is_span(self) -> bool:
        """Whether it goes over several years."""
        return "/" in self.code


class Times:
    """The periods of one document; ``year`` is the one in which it speaks, 0 where neither date nor text tells it."""

    def __init__(self, reading: Reading, published: str) -> None:
        """``published``: an ISO date or a year, or ""."""
        self.reading = reading
        self.published = int(published[:4]) if published[:4].isdigit() else 0
        self.month = int(published[5:7]) if len(published) >= 7 else 0
        printed = [time for time in _printed(reading, self.published) if not is_furniture(reading, time.start)]
        self.year = self.published or _year_spoken_of(reading, printed)
        relative = list(_relative(reading, self.year)) if self.year else []
        kept = [time for time in (*printed, *relative) if not _in_comparison(reading, time)]
        self.found = sorted(kept, key=lambda time: time.start)
        self.starts = [time.start for time in self.found]
        self.calendar = [self._in_calendar_years(time) for time in self.found if not time.pupils]
        self.calendar_starts = [time.start for time in self.calendar]
        # How often an undated document names the year in which it speaks.
        anchored = not self.published and any(hit.value == "0" for hit in reading.hits.get("relative", ()))
        self.named = sum(time.code == str(self.year) for time in self.found) if anchored else 0

    def of(
        self, quantity: Quantity, segment: tuple[int, int], lead: tuple[int, int] | None, by_school_year: bool
    ) -> tuple[str, str]:
        """The period that the text itself gives a figure, and how it was found; "" and ``UNKNOWN`` where none.

        ``segment`` is the clause of the figure, ``lead`` the line that introduces its list; ``by_school_year``:
        whether what it counts is counted by school years.
        """
        sentence = quantity.sentence
        here = self._within(sentence.start, sentence.stop, by_school_year)
        inside = [time for time in here if segment[0] <= time.start < segment[1]]
        if self.reading.role("and", quantity.start - 1):
            inside = [time for time in inside if time.start > quantity.start] or inside
        if inside:
            return min(inside, key=lambda time: _distance(time, quantity)).code, PRINTED
        before = [time for time in here if time.start < quantity.start]
        if before:
            return before[-1].code, PRINTED
        behind = [time for time in here if time.start > quantity.start and quantity.number.pair != "level"]
        done = any(hit.value == "actual" for hit in self.reading.between("status", *segment))
        if behind and not (done and self.year and behind[0].first_year > self.year):
            return behind[0].code, PRINTED
        if not here and self.published and self.reading.between("month", sentence.start, sentence.stop):
            return str(self.published), PRINTED  # "in October" is that of the year
        times = self._within(*lead, by_school_year) if lead else []
        return (times[-1].code, LISTED) if times else ("", UNKNOWN)

    def of_section(self, quantity: Quantity) -> str:
        """The past time that an earlier sentence without figures gave the paragraph: "What did 2020 bring?"."""
        sentences = self.reading.tokens.sentences
        own = quantity.sentence.number
        for number in range(own - 1, max(own - _SENTENCES_IN_SECTION, -1), -1):
            earlier = sentences[number]
            if earlier.line != quantity.sentence.line:
                break
            named = self._within(earlier.start, earlier.stop, False)
            if named:
                return "" if self._has_figures(named[-1]) or self._is_ahead(named[-1]) else named[-1].code
        return ""

    def aimed_school_year(self, quantity: Quantity) -> str:
        """The school year that the document named last before a level to be reached: "на предстоящий учебный год"."""
        at = bisect_left(self.starts, quantity.sentence.start)
        named = [time for time in self.found[max(0, at - _TIMES_BACK) : at] if "-" in time.code and not time.pupils]
        return named[-1].code if named else ""

    def inside(self, segment: tuple[int, int]) -> bool:
        """Whether the clause names a time of its own."""
        return bool(self._within(*segment, False))

    def _is_start(self, time: Time) -> bool:
        """Whether works are to be ready for a school year: "к началу 2025-2026 учебного года" is 2025."""
        before = self.reading.words[max(time.start - 3, 0) : time.start]
        return "-" in time.code and not time.doubtful and any(word in _READY_FOR for word in before)

    def carried(self, quantity: Quantity) -> str:
        """The span or later year of a plan that an earlier sentence names, for a planned figure without a time."""
        number = quantity.sentence.number
        sentences = self.reading.tokens.sentences
        for earlier in range(number - 1, max(number - _SENTENCES_BACK, -1), -1):
            if sentences[earlier].line != quantity.sentence.line:
                break
            before = self._within(sentences[earlier].start, sentences[earlier].stop, False)
            if before:
                return before[-1].code if self._is_ahead(before[-1]) else ""
        at = bisect_left(self.starts, quantity.sentence.start)
        plans = [
            time
            for time in self.found[max(0, at - _TIMES_BACK) : at]
            if time.is_span and self._is_ahead(time) and not self._has_figures(time)
        ]
        return plans[-1].code if plans else ""

    def _is_ahead(self, time: Time) -> bool:
        return int(time.code[-4:]) > self.year

    def _has_figures(self, time: Time) -> bool:
        """Whether the sentence of the span has figures of its own, and so does not speak of a whole plan."""
        sentence = self.reading.sentence_at(time.start)
        starts = self.reading.figure_starts
        return bisect_left(starts, sentence.start) < bisect_left(starts, sentence.stop)

    def earlier_school_year(self, quantity: Quantity) -> str:
        """The school year that "1 September" or "the first bell" just before means, for what is counted by it."""
        number = quantity.sentence.number
        sentences = self.reading.tokens.sentences
        start = sentences[max(number - _SENTENCES_BACK, 0)].start
        named = [time for time in self._within(start, quantity.sentence.start, True) if time.pupils]
        return named[-1].code if named else ""

    def school_year(self) -> str:
        """The school year that a document of June to December speaks of, "" else."""
        return f"{self.year}-{self.year + 1}" if self.published and self.month >= _SUMMER else ""

    def _within(self, start: int, stop: int, by_school_year: bool) -> list[Time]:
        if by_school_year:
            return self.found[bisect_left(self.starts, start) : bisect_left(self.starts, stop)]
        starts = self.calendar_starts
        return self.calendar[bisect_left(starts, start) : bisect_left(starts, stop)]

    def _in_calendar_years(self, time: Time) -> Time:
        """The time as it is meant of what is not counted by school years."""
        if self._is_start(time):
            return replace(time, code=time.code[:4])
        return replace(time, code=time.code.replace("-", "/")) if time.doubtful else time


_TIMES_BACK = 40
_SENTENCES_BACK, _SENTENCES_IN_SECTION = 4, 8
_SUMMER = 6


def _distance(time: Time, quantity: Quantity) -> int:
    if time.stop <= quantity.start:
        return quantity.start - time.stop
    return max(0, time.start - quantity.stop) + 1


def _printed(reading: Reading, published: int) -> Iterator[Time]:
    """Years that stand in the text, as single years, school years and spans."""
    skip = 0
    for position, word in enumerate(reading.words):
        if position < skip or len(word) != 4 or not _is_year(reading, position):
            continue
        last, stop = _second_year(reading, position)
        if last:
            skip = stop
            first = int(word)
            school = last == first + 1 and _is_school_year(reading, position, stop)
            named = any(hit.value == "school_year" for hit in reading.between("period", position - 2, stop + 3))
            code = f"{first}-{last}" if school else f"{first}/{last}"
            yield Time(position, stop, code, doubtful=school and not named)
        elif published and int(word) < published and _is_since(reading, position):
            yield Time(position, position + 1, f"{word}/{published}")
        else:
            yield Time(position, position + 1, word)


def _is_year(reading: Reading, position: int) -> bool:
    word = reading.word(position)
    if not (len(word) == 4 and word.isdigit() and int(word) in YEARS):
        return False
    unit = reading.units.get(position + 1)
    if word == "2000" and unit is None and reading.word(position - 1) not in _IN_YEAR:
        return False  # a round number more often than the year
    return unit is None or unit.value == "year" or reading.role("uncounted", position + 1)


def _is_since(reading: Reading, position: int) -> bool:
    """ "С 2019 года возведено", "2023 жылдан бері", "since 2019"."""
    before = [reading.word(place) for place in range(position - 4, position)]
    since_start = any(word in {"beginning", "start", "начала"} for word in before[1:]) and any(
        word in {"since", "с"} for word in before
    )
    return before[-1] in _SINCE or since_start or reading.word(position + 2) in _SINCE_BEHIND


def _second_year(reading: Reading, position: int) -> tuple[int, int]:
    """The later year of a span that begins at ``position`` and the position behind it, or 0."""
    words = reading.words
    first = int(words[position])
    if reading.word(position + 1) in {"-", "/"}:
        second = reading.word(position + 2)
        if len(second) == 4 and second.isdigit() and first < int(second) <= min(first + _LONGEST_SPAN, YEARS[-1]):
            return int(second), position + 3
        if len(second) == 2 and second.isdigit() and int(second) == (first + 1) % 100:
            return first + 1, position + 3
    # "с 2023 по 2027 годы", "from 2023 to 2027", "2023 жылдан 2027 жылға дейін"
    for place in range(position + 1, min(position + 5, len(words))):
        if _is_year(reading, place) and int(words[place]) > first:
            between = words[position + 1 : place]
            if reading.word(position - 1) == "between" and between == ["and"]:
                return int(words[place]), place + 1
            if any(word in _TO for word in between) or (between == ["жылдан"] and reading.word(place + 2) in _TO):
                return int(words[place]), place + 1
    return 0, position


def _is_school_year(reading: Reading, start: int, stop: int) -> bool:
    """Two years in a row are a school year where its words stand beside them, or a dash and no word for years."""
    if any(hit.value == "school_year" for hit in reading.between("period", start - 2, stop + 3)):
        return True
    plain = any(hit.value == "year" for hit in reading.between("period", stop, stop + 2))
    return reading.word(start + 1) == "-" and not plain


def _year_spoken_of(reading: Reading, printed: list[Time]) -> int:
    """The year in which an undated document speaks: the one it prints most often, the latest of several."""
    single = []
    begins: dict[int, bool] = {}
    for time in printed:
        until = reading.word(time.start - 1) in _UNTIL or reading.word(time.stop + 1) in _UNTIL
        if len(time.code) != 4 or until:
            continue
        sentence = reading.sentence_at(time.start)
        if sentence.number not in begins:
            words = reading.words[sentence.start : sentence.stop]
            begins[sentence.number] = any(word.startswith(_BEGAN) for word in words)
        if not begins[sentence.number]:
            single.append(int(time.code))
    counts = Counter(single)
    if len(counts) == 1:
        return single[0]
    year = max(counts, key=lambda year: (counts[year], year)) if counts else 0
    return year if counts[year] > 1 else 0


def _relative(reading: Reading, year: int) -> Iterator[Time]:
    """ "this year", "былтыр", "за последние три года" as years, seen from the year of the document."""
    for position, word in enumerate(reading.words):
        if word == "ішінде" and reading.word(position - 1) == "жыл":  # "екі жыл ішінде"
            count = _count_of_years(reading, position - 2)
            if count > 1:
                yield Time(position - 2, position + 1, f"{year - count}/{year}")
    for hit in reading.hits.get("relative", ()):
        way, _, number = hit.value.partition(" ")
        if way in {"past", "ahead"}:
            count = _count_of_years(reading, hit.stop)
            if count > 1:
                code = f"{year - count + 1}/{year}" if way == "past" else f"{year}/{year + count - 1}"
                yield Time(hit.start, hit.stop, code)
        elif way in {"school", "pupils"}:
            first = year + int(number)
            yield Time(hit.start, hit.stop, f"{first}-{first + 1}", pupils=way == "pupils")
        else:
            yield Time(hit.start, hit.stop, str(year + int(way)))


def _count_of_years(reading: Reading, position: int) -> int:
    """The number of years that stands there: "три года", "5 лет"; 0 for anything else."""
    if reading.word(position) in {"последние", "прошедшие", "минувшие", "ближайшие"}:
        position += 1
    word = reading.word(position)
    if not any(reading.word(place).startswith(("год", "лет", "year", "жыл")) for place in (position + 1, position + 2)):
        return 0
    if word.isdigit() and int(word) < _LONGEST_SPAN:
        return int(word)
    numbers = reading.between("number", position, position + 1)
    return int(float(numbers[0].value)) if numbers and numbers[0].value != "scale" else 0


def _in_comparison(reading: Reading, time: Time) -> bool:
    around = [reading.word(place) for place in (*range(time.start - 3, time.start), time.stop, time.stop + 1)]
    return any(word in _THAN for word in around)
