"""Starts and ends the server of warm processes, and hands calls to its workers."""

import contextlib
import errno
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from edstats.kernels.wire import Wire

# What the server must be started with. Threads do not survive a fork, so that no library may start any; matplotlib
# asks for its backend when it is imported, and this is the one that ipykernel sets; ipykernel's debugger complains
# when it is imported early.
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


_LONGEST_ADDRESS = 100  # bytes; Linux takes 107 for the path of a socket


def can_fork() -> bool:
    """Whether there are warm processes here: only Linux forks safely with numerical libraries loaded."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class WorkerDied(BrokenExecutor):
    """A worker ended before it had answered."""


class WarmServer:
    """The server's process: it imports from the start, and forks processes once it was told which data to load.

    Used as a context manager; in the end it is gone, with every process that it forked. ``address`` is its socket's.
    """

    def __init__(self) -> None:
        """Start it."""
        # In the system's temporary folder, since a socket's path must be short; nobody else can open it.
        self._folder = tempfile.TemporaryDirectory(prefix="edstats-kernels-")
        self.address = str(Path(self._folder.name, "socket"))
        if len(os.fsencode(self.address)) > _LONGEST_ADDRESS:
            raise OSError(errno.ENAMETOOLONG, "too long for a socket; set TMPDIR to a shorter path", self.address)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edstats.kernels.server", str(listener.fileno())],
                stdin=subprocess.PIPE,
                env=os.environ | SETTINGS,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # Ctrl-C is for the builder, which then ends the server
                text=True,
            )

    def load(self, data_sets: Iterable[tuple[str, ...]] = ()) -> None:
        """Have the server load data, and serve. ``data_sets``: arguments of ``edstats.load``. Raises WorkerDied."""
        assert self._process.stdin is not None
        try:
            print(json.dumps(list(data_sets)), file=self._process.stdin, flush=True)
        except OSError as error:
            raise WorkerDied("the server of warm kernels has ended") from error

    def __enter__(self) -> "WarmServer":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the server and what it forked."""
        assert self._process.stdin is not None
        self._process.kill()  # it may be in the midst of imports that nobody waits for any more
        self._process.wait()
        with contextlib.suppress(OSError):  # what it was not told any more
            self._process.stdin.close()
        self._folder.cleanup()


class WarmExecutor(ThreadPoolExecutor):
    """Runs calls in processes that the server at ``address`` forks, each of which serves one thread of this pool."""

    def __init__(self, address: str, jobs: int) -> None:
        """``jobs``: how many calls run at the same time."""
        super().__init__(jobs)
        self._address = address
        self._own = threading.local()
        self._wires: list[Wire] = []

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:  # type: ignore[override]
        """Have ``function`` called in a worker. The future raises WorkerDied where that ends before it answers."""
        return super().submit(self._call, function, *arguments)

    def __exit__(self, error: type[BaseException] | None, *rest: Any) -> bool | None:
        """End the pool; after an error without waiting for what the workers are doing."""
        if error:
            for wire in self._wires:
                with contextlib.suppress(OSError):
                    wire.connection.shutdown(socket.SHUT_RDWR)
        return super().__exit__(error, *rest)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool, and the workers once it is waited for."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            for wire in self._wires:
                wire.connection.close()

    def _call(self, *call: Any) -> Any:
        try:
            wire = self._wire()
        except OSError as gone:
            raise WorkerDied("the server of warm kernels has ended") from gone
        try:
            wire.send("shell", [pickle.dumps(call)])
            answer = wire.receive()
        except OSError:
            answer = None
        if answer is None:
            wire.connection.close()
            del self._own.wire
            raise WorkerDied("the process that made the page ended without a word")
        result, error = pickle.loads(answer[1][0])
        if error:
            raise error
        return result

    def _wire(self) -> Wire:
        if not hasattr(self._own, "wire"):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self._address)
            self._own.wire = Wire(connection)
            self._wires.append(self._own.wire)
            request = json.dumps(["worker", dict(os.environ), str(Path.cwd())])
            self._own.wire.send("control", [request.encode()])
        wire: Wire = self._own.wire
        return wire
