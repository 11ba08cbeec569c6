"""What became of each code that is checked: FAIL, ADVISORY, PASS, or UNCHECKED where nothing can be said.

A fault of the input and a release gate fail; a finding, which is the sources' contradiction and not ours, is advisory.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from edstats.codebook import read_rows
from edstats.counting import counted
from edstats.exit_codes import DONE, FAULTS, WARNINGS
from edstats.faults import Fault

FAIL, ADVISORY, PASS, UNCHECKED = "FAIL", "ADVISORY", "PASS", "UNCHECKED"
# What asks for a person stands last, next to the summary.
ORDER = (PASS, UNCHECKED, ADVISORY, FAIL)
# Where `edstats check` looks for a fault, as the codebook's ``faults`` say: in data as far as they can be read, in any
# data, in what has changed since the edition before.
DATA, ALWAYS, EDITION = "data", "always", "edition"
_UNREAD = "not told before the faults are mended"
_UNCOMPARED = "there is no published edition that can be compared with"


@dataclass(frozen=True)
class Verdict:
    """What became of a code, or of the codes from ``code`` to ``last``; ``said`` is what it is and how often."""

    outcome: str
    code: str
    said: str
    last: str = ""

    def __str__(self) -> str:
        """One line, in step with those of other verdicts."""
        codes = f"{self.code} to {self.last}" if self.last else self.code
        return f"{self.outcome:<9} {codes:<7}  {self.said}"


def exit_code(faults: Sequence[Fault], findings: pd.DataFrame | None, fail_on: str | None) -> int:
    """The exit code of a command: 1 with any fault; 3 with a warning among ``findings`` when ``fail_on`` is warning."""
    if faults:
        return FAULTS
    warned = findings is not None and bool((findings["severity"] == "warning").any())
    return WARNINGS if warned and fail_on == "warning" else DONE


def verdicts(faults: Iterable[Fault], findings: pd.DataFrame | None, compared: bool) -> list[Verdict]:
    """The verdict on every code that is checked, in the order in which they are shown.

    ``findings`` is None where faults of the data stand in their way; then what the faults hide is not checked either.
    ``compared``: whether there was an edition to compare with.
    """
    counts = Counter(fault.code for fault in faults)
    listed = read_rows("faults", "code", "checked", "name")
    unread = findings is None
    obstacles = {
        DATA: f"other faults: {_UNREAD}" if unread else "",
        ALWAYS: "",
        EDITION: "" if compared else f"release gates: {_UNREAD if unread else _UNCOMPARED}",
    }
    found = [*_of_findings(findings)]
    for kind, obstacle in obstacles.items():
        found += _of_faults([(code, name) for code, checked, name in listed if checked == kind], counts, obstacle)
    return sorted(found, key=lambda verdict: (ORDER.index(verdict.outcome), verdict.code))


def _of_faults(codes: list[tuple[str, str]], counts: Mapping[str, int], obstacle: str) -> Iterator[Verdict]:
    """``obstacle``: why nothing can be said of a code without a fault, or "" where it passes."""
    for code, name in codes:
        if counts.get(code):
            yield Verdict(FAIL, code, f"{name}: {counts[code]}")
        elif not obstacle:
            yield Verdict(PASS, code, name)
    if obstacle:
        without = [code for code, _ in codes if not counts.get(code)]
        yield Verdict(UNCHECKED, without[0], obstacle, without[-1])


def _of_findings(findings: pd.DataFrame | None) -> Iterator[Verdict]:
    rows = read_rows("codes", "code", "severity", "name")
    if findings is None:
        yield Verdict(UNCHECKED, rows[0][0], f"findings: {_UNREAD}", rows[-1][0])
        return
    counts = findings["code"].value_counts().to_dict()
    for code, severity, name in rows:
        count = int(counts.get(code, 0))
        yield Verdict(ADVISORY, code, f"{name}: {counted(count, severity)}") if count else Verdict(PASS, code, name)
