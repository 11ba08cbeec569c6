"""Drafts: the figures of an extraction as a file that a person reviews before they count.

``write_draft`` writes ``data/drafts/SOURCE.csv``: the columns of ``data/raw/figures``, then ``confidence`` and
``reason``. Whoever reviews it mends cells and deletes rows. ``accept`` checks what is left by the rules of ``edstats
clean`` and moves it to ``data/raw/figures/SOURCE.csv``. Nothing else reads ``data/drafts``. It is not ignored by git: a
draft is work under review, which one person may begin and another end.

For a source without a row in ``data/raw/sources.csv`` there is also ``data/drafts/SOURCE.source.csv``, a row with what
the document says of itself. It is completed and added to ``sources.csv`` by hand: who published the document is for a
person to say.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from edstats.clean import clean
from edstats.draft_rows import DRAFT_COLUMNS, OTHER, draft_rows
from edstats.extraction.result import Document, Extraction
from edstats.faults import Fault
from edstats.numerals import LANGUAGES
from edstats.periods import UnreadablePeriod, read_period
from edstats.publications import clean_sources
from edstats.raw import NAME, NAME_FORM, RESERVED, Raw, key_faults
from edstats.raw_tables import FIGURE_COLUMNS, SOURCE_COLUMNS, read_raw_table
from edstats.spreadsheets import guarded
from edstats.unseen import without_unseen


@dataclass(frozen=True)
class _Files:
    """Where the work on a source stands: its draft, the row suggested for it, its entered figures, all sources."""

    source: str
    data: Path

    @property
    def draft(self) -> Path:
        return self.data / "drafts" / f"{self.source}.csv"

    @property
    def suggestion(self) -> Path:
        return self.data / "drafts" / f"{self.source}.source.csv"

    @property
    def figures(self) -> Path:
        return self.data / "raw" / "figures" / f"{self.source}.csv"

    @property
    def sources(self) -> Path:
        return self.data / "raw" / "sources.csv"

    def fault(self, path: Path, found: str, remedy: str, code: str, column: str = "") -> Fault:
        """A fault of a whole file."""
        return Fault(path.relative_to(self.data.parent).as_posix(), 0, column, found, remedy, code)


def write_draft(extraction: Extraction, source: str, data: Path) -> tuple[Path | None, list[Fault]]:
    """Write the draft of ``source`` and return its path; or None and the faults for which nothing was written.

    Faults: ``source`` is no name of a source, a draft or figures of that name are there already, the document has no
    figures, the folder cannot be written. What the rows hold, `draft_rows` says.
    """
    files = _Files(source, data)
    faults = _unnamed(files) or [*_in_the_way(files), *_entered(files)]
    if not faults and not extraction.items:
        found = f"no figure was found in the document '{extraction.document.id}'"
        remedy = "there is nothing to draft; if it has figures, enter them by hand"
        faults = [files.fault(files.draft, found, remedy, "EDS-053")]
    if faults:
        return None, faults
    sources = read_raw_table(files.sources, data, SOURCE_COLUMNS, [])
    own = sources[sources["source"] == source]
    # The rows will be read in the language of the source's row, whatever the document looks like.
    language = next((name for name in own["language"] if name in LANGUAGES), extraction.language)
    texts = {files.draft: _csv_text(DRAFT_COLUMNS, draft_rows(extraction, language))}
    if own.empty:
        row = _suggested_row(extraction.document, source, extraction.language)
        texts = {files.suggestion: _csv_text(SOURCE_COLUMNS, [row])} | texts
    for number, (path, text) in enumerate(texts.items()):
        faults = _attempt(_write_whole, files, path, text)
        if faults:
            for written in list(texts)[:number]:
                written.unlink(missing_ok=True)
            return None, faults
    return files.draft, []


def accept(source: str, data: Path) -> tuple[int, list[Fault]]:
    """Move the reviewed draft of ``source`` to ``data/raw/figures``; returns how many rows, or 0 and all its faults.

    The rows are checked as ``edstats clean`` checks them, and must name their indicators. Faults name the line in the
    draft, or in ``sources.csv`` for the source's own row; where that is missing, the remedy holds it as far as the
    document tells it. With a fault nothing is changed; figures that are entered already are never replaced.
    """
    files = _Files(source, data)
    faults = _unnamed(files) or _entered(files)
    if not faults and not files.draft.exists():
        remedy = f"write it with edstats extract --draft {source}"
        faults = [files.fault(files.draft, "no such draft", remedy, "EDS-054")]
    if faults:
        return 0, faults
    rows = read_raw_table(files.draft, data, DRAFT_COLUMNS, faults)
    faults += _row_faults(files, rows.assign(source=source))
    # Only when the draft is known to be sound does anything change.
    faults = sorted(set(faults)) or _attempt(
        _write_whole, files, files.figures, _csv_text(FIGURE_COLUMNS, _records(rows))
    )
    if faults:
        return 0, faults
    faults = _attempt(Path.unlink, files, files.draft)
    if faults:
        files.figures.unlink()
        return 0, faults
    files.suggestion.unlink(missing_ok=True)
    return len(rows), []


# --- what stands in the way ------------------------------------------------------------------------------------------


def _unnamed(files: _Files) -> list[Fault]:
    if re.fullmatch(NAME, files.source) and not re.fullmatch(RESERVED, files.source):
        return []
    remedy = f"{NAME_FORM}, and none that Windows keeps for itself"
    return [Fault(f"{files.data.name}/drafts", 0, "", f"'{files.source}' is no name of a source", remedy, "EDS-050")]


def _in_the_way(files: _Files) -> list[Fault]:
    remedy = "accept it or remove it; a draft under review is not replaced"
    there = [path for path in (files.draft, files.suggestion) if path.exists()]
    return [files.fault(path, "stands here already", remedy, "EDS-051") for path in there]


def _entered(files: _Files) -> list[Fault]:
    remedy = "mend them there, or draft under another name; entered figures are not replaced"
    found = "the figures of this source are entered already"
    return [files.fault(files.figures, found, remedy, "EDS-052")] if files.figures.exists() else []


def _row_faults(files: _Files, rows: pd.DataFrame) -> list[Fault]:
    """All faults of the draft's rows and of its source's row."""
    today = date.today()
    faults: list[Fault] = []
    sources = read_raw_table(files.sources, files.data, SOURCE_COLUMNS, faults, required=False)
    own = sources[sources["source"] == files.source]
    keyed = [*key_faults(sources, rows), *clean_sources(sources, today)[1]]
    faults += [fault for fault in keyed if (fault.file, fault.row) in _lines(own)]
    if own.empty and not faults:
        faults.append(_missing_source(files))
    if faults:
        sources = _stand_in(files, own, today)
    faults += [fault for fault in keyed if (fault.file, fault.row) in _lines(rows)] + _unnamed_indicators(rows)
    if len(sources) and len(rows):
        known = {(fault.file, fault.row, fault.column) for fault in faults}
        others = dict.fromkeys(("doubts", "prices", "corrections", "declarations", "translations"), pd.DataFrame())
        read = clean(Raw(sources, rows, **others, faults=()), today).faults
        read = tuple(fault for fault in read if fault.file == rows["file"].iloc[0])
        faults += [fault for fault in read if (fault.file, fault.row, fault.column) not in known]
    return faults


def _lines(frame: pd.DataFrame) -> set[tuple[str, int]]:
    return set(zip(frame["file"], frame["row"], strict=True))


def _unnamed_indicators(rows: pd.DataFrame) -> list[Fault]:
    unnamed = rows.loc[rows["indicator"].str.casefold() == OTHER, ["file", "row"]]
    found, remedy = f"'{OTHER}' does not say what is counted", "name an indicator of the codebook, or delete the row"
    return [
        Fault(file, int(row), "indicator", found, remedy, "EDS-055") for file, row in unnamed.itertuples(index=False)
    ]


# --- the source's row ------------------------------------------------------------------------------------------------


def _suggested_row(document: Document, source: str, language: str) -> dict[str, str]:
    """The source's row as far as the document tells; a year or month of publication gives the two bounds."""
    row = dict.fromkeys(SOURCE_COLUMNS, "")
    row |= {"source": source, "title": document.title, "published": document.published, "language": language}
    try:
        period = read_period(document.published)
    except UnreadablePeriod:
        return row
    if period.kind != "day":
        row |= {"published_earliest": f"{period.start}", "published_latest": f"{period.end}"}
        row["date_basis"] = f"the document gives {document.published} and no day"
    return row


