"""Whether a figure is reported as done, under way, planned or to be reached, by the words that stand with it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from edstats.codebook import read_table
from edstats.extraction.indicators import is_item
from edstats.extraction.lexicon import Hit
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading
from edstats.extraction.times import Times
from edstats.extraction.tokens import Span

# How the status was found, from the surest to the least sure.
PAIR, CLAUSE, SENTENCE, LEAD, EARLIER, YEAR, TITLE, DEFAULT = (
    *("pair", "clause", "sentence", "lead", "earlier sentence", "year", "title", "default"),
)
# Of the words of one predicate the first of these says what it says: "планируется построить", "will have been built".
_BY_STRENGTH = ("target", "planned", "started", "actual", "allocated", "deadline")
_STRENGTH = {word: place for place, word in enumerate(_BY_STRENGTH)}
_NEAR = 4


@dataclass(frozen=True, slots=True)
class Kin:
    """What was read of a figure that another one belongs to: its status, how that was found, and its period."""

    status: str
    how: str
    period: str


def status_of(
    reading: Reading,
    quantity: Quantity,
    indicator: str,
    period: str,
    times: Times,
    scopes: tuple[Span, Span | None, Span | None],
    title: str,
    kin: "Kin | None" = None,
) -> tuple[str, str]:
    """The status (actual, started, planned, target) and how it was found.

    ``scopes``: the figure's clause, the line that introduces its list, the sentence before; ``title``: what the
    title says, "" where nothing; ``kin``: the figure of which this is a part, or whose size it is.
    """
    segment, lead, earlier = scopes
    kind = kinds().get(indicator, "flow")
    if quantity.number.pair:
        return _of_pair(reading, quantity, segment)
    if kin and kin.status and not reading.between("status", *segment):
        return kin.status, kin.how
    if indicator in _NETWORK:
        return "actual", DEFAULT
    later = bool(period and times.year and int(period[:4]) > times.year)
    ends_later = bool(period and times.year and "/" in period and int(period[-4:]) > times.year)
    for how, span in _scopes(reading, quantity, segment, lead, earlier):
        said = _said(reading.between("status", *span), quantity)
        elsewhere = kind == "stock" and said == "planned" and how != CLAUSE and indicator not in _RESOLVED
        if elsewhere and (how != SENTENCE or _says_done(reading, quantity)):
            continue
        if said and (kind != "stock" or how in {CLAUSE, SENTENCE}):
            return _settled(said, kind, later or (ends_later and kind == "flow")), how
    if later or (ends_later and kind != "stock"):
        return ("target" if kind == "share" else "planned"), YEAR
    return _unsaid(reading, quantity, indicator, kind, title)


def _unsaid(reading: Reading, quantity: Quantity, indicator: str, kind: str, title: str) -> tuple[str, str]:
    """The status of a figure for which no word of status stands, and whose period is not one to come."""
    if reading.language == "kk" and kind == "flow" and _ends_in_future(reading, quantity):
        return "planned", SENTENCE
    if title and indicator in _WORKS and is_item(reading, quantity):
        return _settled(title, kind, later=False), TITLE
    return "actual", DEFAULT


_WORKS = frozenset(
    "schools_built school_places_built schools_renovated renovation_spending construction_spending "
    "first_graders".split()
)
# What exists now, whatever else the sentence says is to come; new schools and shortages have indicators of their own.
_NETWORK = frozenset(
    "schools_total schools_rural schools_urban schools_small teachers_total teacher_shortage colleges".split()
)
# Stocks of which a plan says that they will be resolved.
_RESOLVED = frozenset(("schools_multi_shift", "schools_emergency"))
_FUTURE = ("ады", "еді", "йды", "йді")


def _ends_in_future(reading: Reading, quantity: Quantity) -> bool:
    """Whether the sentence's last word is a Kazakh verb in -ады, which for works says that they are to come."""
    words = reading.words[quantity.sentence.start : quantity.sentence.stop]
    last = next((word for word in reversed(words) if word[0].isalpha()), "")
    return last.endswith(_FUTURE)


def _says_done(reading: Reading, quantity: Quantity) -> bool:
    sentence = quantity.sentence
    return any(hit.value == "actual" for hit in reading.between("status", sentence.start, sentence.stop))


@cache
def kinds() -> dict[str, str]:
    """The kind of each indicator: stock, flow, share, change."""
    table = read_table("indicators")
    return dict(zip(table["indicator"], table["kind"], strict=True))


def status_of_title(title: Reading | None) -> str:
    """What the words of a title say of all that stands below it."""
    if title is None:
        return ""
    said = {hit.value for hit in title.hits.get("status", ())}
    return next((word for word in ("planned", "started", "actual") if word in said), "")


def _of_pair(reading: Reading, quantity: Quantity, segment: Span) -> tuple[str, str]:
    """The first level of "from 84 to 86.5" is the present one; the second is to be reached, or was."""
    if quantity.number.pair == "level":
        return "actual", PAIR
    sentence = quantity.sentence
    clause = {hit.value for hit in reading.between("status", *segment)}
    said = clause or {hit.value for hit in reading.between("status", sentence.start, sentence.stop)}
    return ("actual" if said == {"actual"} else "target"), PAIR


def _scopes(
    reading: Reading, quantity: Quantity, segment: Span, lead: Span | None, earlier: Span | None
) -> Iterator[tuple[str, Span]]:
    """Where the words may stand that say the status, the nearest first."""
    sentence = quantity.sentence
    yield CLAUSE, segment
    yield SENTENCE, (sentence.start, quantity.start)
    starts = reading.figure_starts
    behind = bisect_right(starts, quantity.start)
    yield SENTENCE, (quantity.stop, min(sentence.stop, starts[behind]) if behind < len(starts) else sentence.stop)
    yield SENTENCE, (quantity.stop, sentence.stop)
    if lead:
        yield LEAD, lead
    if earlier:
        yield EARLIER, earlier


def _said(hits: list[Hit], quantity: Quantity) -> str:
    """What the nearest predicate says; of the words that make one predicate the one that says it is to come."""
    if len(hits) < 2:
        return hits[0].value if hits else ""
    verbs = [hit for hit in hits if hit.value != "deadline"] or hits
    nearest = min(verbs, key=lambda hit: _distance(hit, quantity))
    joined = [hit for hit in verbs if abs(hit.start - nearest.start) <= _NEAR]
    return min((hit.value for hit in joined), key=lambda value: _STRENGTH[value])


def _distance(hit: Hit, quantity: Quantity) -> int:
    if hit.stop <= quantity.start:
        return quantity.start - hit.stop
    return max(0, hit.start - quantity.stop)


def _settled(said: str, kind: str, later: bool) -> str:
    if said in {"allocated", "deadline"}:
        said = "planned"
    if later and said in {"actual", "started"}:
        said = "planned"
    if said == "planned" and kind == "share":
        return "target"
    return "planned" if said == "target" and kind == "flow" else said
