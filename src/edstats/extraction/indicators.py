"""What a figure counts, as an indicator of the codebook: rules of words that must stand near it.

A rule of indicator_rules.csv names the units it may have, the concepts of concepts.csv that must stand near, and a
weight. How near a concept stands is its evidence, from 1 in the figure's own phrase down to that of the title; a rule
is worth its weight times its weakest evidence, and the best rule names the indicator.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from edstats.codebook import read_table
from edstats.extraction.lexicon import Hit
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

OTHER = "other"
# Evidence by where a concept stands.
PHRASE, SEGMENT, BESIDE, APART, LEAD, HEADING, EARLIER, BEHIND, TITLE, ABOVE = (
    *(1.0, 0.92, 0.75, 0.6, 0.55, 0.5, 0.45, 0.42, 0.38, 0.34),
)
_COMPLEMENT = 3  # words behind the noun that belong to it: "teachers of preschool education"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of indicator_rules.csv."""

    indicator: str
    detail: str
    needs: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...]
    within: float
    weight: float
    unit_as: str


class Choice(NamedTuple):
    """The indicator of a figure; ``evidence`` is that of the rule, ``margin`` its lead over the next indicator."""

    indicator: str
    detail: str
    unit: str
    score: float
    margin: float
    words: tuple[str, ...]


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    """The rules by unit."""
    by_unit: dict[str, list[Rule]] = defaultdict(list)
    for row in read_table("indicator_rules").itertuples(index=False):
        needs = tuple(tuple(need.split("|")) for need in row.needs.split())
        rule = Rule(row.indicator, row.detail, needs, tuple(row.lacks.split()), float(row.within), float(row.weight), row.unit_as)
        for unit in row.units.split():
            by_unit[unit].append(rule)
    return {unit: tuple(rules) for unit, rules in by_unit.items()}


@dataclass(frozen=True, slots=True)
class Context:
    """Where the words stand that speak of a figure, as spans of tokens."""

    segment: tuple[int, int]
    neighbours: tuple[int, int]  # between the figure before and the figure behind
    lead: tuple[int, int] | None
    heading: tuple[int, int] | None
    earlier: tuple[int, int] | None
    above: tuple[int, int] | None
    sized: bool  # whether the next figure is how many it takes
    title: tuple[str, ...]


def indicator_of(reading: Reading, quantity: Quantity, context: Context) -> Choice:
    """The best indicator for the figure; `OTHER` where no rule holds."""
    evidence = _evidence(reading, quantity, context)
    scores: dict[str, tuple[float, Rule]] = {}
    for rule in _rules().get(quantity.unit, ()):
        score = _score(rule, evidence)
        if score > scores.get(rule.indicator, (0.0, rule))[0]:
            scores[rule.indicator] = (score, rule)
    if not scores:
        return Choice(OTHER, "", quantity.unit, 0.0, 0.0, ())
    ranked = sorted(scores.values(), key=lambda pair: -pair[0])
    score, rule = ranked[0]
    margin = score - (ranked[1][0] if len(ranked) > 1 else 0.0)
    words = tuple(max(need, key=lambda concept: evidence.get(concept, 0.0)) for need in rule.needs)
    return Choice(rule.indicator, rule.detail, rule.unit_as or quantity.unit, score, margin, words)


def _score(rule: Rule, evidence: dict[str, float]) -> float:
    if any(evidence.get(concept, 0.0) >= EARLIER for concept in rule.lacks):
        return 0.0
    total = 0.0
    for need in rule.needs:
        found = max(evidence.get(concept, 0.0) for concept in need)
        if not found or found < rule.within:
            return 0.0
        total += found
    return rule.weight * (total / len(rule.needs) if rule.needs else 1.0)


def _evidence(reading: Reading, quantity: Quantity, context: Context) -> dict[str, float]:
    """The concepts near the figure, each with the best of its evidence."""
    found: dict[str, float] = {concept: TITLE for concept in context.title}
    if context.above:
        _add(found, reading.between("concept", *context.above), ABOVE)
    if context.heading:
        _add(found, reading.between("concept", *context.heading), HEADING)
    if context.earlier:
        _add(found, reading.between("concept", *context.earlier), EARLIER)
    if context.lead:
        _add(found, reading.between("concept", *context.lead), LEAD)
    sentence = quantity.sentence
    for hit in reading.between("concept", sentence.start, sentence.stop):
        near = _nearness(hit, quantity, context)
        if near > found.get(hit.value, 0.0):
            found[hit.value] = near
    if _is_capacity(reading, quantity):
        found["capacity"] = 1.0
    if context.sized:
        found["sized"] = 1.0
    return found


def _add(found: dict[str, float], hits: Iterable[Hit], evidence: float) -> None:
    for hit in hits:
        if evidence > found.get(hit.value, 0.0):
            found[hit.value] = evidence


def _nearness(hit: Hit, quantity: Quantity, context: Context) -> float:
    start, stop = context.segment
    if quantity.start <= hit.start < quantity.stop:
        return PHRASE
    if quantity.unit_found in {"before", "elided"} and hit.start <= quantity.noun < hit.stop:
        return PHRASE
    if start <= hit.start < stop:
        return SEGMENT - 0.004 * min(20, _gap(hit, quantity))
    if context.neighbours[0] <= hit.start < context.neighbours[1]:
        return BESIDE
    return APART if hit.start < quantity.start else BEHIND


def _gap(hit: Hit, quantity: Quantity) -> int:
    return quantity.start - hit.stop if hit.stop <= quantity.start else max(0, hit.start - quantity.stop)


def _is_capacity(reading: Reading, quantity: Quantity) -> bool:
    """Whether the figure is how many a building takes: "на 600 мест", "for 720 students", "оқушыға арналған"."""
    before = reading.between("concept", quantity.start - 5, quantity.start)
    behind = reading.between("concept", quantity.start, quantity.stop + 3)
    if any(hit.value == "capacity" for hit in (*before, *behind)):
        return True
    for place in range(quantity.start - 1, quantity.start - 4, -1):
        if reading.word(place) in _FOR:
            units = reading.between("unit", place - 5, place)
            return any(unit.value in _TAKES for unit in units)
    return False


_FOR = frozenset(("for", "на"))
_TAKES = frozenset(("school", "facility", "building", "organisation", "kindergarten", "extension", "mini-centre", "college"))
