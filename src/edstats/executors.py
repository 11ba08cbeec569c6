"""Where the work of a command is done: in processes of this machine, or on the workers of a Dask cluster.

A command asks either for nothing but the interface of ``concurrent.futures.Executor``. Workers of a cluster are handed
all that they need and hand back what they made: they share no file system with the command.
"""

import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

# What must be the same everywhere, for the same bytes to come out. Of Python the micro version may differ.
_PACKAGES = ("edstats", "babel", "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "seaborn")
# A worker that dies takes down what it was doing; its work is done by others as many times before it is given up.
RETRIES = 3
PATIENCE = 10  # seconds for the scheduler to answer


class NoCluster(Exception):
    """The cluster cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how many calls it works on at one time.

    ``remote``: its processes may be on other machines, and see no file of this one.
    """

    executor: Executor
    count: int
    remote: bool


@contextmanager
def dask_workers(scheduler: str) -> Iterator[Workers]:
    """The workers of the Dask cluster whose scheduler is at an address such as ``tcp://10.0.0.5:8786``.

    What was begun is called off when the block is left. Raises NoCluster when nobody answers there, when it has no
    workers, when one of them has other versions of the packages that make the results, or when Dask is not installed.
    """
    if find_spec("distributed") is None:
        raise NoCluster("Dask is not installed; install edstats[cluster], here and where its workers run")
    from distributed import Client  # noqa: PLC0415 - an optional extra

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
        with client.get_executor(retries=RETRIES, pure=False) as executor:
            yield Workers(executor, count, remote=True)


def versions() -> dict[str, str]:
    """The versions of what makes the results, in this process; "" for what is not installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
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
