"""How much memory the processes that a benchmark starts hold at a time, what they share counted once (Linux's PSS)."""

import contextlib
import os
import threading
from pathlib import Path


class PeakMemory:
    """The most memory that this process's descendants hold at a time, in MB, while the context lasts."""

    def __enter__(self) -> "PeakMemory":
        """Start to look."""
        self.peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self.peak = max(self.peak, sum(map(_proportional_size, descendants(os.getpid()))) / 1024)


def descendants(process: int) -> list[int]:
    """The children of a process, their children, and so on; those of a server that leads a session too."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(parents.get(process, []))
    for child in found:
        found += parents.get(child, [])
    return found


def _proportional_size(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
