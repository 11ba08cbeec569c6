"""The numbers of a document that may be figures: their values, ranges and pairs, and which numbers are none.

A date, a time, the number of a school or a law, an age, an ordinal or a counter of views is a number, but no figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from edstats.extraction.furniture import is_furniture
from edstats.extraction.reading import Reading
from edstats.numeral_amounts import Amount, Amounts
from edstats.numeral_plans import Term, UnreadableShape
from edstats.wordlists import Token

_WINDOW = 10  # the longest number in words, "двести тридцать пять тысяч шестьсот двенадцать", has eight parts or so
_MOST_DIGITS = 15
_ZEROS = str.maketrans("123456789", "000000000")
YEARS = range(1990, 2061)
_ROUND = 2000  # more often so many places than the year


@dataclass(slots=True)
class Number:
    """Tokens ``start`` to ``stop`` with their value; ``ending`` is the position after a case ending ("50-ден")."""

    start: int
    stop: int
    ending: int
    value: float
    scale: int
    in_words: bool
    doubtful: bool = False
    value_high: float | None = None
    about: bool = False
    pair: str = ""  # "level" and "target" in "from 84 to 86.5%"
    whole: bool = True

    @property
    def is_year(self) -> bool:
        """Whether the number could be a year."""
        return not self.in_words and self.scale == 0 and self.whole and self.value in YEARS


def find_numbers(reading: Reading) -> list[Number]:
    """The numbers that may be figures, in order; ranges and pairs are joined."""
    numbers: list[Number] = []
    after = 0
    asides = {
        place for start, roles in reading.roles.items() if "aside" in roles for place in range(start, roles["aside"])
    }
    for position in _candidates(reading):
        if position < after or position in asides:
            continue
        number = _number(reading, position)
        if number is None:
            continue
        after = number.ending
        numbers.append(number)
    names = _names(reading)
    return [
        number
        for number in _joined(reading, numbers)
        if not _is_label(reading, number) and number.start not in names and not is_furniture(reading, number.start)
    ]


_LONGEST_NAME = 14


def _names(reading: Reading) -> set[int]:
    """Tokens inside quotation marks that hold a name, not speech: «1000 сельских школ»."""
    found: set[int] = set()
    opened = -1
    for place, word in enumerate(reading.words):
        if word != '"':
            continue
        if opened >= 0 and place - opened <= _LONGEST_NAME:
            inside = reading.between("status", opened, place)
            if not inside and not any(stop in reading.tokens.full_stops for stop in range(opened + 1, place)):
                found.update(range(opened + 1, place))
            opened = -1
        else:
            opened = place
    return found


def _candidates(reading: Reading) -> Iterator[int]:
    """Positions at which a number may begin: digits, number words, "миллион" by itself."""
    digits = {i for i, word in enumerate(reading.words) if "0" <= word[0] <= "9"}
    words = {hit.start for hit in reading.hits.get("number", ())}
    return iter(sorted(digits | words))


def _number(reading: Reading, position: int) -> Number | None:
    """The number that begins at ``position``, or None for a time, a date, a telephone and what cannot be read."""
    words = reading.words
    first = words[position]
    in_words = not first[0].isdigit()
    if not in_words and not first.replace(" ", "").replace(",", "").replace(".", "").isdecimal():
        return None
    plain = _plain(reading, position, first) if not in_words else None
    if plain is not None:
        ending, about = _ending(reading, position + 1)
        return Number(position, position + 1, ending, plain, 0, False, about=about)
    stop = min(position + _WINDOW, len(words))
    limit = reading.sentence_at(position).stop
    stop = min(stop, limit)
    printed = words[position:stop]
    window = [
        Token(word.translate(_ZEROS), 0, 0, reading.glued(place)) for place, word in enumerate(printed, start=position)
    ]
    doubtful = False
    try:
        amount = _amount(reading, window)
    except UnreadableShape:
        parts = first.replace(",", " ").replace(".", " ").split()
        if any(len(part) != 3 for part in parts[1:]) or len(parts[0]) > 3:
            return None
        doubtful = True  # "1.030 мест": the mark may part thousands or decimals
        window[0] = Token("".join(parts).translate(_ZEROS), 0, 0, False)
        printed[0] = "".join(parts)
        amount = _amount(reading, window)
    if amount is None:
        return None
    digits = "".join(sign for word in printed[: amount.stop] for sign in word if "0" <= sign <= "9")
    if len(digits) > _MOST_DIGITS:
        return None
    value = sum(_value(term, digits) for term in amount.terms)
    end = position + amount.stop
    ending, about = _ending(reading, end)
    whole = all(term.exponent >= 0 for term in amount.terms)
    return Number(position, end, ending, value, amount.scale, in_words, doubtful, about=about, whole=whole)


def _amount(reading: Reading, window: list[Token]) -> Amount | None:
    """The number that opens the window, without a later part that cannot be read ("2 млн 1.030 мест")."""
    later = [place for place, token in enumerate(window) if place and token.is_number]
    for stop in (len(window), *reversed(later[1:])):
        try:
            return Amounts(window[:stop], reading.vocabulary).amount(0)
        except UnreadableShape:
            continue
    return Amounts(window[: later[0] if later else len(window)], reading.vocabulary).amount(0)


def _plain(reading: Reading, position: int, printed: str) -> float | None:
    """The value of a whole number in digits that no scale and no further number word follows, the common case."""
    digits = printed.replace(" ", "")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        return None
    behind = position + 1
    if reading.word(behind) == "-":
        behind += 2 if reading.word(behind + 1) in reading.vocabulary.endings else 1
    if behind in reading.scale_starts or position + 1 in reading.number_starts:
        return None
    return float(digits)


def _value(term: Term, digits: str) -> float:
    if term.stop > term.start:
        return float(f"{digits[term.start : term.stop]}e{term.exponent}")
    return float(term.constant)


def _ending(reading: Reading, position: int) -> tuple[int, bool]:
    """The position after a case ending such as ``-ден`` or ``-ти``, and whether it says "about"."""
    if reading.word(position) == "-" and reading.glued(position) and reading.glued(position + 1):
        endings = reading.vocabulary.endings
        word = reading.word(position + 1)
        if word in endings:
            return position + 2, endings[word] == "about"
    return position, False


def _is_label(reading: Reading, number: Number) -> bool:
    """Whether the number is a name, an ordinal, a part of a word or of a date, or a year."""
    before, after = number.start - 1, number.stop
    return (
        _is_named(reading, number.start)
        or _is_rate(reading, number)
        or _is_part_of_word(reading, number)
        or _has_month(reading, number)
        or _is_year(reading, number)
        or _is_early_year(reading, number)
        or _is_list_number(reading, number)
        or (_is_bare_noun(reading, before) and not number.scale and number.ending not in reading.units)
        or (number.in_words and number.value == 1 and reading.role("idiom", number.start))
        or reading.role("idiom", number.start)
        or reading.role("fraction", after)
        or reading.word(after) in {"°", "º"}
        or (reading.word(after) == "/" and reading.glued(after))
        or (reading.word(before) == "/" and reading.glued(number.start) and reading.word(before - 1)[:1].isdigit())
    )


_LONGEST_LABEL = 3


def _is_named(reading: Reading, start: int) -> bool:
    """Whether what stands right before says that the number names or dates a thing: "№ 5", "the age of 16"."""
    return any(reading.roles.get(place, {}).get("label") == start for place in range(start - _LONGEST_LABEL, start))


def _is_rate(reading: Reading, number: Number) -> bool:
    """Whether one currency is priced in another: "Доллар 538,20 ₸"."""
    priced, price = reading.units.get(number.start - 1), reading.units.get(number.ending)
    return (
        priced is not None
        and price is not None
        and reading.unit_kind(priced.value) == reading.unit_kind(price.value) == "money"
        and priced.value != price.value
    )


def _is_part_of_word(reading: Reading, number: Number) -> bool:
    """Ordinals and compounds: ``2-й``, ``25-летие``, ``1-ші``, ``СШ-15``, ``5G``; but ``120-seat`` and ``4bln``."""
    start, stop = number.start, number.stop
    before = reading.word(start - 1)
    money = reading.units.get(start - 1)
    if money and reading.unit_kind(money.value) == "money":
        return False
    if reading.glued(start) and (before[:1].isalpha() or before in {"-", "+", "_", "/", "#", "№", "@", "&", "="}):
        if before[:1].isalpha() or before != "-":
            return before not in {"/", "="}
        lead = reading.word(start - 2)
        return not reading.glued(start - 1) or not (
            lead[:1].isdigit() or lead in {"%", ")"} or _ends_number(reading, start)
        )
    after = reading.word(stop)
    if number.in_words and after == "-" and reading.glued(stop) and reading.word(stop + 1)[:1].isalpha():
        return reading.language == "en" and not _is_counted_compound(reading, stop + 1)
    if number.in_words or number.ending > stop:
        return False
    if after == "-" and reading.word(stop + 1) in {"plus", "odd", "strong"}:
        return False
    if after == "-" and reading.glued(stop) and reading.glued(stop + 1) and reading.word(stop + 1)[:1].isalpha():
        return not _is_counted_compound(reading, stop + 1)
    if reading.glued(stop) and after[:1].isalpha() and stop not in reading.units:
        return True
    return after in {"°", ":"} and reading.glued(stop) and reading.word(stop + 1)[:1].isdigit()


def _ends_number(reading: Reading, start: int) -> bool:
    """Whether the dash before ``start`` follows a number's scale or case ending ("2-3", "10 тыс.-12 тыс.")."""
    return reading.word(start - 2) in reading.vocabulary.endings


