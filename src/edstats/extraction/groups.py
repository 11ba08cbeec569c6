"""The narrower population, the kind of works and the programme of a figure, from the words that stand with it."""

from edstats.extraction.indicators import APART, BESIDE, PHRASE
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

# Which concept of concepts.csv names which group of groups.csv, where the indicator does not say it already.
_GROUPS = {"small_school": "small", "hub_school": "hub", "rural": "rural", "state_owned": "state", "private": "private"}
_GROUPED = frozenset(
    "schools_renovated schools_built schools_internet hot_meals_schools hot_meals_students inclusive_schools "
    "kindergartens schools_total students_total learning_quality teachers_trained".split()
)
_WORKS = frozenset(("schools_renovated", "renovation_spending"))


def group_of(evidence: dict[str, float], indicator: str) -> str:
    """The code in groups.csv of the population that the figure's own phrase names, else ""."""
    if indicator not in _GROUPED:
        return ""
    return next((group for concept, group in _GROUPS.items() if evidence.get(concept, 0.0) >= PHRASE), "")


def works_of(evidence: dict[str, float], indicator: str) -> str:
    """capital, current, reconstruction, mixed for capital and current together; "" where the text does not say."""
    if indicator not in _WORKS:
        return ""
    # "Capital repairs of six schools, for which 1.8 billion is allocated": money stands apart from what it is for.
    least = APART if indicator == "renovation_spending" else BESIDE
    near = {
        works: evidence.get(f"{works}_works", 0.0)
        for works in ("capital", "current", "reconstruction")
        if evidence.get(f"{works}_works", 0.0) >= least
    }
    if not near:
        return ""
    best = max(near.values())
    said = [works for works, found in near.items() if found >= best - _CLOSE]
    return "mixed" if {"capital", "current"} <= set(said) else said[0]


_CLOSE = 0.05


def programme_of(reading: Reading, quantity: Quantity, segment: tuple[int, int]) -> str:
    """The code in programmes.csv of the programme named in the figure's clause or, alone, in its sentence."""
    inside = reading.between("programme", *segment)
    if inside:
        return min(inside, key=lambda hit: abs(hit.start - quantity.start)).value
    named = {hit.value for hit in reading.between("programme", quantity.sentence.start, quantity.sentence.stop)}
    return named.pop() if len(named) == 1 else ""
