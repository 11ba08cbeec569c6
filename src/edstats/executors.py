"""Where the work of a command is done: in processes of this machine, or on the workers of a Dask cluster.

A command asks either for nothing but the interface of ``concurrent.futures.Executor``. Workers of a cluster are handed
all that they need and hand back what they made: they share no file system with the command.
"""

import asyncio
import logging
import multiprocessing
import platform
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from edstats.digests import PACKAGE, tree_digest
from edstats.packages import needed

if TYPE_CHECKING:
    from distributed import Client

Given = ParamSpec("Given")
Item = TypeVar("Item")
Made = TypeVar("Made")

# A call that fails on a worker is made again as many times; one that was on a worker that died is always made again.
RETRIES = 3
PATIENCE = 10  # seconds for the scheduler to answer
WITHOUT_WORKERS = 60.0  # seconds in which a cluster whose workers have all gone may get others
_LOOK_EVERY = 1.0  # seconds
_LOOK = "look at the logs of the scheduler and the workers, and run the command again"
_SAME = "install the same edstats and requirements.lock everywhere, and start the cluster again"
_NAMED = 5  # differences in one message


class NoCluster(Exception):
    """The cluster cannot be used, or not any more; the message says why, and what to do."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how many calls it works on at one time.

    ``remote``: its processes may be on other machines, and see no file of this one. ``death`` is what a call raises
    that killed the process which it was made in: on a cluster, one worker after another. There the executor can be used
    further, an executor of processes cannot. ``share(value)`` is what to give to calls in the place of a large
    ``value`` that they all need: it is sent to each worker once.
    """

    executor: Executor
    count: int
    remote: bool
    death: type[Exception] = BrokenProcessPool
    share: Callable[[Any], Any] = lambda value: value


