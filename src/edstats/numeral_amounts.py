"""One number among tokens: its digits or words with their scale, and how its marks are read.

Shared by the reader of a phrase that holds one figure (`edstats.numeral_grammar`) and the one of whole documents
(`edstats.extraction`). Digits are written as 0 throughout, so that what is read holds for every number of that shape.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from edstats.numeral_plans import Reason, Term, UnreadableShape
from edstats.numeral_words import Vocabulary
from edstats.wordlists import Token


@dataclass(frozen=True)
class Amount:
    """Tokens ``start`` to ``stop`` as a number; ``scale`` is the largest power of ten that a word gave it."""

    terms: tuple[Term, ...]
    start: int
    stop: int
    scale: int


class Amounts:
    """The numbers among one text's tokens; positions are those of the list of tokens."""

    def __init__(self, found: list[Token], words: Vocabulary) -> None:
        """``found``: the tokens, their digits written as 0; ``words``: the words of the text's language."""
        self.tokens = found
        self.words = words
        digits = 0
        self.digits_before = [digits := digits + token.text.count("0") for token in found]

    def text(self, position: int) -> str:
        """The token, or "" outside the list."""
        return self.tokens[position].text if 0 <= position < len(self.tokens) else ""

    def glued(self, position: int) -> bool:
        """Whether no space parts the token from the last."""
        return 0 <= position < len(self.tokens) and self.tokens[position].glued

    def is_hyphen(self, position: int) -> bool:
        """Whether a dash stands there without space around it, as inside a word."""
        return self.text(position) == "-" and self.glued(position) and self.glued(position + 1)

    def amount(self, position: int) -> Amount | None:
        """The longest number that begins at ``position``: ``96 млрд 495 млн``, ``двадцать пять``, ``0,5``."""
        terms: list[Term] = []
        at, limit, top = position, 100, 0
        while at < len(self.tokens):
            group = self.digits(at) if self.tokens[at].is_number else self.number_words(at)
            if group is None:
                break
            term, stop = group
            power, stop = self.scale(stop)
            whole = term.whole + power
            # "96 млрд 495 млн" is one number, "3 млрд 22 школы" are two.
            if terms and (whole > limit or power < limit - 3):
                break
            terms.append(term.scaled(power))
            at, limit, top = stop, power, max(top, power)
            half = None if power else self.words.numbers.at(self.tokens, at)
            if half and half[1] == Decimal("0.5"):
                at += half[0]
                power, at = self.scale(at)
                terms = [*terms[:-1], terms[-1].scaled(power), Term(0, 0, 0, power, Decimal("0.5").scaleb(power))]
                limit, top = 0, max(top, power)
            if limit < 3 or term.exponent < 0:
                break
        if terms:
            return Amount(tuple(terms), position, at, top)
        lone = self.words.lone_scales.at(self.tokens, position)
        if lone:
            term = Term(0, 0, 1, 0, Decimal(1)).scaled(lone[1])
            return Amount((term,), position, position + lone[0], lone[1])
        return None

    def scale(self, position: int) -> tuple[int, int]:
        """The power of ten that the word at ``position`` names (0 if none), and the position after it."""
        at = position + 1 if self.is_hyphen(position) else position
        if at > position and self.text(at) in self.words.endings:
            at += 1
        found = self.words.scales.at(self.tokens, at)
        return (found[1], at + found[0]) if found else (0, position)

    def digits(self, position: int) -> tuple[Term, int]:
        """The number in digits that stands there, and the position after it."""
        text = self.tokens[position].text
        decimals = _decimals(text, self.words.language)
        stop = self.digits_before[position]
        count = text.count("0")
        return Term(stop - count, stop, count - decimals, -decimals), position + 1

    def number_words(self, position: int) -> tuple[Term, int] | None:
        """A number under a thousand in words, of parts that get ever smaller: hundreds, tens, units."""
        total, room, at = Decimal(0), Decimal(1000), position
        while at < len(self.tokens):
            skip = at > position and ((self.text(at) == "-" and room == 10) or (self.text(at) == "and" and room == 100))
            found = self.words.numbers.at(self.tokens, at + skip)
            if found is None:
                break
            value = found[1]
            if value == 100 and 1 <= total <= 9:
                total, room = total * 100, Decimal(100)
            elif value < room and (total or value >= 1):
                total, room = total + value, self.room(value)
            else:
                break
            at += skip + found[0]
        whole = len(str(int(total)))
        return (Term(0, 0, whole, 0, total), at) if total else None

    def room(self, value: Decimal) -> Decimal:
        """What may follow a number word: less than a hundred after hundreds, less than ten after tens."""
        if value % 100 == 0:
            return Decimal(100)
        # Kazakh says ten-five for fifteen; English and Russian have a word of its own.
        return Decimal(10) if value % 10 == 0 and (value > 10 or self.words.language == "kk") else Decimal(0)


def _decimals(number: str, language: str) -> int:
    """How many of the digits stand behind the decimal mark. Raises `UnreadableShape` for two numbers or a date."""
    marks = number.replace("0", "")
    lengths = [len(group) for group in re.split("[ ,.]", number)]
    if not marks:
        return 0
    if marks.count(".") > 1:
        raise UnreadableShape(Reason.DATE)
    if _parts_thousands(marks, lengths, language):
        _check_thousands(lengths)
        return 0
    front, last = marks[:-1], marks[-1]
    if len(set(front)) > 1 or last in front or last == " ":
        raise UnreadableShape(Reason.GROUPS)
    if front:
        _check_thousands(lengths[:-1])
    # Three digits behind a mark that may also part thousands: 1234,567 or 1 234,567 in English, 1.030 in Russian.
    if lengths[-1] == 3 and last == ("," if language == "en" else ".") and front != ",":
        raise UnreadableShape(Reason.DOUBTFUL_MARK)
    return lengths[-1]


def _parts_thousands(marks: str, lengths: list[int], language: str) -> bool:
    """Spaces and repeated commas always part thousands; a single comma does so in English before three digits."""
    if marks == ",":
        return language == "en" and lengths[-1] == 3 and lengths[0] <= 3
    return set(marks) == {" "} or set(marks) == {","}


def _check_thousands(lengths: list[int]) -> None:
    if lengths[0] > 3 or any(length != 3 for length in lengths[1:]):
        raise UnreadableShape(Reason.TWO_FIGURES if len(lengths) == 2 else Reason.GROUPS)
