"""Projects whose data and reports are on object storage, such as ``s3://bucket/project/data``, through fsspec.

Commands work in a copy in a folder of this machine, of which only what has changed is fetched and written back.
Object storage can replace one object at once, but not a folder. So all that is to change is first written as one object
(``UPLOAD``), then object by object, the entry page last; an upload that stopped is finished by whoever comes next.
"""

import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from edstats.counting import counted
from edstats.digests import file_digest
from edstats.event_log import EventLog
from edstats.folders import DataNotFoundError, is_address
from edstats.project_lock import project_lock, waiting_for

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

UPLOAD = ".edstats-upload"  # all that an upload is to change; it is there while one runs, or after one has stopped
LOCK = ".edstats-lock"
LOCK_LASTS = timedelta(hours=1)  # longer than a build takes by far: its process is gone
_REMOVED = ".removed"  # in ``UPLOAD``: the names of what is to be removed
_LAST = ("reports/data/build.json", "reports/index.html")  # the record, the entry page


class StorageError(RuntimeError):
    """Object storage cannot be used; the message says why."""


@dataclass
class StoredProject:
    """A project on object storage, and its copy in ``folder``; ``data`` is the copy's data folder.

    ``upload`` tells how far what has changed was written back.
    """

    url: str
    folder: Path
    data: Path
    filesystem: "AbstractFileSystem"
    log: EventLog
    upload: Literal["not begun", "begun", "done"] = "not begun"
    _known: dict[str, tuple[str, str]] = field(default_factory=dict)  # by name: the stored version, the digest here

    def fetch(self) -> None:
        """Make the copy what is stored, with an upload that stopped. Raises StorageError, DataNotFoundError."""
        stored = self._stored()
        if f"{self.data.name}/raw/sources.csv" not in stored:
            raise DataNotFoundError(f"--data: there is no {self.url}/{self.data.name}/raw/sources.csv")
        state = self.folder.with_suffix(".json")
        with suppress(OSError, ValueError):
            self._known = {name: tuple(known) for name, known in json.loads(state.read_text(encoding="utf-8")).items()}
        here = _files(self.folder, self._parts())
        for name in here.keys() - stored.keys():
            (self.folder / name).unlink()
        new = [name for name, version in stored.items() if self._known.get(name) != (version, here.get(name))]
        for name in new:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        if new:
            with _said(self.url, "read"):
                self.filesystem.get([self._key(name) for name in new], [str(self.folder / name) for name in new])
        self._know(stored)
        self._apply_stopped_upload()
        self.log.tell("fetched", f"{self.url}: {len(new)} of {counted(len(stored), 'object')} fetched to {self.folder}")

    def store(self) -> None:
        """Write back what has changed in the copy, the entry page last. Raises StorageError."""
        here = {name: digest for name, digest in _files(self.folder, self._parts()).items() if _is_written(name)}
        changed = sorted((name for name in here if self._known.get(name, ("", ""))[1] != here[name]), key=_turn)
        removed = sorted(name for name in self._known if name not in here and _is_written(name))
        if changed or removed:
            with _said(self.url, "write to"):
                self.filesystem.pipe_file(self._key(UPLOAD), _packed(self.folder, changed, removed))
                self.upload = "begun"
                self._write(changed)
                if removed:
                    self.filesystem.rm([self._key(name) for name in removed])
                self.filesystem.rm_file(self._key(UPLOAD))
            self._know(self._stored())
        self.upload = "done"
        told = f"{counted(len(changed), 'object')} written, {len(removed)} removed"
        self.log.tell("stored", f"{self.url}: {told}")

    def told(self, message: str) -> str:
        """A message with the names of what is stored in the place of those of its copy."""
        return message.replace(str(self.folder), self.url)

    def _write(self, names: Iterable[str]) -> None:
        """Write objects, those of one turn together."""
        turns: dict[int, list[str]] = {}
        for name in names:
            turns.setdefault(_turn(name)[0], []).append(name)
        for _, each in sorted(turns.items()):
            self.filesystem.put([str(self.folder / name) for name in each], [self._key(name) for name in each])

    def _apply_stopped_upload(self) -> None:
        """Have the copy hold what an upload that stopped was to write, so that ``store`` finishes it."""
        with _said(self.url, "read"):
            if not self.filesystem.exists(self._key(UPLOAD)):
                return
            content = self.filesystem.cat_file(self._key(UPLOAD))
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(self.folder, filter="data")
        removed = self.folder / _REMOVED
        for name in json.loads(removed.read_text(encoding="utf-8")):
            if _is_plain(name):
                (self.folder / name).unlink(missing_ok=True)
        removed.unlink()
        self.log.tell("resumed", f"{self.url}: an upload had stopped; it is finished now", "warning")

    def _parts(self) -> tuple[str, ...]:
        return (self.data.name, "notebooks", "reports")

    def _key(self, name: str) -> str:
        return f"{self.filesystem._strip_protocol(self.url)}/{name}"

    def _stored(self) -> dict[str, str]:
        """The versions of what is stored, by name."""
        self.filesystem.invalidate_cache()
        found: dict[str, str] = {}
        root = f"{self._key('')}"
        for part in self._parts():
            with _said(self.url, "list"):
                listed = self.filesystem.find(root + part, detail=True)
            for key, info in listed.items():
                name = key.removeprefix(root)
                if _is_plain(name):
                    found[name] = _version(info)
        return found

    def _know(self, stored: Mapping[str, str]) -> None:
        """Remember which version of what is stored the copy holds."""
        here = _files(self.folder, self._parts())
        self._known = {name: (version, here.get(name, "")) for name, version in stored.items()}
        state = self.folder.with_suffix(".json")
        state.with_suffix(".next").write_text(json.dumps(self._known), encoding="utf-8")
        state.with_suffix(".next").replace(state)


