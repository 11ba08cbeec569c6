"""What an edition was made of, and what it is: the next build makes again only what has changed.

An edition keeps this record of itself in ``data/build.json``: of each page the digests of all that it depends on and of
its files. Reading it and finding that nothing has changed takes no package besides Python's own.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from edstats.digests import PACKAGE, file_digest, text_digest, tree_digest
from edstats.packages import normalized

RECORD = "data/build.json"
# Of the library, what no page is made with, or what stands by itself.
_NO_PART = ("extraction", "locale", "template")
_DISTRIBUTION = re.compile(r"(.+)-([^-]+)\.dist-info")

Digests = Mapping[str, str]


@dataclass(frozen=True)
class PageRecord:
    """``inputs``: what the page depends on, by name; ``files``: its files by path in the edition; digests of both."""

    inputs: Digests
    files: Digests


@dataclass(frozen=True)
class BuildRecord:
    """An edition's ``as_of`` date, pages by path, and other files by path.

    ``surroundings``: digests of all that any page can depend on; ``packages``: the packages among it; ``findings``: the
    contradictions and doubts in its data, one line each, its severity first; ``figures``: how many figures it has, as
    "all", and of how many "sources".
    """

    as_of: str
    surroundings: Digests
    packages: tuple[str, ...]
    pages: Mapping[str, PageRecord]
    files: Digests
    findings: tuple[str, ...]
    figures: Mapping[str, int]

    def all_files(self) -> dict[str, str]:
        """The digests of the edition's files by path, but for this record."""
        return {**self.files, **{path: was for page in self.pages.values() for path, was in page.files.items()}}

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def read_record(reports: Path) -> BuildRecord | None:
    """The record of the edition published in ``reports``; None when there is none that can be read."""
    try:
        found = json.loads((reports / RECORD).read_text(encoding="utf-8"))
        pages = {
            str(path): PageRecord(dict(page["inputs"]), dict(page["files"])) for path, page in found["pages"].items()
        }
        return BuildRecord(
            str(found["as_of"]),
            dict(found["surroundings"]),
            tuple(map(str, found["packages"])),
            pages,
            dict(found["files"]),
            tuple(map(str, found["findings"])),
            # An edition of before edstats told them has none.
            {name: int(found["figures"][name]) for name in ("all", "sources") if "figures" in found},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def surroundings(data: Path, notebooks: Path, as_of: str, pdf: bool, packages: Iterable[str]) -> dict[str, str]:
    """Digests of all that an edition follows from: the data, the notebooks, the library, the versions of ``packages``.

    ``as_of``: the day asked for, or "".
    """
    return {
        "raw": tree_digest(data / "raw"),
        "clean": tree_digest(data / "clean"),
        "notebooks": tree_digest(notebooks, "*.ipynb"),
        "library": tree_digest(PACKAGE, leave_out=_NO_PART),
        "template": tree_digest(PACKAGE / "reports" / "template"),
        **{catalogue(folder.name): tree_digest(folder) for folder in (PACKAGE / "locale").iterdir()},
        "versions": versions_digest(packages),
        "as_of": as_of,
        "pdf": str(pdf),
    }


def catalogue(language: str) -> str:
    """What the digest of a language's catalogue of messages is called."""
    return f"catalogue {language}"


def stands(record: BuildRecord, reports: Path) -> bool:
    """Whether the edition in ``reports`` is, to the byte, the one that was recorded, and depends on nothing else."""
    files = record.all_files()
    there = {path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file()}
    others = {path.name for path in others_in(reports)}
    known = all(page.inputs for page in record.pages.values())
    return known and there - others == {RECORD, *files} and is_intact(files, reports)


def others_in(reports: Path) -> list[Path]:
    """The files that stand in the published folder itself and are no edition's: what people need beside it."""
    if not reports.is_dir():
        return []
    return sorted(path for path in reports.iterdir() if path.is_file() and path.name != "index.html")


def is_intact(files: Digests, reports: Path) -> bool:
    """Whether all ``files`` are in ``reports`` as they were recorded."""
    return all((reports / path).is_file() and file_digest(reports / path) == was for path, was in files.items())


def write_file(path: Path, content: bytes) -> str:
    """Write a file, in a folder that may not be there yet, and return its digest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def versions_digest(packages: Iterable[str]) -> str:
    """The digest of the versions in which Python and ``packages`` are installed."""
    # Names of folders tell it; importlib.metadata takes longer to import than all the rest takes to run.
    installed: dict[str, str] = {}
    for folder in map(Path, sys.path):
        for entry in folder.iterdir() if folder.is_dir() else ():
            if found := _DISTRIBUTION.fullmatch(entry.name):
                installed.setdefault(normalized(found[1]), found[2])
    versions = [f"{name} {installed.get(name, '')}" for name in sorted(set(packages))]
    return text_digest(platform.python_version(), *versions)