@contextmanager
def processes(count: int) -> Iterator[Workers]:
    """``count`` processes of this machine; what was begun is ended, and the rest called off, when the block is left."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_leave_interrupts)
    try:
        yield Workers(pool, count, remote=False)
    finally:
        pool.shutdown(cancel_futures=True)


def kept_busy(
    items: Iterator[Item], submit: Callable[[Item], "Future[Made]"], most: int
) -> Generator[Sequence[tuple[Item, "Future[Made]"]], None, None]:
    """The calls that are under way, again and again, each time without the first of the time before.

    ``submit`` makes a call of an item; ``most`` are under way at a time, so that any number of items takes little
    memory. Those that are left when nobody wants more are called off.
    """
    under_way: deque[tuple[Item, Future[Made]]] = deque()
    try:
        while True:
            under_way.extend((item, submit(item)) for item in islice(items, most - len(under_way)))
            if not under_way:
                return
            yield under_way
            under_way.popleft()
    finally:
        for _, future in under_way:
            future.cancel()


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the first one is to answer it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def dask_workers(scheduler: str) -> Iterator[Workers]:
    """The workers of the Dask cluster whose scheduler is at an address such as ``tcp://10.0.0.5:8786``.

    What was begun is called off when the block is left. Raises NoCluster when nobody answers there, when it has no
    workers, when one of them has other versions of what makes the results, or when Dask is not installed; so do calls
    whose scheduler has gone, or all workers for ``WITHOUT_WORKERS`` seconds.
    """
    if find_spec("distributed") is None:
        raise NoCluster("Dask is not installed; install edstats[cluster], here and where its workers run")
    from distributed.scheduler import KilledWorker  # noqa: PLC0415 - an optional extra

    # What Dask would tell of a lost connection is told once, by NoCluster; and a large document is no large graph.
    for name in ("distributed", "distributed.client", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Sending large graph")
    with _client(scheduler) as client:
        count = _checked_count(client, scheduler)

        def share(value: Any) -> Any:
            try:
                return _answer(client, client.scatter, value, broadcast=True, hash=False)
            except OSError as error:
                raise NoCluster(f"--scheduler {scheduler}: it takes no data ({error}); {_LOOK}") from error

        with _ClusterExecutor(client, scheduler) as executor:
            yield Workers(executor, count, remote=True, death=KilledWorker, share=share)


@contextmanager
def _client(scheduler: str) -> Iterator["Client"]:
    from distributed import Client  # noqa: PLC0415

    try:
        asyncio.run(_check_scheduler(scheduler))
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise NoCluster(f"--scheduler {scheduler}: {str(error).rstrip('.')}; is a 'dask scheduler' there?") from error
    try:
        yield client
    finally:
        with suppress(Exception):  # of a scheduler that is gone nobody can take leave
            client.close(timeout=PATIENCE)


async def _check_scheduler(scheduler: str) -> None:
    """Ask who is there; a client would wait without end for what speaks another language, or lacks certificates.

    Raises NoCluster, OSError, ValueError or TypeError.
    """
    from distributed.comm import connect  # noqa: PLC0415
    from distributed.core import send_recv  # noqa: PLC0415
    from distributed.security import Security  # noqa: PLC0415

    reached = None
    try:
        async with asyncio.timeout(1.5 * PATIENCE):  # a connection that fails tells more than this does
            reached = await connect(scheduler, timeout=PATIENCE, **Security().get_connection_args("client"))
            kind = (await send_recv(reached, op="identity"))["type"]
    except TimeoutError as error:
        raise TimeoutError(str(error) or "what answers there is nothing of Dask's") from error
    finally:
        if reached:
            reached.abort()
    if kind != "Scheduler":
        raise NoCluster(
            f"--scheduler {scheduler}: that is a {kind.lower()}; name the scheduler, whose port is often 8786"
        )


def _checked_count(client: "Client", scheduler: str) -> int:
    """How many calls the workers take at one time. Raises NoCluster when they would make other results, or none."""
    try:
        count = sum(_answer(client, client.nthreads).values())
        found = {"the scheduler": _answer(client, client.run_on_scheduler, versions)}
        found |= _answer(client, client.run, versions)
    except OSError as error:
        raise NoCluster(f"--scheduler {scheduler}: it, or a worker, gives no answer ({error})") from error
    except Exception as error:  # what a process without this function says comes as one of no kind
        raise NoCluster(
            f"--scheduler {scheduler}: {error}; install edstats[cluster] where it and its workers run"
        ) from error
    if not count:
        raise NoCluster(f"--scheduler {scheduler}: the cluster has no workers; start some: dask worker {scheduler}")
    _check_versions(found)
    return count


def _answer(client: "Client", ask: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
    """What the cluster answers in time. Raises TimeoutError."""
    answer: Made = client.sync(ask, *args, callback_timeout=PATIENCE, **kwargs)
    return answer


class _ClusterExecutor(Executor):
    """Calls on the workers of a cluster, which raise NoCluster once it is lost."""

    def __init__(self, client: "Client", scheduler: str) -> None:
        self._client = client
        self._scheduler = scheduler
        self._calls = client.get_executor(retries=RETRIES, pure=False)
        self._open: set[Future[Any]] = set()
        self._change = threading.Lock()
        self._left = threading.Event()
        self._lost = ""
        threading.Thread(target=self._watch, name="watch over the cluster", daemon=True).start()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have ``function`` called on a worker."""
        from distributed.client import ClosedClientError  # noqa: PLC0415

        future: Future[Any] = Future()
        with self._change:
            if self._lost:
                raise self._gone(self._lost)
            self._open.add(future)
        try:
            call = self._calls.submit(_called, versions(), function, *arguments, **named)
        except (OSError, ClosedClientError) as error:
            raise self._gone("the connection with the scheduler was lost") from error
        call.add_done_callback(partial(self._hand_on, future))
        future.add_done_callback(lambda done: call.cancel() if done.cancelled() else None)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Call off what is not done; no worker is waited for."""
        self._left.set()
        with self._change:
            given = tuple(self._open)
        for future in given:
            with suppress(Exception):  # a scheduler that is gone cannot be told
                future.cancel()

    def _hand_on(self, future: Future[Any], call: Future[Any]) -> None:
        with self._change:
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

    def _watch(self) -> None:
        """Give up what is open when nobody is there any more: Dask would wait for ever."""
        seen, lost = time.monotonic(), ""
        while not lost and not self._left.wait(_LOOK_EVERY):
            try:
                workers = _answer(self._client, self._client.nthreads)
            except Exception as error:  # whatever it is, there is nobody to ask
                lost = f"the scheduler no longer answers ({error})"
                continue
            if workers:
                seen = time.monotonic()
            elif time.monotonic() - seen >= WITHOUT_WORKERS:
                lost = f"all workers have been gone for {WITHOUT_WORKERS:g} seconds"
        with self._change:  # a call is given up here, or not taken any more
            self._lost = lost
            given = tuple(self._open) if lost else ()
        for future in given:
            with suppress(InvalidStateError):
                future.set_exception(self._gone(lost))

    def _gone(self, why: str) -> NoCluster:
        return NoCluster(f"--scheduler {self._scheduler}: {why}; {_LOOK}")


def _called(expected: Mapping[str, str], function: Callable[..., Made], /, *arguments: Any, **named: Any) -> Made:
    """A call on a worker, which may have joined after the others were asked for their versions."""
    here = versions()
    if differing := [f"{name} {here.get(name, '')}" for name in expected if expected[name] != here.get(name)]:
        raise NoCluster(f"a worker has {_some(differing)}; {_SAME}")
    return function(*arguments, **named)


# Once in a process: what it has imported stays, whatever is installed meanwhile.
@cache
def versions() -> Mapping[str, str]:
    """The versions of what makes the results, in this process; "" for what is not installed."""
    # Two states of the code may have one version.
    found = {"python": ".".join(platform.python_version_tuple()[:2]), "files of edstats": tree_digest(PACKAGE)[:12]}
    for name in ("edstats", *needed("edstats", "extract")):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _check_versions(found: Mapping[str, Mapping[str, str]]) -> None:
    """Raise NoCluster where a worker would make other results than this machine."""
    here = versions()
    differing = [
        f"{worker} has {name} {there.get(name) or 'not at all'}, here it is {wanted or 'not installed'}"
        for worker, there in sorted(found.items())
        for name, wanted in here.items()
        if there.get(name) != wanted
    ]
    if differing:
        raise NoCluster(f"{_some(differing)}; {_SAME}")


def _some(differing: Sequence[str]) -> str:
    more = len(differing) - _NAMED
    return "; ".join([*differing[:_NAMED], *([f"and {more} more"] if more > 0 else [])])
