"""What the checks look at, and what they find, apart from the words in which a reader is told.

A finding does not depend on the reader's language: the parts of its sentence are phrases, each of which says itself in
any wording. Each kind of finding has a stable code in ``codebook/codes.csv`` with its severity and its sentence.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from edstats import phrases
from edstats.codebook import read_table
from edstats.columns import typed
from edstats.figures import Figure, figures_of
from edstats.intervals import Intervals, described, printed_intervals, rounded_intervals
from edstats.measures import Measures
from edstats.phrases import Phrase
from edstats.wording import Wording


@dataclass(frozen=True)
class Evidence:
    """What the checks look at; ``gather`` makes it.

    ``everything`` are the figures of ``observations``, of which ``regional`` are those of whole regions: figures of a
    place inside a region are compared with those of the same place at most. ``printed`` and ``rounded`` are their
    intervals by ``row``.
    """

    observations: pd.DataFrame
    everything: Sequence[Figure]
    regional: Sequence[Figure]
    by_id: Mapping[str, Figure]
    printed: Intervals
    rounded: Intervals
    sources: pd.DataFrame
    doubts: pd.DataFrame
    measures: Measures
    as_of: date

    @classmethod
    def gather(
        cls,
        observations: pd.DataFrame,
        sources: pd.DataFrame,
        doubts: pd.DataFrame,
        measures: Measures,
        as_of: date,
    ) -> "Evidence":
        """The evidence of clean tables, in which each ``figure_id`` stands once (``edstats.raw`` sees to it)."""
        observations = observations.reset_index(drop=True)
        everything = figures_of(observations)
        return cls(
            observations=observations,
            everything=everything,
            regional=[figure for figure in everything if figure.place == ""],
            by_id={figure.figure_id: figure for figure in everything},
            printed=printed_intervals(observations),
            rounded=rounded_intervals(observations),
            sources=sources,
            doubts=doubts,
            measures=measures,
            as_of=as_of,
        )

    def allowed(self, *figures: Figure) -> Intervals:
        """The numbers that would have been printed as the figures are."""
        return self.rounded.at([figure.row for figure in figures])

    def percent(self, part: Figure, whole: Figure) -> Phrase | None:
        """What percentage the part is of the whole; None where the two bound it on neither side."""
        quotient = self.printed.at([part.row]) / self.printed.at([whole.row]) * 100
        share = described(quotient).to_dict("records")[0]
        return None if pd.isna(share["value"]) else phrases.computed({**share, "unit": "percent"}, 1)


@dataclass(frozen=True)
class Finding:
    """One finding before it is worded: its code, region, the figures that it is about and the parts of its sentence."""

    code: str
    region: str
    figures: tuple[str, ...]
    parts: Mapping[str, Phrase]


def worded(findings: Iterable[Finding], wording: Wording) -> pd.DataFrame:
    """The table ``findings`` (codebook ``columns``) in the language of ``wording``, in the order of ``findings``."""
    codes = read_table("codes").set_index("code")
    severities, templates = codes["severity"].to_dict(), codes["template"].to_dict()
    rows = []
    for finding in findings:
        parts = {name: phrase(wording) for name, phrase in finding.parts.items()}
        rows.append(
            {
                "code": finding.code,
                "severity": severities[finding.code],
                "region": finding.region,
                "figures": " ".join(finding.figures),
                "message": wording.text(templates[finding.code], **parts),
                "details": json.dumps(parts, ensure_ascii=False, sort_keys=True),
            }
        )
    columns = ["code", "severity", "region", "figures", "message", "details"]
    return typed(pd.DataFrame(rows, columns=columns), "findings")
