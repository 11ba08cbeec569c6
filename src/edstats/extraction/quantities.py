"""What a number counts and how exactly: its unit, its qualifier, and where its phrase begins and ends."""

from bisect import bisect_left
from dataclasses import dataclass, field

from edstats.extraction.lexicon import Hit
from edstats.extraction.nouns import (
    ASIDE,
    BEFORE,
    BESIDE,
    ELIDED,
    GUESSED,
    INSTITUTIONS,
    LISTED,
    NOT_FOUND,
    REACH,
    SHARED,
    currency_of,
    noun_before,
    noun_behind,
)
from edstats.extraction.numbers import Number
from edstats.extraction.reading import Reading
from edstats.extraction.tokens import Sentence

_CAPACITY = frozenset(("place", "student", "child", "village", "person"))


@dataclass(slots=True)
class Quantity:
    """A number with its unit. Tokens ``start`` to ``stop`` are its phrase; ``noun`` is where its noun stands."""

    number: Number
    sentence: Sentence
    unit: str
    unit_found: str
    start: int
    stop: int
    noun: int
    qualifier: str
    whole: "Quantity | None" = None  # of which it is a part, or whose noun it shares

    @property
    def is_count(self) -> bool:
        """Whether it counts things: neither money nor a share nor a ratio."""
        return self.unit not in {"", "KZT", "USD", "percent", "percentage_point", "times"}


def find_quantities(reading: Reading, numbers: list[Number]) -> list[Quantity]:
    """The numbers that count something, with what they count; the others are left out."""
    found: list[Quantity] = []
    follower: Quantity | None = None
    # From the end, since "12 basic and 134 small schools" shares the noun of the number behind.
    for at in range(len(numbers) - 1, -1, -1):
        quantity = _with_noun(reading, numbers[at], numbers[at - 1] if at else None, follower)
        if quantity is not None:
            found.append(quantity)
        follower = quantity
    found.reverse()
    return _with_elided(reading, found)


def _with_noun(reading: Reading, number: Number, earlier: Number | None, follower: Quantity | None) -> Quantity | None:
    """The number with the noun that stands behind it, None where that noun counts no figure."""
    sentence = reading.sentence_at(number.start)
    unit, noun, stop, how = noun_behind(reading, number, sentence)
    if follower and follower.start < stop:
        unit, noun, stop, how = "", -1, number.ending, NOT_FOUND  # "5 $6 млн"
    if unit == "uncounted" and currency_of(reading, number, earlier, sentence)[2] == ASIDE:
        unit = ""  # "KZT4.3bn this year"
    if unit == "uncounted":
        return None
    if not unit:
        unit, noun, how = currency_of(reading, number, earlier, sentence)
        stop = number.stop
    if (not unit or how == GUESSED) and follower and number.pair == "level" and follower.number.pair == "target":
        unit, noun, how = follower.unit, follower.noun, SHARED
    if not unit and follower and follower.sentence is sentence and _is_joined(reading, number, follower):
        unit, noun, how = follower.unit, follower.noun, SHARED
    if number.in_words and number.value == 1 and how != BESIDE and not reading.words[number.start].startswith("біреу"):
        return None
    if (unit == "class" and _is_grade(reading, number)) or _names_grade(reading, number):
        return None
    start = number.start
    if how == ASIDE:
        start = min(start, noun)
    return Quantity(number, sentence, unit, how, start, max(stop, number.stop), noun, _qualifier(reading, number, stop))


def _names_grade(reading: Reading, number: Number) -> bool:
    """Whether a dash ties it to the word for a grade: "1-сынып оқушылары"."""
    return reading.word(number.stop) == "-" and reading.word(number.stop + 1).startswith(("сынып", "сыныб", "класс"))


def _is_grade(reading: Reading, number: Number) -> bool:
    """Whether classes are those of an age and not counted: "1-4 классов", "9-сынып", "9-х классов"."""
    hyphen = reading.word(number.stop) == "-" and reading.glued(number.stop)
    return (number.value_high or number.value) <= 12 and (number.value_high is not None or hyphen)


def _is_joined(reading: Reading, number: Number, follower: Quantity) -> bool:
    """Whether the number shares the noun of the one behind it: "12 basic and 134 small schools", "10, 15 школ"."""
    gap = reading.words[number.ending : follower.number.start]
    if not gap or len(gap) > 4:
        return False
    last = len(gap) - 1 + number.ending
    return (
        (reading.role("and", last) or gap[-1] in {"/"})
        and follower.unit_found in {BESIDE, SHARED}
        and follower.is_count
    )


