"""A tiny project that is built for real, in a folder of its own and with a copy of the library."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conftest import PROJECT, write_raw

ENGLISH, BOTH = ("en",), ("en", "kk")
ACROSS = ("comparison", "sources", "changes")
REGIONS = ("aktobe", "kostanay", "pavlodar")
NOTE, NOTE_KK = "without evening schools", "кешкі мектептерсіз"
AKTOBE_NOTE, AKTOBE_NOTE_KK = "at the start of the year", "жыл басында"
COMMAND = "import sys; from edstats.cli import main; sys.exit(main(sys.argv[1:]))"

SOURCES = [
    {"source": "aktobe-report", "published": "2024-05-10", "url": "https://example.org/a", "title": "Report of Aktobe"},
    {"source": "aktobe-news", "published": "2024-06-20", "publisher": "The News", "publisher_type": "media"},
    {"source": "kostanay-report", "published": "2024-06-01", "title": "Report of Kostanay"},
    {"source": "pavlodar-ministry", "published": "2024-04-01", "publisher": "Ministry", "publisher_type": "ministry"},
    {"source": "country-ministry", "published": "2024-03-01", "publisher": "Ministry", "publisher_type": "ministry"},
]
AKTOBE, KOSTANAY, PAVLODAR = "KZ-15", "KZ-39", "KZ-55"


def _figure(region: str, indicator: str, as_printed: str, **more: str) -> dict[str, str]:
    return {"region": region, "indicator": indicator, "as_printed": as_printed, "period": "2024"} | more


FIGURES = {
    "aktobe-report": [
        _figure(AKTOBE, "schools_total", "434 schools", note=NOTE),
        _figure(AKTOBE, "schools_small", "280 schools", note=AKTOBE_NOTE),
        _figure(AKTOBE, "renovation_spending", "1.2 billion tenge", works="capital", programme="repairs"),
        _figure(AKTOBE, "schools_renovated", "10 schools", works="capital", programme="repairs"),
        _figure(AKTOBE, "schools_emergency", "3 schools", place="Alga district"),
        _figure(AKTOBE, "schools_internet", "400 schools"),
    ],
    "aktobe-news": [_figure(AKTOBE, "schools_total", "440 schools")],
    "kostanay-report": [
        _figure(KOSTANAY, "schools_total", "480 schools", note=NOTE),
        _figure(KOSTANAY, "schools_small", "320 schools"),
        _figure(KOSTANAY, "renovation_spending", "2 billion tenge", works="capital", programme="repairs"),
        _figure(KOSTANAY, "schools_renovated", "8 schools", works="capital", programme="repairs"),
    ],
    "country-ministry": [_figure("KZ", "kindergartens", "11000 kindergartens")],
    "pavlodar-ministry": [
        _figure(PAVLODAR, "first_graders", "12 thousand children", note="with both kinds of schools"),
        _figure(PAVLODAR, "schools_closed", "3 schools"),
    ],
}
TRANSLATIONS = [
    {"text": NOTE, "ru": "без вечерних школ", "kk": NOTE_KK},
    {"text": AKTOBE_NOTE, "ru": "на начало года", "kk": AKTOBE_NOTE_KK},
]
PRICES = [{"year": "2024", "average": "8.7", "source": "Bureau", "url": "https://example.org/p"}]


def pages(*names: str, languages: tuple[str, ...] = ENGLISH) -> set[str]:
    """Paths of pages."""
    return {f"{language}/{name}.html" for language in languages for name in names}


ALL = pages(*ACROSS, *REGIONS)


@dataclass(frozen=True)
class Built:
    """What a build said: why pages were built, by path, and the paths of those that were; its output and exit code."""

    why: Mapping[str, str]
    pages: frozenset[str]
    said: str
    errors: str
    code: int

    @property
    def changed_nothing(self) -> bool:
        """Whether the edition was found to be what a build would make."""
        return self.said.startswith("nothing has changed: ")


@dataclass(frozen=True)
class Project:
    """A project in ``folder``: its data, notebooks and reports, and the library that it is built with."""

    folder: Path
    languages: tuple[str, ...]

    @property
    def raw(self) -> Path:
        """What people enter."""
        return self.folder / "data" / "raw"

    @property
    def reports(self) -> Path:
        """The published edition."""
        return self.folder / "reports"

    @property
    def notebooks(self) -> Path:
        """The notebooks."""
        return self.folder / "notebooks"

    @property
    def package(self) -> Path:
        """The library."""
        return self.folder / "src" / "edstats"

    def run(self, *arguments: str, options: tuple[str, ...] = (), first: str = "") -> subprocess.CompletedProcess[str]:
        """Run Python with ``options`` in the project; ``first``: a folder before all others on its path."""
        paths = [*([first] if first else []), str(self.folder / "src")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        return subprocess.run(
            [sys.executable, *options, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, *options: str, first: str = "") -> Built:
        """``edstats build --explain`` of the project."""
        arguments = ["build", "--data", "data", "--explain", *_jobs(options), *options]
        done = self.run("-c", COMMAND, *arguments, first=first)
        explained = (line.partition(": build, because of: ") for line in done.stdout.splitlines())
        progress = [line.split(" ") for line in done.stderr.splitlines()]
        made = frozenset(words[1] for words in progress if len(words) == 2 and "/" in words[0])
        why = {path: reason for path, _, reason in explained if reason}
        return Built(why, made, done.stdout, done.stderr, done.returncode)

    def copy(self, folder: Path) -> "Project":
        """The whole project in another folder."""
        return Project(Path(shutil.copytree(self.folder, folder)), self.languages)

    def change(self, name: str, key: str, **cells: str) -> None:
        """Change cells of the row of ``data/raw/name.csv`` that begins with ``key``."""
        with (self.raw / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        (row,) = (row for row in rows if next(iter(row.values())) == key)
        row.update(cells)
        self._write(name, rows)

    def add(self, name: str, **cells: str) -> None:
        """Add a row to ``data/raw/name.csv``."""
        with (self.raw / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or ())
        self._write(name, [*rows, {column: cells.get(column, "") for column in columns}])

    def remove(self, name: str, key: str) -> None:
        """Remove the row of ``data/raw/name.csv`` that begins with ``key``."""
        with (self.raw / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self._write(name, [row for row in rows if next(iter(row.values())) != key])

    def _write(self, name: str, rows: list[dict[str, str]]) -> None:
        with (self.raw / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def figures(self, source: str) -> Path:
        """The figures of a source."""
        return self.raw / "figures" / f"{source}.csv"

    def replace(self, path: Path, old: str, new: str) -> None:
        """Change a text in a file; it must be there."""
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{path.name} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def _jobs(options: tuple[str, ...]) -> tuple[str, ...]:
    """Two processes, for builds on this machine."""
    return () if "--executor" in options else ("--jobs", "2")


def make_project(folder: Path, languages: tuple[str, ...] = ENGLISH) -> Project:
    """The project, not built yet."""
    none: dict[str, list[dict[str, str]]] = {"corrections": [], "declarations": [], "doubts": []}
    write_raw(folder, SOURCES, FIGURES, translations=TRANSLATIONS, prices=PRICES, **none)
    shutil.copytree(PROJECT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    aside = shutil.ignore_patterns("extraction")
    shutil.copytree(PROJECT / "src" / "edstats", folder / "src" / "edstats", ignore=aside)
    for catalogue in (folder / "src" / "edstats" / "locale").iterdir():
        if catalogue.name not in languages:
            shutil.rmtree(catalogue)
    return Project(folder, languages)


def publish_twice(project: Project) -> None:
    """Publish two editions, the second with news of no region: what a page says of them depends on what comes next."""
    country = project.raw / "figures" / "country-ministry.csv"
    project.replace(country, "11000", "10900")
    first = project.build()
    assert (first.code, len(first.pages)) == (0, len(ALL) * len(project.languages)), first.errors
    project.replace(country, "10900", "11000")
    second = project.build()
    assert second.pages == first.pages, second.errors


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