def _is_counted_compound(reading: Reading, position: int) -> bool:
    """``120-seat``, ``600-местная``, but not ``5-year`` and ``25-летие``."""
    unit = reading.units.get(position) or reading.units.get(position - 1)
    return unit is not None and not reading.role("uncounted", position)


def _has_month(reading: Reading, number: Number) -> bool:
    """A day of a month: "1 сентября", "December 6, 2024", "23-tamyz"; the year after it is found as a year."""
    if number.in_words or number.value > 31:
        return False
    months = {hit.start for hit in reading.between("month", number.start - 2, number.ending + 3)}
    after = number.ending
    if reading.word(after) == "-" or reading.word(after) in {"st", "nd", "rd", "th"}:
        after += 1
    return after in months or (number.start - 1 in months and reading.language == "en")


def _is_year(reading: Reading, number: Number) -> bool:
    """A year: a number from 1990 to 2060 without a scale that counts nothing but years."""
    if not number.is_year:
        return False
    if number.value_high and number.value_high in YEARS:
        return True
    if reading.role("uncounted", number.ending):
        return True
    if number.value == _ROUND and reading.word(number.start - 1) in {"-", ":", "("}:
        return False
    # A four-digit count without a noun beside it is rare; a year is not.
    return number.ending not in reading.units or reading.units[number.ending].value == "year"


