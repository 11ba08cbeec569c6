"""The grammar of a printed number phrase, read from its shape: the phrase with every digit written as 0.

``95 576 учащихся`` and ``37 100 учащихся`` have one shape and so one plan: which of the phrase's digits make the
number, what they are multiplied by, and which qualifier and unit the words say. `edstats.numerals` makes a plan once
for a shape and applies it to every phrase of that shape. Positions in a plan count digits only, all else left out.
"""

from dataclasses import dataclass, replace

from edstats.numeral_amounts import Amount, Amounts
from edstats.numeral_plans import Plan, Reason, UnreadableShape
from edstats.numeral_words import Unit, vocabulary
from edstats.wordlists import tokens


def plan(shape: str, language: str) -> Plan:
    """The plan for phrases of this folded shape. Raises `UnreadableShape` where it holds no single figure."""
    if any(sign.isnumeric() and sign != "0" for sign in shape):
        raise UnreadableShape(Reason.UNKNOWN_DIGIT)
    if "\N{REPLACEMENT CHARACTER}" in shape:
        raise UnreadableShape(Reason.BROKEN_SIGN)
    return _Reading(tokens(shape), vocabulary(language)).plan()


@dataclass(frozen=True)
class _Figure:
    """The tokens of a number or a range, with the word that opens the range."""

    low: Amount
    high: Amount | None
    start: int
    stop: int


class _Reading(Amounts):
    """One phrase's tokens, and the parts of the grammar as methods that take and give positions among them."""

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

    # --- two numbers

    def range(self, low: Amount, high: Amount) -> _Figure:
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