@contextmanager
def stored_project(address: str, log: EventLog, writes: bool) -> Iterator[StoredProject]:
    """The project whose data folder has an address such as ``s3://bucket/project/data``, fetched.

    ``writes``: nobody else may write it meanwhile. Raises StorageError, DataNotFoundError when there are no such data,
    ProjectInUse.
    """
    url, _, name = address.rstrip("/").rpartition("/")
    if not is_address(url) or not url.partition("://")[2]:
        raise DataNotFoundError(f"--data {address}: name the data folder in a bucket, such as s3://bucket/data")
    filesystem = _filesystem(address)
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.path.realpath(caches), "edstats", hashlib.sha256(f"{url}/{name}".encode()).hexdigest()[:16])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    project = StoredProject(url, folder, folder / name, filesystem, log)
    with project_lock(folder, lambda: log.tell("waiting", waiting_for(folder), "warning")):
        if not writes:
            project.fetch()
            yield project
            return
        with _only_writer(project):
            project.fetch()
            yield project


def read_stored(address: str, names: Iterable[str]) -> tuple[bytes, ...]:
    """What the files of a stored folder hold. Raises StorageError, DataNotFoundError."""
    filesystem = _filesystem(address)
    with _said(address, "read"):
        return tuple(filesystem.cat_file(f"{filesystem._strip_protocol(address)}/{name}") for name in names)


def _filesystem(address: str) -> "AbstractFileSystem":
    if find_spec("fsspec") is None:
        raise StorageError(f"{address}: fsspec is not installed; install edstats[cluster]")
    import fsspec  # noqa: PLC0415 - an optional extra

    try:
        return fsspec.filesystem(address.partition("://")[0], use_listings_cache=False)
    except ImportError as error:
        raise StorageError(f"{address}: {error}; for s3:// install edstats[cluster]") from error
    except ValueError as error:
        raise DataNotFoundError(f"--data {address}: {error}") from error


@contextmanager
def _only_writer(project: StoredProject) -> Iterator[None]:
    """Hold the project's lock, an object that only one can create."""
    key = project._key(LOCK)
    own = f"{platform.node()}, process {os.getpid()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    filesystem = project.filesystem
    with _said(project.url, "write to"):
        try:
            filesystem.pipe_file(key, own.encode(), mode="create")
        except FileExistsError as error:
            if datetime.now(UTC) - filesystem.modified(key) < LOCK_LASTS:
                other = filesystem.cat_file(key).decode(errors="replace")
                raise StorageError(
                    f"{project.url}: another edstats process writes it ({other}); "
                    f"if that was killed, remove {project.url}/{LOCK}"
                ) from error
            filesystem.rm_file(key)
            filesystem.pipe_file(key, own.encode(), mode="create")
    try:
        yield
    finally:
        with suppress(Exception):  # it lasts an hour at most
            filesystem.rm_file(key)


@contextmanager
def _said(url: str, doing: str) -> Iterator[None]:
    """Tell what goes wrong with object storage by one line."""
    try:
        yield
    except StorageError:
        raise
    except FileNotFoundError as error:
        raise DataNotFoundError(f"{url}: not found: {error}") from error
    except PermissionError as error:
        raise StorageError(f"{url}: no right to {doing} it: {error}") from error
    except Exception as error:  # each implementation has errors of its own
        raise StorageError(f"{url}: could not {doing} it: {type(error).__name__}: {error}") from error


def _version(info: Mapping[str, Any]) -> str:
    tag = info.get("ETag") or info.get("etag") or info.get("md5Hash")
    return str(tag or f"{info.get('size')} {info.get('created') or info.get('mtime')}")


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file in the project, and of none that stands for a lock or the like."""
    return all(part and not part.startswith(".") for part in name.split("/")) and "\\" not in name


def _is_written(name: str) -> bool:
    return not name.startswith("notebooks/")


def _files(folder: Path, parts: Iterable[str]) -> dict[str, str]:
    """The digests of the files of a project's copy, by name."""
    paths = [path for part in parts for path in (folder / part).rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in sorted(paths)}
    return {name: file_digest(path) for name, path in names.items() if _is_plain(name)}


def _turn(name: str) -> tuple[int, str]:
    """When an object is written: what others lead to is there before them."""
    if name in _LAST:
        return 3 + _LAST.index(name), name
    if name.startswith("reports/data/"):
        return 2, name
    return (1 if PurePosixPath(name).match("reports/*/index.html") else 0), name


def _packed(folder: Path, changed: Iterable[str], removed: list[str]) -> bytes:
    """What an upload is to change, as one object."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz") as archive:
        for name in changed:
            archive.add(folder / name, name)
        listed = json.dumps(removed).encode()
        entry = tarfile.TarInfo(_REMOVED)
        entry.size = len(listed)
        archive.addfile(entry, io.BytesIO(listed))
    return content.getvalue()


def run_stored(address: str, command: Callable[[Path], int], writes: bool) -> int:
    """Run a command, which returns its exit code, on a copy of a stored project; what it ``writes`` is written back.

    Raises StorageError, DataNotFoundError, ProjectInUse.
    """
    with stored_project(address, EventLog(), writes) as project:
        code = command(project.data)
        if writes and code == 0:
            project.store()
    return code
