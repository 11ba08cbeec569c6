"""Reading a document: its language, its numbers, and for each number what it counts, where, when and whether done."""

import re
from bisect import bisect_left
from functools import cache

from edstats.codebook import read_table
from edstats.extraction.confidence import confidence_of, marks_of
from edstats.extraction.groups import group_of, programme_of, works_of
from edstats.extraction.indicators import OTHER, Choice, Context, evidence_of, indicator_of, is_capacity
from edstats.extraction.numbers import find_numbers
from edstats.extraction.quantities import ELIDED, LISTED, Quantity, find_quantities
from edstats.extraction.reading import Reading
from edstats.extraction.regions import Regions
from edstats.extraction.result import Document, Extraction, Figure
from edstats.extraction.statuses import DEFAULT, Kin, kinds, status_of, status_of_title
from edstats.extraction.times import CARRIED, PRINTED, PUBLISHED, UNKNOWN, Times

_KAZAKH = re.compile("[әғқңөұүһі]")
# Without IGNORECASE, to which ı and i are one letter.
_KAZAKH_LATIN = re.compile(r"[ýǵńıáóúşğǧŋñäöüū]|\b(?:men|jáne|jane|úshin|boıynsha|boiynsha|mektep\w*)\b")
_CYRILLIC = re.compile("[а-яё]")
_LATIN = re.compile("[a-z]")


def extract_document(document: Document) -> Extraction:
    """The figures of a document, in the order in which they stand in its text."""
    language = language_of(f"{document.title}\n{document.text}")
    reading = Reading(document.text, language)
    title = Reading(document.title, language) if document.title else None
    quantities = find_quantities(reading, find_numbers(reading))
    reading.figure_starts = [quantity.start for quantity in quantities]
    times = Times(reading, document.published)
    regions = Regions(reading, title, document.published)
    concepts = tuple({hit.value for hit in title.hits.get("concept", ())}) if title else ()
    title_status = status_of_title(title)
    items: list[Figure] = []
    choices: dict[int, Choice] = {}
    kin: dict[int, Kin] = {}
    statuses: dict[tuple[float, str], str] = {}
    for index, quantity in enumerate(quantities):
        last = (quantities[index - 1], choices[id(quantities[index - 1])]) if index else None
        context = _context(reading, quantities, index, concepts, last)
        evidence = evidence_of(reading, quantity, context)
        choice = indicator_of(quantity, evidence)
        own_choice = choice
        taken = _inherited(reading, quantity, own_choice, last, choices)
        choice = _of_topic(taken, quantity, quantities[max(0, index - _TOPIC_FIGURES) : index], choices)
        choices[id(quantity)] = choice
        region, place, region_found = regions.of(quantity, context.segment)
        by_school_year = choice.indicator in _BY_SCHOOL_YEAR
        period, period_found = times.of(quantity, context.segment, context.lead, by_school_year)
        own = _kin(reading, quantity, choice, last, kin)
        if own and own.period and not times.inside(context.segment):
            period, period_found = own.period, CARRIED
        status, status_found = status_of(
            reading,
            quantity,
            choice.indicator,
            period,
            times,
            (context.segment, context.lead, context.earlier or context.above),
            title_status,
            own,
        )
        if status_found == DEFAULT and kinds().get(choice.indicator) == "flow" and times.carried(quantity):
            status = "planned"
        told = (quantity.number.value, quantity.unit)
        if status == "planned" and statuses.get(told) == "actual" and _is_allocated(reading, context.segment):
            status = "actual"  # money allocated for works that the text has told to be done
        statuses.setdefault(told, status)
        if not period:
            period, period_found = _period_from_context(
                quantity, choice, status, times, kin, evidence.get("now", 0.0) >= _IN_CLAUSE
            )
        kin[id(quantity)] = Kin(status, status_found, period if period_found in {PRINTED, CARRIED} else "")
        marks = marks_of(reading, quantity, choice, region_found, "topic" if choice is not taken else "whole" if taken is not own_choice else "")
        items.append(
            Figure(
                start=reading.tokens.starts[quantity.start],
                end=reading.tokens.ends[quantity.stop - 1],
                as_printed=document.text[
                    reading.tokens.starts[quantity.start] : reading.tokens.ends[quantity.stop - 1]
                ],
                value=quantity.number.value,
                value_high=quantity.number.value_high,
                qualifier=quantity.qualifier,
                unit=choice.unit,
                indicator=choice.indicator,
                detail=choice.detail,
                region=region,
                place=place,
                period=period,
                status=status,
                group=group_of(evidence, choice.indicator),
                works=works_of(evidence, choice.indicator),
                programme=programme_of(reading, quantity, context.segment),
                confidence=confidence_of(marks),
                reason=f"unit {quantity.unit_found}; {choice.indicator} by {'+'.join(choice.words)} {choice.score:.2f} lead {choice.margin:.2f}; region {region_found}; period {period_found}; status {status_found} MARKS {' '.join(m.replace(' ','_') for m in marks)}",
            )
        )
    return Extraction(document, language, tuple(items))


