"""Puts an export in its place: written beside it, there in one step, and never over what is not an export of ours.

A folder is an earlier export when it holds the files that its ``edstats-export.json`` lists, unchanged, and nothing
else; a workbook when it still bears the mark that any other program leaves out when it saves it. So nothing that a
person has made or changed is ever removed.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from edstats.folder_exchange import put_in_place

CONTENTS = "edstats-export.json"
_ADVICE = "name another place, or move it away"


class NotAnExport(Exception):
    """What stands in the place of the output is not to be replaced; the message says what, and what to do."""


def check_place(place: Path, is_ours: Callable[[Path], bool] | None) -> None:
    """Raise NotAnExport where an export may not be put: no folder to be in, or something of a person's is there.

    ``is_ours`` tells of a file whether it is an earlier export, and is None for an export that is a folder. Raises
    OSError when what is there cannot be read.
    """
    if not place.parent.is_dir():
        raise NotAnExport(f"there is no folder '{place.parent}' to write '{place.name}' into")
    if not os.path.lexists(place):
        return
    if is_ours is None:
        if not place.is_dir():
            raise NotAnExport(f"'{place}' is no folder, and this format is one; {_ADVICE}")
        if place == Path.cwd():
            raise NotAnExport(f"'{place}' is the folder that you are in, which cannot be replaced; name one in it")
        _check_folder(place)
    elif not place.is_file():
        raise NotAnExport(f"'{place}' is no file, and this format is one; {_ADVICE}")
    elif not is_ours(place):
        raise NotAnExport(f"'{place}' is no export of edstats, or was changed since; {_ADVICE}")


def put_folder(place: Path, files: Mapping[str, bytes], kind: str, as_of: date) -> None:
    """Put a folder of ``files`` in place, with its list of contents. Raises OSError, and then nothing has changed."""
    contents = {
        "format": kind,
        "as_of": as_of.isoformat(),
        "sha256": {name: digest(data) for name, data in sorted(files.items())},
    }
    with _beside(place) as work:
        folder = Path(work) / place.name
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (folder / CONTENTS).write_text(f"{json.dumps(contents, indent=2)}\n", encoding="utf-8", newline="\n")
        put_in_place(folder, place)


def put_file(place: Path, data: bytes) -> None:
    """Put a file in place. Raises OSError, and then nothing has changed."""
    with _beside(place) as work:
        path = Path(work) / place.name
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.replace(place)


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _beside(place: Path) -> "TemporaryDirectory[str]":
    # On the same file system, or nothing could be put in place in one step; what was there before ends in it.
    return TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent, ignore_cleanup_errors=True)


def _check_folder(folder: Path) -> None:
    there = {path.name for path in folder.iterdir()}
    if not there:
        return
    listed = _listed(folder / CONTENTS)
    if listed is None:
        raise NotAnExport(f"'{folder}' holds files and is no export of edstats; {_ADVICE}")
    if strange := sorted(there - listed.keys() - {CONTENTS}):
        raise NotAnExport(f"'{folder}' also holds '{strange[0]}', which is not of an export; {_ADVICE}")
    for name in sorted(there - {CONTENTS}):
        path = folder / name
        if path.is_symlink() or not path.is_file() or digest(path.read_bytes()) != listed[name]:
            raise NotAnExport(f"'{path}' was changed since it was exported; {_ADVICE}")


def _listed(path: Path) -> dict[str, str] | None:
    """The files that a list of contents names, and their SHA-256; None where it is no such list."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return listed if isinstance(listed, dict) else None
