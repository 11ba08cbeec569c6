"""Lists of printed words and how they are laid against a text; the readers of numbers, places and periods share them.

A list's entry is one or more words; ``школ*`` stands for every word that begins so, ``*дан`` for every word that
ends so. Text and entries are folded alike (letter case, kinds of space and dash), so that only spelling is left.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

# Each pair is replaced in this order. RE2 runs them, so the time grows with the text's length and no faster.
_FOLDS = (
    (r"[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]+", ""),  # marks without width, which no reader sees
    (r"[\p{Z}\s]+", " "),
    (r"[\x{2010}-\x{2015}\x{2212}\x{2E3A}\x{2E3B}]", "-"),
    ("ё", "е"),
)
_PLAIN_SPACE = re.compile(r"[\t\n\f\r ]+")  # RE2's \s; Python's has more
Value = TypeVar("Value")

_TOKEN = re.compile(r"[0-9]+(?:[ ,.][0-9]+)*|[^\W\d_]+|\S")
_PATTERN_TOKEN = re.compile(r"\*?[^\W\d_]+\*?|[^\s.]")


def fold_all(texts: pa.Array) -> pa.Array:
    """The texts with letter case, ё, accents' encoding and the kinds of space and dash made one."""
    folded = pc.utf8_lower(pc.utf8_normalize(texts, form="NFC"))
    for pattern, plain in _FOLDS:
        folded = pc.replace_substring_regex(folded, pattern, plain)
    return pc.utf8_trim(folded, " ")


def fold_each(texts: Iterable[str]) -> list[str]:
    """`fold_all` for Python's strings; one call for many texts takes little longer than one for a single text."""
    listed = list(texts)
    try:
        column = pa.array(listed, pa.large_string())
    except UnicodeEncodeError:
        column = pa.array(map(whole, listed), pa.large_string())
    return list(fold_all(column).to_pylist())


def whole(text: str) -> str:
    """The text with a sign for what cannot be read in place of each half of a character (a lone surrogate)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def fold(text: str) -> str:
    """`fold_all` for one text."""
    # Most single texts are dates and codes; of the kinds of space and dash they have few, of accents none.
    return _PLAIN_SPACE.sub(" ", text.lower()).strip(" ") if text.isascii() else fold_each([text])[0]


@dataclass(frozen=True)
class Token:
    """A word, a number with its separators, or one other sign; ``glued`` says that no space parts it from the last."""

    text: str
    start: int
    end: int
    glued: bool

    @property
    def is_word(self) -> bool:
        """Whether the token is letters."""
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        """Whether the token begins with a digit."""
        return self.text[0].isascii() and self.text[0].isdigit()


def tokens(folded: str) -> list[Token]:
    """The tokens of a folded text; full stops after a word (``тыс.``, ``п.п.``) are left out."""
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(folded):
        glued = match.start() == end
        end = match.end()
        if match[0] == "." and glued and found and found[-1].is_word:
            continue
        found.append(Token(match[0], match.start(), end, glued))
    return found


class WordList(Generic[Value]):
    """Entries of words and stems with what they mean, found by their first word."""

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        """``entries``: the printed words, as the codebook writes them, and their meaning."""
        self._words: dict[str, list[tuple[tuple[str, ...], Value]]] = defaultdict(list)
        known = list(entries)
        for phrase, (_, value) in zip(fold_each(phrase for phrase, _ in known), known, strict=True):
            pattern = tuple(_PATTERN_TOKEN.findall(phrase))
            self._words[pattern[0]].append((pattern, value))
        self._stems = sorted({len(word) - 1 for word in self._words if len(word) > 1 and word.endswith("*")})
        self._endings = sorted({len(word) - 1 for word in self._words if len(word) > 1 and word.startswith("*")})
        # The same words come again and again; a bounded cache looks most of them up once.
        self._starting = lru_cache(maxsize=10_000)(self._look_up)

    def at(self, found: list[Token], position: int) -> tuple[int, Value] | None:
        """The longest entry that stands at ``position``: how many tokens it takes and what it means, else None."""
        if not 0 <= position < len(found):
            return None
        for pattern, value in self._starting(found[position].text):
            if len(pattern) == 1 or stands(
                pattern, [token.text for token in found[position : position + len(pattern)]]
            ):
                return len(pattern), value
        return None

    def starting(self, word: str) -> list[tuple[tuple[str, ...], Value]]:
        """The entries whose first word is the folded ``word``, the longest first: their words and what they mean."""
        return self._starting(word)

    def __contains__(self, word: str) -> bool:
        """Whether the one folded word is an entry by itself."""
        return any(len(pattern) == 1 for pattern, _ in self._starting(word))

    def _look_up(self, word: str) -> list[tuple[tuple[str, ...], Value]]:
        """The entries whose first word is ``word``, the longest first."""
        keys = [word]
        keys += [f"{word[:length]}*" for length in self._stems if length <= len(word)]
        keys += [f"*{word[-length:]}" for length in self._endings if length <= len(word)]
        entries = [entry for key in keys for entry in self._words.get(key, ())]
        return sorted(entries, key=lambda entry: -len(entry[0]))


def stands(pattern: tuple[str, ...], words: list[str]) -> bool:
    """Whether the folded words are those of an entry: equal, or begun or ended as a ``*`` of the entry allows."""
    if len(pattern) != len(words):
        return False
    return all(part == word or _fits(part, word) for part, word in zip(pattern, words, strict=True))


def _fits(part: str, word: str) -> bool:
    if len(part) > 1 and part.endswith("*"):
        return word.startswith(part[:-1])
    if len(part) > 1 and part.startswith("*"):
        return word.endswith(part[1:])
    return word == part
