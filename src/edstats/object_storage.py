"""Projects whose data and reports are on object storage, such as ``s3://bucket/project/data``, through fsspec.

Commands work in a copy in a folder of this machine, of which only what has changed is fetched and written back.
Object storage can replace one object at once, but not a folder. So all that is to change is first written as one object
(``UPLOAD``), then object by object, the entry page last; an upload that stopped is finished by whoever comes next.
"""

import hashlib
import io
import json
import lzma
import os
import platform
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from edstats.counting import counted
from edstats.digests import file_digest
from edstats.event_log import EventLog
from edstats.folders import DataNotFoundError
from edstats.project_lock import project_lock, waiting_for
from edstats.stored_objects import (
    UPLOAD,
    StorageError,
    content_of,
    filesystem_of,
    project_and_folder,
    storage_said,
    version_of,
)

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

LOCK = ".edstats-lock"
LOCK_LASTS = timedelta(days=1)  # longer than a build takes by far: its process is gone
_REMOVED = ".removed"  # in ``UPLOAD``: the names of what is to be removed
_LAST = ("reports/data/build.json", "reports/index.html")  # the record, the entry page


@dataclass
class StoredProject:
    """A project on object storage, and its copy in ``folder``; ``data`` is the copy's data folder.

    ``upload`` tells how far what has changed was written back; "asked": the answer to its first step is not there.
    ``resumed``: the copy holds what an upload that stopped was to write.
    """

    url: str
    folder: Path
    data: Path
    filesystem: "AbstractFileSystem"
    log: EventLog
    upload: Literal["not begun", "asked", "begun", "done"] = "not begun"
    resumed: bool = False
    _lock: bytes = b""  # what the lock holds as long as it is this process's
    _known: dict[str, tuple[str, str]] = field(default_factory=dict)  # by name: the stored version, the digest here

    def fetch(self) -> None:
        """Make the copy what is stored, with an upload that stopped. Raises StorageError, DataNotFoundError."""
        with storage_said(self.url, "list"):
            try:
                stored = self._stored()
            except FileNotFoundError as error:
                raise DataNotFoundError(f"{self.url}: not found: {error}") from error
        if f"{self.data.name}/raw/sources.csv" not in stored:
            raise DataNotFoundError(f"--data: there is no {self.url}/{self.data.name}/raw/sources.csv")
        state = self.folder.with_suffix(".json")
        with suppress(OSError, ValueError):
            self._known = {name: tuple(known) for name, known in json.loads(state.read_text(encoding="utf-8")).items()}
        here = _files(self.folder, self._parts())
        for name in here.keys() - stored.keys():
            (self.folder / name).unlink()
        self._remove_empty_folders()
        new = [name for name, version in stored.items() if self._known.get(name) != (version, here.get(name))]
        for name in new:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        if new:
            with storage_said(self.url, "read"):
                self.filesystem.get([self._key(name) for name in new], [str(self.folder / name) for name in new])
        here = _files(self.folder, self._parts())
        self._remember({name: (version, here.get(name, "")) for name, version in stored.items()})
        self._apply_stopped_upload()
        self.log.tell("fetched", f"{self.url}: {len(new)} of {counted(len(stored), 'object')} fetched to {self.folder}")

    def store(self) -> None:
        """Write back what has changed in the copy, the entry page last. Raises StorageError."""
        here = {name: digest for name, digest in _files(self.folder, self._parts()).items() if _is_written(name)}
        changed = sorted((name for name in here if self._known.get(name, ("", ""))[1] != here[name]), key=_turn)
        removed = sorted(name for name in self._known if name not in here and _is_written(name))
        if changed or removed or self.resumed:
            with storage_said(self.url, "write to"):
                self._upload(changed, removed)
            with storage_said(self.url, "list"):
                stored = self._stored()
            # Others may have changed meanwhile, and the copy holds what they were: they stay known as that.
            known = {name: known for name, known in self._known.items() if name not in removed}
            self._remember(known | {name: (stored.get(name, ""), here[name]) for name in changed})
        self.upload, self.resumed = "done", False
        told = f"{counted(len(changed), 'object')} written, {len(removed)} removed"
        self.log.tell("stored", f"{self.url}: {told}")

    def finish(self) -> None:
        """Do what an upload that stopped was to do. Raises StorageError."""
        try:
            self.store()
        except StorageError as error:
            raise StorageError(f"{error}; an upload that had stopped is still to be finished") from error
        self.upload = "not begun"  # that of this process
        self.log.tell("resumed", f"{self.url}: an upload had stopped; it is finished now", "warning")

    def told(self, message: str) -> str:
        """A message with the names of what is stored in the place of those of its copy."""
        return message.replace(str(self.folder), self.url)

    def _upload(self, changed: Iterable[str], removed: list[str]) -> None:
        """Write objects and remove others, after an object that tells all of it."""
        packed = _packed(self.folder, changed, removed)
        self._check_lock()
        self.upload = "asked"
        self.filesystem.pipe_file(self._key(UPLOAD), packed)
        self.upload = "begun"
        self._write(changed)
        for name in removed:  # rm() takes names for patterns, and s3fs's passes over what is refused
            self.filesystem.rm_file(self._key(name))
        self._check_lock()
        self.filesystem.rm_file(self._key(UPLOAD))
        self.upload = "done"

    def _check_lock(self) -> None:
        """Raise StorageError unless the lock is still that of this process."""
        if not _holds(self, self._lock):
            raise StorageError(f"{self.url}: another process has taken over: {self.url}/{LOCK} is not this one's now")

    def _write(self, names: Iterable[str]) -> None:
        """Write objects, those of one turn together."""
        turns: dict[int, list[str]] = {}
        for name in names:
            turns.setdefault(_turn(name)[0], []).append(name)
        for _, each in sorted(turns.items()):
            self.filesystem.put([str(self.folder / name) for name in each], [self._key(name) for name in each])

    def _apply_stopped_upload(self) -> None:
        """Have the copy hold what an upload that stopped was to write, so that ``store`` finishes it."""
        try:
            with storage_said(self.url, "read"):
                content = content_of(self.filesystem, self._key(UPLOAD))
            if content is None:
                return
            removed = _unpacked(content, self.folder)
        except (tarfile.TarError, lzma.LZMAError, EOFError, KeyError, ValueError) as error:
            raise StorageError(
                f"{self.url}/{UPLOAD}: not what an upload writes ({error}); remove it and build again"
            ) from error
        for name in filter(_is_plain, removed):
            (self.folder / name).unlink(missing_ok=True)
        self._remove_empty_folders()
        self.resumed = True

    def _remove_empty_folders(self) -> None:
        """Remove folders in which nothing is left, since object storage has none."""
        for part in self._parts():
            for path in sorted((self.folder / part).rglob("*"), reverse=True):
                if path.is_dir():
                    with suppress(OSError):  # something is in it
                        path.rmdir()

    def _parts(self) -> tuple[str, ...]:
        return (self.data.name, "notebooks", "reports")

    def _key(self, name: str) -> str:
        return f"{self.filesystem._strip_protocol(self.url)}/{name}"

    def _stored(self) -> dict[str, str]:
        """The versions of what is stored, by name. Raises what the file system does."""
        self.filesystem.invalidate_cache()
        found: dict[str, str] = {}
        root = f"{self._key('')}"
        for part in self._parts():
            for key, info in self.filesystem.find(root + part, detail=True).items():
                name = key.removeprefix(root)
                if _is_plain(name):
                    found[name] = version_of(info)
        return found

    def _remember(self, known: dict[str, tuple[str, str]]) -> None:
        """Remember which version of what is stored the copy holds."""
        self._known = known
        state = self.folder.with_suffix(".json")
        state.with_suffix(".next").write_text(json.dumps(self._known), encoding="utf-8")
        state.with_suffix(".next").replace(state)


