"""Makes pages where the files of the build are not: on workers that are sent what the pages are made from.

The notebooks, the data and the edition's history are packed into one parcel, which each worker is sent once. A worker
unpacks it into a temporary folder of its own, starts warm kernels there where it can, and sends back what the files of
each page hold. Folder and kernels go when no page of the parcel was asked for in a minute; of a worker that is killed
the folder stays, in its machine's folder for temporary files.
"""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edstats.kernels.process import WarmExecutor, WarmServer, WorkerDied, can_fork
from edstats.reports.plan import Made, Making
from edstats.reports.tasks import make_page

IDLE = 60.0  # seconds


@dataclass(frozen=True)
class Remote:
    """How pages are made on workers that see no file of this machine.

    ``share`` is that of their ``edstats.executors.Workers``; ``warm``: with warm kernels, where a worker can.
    """

    share: Callable[[Any], Any]
    warm: bool = True

    def submit(self, making: Sequence[Making], executor: Executor) -> list[Future[Made]]:
        """Have pages made by ``executor``, in their order."""
        parcel, sent = packed(making, self.warm)
        shared = self.share(parcel)
        return [executor.submit(make_page_of, shared, each) for each in sent]


@dataclass(frozen=True)
class Parcel:
    """What pages are made from: ``archive`` is a tar file; ``data_sets`` are arguments of ``edstats.load`` therein."""

    archive: bytes
    data_sets: tuple[tuple[str, str, str], ...]
    warm: bool

    @property
    def digest(self) -> str:
        """What tells it from others."""
        return hashlib.sha256(self.archive + repr((self.data_sets, self.warm)).encode()).hexdigest()


def packed(making: Sequence[Making], warm: bool) -> tuple[Parcel, list[Making]]:
    """The parcel for some pages, and the pages with their places in it."""
    places: dict[str, str] = {}

    def place(path: str) -> str:
        return places.setdefault(path, f"{len(places)}/{Path(path).name}")

    sent = [_moved(each, place) for each in making]
    with io.BytesIO() as content:
        with tarfile.open(fileobj=content, mode="w:xz") as archive:
            for path, name in places.items():
                archive.add(path, name)
        packed = content.getvalue()
    parameters = [each.page.parameters for each in sent if "data" in each.page.parameters]
    data_sets = dict.fromkeys((each["data"], each.get("as_of", ""), each.get("language", "")) for each in parameters)
    return Parcel(packed, tuple(data_sets), warm), sent


def _moved(making: Making, move: Callable[[str], str]) -> Making:
    """A page whose notebook, data and history stand elsewhere."""
    page = making.page
    parameters = {name: move(value) if name == "data" else value for name, value in page.parameters.items()}
    moved = replace(page, notebook=Path(move(str(page.notebook))), parameters=parameters)
    return replace(making, page=moved, history=Path(move(str(making.history))))


def make_page_of(parcel: Parcel, making: Making) -> Made:
    """Make a page on a worker; ``making`` has the paths of the parcel."""
    with _unpacked(parcel) as site:
        return site.make(making)


class _Site:
    """Where a worker makes the pages of a parcel."""

    def __init__(self, parcel: Parcel) -> None:
        self.users = 0
        self.closing: threading.Timer | None = None
        self._folder = TemporaryDirectory(prefix="edstats-", ignore_cleanup_errors=True)
        with tarfile.open(fileobj=io.BytesIO(parcel.archive)) as archive:
            archive.extractall(self._folder.name, filter="data")
        self._server = WarmServer() if parcel.warm and can_fork() else None
        if self._server:
            self._server.load((self._path(data), as_of, language) for data, as_of, language in parcel.data_sets)
            self._executor = WarmExecutor(self._server.address, cpu_count() or 1)

    def make(self, making: Making) -> Made:
        """Make a page, in a process of its own where that can be forked. Raises WorkerDied."""
        own = _moved(making, self._path)
        if self._server:
            made: Made = self._executor.submit(make_page, replace(own, kernels=self._server.address)).result()
            return made
        with _one_at_a_time:
            return make_page(own)

    def close(self) -> None:
        """End the kernels and remove the folder."""
        if self._server:
            self._executor.shutdown()
            self._server.__exit__()
        self._folder.cleanup()

    def _path(self, place: str) -> str:
        return str(Path(self._folder.name, place))


_sites: dict[str, _Site] = {}
_sites_change = threading.Lock()
# Papermill and its kernel client keep state for the process.
_one_at_a_time = threading.Lock()


@contextmanager
def _unpacked(parcel: Parcel) -> Iterator[_Site]:
    """The site of a parcel, which stays a while for the pages to come; one whose processes died does not."""
    digest = parcel.digest
    with _sites_change:
        site = _sites.get(digest) or _Site(parcel)
        _sites[digest] = site
        site.users += 1
        if site.closing:
            site.closing.cancel()
    stay = IDLE
    try:
        yield site
    except WorkerDied:
        stay = 0.0
        raise
    finally:
        with _sites_change:
            site.users -= 1
            if not stay and _sites.get(digest) is site:
                del _sites[digest]
            site.closing = threading.Timer(stay, _close, [digest, site])
            site.closing.daemon = True
            site.closing.start()


def _close(digest: str, site: _Site) -> None:
    with _sites_change:
        if site.users:
            return
        if _sites.get(digest) is site:
            del _sites[digest]
        site.close()
