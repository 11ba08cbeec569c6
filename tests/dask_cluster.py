"""A Dask cluster on loopback: a scheduler and workers, each a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from distributed import Client

PATIENCE = 60  # seconds for the cluster to come up
# Linux's prctl with PR_SET_PDEATHSIG: no cluster outlives a test run that is killed.
DIE_WITH_PARENT = "import ctypes; ctypes.CDLL(None).prctl(1, 9)"


class Cluster:
    """``address`` of the scheduler, and the processes of the scheduler and of the workers that live."""

    def __init__(self, address: str, start: Callable[..., subprocess.Popen[bytes]]) -> None:
        self.address = address
        self._start = start
        port = address.rpartition(":")[2]
        self.scheduler = start("scheduler", "--port", port)
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_workers(self, more: int, without: str = "", library: Path | None = None) -> None:
        """Start workers and wait until all are there; ``without`` and ``library`` as for ``dask_cluster``."""
        options = (self.address, "--nthreads", "1", "--no-nanny")
        self.workers += [self._start("worker", *options, without=without, library=library) for _ in range(more)]
        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            if self.workers:
                client.wait_for_workers(len(self.workers), timeout=PATIENCE)

    def kill_worker(self, number: int = 0) -> None:
        """Kill a worker as a machine that loses power would: with all its processes, at once."""
        _kill(self.workers.pop(number))

    def kill_scheduler(self) -> None:
        """Kill the scheduler in the same way."""
        _kill(self.scheduler)

    def wait_for_work(self) -> None:
        """Wait until every worker has something to do."""
        end = time.monotonic() + PATIENCE
        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            while not all(client.processing().values()):
                assert time.monotonic() < end, "no work comes to the workers"
                time.sleep(0.01)

    def is_idle(self) -> bool:
        """Whether within ten seconds no worker has anything to do."""
        with Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            for _ in range(100):
                if not any(client.processing().values()):
                    return True
                time.sleep(0.1)
        return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def dask_cluster(folder: Path, workers: int = 2, library: Path | None = None, without: str = "") -> Iterator[Cluster]:
    """A cluster whose processes run in folders of their own in ``folder`` and are gone when the block is left.

    ``library``: a folder with the ``edstats`` that they import, where that is another than this process's; ``without``:
    a package that the workers do not have.
    """
    theirs = library
    numbers = count(1)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("wb"))

        def start(
            command: str, *options: str, without: str = "", library: Path | None = None
        ) -> subprocess.Popen[bytes]:
            library = library or theirs
            environment = os.environ | ({"PYTHONPATH": str(library)} if library else {})
            # What ``dask scheduler`` and ``dask worker`` run.
            run = f"import sys; sys.modules[{without!r}] = None; " if without else ""
            run += f"{DIE_WITH_PARENT}; from dask.cli import run_cli; run_cli()"
            own = folder / f"{command}-{next(numbers)}"
            own.mkdir()
            process = subprocess.Popen(
                [sys.executable, "-c", run, command, *options, "--no-dashboard", "--host", "127.0.0.1"],
                cwd=own,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(_end, process)
            return process

        cluster = Cluster(f"tcp://127.0.0.1:{port}", start)
        try:
            cluster.start_workers(workers, without)
        except (OSError, TimeoutError) as error:
            raise AssertionError(f"no cluster: {error}\n{(folder / 'cluster.log').read_text()}") from error
        yield cluster


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
