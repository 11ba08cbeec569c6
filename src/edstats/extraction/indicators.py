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
from edstats.extraction.nouns import OUT_OF, THEM
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

OTHER = "other"
# Evidence by where a concept stands.
PHRASE, SEGMENT, BESIDE, APART, LEAD, HEADING, EARLIER, BEHIND, TITLE, ABOVE = (
    *(1.0, 0.92, 0.75, 0.6, 0.55, 0.5, 0.45, 0.42, 0.38, 0.34),
)
_ITEM = 11  # words
_BEFORE_NOUN = 2  # words from what a noun is called to the noun
_AFTER_ELIDED = 2  # words that stand for a noun left out: "90 новых"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of indicator_rules.csv."""

    indicator: str
    detail: str
    needs: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...]
    rivals: tuple[str, ...]  # other topics, which must not stand nearer than schools do
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
def _rules() -> dict[str, dict[str, tuple[Rule, ...]]]:
    """The rules by unit and by each concept that may meet their first need; "" for rules without needs."""
    by_unit: dict[str, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for row in read_table("indicator_rules").to_dict("records"):
        needs = tuple(tuple(need.split("|")) for need in row["needs"].split())
        rule = Rule(
            *(row["indicator"], row["detail"], needs, tuple(row["lacks"].split()), tuple(row["rivals"].split())),
            *(float(row["within"]), float(row["weight"]), row["unit_as"]),
        )
        for unit in row["units"].split():
            for concept in needs[0] if needs else ("",):
                by_unit[unit][concept].append(rule)
    return {
        unit: {concept: tuple(rules) for concept, rules in by_concept.items()} for unit, by_concept in by_unit.items()
    }


class Context(NamedTuple):
    """Where the words stand that speak of a figure, as spans of tokens."""

    segment: tuple[int, int]
    neighbours: tuple[int, int]  # between the figure before and the figure behind
    lead: tuple[int, int] | None
    heading: tuple[int, int] | None
    earlier: tuple[int, int] | None
    above: tuple[int, int] | None
    sized: bool  # whether the next figure is how many it takes
    of_school: bool  # whether it may be how many the school before it takes
    of_kindergarten: bool
    recipient: bool  # whether it counts who gets the things counted before: "143 rooms for 62 schools"
    title: tuple[str, ...]


def indicator_of(quantity: Quantity, evidence: dict[str, float]) -> Choice:
    """The best indicator for the figure; `OTHER` where no rule holds. ``evidence``: that of `evidence_of`."""
    scores: dict[str, tuple[float, Rule]] = {}
    by_concept = _rules().get(quantity.unit, {})
    for concept in (*evidence, ""):
        for rule in by_concept.get(concept, ()):
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
    total = 0.0
    for need in rule.needs:
        found = max([evidence.get(concept, 0.0) for concept in need]) if len(need) > 1 else evidence.get(need[0], 0.0)
        if not found or found < rule.within:
            return 0.0
        total += found
    for concept in rule.lacks:
        if evidence.get(concept, 0.0) >= EARLIER:
            return 0.0
    if rule.rivals:
        school = min(SEGMENT - 0.1, evidence.get("school", 0.0))
        if any(evidence.get(concept, 0.0) > school for concept in rule.rivals):
            return 0.0
    return rule.weight * (total / len(rule.needs) if rule.needs else 1.0)


def evidence_of(reading: Reading, quantity: Quantity, context: Context) -> dict[str, float]:
    """The concepts near the figure, each with the best of its evidence."""
    found = _evidence_around(reading, is_item(reading, quantity), context)
    _add_sentence(found, reading, quantity, context)
    if min(found.get("rural", 0.0), found.get("urban", 0.0)) >= BESIDE:
        found["rural"] = found["urban"] = EARLIER  # "schools of town and village" are neither
    acts = max(found.get("new_build", 0.0), found.get("renovate", 0.0))
    by_amount = reading.word(quantity.start - 1) in _BY or reading.words[quantity.stop - 1].endswith(_KAZAKH_BY)
    for concept, holds in (
        ("capacity", is_capacity(reading, quantity)),
        ("recipient", context.recipient),
        ("of_kindergarten", context.of_kindergarten),
        ("whole", acts < SEGMENT - 0.1 and _is_whole(reading, quantity)),
        ("by_amount", by_amount),
        ("ahead", any(hit.value == "planned" for hit in reading.between("status", *context.segment))),
        ("of_school", context.of_school),
        ("sized", context.sized),
    ):
        if holds:
            found[concept] = 1.0
    return found


def _evidence_around(reading: Reading, item: bool, context: Context) -> dict[str, float]:
    """The concepts of the title, the headings and the sentences before; ``item``: whether the title speaks for it."""
    found = dict.fromkeys(context.title, LEAD if item else TITLE)
    if context.above:
        _add(found, reading.concepts_in(context.above), HEADING if item else ABOVE)
    if context.heading:
        _add(found, reading.concepts_in(context.heading), HEADING)
    if context.earlier:
        _add(found, reading.concepts_in(context.earlier), EARLIER)
    if context.lead:
        _add(found, reading.concepts_in(context.lead), LEAD)
    return found


def _add_sentence(found: dict[str, float], reading: Reading, quantity: Quantity, context: Context) -> None:
    """Add the concepts of the figure's sentence, by how near they stand."""
    first, last = quantity.start, quantity.stop
    start, stop = context.segment
    low, high = context.neighbours
    names_more = quantity.unit_found in _NAMES_MORE
    for hit in reading.between("concept", quantity.sentence.start, quantity.sentence.stop):
        at = hit.start
        if first <= at < last or (names_more and _is_named(reading, hit, quantity)):
            near = PHRASE
        elif start <= at < stop:
            near = SEGMENT - 0.004 * min(20, _gap(hit, quantity))
        elif low <= at < high:
            near = BESIDE if at < first else APART
        else:
            near = APART if at < first else BEHIND
        if near > found.get(hit.value, 0.0):
            found[hit.value] = near


def _add(found: dict[str, float], concepts: Iterable[str], evidence: float) -> None:
    for concept in concepts:
        if evidence > found.get(concept, 0.0):
            found[concept] = evidence


_NAMES_MORE = frozenset(("elided", "before", "shared"))


def _is_named(reading: Reading, hit: Hit, quantity: Quantity) -> bool:
    """Whether words beside a figure that has no noun of its own stand for one, or are the noun before it."""
    beside = 0 <= hit.start - quantity.stop < _AFTER_ELIDED
    if beside and (quantity.stop == hit.start or reading.words[quantity.stop][0].isalpha()):
        return True
    if quantity.unit_found == "before" and 0 <= quantity.noun - hit.stop < _BEFORE_NOUN:
        return True  # "of three-shift schools there are many, they are 50"
    return quantity.unit_found != "shared" and hit.start <= quantity.noun < hit.stop


def _gap(hit: Hit, quantity: Quantity) -> int:
    return quantity.start - hit.stop if hit.stop <= quantity.start else max(0, hit.start - quantity.stop)


def is_item(reading: Reading, quantity: Quantity) -> bool:
    """Whether the figure stands in a short line of its own, one item of a list, for which the title speaks."""
    start, stop = reading.line_at(quantity.start)
    return stop - start <= _ITEM


def _is_whole(reading: Reading, quantity: Quantity) -> bool:
    """Whether what follows is a part of it: "Of the 404 schools ...", "Из 434 школ ...", "318 out of 505"."""
    if reading.language == "kk" and reading.word(quantity.stop) == "ішінде":
        return True
    for place in (quantity.start - 1, quantity.start - 2):
        if reading.word(place) in OUT_OF and reading.word(place + 1) not in THEM:
            return place == quantity.sentence.start or reading.word(place - 1) in {"out", ",", '"', "-"}
    return False


def is_capacity(reading: Reading, quantity: Quantity) -> bool:
    """Whether the figure is how many a building takes: "на 600 мест", "for 720 students", "оқушыға арналған"."""
    for hit in reading.between("concept", quantity.start - 5, quantity.stop + 3):
        if hit.value == "capacity":
            return True
    return not _FOR.isdisjoint(reading.words[max(0, quantity.start - 3) : quantity.start])


_BY = frozenset(("by", "на"))
_KAZAKH_BY = ("ға", "ге", "қа", "ке")
_FOR = frozenset(("for", "на", "по"))
