"""The regions that a document names, and which of them a figure is about."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from edstats.codebook import read_table
from edstats.extraction.furniture import is_furniture
from edstats.extraction.lexicon import Hit
from edstats.extraction.quantities import Quantity
from edstats.extraction.reading import Reading
from edstats.places import territory_on

# How the region was found, from the surest to the least sure.
ONLY, CLAUSE, HEADING, SENTENCE, PARAGRAPH, MAIN, NONE = (
    *("only region", "clause", "heading", "sentence", "paragraph", "main region", "no region named"),
)
_HEADING_WORDS = 14


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens ``start`` to ``stop`` name ``region``; ``place`` is the town or district in it, else ""."""

    start: int
    stop: int
    region: str
    place: str


class Regions:
    """The regions named in one document. ``main`` is the one that it is about, "KZ" where none stands out."""

    def __init__(self, reading: Reading, title: Reading | None, published: str) -> None:
        """``title``: the document's title, read apart where it is not part of the text; ``published``: its date."""
        self.reading = reading
        named = _at_the_time(_without_dateline(reading, _named(reading)), published)
        in_title = [mention.region for mention in _at_the_time(_named(title) if title else [], published)]
        self.main = _main(reading, in_title, named)
        if self.main == "KZ" and not named:
            self.main = _main(reading, in_title, _at_the_time(_named(reading), published))
        self.mentions = _with_this_region(reading, _settled(reading, named, self.main), self.main)
        self.starts = [mention.start for mention in self.mentions]
        self.headings = self._headings()
        self.is_only = len({mention.region for mention in self.mentions} | set(in_title)) <= 1 and self.main != "KZ"
        self.heading_starts = [mention.start for mention in self.headings]

    def of(self, quantity: Quantity, segment: tuple[int, int]) -> tuple[str, str, str]:
        """Region, place inside it and how they were found."""
        inside = self._within(*segment)
        sentence = quantity.sentence
        if inside:
            nearest = min(inside, key=lambda mention: _distance(mention, quantity))
            return nearest.region, _place(inside, nearest), ONLY if self.is_only else CLAUSE
        before = [mention for mention in self._within(sentence.start, sentence.stop) if mention.start < quantity.start]
        if before:
            return before[-1].region, _place(before, before[-1]), ONLY if self.is_only else SENTENCE
        if self.is_only:
            return self.main, "", ONLY
        return self._apart(quantity)

    def _apart(self, quantity: Quantity) -> tuple[str, str, str]:
        """The region of a figure before which its sentence names none."""
        sentence = quantity.sentence
        heading = self._heading(sentence.start)
        if heading:
            return heading.region, heading.place, HEADING
        behind = self._within(quantity.stop, sentence.stop)
        if behind:
            return behind[0].region, _place(behind, behind[0]), SENTENCE
        paragraph = self._paragraph(sentence.number)
        if paragraph:
            return paragraph.region, "", PARAGRAPH
        return self.main, "", MAIN if self.main != "KZ" or self.mentions else NONE

    def _within(self, start: int, stop: int) -> list[Mention]:
        return self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, stop)]

    def _headings(self) -> list[Mention]:
        """Mentions in short lines, or alone before a first full stop, that introduce what follows."""
        found = []
        words = self.reading.words
        for sentence in self.reading.tokens.sentences:
            length = sentence.stop - sentence.start
            if not sentence.opens_line or length > _HEADING_WORDS:
                continue
            here = self._within(sentence.start, sentence.stop)
            if len({mention.region for mention in here}) != 1:
                continue
            if any(word[0].isdigit() for word in words[sentence.start : sentence.stop]):
                continue
            ends = sentence.stop in self.reading.tokens.full_stops or words[sentence.stop - 1] in {".", "!", "?"}
            if words[sentence.stop - 1] == ":" or (length <= 4 if ends else sentence.closes_line and length <= 6):
                found.append(here[-1])
        return found

    def _heading(self, position: int) -> Mention | None:
        at = bisect_left(self.heading_starts, position) - 1
        return self.headings[at] if at >= 0 else None

    def _paragraph(self, number: int) -> Mention | None:
        """The region that an earlier sentence of the same paragraph named last."""
        sentences = self.reading.tokens.sentences
        line = sentences[number].line
        for earlier in range(number - 1, max(number - 4, -1), -1):
            if sentences[earlier].line != line:
                return None
            here = self._within(sentences[earlier].start, sentences[earlier].stop)
            if here:
                return here[-1]
        return None


