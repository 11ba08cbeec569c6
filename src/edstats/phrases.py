"""Parts of sentences before they are worded: each says itself in any wording.

What is found in the data does not depend on the reader's language; only saying it does.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, cast

import pandas as pd

from edstats.figures import Figure
from edstats.wording import Wording

Phrase = Callable[[Wording], str]


def as_printed(text: str) -> Phrase:
    """A text that is the same in every language."""
    return lambda wording: text


def note(english: str) -> Phrase:
    """What a person wrote beside the figures, translated where somebody has."""
    return lambda wording: wording.note(english)


def name(table: str, code: str) -> Phrase:
    """Name of a codebook entry, as ``Wording.name`` takes it."""
    return lambda wording: wording.name(table, code)


def value(figure: Figure) -> Phrase:
    """The figure's value with its qualifier and unit."""
    return lambda wording: wording.value(_row(figure._asdict()))


def number(figure: Figure) -> Phrase:
    """The value without its unit, with its qualifier."""
    return lambda wording: wording.value(_row(figure._asdict()), with_unit=False)


def computed(row: Mapping[Hashable, Any], decimals: int) -> Phrase:
    """A computed value; ``row`` has ``value``, ``value_high``, ``qualifier`` and ``unit``."""
    return lambda wording: wording.value(_row(row), decimals)


def quantity(amount: float, unit: str, decimals: int) -> Phrase:
    """A number that no source prints, with its unit."""
    return lambda wording: wording.quantity(amount, unit, decimals)


def period(figure: Figure) -> Phrase:
    """The time that the figure is about."""
    return lambda wording: wording.period(_row(figure._asdict()))


def indicator_name(figure: Figure) -> Phrase:
    """The figure's indicator with its group and place."""

    def said(wording: Wording) -> str:
        group = [wording.name("groups", figure.group)] if figure.group else []
        place = [wording.note(figure.place)] if figure.place else []
        return ", ".join([wording.name("indicators", figure.indicator), *group, *place])

    return said


def what_and_when(figure: Figure, **more: Phrase) -> dict[str, Phrase]:
    """The parts of a sentence that name a figure's indicator and time, and ``more``."""
    return {"indicator_name": indicator_name(figure), "period": period(figure), **more}


def dated(figure: Figure, source: Mapping[Hashable, Any]) -> Phrase:
    """The figure's value with the publisher and the date of its source, a row of the table ``sources``."""

    def said(wording: Wording) -> str:
        publisher, published = wording.note(source["publisher"]), wording.published(_row(source))
        return f"{value(figure)(wording)} ({publisher}, {published})"

    return said


def listed(phrases: Iterable[Phrase], separator: str = "; ") -> Phrase:
    """Phrases one after the other."""
    kept = tuple(phrases)
    return lambda wording: separator.join(phrase(wording) for phrase in kept)


def _row(row: Mapping[Any, Any]) -> pd.Series:
    # Wording asks of a row only what a mapping gives as well, at a hundredth of the time that a Series takes to make.
    return cast("pd.Series", row)