def _with_elided(reading: Reading, quantities: list[Quantity]) -> list[Quantity]:
    """Numbers without a noun get that of the number before them, or the noun that stands before them."""
    found: list[Quantity] = []
    tables = _Tables(reading)
    for quantity in quantities:
        if not quantity.unit:
            if _is_age(reading, quantity.number):
                continue
            _find_elided(reading, tables, quantity, found)
        if quantity.unit:
            found.append(quantity)
    return found


_OLDEST = 18
_AGE_LINKS = frozenset(
    ("from", "to", "up", "until", "under", "over", "below", "above", "between", "and", "than", "от", "до")
)
_AGE_MARKS = frozenset(
    ("from", "up", "under", "over", "below", "above", "between", "younger", "older", "от", "старше", "младше")
)
_COUNTS = frozenset(("number", "число", "количество", "числа"))


def _is_age(reading: Reading, number: Number) -> bool:
    """Whether a small number without a noun of its own is how old children are: "children from 7 to 16"."""
    if number.scale or (number.value_high or number.value) > _OLDEST:
        return False
    marked = False
    for place in range(number.start - 1, max(number.start - REACH, -1), -1):
        word = reading.words[place]
        unit = reading.units.get(place)
        if unit:
            counted = any(reading.word(place - back) in _COUNTS for back in (1, 2))
            return marked and unit.value in {"child", "student"} and not counted
        marked = marked or word in _AGE_MARKS
        if word not in _AGE_LINKS | _AGE_MARKS and not word.isdecimal():
            return False
    return False


def _find_elided(reading: Reading, tables: "_Tables", quantity: Quantity, earlier: list[Quantity]) -> None:
    here = quantity.sentence
    head = tables.head(quantity)
    if head:
        quantity.unit, quantity.noun, quantity.unit_found = head.value, head.start, LISTED
        return
    spoken_of = _noun_of_pronoun(reading, quantity)
    if spoken_of:
        quantity.unit, quantity.noun, quantity.unit_found = spoken_of.value, spoken_of.start, BEFORE
        return
    last = _antecedent(reading, quantity, earlier)
    inside = last is not None and last.sentence.number == here.number
    before = noun_before(reading, quantity.number, max(last.stop, here.start) if last and inside else here.start)
    if before and (before.close or last is None):
        quantity.unit, quantity.noun, quantity.unit_found = before.unit, before.place, BEFORE
    elif last and last.unit == "place" and reading.units.get(last.stop, _NO_HIT).value in INSTITUTIONS:
        noun = reading.units[last.stop]  # "a 300-seat school ... Six others"
        quantity.unit, quantity.noun, quantity.unit_found = noun.value, noun.start, ELIDED
    elif last and (last.sentence.line == here.line or not _find_listed(reading, quantity)):
        quantity.unit, quantity.noun, quantity.unit_found, quantity.whole = last.unit, last.noun, ELIDED, last
    elif not quantity.unit:
        _find_listed(reading, quantity)


_NO_HIT = Hit(0, 0, "")
_PRONOUNS = frozenset(("they", "их", "олар"))


def _noun_of_pronoun(reading: Reading, quantity: Quantity) -> Hit | None:
    """The noun for which the word before the number stands: "трёхсменных школ много, их 50"."""
    start = quantity.number.start
    for place in range(start - 1, max(start - 3, quantity.sentence.start), -1):
        if reading.words[place] in _PRONOUNS and reading.word(place - 1) == ",":
            named = [
                unit
                for unit in reading.between("unit", max(place - REACH, quantity.sentence.start), place)
                if unit.value in INSTITUTIONS
            ]
            return named[-1] if named else None
    return None


def _antecedent(reading: Reading, quantity: Quantity, earlier: list[Quantity]) -> Quantity | None:
    """The number whose noun this one shares: the last one near; of a school and its places the school."""
    here = quantity.sentence
    near = [
        other
        for other in earlier[-4:]
        if other.is_count and here.number - other.sentence.number <= (2 if other.sentence.line == here.line else 1)
    ]
    if not near:
        return None
    last = near[-1]
    sizes = [other for other in near if other.unit == "place" or (other.unit in _CAPACITY and _is_size(reading, other))]
    if sizes and (reading.word(quantity.start - 1) in _SIZE or _is_short_of(reading, quantity)):
        return sizes[-1]
    if last in sizes and not (last.number.value >= quantity.number.value >= max(_LEAST_SIZE, last.number.value / 50)):
        wholes = [
            other
            for other in earlier[-_WHOLES_BACK:]
            if other.unit in INSTITUTIONS and here.number - other.sentence.number <= _WHOLE_SENTENCES
        ]
        last = next((other for other in reversed(wholes) if other.number.value >= quantity.number.value), last)
    if last.unit in INSTITUTIONS and quantity.number.value > max(last.number.value, _LEAST_SIZE):
        # A part is no larger than its whole: what is larger is how many one of them takes.
        return next((other for other in reversed(sizes) if other.number.value >= last.number.value), last)
    return last