@contextmanager
def stored_project(address: str, log: EventLog, writes: bool) -> Iterator[StoredProject]:
    """The project whose data folder has an address such as ``s3://bucket/project/data``, fetched.

    ``writes``: nobody else may write it meanwhile. Raises StorageError, DataNotFoundError when there are no such data,
    ProjectInUse.
    """
    url, name = project_and_folder(address)
    filesystem = filesystem_of(address)
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.path.realpath(caches), "edstats", hashlib.sha256(f"{url}/{name}".encode()).hexdigest()[:16])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    project = StoredProject(url, folder, folder / name, filesystem, log)
    with project_lock(folder, lambda: log.tell("waiting", waiting_for(folder), "warning")):
        if not writes:
            project.fetch()
            if project.resumed:
                told = "an upload has stopped or is running; what it was to write is read, the next build finishes it"
                log.tell("unfinished", f"{url}: {told}", "warning")
            yield project
            return
        with _only_writer(project):
            project.fetch()
            if project.resumed:
                project.finish()
            yield project


@contextmanager
def _only_writer(project: StoredProject) -> Iterator[None]:
    """Hold the project's lock, an object that only one can create."""
    own = f"{platform.node()}, process {os.getpid()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    project._lock = f"{own}\n{secrets.token_hex(16)}\n".encode()
    with storage_said(project.url, "write to"):
        _take_lock(project)
    try:
        yield
    finally:
        try:
            if _holds(project, project._lock):
                project.filesystem.rm_file(project._key(LOCK))
        except Exception as error:  # each implementation has errors of its own
            told = f"the lock could not be removed ({error}); remove {project.url}/{LOCK}, else it holds for a day"
            project.log.tell("lock-stays", f"{project.url}: {told}", "warning")


def _take_lock(project: StoredProject) -> None:
    """Create the lock, in the place of one that is too old to count. Raises StorageError when another holds it."""
    filesystem, key, other = project.filesystem, project._key(LOCK), b""
    for _ in range(2):  # again where it is too old, or has gone meanwhile
        try:
            filesystem.pipe_file(key, project._lock, mode="create")
            return
        except FileExistsError:
            if _holds(project, project._lock):  # the answer was lost, and it was asked again
                return
        except FileNotFoundError as error:
            raise DataNotFoundError(f"{project.url}: not found: {error}") from error
        with suppress(FileNotFoundError):
            other = filesystem.cat_file(key)
            if datetime.now(UTC) - filesystem.modified(key) < LOCK_LASTS:
                break
            filesystem.rm_file(key)
    name = other.decode(errors="replace").partition("\n")[0]
    raise StorageError(
        f"{project.url}: another edstats process writes it ({name}); if that was killed, remove {project.url}/{LOCK}"
    )


def _holds(project: StoredProject, lock: bytes) -> bool:
    return content_of(project.filesystem, project._key(LOCK)) == lock


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


def _unpacked(content: bytes, folder: Path) -> list[str]:
    """Write what an upload was to write to ``folder``; the names of what it was to remove.

    Raises TarError, LZMAError, EOFError, KeyError or ValueError, before anything is written, for what is none.
    """
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        listed = archive.extractfile(_REMOVED)
        removed: list[str] = json.load(listed) if listed else []
        archive.extractall(folder, [entry for entry in archive if _is_plain(entry.name)], filter="data")
    return removed