_EARLY_YEARS = range(1900, YEARS.stop)
_WHEN = frozenset(("in", "since", "until", "before", "after"))
_ARTICLES = frozenset(("the", "a", "its", "this"))
_BUILDINGS = frozenset(("school", "kindergarten", "college", "building", "facility", "project", "dormitory"))


def _is_early_year(reading: Reading, number: Number) -> bool:
    """A year in English that grammar tells from a count, other than those of the data: "built in 1971"."""
    printed = reading.words[number.start]
    if reading.language != "en" or not (printed.isdecimal() and number.stop == number.start + 1):
        return False
    if number.value not in _EARLY_YEARS or number.value_high is not None:
        return False
    before = reading.word(number.start - 1)
    unit = reading.units.get(number.ending)
    if unit is None:
        return before in _WHEN
    while unit.stop in reading.units:
        unit = reading.units[unit.stop]
    # "the 1971 building": a count asks for the plural
    return before in _ARTICLES and unit.value in _BUILDINGS and not reading.words[unit.stop - 1].endswith("s")


def _is_list_number(reading: Reading, number: Number) -> bool:
    """``1.`` or ``1)`` that opens a line."""
    if number.start not in reading.tokens.line_breaks and number.start != 0:
        return False
    return number.value < 100 and reading.word(number.stop) in {")", "."} and not number.in_words


