"""The building site: where an edition is made before it is published, and what an interrupted build left there.

All that a build writes besides its results stands in folders whose names follow from the project, so that the next
build finds and removes them: one beside the reports, one in the system's temporary folder, one beside ``data/clean``.
"""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edstats import folder_exchange
from edstats.folders import clean_folder, next_clean_folder

_TRIES = 50  # of a tenth of a second each


@dataclass(frozen=True)
class Site:
    """The site of the builds of one project.

    ``folder`` is on the file system of ``reports``, so that a rename publishes; ``temporary`` has a short path, as
    sockets need it.
    """

    data: Path
    reports: Path
    folder: Path
    temporary: Path

    @property
    def edition(self) -> Path:
        """The edition that is being built."""
        return self.folder / "edition"

    @property
    def snapshot(self) -> Path:
        """The data as the pages are given them, whatever becomes of the project's own meanwhile."""
        return self.folder / "data"

    def remains(self) -> tuple[Path, ...]:
        """The folders that stand: of a build that runs, or of one that was interrupted."""
        own = tuple(folder for folder in (self.folder, self.temporary) if os.path.lexists(folder))
        return (*own, *folder_exchange.remains(next_clean_folder(self.data)))

    def clear(self) -> bool:
        """Remove what an interrupted build left; whether it had taken the published edition out of its place.

        Nobody else may be building. Raises OSError.
        """
        restored = self.folder.exists() and folder_exchange.clear(self.edition, self.reports)
        folder_exchange.clear(next_clean_folder(self.data), clean_folder(self.data))
        for folder in self.remains():
            folder_exchange.remove(folder)
        return restored


def site_of(data: Path, reports: Path) -> Site:
    """The site of the builds that publish in ``reports`` what the folder ``data`` holds."""
    reports = Path(os.path.realpath(reports))
    project = hashlib.sha256(os.fsencode(reports)).hexdigest()[:12]
    owner = f"{os.getuid()}-" if hasattr(os, "getuid") else ""
    try:
        shared = tempfile.gettempdir()
    except OSError:  # where nothing can be written, as on a full disk
        shared = os.environ.get("TMPDIR", "/tmp")
    temporary = Path(shared, f"edstats-{owner}{project}")
    return Site(data, reports, reports.with_name(f".{reports.name}-build"), temporary)


@contextlib.contextmanager
def opened(site: Site) -> Iterator[None]:
    """Make the folders of ``site``, which is clear, and remove them in the end.

    Meanwhile this process, and those that it starts, put temporary files there. Raises OSError.
    """
    settings = {name: str(site.temporary) for name in ("TMPDIR", "JUPYTER_RUNTIME_DIR")}
    before = {name: os.environ.get(name) for name in settings}
    try:
        site.folder.mkdir(parents=True)
        # For nobody else: it must not have been there, whoever may write in the system's temporary folder.
        site.temporary.mkdir(mode=0o700)
        os.environ.update(settings)
        tempfile.tempdir = None  # Python keeps what it once found
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        tempfile.tempdir = None
        _clear_soon(site)


def _clear_soon(site: Site) -> None:
    """Clear the site. What cannot be removed yet is tried again, and after that left to the next build.

    After an interruption a stock kernel takes a moment to see that nobody is there, and writes until then.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            site.clear()
        if not site.remains():
            return
        time.sleep(0.1)