_IN_CLAUSE = 0.8  # evidence of a word in the figure's own clause
_BY_SCHOOL_YEAR = frozenset(
    "first_graders students_total students_rural students_small schools_total schools_rural schools_urban schools_small "
    "hot_meals_students hot_meals_schools "
    "college_places college_students".split()
)


# An undated document's year stands for its works when named twice, for its levels when named often.
_TWICE, _OFTEN = 2, 2


def _is_allocated(reading: Reading, segment: tuple[int, int]) -> bool:
    said = {hit.value for hit in reading.between("status", *segment)}
    return "allocated" in said and "planned" not in said


def _kin(
    reading: Reading,
    quantity: Quantity,
    choice: Choice,
    last: tuple[Quantity, Choice] | None,
    kin: dict[int, Kin],
) -> Kin | None:
    """The figure that this one belongs to: the schools whose places it counts, the whole of which it is a part."""
    if last and choice.indicator in _SIZES and last[1].indicator in _SIZED and last[0].sentence is quantity.sentence:
        if quantity.start - last[0].stop <= _NEAR:
            return kin[id(last[0])]
    if quantity.whole and quantity.whole.sentence is quantity.sentence and quantity.number.pair != "target":
        return kin.get(id(quantity.whole))
    return None


_SIZES = frozenset(("school_places_built", "kindergarten_places"))
_SIZED = frozenset(("schools_built", "kindergartens"))
_NEAR = 8


def _period_from_context(
    quantity: Quantity, choice: Choice, status: str, times: Times, kin: dict[int, Kin], now: bool
) -> tuple[str, str]:
    """The period of a figure whose sentence names none: that of its whole, of the plan, of the school year."""
    if not now:
        whole = kin.get(id(quantity.whole)) if quantity.whole else None
        if whole and whole.period and (whole.status == "actual") == (status == "actual"):
            if quantity.whole and (quantity.whole.sentence is quantity.sentence or choice.indicator not in _stocks()):
                return whole.period, CARRIED
        if status == "planned" and times.carried(quantity):
            return times.carried(quantity), CARRIED
        if status == "target" and times.aimed_school_year(quantity):
            return times.aimed_school_year(quantity), CARRIED
        if status == "actual" and times.of_section(quantity):
            return times.of_section(quantity), CARRIED
    if choice.indicator in _BY_SCHOOL_YEAR and times.earlier_school_year(quantity):
        return times.earlier_school_year(quantity), CARRIED
    if choice.indicator == "first_graders" and times.school_year():
        return times.school_year(), CARRIED
    if times.published:
        return str(times.published), PUBLISHED
    if times.named >= (_OFTEN if kinds().get(choice.indicator) == "stock" else _TWICE):
        return str(times.year), CARRIED
    return "", UNKNOWN


