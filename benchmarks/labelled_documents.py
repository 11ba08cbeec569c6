"""Documents whose figures a person has labelled, and whether a figure that was read is one of them.

A folder holds documents, a line each with ``id``, ``text``, ``title`` and ``published``, and their labels in a CSV with
``doc``, ``value_text``, ``occurrence`` and what the figure is: ``NAME.jsonl`` with ``NAME.csv``, or ``docs.jsonl`` with
``gold.csv``.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edstats.extraction.result import Document, Figure


@dataclass(frozen=True)
class Label:
    """A labelled figure: its place in the document's text, and what it is."""

    doc: str
    start: int
    end: int
    row: dict[str, str]

    def is_of(self, figure: Figure) -> bool:
        """Whether the figure stands there and has the same value."""
        high = float(self.row["value_high"]) if self.row["value_high"] else None
        overlap = figure.start < self.end and self.start < figure.end
        return overlap and (figure.value, figure.value_high) == (float(self.row["value"]), high)

    def agrees(self, column: str, figure: Figure, published: str) -> bool:
        """Whether the figure was read right in that column, of a document of that date."""
        label, read = self.row[column], str(getattr(figure, column))
        if column == "status" and read == "started":
            return label in {"planned", "actual"}
        if column == "period" and not label:
            return read in {"", published[:4]}
        return read == label


@dataclass(frozen=True)
class Labelled:
    """A document with its labels."""

    document: Document
    labels: tuple[Label, ...]


def labelled_documents(folder: Path, name: str = "*") -> Iterator[Labelled]:
    """The documents of ``folder/NAME.jsonl`` with their labels."""
    for path in sorted(folder.glob(f"{name}.jsonl")):
        table = path.with_name("gold.csv") if path.name == "docs.jsonl" else path.with_suffix(".csv")
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            document = Document(entry["id"], entry["text"], entry["title"], entry["published"])
            labels = tuple(_placed(row, document.text) for row in rows if row["doc"] == document.id)
            yield Labelled(document, labels)


def _placed(row: dict[str, str], text: str) -> Label:
    """The label at its place: where ``value_text`` stands for the ``occurrence``-th time."""
    start = -len(row["value_text"])
    for _ in range(int(row["occurrence"])):
        start = text.index(row["value_text"], start + len(row["value_text"]))
    return Label(row["doc"], start, start + len(row["value_text"]), row)