def _is_bare_noun(reading: Reading, position: int) -> bool:
    """A noun in its plainest form before the number: "school 15", "Приложение 2"."""
    unit = reading.units.get(position)
    if unit is None or reading.unit_kind(unit.value) != "count":
        return False
    return reading.word(position) in _BARE_NOUNS


_BARE_NOUNS = frozenset(
    ("school школа лицей гимназия lyceum gymnasium class класс кабинет room каб мектебі лицейі гимназиясы").split()
)


def _joined(reading: Reading, numbers: list[Number]) -> list[Number]:
    """Two numbers that print one range made one; "from 84 to 86.5%" marked as level and target."""
    found: list[Number] = []
    for number in numbers:
        last = found[-1] if found else None
        if last is not None and last.value_high is None and number.start - last.ending <= 3:
            kind = _kind_of_pair(reading, last, number)
            if kind == "range":
                found[-1] = _range(last, number)
                continue
            if kind == "pair":
                last.pair, number.pair = "level", "target"
        found.append(number)
    return found


def _range(low: Number, high: Number) -> Number:
    value = low.value if low.scale or low.value >= high.value else low.value * 10**high.scale
    return Number(
        low.start, high.stop, high.ending, value, high.scale, low.in_words, low.doubtful or high.doubtful, high.value
    )


_ABLATIVE = frozenset(("дан", "ден", "тан", "тен", "нан", "нен"))
_FROM = frozenset(("from", "с", "со"))
_UP_TO = frozenset(("to", "до"))


def _is_ablative(reading: Reading, start: int, stop: int) -> bool:
    """Whether only the case ending "from" parts a unit from the next number: "84%-дан 86,5%-ға", "84 пайыздан 86,5"."""
    if start == stop:
        return reading.language == "kk" and reading.words[start - 1].endswith(tuple(_ABLATIVE))
    return stop == start + 2 and reading.word(start) == "-" and reading.words[start + 1] in _ABLATIVE


def _kind_of_pair(reading: Reading, low: Number, high: Number) -> str:
    """ "range" for "4-11", "от 4 до 11"; "pair" for "с 84 до 86,5", "2-ден 1-ге"; else ""."""
    between = low.ending
    unit = reading.units.get(between)
    if unit:
        between = unit.stop
    words = " ".join(reading.words[between : high.start])
    if words == "-":
        scaled = low.value if low.scale else low.value * 10**high.scale
        same_gap = reading.glued(high.start) == reading.glued(between)
        if unit and not reading.glued(high.start):
            return ""  # "over 70 percent - 72.5%, to be exact"
        return "range" if same_gap and low.ending == low.stop and scaled < high.value else ""
    if words == "" and low.ending > low.stop and reading.words[low.ending - 1] in _ABLATIVE:
        return "pair"
    if unit and reading.unit_kind(unit.value) == "percent" and _is_ablative(reading, unit.stop, high.start):
        return "pair"
    before = reading.word(low.start - 1)
    if before in _FROM and any(word in _UP_TO for word in reading.words[between : high.start]):
        return "pair"
    for rule in reading.vocabulary.ranges.get(before, ()):
        if rule.between == words:
            if not rule.is_range:
                return "pair"
            return "range" if low.value * 10 ** max(0, high.scale - low.scale) < high.value else ""
    if not words and low.ending == low.stop:
        return ""
    for rule in reading.vocabulary.ranges.get("", ()):
        if rule.between == words and rule.is_range and low.value < high.value:
            tail = reading.words[high.ending : high.ending + 4]
            return "range" if not rule.after or rule.after in tail else ""
    return ""
