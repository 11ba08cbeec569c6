"""How often figures are read right at each confidence, and the weights of confidence.csv, from labelled documents.

Run ``python benchmarks/calibration.py FOLDER...``, with folders as in ``labelled_documents.py``. A figure is right when
its place, value, unit, indicator and region are those of a label.

The table is by cross-validation: the documents are dealt into ten parts, and the figures of each part get their
confidence from weights fitted to the other nine. Intervals are of 95 %, from drawing whole documents anew.
``--write`` puts the weights fitted to all of them into the codebook. ``--as-built`` judges the weights in the codebook.
"""

import argparse
import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from labelled_documents import Label, labelled_documents

from edstats.extraction.engine import extract_document
from edstats.extraction.result import ACCEPTED, Figure

WEIGHTS = Path(__file__).parent.parent / "src" / "edstats" / "codebook" / "confidence.csv"
PENALTY = 4.0  # draws the weights of rare marks towards nought
LEAST_SEEN = 3  # figures that must have a mark for it to get a weight
PARTS, DRAWS, STEPS = 10, 2_000, 60
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97)
# Three names of one thing, which the labels do not keep apart.
FACILITIES = frozenset(("facility", "organisation", "building"))
BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)


@dataclass(frozen=True)
class Judged:
    """A figure that was read, the document that it is from, and whether it was right."""

    doc: str
    language: str
    figure: Figure
    right: bool


def judged(folder: Path) -> list[Judged]:
    """Every figure read in the folder's documents."""
    found = []
    for labelled in labelled_documents(folder):
        document, left = labelled.document, list(labelled.labels)
        read = extract_document(document)
        for figure in read.items:
            label = next((one for one in left if _is_right(figure, one, document.published)), None)
            if label:
                left.remove(label)
            found.append(Judged(f"{folder}/{document.id}", read.language, figure, label is not None))
    return found


def _is_right(figure: Figure, label: Label, published: str) -> bool:
    same_unit = label.agrees("unit", figure, published) or {figure.unit, label.row["unit"]} <= FACILITIES
    linked = all(label.agrees(column, figure, published) for column in ("indicator", "region"))
    return label.is_of(figure) and same_unit and linked


def design(figures: list[Judged], marks: list[str]) -> np.ndarray:
    """A row a figure, a column a mark: 1 where the figure has it."""
    places = {mark: place for place, mark in enumerate(marks)}
    matrix = np.zeros((len(figures), len(marks)))
    for row, one in enumerate(figures):
        for mark in one.figure.marks:
            if mark in places:
                matrix[row, places[mark]] = 1
    return matrix


def fitted(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression with a ridge, by Newton's steps; the first mark, ``base``, is not drawn in."""
    weights = np.zeros(matrix.shape[1])
    ridge = np.full(matrix.shape[1], PENALTY)
    ridge[0] = 1e-3
    for _ in range(STEPS):
        sure = 1 / (1 + np.exp(-matrix @ weights))
        curve = (matrix.T * (sure * (1 - sure) + 1e-6)) @ matrix + np.diag(ridge)
        weights += np.linalg.solve(curve, matrix.T @ (right - sure) - ridge * weights)
    return weights


def cross_validated(matrix: np.ndarray, right: np.ndarray, docs: np.ndarray) -> np.ndarray:
    """The confidence of each figure by weights that were fitted without its document."""
    names = np.unique(docs)
    part_of = dict(zip(np.random.default_rng(1).permutation(names), np.arange(len(names)) % PARTS, strict=True))
    part = np.array([part_of[doc] for doc in docs])
    sure = np.zeros(len(right))
    for number in range(PARTS):
        weights = fitted(matrix[part != number], right[part != number])
        sure[part == number] = 1 / (1 + np.exp(-matrix[part == number] @ weights))
    return sure


def interval(chosen: np.ndarray, right: np.ndarray, docs: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the share of the chosen figures that are right, over documents."""
    names, place = np.unique(docs, return_inverse=True)
    hits = np.bincount(place[chosen], weights=right[chosen], minlength=len(names))
    size = np.bincount(place[chosen], minlength=len(names))
    drawn = np.random.default_rng(2).integers(len(names), size=(DRAWS, len(names)))
    low, high = np.percentile(hits[drawn].sum(axis=1) / np.maximum(size[drawn].sum(axis=1), 1), (2.5, 97.5))
    return float(low), float(high)


def table(figures: list[Judged], sure: np.ndarray) -> None:
    """Prints the share right by least confidence and by band, and at the threshold by language."""
    right = np.array([one.right for one in figures], dtype=float)
    docs = np.array([one.doc for one in figures])
    languages = np.array([one.language for one in figures])
    print(f"{len(figures)} figures of {len(set(docs))} documents, {right.mean():.1%} right\n")
    print("| confidence | figures | of all | right | 95 % interval |\n| --- | --- | --- | --- | --- |")
    for least in THRESHOLDS:
        _line(f"{least} or more", sure >= least, right, docs)
    for low, high in pairwise(BANDS):
        _line(f"{low} to {min(high, 1):g}", (sure >= low) & (sure < high), right, docs)
    for language in ("en", "ru", "kk"):
        chosen = (sure >= ACCEPTED) & (languages == language)
        _line(f"{ACCEPTED} or more, {language}", chosen, right, docs, (languages == language).sum())


def _line(name: str, chosen: np.ndarray, right: np.ndarray, docs: np.ndarray, of: int = 0) -> None:
    if not chosen.any():
        print(f"| {name} | 0 | | | |")
        return
    low, high = interval(chosen, right, docs)
    share = chosen.sum() / (of or len(right))
    print(f"| {name} | {chosen.sum()} | {share:.0%} | {right[chosen].mean():.1%} | {low:.1%} to {high:.1%} |")


def write(marks: list[str], weights: np.ndarray) -> None:
    """Puts the weights into the codebook, by mark."""
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["mark", "weight"])
        writer.writerows([mark, f"{weight:.2f}"] for mark, weight in zip(marks, weights, strict=True))


def main() -> None:
    """Reads the folders, prints the table and, where asked, writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="put the weights into the codebook")
    parser.add_argument("--as-built", action="store_true", help="judge the weights that are in the codebook")
    chosen = parser.parse_args()
    figures = [one for folder in chosen.folders for one in judged(folder)]
    if chosen.as_built:
        table(figures, np.array([one.figure.confidence for one in figures]))
        return
    seen: dict[str, int] = {}
    for one in figures:
        for mark in one.figure.marks:
            seen[mark] = seen.get(mark, 0) + 1
    marks = ["base", *sorted(mark for mark, times in seen.items() if times >= LEAST_SEEN and mark != "base")]
    matrix, right = design(figures, marks), np.array([one.right for one in figures], dtype=float)
    table(figures, cross_validated(matrix, right, np.array([one.doc for one in figures])))
    if chosen.write:
        write(marks, fitted(matrix, right))


if __name__ == "__main__":
    main()
