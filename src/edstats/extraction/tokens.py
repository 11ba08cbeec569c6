"""A document as words, numbers and signs with their places in the text, and as sentences.

Letter case, kinds of space and dash are made one, as in `edstats.wordlists`, but here every place is kept: the token
at ``starts[i]`` to ``ends[i]`` of the text is ``words[i]``. No pattern looks back, so that time grows with length.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

Span = tuple[int, int]  # the first token and the one behind the last

# Marks without width, which no reader sees, and letters that grow when they are made small.
_IRREGULAR = re.compile("[\u00ad\u0130\u0300-\u036f\u200b-\u200f\u2060\ufeff]")
_SAME_LENGTH = {
    **dict.fromkeys("\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u202f\u205f\u3000", " "),
    **dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b", "-"),
    **dict.fromkeys("«»„“”‟″", '"'),
    **dict.fromkeys("‘’‚‛`´ʼ′", "'"),
    "ё": "е",
    "Ё": "е",
}
_RESPELLED = re.compile(f"[{''.join(_SAME_LENGTH)}]")
_TOKEN = re.compile(
    r"""(
      \d{1,2}:\d\d(?::\d\d)?(?!\d)                      # a time
    | \d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})(?!\d)       # a date, day first
    | \d{4}[-./]\d{2}[-./]\d{2}(?!\d)                   # a date, year first
    | (?:\+7|8)[ ]?[(-]?\d{3,4}[)-]?[ ]?\d{2,3}[ -]\d{2}[ -]\d{2}(?!\d)   # a telephone
    | \d{1,3}(?:[ ]\d{3}){1,5}(?!\d)(?:[.,]\d{1,9}(?!\d))?  # thousands parted by spaces
    | \d+(?:[.,]\d+)*                                   # any other number
    | [^\W\d_]+                                         # a word
    | \n+(?:[ ]*\n)*                                    # the end of a line
    | \S                                                # a sign
    )""",
    re.VERBOSE,
)
_CELL = re.compile(r"(?<=[^\s])\t(?=[^\s])")  # between cells of a table
_SHORT_FOR_NAMES = frozenset(
    "г им с п пос ул пр просп обл р-н рн стр д т е н проф акад dr mr mrs ms st prof а ә м ж қ ш б н к".split()
)
_SHORT_BEFORE_NUMBERS = frozenset("no nos art sec тел стр гл подп млн млрд тыс трлн руб тг тенге р вып бап".split())
_HARD_WRAP = 50
# Tokens after which a sentence without an end is cut, so that what is sought in it costs the same however long a text
# goes on; the longest of some hundred press releases has 72.
LONGEST = 200


class Sentence(NamedTuple):
    """Tokens ``start`` to ``stop``; ``line`` counts lines, ``paragraph`` counts runs of lines without an empty one."""

    number: int
    start: int
    stop: int
    line: int
    opens_line: bool
    closes_line: bool


class Tokens:
    """The tokens of one text in parallel lists, and its sentences."""

    def __init__(self, text: str, spell: Callable[[str], str] | None = None) -> None:
        """``text`` may be any text; its places are Python's string offsets. ``spell`` respells each word."""
        self.text = text
        folded, places = _fold(text)
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        # Positions of tokens before which a line begins, or a full stop that may end a sentence stands.
        self.line_breaks: set[int] = set()
        self.full_stops: set[int] = set()
        words, starts, ends = self.words, self.starts, self.ends
        parts = _TOKEN.split(folded)  # what stands between tokens, and tokens, by turns
        stops = list(accumulate(map(len, parts)))
        for word, start, end in zip(parts[1::2], stops[::2], stops[1::2], strict=False):
            if word[0] == "\n":
                self.line_breaks.add(len(words))
                continue
            if word == "." and ends and ends[-1] == start and words[-1][0].isalpha():
                self.full_stops.add(len(words))
                continue
            words.append(word)
            starts.append(start)
            ends.append(end)
        self.folded_starts, self.folded_ends = starts, ends
        if spell:
            self.words = [spell(word) if word[0].isalpha() else word for word in words]
        if places is not None:
            self.starts = [places[start] for start in starts]
            self.ends = [places[end - 1] + 1 for end in ends]

    def glued(self, position: int) -> bool:
        """Whether no space parts the token from the one before it."""
        return 0 < position < len(self.words) and self.folded_starts[position] == self.folded_ends[position - 1]

    def is_capital(self, position: int) -> bool:
        """Whether the token begins with a capital letter."""
        return self.text[self.starts[position]].isupper()

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The sentences, in order; together they hold every token once, and each at most ``LONGEST``."""
        found: list[Sentence] = []
        line, start = 0, 0
        opens = True
        for end in self._ends():
            for stop in (*range(start + LONGEST, end, LONGEST), end):
                closes = stop in self.line_breaks or stop == len(self.words)
                found.append(Sentence(len(found), start, stop, line, opens, closes))
                line += closes
                start, opens = stop, closes
        return found

    def _ends(self) -> Iterator[int]:
        """The positions at which a sentence ends."""
        count = len(self.words)
        candidates = self.line_breaks | self.full_stops
        candidates.update(i + 1 for i, word in enumerate(self.words) if word in {".", "!", "?", "…", ";", "•", "·"})
        last, line_start = 0, 0
        for stop in sorted(candidates):
            if not last < stop < count:
                continue
            if stop in self.line_breaks:
                if self._goes_on(line_start, stop):
                    continue
                line_start = stop
            elif not self._full_stop_ends(stop):
                continue
            yield stop
            last = stop
        if last < count:
            yield count

    def _full_stop_ends(self, stop: int) -> bool:
        """Whether the mark before ``stop`` ends a sentence: what follows begins like one, and it is no abbreviation."""
        before = self.words[stop - 1]
        if before in {";", "•", "·", "!", "?", "…"}:
            return True
        if not (self.is_capital(stop) or self.words[stop][0] in '"-' or self.words[stop][0].isdigit()):
            return False
        if before == ".":
            return not self.glued(stop)
        if self.words[stop][0].isdigit() or self.words[stop] == "-":
            return before not in _SHORT_FOR_NAMES and before not in _SHORT_BEFORE_NUMBERS
        return before not in _SHORT_FOR_NAMES or (len(before) == 1 and stop > 1 and self.words[stop - 2][0].isdigit())

    def _goes_on(self, line_start: int, stop: int) -> bool:
        """Whether a line that was broken for its length alone goes on in the next one."""
        if not self.text[self.starts[stop]].islower() or stop in self.full_stops:
            return False
        return self.ends[stop - 1] - self.starts[line_start] >= _HARD_WRAP and self.words[stop - 1] not in {
            ".",
            "!",
            "?",
            ":",
            ";",
            "…",
        }


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The text with spelling made one, and the place of each of its characters where they are not those of the text."""
    if "\t" in text:
        text = _CELL.sub("|", text)
    if not _IRREGULAR.search(text):
        return _RESPELLED.sub(lambda sign: _SAME_LENGTH[sign[0]], text).lower(), None
    letters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if unicodedata.combining(sign) and letters:
            joined = unicodedata.normalize("NFC", letters[-1] + sign)
            if len(joined) == 1:
                letters[-1] = joined
        elif unicodedata.category(sign) != "Cf":
            letters.append(_SAME_LENGTH.get(sign, sign).lower()[0])
            places.append(place)
    return "".join(letters), places