_LEAST_SIZE = 50  # places of a school; counts of schools that are parts of others are seldom larger
_WHOLES_BACK, _WHOLE_SENTENCES = 8, 4
_SIZE = frozenset(("на", "for", "по", "with"))


def _is_size(reading: Reading, quantity: Quantity) -> bool:
    """Whether the number is what a school takes or where it stands, and so not what is counted on."""
    if reading.language == "kk" and reading.words[quantity.stop - 1].endswith(("ға", "ге", "қа", "ке")):
        return True
    if any(hit.value == "capacity" for hit in reading.between("concept", quantity.stop, quantity.stop + 3)):
        return True
    return quantity.unit == "village" or any(
        reading.word(quantity.start - back) in {*_SIZE, "(", "take", "in", "capacity"} for back in (1, 2, 3)
    )


def _is_short_of(reading: Reading, quantity: Quantity) -> bool:
    return any(hit.value == "shortage" for hit in reading.between("concept", quantity.start - 2, quantity.start))


@dataclass(slots=True)
class _Tables:
    """Lines with "|" between the cells; what a line or a cell holds is looked up once, however many figures ask."""

    reading: Reading
    _bars: dict[int, list[int]] = field(default_factory=dict)
    _units: dict[tuple[int, int], Hit | None] = field(default_factory=dict)

    def head(self, quantity: Quantity) -> Hit | None:
        """The noun at the head of the number's column."""
        start, stop = self.reading.line_at(quantity.start)
        bars = self._bars_of(start, stop)
        column = bisect_left(bars, quantity.start)
        for _ in range(_LONGEST_TABLE):
            if start == 0 or not bars:
                return None
            start, stop = self.reading.line_at(start - 1)
            bars = self._bars_of(start, stop)
            if bars and column <= len(bars):
                first = bars[column - 1] + 1 if column else start
                unit = self._unit_of(first, bars[column] if column < len(bars) else stop)
                if unit:
                    return unit
        return None

    def _bars_of(self, start: int, stop: int) -> list[int]:
        bars = self._bars.get(start)
        if bars is None:
            words = self.reading.words
            bars = self._bars[start] = [place for place in range(start, stop) if words[place] == "|"]
        return bars

    def _unit_of(self, start: int, stop: int) -> Hit | None:
        """The noun in a cell without digits."""
        cell = start, stop
        if cell not in self._units:
            units = self.reading.between("unit", start, stop)
            digits = any(word[0].isdigit() for word in self.reading.words[start:stop])
            self._units[cell] = None if digits or not units else units[0]
        return self._units[cell]


_LONGEST_TABLE = 40


def _find_listed(reading: Reading, quantity: Quantity) -> bool:
    """The noun, and the scale, that the line before a list names for all its numbers: "(тыс. студентов):"."""
    lead = reading.lead_of(quantity.sentence)
    if lead is None or quantity.sentence.stop - quantity.stop > 2:
        return False
    units = reading.between("unit", *lead) or reading.between("unit", reading.line_at(lead[0])[0], lead[1])
    if not units:
        return False
    unit = units[-1]
    quantity.unit, quantity.noun, quantity.unit_found = unit.value, unit.start, LISTED
    scale = next((hit for hit in reading.between("scale", *lead) if hit.stop == unit.start), None)
    if scale and not quantity.number.scale:
        quantity.number.value = round(quantity.number.value * float(scale.value), 6)
    return True


def _qualifier(reading: Reading, number: Number, stop: int) -> str:
    if number.value_high is not None:
        return "range"
    if number.pair == "target":
        return "exact"
    if number.about:
        return "about"
    for place in (number.start, number.start - 1, number.start - 2):
        for hit in sorted(reading.before.get(place, ()), key=lambda hit: hit.start):
            if place == number.start or _links(reading, place, number.start):
                return hit.value
    for place in range(number.stop - 1, min(max(stop, number.ending) + 2, number.stop + 6)):
        after = reading.after.get(place)
        if (
            after
            and reading.word(after.stop) not in _THAN
            and reading.sentence_at(place) is reading.sentence_at(number.start)
        ):
            return after.value
    return "exact"


_THAN = frozenset(("than", "чем"))  # "900 teachers, and more than 7,900 students"


def _links(reading: Reading, start: int, stop: int) -> bool:
    """Whether only prepositions, articles and currency signs stand between a qualifier and its number."""
    return all(
        reading.role("link", place)
        or (place in reading.units and reading.unit_kind(reading.units[place].value) == "money")
        for place in range(start, stop)
    )
