"""Data that several tests read."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from edstats.dataset import Dataset, assemble, from_raw
from edstats.raw import FIGURE_COLUMNS, SOURCE_COLUMNS

PROJECT = Path(__file__).parent.parent
SEEDS = (
    "aktobe-roadmap-2023",
    "aktobe-rural-schools-2024",
    "karaganda-august-meeting-2021",
    "kz-city-roadmaps-2023",
    "turkistan-board-meeting-2025",
)
TODAY = date(2026, 11, 1)


@pytest.fixture(scope="session")
def project() -> Dataset:
    """The project's own data set, made anew from data/raw."""
    dataset, faults = from_raw(PROJECT / "data", TODAY)
    assert dataset is not None, "\n".join(map(str, faults))
    return dataset


@pytest.fixture(scope="session")
def seeds(project: Dataset) -> Dataset:
    """The data set of the first five documents alone, whose values are worked out by hand."""
    observations = project.observations[project.observations["source"].isin(SEEDS)]
    sources = project.sources[project.sources["source"].isin(SEEDS)]
    doubts = project.doubts[project.doubts["source"].isin(SEEDS)]
    return assemble(observations, sources, doubts, project.prices)


def write_raw(folder: Path, sources: list[dict[str, str]], figures: dict[str, list[dict[str, str]]]) -> Path:
    """A data folder with these sources and figures; what a row leaves out is empty or a harmless default."""
    defaults = {"publisher": "Akimat", "publisher_type": "akimat", "title": "Report", "language": "en"}
    data = folder / "data"
    (data / "raw" / "figures").mkdir(parents=True)
    rows = [defaults | source for source in sources]
    pd.DataFrame(rows, columns=SOURCE_COLUMNS).to_csv(data / "raw" / "sources.csv", index=False)
    for source, entries in figures.items():
        numbered = [{"figure": str(n), "status": "actual"} | entry for n, entry in enumerate(entries, start=1)]
        table = pd.DataFrame(numbered, columns=FIGURE_COLUMNS)
        table.to_csv(data / "raw" / "figures" / f"{source}.csv", index=False)
    return data


@pytest.fixture
def sound_data() -> Callable[[Path], Path]:
    """Writes the data set that the folders of ``faulty`` are damaged copies of."""

    def write(folder: Path) -> Path:
        entries = [
            {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"},
            {"region": "KZ-15", "indicator": "schools_rural", "as_printed": "280 schools"},
        ]
        sources = [{"source": "aktobe-report", "published": "2024-12-02"}]
        return write_raw(folder, sources, {"aktobe-report": entries})

    return write


Rows = list[dict[str, str]]
MakeDataset = Callable[[list[dict[str, str]], dict[str, Rows]], Dataset]


@pytest.fixture
def dataset_of(tmp_path: Path) -> MakeDataset:
    """Makes the data set of a few sources and figures; a fault fails the test."""

    def make(sources: list[dict[str, str]], figures: dict[str, Rows]) -> Dataset:
        dataset, faults = from_raw(write_raw(tmp_path, sources, figures), TODAY)
        assert dataset is not None, "\n".join(map(str, faults))
        return dataset

    return make
