"""Digests by which files and folders are told apart. It takes no package besides Python's own."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parent
# What Python and editors put beside files: folders, and the ends of names.
_FOLDERS_ASIDE = ("__pycache__", ".ipynb_checkpoints")
_FILES_ASIDE = ("~", "#", ".swp", ".bak", ".orig", ".DS_Store")


def file_digest(path: Path) -> str:
    """The digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def text_digest(*texts: str) -> str:
    """The digest of texts in their order."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def tree_digest(folder: Path, pattern: str = "*", leave_out: Iterable[str] = ()) -> str:
    """The digest of all files of ``pattern`` in and below a folder, with their names; "" when it is not there.

    ``leave_out``: names of folders that do not count. What Python or an editor puts beside files does not either.
    """
    if not folder.is_dir():
        return ""
    aside = {*_FOLDERS_ASIDE, *leave_out}
    names = sorted(path.relative_to(folder) for path in folder.rglob(pattern) if path.is_file())
    counted = [name for name in names if aside.isdisjoint(name.parts) and not name.name.endswith(_FILES_ASIDE)]
    return text_digest(*(f"{name.as_posix()} {file_digest(folder / name)}" for name in counted))
