"""What of a page is not its text: datelines, counters, rates of exchange, weather, advertisements, links to news."""

from edstats.extraction.reading import Reading

_SHORT = 30  # words of a line that may be furniture
_DATELINE = 16
_LINES = 12  # how far links to other news go on


def is_furniture(reading: Reading, position: int) -> bool:
    """Whether the token stands in a line that is no part of the text."""
    line = reading.line_at(position)
    known = reading.furniture.get(line)
    if known is None:
        known = reading.furniture[line] = _judge(reading, *line)
    return known


def _judge(reading: Reading, start: int, stop: int) -> bool:
    words = reading.words[start:stop]
    if not any(len(word) > 1 and word.isalpha() for word in words):
        return True
    if stop - start > _SHORT:
        return False
    hits = reading.between("furniture", start, stop)
    roles = {hit.value for hit in hits}
    if sum(hit.value == "menu" for hit in hits) > 1:
        return True
    if roles & {"rates", "weather", "advert", "contact", "counter"}:
        return True
    if len(words) <= _DATELINE and any(map(_is_time, words)) and not reading.between("concept", start, stop):
        return True
    return _follows_links(reading, start) and words[-1] not in {".", "!", "?"} and stop not in reading.tokens.full_stops


def _is_time(word: str) -> bool:
    """Whether the token is a time of day or a date in digits."""
    return word[0].isdigit() and (":" in word or word.count(".") == 2 or word.count("-") == 2)


def _follows_links(reading: Reading, start: int) -> bool:
    """Whether the line stands below "Read also" or "Popular" with nothing but short lines between."""
    if not any(hit.value == "links" for hit in reading.between("furniture", start - _LINES * _SHORT, start)):
        return False
    for _ in range(_LINES):
        if start == 0:
            return False
        start, stop = reading.line_at(start - 1)
        if any(hit.value == "links" for hit in reading.between("furniture", start, stop)) and stop - start <= 8:
            return True
        if stop - start > _SHORT or stop in reading.tokens.full_stops:
            return False
    return False
