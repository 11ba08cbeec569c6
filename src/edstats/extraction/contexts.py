"""Where the words stand that speak of a figure: its clause, its list's first line, the sentences before."""

from bisect import bisect_left

from edstats.extraction.earlier import BUILDINGS, Earlier
from edstats.extraction.indicators import Context, is_capacity
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading
from edstats.extraction.tokens import Span

_PEOPLE = frozenset(("student", "child"))
_SIZES = frozenset(("place", *_PEOPLE))
_GIVEN = frozenset(("classroom", "camera", "bus", "computer", "set", "laboratory", "desk", "textbook"))
_KINDERGARTENS = frozenset(("kindergarten", "mini-centre"))
_FOR = frozenset(("for", "на", "designed"))
_WITH = _FOR | {"with", "of"}
_TO = frozenset(("для", "for", "to"))
_BOUNDS = frozenset((",", ";", '"', ":"))
# How many words may stand between a count and its size, and how many a remark in brackets may have.
_NEAR_SIZE, _BESIDE_SIZE, _ASIDE = 6, 3, 12


def context_of(
    reading: Reading, quantities: list[Quantity], index: int, earlier: Earlier, title: tuple[str, ...]
) -> Context:
    """The context of the figure at ``index``; ``title``: the concepts that the title names."""
    quantity = quantities[index]
    behind = quantities[index + 1] if index + 1 < len(quantities) else None
    if behind and behind.sentence is not quantity.sentence:
        behind = None
    neighbours = _neighbours(quantity, quantities[index - 1] if index else None, behind)
    return Context(
        segment=_segment(reading, quantity, *neighbours),
        neighbours=neighbours,
        lead=reading.lead_of(quantity.sentence),
        heading=reading.heading_of(quantity.sentence),
        earlier=None if quantity.sentence.opens_line else _sentence_before(reading, quantity),
        above=_sentence_before(reading, quantity) if quantity.sentence.opens_line else None,
        sized=behind is not None and _is_sized(reading, quantity, behind),
        of_school=_is_of_school(reading, quantity, earlier),
        of_kindergarten=_is_of_kindergarten(reading, quantity, earlier),
        recipient=_is_recipient(reading, quantity, earlier),
        title=title,
    )


def _neighbours(quantity: Quantity, last: Quantity | None, behind: Quantity | None) -> Span:
    """From the figure before to the figure behind, within the sentence."""
    low, high = quantity.sentence.start, quantity.sentence.stop
    if last and last.sentence is quantity.sentence:
        low = max(low, last.stop)
    if behind:
        high = min(high, behind.start)
    return min(low, quantity.start), max(high, quantity.stop)


def _segment(reading: Reading, quantity: Quantity, low: int, high: int) -> Span:
    """The clause that holds the figure; what stands in brackets within it is passed over."""
    words = reading.words
    start, stop = quantity.start, quantity.stop
    if low > quantity.sentence.start and reading.role("and", start - 1):
        low = start  # "15 schools work in three shifts and two stand in dangerous buildings"
    while start > low and words[start - 1] not in _BOUNDS:
        start -= 1
    end = quantity.sentence.stop
    while stop < high and words[stop] not in _BOUNDS:
        if words[stop] == "(":
            closing = next((place for place in range(stop, min(stop + _ASIDE, end)) if words[place] == ")"), 0)
            if not closing:
                break
            stop = closing + 1
            following = bisect_left(reading.figure_starts, stop)
            high = max(high, min([end, *reading.figure_starts[following : following + 1]]))
            continue
        stop += 1
    return start, max(stop, quantity.stop)


def _sentence_before(reading: Reading, quantity: Quantity) -> Span | None:
    number = quantity.sentence.number
    if number == 0:
        return None
    before = reading.tokens.sentences[number - 1]
    return before.start, before.stop


def _is_sized(reading: Reading, quantity: Quantity, behind: Quantity) -> bool:
    """Whether the figure behind is how many this one's schools take: "five schools for 2,700 pupils"."""
    if behind.start - quantity.stop > _NEAR_SIZE or behind.unit not in _SIZES:
        return False
    between = reading.words[quantity.stop : behind.start]
    if any(word in (_WITH if behind.unit == "place" else _FOR) for word in between):
        return True
    return any(hit.value == "capacity" for hit in reading.between("concept", quantity.stop, behind.start))


def _is_of_school(reading: Reading, quantity: Quantity, earlier: Earlier) -> bool:
    """Whether pupils may be those that a school takes: the figure before counts new schools, or one is named."""
    if quantity.unit not in _PEOPLE:
        return False
    last = earlier.last
    if (
        last
        and last.choice.indicator == "schools_built"
        and quantity.sentence.number - last.quantity.sentence.number <= 1
    ):
        between = reading.words[last.quantity.stop : quantity.start]
        if last.quantity.sentence is quantity.sentence and len(between) <= _NEAR_SIZE and "with" not in between:
            return True
        return is_capacity(reading, quantity)
    return any(reading.word(quantity.start - back) in _FOR for back in (1, 2, 3)) and any(
        unit.value in BUILDINGS for unit in reading.between("unit", quantity.start - 8, quantity.start)
    )


def _is_of_kindergarten(reading: Reading, quantity: Quantity, earlier: Earlier) -> bool:
    """Whether it follows a count of kindergartens as how many they take: "56 kindergartens for 12,850 kids"."""
    last = earlier.last_in(quantity.sentence)
    if last is None or last.quantity.unit not in _KINDERGARTENS or quantity.unit not in _SIZES:
        return False
    between = reading.words[last.quantity.stop : quantity.start]
    return 0 < len(between) <= _BESIDE_SIZE and any(word in _FOR or word in {"(", "with"} for word in between)


def _is_recipient(reading: Reading, quantity: Quantity, earlier: Earlier) -> bool:
    """Whether it counts who gets the things counted before: "143 rooms for 62 schools"."""
    last = earlier.last_in(quantity.sentence)
    return last is not None and last.quantity.unit in _GIVEN and reading.word(quantity.start - 1) in _TO
