"""The data set as analysts and pages use it, and its files in ``data/clean``.

``data/clean`` follows from ``data/raw`` alone. An earlier as-of date is a view of it: sources published later drop
out, and measures and findings are computed anew from what remains.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pandas as pd

from edstats.checks import find
from edstats.clean import Clean, clean
from edstats.clean_parts import clean_on
from edstats.codebook import read_table
from edstats.columns import TABLES, csv_text, read_csv, typed
from edstats.counting import size
from edstats.executors import Workers
from edstats.faults import Fault
from edstats.findings import Finding, worded
from edstats.folder_exchange import clear, put_in_place, read_together
from edstats.folders import DataNotFoundError, clean_folder, find_data, is_address, next_clean_folder
from edstats.measures import compute_measures
from edstats.periods import iso_day
from edstats.raw import read_raw
from edstats.stored_objects import read_stored
from edstats.wording import Wording

# The tables that people enter or that follow from each figure alone; measures and findings follow from all of them.
ENTERED = ("observations", "sources", "doubts", "prices", "corrections", "declarations", "translations")
_SIZES = ("rows", "columns")


@dataclass(frozen=True, repr=False)
class Dataset:
    """The clean tables, as described in the codebook's ``tables`` and ``columns``, seen at ``as_of``.

    ``is_part``: figures were left out of it, so that it cannot tell what is not reported.
    Jupyter shows how much there is of what.
    """

    observations: pd.DataFrame
    measures: pd.DataFrame
    findings: pd.DataFrame
    sources: pd.DataFrame
    doubts: pd.DataFrame
    prices: pd.DataFrame
    corrections: pd.DataFrame
    declarations: pd.DataFrame
    translations: pd.DataFrame
    as_of: date

    is_part: ClassVar[bool] = False

    @property
    def contents(self) -> pd.DataFrame:
        """How many rows and columns each table has, and what it holds; columns: table, rows, columns, description."""
        sizes = pd.DataFrame([(table, *getattr(self, table).shape) for table in TABLES], columns=["table", *_SIZES])
        return sizes.merge(read_table("tables"), on="table")

    def __repr__(self) -> str:
        """How much there is, in a line."""
        return f"{'part of the ' if self.is_part else ''}edstats data set as of {self.as_of}: {size(self)}"

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.contents.to_html(index=False, border=0)}"


class PartOfDataset(Dataset):
    """Some figures of a data set, and what belongs to them."""

    is_part = True


@dataclass(frozen=True)
class _Unworded:
    """A data set as far as it is the same in every language: its findings are not put into words yet."""

    tables: Mapping[str, pd.DataFrame]
    found: tuple[Finding, ...]
    as_of: date

    def in_language(self, language: str) -> Dataset:
        """The data set with messages in ``language``."""
        wording = Wording(language, translated_notes(self.tables["translations"], language))
        return Dataset(**self.tables, findings=worded(self.found, wording), as_of=self.as_of)


def assemble(tables: Mapping[str, pd.DataFrame], as_of: date | None = None, language: str = "en") -> Dataset:
    """The data set as it stood on ``as_of`` (default: the date of the newest source), with messages in ``language``.

    ``tables`` has those of ``ENTERED`` by name; the others follow from them. A source counts as published when its
    latest possible date is not after ``as_of``.
    """
    return _unworded(tables, as_of).in_language(language)


def _unworded(tables: Mapping[str, pd.DataFrame], as_of: date | None) -> _Unworded:
    observations, sources, doubts = tables["observations"], tables["sources"], tables["doubts"]
    as_of = as_of or newest(sources)
    known = sources[sources["published_latest"] <= pd.Timestamp(as_of)]
    seen = observations[observations["source"].isin(known["source"])]
    doubts = doubts[doubts["source"].isin(known["source"])]
    observations, sources = typed(seen, "observations"), typed(known, "sources")
    measures = compute_measures(observations, sources)
    follow = {"observations": observations, "measures": measures.table, "sources": sources}
    others = {name: typed(tables[name], name) for name in ("prices", "corrections", "declarations", "translations")}
    found = tuple(find(observations, sources, doubts, measures, as_of))
    return _Unworded({**follow, "doubts": typed(doubts, "doubts"), **others}, found, as_of)


def translated_notes(translations: pd.DataFrame, language: str) -> Mapping[str, str]:
    """What people wrote beside the figures, in ``language``, by the English text that stands in ``data/raw``."""
    if language not in translations:
        return {}
    return dict(zip(translations["text"], translations[language], strict=True))


def newest(sources: pd.DataFrame) -> date:
    """The latest date of any source: the default as-of date, so that the clock changes nothing."""
    latest: pd.Timestamp = sources["published_latest"].max()
    return latest.date()


def from_raw(data: Path, today: date, workers: Workers | None = None) -> tuple[Dataset | None, tuple[Fault, ...]]:
    """What ``data/raw`` gives: the data set, or None and the faults for which there is none.

    ``workers``: those of a cluster, to share the reading and cleaning of figures; raises NoCluster when it is lost.
    """
    found = clean_on(workers, data, today) if workers else None
    tables, cleaned = found or _clean_here(data, today)
    faults = (*cleaned.faults, *_obstacles(data))
    if faults:
        return None, faults
    doubts = tables["doubts"]
    figures = [
        " ".join(f"{source}#{number}" for number in listed)
        for source, listed in zip(doubts["source"], doubts["figures"].str.split(), strict=True)
    ]
    own = {"observations": cleaned.observations, "sources": cleaned.sources}
    own["doubts"] = typed(doubts.assign(figures=figures), "doubts")
    return assemble({**tables, **own}), ()


def _clean_here(data: Path, today: date) -> tuple[Mapping[str, pd.DataFrame], Clean]:
    """The tables of ``data/raw`` beside the figures, and what cleaning gives."""
    raw = read_raw(data)
    return {name: getattr(raw, name) for name in ENTERED if name != "observations"}, clean(raw, today)


def _obstacles(data: Path) -> list[Fault]:
    """What stands where ``data/clean`` is written, or leads elsewhere."""
    folder = data / "clean"
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(data)):
        return [
            Fault(f"{data.name}/clean", 0, "", "a link that leads out of the data folder", "remove the link", "EDS-046")
        ]
    if os.path.lexists(folder) and not folder.is_dir():
        return [
            Fault(
                f"{data.name}/clean",
                0,
                "",
                "a file stands here",
                "move it away; edstats makes a folder of it",
                "EDS-046",
            )
        ]
    written = (folder / f"{table}.{ending}" for table in TABLES for ending in ("csv", "parquet"))
    return [
        Fault(
            f"{data.name}/clean/{path.name}", 0, "", "a link stands here", "remove it; edstats writes a file", "EDS-046"
        )
        for path in written
        if path.is_symlink() or path.is_dir()
    ]


def clean_files(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Names and texts of the files in ``data/clean`` that are kept under version control, one after another."""
    return ((f"{table}.csv", csv_text(getattr(dataset, table))) for table in TABLES)


