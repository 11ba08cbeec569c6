"""The warm process: imports what notebooks and pages need, once, and forks a process for each connection.

``python -m edstats.kernels.server FD`` accepts connections on an inherited socket. Each first says what it is to be: a
kernel, or a worker that is sent calls; then it is that process's ``Wire``. The first line of standard input says what
data to have loaded, as a JSON list of arguments for ``edstats.load``; when the input ends, the server ends, and every
process that it forked with it.
"""

import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import pickle
import selectors
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import edstats.codebook
import edstats.pages
from edstats.kernels.wire import Wire

if TYPE_CHECKING:
    from edstats.kernels.forked import ForkedKernelApp

_PR_SET_PDEATHSIG = 1  # of prctl(2)


def main() -> None:
    """Import, load, and fork processes until the standard input ends."""
    if Path(sys.path[0]) == Path.cwd():
        del sys.path[0]  # as ipykernel_launcher does; the kernel puts its own working directory there
    listener = socket.socket(fileno=int(sys.argv[1]))
    gc.set_threshold(50_000, 20, 100)  # processes here end before there is much to collect
    _import_all()
    from edstats.kernels.forked import ready_kernel  # noqa: PLC0415

    kernel = ready_kernel()
    for arguments in json.loads(sys.stdin.readline() or "[]"):
        _rehearse(*arguments)
    gc.collect()
    gc.freeze()  # a collection in a forked process would touch, and so copy, every page of memory that it shares
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # processes that have ended are forgotten at once
    with selectors.DefaultSelector() as events:
        events.register(listener, selectors.EVENT_READ)
        events.register(sys.stdin, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in events.select()]
            if sys.stdin in ready:
                os._exit(0)
            connection, _ = listener.accept()
            if os.fork() == 0:
                events.close()
                listener.close()
                _become(Wire(connection), kernel)
            connection.close()


def _import_all() -> None:
    # Checks of addresses that no notebook's format asks for; compiling their grammar takes longer than all of pandas.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    for module in (
        *("ipykernel.debugger", "ipykernel.zmqshell", "matplotlib.pyplot", "seaborn"),
        *("edstats.kernels.forked", "edstats.pages.comparison", "edstats.pages.region", "edstats.pages.sources"),
        "edstats.reports.make",
    ):
        importlib.import_module(module)


def _rehearse(data: str, as_of: str, language: str) -> None:
    """Load a data set, and make parts of a page that nobody sees.

    What libraries read or compute once in a process (names, plurals, fonts) is there, then, in all that are forked.
    """
    with contextlib.suppress(Exception):  # what is wrong with a page is told when it is made
        regions = edstats.load(data, as_of, language).observations["region"].value_counts().sort_values().index
        parameters = {"data": data, "as_of": as_of, "language": language, "region": regions[len(regions) // 2]}
        page = edstats.pages.RegionPage.open(edstats.pages.read_parameters(parameters))
        for part in (page.headlines, page.findings, page.sources, page.download, page.terms):
            part()
        for topic in edstats.codebook.read_table("topics")["topic"]:
            page.topic(topic)


def _become(wire: Wire, kernel: "ForkedKernelApp") -> NoReturn:
    """Be the process that the client asks for; never returns."""
    status = 1
    log = os.dup(2)  # a kernel makes standard error a part of its outputs
    try:
        os.setsid()
        # A process whose server is gone must not stay, whatever it is doing.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        request = wire.receive()
        if request is not None:
            kind, *details = json.loads(request[1][0])
            if kind == "kernel":
                _be_kernel(wire, kernel, *details)
            else:
                _be_worker(wire, *details)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:  # whatever it is, this process must not go on as a second server
        os.write(log, traceback.format_exc().encode())
    finally:
        os._exit(status)


def _be_worker(wire: Wire, env: dict[str, str], cwd: str) -> None:
    """Answer each call, which is a function and its arguments, with a result or an exception."""
    _settle(env, cwd)
    while request := wire.receive():
        function, *arguments = pickle.loads(request[1][0])
        try:
            answer = pickle.dumps((function(*arguments), None))
        except Exception as error:  # also that the result cannot be sent
            answer = _packed_error(error)
        with contextlib.suppress(OSError):  # whoever asked has gone, and nothing else will come
            wire.send("shell", [answer])


def _packed_error(error: Exception) -> bytes:
    try:
        return pickle.dumps((None, error))
    except Exception:
        return pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))


def _be_kernel(wire: Wire, kernel: "ForkedKernelApp", env: dict[str, str], cwd: str) -> None:
    """Run cells until the client has gone."""
    from edstats.kernels.forked import ARGUMENTS  # noqa: PLC0415

    _settle(env, cwd)
    wire.send("control", [str(os.getpid()).encode()])
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *ARGUMENTS]
    kernel.run(wire)


def _settle(env: dict[str, str], cwd: str) -> None:
    """Make the process what a new one would be."""
    import numpy as np  # noqa: PLC0415

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    np.random.seed()


if __name__ == "__main__":
    main()
