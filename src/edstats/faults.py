"""Faults: what is wrong in a file that a person wrote, said so that the person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from edstats.unseen import with_unseen_named

# Finding the nearest known name is slow, and nobody mends more misspelt names than this at a time.
MOST_SUGGESTIONS = 100
# What stands in a cell may be a whole page: so much of it is shown that its place can be found.
LONGEST_SHOWN = 240


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of the input, located.

    ``row`` is the line of the file as an editor counts it (1 is the header), 0 when the fault is of the whole file;
    ``column`` is the column's name or ``""``; ``found`` is what stands there; ``remedy`` says what would be right.
    ``code`` is the kind of fault, a row of the codebook's ``faults``; ``docs/errors.md`` explains each.
    """

    file: str
    row: int
    column: str
    found: str
    remedy: str
    code: str

    def __str__(self) -> str:
        """One line: ``file:row: column: found; remedy [code]``."""
        return f"{self.message} [{self.code}]"

    @property
    def message(self) -> str:
        """The line without its code."""
        place = f"{self.file}:{self.row}" if self.row else self.file
        parts = [place, shortened(self.column), f"{shortened(self.found)}; {self.remedy}"]
        return with_unseen_named(" ".join(": ".join(part for part in parts if part).split()))


def shortened(text: str) -> str:
    """A long text without its middle: the end of a message says what is wrong with what it shows."""
    half = LONGEST_SHOWN // 2
    return text if len(text) <= LONGEST_SHOWN else f"{text[:half]}…{text[-half:]}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``name``, letter case aside, or None when none is near."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[matches[0]] if matches else None