def _inherited(
    reading: Reading, quantity: Quantity, choice: Choice, last: tuple[Quantity, Choice] | None, choices: dict[int, Choice]) -> Choice:
    """A part keeps the indicator of its whole where that is an action: 26 of 50 schools built were built too."""
    if last and quantity.number.pair == "target" and last[0].number.pair == "level":
        return last[1]
    if last and choice.unit == "percent" and last[0].is_count and _is_aside(reading, quantity, last[0]):
        return last[1]._replace(unit="percent", detail="")
    if last and quantity.unit_found == "listed" and last[0].unit == quantity.unit and choice.score < _SURE:
        return last[1]
    whole = choices.get(id(quantity.whole)) if quantity.whole else None
    if whole is None or whole.unit != choice.unit:
        return choice
    if choice.indicator in _TYPES and whole.indicator in {*_TYPES, "schools_total"}:
        return choice
    if choice.score >= _SURE and choice.indicator not in _TYPES:
        return choice
    return Choice(whole.indicator, whole.detail, choice.unit, whole.score * 0.9, whole.margin, whole.words)


def _of_topic(choice: Choice, quantity: Quantity, earlier: list[Quantity], choices: dict[int, Choice]) -> Choice:
    """A count that no word explains is of what the counts just before it were: new schools, or schools renovated."""
    vague = quantity.unit in {"facility", "building"} and choice.indicator == OTHER
    if (choice.score > _UNEXPLAINED and not vague) or quantity.unit not in _INSTITUTIONS:
        return choice
    for last in reversed(earlier[-_TOPIC_FIGURES:]):
        if quantity.sentence.line != last.sentence.line and quantity.unit_found not in {ELIDED, LISTED}:
            break
        if quantity.sentence.number - last.sentence.number > _TOPIC_SENTENCES:
            break
        if choices[id(last)].indicator in _ACTIONS and (last.unit == quantity.unit or vague):
            return choices[id(last)]._replace(score=_UNEXPLAINED, margin=0.0)
    return choice


_UNEXPLAINED = 0.5
_TOPIC_FIGURES, _TOPIC_SENTENCES = 4, 3
_ACTIONS = frozenset(("schools_built", "schools_renovated"))


def _is_aside(reading: Reading, quantity: Quantity, last: Quantity) -> bool:
    """Whether it only says the figure before in another way: "280 (or 70%)", "552 колледжа, то есть 72%"."""
    between = reading.words[last.stop : quantity.start]
    return quantity.sentence is last.sentence and 0 < len(between) <= 4 and all(word in _ASIDE_WORDS for word in between)


_ASIDE_WORDS = frozenset("( , - or that is i e то есть или яғни about over more than более около".split())
_SURE = 0.8
_TYPES = frozenset(
    "schools_rural schools_small schools_hub schools_urban schools_emergency schools_multi_shift students_rural".split()
)


@cache
def _stocks() -> frozenset[str]:
    return frozenset(indicator for indicator, kind in kinds().items() if kind in {"stock", "share"})


def language_of(text: str) -> str:
    """en, ru or kk, by the letters and the commonest words of the text; Kazakh also in its Latin spellings."""
    sample = text[:20_000].lower()
    cyrillic, latin = len(_CYRILLIC.findall(sample)), len(_LATIN.findall(sample))
    kazakh = len(_KAZAKH.findall(sample))
    if cyrillic + kazakh < latin:
        return "kk" if len(_KAZAKH_LATIN.findall(sample)) > 0.02 * latin else "en"
    share = kazakh / max(1, cyrillic + kazakh)
    if cyrillic > _LONG and not 0.02 < share < 0.08:
        return "kk" if share >= 0.08 else "ru"
    return "kk" if len(_KAZAKH_WORDS.findall(sample)) > len(_RUSSIAN_WORDS.findall(sample)) else "ru"


_LONG = 400  # letters that tell the language by themselves
_RUSSIAN_WORDS = re.compile(r"\b(?:и|в|во|на|с|по|для|из|до|что|это|от|за|года|году|област[иьей]+|школ\w{0,3}|тенге)\b")
_KAZAKH_WORDS = re.compile(
    r"\b(?:және|мен|үшін|бойынша|оның|бұл|жылы|облысы\w{0,4}|мектеп\w{0,6}|теңге\w{0,4})\b|(?:ында|інде|ған|ген|ның|нің|луда|леді|лады)\b"
)


_BOUNDS = frozenset((",", ";", '"', ":"))
_ASIDE = 12  # words of a remark in brackets that a clause goes on behind


