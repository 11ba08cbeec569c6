"""Keeps two processes from writing the same project at once."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

# Longer than a build takes by far: who waits longer waits for a process that hangs.
PATIENCE = 3600.0


class ProjectInUse(RuntimeError):
    """Another process has been writing the project all the time."""


@contextlib.contextmanager
def project_lock(data: Path, report_waiting: Callable[[], None], patience: float = PATIENCE) -> Iterator[None]:
    """Be the only process that writes the project whose data folder is ``data``.

    Where another is, ``report_waiting`` is called, and then it is waited for; raises ProjectInUse after ``patience``
    seconds. The system lets go of a lock whose process has ended, however it ended: none is ever stale.
    """
    # Never a file that only stands for a lock: it would stay when its process is killed.
    lock = FileLock(data / ".lock", fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report_waiting()
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise ProjectInUse(
                f"another edstats process has been writing {data} for more than {patience / 60:.0f} minutes"
            ) from None
    try:
        yield
    finally:
        lock.release()


def waiting_for(data: Path) -> str:
    """What is told while another process holds the lock."""
    return f"another edstats process is writing {data}; waiting for it to end"
