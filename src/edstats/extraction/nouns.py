"""The noun or currency that a number counts: beside it, behind other words, or before it in the sentence."""

import re
from dataclasses import dataclass

from edstats.extraction.lexicon import Hit
from edstats.extraction.numbers import Number
from edstats.extraction.reading import Reading
from edstats.extraction.tokens import Sentence

REACH = 8  # words between a number and its noun: "5 новых современных трехэтажных комфортных школ"

_FAR = 14  # words back to the noun that a number without one counts

# How the unit was found, from the surest to the least sure.
BESIDE, ASIDE, SHARED, PARTITIVE, BEFORE, LISTED, ELIDED, GUESSED, NOT_FOUND = (
    *("beside", "aside", "shared", "partitive", "before", "listed", "elided", "guessed", "not found"),
)

# Kazakh "of them": 269-ы, 80-інің. What stands behind such a number is not what it counts.
_POSSESSIVE = frozenset(
    (
        "ы і сы сі ын ін сын сін ының інің сының сінің ына іне сына сіне ында інде сында сінде ынан інен y i sy si"
    ).split()
)

# Nouns that a number counts only where they stand right beside it.
_WEAK = frozenset(
    ("region", "year", "village", "city", "district", "group", "programme", "project", "measure", "direction")
)

_BARE_PLACES = frozenset(("city", "district", "қала", "аудан"))

_ABSTRACT = frozenset(("programme", "project", "measure", "direction"))

OUT_OF = frozenset(("of", "из"))
THEM = frozenset(("them", "which", "whom", "них", "которых"))  # "из них 60" is a part, "из 150" the whole
_THESE = THEM | {"these", "those", "этих"}


def noun_behind(reading: Reading, number: Number, sentence: Sentence) -> tuple[str, int, int, str]:
    """Unit, place and end of the noun phrase behind the number; "uncounted" for years, hours, floors."""
    position = number.ending
    if reading.role("multiple", number.start):
        return "times", number.start, number.ending, BESIDE
    if (number.ending > number.stop and reading.words[number.ending - 1] in _POSSESSIVE) or _is_possessive(
        reading, number
    ):
        return "", -1, number.ending, NOT_FOUND
    if reading.word(position) == "-" and reading.glued(position):
        position += 1
    first, limit = position, min(position + REACH, sentence.stop)
    whole = _whole_behind(reading, position, limit)
    if whole:
        return whole.value, whole.start, number.ending, PARTITIVE
    while position < limit:
        unit = reading.units.get(position)
        word = reading.word(position)
        aside = reading.roles.get(position, {}).get("aside")
        if aside:
            position = aside + (reading.word(aside) == "-")
            continue
        if reading.role("uncounted", position) and not (unit and unit.stop > position + 1):
            if position <= first + 1:
                return "uncounted", position, position, NOT_FOUND
            break
        if unit and word in _BARE_PLACES and (reading.language == "en" or unit.stop in reading.units):
            position += 1  # "5 new city schools"
            continue
        if unit:
            if position > first and reading.unit_kind(unit.value) == "money":
                break
            if position > first + (unit.value in _ABSTRACT) and unit.value in _WEAK:
                break
            if not _modifies(reading, unit.stop):
                code, noun, stop = _head(reading, unit.value, position, unit.stop, sentence.stop)
                return code, noun, stop, BESIDE
            position = unit.stop + 1
            continue
        if position in reading.number_starts and reading.word(position + 1) == "-" and reading.glued(position + 1):
            position += 3  # "three-storey"
            continue
        if not word[0].isalpha() and word not in {"-", '"'}:
            skipped = _seats(reading, position)
            if not skipped:
                break
            position = skipped
            continue
        if word == "-" and not reading.glued(position):
            break
        if _ends_phrase(reading, position) or (reading.language == "ru" and word.endswith(_VERB_ENDINGS)):
            break
        position += 1
    return "", -1, number.ending, NOT_FOUND


def _whole_behind(reading: Reading, position: int, limit: int) -> Hit | None:
    """What the number takes a part of: "120 of the region's schools"."""
    if reading.word(position) not in OUT_OF:
        return None
    for place in range(position + 1, min(position + 6, limit)):
        if reading.word(place) in _THESE or not reading.words[place][0].isalnum():
            return None
        unit = reading.units.get(place)
        if unit and unit.value not in _NOT_BEFORE and reading.unit_kind(unit.value) == "count":
            return unit
    return None


