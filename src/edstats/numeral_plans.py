"""What the shape of a number phrase says: a plan for reading its digits, or the reason why there is none."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum


class Reason(StrEnum):
    """Why a phrase gives no number, and what would be right."""

    EMPTY = "no figure stands here; give the number as it is printed"
    TWO_FIGURES = "two figures stand here; give the one that this row is about"
    NO_RANGE = "two figures stand here, a level and the one it goes to, not a range; give one of them"
    DATE = "this looks like a date or a version; give a number, and the date in the period column"
    GROUPS = "the digits are not parted in thousands; print 1234, or thousands parted by one kind of mark"
    DOUBTFUL_MARK = (
        "the mark before the last three digits may part thousands or decimals; give the value in the value column"
    )
    LABEL = "this is the number of a thing, not a count; give a count"
    FRACTION = "a part or a rough number in words; give the value in the value column"
    COMPOUND = "the number is part of another word, such as an ordinal or a name; give a count"
    SIGNED = "a sign stands before the number; print it without, and say by the indicator whether it is a change"
    UNKNOWN_DIGIT = "a digit or fraction that is not 0-9 stands here; write it with 0-9"
    BROKEN_SIGN = "a sign stands here that could not be read when the text was saved; write the phrase as it is printed"
    APART = "a word such as 'about' or 'up to' stands apart from the number; give only the words that touch the number"
    QUALIFIERS = "the words qualify the number in two ways; give value and qualifier in their columns"
    UNKNOWN_SCALE = "the number's scale or currency cannot be told; give value and unit in their columns"
    BROKEN_COUNT = "a count of whole things has decimals; give the value in the value column"


class UnreadableShape(ValueError):
    """The shape holds no single figure; the message says why."""


@dataclass(frozen=True)
class Term:
    """A summand: digits ``start`` to ``stop`` of the phrase, ``whole`` of them before the decimal mark.

    ``exponent`` is the power by which the digits, read as one whole number, are multiplied. A summand in words has no
    digits but a ``constant``.
    """

    start: int
    stop: int
    whole: int
    exponent: int
    constant: Decimal = Decimal(0)

    def scaled(self, power: int) -> "Term":
        """The same summand, times 10 to the ``power``."""
        return replace(self, exponent=self.exponent + power, constant=self.constant.scaleb(power))

    @property
    def step(self) -> Decimal:
        """The unit of the last place that was printed."""
        part = self.constant.scaleb(-self.exponent) % 1  # one and a half is printed to the half
        return (part or Decimal(1)).scaleb(self.exponent)


@dataclass(frozen=True)
class Plan:
    """How to read a phrase of one shape. ``high`` is empty unless the phrase is a range."""

    low: tuple[Term, ...]
    high: tuple[Term, ...]
    qualifier: str
    unit: str
    precision: float
