"""What each figure was read as, in words: names for codes, numbers and periods as people write them."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cache, lru_cache

import pandas as pd

from edstats.codebook import read_table
from edstats.extraction.result import ACCEPTED, Figure
from edstats.periods import UnreadablePeriod, read_period
from edstats.wording import BILLION, MILLION, Wording

# Beyond this a number is no count of anything; it is shown as 1e+30, which Babel cannot.
LARGEST = 10**15
MOST_DECIMALS = 6
_TAIL = re.compile(r"\S{0,24}")


@dataclass(frozen=True)
class Cell:
    """What a cell of the table says, and the code that stands for it in the CSV, where that is another word."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class Reading:
    """A figure in words. ``number`` counts the figures of a document from 1; ``label`` is the reading in short."""

    number: int
    figure: Figure
    accepted: bool
    label: str
    confidence: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Piece:
    """A stretch of the text, with the reading of the figure that it is, if it is one.

    ``tail`` is what is written to a figure without a space, an ending or a full stop: no label may come between.
    """

    text: str
    reading: Reading | None = None
    tail: str = ""


def read_out(figures: Sequence[Figure], wording: Wording) -> list[Reading]:
    """The readings of a document's figures, numbered in the order in which they stand in its text."""
    in_order = sorted(figures, key=lambda figure: (figure.start, figure.end))
    return [_reading(number, figure, wording) for number, figure in enumerate(in_order, start=1)]


def cut(text: str, readings: Sequence[Reading]) -> Iterator[Piece]:
    """The text in pieces: joined, they are the text again, even where figures overlap or reach beyond its end.

    Of two figures that overlap the second gets what the first left, which may be "".
    """
    position = 0
    following = [*(reading.figure.start for reading in readings), len(text)][1:]
    for reading, next_start in zip(readings, following, strict=True):
        start = max(position, reading.figure.start)
        end = max(start, reading.figure.end)
        if start > position:
            yield Piece(text[position:start])
        tail = _TAIL.match(text, end, max(end, next_start))
        yield Piece(text[start:end], reading, tail[0] if tail else "")
        position = tail.end() if tail else end
    if position < len(text):
        yield Piece(text[position:])


def _reading(number: int, figure: Figure, wording: Wording) -> Reading:
    accepted = figure.confidence >= ACCEPTED
    confidence = _percent(figure.confidence, wording)
    cells = {
        "value": _value(figure.value, figure.value_high, figure.qualifier, figure.unit, wording),
        "unit": _cell("units", figure.unit, wording),
        "indicator": _indicator(figure, wording),
        "region": _region(figure, wording),
        "period": Cell(_period(figure.period, wording)),
        "status": _cell("status", figure.status, wording),
        "group": _cell("groups", figure.group, wording),
        "works": _cell("works", figure.works, wording),
        "programme": _cell("programmes", figure.programme, wording),
    }
    place = figure.place or _short_names().get(figure.region, figure.region)
    status = "" if figure.status == "actual" else cells["status"].text
    check = "" if accepted else wording.text("to check: {confidence} sure", confidence=confidence)
    label = "\u00a0· ".join(filter(None, (cells["indicator"].text, place, cells["period"].text, status, check)))
    return Reading(number, figure, accepted, label, confidence, cells)


def _cell(table: str, code: str, wording: Wording) -> Cell:
    name = _name(table, code, wording)
    return Cell(name, code if name != code else "")


@lru_cache(maxsize=4096)
def _name(table: str, code: str, wording: Wording) -> str:
    """The name of a code; the code itself where the codebook has none, as for a programme that a source made up."""
    try:
        return wording.name(table, code)
    except LookupError:
        return code


def _indicator(figure: Figure, wording: Wording) -> Cell:
    finest = _cell("indicators", figure.detail or figure.indicator, wording)
    if figure.detail in {"", figure.indicator}:
        return finest
    return Cell(finest.text, f"{figure.indicator} / {figure.detail}")


def _region(figure: Figure, wording: Wording) -> Cell:
    name = _name("regions", figure.region, wording)
    return Cell(f"{name}, {figure.place}" if figure.place else name, figure.region if name != figure.region else "")


@lru_cache(maxsize=4096)
def _percent(share: float, wording: Wording) -> str:
    """A confidence as a percent, rounded down, so that no figure to check seems to reach the threshold."""
    return wording.quantity(float(100 * Decimal(repr(share))), "percent", 0, ROUND_FLOOR)


@cache
def _short_names() -> dict[str, str]:
    regions = read_table("regions")
    return dict(zip(regions["region"], regions["short_en"], strict=True))


@cache
def _kinds() -> dict[str, str]:
    units = read_table("units")
    return dict(zip(units["unit"], units["kind"], strict=True))


@lru_cache(maxsize=4096)
def _period(code: str, wording: Wording) -> str:
    """A period in words; as it stands where it is none."""
    try:
        period = read_period(code)
    except UnreadablePeriod:
        return code
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return wording.period(pd.Series({"period_start": start, "period_end": end, "period": period.code}))


@lru_cache(maxsize=65536)
def _value(value: float, high: float | None, qualifier: str, unit: str, wording: Wording) -> Cell:
    """The number for reading ("about 198.53 billion tenge"), and to the last digit where that rounds it.

    Money and percent have their unit with them: the number alone would not be read aright.
    """
    numbers = [value] if high is None else [value, high]
    if not all(abs(number) < LARGEST for number in numbers):
        return Cell(f"{value:g}")
    decimals = max(map(_decimals, numbers))
    kind = _kinds().get(unit, "")
    row = pd.Series(
        {"value": value, "value_high": value if high is None else high, "qualifier": qualifier, "unit": unit}
    )
    shown = wording.value(row, decimals, with_unit=kind in {"money", "percent"})
    if kind != "money" or not any(map(_is_rounded, numbers)):
        return Cell(shown)
    return Cell(shown, "–".join(wording.number(number, decimals) for number in numbers))


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return min(MOST_DECIMALS, max(0, -exponent)) if isinstance(exponent, int) else 0


def _is_rounded(amount: float) -> bool:
    """Whether an amount of money has more digits than are shown: hundredths of its scale, or whole units."""
    scale = BILLION if amount >= BILLION else MILLION if amount >= MILLION else 100
    return not math.isclose(math.remainder(amount, scale / 100), 0, abs_tol=1e-6)