def _suggestion(files: _Files) -> dict[str, str]:
    """The suggested row as it stands beside the draft; only the source's name where there is none."""
    rows = read_raw_table(files.suggestion, files.data, SOURCE_COLUMNS, [])
    return _records(rows)[0] if len(rows) else dict.fromkeys(SOURCE_COLUMNS, "") | {"source": files.source}


def _missing_source(files: _Files) -> Fault:
    """The fault of a source without a row; its remedy is the row."""
    header, row = _csv_text(SOURCE_COLUMNS, [_suggestion(files)]).splitlines()
    remedy = f"add this row and fill in what it lacks: {row} (the columns: {header})"
    return files.fault(files.sources, f"no source '{files.source}'", remedy, "EDS-056", "source")


def _stand_in(files: _Files, own: pd.DataFrame, today: date) -> pd.DataFrame:
    """A sound row by which a draft can be read whose source's row is missing or faulty.

    Empty when the language is not known, because then every number would be a fault.
    """
    row = _records(own)[0] if len(own) else _suggestion(files)
    if row["language"] not in LANGUAGES:
        return own.iloc[:0]
    neutral = dict.fromkeys(SOURCE_COLUMNS, "")
    sound = {"source": files.source, "publisher_type": "media", "language": row["language"], "published": f"{today}"}
    return pd.DataFrame([neutral | sound | {"file": "", "row": 0}])


# --- files -----------------------------------------------------------------------------------------------------------


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): cell for column, cell in row.items()} for row in rows.to_dict("records")]


def _csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: guarded(without_unseen(row[column])) for column in columns} for row in rows)
    return text.getvalue()


def _write_whole(path: Path, text: str) -> None:
    """Write a new file so that at any time it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not a name that anything reads as a table.
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)  # of a run that was cut off, or a link to a file elsewhere
        with unfinished.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _attempt(act: Callable[..., object], files: _Files, path: Path, *arguments: object) -> list[Fault]:
    """Do something with a file; the fault that the file system raised, if any."""
    try:
        act(path, *arguments)
    except OSError as error:
        found = f"cannot be written ({error.strerror})"
        return [files.fault(path, found, "make the folder and the file writable", "EDS-057")]
    return []
