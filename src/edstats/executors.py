"""Where the work of a command is done: in processes of this machine, or on the workers of a Dask cluster.

A command asks either for nothing but the interface of ``concurrent.futures.Executor``. Workers of a cluster are handed
all that they need and hand back what they made: they share no file system with the command.
"""

import logging
import platform
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from edstats.digests import PACKAGE, tree_digest

if TYPE_CHECKING:
    from distributed import Client

# What must be the same everywhere, for the same bytes to come out. Of Python the micro version may differ.
_PACKAGES = ("edstats", "babel", "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "seaborn")
# A worker that dies takes down what it was doing; its work is done by others as many times before it is given up.
RETRIES = 3
PATIENCE = 10  # seconds for the scheduler to answer
WITHOUT_WORKERS = 30.0  # seconds in which a cluster whose workers have all gone may get others


class NoCluster(Exception):
    """The cluster cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how many calls it works on at one time.

    ``remote``: its processes may be on other machines, and see no file of this one. ``share(value)`` is what to give to
    calls in the place of a large ``value`` that they all need: it is sent to each machine once.
    """

    executor: Executor
    count: int
    remote: bool
    share: Callable[[Any], Any] = lambda value: value


@contextmanager
def dask_workers(scheduler: str) -> Iterator[Workers]:
    """The workers of the Dask cluster whose scheduler is at an address such as ``tcp://10.0.0.5:8786``.

    What was begun is called off when the block is left. Raises NoCluster when nobody answers there, when it has no
    workers, when one of them has other versions of what makes the results, or when Dask is not installed; so do calls
    whose scheduler has gone, or all workers for ``WITHOUT_WORKERS`` seconds.
    """
    if find_spec("distributed") is None:
        raise NoCluster("Dask is not installed; install edstats[cluster], here and where its workers run")
    from distributed import Client  # noqa: PLC0415 - an optional extra

    # That a connection is lost is told by what it is an error of.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise NoCluster(f"--scheduler {scheduler}: {str(error).rstrip('.')}; is a 'dask scheduler' there?") from error
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise NoCluster(f"--scheduler {scheduler}: the cluster has no workers; start some: dask worker {scheduler}")
        try:
            found = {"the scheduler": client.run_on_scheduler(versions), **client.run(versions)}
        except ModuleNotFoundError as error:
            raise NoCluster(
                f"--scheduler {scheduler}: {error}; install edstats[cluster] where it and its workers run"
            ) from error
        _check_versions(found)
        share = partial(client.scatter, broadcast=True, hash=False)
        with _ClusterExecutor(client, scheduler) as executor:
            yield Workers(executor, count, remote=True, share=share)


class _ClusterExecutor(Executor):
    """Calls on the workers of a cluster, which are not waited for once the cluster has gone."""

    def __init__(self, client: "Client", scheduler: str) -> None:
        self._client = client
        self._scheduler = scheduler
        self._calls = client.get_executor(retries=RETRIES, pure=False)
        self._open: set[Future[Any]] = set()
        self._left = threading.Event()
        self._watch = threading.Thread(target=self._look_after_workers, daemon=True)
        self._watch.start()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have ``function`` called on a worker."""
        future: Future[Any] = Future()
        self._open.add(future)
        call = self._calls.submit(function, *arguments, **named)
        call.add_done_callback(partial(self._hand_on, future))
        future.add_done_callback(lambda done: call.cancel() if done.cancelled() else None)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Look after the workers no more. What is not done is called off by the client, as it is closed."""
        self._left.set()
        self._watch.join(PATIENCE)

    def _hand_on(self, future: Future[Any], call: Future[Any]) -> None:
        self._open.discard(future)
        with suppress(InvalidStateError):  # it was called off, or given up
            if call.cancelled():  # by nobody here
                lost = self._client.status != "running"
                what = "the connection with the scheduler" if lost else "what was shared, with the workers that had it,"
                future.set_exception(self._gone(f"{what} was lost"))
            elif error := call.exception():
                future.set_exception(error)
            else:
                future.set_result(call.result())

    def _look_after_workers(self) -> None:
        """Give up what is open when there has been no worker for a while: Dask would wait for one for ever."""
        seconds = 0
        while not self._left.wait(1):
            there = True
            with suppress(Exception):  # the scheduler has gone: its calls are called off
                there = bool(self._client.nthreads())
            seconds = 0 if there else seconds + 1
            if seconds >= WITHOUT_WORKERS:
                for future in tuple(self._open):
                    with suppress(InvalidStateError):
                        future.set_exception(self._gone(f"all workers have been gone for {WITHOUT_WORKERS:g} seconds"))

    def _gone(self, why: str) -> NoCluster:
        return NoCluster(f"--scheduler {self._scheduler}: {why}")


def versions() -> dict[str, str]:
    """The versions of what makes the results, in this process; "" for what is not installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2]), "files of edstats": tree_digest(PACKAGE)[:12]}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _check_versions(found: Mapping[str, Mapping[str, str]]) -> None:
    """Raise NoCluster where a worker would make other results than this machine."""
    here = versions()
    differing = [
        f"{worker} has {name} {there.get(name) or 'not at all'}, here it is {wanted}"
        for worker, there in sorted(found.items())
        for name, wanted in here.items()
        if there.get(name) != wanted
    ]
    if differing:
        raise NoCluster("; ".join(differing) + "; install the same requirements.lock everywhere")