_VERB_ENDINGS = ("ли", "ло", "ла", "ют", "ут", "ат", "ят", "ться", "ся", "сь")

_KAZAKH_NUMBERS = frozenset(
    ("бір екі үш төрт бес алты жеті сегіз тоғыз он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан жүз мың").split()
)

_KAZAKH_OF_THEM = ("ы", "і", "ын", "ін", "ының", "інің", "ына", "іне", "ында", "інде", "ынан", "інен")


def _is_possessive(reading: Reading, number: Number) -> bool:
    """Whether a Kazakh number word means so many of them: "тоғызы", "екеуі", "алтауының"."""
    if reading.language == "kk" and reading.word(number.ending) in {"астамы", "жуығы", "артығы"}:
        return True
    last = reading.words[number.stop - 1]
    return (
        number.in_words and reading.language == "kk" and last not in _KAZAKH_NUMBERS and last.endswith(_KAZAKH_OF_THEM)
    )


def _ends_phrase(reading: Reading, position: int) -> bool:
    """Whether a preposition, verb or joining word stands there, behind which another phrase begins."""
    return (
        reading.role("stop", position)
        or reading.role("verb", position)
        or (reading.role("and", position) and not reading.word(position + 1).endswith(_ADJECTIVES))
    )


_ADJECTIVES = (
    "ых",
    "их",
    "ый",
    "ая",
    "ые",
    "ую",
    "ой",
    "ою",
    "ing",
    "al",
    "ed",
    "дық",
    "дік",
    "лық",
    "лік",
    "тық",
    "тік",
)


def _seats(reading: Reading, position: int) -> int:
    """The position after a size in the midst of a phrase ("две 600-местные школы", "үш 300 орындық мектеп"), or 0."""
    if not reading.word(position)[0].isdigit():
        return 0
    noun = position + 1
    if reading.word(noun) == "-":
        noun += 1
    unit = reading.units.get(noun) or reading.units.get(noun - 1)
    if unit and unit.value == "place" and reading.units.get(unit.stop):
        return unit.stop
    return 0


def _modifies(reading: Reading, position: int) -> bool:
    """Whether an English noun ends in a hyphen there and so only describes the next ("school-age")."""
    return (
        reading.language == "en"
        and reading.word(position) == "-"
        and reading.glued(position)
        and reading.glued(position + 1)
    )


def _head(reading: Reading, code: str, position: int, stop: int, limit: int) -> tuple[str, int, int]:
    """English and Kazakh put the head last ("school places"); several nouns joined are facilities of several kinds."""
    noun = position
    while reading.language != "ru":
        following = reading.units.get(stop)
        bare = reading.words[stop - 1] in _BARE
        if following is None or not bare or following.start >= limit or following.value in _WEAK:
            break
        if reading.unit_kind(following.value) != "count":
            break
        if reading.language == "kk" and not _KAZAKH_HEAD.search(reading.words[following.stop - 1]):
            break
        code, noun, stop = following.value, following.start, following.stop
    if code in INSTITUTIONS:
        kinds, joined = _joined_institutions(reading, code, stop)
        if kinds <= {"kindergarten", "mini-centre"}:
            return code, noun, joined
        if len(kinds) > 2:
            return "facility", noun, joined
    return code, noun, stop


# The second noun of a Kazakh compound ends in its possessive, and has no plural after a number: "мектеп оқушысы".
_KAZAKH_HEAD = re.compile("^(?!.*(?:лар|лер|дар|дер|тар|тер)).*(?:сы|сі|ы|і)(?:н|на|не|нда|нде|нан|нен|ның|нің|мен)?$")

_BARE = frozenset(
    (
        "сынып ауыл school student teacher class kindergarten college мектеп оқушы балабақша колледж мұғалім "
        "mektep oqýshy"
    ).split()
)

INSTITUTIONS = frozenset(("school", "kindergarten", "college", "mini-centre"))


