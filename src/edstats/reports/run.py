"""Runs one page's notebook with papermill, in the process that calls it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from edstats.reports.plan import Page

# Papermill adds cells with these tags to the executed notebook; a person's notebook does not have them.
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


@dataclass(frozen=True)
class PageFailure:
    """Why a page could not be made.

    ``cell`` counts all cells of the notebook from 1, and is 0 when the failure is of no one cell; ``code`` is that
    cell's first line; ``error`` is the name of the exception.
    """

    page: str
    cell: int
    error: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        """One line: page, cell, error."""
        place = f"{self.page}, cell {self.cell} ({self.code})" if self.cell else self.page
        return f"{place}: {self.error}: {self.message}".removesuffix(": ")


@dataclass(frozen=True)
class RunResult:
    """What came of a page's notebook: the executed notebook, or the failure."""

    page: Page
    executed: Path | None = None
    failure: PageFailure | None = None


def run_page(page: Page, scratch: Path) -> RunResult:
    """Run ``page`` and write the executed notebook into the folder ``scratch``.

    The notebook's working directory is this process's. The executed notebook holds times and paths of this run: it is
    for publishing from, not for publishing.
    """
    executed = scratch / f"{page.language}-{page.name}.ipynb"
    try:
        _execute(page, executed)
    except PapermillExecutionError as error:
        code = error.source.strip().partition("\n")[0]
        failure = PageFailure(page.path, _cell_number(executed, error.cell_index), error.ename, error.evalue, code)
        return RunResult(page, failure=failure)
    except Exception as error:  # a dead kernel, a missing kernel, an unreadable notebook: other pages must go on
        return RunResult(page, failure=failure_of(page, error))
    return RunResult(page, executed=executed)


def _execute(page: Page, executed: Path) -> None:
    """Run the notebook in a kernel of its own.

    It is spoken to through files, not ports: two kernels that start at once cannot be given the same port, and nobody
    else on the machine can listen. They lie in the system's temporary folder, since a socket's path must be short.
    """
    with tempfile.TemporaryDirectory(prefix="edstats-") as sockets:
        papermill.execute_notebook(
            page.notebook,
            executed,
            dict(page.parameters),
            progress_bar=False,
            config=Config({"KernelManager": {"transport": "ipc", "ip": str(Path(sockets, "kernel"))}}),
            # A kernel reports being stopped as an error; what goes wrong in a cell comes back without its log.
            extra_arguments=["--log-level=CRITICAL"],
        )


def failure_of(page: Page, error: BaseException) -> PageFailure:
    """The failure of a whole page, from an exception that belongs to no cell."""
    return PageFailure(page.path, 0, type(error).__name__, str(error))


def _cell_number(executed: Path, index: int) -> int:
    """The place in the person's notebook, from 1, of the cell that papermill counts as ``index``, from 0."""
    cells = nbformat.read(executed, as_version=4).cells
    # On an error papermill puts one marker at the top and one before the cell, after it took the index.
    before = cells[: index + 2]
    return 1 + sum(1 for cell in before if not _ADDED & set(cell.metadata.get("tags", [])))
