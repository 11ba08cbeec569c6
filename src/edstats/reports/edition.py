"""Puts a finished edition in the place of the old one."""

import shutil
from pathlib import Path

GENERATOR = '<meta name="generator" content="edstats">'


class NotAnEdition(ValueError):
    """The folder to publish in holds something else, which a new edition would wipe out."""


def check_replaceable(reports: Path) -> None:
    """Raise NotAnEdition when ``reports`` is there and is neither empty nor an edition that edstats published."""
    if not reports.exists():
        return
    index = reports / "index.html"
    if reports.is_dir() and not any(reports.iterdir()):
        return
    if not index.is_file() or GENERATOR not in index.read_text(encoding="utf-8", errors="replace"):
        raise NotAnEdition(f"{reports} holds something other than published reports; name an empty or a new folder")


def swap_in(edition: Path, reports: Path) -> None:
    """Put the folder ``edition`` in the place of ``reports``, by renaming only; the old edition is then removed.

    Both must be on one file system. When the new edition cannot be put in place the old one is put back. Raises
    NotAnEdition like ``check_replaceable``.
    """
    check_replaceable(reports)
    if not reports.exists():
        edition.rename(reports)
        return
    previous = edition.with_name(f"{edition.name}-previous")
    reports.rename(previous)
    try:
        edition.rename(reports)
    except BaseException:
        previous.rename(reports)
        raise
    shutil.rmtree(previous)