def _joined_institutions(reading: Reading, code: str, stop: int) -> tuple[set[str], int]:
    """The kinds of "134 школы, детсада и колледжа" and its end; ``stop`` where only one kind is named."""
    kinds, position = {code}, stop
    while position < stop + 8:
        word = reading.word(position)
        if not (word == "," or reading.role("and", position)):
            break
        following = next((reading.units[at] for at in range(position + 1, position + 3) if at in reading.units), None)
        if following is None or following.value not in INSTITUTIONS:
            break
        between = range(position + 1, following.start)
        if any(not reading.words[at][0].isalpha() or reading.role("stop", at) for at in between) or reading.between(
            "number", position + 1, following.start
        ):
            break
        kinds.add(following.value)
        position = following.stop
    return kinds, position if len(kinds) > 1 else stop


def currency_of(reading: Reading, number: Number, earlier: Number | None, sentence: Sentence) -> tuple[str, int, str]:
    """A currency before the number ("$5 million"), or tenge where millions count nothing else."""
    before = reading.units.get(number.start - 1)
    if (
        before
        and before.start >= sentence.start
        and reading.unit_kind(before.value) == "money"
        and not (earlier and _has_currency(reading, earlier, before.start))
    ):
        return before.value, before.start, ASIDE
    if number.scale >= 6:
        return "KZT", number.start, GUESSED
    return "", -1, NOT_FOUND


def _has_currency(reading: Reading, number: Number, place: int) -> bool:
    """Whether the currency there is that of the number before it ("5 тенге 6 школ"), not of the next ("5 $6 млн")."""
    behind = number.ending
    if reading.word(behind) == "-" and reading.glued(behind):
        behind += 1
    unit = reading.units.get(behind)
    if unit is None or unit.stop <= place:
        return False
    return reading.glued(behind) or not reading.glued(unit.stop)


@dataclass(slots=True)
class NounBefore:
    """A noun that stands before its number; ``close``: so near that nothing else may be counted."""

    unit: str
    place: int
    close: bool


def noun_before(reading: Reading, number: Number, start: int) -> NounBefore | None:
    """The counted noun that stands before the number in its sentence: "число школ - 280", "апатты мектеп саны 2"."""
    position = number.start
    for place in range(position - 1, max(start, position - _FAR) - 1, -1):
        if reading.words[place] in {",", ";"} and position - place > 1:
            start = max(start, place)  # a noun of another clause is only a last resort
        unit = reading.units.get(place)
        if not unit or unit.value in _NOT_BEFORE or reading.unit_kind(unit.value) != "count":
            continue
        if _is_oblique(reading, unit.start, unit.stop):
            continue
        between = reading.words[unit.stop : position]
        signs = [at for at, word in enumerate(between) if word in _IS]
        touches = not between and (reading.language != "ru" or reading.words[unit.stop - 1] in _GENITIVES)
        close = (
            touches
            or (bool(signs) and signs[0] <= 1)
            or (reading.words[unit.stop - 1] in _GENITIVES and "," not in between)
        )
        return NounBefore(unit.value, place, close)
    return None


def _is_oblique(reading: Reading, start: int, stop: int) -> bool:
    """Whether a noun only says where or to whom: "в школах", "мектептерде"."""
    if reading.language == "kk":
        return reading.words[stop - 1].endswith(_KAZAKH_OBLIQUE)
    return any(reading.word(place) in _PREPOSITIONS for place in (start - 1, start - 2))


_NOT_BEFORE = _WEAK | {"person", "parent", "class", "computer", "enterprise"}

_PREPOSITIONS = frozenset("in at for to with by from on в во на для по с со к у из о об при за".split())

_KAZAKH_OBLIQUE = ("да", "де", "та", "те", "ға", "ге", "қа", "ке", "дағы", "дегі", "тағы", "тегі", "нан", "нен")

# Genitives that a Russian clause puts first and counts last: "мест в ней 1200", "кабинетов установлено 130".
_GENITIVES = frozenset(
    (
        "школ мест учеников учащихся детей педагогов учителей кабинетов автобусов камер колледжей садов детсадов "
        "организаций объектов первоклассников студентов вакансий школьников"
    ).split()
)

_IS = frozenset(("-", ":", "(", "саны", "sany", "|", "=", "is", "was", "составляет", "составило", "составила"))
