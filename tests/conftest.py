"""Data that several tests read."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import settings

from edstats.cli import main
from edstats.dataset import ENTERED, Dataset, assemble, from_raw
from edstats.raw_tables import (
    CORRECTION_COLUMNS,
    DECLARATION_COLUMNS,
    DOUBT_COLUMNS,
    FIGURE_COLUMNS,
    PRICE_COLUMNS,
    SOURCE_COLUMNS,
    TRANSLATION_COLUMNS,
)

if TYPE_CHECKING:
    from incremental import Project

# No test is timed: a shared machine is slow when it likes. `pytest --hypothesis-profile fuzz` looks for longer.
settings.register_profile("edstats", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("edstats")

# What a shell starts in its background ignores Ctrl-C, and so would the commands of tests that press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI") == "true"
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
    tables = entered(project)
    for name in ("observations", "sources", "doubts"):
        tables[name] = tables[name][tables[name]["source"].isin(SEEDS)]
    return assemble(tables)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> "Project":
    """A tiny project with an edition; what changes it takes a copy."""
    from incremental import make_project  # noqa: PLC0415 - it reads this module

    project = make_project(tmp_path_factory.mktemp("built"))
    assert project.build().code == 0
    return project


@pytest.fixture(scope="session")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation site, built by the command of ``make docs``; a warning fails it."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (command,) = re.findall(r"^\t\$\(BIN\)/python (-m sphinx .*)$", makefile, flags=re.MULTILINE)
    site = tmp_path_factory.mktemp("documentation") / "site"
    elsewhere = {"site": str(site), ".doctrees": str(site.with_name("doctrees"))}
    arguments = [elsewhere.get(word, word) for word in command.split()]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"make docs fails:\n{done.stderr}"
    return site


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Exports the project's data with the command, each format once; what it made is not to be changed."""
    folder = tmp_path_factory.mktemp("exports")

    def export(form: str) -> Path:
        place = folder / ("schools.xlsx" if form == "xlsx" else form)
        if not place.exists():
            arguments = ["export", "--format", form, "--output", str(place), "--data", str(PROJECT / "data")]
            assert main(arguments) == 0
        return place

    return export


def entered(dataset: Dataset) -> dict[str, pd.DataFrame]:
    """The tables from which the others of a data set follow."""
    return {name: getattr(dataset, name) for name in ENTERED}


def needs(*programs: str) -> pytest.MarkDecorator:
    """Leaves a test out where one of ``programs`` is missing; in CI it goes on, and fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing) and not IN_CI, reason=f"not on this machine: {', '.join(missing)}")


Rows = list[dict[str, str]]
OPTIONAL = {
    "corrections": CORRECTION_COLUMNS,
    "declarations": DECLARATION_COLUMNS,
    "doubts": DOUBT_COLUMNS,
    "prices": PRICE_COLUMNS,
    "translations": TRANSLATION_COLUMNS,
}


def write_raw(folder: Path, sources: Rows, figures: Mapping[str, Rows], **optional: Rows) -> Path:
    """A data folder with these sources and figures; what a row leaves out is empty or a harmless default.

    ``optional``: the rows of ``corrections``, ``declarations``, ``doubts``, ``prices``, ``translations``.
    """
    defaults = {"publisher": "Akimat", "publisher_type": "akimat", "title": "Report", "language": "en"}
    data = folder / "data"
    (data / "raw" / "figures").mkdir(parents=True)
    rows = [defaults | source for source in sources]
    pd.DataFrame(rows, columns=SOURCE_COLUMNS).to_csv(data / "raw" / "sources.csv", index=False)
    for source, entries in figures.items():
        numbered = [{"figure": str(n), "status": "actual"} | entry for n, entry in enumerate(entries, start=1)]
        table = pd.DataFrame(numbered, columns=FIGURE_COLUMNS)
        table.to_csv(data / "raw" / "figures" / f"{source}.csv", index=False)
    for name, entries in optional.items():
        table = pd.DataFrame(entries, columns=OPTIONAL[name])
        table.to_csv(data / "raw" / f"{name}.csv", index=False)
    return data


def make_dataset(folder: Path, sources: Rows, figures: Mapping[str, Rows], **optional: Rows) -> Dataset:
    """The data set of a few sources and figures, as ``write_raw`` takes them; a fault fails the test."""
    dataset, faults = from_raw(write_raw(folder, sources, figures, **optional), TODAY)
    assert dataset is not None, "\n".join(map(str, faults))
    return dataset


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


MakeDataset = Callable[..., Dataset]


@pytest.fixture
def dataset_of(tmp_path: Path) -> MakeDataset:
    """Makes the data set of a few sources and figures; a fault fails the test."""

    def make(sources: Rows, figures: Mapping[str, Rows], **optional: Rows) -> Dataset:
        return make_dataset(tmp_path, sources, figures, **optional)

    return make
