"""The grammar of a printed number phrase, read from its shape: the phrase with every digit written as 0.

``95 576 учащихся`` and ``37 100 учащихся`` have one shape and so one plan: which of the phrase's digits make the
number, what they are multiplied by, and which qualifier and unit the words say. `edstats.numerals` makes a plan once
for a shape and applies it to every phrase of that shape. Positions in a plan count digits only, all else left out.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from edstats.numeral_plans import Plan, Reason, Term, UnreadableShape
from edstats.numeral_words import Unit, Vocabulary, vocabulary
from edstats.wordlists import Token, tokens


def plan(shape: str, language: str) -> Plan:
    """The plan for phrases of this folded shape. Raises `UnreadableShape` where it holds no single figure."""
    if any(sign.isnumeric() and sign != "0" for sign in shape):
        raise UnreadableShape(Reason.UNKNOWN_DIGIT)
    return _Reading(tokens(shape), vocabulary(language)).plan()


@dataclass(frozen=True)
class _Amount:
    """Tokens ``start`` to ``stop`` as a number; ``scale`` is the largest power of ten that a word gave it."""

    terms: tuple[Term, ...]
    start: int
    stop: int
    scale: int


@dataclass(frozen=True)
class _Figure:
    """The tokens of a number or a range, with the word that opens the range."""

    low: _Amount
    high: _Amount | None
    start: int
    stop: int


class _Reading:
    """One phrase's tokens, and the parts of the grammar as methods that take and give positions among them."""

    def __init__(self, found: list[Token], words: Vocabulary) -> None:
        self.tokens = found
        self.words = words
        digits = 0
        self.digits_before = [digits := digits + token.text.count("0") for token in found]

    def plan(self) -> Plan:
        figure = self.figure()
        self.refuse_neighbours(figure)
        stop, ending = self.ending(figure.stop)
        unit = self.unit(figure, stop)
        terms = figure.low.terms + (figure.high.terms if figure.high else ())
        if unit and unit.kind == "count" and any(term.exponent < 0 for term in terms):
            raise UnreadableShape(Reason.BROKEN_COUNT)
        return Plan(
            low=figure.low.terms,
            high=figure.high.terms if figure.high else (),
            qualifier=self.qualifier(figure, stop, ending),
            unit=unit.code if unit else "",
            precision=float(min(term.step for term in terms)),
        )

    def is_(self, role: str, position: int) -> bool:
        """Whether the token at ``position`` has this role in the codebook's number_context.csv."""
        in_role = self.words.roles.get(role)
        return 0 <= position < len(self.tokens) and in_role is not None and self.tokens[position].text in in_role

    def text(self, position: int) -> str:
        return self.tokens[position].text if 0 <= position < len(self.tokens) else ""

    def glued(self, position: int) -> bool:
        return 0 <= position < len(self.tokens) and self.tokens[position].glued

    def is_hyphen(self, position: int) -> bool:
        """Whether a dash stands there without space around it, as inside a word."""
        return self.text(position) == "-" and self.glued(position) and self.glued(position + 1)

    # --- the number itself

    def figure(self) -> _Figure:
        """The one figure of the phrase, or the reason why there is not one."""
        amounts = []
        position = 0
        while position < len(self.tokens):
            aside = self.words.roles["aside"].at(self.tokens, position)
            amount = None if aside else self.amount(position)
            if amount:
                amounts.append(amount)
            position = amount.stop if amount else position + (aside[0] if aside else 1)
        read = {position for amount in amounts for position in range(amount.start, amount.stop)}
        if any(self.is_("fraction", position) for position in range(len(self.tokens)) if position not in read):
            raise UnreadableShape(Reason.FRACTION)
        if not amounts:
            raise UnreadableShape(Reason.EMPTY)
        if len(amounts) == 1:
            return _Figure(amounts[0], None, amounts[0].start, amounts[0].stop)
        if len(amounts) == 2:
            return self.range(*amounts)
        raise UnreadableShape(Reason.TWO_FIGURES)

    def amount(self, position: int) -> _Amount | None:
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
            return _Amount(tuple(terms), position, at, top)
        lone = self.words.lone_scales.at(self.tokens, position)
        if lone:
            term = Term(0, 0, 1, 0, Decimal(1)).scaled(lone[1])
            return _Amount((term,), position, position + lone[0], lone[1])
        return None

    def scale(self, position: int) -> tuple[int, int]:
        """The power of ten that the word at ``position`` names (0 if none), and the position after it."""
        at = position + 1 if self.is_hyphen(position) else position
        if at > position and self.text(at) in self.words.endings:
            at += 1
        found = self.words.scales.at(self.tokens, at)
        return (found[1], at + found[0]) if found else (0, position)

    def digits(self, position: int) -> tuple[Term, int]:
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

    # --- two numbers

    def range(self, low: _Amount, high: _Amount) -> _Figure:
        """Both numbers as one range, where the words between and before them say so."""
        between, low_unit = self.after_unit(low.stop)
        words = " ".join(token.text for token in self.tokens[between : high.start])
        # A dash of a range has a space on both sides or on neither: "5 -3" is not one.
        if words == "-" and self.glued(between) != self.glued(high.start):
            raise UnreadableShape(Reason.TWO_FIGURES)
        for before in sorted(self.words.ranges, key=len, reverse=True):
            start = low.start - len(before.split())
            if before and (start < 0 or before != self.text(start)):
                continue
            for rule in self.words.ranges[before]:
                if rule.between != words:
                    continue
                if not rule.is_range:
                    raise UnreadableShape(Reason.NO_RANGE)
                _, high_unit = self.after_unit(high.stop)
                if rule.after and rule.after not in {token.text for token in self.tokens[high.stop :]}:
                    continue
                if low_unit and low_unit != high_unit:
                    continue
                if not low.scale and not low_unit and len(low.terms) == 1:
                    low = replace(low, terms=(low.terms[0].scaled(high.scale),))
                return _Figure(low, high, start, high.stop)
        raise UnreadableShape(Reason.TWO_FIGURES)

    def after_unit(self, position: int) -> tuple[int, str]:
        """The unit that touches the number and the position behind it (``4% - 11%``)."""
        found = self.words.units.at(self.tokens, position)
        return (position + found[0], found[1].code) if found else (position, "")

    # --- what stands around the number

    def refuse_neighbours(self, figure: _Figure) -> None:
        """Refuse numbers that are no counts by what touches them: labels, signs, months, halves of words."""
        before, after = figure.start - 1, figure.stop
        if self.is_("label", before) or self.is_bare_noun(before):
            raise UnreadableShape(Reason.LABEL)
        if self.text(before) in {"-", "+"} and (before == 0 or self.glued(figure.start)):
            raise UnreadableShape(Reason.SIGNED if before == 0 or not self.glued(before) else Reason.COMPOUND)
        outside = [*range(before + 1), *range(after, len(self.tokens))]
        if any(self.words.scales.at(self.tokens, at) or self.is_("currency", at) for at in outside):
            raise UnreadableShape(Reason.UNKNOWN_SCALE)
        if any(0 <= at < len(self.tokens) and self.text(at) in self.words.months for at in (before, after)):
            raise UnreadableShape(Reason.DATE)
        for at, touches in ((before, self.glued(figure.start)), (after, self.glued(after))):
            sign = self.text(at) if touches else ""
            goes_on = sign in {*"/:^*"} or (sign in {*",.'’"} and self.glued(at + 1))
            if goes_on or (sign[:1].isalpha() and not self.words.units.at(self.tokens, at)):
                raise UnreadableShape(Reason.COMPOUND)

    def ending(self, position: int) -> tuple[int, str]:
        """Skip a case ending such as ``-ден`` or ``-ти``; some (``-дей``) say "about"."""
        if not self.is_hyphen(position):
            return position, ""
        word = self.text(position + 1)
        if word in self.words.endings:
            return position + 2, self.words.endings[word]
        # A dash after a number makes a noun countable in English and Russian ("120-seat"), an ordinal in Kazakh.
        units = self.words.units
        if self.words.language != "kk" and (units.at(self.tokens, position) or units.at(self.tokens, position + 1)):
            return position, ""
        raise UnreadableShape(Reason.COMPOUND)

    def qualifier(self, figure: _Figure, stop: int, ending: str) -> str:
        said = {ending} if ending else set()
        position, loose = 0, False
        while position < figure.start:
            found = self.words.before.at(self.tokens, position)
            if found and position + found[0] <= figure.start:
                said.add(found[1])
                position += found[0]
                loose = False
                continue
            # A bare "exact" verb may stand anywhere; "about" and its like must touch the number.
            loose = loose or not (self.is_("link", position) or self.is_currency(position))
            if loose and said - {"exact"}:
                raise UnreadableShape(Reason.APART)
            position += 1
        position = max(stop - 1, figure.stop - 1)
        while position < len(self.tokens):
            found = self.words.after.at(self.tokens, position)
            if found:
                said.add(found[1])
            position += found[0] if found else 1
        said.discard("exact")
        if len(said) > 1 or (said and figure.high):
            raise UnreadableShape(Reason.QUALIFIERS)
        return "range" if figure.high else next(iter(said), "exact")

    def is_bare_noun(self, position: int) -> bool:
        """Whether a counted noun stands there in its plainest form, as in "school 15" and "школа 15"."""
        found = self.words.units.at(self.tokens, position)
        return found is not None and found[1].kind == "count" and self.text(position) == found[1].bare

    def is_currency(self, position: int) -> bool:
        found = self.words.units.at(self.tokens, position)
        return found is not None and found[1].kind == "money"

    def unit(self, figure: _Figure, stop: int) -> Unit | None:
        """What is counted: the head of the noun phrase after the number, or the currency before it."""
        position = stop
        hyphened = self.text(position) == "-"
        while position < len(self.tokens):
            found = self.words.units.at(self.tokens, position)
            if self.is_("stop", position) and not found:
                break
            if found and found[1].kind == "money" and any(token.is_word for token in self.tokens[stop:position]):
                raise UnreadableShape(Reason.UNKNOWN_SCALE)
            if found and not self.modifies(position + found[0]):
                unit, position = self.head(position, found, hyphened)
                return None if self.joined(position, unit) else unit
            position += found[0] if found else 1
        before = self.words.units.at(self.tokens, figure.start - 1)
        return before[1] if before and before[1].kind == "money" else None

    def modifies(self, position: int) -> bool:
        """Whether an English noun ends in a hyphen there and so only describes the next one ("school-age")."""
        return self.words.language == "en" and self.is_hyphen(position)

    def head(self, position: int, found: tuple[int, Unit], hyphened: bool) -> tuple[Unit, int]:
        """English and Kazakh put the head last ("school places"), Russian first ("директора школ")."""
        length, unit = found
        may_join = self.words.language != "ru" and not hyphened
        while may_join and unit.kind == "count" and self.text(position) == unit.bare:
            following = self.words.units.at(self.tokens, position + length)
            if following is None:
                break
            position += length
            length, unit = following
        return unit, position + length

    def joined(self, position: int, unit: Unit) -> bool:
        """Whether another counted noun is joined on ("schools and kindergartens"): then the figure counts neither."""
        if unit.kind != "count" or not (self.text(position) == "," or self.is_("and", position)):
            return False
        for at in range(position + 1, min(position + 3, len(self.tokens))):
            found = self.words.units.at(self.tokens, at)
            if found:
                return found[1].code != unit.code
        return False


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