def differing_files(dataset: Dataset, data: Path) -> list[str]:
    """Names of the committed clean files that are not what raw gives, missing and surplus ones included."""
    expected = {name: text.encode() for name, text in clean_files(dataset)}
    # What is there may be anything: it is compared as bytes, and a folder with the name of a file differs too.
    there = {path.name: path.read_bytes() if path.is_file() else b"" for path in (data / "clean").glob("*.csv")}
    return sorted(name for name in expected.keys() | there.keys() if expected.get(name) != there.get(name))


def write_clean(dataset: Dataset, data: Path) -> None:
    """Write ``data/clean``: each table as CSV, and as Parquet beside it.

    All tables are put in place at once, so that whoever reads meanwhile, and whatever interrupts, has the old ones or
    the new ones; other files there stay. No other process may do the same (``edstats.project_lock``). Raises OSError.
    """
    folder, place = next_clean_folder(data), clean_folder(data)
    clear(folder, place)
    try:
        names = [f"{table}.{kind}" for table in TABLES for kind in ("csv", "parquet")]
        if place.exists():
            shutil.copytree(place, folder, symlinks=True, ignore=lambda at, _: names if Path(at) == place else ())
        folder.mkdir(exist_ok=True)
        write_tables(dataset, folder)
        for table in TABLES:
            getattr(dataset, table).to_parquet(folder / f"{table}.parquet", index=False)
        put_in_place(folder, place)
    finally:
        with contextlib.suppress(OSError):  # what cannot be removed now is removed by the next one
            clear(folder, place)


def write_tables(dataset: Dataset, folder: Path) -> None:
    """Write each table as CSV into ``folder``, which is there."""
    for name, text in clean_files(dataset):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def load(data: str | Path = "", as_of: str | date | None = None, language: str = "en") -> Dataset:
    """The clean data, for analysis: ``edstats.load().observations``.

    ``data`` is the project's data folder (default: found from the current folder upward), or its address on object
    storage, such as ``s3://bucket/project/data``. ``as_of`` shows the data as known on that date (ISO text or date);
    default: the newest source's date. Raises ``DataNotFoundError`` when there is no clean data, ``ValueError`` when
    ``as_of`` is no date, ``StorageError`` when object storage cannot be used, or is being written.

    >>> import edstats
    >>> data = edstats.load(as_of="2024-12-31")
    >>> data.observations.query("figure_id == 'aktobe-rural-schools-2024#1'")[["value", "unit"]].values.tolist()
    [[434.0, 'school']]
    """
    day = iso_day(as_of) if isinstance(as_of, str) and as_of else as_of or None
    dataset = _read(_clean_texts(data), day, language)
    # Whoever is given a data set may change its tables; these share their columns with the kept ones until then.
    return replace(dataset, **{table: getattr(dataset, table).copy(deep=False) for table in TABLES})


def _clean_texts(data: str | Path) -> tuple[bytes, ...]:
    """What the files of the entered tables hold."""
    if is_address(str(data)):
        return read_stored(str(data), [f"{name}.csv" for name in ENTERED])
    folder = Path(data) if data else find_data(Path.cwd())
    if not (folder / "clean" / "observations.csv").exists():
        raise DataNotFoundError(f"no clean data in '{folder}'; run: edstats clean --data '{folder}'")
    clean = folder / "clean"
    return read_together(clean, lambda: tuple((clean / f"{name}.csv").read_bytes() for name in ENTERED))


# Kept by what the files hold, so that nothing kept can be out of date.
@lru_cache(maxsize=4)
def _read(texts: tuple[bytes, ...], as_of: date | None, language: str) -> Dataset:
    return _read_unworded(texts, as_of).in_language(language)


@lru_cache(maxsize=1)
def _read_unworded(texts: tuple[bytes, ...], as_of: date | None) -> _Unworded:
    tables = {name: read_csv(BytesIO(text), name) for name, text in zip(ENTERED, texts, strict=True)}
    return _unworded(tables, as_of)
