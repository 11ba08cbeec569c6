"""What changed from one published edition of the reports to the next: which figures are new, revised or gone.

An edition keeps its observations beside its history, so that the next one has something to be compared with. Only what
a reader sees is compared, as the text that the files show: a figure that is stored anew, yet reads the same, has not
changed.
"""

import io
import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from edstats.codebook import read_table
from edstats.columns import csv_text, read_csv
from edstats.faults import Fault
from edstats.raw_tables import CHANGES, DECLARATION_COLUMNS, read_raw_table
from edstats.spreadsheets import unguarded_table

EDITION_COLUMNS = ("edition", "as_of", "figures", "sources", "new", "revised", "gone")
CHANGE_COLUMNS = (
    *("edition", "as_of", "change", "source", "region", "figure_id", "column", "before", "after", "reason"),
)
# What a reader sees of a figure, in the order in which its changes are told.
READ_COLUMNS = (
    *("indicator", "region", "territory", "group", "works", "counted", "share_of", "programme", "place", "status"),
    *("value", "value_high", "qualifier", "unit", "period", "as_printed", "note"),
)
REASONS_PARTED = "; "  # where a change has several
NO_DECLARATIONS = pd.DataFrame(columns=list(DECLARATION_COLUMNS), dtype="str")
# What is read from a column of raw besides its own: a correction of it explains these too.
_FOLLOWING = {"as_printed": ("value", "value_high", "qualifier", "unit"), "region": ("territory",)}
_COUNTS = ("figures", "sources", *CHANGES)
_FILES = ("editions.csv", "changes.csv", "observations.csv")


class UnreadableHistory(ValueError):
    """The published history is damaged or is not one; ``fault`` says where, and what to do."""

    def __init__(self, fault: Fault) -> None:
        """``fault``: what the person is told."""
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class History:
    """All editions so far, one row each (``EDITION_COLUMNS``), and what changed in them (``CHANGE_COLUMNS``).

    ``edition`` and the counts are integers, the counts being of figures; all else is text, ``as_of`` as YYYY-MM-DD.
    A revised figure has one row for each column that changed.
    """

    editions: pd.DataFrame
    changes: pd.DataFrame

    @staticmethod
    def empty() -> "History":
        """No edition yet."""
        return _history([], [])


def read_history(folder: Path) -> tuple[History, pd.DataFrame | None]:
    """The history published in ``folder`` and the observations of its newest edition, typed.

    No edition yet is an empty history and None. Raises ``UnreadableHistory`` when a file is missing beside the others,
    cannot be read, or contradicts the others: changes found against a damaged edition would be published for good.
    """
    folder = Path(os.path.realpath(folder))
    there = [name for name in _FILES if (folder / name).exists()]
    if not there:
        return History.empty(), None
    for name in _FILES:
        if name not in there:
            raise _unreadable(folder, name, f"is missing beside {there[0]}")
    editions = _rows(folder, "editions.csv", EDITION_COLUMNS)
    changes = _rows(folder, "changes.csv", CHANGE_COLUMNS)
    _check_editions(folder, editions)
    _check_changes(folder, editions, changes)
    observations = _read_observations(folder, editions)
    return _history(editions.to_dict("records"), changes.to_dict("records")), observations


def continued(
    history: History,
    previous: pd.DataFrame | None,
    observations: pd.DataFrame,
    corrections: pd.DataFrame,
    as_of: date,
    declarations: pd.DataFrame = NO_DECLARATIONS,
) -> History:
    """``history`` with an edition for ``observations``, or as it was when they tell a reader nothing else.

    ``previous`` holds the observations of the newest edition, None when there is no edition; the first one has no
    changes. ``corrections`` and ``declarations`` give the reasons of changes, as ``changes_since`` says.
    """
    if previous is None or history.editions.empty:
        return _history([_edition(1, as_of, observations, [])], [])
    newest = history.editions.iloc[-1]
    found = changes_since(history, previous, observations, corrections, declarations)
    if not found:
        return history
    edition = _edition(int(newest["edition"]) + 1, as_of, observations, found)
    rows = [{"edition": edition["edition"], "as_of": edition["as_of"]} | row for row in found]
    return _history([*history.editions.to_dict("records"), edition], [*history.changes.to_dict("records"), *rows])


def changes_since(
    history: History,
    previous: pd.DataFrame,
    observations: pd.DataFrame,
    corrections: pd.DataFrame,
    declarations: pd.DataFrame,
) -> list[dict[str, str]]:
    """The changes from ``previous``, the newest edition of ``history``, to ``observations``.

    By source, figure and column; each has ``CHANGE_COLUMNS`` but the edition and its day. ``corrections`` (source,
    figure, column, reason) are the declared errors of sources: a revised column has the reasons of those that corrected
    it, or what it is read from; one that took effect in an earlier edition explains nothing now. ``declarations``
    (source, figure, change, reason) are the declared changes: a figure has the reasons of those that name it, or all of
    its source; one whose reason an earlier edition has told explains nothing now.
    """
    return list(_found(_cells(previous), _cells(observations), _Reasons.gather(history, corrections, declarations)))


