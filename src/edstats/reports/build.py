"""Builds an edition: makes the pages that have changed, keeps the others, and puts the edition in place as a whole.

Nothing is put in place unless every page was made.
"""

import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from tqdm import tqdm

from edstats.event_log import EventLog, Level
from edstats.folder_exchange import put_in_place
from edstats.reports.edition import check_replaceable
from edstats.reports.plan import Made, Making, PageFailure, Plan, failure_of
from edstats.reports.printing import find_browser
from edstats.reports.record import RECORD, BuildRecord, PageRecord, is_intact, others_in, read_record, write_file
from edstats.reports.tasks import check_notebooks, make_page, write_indexes
from edstats.unseen import with_unseen_named

Report = Callable[[Made], None]
Reasons = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class BuildResult:
    """What came of a build: the paths of the pages made and of those kept, or the failures for which none was."""

    pages: tuple[str, ...]
    failures: tuple[PageFailure, ...]
    kept: tuple[str, ...] = ()


def reasons(plan: Plan, record: BuildRecord | None) -> Reasons:
    """Why pages are to be made, by path: the names of what has changed; a page that is left out is kept.

    ``record``: of the edition published in ``plan.reports``.
    """
    why = {page.path: _reason(page.path, page.inputs, plan.reports, record) for page in plan.pages}
    return {path: names for path, names in why.items() if names}


def _reason(path: str, inputs: Mapping[str, str], reports: Path, record: BuildRecord | None) -> tuple[str, ...]:
    before = record.pages.get(path) if record else None
    if before is None:
        return ("new",)
    if not inputs or not before.inputs:
        return ("anything",)
    changed = [name for name in (*inputs, *before.inputs) if inputs.get(name) != before.inputs.get(name)]
    if changed:
        return tuple(dict.fromkeys(changed))
    return () if path in before.files and is_intact(before.files, reports) else ("file",)


def build(
    plan: Plan,
    executor: Executor,
    report_progress: Report,
    edition: Path,
    kernels: str = "",
    why: Reasons | None = None,
) -> BuildResult:
    """Build the edition that ``plan`` describes and publish it in ``plan.reports``.

    Pages are made on ``executor``, which must run each call in a process whose working directory no other call changes;
    ``report_progress`` is called after each. The edition is built in the folder ``edition``, which is not there yet, is
    on the file system of ``plan.reports``, and is for the caller to remove (``edstats.reports.site``), as no other
    build may run at the same time. ``kernels`` is the address of a server of warm kernels, or "" for stock
    ones. ``why`` names the pages to make (see ``reasons``; default: all), the others are kept from the published
    edition. A failing page does not stop the others, but then nothing is published and the published edition stays as
    it was. Raises UnknownParameter, UnfitNotebook, FileNotFoundError, NotAnEdition or NoBrowser before anything runs,
    OSError when the disk is full.
    """
    browser = find_browser() if plan.pdf else None
    executor.submit(check_notebooks, plan).result()
    reports = Path(os.path.realpath(plan.reports))
    check_replaceable(reports)
    made = tuple(page for page in plan.pages if why is None or page.path in why)
    kept = tuple(page.path for page in plan.pages if why is not None and page.path not in why)
    files = _write_kept(plan, edition)
    making = [Making(page, plan.frame(page), edition, kernels, browser, plan.time_limit) for page in made]
    results = _make_pages(making, executor, report_progress)
    failures = tuple(result.failure for result in results.values() if result.failure)
    if failures:
        return BuildResult((), failures)
    files |= executor.submit(write_indexes, plan, edition).result()
    _keep_others(reports, edition)
    recorded = _keep_pages(kept, reports, edition) | {path: result.files for path, result in results.items()}
    _write_record(plan, edition, recorded, files)
    check_replaceable(reports)
    put_in_place(edition, reports)
    return BuildResult(tuple(page.path for page in made), (), kept)