def _without_dateline(reading: Reading, named: list[Mention]) -> list[Mention]:
    """The mentions without a single "ASTANA." before the text, which says only where it was written."""
    places = []
    for mention in named:
        sentence = reading.sentence_at(mention.start)
        opens = mention.start == sentence.start and sentence.opens_line
        behind = reading.word(mention.stop)
        alone = mention.stop == sentence.stop and not sentence.closes_line
        printed = reading.tokens.text[reading.tokens.starts[mention.start] : reading.tokens.ends[mention.stop - 1]]
        if opens and (alone or (behind in {"-", "/", ".", ","} and printed.isupper())):
            places.append(mention)
    if len({reading.sentence_at(mention.start).number for mention in places}) > 1:
        places = []
    return [mention for mention in named if mention not in places and not is_furniture(reading, mention.start)]


def _distance(mention: Mention, quantity: Quantity) -> int:
    if mention.stop <= quantity.start:
        return quantity.start - mention.stop
    return max(0, mention.start - quantity.stop) + 1


def _place(mentions: list[Mention], nearest: Mention) -> str:
    """The town or district that stands with the region, where there is just one."""
    places = {mention.place for mention in mentions if mention.region == nearest.region and mention.place}
    return places.pop() if len(places) == 1 else ""


def _named(reading: Reading) -> list[Mention]:
    """Every mention in order; of a town whose name several regions share, one mention each."""
    found: list[Mention] = []
    taken = -1
    country = [hit for hit in reading.hits.get("concept", ()) if hit.value == "country_whole"]
    hits = sorted(
        [*reading.hits.get("region", ()), *reading.hits.get("locality", ())],
        key=lambda hit: (hit.start, -hit.stop),
    )
    longest = 0
    for hit in hits:
        if hit.start < taken and hit.stop <= taken and hit.stop - hit.start < longest:
            continue
        region, _, place = hit.value.partition("|")
        if not place and (hit.stop - hit.start == 1 or reading.words[hit.stop - 1] == "capital"):
            region = _of_two(reading, hit)
        if region:
            found.append(Mention(hit.start, hit.stop, region, place))
            taken, longest = max(taken, hit.stop), hit.stop - hit.start
    inside = {place for mention in found for place in range(mention.start, mention.stop)}
    found += [Mention(hit.start, hit.stop, "KZ", "") for hit in country if hit.start not in inside]
    return sorted(found, key=lambda mention: mention.start)


def _of_two(reading: Reading, hit: Hit) -> str:
    """The region of a name that may mean a region, a city or a person: what stands beside it decides."""
    if reading.words[hit.stop - 1] == "capital" and reading.word(hit.stop).startswith(_CAPITAL_WORKS):
        return ""
    kind = _kind_beside(reading, hit)
    region = hit.value
    if region in {"KZ-19", "KZ-75"}:
        adjective = reading.word(hit.start).startswith(("алматинск", "almatinsk"))
        return "KZ-19" if kind == "region" or (adjective and kind != "city") else "KZ-75"
    if region in _NEEDS_WORD and kind != "region" and not _stands_alone(reading, hit):
        return ""
    return region


# Names that are those of persons, streets and schools as well: only "Abai region" is a region.
_NEEDS_WORD = frozenset(("KZ-10", "KZ-31"))


_CAPITAL_WORKS = ("repair", "renov", "reconstr", "overhaul", "invest", "expend", "construct", "works")


def _stands_alone(reading: Reading, hit: Hit) -> bool:
    """Whether the name is the whole of a heading: "Abai. From September 1 ..."."""
    sentence = reading.sentence_at(hit.start)
    return sentence.opens_line and sum(word[0].isalpha() for word in reading.words[sentence.start : sentence.stop]) == 1


