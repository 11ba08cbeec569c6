"""The figures of a document that are read already, and what a later figure takes over from one of them."""

from dataclasses import dataclass

from edstats.extraction.indicators import OTHER, Choice
from edstats.extraction.nouns import ELIDED, LISTED
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading
from edstats.extraction.statuses import Kin
from edstats.extraction.tokens import Sentence

# How the indicator was found: by the figure's own words, or taken over.
OWN, WHOLE, TOPIC = "", "whole", "topic"
_SURE = 0.8  # score of a rule above which a part is what its own words say
_UNEXPLAINED = 0.5  # and below which a count is of what the text is about
_TOPIC_FIGURES, _TOPIC_SENTENCES = 4, 3
_NEAR_SIZE = 8
# What may be built or renovated.
BUILDINGS = frozenset(("school", "facility", "building", "organisation", "extension"))
_VAGUE = frozenset(("facility", "building"))
_ACTIONS = frozenset(("schools_built", "schools_renovated"))
_SIZES = frozenset(("school_places_built", "kindergarten_places"))
_SIZED = frozenset(("schools_built", "kindergartens"))
_TYPES = frozenset(
    (
        *("schools_rural", "schools_small", "schools_hub", "schools_urban"),
        *("schools_emergency", "schools_multi_shift", "students_rural"),
    )
)
_ASIDE_WORDS = frozenset("( , - or that is i e то есть или яғни about over more than более около".split())
_LONGEST_ASIDE = 4


@dataclass(frozen=True, slots=True)
class Read:
    """A figure that is read: what it counts, its indicator, and what a figure that belongs to it takes over."""

    quantity: Quantity
    choice: Choice
    kin: Kin


class Earlier:
    """The figures read so far, in the order of the text."""

    def __init__(self) -> None:
        """No figure is read yet."""
        self._read: list[Read] = []
        self._by_quantity: dict[int, Read] = {}

    def add(self, read: Read) -> None:
        """Puts one more figure behind the others."""
        self._read.append(read)
        self._by_quantity[id(read.quantity)] = read

    @property
    def last(self) -> Read | None:
        """The figure just before."""
        return self._read[-1] if self._read else None

    def last_in(self, sentence: Sentence) -> Read | None:
        """The figure just before, where it stands in the sentence."""
        return self.last if self.last and self.last.quantity.sentence is sentence else None

    def whole_of(self, quantity: Quantity) -> Read | None:
        """The figure of which this one is a part, or whose noun it shares."""
        return self._by_quantity.get(id(quantity.whole)) if quantity.whole else None

    def kin_of(self, quantity: Quantity, choice: Choice) -> Kin | None:
        """That of the schools whose places the figure counts, or of the whole of which it is a part."""
        last = self.last_in(quantity.sentence)
        is_size = last is not None and choice.indicator in _SIZES and last.choice.indicator in _SIZED
        if last and is_size and quantity.start - last.quantity.stop <= _NEAR_SIZE:
            return last.kin
        whole = self.whole_of(quantity)
        if whole and whole.quantity.sentence is quantity.sentence and quantity.number.pair != "target":
            return whole.kin
        return None

    def choice_for(self, reading: Reading, quantity: Quantity, own: Choice) -> tuple[Choice, str]:
        """The indicator of the figure and how it was found, where ``own`` is that of its own words.

        A part keeps the indicator of its whole where that is an action: 26 of 50 schools built were built too.
        """
        taken = self._of_kin(reading, quantity, own)
        topic = self._of_topic(quantity, taken or own)
        if topic:
            return topic, TOPIC
        return (taken, WHOLE) if taken else (own, OWN)

    def _of_kin(self, reading: Reading, quantity: Quantity, own: Choice) -> Choice | None:
        last = self.last
        if last and quantity.number.pair == "target" and last.quantity.number.pair == "level":
            return last.choice
        if last and own.unit == "percent" and last.quantity.is_count and _is_aside(reading, quantity, last.quantity):
            return last.choice._replace(unit="percent", detail="")
        if last and quantity.unit_found == LISTED and last.quantity.unit == quantity.unit and own.score < _SURE:
            return last.choice
        whole = self.whole_of(quantity)
        if whole is None or whole.choice.unit != own.unit:
            return None
        if own.indicator in _TYPES and whole.choice.indicator in {*_TYPES, "schools_total"}:
            return None
        if own.score >= _SURE and own.indicator not in _TYPES:
            return None
        return whole.choice._replace(unit=own.unit, score=whole.choice.score * 0.9)

    def _of_topic(self, quantity: Quantity, own: Choice) -> Choice | None:
        """A count that no word explains is of what the counts just before it were: built, or renovated."""
        vague = quantity.unit in _VAGUE and own.indicator == OTHER
        if (own.score > _UNEXPLAINED and not vague) or quantity.unit not in BUILDINGS:
            return None
        for last in reversed(self._read[-_TOPIC_FIGURES:]):
            before = last.quantity
            if quantity.sentence.line != before.sentence.line and quantity.unit_found not in {ELIDED, LISTED}:
                return None
            if quantity.sentence.number - before.sentence.number > _TOPIC_SENTENCES:
                return None
            if last.choice.indicator in _ACTIONS and (before.unit == quantity.unit or vague):
                return last.choice._replace(score=_UNEXPLAINED, margin=0.0)
        return None


def _is_aside(reading: Reading, quantity: Quantity, last: Quantity) -> bool:
    """Whether it only says the figure before in another way: "280 (or 70%)", "552 колледжа, то есть 72%"."""
    between = reading.words[last.stop : quantity.start]
    return (
        quantity.sentence is last.sentence
        and 0 < len(between) <= _LONGEST_ASIDE
        and all(word in _ASIDE_WORDS for word in between)
    )