def _write_kept(plan: Plan, edition: Path) -> dict[str, str]:
    """Write what the edition keeps of itself, where the pages read what is new; returns the digests by path."""
    (edition / "data").mkdir(parents=True)
    contents = {f"data/{name}": text.encode() for name, text in plan.kept.items()}
    return {path: write_file(edition / path, content) for path, content in contents.items()}


def _make_pages(making: Sequence[Making], executor: Executor, report_progress: Report) -> dict[str, Made]:
    """Make the pages; the results are in the order of ``making``, whichever came first."""
    pages = {executor.submit(make_page, each): each.page.path for each in making}
    results = {}
    try:
        for future in as_completed(pages):
            path = pages[future]
            error = future.exception()  # make_page raises nothing: this is a worker that died
            result = Made(path, failure=failure_of(path, error)) if error else future.result()
            results[path] = result
            report_progress(result)
    except BaseException:  # Ctrl-C: no other page is begun
        for future in pages:
            future.cancel()
        raise
    return {each.page.path: results[each.page.path] for each in making}


def _keep_pages(paths: tuple[str, ...], reports: Path, edition: Path) -> dict[str, Mapping[str, str]]:
    """Take pages over from the published edition; returns the digests of their files."""
    record = read_record(reports)
    kept = {}
    for path in paths:
        assert record is not None  # else no page could be kept
        kept[path] = record.pages[path].files
        for name in kept[path]:
            _keep(reports / name, edition / name)
    return kept


def _keep_others(reports: Path, edition: Path) -> None:
    """Take over what people have put into the folder itself, such as the ``robots.txt`` of a web server."""
    for path in others_in(reports):
        if not (edition / path.name).exists():
            _keep(path, edition / path.name)


def _keep(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new)
    except OSError:  # not every file system has links
        shutil.copyfile(old, new)


def _write_record(plan: Plan, edition: Path, pages: Mapping[str, Mapping[str, str]], files: Mapping[str, str]) -> None:
    inputs = {page.path: page.inputs for page in plan.pages}
    recorded = {path: PageRecord(inputs[path], made) for path, made in pages.items()}
    record = BuildRecord(plan.edition, plan.surroundings, plan.packages, recorded, files, plan.findings)
    write_file(edition / RECORD, record.text().encode())


class _ProcessPool(ProcessPoolExecutor):
    """A pool that does not wait for what its processes are doing when it is left by an error."""

    def __exit__(self, error: type[BaseException] | None, *rest: Any) -> bool | None:
        if error:
            for process in multiprocessing.active_children():
                process.kill()
        return super().__exit__(error, *rest)


def default_executor(jobs: int) -> ProcessPoolExecutor:
    """A pool of ``jobs`` fresh processes. Not threads: papermill and its kernel client keep state for the process."""
    return _ProcessPool(jobs, multiprocessing.get_context("spawn"), initializer=_die_with_the_builder)


def _die_with_the_builder() -> None:
    """End this worker when the builder is gone, however it went; a pool's workers would wait for ever."""
    builder = multiprocessing.parent_process()
    assert builder is not None

    def watch() -> None:
        wait([builder.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def progress(total: int, log: EventLog) -> Iterator[Report]:
    """A callback that tells of each finished page: a bar on a terminal, an event of ``log`` elsewhere."""
    if log.form == "text" and sys.stderr.isatty():
        with tqdm(total=total, file=sys.stderr, unit="page") as bar:
            yield lambda result: _advance(bar, result)
    else:
        done = 0

        def tell(result: Made) -> None:
            nonlocal done
            done += 1
            level: Level = "error" if result.failure else "info"
            message = f"{done}/{total} {result.failure or result.path}"
            log.tell("page", message, level, page=result.path, done=done, of=total)

        yield tell


def _advance(bar: tqdm, result: Made) -> None:
    if result.failure:
        bar.write(with_unseen_named(str(result.failure)), file=bar.fp)
    bar.set_postfix_str(result.path, refresh=False)
    bar.update()
