"""Faults of rows of figures: what stands in them, and that none of them is lost."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from edstats.faults import Fault


def unlocated(read: pd.DataFrame, faults: list[Fault]) -> np.ndarray:
    """For each row whether no fault names it."""
    located = {(fault.file, fault.row) for fault in faults}
    if not located:
        return np.ones(len(read), dtype=bool)
    rows = zip(read["file"].tolist(), read["row"].tolist(), strict=True)
    return np.array([row not in located for row in rows], dtype=bool)


def lost_rows(figures: pd.DataFrame, kept: pd.DataFrame, faults: list[Fault]) -> list[Fault]:
    """A fault for each row of ``figures`` that is not ``kept`` and that no fault names, by itself or with its file.

    Both frames have ``file`` and ``row``. There is none unless edstats itself is wrong.
    """
    places = figures[["file", "row"]].merge(kept[["file", "row"]].assign(kept=True), how="left")
    # Of the faults' files some are no text, as a disk allows for names; those that were read are.
    unread = {fault.file for fault in faults if not fault.row} & set(places["file"])
    lost = places["kept"].isna() & ~places["file"].isin(list(unread))
    lost &= unlocated(places, faults)
    remedy = "this is a mistake in edstats: report it with the row"
    return faults_of_rows(lost, places, "", "this row is neither read nor refused", remedy, "EDS-201")


def faults_at(
    figures: pd.DataFrame, column: str, wrong: np.ndarray, told: Iterable[tuple[str, str]], code: str
) -> list[Fault]:
    """A fault for each position of ``wrong``; ``told`` says what stands there and what would be right."""
    if not len(wrong):
        return []
    rows = figures[["file", "row"]].take(wrong).itertuples(index=False)
    return [Fault(file, row, column, *said, code) for (file, row), said in zip(rows, told, strict=True)]


def faults_of_rows(
    wrong: pd.Series, read: pd.DataFrame, column: str, found: str, remedy: str, code: str
) -> list[Fault]:
    """A fault for each row where ``wrong`` holds; in ``found`` the names of columns stand for the row's cells."""
    if not wrong.any():
        return []
    return [
        Fault(entry["file"], entry["row"], column, found.format_map(entry), remedy, code)
        for entry in read[wrong].to_dict("records")
    ]


def reader_faults(texts: pd.Series, figures: pd.DataFrame, column: str, code: str) -> list[Fault]:
    """A fault for each row of which a reader says something: what it found and, behind a semicolon, what is right."""
    wrong = np.flatnonzero(texts != "")
    return faults_at(figures, column, wrong, (text.partition("; ")[::2] for text in texts.take(wrong)), code)