def _kind_beside(reading: Reading, hit: Hit) -> str:
    for place in (hit.stop, hit.stop + 1, hit.start - 1):
        word = reading.word(place)
        kind = _kind_named(word)
        if kind:
            return kind
        if place >= hit.stop and word not in {"(", "-", "also"}:
            continue
    return ""


@lru_cache(maxsize=10_000)
def _kind_named(word: str) -> str:
    """region or city where the word is one for them, else ""."""
    for pattern, kind in _place_words():
        if word == pattern or (pattern.endswith("*") and word.startswith(pattern[:-1])):
            return kind
    return ""


@cache
def _place_words() -> tuple[tuple[str, str], ...]:
    table = read_table("place_words")
    words = zip(table["word"], table["type"], strict=True)
    return tuple((word.lower(), kind) for word, kind in words if kind in {"region", "city"})


def _main(reading: Reading, in_title: list[str], named: list[Mention]) -> str:
    """The title's region; else the one named most often, unless a national body speaks of several or in general."""
    titles = {region for region in in_title if region != "KZ"}
    counts = Counter(mention.region for mention in named if mention.region != "KZ")
    if len(titles) > 1 or not (counts or titles):
        return "KZ"
    opening = max((sentence.stop for sentence in reading.tokens.sentences[:_OPENING]), default=0)
    first = {mention.region for mention in named if mention.start < opening and mention.region != "KZ"}
    leading = [region for region, count in counts.items() if count == max(counts.values())] or [*titles]
    national = any(hit.value == "national" for hit in reading.between("concept", 0, opening))
    if titles and (not national or titles & first or not counts):
        return titles.pop()
    top = [region for region in leading if region in first]
    if not top and not national and all(mention.region != "KZ" for mention in named):
        only = first if len(first) == 1 else set(counts) if len(counts) == 1 else set()
        if only:
            return only.pop()
    if not top or (set(counts) <= {"KZ-71"} and national):
        return "KZ"
    if len(counts) > 2 and (national or max(counts.values()) <= 0.5 * counts.total()) and len(leading) > 1:
        return "KZ"
    return next(mention.region for mention in named if mention.region in top)


_OPENING = 5  # sentences that say what the document is about


def _at_the_time(named: list[Mention], published: str) -> list[Mention]:
    """Districts of regions that did not yet exist belong to those from which these were made in 2022."""
    if not published or len(published) < 10:
        return named
    day = date.fromisoformat(published)
    return [
        mention if _existed(mention.region, day) else replace(mention, region=_region_before(mention.region))
        for mention in named
    ]


@lru_cache(maxsize=10_000)
def _existed(region: str, day: date) -> bool:
    return territory_on(region, day) is not None


@cache
def _region_before(region: str) -> str:
    table = read_table("territories")
    held = zip(table["region"], table["includes"], strict=True)
    return next((whole for whole, parts in held if region in parts.split() and whole not in {region, "KZ"}), region)


def _with_this_region(reading: Reading, mentions: list[Mention], main: str) -> list[Mention]:
    """The mentions, with "the region" where no name stands beside it: the document's own."""
    if main == "KZ":
        return mentions
    beside = {place for mention in mentions for place in range(mention.start - 2, mention.stop + 3)}
    own = [
        Mention(hit.start, hit.stop, main, "")
        for hit in reading.hits.get("concept", ())
        if hit.value == "this_region" and hit.start not in beside
    ]
    return sorted([*mentions, *own], key=lambda mention: mention.start)


def _settled(reading: Reading, named: list[Mention], main: str) -> list[Mention]:
    """Mentions without doubles: a district whose name several regions have is that of the document's region."""
    found: list[Mention] = []
    by_place: dict[tuple[int, int], list[Mention]] = {}
    for mention in named:
        by_place.setdefault((mention.start, mention.stop), []).append(mention)
    for mentions in by_place.values():
        regions = {mention.region for mention in mentions}
        if len(regions) == 1:
            found.append(next((mention for mention in mentions if not mention.place), mentions[0]))
        elif main in regions:
            found.append(next(mention for mention in mentions if mention.region == main))
        elif any(not mention.place for mention in mentions):
            found.append(next(mention for mention in mentions if not mention.place))
    return found
