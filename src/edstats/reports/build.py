"""Builds an edition: makes the pages that have changed, keeps the others, and puts the edition in place as a whole.

Nothing is put in place unless every page was made.
"""

import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from edstats.event_log import EventLog, Level
from edstats.executors import NoCluster
from edstats.folder_exchange import put_in_place
from edstats.reports.edition import check_replaceable
from edstats.reports.plan import Made, Making, PageFailure, Plan, failure_of
from edstats.reports.printing import find_browser
from edstats.reports.record import RECORD, BuildRecord, PageRecord, is_intact, others_in, read_record, write_file
from edstats.reports.remote import Remote
from edstats.reports.tasks import check_notebooks, index_pages, make_page
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
    remote: Remote | None = None,
) -> BuildResult:
    """Build the edition that ``plan`` describes and publish it in ``plan.reports``.

    Pages are made on ``executor``, which must run each call in a process whose working directory no other call changes;
    ``report_progress`` is called after each. The edition is built in the folder ``edition``, which is not there yet, is
    on the file system of ``plan.reports``, and is for the caller to remove (``edstats.reports.site``), as no other
    build may run at the same time. ``kernels`` is the address of a server of warm kernels, or "" for stock
    ones. ``why`` names the pages to make (see ``reasons``; default: all), the others are kept from the published
    edition. ``remote`` says how pages are made where the executor's workers see no file of this machine. A failing page
    does not stop the others, but then nothing is published and the published edition stays as it was. Raises
    UnknownParameter, UnfitNotebook, FileNotFoundError, NotAnEdition or NoBrowser before anything runs, OSError when the
    disk is full, NoCluster when the cluster has gone.
    """
    browser = find_browser() if plan.pdf else None
    if remote:
        check_notebooks(plan)
    else:
        executor.submit(check_notebooks, plan).result()
    reports = Path(os.path.realpath(plan.reports))
    check_replaceable(reports)
    made = tuple(page for page in plan.pages if why is None or page.path in why)
    kept = tuple(page.path for page in plan.pages if why is not None and page.path not in why)
    files = _write_kept(plan, edition)
    history = edition / "data"
    making = [Making(page, plan.frame(page), history, kernels, browser, plan.time_limit) for page in made]
    pages, failures = _write_pages(_begun(making, executor, remote), edition, report_progress)
    if failures:
        return BuildResult((), failures)
    # What the edition keeps of itself is on no first page.
    files |= _write(executor.submit(index_pages, replace(plan, kept={})).result(), edition)
    _keep_others(reports, edition)
    recorded = _keep_pages(kept, reports, edition) | pages
    _write_record(plan, edition, recorded, files)
    check_replaceable(reports)
    put_in_place(edition, reports)
    return BuildResult(tuple(page.path for page in made), (), kept)


def _write_kept(plan: Plan, edition: Path) -> dict[str, str]:
    """Write what the edition keeps of itself, where the pages read what is new; returns the digests by path."""
    (edition / "data").mkdir(parents=True)
    return _write({f"data/{name}": text.encode() for name, text in plan.kept.items()}, edition)


def _write(contents: Mapping[str, bytes], edition: Path) -> dict[str, str]:
    return {path: write_file(edition / path, content) for path, content in contents.items()}


def _begun(making: Sequence[Making], executor: Executor, remote: Remote | None) -> dict[Future[Made], str]:
    """Have pages made; returns their paths."""
    begun = remote.submit(making, executor) if remote else [executor.submit(make_page, each) for each in making]
    return dict(zip(begun, (each.page.path for each in making), strict=True))


def _write_pages(
    begun: dict[Future[Made], str], edition: Path, report_progress: Report
) -> tuple[dict[str, dict[str, str]], tuple[PageFailure, ...]]:
    """Write each page when it is made; ``begun``: their paths, from which it is taken, so that no page is kept.

    Returns the digests of the files of each by path, and the failures, both in the order of ``begun``, whichever came
    first.
    """
    files, failures = {}, {}
    in_order = tuple(begun.values())
    try:
        for future in as_completed(begun):
            path = begun.pop(future)
            error = future.exception()  # make_page raises nothing: this is a worker that died
            if isinstance(error, NoCluster):
                raise error
            result = Made(path, failure=failure_of(path, error)) if error else future.result()
            if result.failure:
                failures[path] = result.failure
            else:
                files[path] = _write(result.files, edition)
            report_progress(result)
    except BaseException:  # Ctrl-C, a full disk: no other page is begun
        for future in begun:
            future.cancel()
        raise
    written = {path: files[path] for path in in_order if path in files}
    return written, tuple(failures[path] for path in in_order if path in failures)


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
    record = BuildRecord(plan.edition, plan.surroundings, plan.packages, recorded, files, plan.findings, plan.figures)
    write_file(edition / RECORD, record.text().encode())


class _ProcessPool(ProcessPoolExecutor):
    """A pool that does not wait for what its processes are doing when it is left by an error."""

    def __exit__(self, error: type[BaseException] | None, *rest: Any) -> bool | None:
        if error:
            _kill_with_kernels(multiprocessing.active_children())
        return super().__exit__(error, *rest)


def _kill_with_kernels(workers: Iterable[BaseProcess]) -> None:
    """Kill workers and their kernels, which would see only after a while that nobody is there, and write until then."""
    known = []
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(worker.pid)
            process.suspend()  # it starts no other kernel meanwhile
            known += [process, *process.children(recursive=True)]
    for process in known:
        with suppress(psutil.NoSuchProcess):
            process.kill()


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
