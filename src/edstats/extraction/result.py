"""What goes into an extraction and what comes out: a document, and its figures as a tidy table."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from edstats.counting import counted

# The least confidence with which value, unit, indicator and region count as read right: not the period, not the status.
# docs/extraction.md shows how this was measured.
ACCEPTED = 0.93

FIGURE_COLUMNS = (
    *("doc", "start", "end", "as_printed", "value", "value_high", "qualifier", "unit", "indicator", "region"),
    *("period", "status", "group", "works", "programme", "confidence", "reason"),
)
_TYPES = {"start": "int64", "end": "int64", "value": "float64", "value_high": "float64", "confidence": "float64"}


@dataclass(frozen=True)
class Document:
    """A press release as plain text. ``published`` is an ISO date (``2024-12-02``), a year, or "" when not known."""

    id: str
    text: str
    title: str = ""
    published: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure as it was read. ``start`` and ``end`` are offsets into the text, end exclusive.

    ``detail`` is the codebook's indicator where it is finer than ``indicator``: an increase, not the level.
    ``marks`` is the evidence that ``confidence`` weighs: those of confidence.csv.
    """

    start: int
    end: int
    as_printed: str
    value: float
    value_high: float | None
    qualifier: str
    unit: str
    indicator: str
    detail: str
    region: str
    place: str
    period: str
    status: str
    group: str
    works: str
    programme: str
    confidence: float
    reason: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Extraction:
    """A document with its figures, in the order in which they stand in the text."""

    document: Document
    language: str
    items: tuple[Figure, ...]

    columns: ClassVar[tuple[str, ...]] = FIGURE_COLUMNS

    @property
    def figures(self) -> pd.DataFrame:
        """One row a figure; columns: ``Extraction.columns``.

        ``value`` and ``value_high`` are in the base unit (8.2 billion is 8200000000), ``value_high`` missing unless
        the figure is a range; ``period`` is ``2024``, ``2024-2025`` for a school year, ``2023/2029`` for a span, ""
        where the text gives none; ``confidence`` is from 0 to 1.
        """
        rows = [
            [self.document.id, *(getattr(item, column) for column in self.columns if column != "doc")]
            for item in self.items
        ]
        table = pd.DataFrame(rows, columns=list(self.columns))
        return table.astype({column: _TYPES.get(column, "str") for column in self.columns})

    def __repr__(self) -> str:
        """The figures as a table of text."""
        read = self.figures[["as_printed", "indicator", "value", "unit", "region", "period", "status", "confidence"]]
        return f"{self.document.id}: {counted(len(read), 'figure')} ({self.language})\n{read.to_string(max_rows=60)}"

    def _repr_html_(self) -> str:
        """The document with its figures marked, and the table of what each was read as: what Jupyter shows."""
        # Only here: the review reads this module, and who asks for figures alone needs no templates.
        from edstats.extraction.review import review_fragment  # noqa: PLC0415

        return review_fragment(self)