def following(
    history: History,
    previous: pd.DataFrame | None,
    observations: pd.DataFrame,
    corrections: pd.DataFrame,
    as_of: date,
    look_back: bool,
    declarations: pd.DataFrame = NO_DECLARATIONS,
) -> tuple[History, dict[str, str]]:
    """``continued``, with what the edition keeps of itself: names and texts of files.

    ``look_back``: the observations are those of an earlier day, which is no newer edition: the history stays, and so do
    the observations that the next edition is compared with.
    """
    if look_back and previous is None:
        return history, {}
    if look_back and previous is not None:
        return history, {**history_files(history), "observations.csv": csv_text(previous)}
    history = continued(history, previous, observations, corrections, as_of, declarations)
    return history, {**history_files(history), "observations.csv": csv_text(observations)}


def history_files(history: History) -> dict[str, str]:
    """Names and CSV texts of the files that ``read_history`` reads, less ``observations.csv``."""
    return {"editions.csv": csv_text(history.editions), "changes.csv": csv_text(history.changes)}


def latest(history: History) -> pd.DataFrame:
    """The changes of the newest edition (``CHANGE_COLUMNS``), rows renumbered; none for the first edition."""
    newest = history.editions["edition"].max()
    return history.changes[history.changes["edition"] == newest].reset_index(drop=True)


def _history(editions: list[dict], changes: list[dict]) -> History:
    frames = []
    for rows, columns in ((editions, EDITION_COLUMNS), (changes, CHANGE_COLUMNS)):
        types = {name: "int64" if name in ("edition", *_COUNTS) else "str" for name in columns}
        frames.append(pd.DataFrame(rows, columns=list(columns)).astype(types))
    return History(*frames)


def _edition(number: int, as_of: date, observations: pd.DataFrame, found: list[dict[str, str]]) -> dict[str, object]:
    counts = {change: len({row["figure_id"] for row in found if row["change"] == change}) for change in CHANGES}
    size = {"figures": len(observations), "sources": observations["source"].nunique()}
    return {"edition": number, "as_of": as_of.isoformat(), **size, **counts}


def _cells(observations: pd.DataFrame) -> pd.DataFrame:
    """Observations by figure_id, each cell the text that the file shows."""
    text = csv_text(observations)
    cells = unguarded_table(pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False))
    return cells.set_index("figure_id", drop=False)


@dataclass(frozen=True)
class _Reasons:
    """What people declared: columns and reasons by corrected figure; reasons by change and figure or source."""

    corrected: Mapping[str, Sequence[tuple[str, str]]]
    declared: Mapping[tuple[str, str], Sequence[str]]

    @classmethod
    def gather(cls, history: History, corrections: pd.DataFrame, declarations: pd.DataFrame) -> "_Reasons":
        corrected: dict[str, list[tuple[str, str]]] = {}
        for entry in corrections.to_dict("records"):
            corrected.setdefault(f"{entry['source']}#{entry['figure']}", []).append((entry["column"], entry["reason"]))
        declared: dict[tuple[str, str], list[str]] = {}
        for entry in declarations.to_dict("records"):
            source, figure, change = str(entry["source"]), entry["figure"], str(entry["change"])
            about = ("figure_id", f"{source}#{figure}") if figure else ("source", source)
            if not _is_told(history.changes, *about, change, str(entry["reason"])):
                declared.setdefault((change, about[1]), []).append(str(entry["reason"]))
        return cls(corrected, declared)

    def of(self, change: str, figure: Mapping[Hashable, Any], column: str = "") -> str:
        """The reasons for which a figure is new, gone, or revised in ``column``."""
        corrected = self.corrected.get(figure["figure_id"], ())
        known = [reason for mended, reason in corrected if column == mended or column in _FOLLOWING.get(mended, ())]
        for about in (figure["figure_id"], figure["source"]):
            known += self.declared.get((change, about), ())
        return REASONS_PARTED.join(dict.fromkeys(known))


def _is_told(changes: pd.DataFrame, column: str, name: str, change: str, reason: str) -> bool:
    """Whether an edition has given this reason for such a change."""
    told = changes.loc[(changes[column] == name) & (changes["change"] == change), "reason"]
    parted = REASONS_PARTED + told + REASONS_PARTED
    return bool(parted.str.contains(REASONS_PARTED + reason + REASONS_PARTED, regex=False).any())


