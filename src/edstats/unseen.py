"""Characters that nobody sees and that change what is seen: marks of direction, signs without width, controls.

They can turn a line around or hide a word, and two texts that look alike then differ. ``data/raw`` may hold none; what
is read from a document is freed of them before it becomes a row, and shown with them named.
"""

import re
import unicodedata
from collections.abc import Iterable

# Unicode's control and format characters, line and paragraph separators, blank letters, private use, halves of
# characters and what is no character. Line breaks, tabs and all kinds of space may stand; so may variation selectors,
# as in emoji.
# Joiners that are seen: within one emoji, and in Arabic script.
_PICTURES, _ARABIC = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff", "\u0620-\u06ff"
_JOINS = f"(?<=[{_PICTURES}])\u200d(?=[{_PICTURES}])|(?<=[{_ARABIC}])\u200c(?=[{_ARABIC}])"
_SIGNS = (
    f"(?!{_JOINS})"
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\ud800-\uf8ff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_UNSEEN = re.compile(_SIGNS)
_CUT = re.compile(f"({_SIGNS})")


def named(character: str) -> str:
    """A character by its number and, where it has one, its name: "U+202E RIGHT-TO-LEFT OVERRIDE"."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def are_seen(texts: Iterable[str]) -> bool:
    """Whether all that stands in the texts can be seen; one look at many takes little longer than at one."""
    return _UNSEEN.search("\n".join(texts)) is None


def unseen_in(text: str) -> list[str]:
    """The characters of ``text`` that are not seen, each once, in order."""
    return list(dict.fromkeys(_UNSEEN.findall(text)))


def without_unseen(text: str) -> str:
    """The text without them; a separator of lines or paragraphs, and a control that parts words, becomes a space."""
    return _UNSEEN.sub(lambda match: " " if match[0] in "\u2028\u2029\x0b\x0c\x85" else "", text)


def with_unseen_named(text: str) -> str:
    """The text with each of them written out, as on a terminal that would obey it: "<U+202E>"."""
    return _UNSEEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def cut_at_unseen(text: str) -> list[str]:
    """The pieces of the text: at odd positions a character that is not seen, at even ones what is between them."""
    return _CUT.split(text)
