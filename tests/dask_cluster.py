"""A Dask cluster on loopback: a scheduler and workers, each a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client

PATIENCE = 60  # seconds for the cluster to come up


class Cluster:
    """``address`` of the scheduler, its process, and those of the workers."""

    def __init__(
        self, address: str, scheduler: subprocess.Popen[bytes], workers: list[subprocess.Popen[bytes]]
    ) -> None:
        self.address = address
        self.scheduler = scheduler
        self.workers = workers

    def kill_worker(self, number: int = 0) -> None:
        """Kill a worker as a machine that loses power would: with all its processes, at once."""
        _kill(self.workers[number])

    def kill_scheduler(self) -> None:
        """Kill the scheduler in the same way."""
        _kill(self.scheduler)


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def dask_cluster(folder: Path, workers: int = 2, library: Path | None = None) -> Iterator[Cluster]:
    """A cluster whose processes run in folders of their own in ``folder`` and are gone when the block is left.

    ``library``: a folder with the ``edstats`` that they import, where that is another than this process's.
    """
    environment = os.environ | ({"PYTHONPATH": str(library)} if library else {})
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    common = ["--no-dashboard", "--host", "127.0.0.1"]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("wb"))

        def start(name: str, *command: str) -> subprocess.Popen[bytes]:
            (folder / name).mkdir()
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + command[0], *command[1:], *common],
                cwd=folder / name,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(_end, process)
            return process

        scheduler = start("scheduler", "dask_scheduler", "--port", str(port))
        one_thread = ("--nthreads", "1", "--no-nanny")
        started = [start(f"worker-{number}", "dask_worker", address, *one_thread) for number in range(workers)]
        try:
            with Client(address, timeout=PATIENCE, set_as_default=False) as client:
                if workers:
                    client.wait_for_workers(workers, timeout=PATIENCE)
        except (OSError, TimeoutError) as error:
            raise AssertionError(f"no cluster: {error}\n{(folder / 'cluster.log').read_text()}") from error
        yield Cluster(address, scheduler, started)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
