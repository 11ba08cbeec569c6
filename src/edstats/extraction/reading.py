"""A document made ready for the readers: its tokens, and what of the codebook's lists stands where."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cache, cached_property, lru_cache

from edstats.codebook import read_table
from edstats.extraction.kazakh_latin import scheme_of, to_cyrillic
from edstats.extraction.lexicon import Hit, lexicon
from edstats.extraction.tokens import Sentence, Tokens
from edstats.numeral_words import vocabulary


class Reading:
    """One text of one language with all that stands in it, by place."""

    def __init__(self, text: str, language: str) -> None:
        """``language``: en, ru or kk."""
        self.language = language
        self.tokens = Tokens(text, _speller(text) if language == "kk" else None)
        self.words = self.tokens.words
        self.vocabulary = vocabulary(language)
        self.hits = lexicon(language).hits(self.words)
        self.units: dict[int, Hit] = {hit.start: hit for hit in self.hits.get("unit", ())}
        self.before: dict[int, list[Hit]] = {}
        for hit in self.hits.get("before", ()):
            self.before.setdefault(hit.stop, []).append(hit)
        self.after: dict[int, Hit] = {hit.start: hit for hit in self.hits.get("after", ())}
        self.roles: dict[int, dict[str, int]] = {}
        for hit in self.hits.get("role", ()):
            self.roles.setdefault(hit.start, {})[hit.value] = hit.stop
        self.scale_starts = {hit.start for hit in self.hits.get("scale", ())}
        self.number_starts = {hit.start for hit in self.hits.get("number", ())}
        self.figure_starts: list[int] = []
        self.furniture: dict[tuple[int, int], bool] = {}
        self._concepts_in: dict[tuple[int, int], tuple[str, ...]] = {}
        self._starts = {kind: [hit.start for hit in hits] for kind, hits in self.hits.items()}

    def word(self, position: int) -> str:
        """The token, or "" outside the text."""
        return self.words[position] if 0 <= position < len(self.words) else ""

    def glued(self, position: int) -> bool:
        """Whether no space parts the token from the one before it."""
        return self.tokens.glued(position)

    def role(self, role: str, position: int) -> bool:
        """Whether a word of number_context.csv with this role begins there."""
        return role in self.roles.get(position, ())

    def between(self, kind: str, start: int, stop: int) -> list[Hit]:
        """The entries of one list that begin at tokens ``start`` to ``stop``."""
        starts = self._starts.get(kind)
        if not starts:
            return []
        first = bisect_left(starts, start)
        return self.hits[kind][first : bisect_left(starts, stop, first)]

    def concepts_in(self, span: tuple[int, int]) -> tuple[str, ...]:
        """The concepts named at tokens of a span, each once, in the order of the text."""
        found = self._concepts_in.get(span)
        if found is None:
            found = tuple(dict.fromkeys([hit.value for hit in self.between("concept", *span)]))
            self._concepts_in[span] = found
        return found

    def unit_kind(self, code: str) -> str:
        """The unit's kind in units.csv: count, money, percent, ratio, time."""
        return _kinds()[code]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.tokens.sentences]

    @cached_property
    def _line_starts(self) -> list[int]:
        return sorted({0, *self.tokens.line_breaks} - {len(self.words)})

    def line_at(self, position: int) -> tuple[int, int]:
        """The line that holds the token, as first token and the one behind the last."""
        at = bisect_right(self._line_starts, position)
        starts = self._line_starts
        return starts[at - 1], starts[at] if at < len(starts) else len(self.words)

    def sentence_at(self, position: int) -> Sentence:
        """The sentence that holds the token."""
        return self.tokens.sentences[bisect_right(self._sentence_starts, position) - 1]

    def heading_of(self, sentence: Sentence) -> tuple[int, int] | None:
        """The short line without a full stop, or the word or two before a first full stop, that heads the paragraph."""
        number = _last_within_list(self._headings, sentence.number)
        if number < 0:
            return None
        heading = self.tokens.sentences[number]
        return heading.start, heading.stop

    def lead_of(self, sentence: Sentence) -> tuple[int, int] | None:
        """The line that ends in a colon and introduces the list in which the sentence stands."""
        number = _last_within_list(self._line_ends, sentence.number)
        if number < 0 or self.words[self.tokens.sentences[number].stop - 1] != ":":
            return None
        last = self.tokens.sentences[number]
        return max(self.line_at(last.start)[0], last.stop - _LONGEST_LEAD), self.line_at(last.start)[1]

    @cached_property
    def _headings(self) -> list[int]:
        """The numbers of the sentences that head what follows them."""
        full_stops, words = self.tokens.full_stops, self.words
        return [
            sentence.number
            for sentence in self.tokens.sentences
            if sentence.opens_line
            and sentence.stop - sentence.start <= _HEADING
            and (not sentence.closes_line or sentence.stop not in full_stops)
            and not any(word[0].isdigit() for word in words[sentence.start : sentence.stop])
        ]

    @cached_property
    def _line_ends(self) -> list[int]:
        """The numbers of the sentences that end a line with a colon or a full stop."""
        return [
            sentence.number
            for sentence in self.tokens.sentences
            if sentence.closes_line
            and (self.words[sentence.stop - 1] == ":" or sentence.stop in self.tokens.full_stops)
        ]


def _last_within_list(numbers: list[int], number: int) -> int:
    """The last of the sentences ``numbers`` before ``number`` and no further off than a list is long, else -1."""
    at = bisect_left(numbers, number) - 1
    return numbers[at] if at >= 0 and numbers[at] > number - _LONGEST_LIST else -1


@cache
def _kinds() -> dict[str, str]:
    units = read_table("units")
    return dict(zip(units["unit"], units["kind"], strict=True))


def _speller(text: str) -> Callable[[str], str] | None:
    """What writes the words of a Kazakh text in Cyrillic where they are in Latin letters."""
    sample = text[:20_000].lower()
    if sum("a" <= sign <= "z" for sign in sample) < sum("а" <= sign <= "я" for sign in sample):
        return None
    scheme = scheme_of(text)
    return lru_cache(maxsize=50_000)(lambda word: to_cyrillic(word, scheme))


_HEADING = 5  # words
_LONGEST_LIST = 24
_LONGEST_LEAD = 400  # words
