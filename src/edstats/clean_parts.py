"""Cleaning on the workers of a cluster: the figures of some sources at a time, put together here.

Reading and cleaning look at one source at a time; what has to do with several of them is looked at here, over the
whole. Where anything is at fault, nothing is made of the parts: ``edstats.raw`` and ``edstats.clean`` then do the whole
here, so that the faults are those, and in the words, that they always are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from pandas.api.types import union_categoricals

from edstats.clean import Clean, clean
from edstats.columns import column_types
from edstats.executors import NoCluster, Workers, kept_busy
from edstats.faults import Fault
from edstats.publications import clean_sources
from edstats.raw import Raw, figure_files, key_faults, pointer_faults, read_tables
from edstats.raw_entries import corrected_figures
from edstats.raw_tables import add_figures, content_of, frame_of, no_figures, shown

# About a second of work, many times the cost of sending it; one source is never divided.
PART_BYTES = 4 * 1024**2
PARTS_AHEAD = 2  # for each worker


@dataclass(frozen=True)
class Part:
    """What a worker needs to clean the figures of some sources.

    ``files``: name of the source, name of its file in messages, and its bytes. ``sources`` and ``corrections`` are the
    rows of these in ``Raw``.
    """

    files: tuple[tuple[str, str, bytes], ...]
    sources: pd.DataFrame
    corrections: pd.DataFrame
    today: date


def clean_on(workers: Workers, data: Path, today: date) -> tuple[Mapping[str, pd.DataFrame], Clean] | None:
    """The tables of ``Raw`` beside the figures, and what cleaning gives; None where anything is at fault.

    Raises NoCluster when the figures of a part kill one worker after another.
    """
    tables, faults = read_tables(data)
    sources, source_faults = clean_sources(tables["sources"], today)
    files = figure_files(data, faults)
    faults += source_faults + key_faults(tables["sources"], _named(files, data))
    if faults or not tables["corrections"]["source"].isin([path.stem for path in files]).all():
        return None
    parts = _parts(files, workers.count, data, tables, today)
    observations = _joined(_cleaned(parts, workers))
    if observations is None or pointer_faults(tables, _identities(observations), unread=set()):
        return None
    return tables, Clean(observations, sources, ())


def clean_part(part: Part) -> pd.DataFrame | None:
    """The observations of a part, as in ``Clean``; None where anything is at fault. This is what a worker does."""
    columns = no_figures()
    faults: list[Fault] = []
    for source, file, content in part.files:
        add_figures(content, file, source, columns, faults)
    # Whether there is the source that another one reprints is seen where all of them are.
    sources = part.sources.assign(origin="")
    figures, correction_faults = corrected_figures(frame_of(columns), part.corrections, set())
    if faults or correction_faults or key_faults(sources, figures):
        return None
    others = dict.fromkeys(("doubts", "prices", "corrections", "declarations", "translations"), pd.DataFrame())
    cleaned = clean(Raw(sources, figures, **others, faults=()), part.today)
    return None if cleaned.faults else cleaned.observations


def _named(files: Sequence[Path], data: Path) -> pd.DataFrame:
    """One figure a file, as far as it takes to see which sources the files are of."""
    columns = {"source": [path.stem for path in files], "figure": ["1"] * len(files)}
    return frame_of(columns | {"file": [shown(path, data) for path in files], "row": [0] * len(files)})


def _parts(
    files: Sequence[Path], count: int, data: Path, tables: Mapping[str, pd.DataFrame], today: date
) -> Iterator[Part]:
    """The parts in the order of their sources, each read when it is asked for."""
    for group in _groups(files, count):
        # A file that cannot be read is sent as an empty one, which is at fault as well.
        read = tuple((path.stem, shown(path, data), content_of(path, data, []) or b"") for path in group)
        named = [path.stem for path in group]
        sources, corrections = (tables[name][tables[name]["source"].isin(named)] for name in ("sources", "corrections"))
        yield Part(read, sources, corrections, today)


def _groups(files: Sequence[Path], count: int) -> Iterator[list[Path]]:
    """The files by the names of their sources, in groups for the parts; ``count`` of them, if there are, or more."""
    sizes = {path: path.lstat().st_size for path in sorted(files, key=lambda path: path.stem)}
    most = min(PART_BYTES, sum(sizes.values()) / count)
    group: list[Path] = []
    held = 0
    for path, size in sizes.items():
        if group and held + size > most:
            yield group
            group, held = [], 0
        group.append(path)
        held += size
    yield group


def _cleaned(parts: Iterator[Part], workers: Workers) -> Iterator[pd.DataFrame | None]:
    """What comes of each part, up to the first at fault."""

    def submit(part: Part) -> "Future[pd.DataFrame | None]":
        return workers.executor.submit(clean_part, part)

    with closing(kept_busy(parts, submit, workers.count * PARTS_AHEAD)) as rounds:
        for under_way in rounds:
            try:
                yield under_way[0][1].result()
            except workers.death as error:
                raise NoCluster(f"cleaning kills one worker after another ({error}); give them more memory") from error


def _joined(parts: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    """The observations of all parts, whose sources are in order; None where one of them has none."""
    frames = []
    for part in parts:
        if part is None:
            return None
        frames.append(part)
    return pd.DataFrame(
        {
            name: union_categoricals([frame[name] for frame in frames], sort_categories=True)
            if kind == "category"
            else pd.concat([frame[name] for frame in frames], ignore_index=True)
            for name, kind in column_types("observations").items()
        }
    )


def _identities(observations: pd.DataFrame) -> pd.DataFrame:
    return observations[["source", "figure"]].astype("str")
