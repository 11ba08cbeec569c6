"""Kazakh in Latin letters, as sources wrote it since 2018, spelt in Cyrillic, so that one vocabulary reads both.

The alphabet of 2018 (``oqýshy``, ``bıyl``) and the one of 2021 (``oquşy``, ``biyl``) use i, ı and u for different
sounds; the letters that only one of them has tell which it is. The sign for y, и or й is й behind a vowel, else и.
"""

import re
from functools import cache

from edstats.codebook import read_table

SCHEMES = ("2018", "2021")
_OF_2021 = frozenset("şğǧŋñäöüū")
_OF_2018 = frozenset("ýǵńóúá")
_VOWELS = frozenset("аәеоөұүыіиуюя")
_LATIN = re.compile("[a-zıáóúýǵńşğǧŋñäöüū]")


def scheme_of(text: str) -> str:
    """The alphabet of a Kazakh text in Latin letters: "2018" or "2021"."""
    sample = text[:20_000].lower()
    of_2021, of_2018 = (sum(map(sample.count, letters)) for letters in (_OF_2021, _OF_2018))
    return "2021" if of_2021 > of_2018 else "2018"


def to_cyrillic(word: str, scheme: str) -> str:
    """A small-lettered word in Cyrillic; words without Latin letters stay as they are."""
    if not _LATIN.search(word):
        return word
    glide = "ı" if scheme == "2018" else "i"
    pattern, letters = _letters(scheme)
    found: list[str] = []
    for match in pattern.finditer(word):
        sign = match[0]
        if sign == glide:
            sign = "й" if found and found[-1][-1] in _VOWELS else "и"
        found.append(letters.get(sign, sign))
    return "".join(found)


@cache
def _letters(scheme: str) -> tuple[re.Pattern[str], dict[str, str]]:
    table = read_table("kazakh_latin")
    # A letter of the scheme goes before the same letter of both.
    rows = [*table[table["scheme"] == ""].itertuples(), *table[table["scheme"] == scheme].itertuples()]
    letters = {str(row.latin): str(row.cyrillic) for row in rows}
    longest = sorted((letter for letter in letters if len(letter) > 1), key=len, reverse=True)
    return re.compile("|".join([*longest, "."])), letters
