"""What came of a build, for whoever was not there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from edstats.counting import counted

Outcome = Literal["published", "unchanged", "failed", "interrupted"]
SEVERITIES = ("warning", "note")


@dataclass(frozen=True)
class Findings:
    """How many findings of a severity there are, and how many of these the edition before did not have."""

    all: int
    new: int


@dataclass(frozen=True)
class Summary:
    """The outcome of a build, and in ``message`` where its edition stands, or why there is none.

    ``pages`` counts those built, kept and failed; ``figures`` all figures, the sources, and, against the edition
    before, the new, revised and gone figures; all are empty where it did not come to that. ``findings`` by severity.
    ``failures``: each thing for which nothing was published, as one line.
    """

    outcome: Outcome
    message: str
    as_of: str = ""
    pages: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, Findings] = field(default_factory=dict)
    failures: tuple[str, ...] = ()

    def details(self) -> dict[str, Any]:
        """All but the message, as JSON has it."""
        return {
            "outcome": self.outcome,
            "as_of": self.as_of,
            "pages": dict(self.pages),
            "figures": dict(self.figures),
            "findings": {name: {"all": count.all, "new": count.new} for name, count in self.findings.items()},
            "failures": list(self.failures),
        }

    def text(self) -> str:
        """The lines that a person reads."""
        lines = [f"failed: {failure}" for failure in self.failures] + [self.message]
        if self.figures:
            changes = ", ".join(f"{self.figures[change]} {change}" for change in ("new", "revised", "gone"))
            sources = counted(self.figures["sources"], "source")
            lines.append(f"figures: {self.figures['all']} from {sources}; {changes}")
        if self.findings:
            counts = (f"{counted(count.all, name)} ({count.new} new)" for name, count in self.findings.items())
            lines.append("findings: " + ", ".join(counts))
        return "\n".join(lines)


def failed(reason: str) -> Summary:
    """The summary of a build that did not come to making pages."""
    return Summary("failed", reason)


def by_severity(findings: Iterable[str], before: Iterable[str]) -> dict[str, Findings]:
    """The findings by severity, which is the first word of each; ``before``: those of the edition before."""
    found = Counter(findings)
    new = found - Counter(before)
    return {severity: Findings(_of(found, severity), _of(new, severity)) for severity in SEVERITIES}


def _of(findings: Counter[str], severity: str) -> int:
    return sum(count for finding, count in findings.items() if finding.partition(" ")[0] == severity)
