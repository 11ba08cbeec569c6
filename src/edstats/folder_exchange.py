"""Puts a finished folder in the place of another at once: who looks sees the old one or the new one, never a mix.

Where the system can exchange two folders in one step (Linux: renameat2 with RENAME_EXCHANGE), that is what is done.
Elsewhere the old folder is renamed first; a process that is killed between the two renames leaves the place empty until
``clear`` is called.
"""

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

Read = TypeVar("Read")
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of renameat2(2)


def put_in_place(folder: Path, place: Path) -> None:
    """Put ``folder`` in the place of the folder ``place``. What stood there is left for ``clear`` to remove.

    Both must be on one file system, and the files of ``folder`` are on the disk before it is in place, so that a power
    cut leaves nothing half written either. When the folder cannot be put in place, the old one is where it was. Raises
    OSError.
    """
    _write_through(folder)
    if not place.exists():
        folder.rename(place)
    elif not _exchanged(folder, place):
        try:
            place.rename(_aside(folder))
            folder.rename(place)
        except BaseException:
            if not place.exists():
                _aside(folder).rename(place)
            raise
    # What is in place stays so, whatever becomes of this; elsewhere than on POSIX a folder cannot be opened.
    with contextlib.suppress(OSError):
        _sync(place.parent)


def remains(folder: Path) -> tuple[Path, ...]:
    """What there is of ``folder``, of which ``put_in_place`` was to be called or was called."""
    return tuple(path for path in (folder, _aside(folder)) if os.path.lexists(path))


def clear(folder: Path, place: Path) -> bool:
    """Remove what ``put_in_place`` of the same two left, also where it was killed half-way.

    Returns whether the old folder had to be put back in its place. Raises OSError.
    """
    restored = not place.exists() and _aside(folder).exists()
    if restored:
        _aside(folder).rename(place)
    for path in remains(folder):
        remove(path)
    return restored


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, or a link. Raises OSError."""
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path)


def read_together(folder: Path, read: Callable[[], Read]) -> Read:
    """What ``read`` finds in ``folder``: all of one writing, also when another takes its place meanwhile."""
    while True:
        before = _identity(folder)
        try:
            found = read()
        except Exception:
            if _identity(folder) == before:
                raise
            continue
        if _identity(folder) == before:
            return found


def _identity(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except OSError:
        return None


def _aside(folder: Path) -> Path:
    """Where ``put_in_place`` leaves the old folder on systems that cannot exchange two."""
    return folder.with_name(f"{folder.name}-before")


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    # The names: Python has no function for it.
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return bool(rename and rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _write_through(folder: Path) -> None:
    """Have the disk hold every file of a folder, and their names."""
    if os.name != "posix":
        return
    paths = [path for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    # Together, the disk takes a tenth of the time that it takes for one after the other.
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(_sync, paths))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
