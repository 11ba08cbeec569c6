"""What a published edition is, and what is not to be taken for one."""

import os
from pathlib import Path

GENERATOR = '<meta name="generator" content="edstats">'


class NotAnEdition(ValueError):
    """The folder to publish in holds something else, which a new edition would wipe out."""


def check_replaceable(reports: Path) -> None:
    """Raise NotAnEdition when ``reports`` is there and is neither empty nor an edition that edstats published."""
    if not reports.exists():
        return
    if os.path.ismount(reports):
        raise NotAnEdition(f"{reports} is a mount point, whose place nothing can take; mount the folder above it")
    index = reports / "index.html"
    if reports.is_dir() and not any(reports.iterdir()):
        return
    if not index.is_file() or GENERATOR not in index.read_text(encoding="utf-8", errors="replace"):
        raise NotAnEdition(f"{reports} holds something other than published reports; name an empty or a new folder")
