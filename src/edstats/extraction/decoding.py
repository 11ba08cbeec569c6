"""From the bytes of a file to its text, in the encodings in which press releases occur.

UTF-8 with or without byte order mark, UTF-16 with one, Windows-1251 and its two Kazakh variants (KZ-1048 and PT154,
which have Қ, Ә, Ө ... where Windows-1251 has letters of other languages). The bytes alone decide, and what a page
claims of itself only where they leave it open.
"""

import codecs
import re
import unicodedata
from collections import Counter

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_EIGHT_BIT = ("cp1251", "kz1048", "ptcp154")
_CLAIM = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s{0,3}=\s{0,3}[\"']?([\w-]{1,30})", re.IGNORECASE
)
_CLAIM_WITHIN = 4096
_NEAR = 8192
# Letters of Russian and Kazakh; any other Cyrillic letter speaks against the encoding that gives it.
_LETTERS = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі")


class NotTextError(ValueError):
    """The bytes are no text; the message says what they look like."""


def decode(content: bytes) -> str:
    """The text of a file's bytes, without byte order mark.

    Raises NotTextError for a file that holds zero bytes, as PDF, Word and UTF-16 without mark do.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, "replace")
    if b"\0" in content:
        raise NotTextError("not plain text: it holds zero bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _without_utf8(content, error.start)


def _without_utf8(content: bytes, damaged: int) -> str:
    """The text of bytes that are no UTF-8 at ``damaged`` for the first time."""
    near = content[max(0, damaged - _NEAR) : damaged + _NEAR].decode("utf-8", "replace")
    lost = near.count("\N{REPLACEMENT CHARACTER}")
    # Cyrillic in an 8-bit encoding gives hardly a valid sequence of UTF-8: this is UTF-8 with a damaged place.
    if lost * 10 <= len(re.findall(r"[^\x00-\x7f]", near)) - lost:
        return content.decode("utf-8", "replace")
    claimed = _claimed(content)
    if claimed:
        return content.decode(claimed, "replace")
    readings = [content.decode(encoding, "replace") for encoding in _EIGHT_BIT]
    return min(readings, key=_strangeness)  # the first of equals


def _claimed(content: bytes) -> str:
    """The Cyrillic encoding that a page names, where it is none of those that the letters tell apart, else ""."""
    match = _CLAIM.search(content[:_CLAIM_WITHIN])
    if not match:
        return ""
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return ""
    return name if name in {"koi8-r", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic"} else ""


def _strangeness(text: str) -> int:
    """How many letters the languages at hand do not have, and how many signs that no text has."""
    return sum(count for character, count in Counter(text).items() if ord(character) > 0x7F and _is_strange(character))


def _is_strange(character: str) -> bool:
    if character.isalpha():
        return character.lower() not in _LETTERS
    return unicodedata.category(character) in {"Cc", "So"} and character not in "№©®°"
