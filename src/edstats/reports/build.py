"""Builds an edition: runs every page, publishes them, and puts the edition in place only when all of them succeeded."""

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from edstats.reports.plan import Page, Plan, check_parameters
from edstats.reports.printing import find_browser, print_pages
from edstats.reports.publish import (
    ForbiddenMarkup,
    check_replaceable,
    entry_page,
    index_page,
    publish_page,
    swap_in,
)
from edstats.reports.run import PageFailure, RunResult, failure_of, run_page

Report = Callable[[RunResult], None]


@dataclass(frozen=True)
class BuildResult:
    """What came of a build: the names of the pages published, or the failures for which none was."""

    pages: tuple[str, ...]
    failures: tuple[PageFailure, ...]


def build(plan: Plan, executor: Executor, report_progress: Report) -> BuildResult:
    """Build the edition that ``plan`` describes and publish it in ``plan.reports``.

    Notebooks run on ``executor``, which must run each call in a process whose working directory no other call changes;
    ``report_progress`` is called after each. A failing page does not stop the others, but then nothing is published and
    the published edition stays as it was. Raises UnknownParameter, UnfitNotebook, FileNotFoundError, NotAnEdition or
    NoBrowser before anything runs.
    """
    browser = find_browser() if plan.pdf else None
    for page in plan.pages:
        check_parameters(page.notebook, page.parameters)
    reports = plan.reports.resolve()
    check_replaceable(reports)
    reports.parent.mkdir(parents=True, exist_ok=True)
    # Beside the reports, so that both are on one file system and a rename is enough.
    with tempfile.TemporaryDirectory(prefix=f".{reports.name}-", dir=reports.parent) as folder:
        scratch, edition = Path(folder, "executed"), Path(folder, "edition")
        scratch.mkdir()
        history = _write_kept(plan, edition)
        results = _run_pages(plan, history, executor, report_progress, scratch)
        failures = [result.failure for result in results if result.failure]
        if not failures:
            failures = _publish_pages(plan, results, edition)
        if not failures and browser:
            failures = print_pages(plan, edition, browser)
        if failures:
            return BuildResult((), tuple(failures))
        swap_in(edition, reports)
    return BuildResult(tuple(page.path for page in plan.pages), ())


def _write_kept(plan: Plan, edition: Path) -> Path:
    """Write what the edition keeps of itself; returns its folder, where the pages read what is new."""
    folder = edition / "data"
    folder.mkdir(parents=True)
    for name, text in plan.kept.items():
        _write(folder / name, text)
    return folder


def _run_pages(
    plan: Plan, history: Path, executor: Executor, report_progress: Report, scratch: Path
) -> list[RunResult]:
    """Run every page; the results are in the plan's order, whichever came first."""
    pages = {executor.submit(run_page, _with_history(page, history), scratch): page for page in plan.pages}
    results = {}
    for future in as_completed(pages):
        page = pages[future]
        error = future.exception()  # run_page raises nothing: this is a worker that died
        result = RunResult(page, failure=failure_of(page, error)) if error else future.result()
        results[page.path] = result
        report_progress(result)
    return [results[page.path] for page in plan.pages]


def _with_history(page: Page, history: Path) -> Page:
    return replace(page, parameters={**page.parameters, "history": str(history)})


def _publish_pages(plan: Plan, results: list[RunResult], edition: Path) -> list[PageFailure]:
    """Write every page, what it offers to download, and the indexes into the folder ``edition``.

    Returns the pages that may not be published.
    """
    failures = []
    executed = {result.page.path: result.executed for result in results}
    for volume in plan.volumes:
        for page in volume.pages:
            notebook = executed[page.path]
            assert notebook is not None  # no failure, so there is a notebook
            try:
                html, downloads = publish_page(plan, volume, page, notebook)
            except ForbiddenMarkup as error:
                failures.append(failure_of(page, error))
                continue
            _write(edition / page.path, html)
            for path, content in downloads.items():
                target = edition / volume.language / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        _write(edition / volume.language / "index.html", index_page(plan, volume))
    _write(edition / "index.html", entry_page(plan))
    return failures


def _write(path: Path, html: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8", newline="\n")


def default_executor(jobs: int) -> ProcessPoolExecutor:
    """A pool of ``jobs`` fresh processes. Not threads: papermill and its kernel client keep state for the process."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def progress(total: int, stream: TextIO) -> Iterator[Report]:
    """A callback that shows each finished page on ``stream``: a bar on a terminal, one line a page in a log."""
    if stream.isatty():
        with tqdm(total=total, file=stream, unit="page") as bar:
            yield lambda result: _advance(bar, result)
    else:
        done = 0

        def write_line(result: RunResult) -> None:
            nonlocal done
            done += 1
            print(f"{done}/{total} {result.failure or result.page.path}", file=stream, flush=True)

        yield write_line


def _advance(bar: tqdm, result: RunResult) -> None:
    if result.failure:
        bar.write(str(result.failure), file=bar.fp)
    bar.set_postfix_str(result.page.path, refresh=False)
    bar.update()
