"""Reading a document: its numbers, and for each number what it counts, where, when and whether done."""

from edstats.extraction.confidence import confidence_of, marks_of
from edstats.extraction.contexts import context_of
from edstats.extraction.earlier import TOPIC, WHOLE, Earlier, Read
from edstats.extraction.groups import group_of, programme_of, works_of
from edstats.extraction.indicators import Choice, Context, evidence_of, indicator_of
from edstats.extraction.languages import language_of
from edstats.extraction.numbers import find_numbers
from edstats.extraction.quantities import Quantity, find_quantities
from edstats.extraction.reading import Reading
from edstats.extraction.regions import Regions
from edstats.extraction.result import Document, Extraction, Figure
from edstats.extraction.statuses import DEFAULT, Kin, kinds, status_of, status_of_title
from edstats.extraction.times import CARRIED, PRINTED, Times
from edstats.extraction.untold_periods import BY_SCHOOL_YEAR, untold_period

_IN_CLAUSE = 0.8  # evidence of a word in the figure's own clause


def extract_document(document: Document) -> Extraction:
    """The figures of a document, in the order in which they stand in its text."""
    language = language_of(f"{document.title}\n{document.text}")
    reader = _Reader(document, language)
    return Extraction(document, language, tuple(reader.figure(index) for index in range(len(reader.quantities))))


class _Reader:
    """One document; `figure` is called for each of its quantities in turn, since later ones rest on earlier ones."""

    def __init__(self, document: Document, language: str) -> None:
        self.document = document
        self.reading = Reading(document.text, language)
        self.quantities = find_quantities(self.reading, find_numbers(self.reading))
        self.reading.figure_starts = [quantity.start for quantity in self.quantities]
        title = Reading(document.title, language) if document.title else None
        self.title_concepts = tuple(dict.fromkeys(hit.value for hit in title.hits.get("concept", ()))) if title else ()
        self.title_status = status_of_title(title)
        self.times = Times(self.reading, document.published)
        self.regions = Regions(self.reading, title, document.published)
        self.earlier = Earlier()
        self.first_statuses: dict[tuple[float, str], str] = {}

    def figure(self, index: int) -> Figure:
        """What the quantity at ``index`` was read as."""
        quantity = self.quantities[index]
        context = context_of(self.reading, self.quantities, index, self.earlier, self.title_concepts)
        evidence = evidence_of(self.reading, quantity, context)
        choice, choice_found = self.earlier.choice_for(self.reading, quantity, indicator_of(quantity, evidence))
        region, place, region_found = self.regions.of(quantity, context.segment)
        now = evidence.get("now", 0.0) >= _IN_CLAUSE
        period, period_found, status, status_found = self._period_and_status(quantity, choice, context, now)
        own_period = period if period_found in {PRINTED, CARRIED} else ""
        self.earlier.add(Read(quantity, choice, Kin(status, status_found, own_period)))
        marks = marks_of(self.reading, quantity, choice, region_found, choice_found)
        start, end = self.reading.tokens.starts[quantity.start], self.reading.tokens.ends[quantity.stop - 1]
        return Figure(
            start=start,
            end=end,
            as_printed=self.document.text[start:end],
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
            programme=programme_of(self.reading, quantity, context.segment),
            confidence=confidence_of(marks),
            reason=_reason(quantity, choice, choice_found, region_found, period_found, status_found),
            marks=marks,
        )

    def _period_and_status(
        self, quantity: Quantity, choice: Choice, context: Context, now: bool
    ) -> tuple[str, str, str, str]:
        """The period, how it was found, the status, how it was found. Each helps to tell the other."""
        by_school_year = choice.indicator in BY_SCHOOL_YEAR
        period, period_found = self.times.of(quantity, context.segment, context.lead, by_school_year)
        kin = self.earlier.kin_of(quantity, choice)
        if kin and kin.period and not self.times.inside(context.segment):
            period, period_found = kin.period, CARRIED
        scopes = (context.segment, context.lead, context.earlier or context.above)
        status, status_found = status_of(
            self.reading, quantity, choice.indicator, period, self.times, scopes, self.title_status, kin
        )
        if status_found == DEFAULT and kinds().get(choice.indicator) == "flow" and self.times.carried(quantity):
            status = "planned"
        status = self._as_told_before(quantity, status, context)
        if not period:
            whole = self.earlier.whole_of(quantity)
            period, period_found = untold_period(quantity, choice.indicator, status, self.times, whole, now)
        return period, period_found, status, status_found

    def _as_told_before(self, quantity: Quantity, status: str, context: Context) -> str:
        """``actual`` for money allocated for works that the text has told to be done, else the status as it is."""
        told = (quantity.number.value, quantity.unit)
        if status == "planned" and self.first_statuses.get(told) == "actual":
            said = {hit.value for hit in self.reading.between("status", *context.segment)}
            if "allocated" in said and "planned" not in said:
                status = "actual"
        self.first_statuses.setdefault(told, status)
        return status


def _reason(
    quantity: Quantity, choice: Choice, choice_found: str, region_found: str, period_found: str, status_found: str
) -> str:
    """In a few words, what each column was read from."""
    words = " and ".join(dict.fromkeys(choice.words)) or "the unit alone"
    source = {WHOLE: "that of the figure it belongs to", TOPIC: "that of the figures before"}.get(choice_found, words)
    rule = source if choice.score else "no rule fits"
    return (
        f"unit: {quantity.unit_found}; indicator: {rule}; region: {region_found}; "
        f"period: {period_found}; status: {status_found}"
    )
