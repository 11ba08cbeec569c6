"""From a document to a measure and back: what comes out when drafts are accepted in place of the hand-made rows.

Run ``python benchmarks/round_trip.py FOLDER``, where ``FOLDER/docs.jsonl`` holds the documents (``id``, ``text``,
``title`` and ``published``, a document a line) by the names that their sources have in ``data/raw``. Each is extracted,
drafted and accepted in a copy of the data. In place of a person's review, rows that name no indicator or have faults
are deleted. The table sets every measure of the hand-made rows against the one from the drafts, and names the figures,
column by column, to which a difference is due.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from edstats.dataset import Dataset, from_raw
from edstats.draft_rows import OTHER
from edstats.drafts import accept, write_draft
from edstats.extraction.engine import extract_document
from edstats.extraction.result import Document

SOURCES = (
    "aktobe-roadmap-2023",
    "aktobe-rural-schools-2024",
    "kz-city-roadmaps-2023",
    "turkistan-board-meeting-2025",
    "karaganda-august-meeting-2021",
)
# What makes a figure the same figure; programmes may have any name, so that only what they tie is compared.
CELLS = (
    "region",
    "indicator",
    "unit",
    "qualifier",
    "period",
    "status",
    "group",
    "works",
    "counted",
    "share_of",
    "place",
)
# What a measure says.
SAID = ("region", "group", "works", "status", "period", "value", "value_high", "qualifier", "unit")
# A measure that says another number of the same matter.
MATTER = ("measure", "region", "group", "status")
COLUMNS = ("outcome", "measure", "region", "figures", "value", "drafted", "blame")

Row = dict[str, Any]


@dataclass(frozen=True)
class RoundTrip:
    """The data set of the hand-made rows, that of the drafts, and a line for each row that had to be left out."""

    hand: Dataset
    drafted: Dataset
    left_out: tuple[str, ...]


def read_documents(folder: Path, sources: Iterable[str]) -> list[Document]:
    """The documents of ``folder/docs.jsonl`` whose ``id`` is one of ``sources``."""
    lines = (folder / "docs.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    kept = [entry for entry in entries if entry["id"] in set(sources)]
    return [Document(entry["id"], entry["text"], entry["title"], entry["published"]) for entry in kept]


def round_trip(documents: Sequence[Document], data: Path, folder: Path) -> RoundTrip:
    """Extract, draft and accept in a copy of ``data`` below ``folder``. Raises ``ValueError`` for faulty data."""
    sources = [document.id for document in documents]
    hand, drafted = (_copied(data, folder / name / "data", sources) for name in ("hand", "drafted"))
    for source in sources:
        shutil.copy(data / "raw" / "figures" / f"{source}.csv", hand / "raw" / "figures")
    left_out = [line for document in documents for line in _accepted(document, drafted)]
    return RoundTrip(_dataset(hand), _dataset(drafted), tuple(left_out))


def _copied(data: Path, to: Path, sources: list[str]) -> Path:
    """A data folder with the rows of these sources and no figures."""
    (to / "raw" / "figures").mkdir(parents=True)
    rows = pd.read_csv(data / "raw" / "sources.csv", dtype=str, keep_default_na=False)
    rows[rows["source"].isin(sources)].to_csv(to / "raw" / "sources.csv", index=False)
    return to


def _dataset(data: Path) -> Dataset:
    dataset, faults = from_raw(data, date.today())
    if dataset is None:
        raise ValueError("\n".join(map(str, faults)))
    return dataset


def _accepted(document: Document, data: Path) -> list[str]:
    """Draft and accept a document's figures; what was wrong with the rows that were deleted for it."""
    path, faults = write_draft(extract_document(document), document.id, data)
    left_out = []
    while path and (faults := accept(document.id, data)[1]):
        lines = path.read_text(encoding="utf-8").splitlines()
        wrong = {fault.row: fault for fault in reversed(faults) if fault.row > 1 and fault.file.endswith(path.name)}
        if not wrong:
            break
        left_out += [f"{lines[row - 1]}: {fault}" for row, fault in sorted(wrong.items()) if OTHER not in fault.found]
        kept = [line for row, line in enumerate(lines, start=1) if row not in wrong]
        path.write_text("\n".join(kept), encoding="utf-8")
    return [*left_out, *map(str, faults)]


# --- comparing -------------------------------------------------------------------------------------------------------