def _context(
    reading: Reading, quantities: list[Quantity], index: int, title: tuple[str, ...], last: tuple[Quantity, Choice] | None
) -> Context:
    quantity = quantities[index]
    sentence = quantity.sentence
    low, high = sentence.start, sentence.stop
    if index and quantities[index - 1].sentence is sentence:
        low = max(low, quantities[index - 1].stop)
    behind = quantities[index + 1] if index + 1 < len(quantities) else None
    if behind and behind.sentence is sentence:
        high = min(high, behind.start)
    high = max(high, quantity.stop)
    low = min(low, quantity.start)
    segment = _segment(reading, quantity, low, high)
    sized = (
        behind is not None
        and behind.sentence is sentence
        and behind.start - quantity.stop <= 6
        and (
            (behind.unit == "place" and any(word in _WITH for word in reading.words[quantity.stop : behind.start]))
            or (behind.unit in {"student", "child"} and any(w in _FOR for w in reading.words[quantity.stop : behind.start]))
            or (
                behind.unit in {"place", "student", "child"}
                and any(hit.value == "capacity" for hit in reading.between("concept", quantity.stop, behind.start))
            )
        )
    )
    return Context(
        segment, (low, high), reading.lead_of(sentence), reading.heading_of(sentence), _earlier(reading, quantity), _above(reading, quantity), sized, _is_of_school(reading, quantity, last), _is_of_kindergarten(reading, quantity, last), _is_recipient(reading, quantity, last), title
    )


def _is_recipient(reading: Reading, quantity: Quantity, last: tuple[Quantity, Choice] | None) -> bool:
    if last is None or last[0].unit not in _GIVEN or last[0].sentence is not quantity.sentence:
        return False
    return reading.word(quantity.start - 1) in {"для", "for", "to"}


_GIVEN = frozenset(("classroom", "camera", "bus", "computer", "set", "laboratory", "desk", "textbook"))


def _is_of_kindergarten(reading: Reading, quantity: Quantity, last: tuple[Quantity, Choice] | None) -> bool:
    """Whether it follows a count of kindergartens as how many they take: "56 kindergartens for 12,850 kids"."""
    if last is None or last[0].unit not in {"kindergarten", "mini-centre"} or last[0].sentence is not quantity.sentence:
        return False
    between = reading.words[last[0].stop : quantity.start]
    return (
        0 < len(between) <= _BESIDE_SIZE
        and any(word in _FOR or word in {"(", "with"} for word in between)
        and quantity.unit in {"place", "child", "student"}
    )


_BESIDE_SIZE = 3


def _is_of_school(reading: Reading, quantity: Quantity, last: tuple[Quantity, Choice] | None) -> bool:
    """Whether pupils may be those that a school takes: the figure before counts new schools, or one is named."""
    if quantity.unit not in {"student", "child"}:
        return False
    if last and last[1].indicator == "schools_built" and quantity.sentence.number - last[0].sentence.number <= 1:
        between = reading.words[last[0].stop : quantity.start]
        if last[0].sentence is quantity.sentence and len(between) <= 6 and "with" not in between:
            return True
        return is_capacity(reading, quantity)
    return any(reading.word(quantity.start - back) in _FOR for back in (1, 2, 3)) and any(
        unit.value in _INSTITUTIONS for unit in reading.between("unit", quantity.start - 8, quantity.start)
    )


_INSTITUTIONS = frozenset(("school", "facility", "building", "organisation", "extension"))


_FOR = frozenset(("for", "на", "designed"))
_WITH = frozenset(("for", "with", "на", "of", "designed"))


def _segment(reading: Reading, quantity: Quantity, low: int, high: int) -> tuple[int, int]:
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


def _earlier(reading: Reading, quantity: Quantity) -> tuple[int, int] | None:
    """The sentence before, in the same paragraph."""
    if quantity.sentence.opens_line:
        return None
    before = reading.tokens.sentences[quantity.sentence.number - 1]
    return before.start, before.stop


def _above(reading: Reading, quantity: Quantity) -> tuple[int, int] | None:
    """The last sentence of the paragraph before, for the first sentence of one."""
    number = quantity.sentence.number
    if not quantity.sentence.opens_line or number == 0:
        return None
    before = reading.tokens.sentences[number - 1]
    return before.start, before.stop


__all__ = ["extract_document", "language_of"]
