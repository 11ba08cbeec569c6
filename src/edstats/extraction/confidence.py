"""How sure a reading is: the share of figures read on the same evidence that were right.

The evidence is told as marks such as ``unit:beside`` or ``rule:strong``; confidence.csv gives each mark a weight, and
the sum of the weights, as a logistic, is the confidence. The weights are fitted by ``benchmarks/calibration.py`` to
labelled documents; docs/extraction.md shows how well they hold on documents that they were not fitted to.
"""

from collections.abc import Iterable
from functools import cache
from math import exp

from edstats.codebook import read_table
from edstats.extraction.indicators import Choice
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading

# Lower bounds of the bands in which the score of a rule and its lead over the next are told.
_SCORES = ((1.05, "strong"), (0.85, "good"), (0.6, "fair"), (0.45, "weak"), (0.0, "none"))
_LEADS = ((0.5, "clear"), (0.25, "ahead"), (0.1, "close"), (0.0, "tie"))


def marks_of(
    reading: Reading, quantity: Quantity, choice: Choice, region_found: str, inherited: str
) -> tuple[str, ...]:
    """What the reading of a figure rests on, as the marks of confidence.csv.

    ``inherited``: "whole" or "topic" where another figure's indicator was taken over, else "".
    """
    number = quantity.number
    rule = inherited or _band(choice.score, _SCORES)
    marks = [
        "base",
        f"unit:{quantity.unit_found}",
        f"rule:{rule}",
        f"lead:{inherited or _band(choice.margin, _LEADS)}",
        f"{choice.indicator}:{rule}",
        f"region:{region_found}",
        f"is:{choice.indicator}",
        f"{choice.indicator} in {choice.unit}",
        f"said:{_said(choice)}",
    ]
    if number.doubtful:
        marks.append("number:doubtful")
    if number.in_words:
        marks.append("number:words")
    if number.pair:
        marks.append("number:pair")
    if reading.language == "kk":
        marks.append("language:kk")
    return tuple(marks)


def _said(choice: Choice) -> str:
    """How many things had to be said near the figure for its rule: nothing, one, more."""
    return ("nothing", "one", "more")[min(len(choice.words), 2)]


def _band(value: float, bands: tuple[tuple[float, str], ...]) -> str:
    return next(name for least, name in bands if value >= least)


def confidence_of(marks: Iterable[str]) -> float:
    """From 0 to 1: the share of figures with these marks whose value, unit, indicator and region are right."""
    weights = _weights()
    total = sum(weights.get(mark, 0.0) for mark in marks)
    return round(1 / (1 + exp(-total)), 3)


@cache
def _weights() -> dict[str, float]:
    table = read_table("confidence")
    return {mark: float(weight) for mark, weight in zip(table["mark"], table["weight"], strict=True)}
