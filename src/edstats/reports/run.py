"""Runs one page's notebook with papermill, in the process that calls it."""

import tempfile
import time
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from edstats.kernels.client import forkable, warm_kernel
from edstats.reports.plan import TIME_LIMIT, Page, PageFailure, failure_of


class PageFailed(Exception):
    """A page could not be made; ``failure`` says why."""

    def __init__(self, failure: PageFailure) -> None:
        """``failure``: what the person is told."""
        super().__init__(str(failure))
        self.failure = failure


class _TimeLimit:
    """What nbclient asks how long a cell may take: the time that is left to all of them."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.running = ""  # the cell that was begun last
        self._end = time.monotonic() + seconds

    def __call__(self, cell: nbformat.NotebookNode) -> float:
        self.running = cell.source
        return max(self._end - time.monotonic(), 0.001)  # 0 would be no limit


def run_notebook(page: Page, history: Path, kernels: str, seconds: float = TIME_LIMIT) -> nbformat.NotebookNode:
    """The executed notebook of ``page``; ``history`` is the folder of the edition's own data.

    ``kernels`` is the address of a server of warm kernels, or "" for a stock kernel; ``seconds``: how long its cells
    may take in all. The notebook's working directory is this process's. Raises PageFailed.
    """
    parameters = {**page.parameters, "history": str(history)}
    limit = _TimeLimit(seconds)
    try:
        if kernels and forkable(_kernel_name(page.notebook)):
            return _run_warm(page.notebook, parameters, kernels, limit)
        return _run_stock(page.notebook, parameters, limit)
    except CellTimeoutError as error:
        code = limit.running.strip().partition("\n")[0]
        told = f"not done after {limit.seconds:g} seconds, the limit of a page (--time-limit)"
        raise PageFailed(
            PageFailure(page.path, _place(page.notebook, limit.running), "TimeLimit", told, code)
        ) from error
    except PapermillExecutionError as error:
        code = error.source.strip().partition("\n")[0]
        cell = _cell_number(page.notebook, error.cell_index)
        raise PageFailed(PageFailure(page.path, cell, error.ename, error.evalue, code)) from error
    except Exception as error:  # a dead kernel, a missing kernel, an unreadable notebook: other pages must go on
        raise PageFailed(failure_of(page.path, error)) from error


def _run_warm(notebook: Path, parameters: dict[str, str], kernels: str, limit: _TimeLimit) -> nbformat.NotebookNode:
    with warm_kernel(kernels) as kernel:
        return papermill.execute_notebook(notebook, None, parameters, progress_bar=False, km=kernel, timeout_func=limit)


def _run_stock(notebook: Path, parameters: dict[str, str], limit: _TimeLimit) -> nbformat.NotebookNode:
    """Run the notebook in a kernel of its own.

    It is spoken to through files, not ports: two kernels that start at once cannot be given the same port, and nobody
    else on the machine can listen. They lie in the system's temporary folder, since a socket's path must be short.
    """
    with tempfile.TemporaryDirectory(prefix="edstats-") as sockets:
        config = Config({"KernelManager": {"transport": "ipc", "ip": str(Path(sockets, "kernel"))}})
        # A kernel reports being stopped as an error; what goes wrong in a cell comes back without its log.
        quiet = ["--log-level=CRITICAL"]
        return papermill.execute_notebook(
            notebook,
            None,
            parameters,
            progress_bar=False,
            config=config,
            extra_arguments=quiet,
            timeout_func=limit,
        )


def _kernel_name(notebook: Path) -> str:
    return str(nbformat.read(notebook, as_version=4).metadata.get("kernelspec", {}).get("name", ""))


def _place(notebook: Path, code: str) -> int:
    """The place in the person's notebook, from 1, of a cell with this code; 0 for the one that papermill puts in."""
    sources = [cell.source for cell in nbformat.read(notebook, as_version=4).cells]
    return sources.index(code) + 1 if code in sources else 0


def _cell_number(notebook: Path, index: int) -> int:
    """The place in the person's notebook, from 1, of the cell that is the executed notebook's ``index``-th, from 0."""
    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [place for place, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])]
    # Papermill puts a cell behind that of the parameters, or at the top where there is none.
    injected = tagged[0] + 1 if tagged else 0
    return index if index > injected else index + 1
