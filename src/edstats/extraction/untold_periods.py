"""The period of a figure whose sentence names none: that of its whole, of the plan, of the school year, of the page."""

from functools import cache

from edstats.extraction.earlier import Read
from edstats.extraction.quantities import Quantity
from edstats.extraction.statuses import kinds
from edstats.extraction.times import CARRIED, PUBLISHED, UNKNOWN, Times

# Indicators that are counted by school years.
BY_SCHOOL_YEAR = frozenset(
    (
        *("first_graders", "students_total", "students_rural", "students_small"),
        *("schools_total", "schools_rural", "schools_urban", "schools_small"),
        *("hot_meals_students", "hot_meals_schools", "college_places", "college_students"),
    )
)
# An undated document's year stands for a figure when the text names it as often.
_LEAST_NAMED = 2


def untold_period(
    quantity: Quantity, indicator: str, status: str, times: Times, whole: Read | None, now: bool
) -> tuple[str, str]:
    """The period and how it was found; ``now``: whether the clause speaks of the time of writing."""
    told = "" if now else _of_context(quantity, indicator, status, times, whole)
    if told:
        return told, CARRIED
    by_school_year = times.earlier_school_year(quantity) if indicator in BY_SCHOOL_YEAR else ""
    if not by_school_year and indicator == "first_graders":
        by_school_year = times.school_year()
    if by_school_year:
        return by_school_year, CARRIED
    if times.published:
        return str(times.published), PUBLISHED
    return (str(times.year), CARRIED) if times.named >= _LEAST_NAMED else ("", UNKNOWN)


def _of_context(quantity: Quantity, indicator: str, status: str, times: Times, whole: Read | None) -> str:
    """The period of the whole, of the plan that an earlier sentence tells, or of the paragraph."""
    alike = whole is not None and (whole.kin.status == "actual") == (status == "actual")
    told = whole.kin.period if whole and alike else ""
    if whole and told and (whole.quantity.sentence is quantity.sentence or indicator not in _levels()):
        return told
    if status == "planned":
        return times.carried(quantity)
    if status == "target":
        return times.aimed_school_year(quantity)
    return times.of_section(quantity) if status == "actual" else ""


@cache
def _levels() -> frozenset[str]:
    return frozenset(indicator for indicator, kind in kinds().items() if kind in {"stock", "share"})