def _found(before: pd.DataFrame, after: pd.DataFrame, reasons: _Reasons) -> Iterator[dict[str, str]]:
    """The changes from ``before`` to ``after``, by source, number of the figure and column."""
    figures = pd.concat([before, after[~after.index.isin(before.index)]])[["figure_id", "source", "figure"]]
    figures["number"] = pd.to_numeric(figures["figure"], errors="coerce")
    old, new = before.to_dict("index"), after.to_dict("index")
    for figure_id in figures.sort_values(["source", "number", "figure"], kind="stable")["figure_id"]:
        was, now = old.get(figure_id), new.get(figure_id)
        if now is None:
            gone = old[figure_id]
            yield _change("gone", gone, before=gone["as_printed"], reason=reasons.of("gone", gone))
        elif was is None:
            yield _change("new", now, after=now["as_printed"], reason=reasons.of("new", now))
        else:
            columns = [name for name in READ_COLUMNS if was[name] != now[name]]
            for name in columns:
                yield _change("revised", now, name, was[name], now[name], reasons.of("revised", now, name))


def _change(
    change: str, cells: dict, column: str = "", before: str = "", after: str = "", reason: str = ""
) -> dict[str, str]:
    figure = {name: cells[name] for name in ("source", "region", "figure_id")}
    return {"change": change, **figure, "column": column, "before": before, "after": after, "reason": reason}


def _unreadable(folder: Path, name: str, found: str, row: int = 0, column: str = "") -> UnreadableHistory:
    file = f"{folder.parent.name}/{folder.name}/{name}"
    return UnreadableHistory(Fault(file, row, column, found, _remedy(folder), "EDS-205"))


def _remedy(folder: Path) -> str:
    return f"move {folder.parent.name}/ away, the history then starts anew"


def _rows(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A file as strings, with ``row``, the line in the file."""
    faults: list[Fault] = []
    rows = read_raw_table(folder / name, folder.parent, columns, faults, required=False)
    if faults:
        # The remedies there are for files that people write.
        raise UnreadableHistory(replace(faults[0], remedy=_remedy(folder), code="EDS-205"))
    return rows


def _check_editions(folder: Path, editions: pd.DataFrame) -> None:
    if editions.empty:
        raise _unreadable(folder, "editions.csv", "holds no edition")
    for number, entry in enumerate(editions.to_dict("records"), start=1):
        right = {name: entry[name].isascii() and entry[name].isdecimal() for name in _COUNTS}
        right |= {"edition": entry["edition"] == str(number), "as_of": _is_day(entry["as_of"])}
        for name in EDITION_COLUMNS:
            if not right[name]:
                raise _unreadable(folder, "editions.csv", f"'{entry[name]}' cannot stand here", entry["row"], name)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_changes(folder: Path, editions: pd.DataFrame, changes: pd.DataFrame) -> None:
    days = dict(zip(editions["edition"], editions["as_of"], strict=True))
    for entry in changes.to_dict("records"):
        right = {
            "edition": entry["edition"] in days,
            "as_of": entry["as_of"] == days.get(entry["edition"]),
            "change": entry["change"] in CHANGES,
        }
        for name, is_right in right.items():
            if not is_right:
                raise _unreadable(folder, "changes.csv", f"'{entry[name]}' cannot stand here", entry["row"], name)
    figures = changes.groupby(["edition", "change"])["figure_id"].nunique().to_dict()
    for entry in editions.to_dict("records"):
        for change in CHANGES:
            there, counted = figures.get((entry["edition"], change), 0), int(entry[change])
            if there != counted:
                found = f"edition {entry['edition']} has {there} {change} figures here, {counted} in editions.csv"
                raise _unreadable(folder, "changes.csv", found)


def _read_observations(folder: Path, editions: pd.DataFrame) -> pd.DataFrame:
    name = "observations.csv"
    columns = read_table("columns").query("table == 'observations'")["column"]
    rows = _rows(folder, name, tuple(columns))
    repeated = rows[rows.duplicated("figure_id")]
    if not repeated.empty:
        entry = repeated.iloc[0]
        raise _unreadable(folder, name, f"'{entry['figure_id']}' stands twice", entry["row"], "figure_id")
    newest = editions.iloc[-1]
    for counted, there in (("figures", len(rows)), ("sources", rows["source"].nunique())):
        if there != int(newest[counted]):
            raise _unreadable(folder, name, f"has {there} {counted}, {newest[counted]} in editions.csv")
    try:
        return read_csv(folder / name, "observations")
    except (OSError, KeyError, ValueError) as error:
        raise _unreadable(folder, name, f"cannot be read ({error})") from error