def compare(hand: Dataset, drafted: Dataset) -> pd.DataFrame:
    """Every measure of ``hand`` with what ``drafted`` makes of it, then those that only ``drafted`` has.

    Columns: ``outcome`` (same, differs, missing, surplus), ``measure``, ``region``, ``figures`` (figure_ids of the
    hand-made rows; of the draft for a surplus), ``value``, ``drafted`` (NaN where there is none) and ``blame``: the
    figures that are read otherwise, and in which columns.
    """
    partners = match_figures(hand.observations, drafted.observations)
    back = {partner: figure for figure, partner in partners.items()}
    here, there = _by_figure(hand.observations), _by_figure(drafted.observations)
    left = _records(drafted.measures)
    found = _pairs(_records(hand.measures), left, partners)
    rows = [_line(own, other, partners, here, there) for own, other in found]
    rows += [
        _line(other, None, back, there, here) | {"outcome": "surplus", "value": np.nan, "drafted": other["value"]}
        for other in left
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def match_figures(hand: pd.DataFrame, drafted: pd.DataFrame) -> dict[str, str]:
    """The drafted figure_id of each hand-made one that was found: same source and number, most other cells alike."""
    columns = ["figure_id", "source", "value", "value_high", *CELLS]
    pairs = hand[columns].merge(drafted[columns], on=["source", "value"], suffixes=("", "_d"))
    alike = [pairs[cell].astype("str") == pairs[f"{cell}_d"].astype("str") for cell in ("value_high", *CELLS)]
    # What a figure counts says more than all else; of figures alike the first comes first.
    weights = [1, *(len(CELLS) if cell in ("indicator", "region") else 1 for cell in CELLS)]
    pairs["alike"] = sum(same * weight for same, weight in zip(alike, weights, strict=True))
    best_first = pairs.sort_values("alike", ascending=False, kind="stable")
    partners: dict[str, str] = {}
    for figure, partner in zip(best_first["figure_id"], best_first["figure_id_d"], strict=True):
        if figure not in partners and partner not in partners.values():
            partners[figure] = partner
    return partners


def _by_figure(observations: pd.DataFrame) -> dict[str, Row]:
    rows = observations.astype({"period": "str", "period_basis": "str"})
    rows["period"] = rows["period"].where(rows["period_basis"] != "inferred", "~" + rows["period"])
    return {row["figure_id"]: row for row in _records(rows)}


def _records(table: pd.DataFrame) -> list[Row]:
    return [{str(column): cell for column, cell in row.items()} for row in table.to_dict("records")]


def _figures(measure: Row) -> list[str]:
    return [figure for figure in (measure["numerator"], measure["denominator"]) if figure]


def _pairs(own: list[Row], others: list[Row], partners: dict[str, str]) -> list[tuple[Row, Row | None]]:
    """Each measure with the one of the same figures, else one on the same matter; what is taken leaves ``others``."""
    found: dict[int, Row] = {}
    for alike in (
        lambda a, b: a["measure"] == b["measure"] and [partners.get(f) for f in _figures(a)] == _figures(b),
        lambda a, b: all(a[column] == b[column] for column in MATTER),
    ):
        for number, measure in enumerate(own):
            other = next((other for other in others if number not in found and alike(measure, other)), None)
            if other is not None:
                found[number] = other
                others.remove(other)
    return [(measure, found.get(number)) for number, measure in enumerate(own)]


def _line(own: Row, other: Row | None, partners: dict[str, str], here: dict[str, Row], there: dict[str, Row]) -> Row:
    figures = _figures(own)
    same = other is not None and all(_same(own[column], other[column]) for column in SAID)
    return {
        "outcome": "same" if same else "differs" if other else "missing",
        "measure": own["measure"],
        "region": own["region"],
        "figures": " ".join(figures),
        "value": own["value"],
        "drafted": other["value"] if other else np.nan,
        "blame": "" if same else _blame(figures, partners, here, there),
    }


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return bool(np.isclose(left, right, rtol=1e-9, equal_nan=True))
    return left == right


def _blame(figures: list[str], partners: dict[str, str], here: dict[str, Row], there: dict[str, Row]) -> str:
    """For each figure of a measure, in which columns its partner differs: ``column: its own > the partner's``."""
    blamed = []
    for figure in figures:
        own, other = here[figure], there.get(partners.get(figure, ""))
        if other is None:
            blamed.append(f"{figure} ('{own['as_printed']}') has no partner")
            continue
        cells = [f"{cell}: {own[cell] or '-'} > {other[cell] or '-'}" for cell in CELLS if own[cell] != other[cell]]
        if bool(own["programme"]) != bool(other["programme"]):
            cells.append(f"programme: {own['programme'] or '-'} > {other['programme'] or '-'}")
        if cells:
            blamed.append(f"{figure} {', '.join(cells)}")
    if all(figure in partners for figure in figures):
        ties = [
            {rows[name]["programme"] for name in names}
            for rows, names in ((here, figures), (there, [partners[figure] for figure in figures]))
        ]
        if len(ties[0]) != len(ties[1]):
            blamed.append("programme: its figures are tied only in one of the two")
    return "; ".join(blamed) or "its figures are read alike, but another figure stands in their place or beside them"


def shown(table: pd.DataFrame) -> str:
    """The table of `compare` as text: a line for each measure, and one below it for each figure that is to blame."""
    lines = [f"{'outcome':<8} {'region':<6} {'measure':<32} {'by hand':>16} {'from the draft':>16}"]
    for row in table.to_dict("records"):
        own, other = ("" if np.isnan(row[name]) else f"{row[name]:,.10g}" for name in ("value", "drafted"))
        lines.append(f"{row['outcome']:<8} {row['region']:<6} {row['measure']:<32} {own:>16} {other:>16}")
        lines += [f"{'':16}{blame}" for blame in row["blame"].split("; ") if blame]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the measures of drafts with those of the hand-made rows.")
    parser.add_argument("folder", type=Path, help="folder with docs.jsonl")
    parser.add_argument("--data", type=Path, default=Path("data"), help="data folder (default: data)")
    options = parser.parse_args()
    documents = read_documents(options.folder, SOURCES)
    with tempfile.TemporaryDirectory() as folder:
        made = round_trip(documents, options.data, Path(folder))
    table = compare(made.hand, made.drafted)
    print(shown(table))
    print("\nRows left out of the drafts:", *made.left_out or ["none"], sep="\n  ")
    counts = table["outcome"].value_counts()
    print(f"\n{len(documents)} documents: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))


if __name__ == "__main__":
    main()
