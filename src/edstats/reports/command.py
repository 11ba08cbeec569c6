"""``edstats build``: publishes the reports, as far as anything has changed, and tells what came of it.

What takes long to import is imported where something has changed: a build of the same takes no pandas.
"""

import argparse
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from edstats.event_log import EventLog
from edstats.exit_codes import DONE, FAULTS, INTERRUPTED, WARNINGS
from edstats.folders import DataNotFoundError, find_notebooks
from edstats.object_storage import StoredProject, stored_project
from edstats.project_lock import ProjectInUse, project_lock, waiting_for
from edstats.reports.record import BuildRecord, Digests, read_record, stands, surroundings
from edstats.reports.site import Site, opened, site_of
from edstats.reports.summary import Summary, by_severity, failed
from edstats.stored_objects import StorageError

# Seconds that the command of --notify may take.
PATIENCE_WITH_NOTIFYING = 60


def run_on_object_storage(options: argparse.Namespace) -> int:
    """As ``run``, for a project on object storage; ``options.data`` is the address of its data folder.

    Raises DataNotFoundError when there are no data or notebooks.
    """
    log = EventLog(options.log_format)
    try:
        with _terminated_like_interrupted(), stored_project(options.data, log, writes=True) as project:
            return run(options, project.data, project)
    except DataNotFoundError:
        raise
    except KeyboardInterrupt:
        summary = Summary("interrupted", "interrupted; nothing new was published")
    except (StorageError, ProjectInUse, OSError) as error:
        summary = failed(f"{error}; nothing new was published")
    return _close(summary, options, log)


def run(options: argparse.Namespace, data: Path, stored: StoredProject | None = None) -> int:
    """Build, tell what came of it to the log and to whom it is to be notified, and return the exit code.

    ``stored``: the project on object storage whose copy is built, and then written back. Raises DataNotFoundError when
    there are no notebooks.
    """
    log = EventLog(options.log_format)
    site = site_of(data, data.parent / "reports")
    notebooks = find_notebooks(data)
    before = read_record(site.reports)
    try:
        with _terminated_like_interrupted():
            summary = _build(options, site, notebooks, log)
            if stored and summary.outcome in ("published", "unchanged"):
                stored.store()
    except KeyboardInterrupt:
        summary = Summary("interrupted", "interrupted")
    except (ProjectInUse, StorageError) as error:
        summary = failed(str(error))
    except OSError as error:  # the disk is full, a folder cannot be written
        summary = failed(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
    except Exception as error:
        _close(_with_what_stands(failed(f"{type(error).__name__}: {error}"), site, before, stored), options, log)
        raise
    return _close(_with_what_stands(summary, site, before, stored), options, log)


def _with_what_stands(
    summary: Summary, site: Site, before: BuildRecord | None, stored: StoredProject | None
) -> Summary:
    return _stored_edition(summary, stored) if stored else _standing_edition(summary, site, before)


def _stored_edition(summary: Summary, stored: StoredProject) -> Summary:
    """The summary, which names object storage; of a build that did not come to its end, with what stands there now."""
    said = stored.told(summary.message)
    if summary.outcome not in ("published", "unchanged"):
        standing = {
            "not begun": f"nothing was published, {stored.url} stays as it was",
            "asked": f"the next build finishes the upload to {stored.url} if it had begun, which is not known",
            "begun": f"the upload to {stored.url} had begun, and the next build finishes it",
            "done": f"the edition was published in {stored.url} before that",
        }
        said = f"{said}; {standing[stored.upload]}"
    return replace(summary, message=said, failures=tuple(map(stored.told, summary.failures)))


def _build(options: argparse.Namespace, site: Site, notebooks: Path, log: EventLog) -> Summary:
    if not site.remains() and (summary := _unchanged(options, site, notebooks)[2]):
        return summary

    def report_waiting() -> None:
        log.tell("waiting", waiting_for(site.data), "warning")

    with project_lock(site.data, report_waiting):
        _clear(site, log)
        record, found, summary = _unchanged(options, site, notebooks)
        if summary:
            return summary
        from edstats.reports.publication import Wanted, publish  # noqa: PLC0415

        wanted = Wanted(
            options.as_of,
            options.pdf,
            options.all,
            options.explain,
            options.kernel,
            options.jobs,
            options.time_limit,
            options.scheduler,
        )
        with opened(site):
            return publish(wanted, site, record, found, log)


def _clear(site: Site, log: EventLog) -> None:
    """Remove what a build left that was interrupted, and say so."""
    interrupted = bool(site.remains())
    if site.clear():
        log.tell("restored", "a build was interrupted while it published; the edition before stands again", "warning")
    elif interrupted:
        log.tell("cleared", "a build was interrupted; what it left is removed", "warning")


def _unchanged(
    options: argparse.Namespace, site: Site, notebooks: Path
) -> tuple[BuildRecord | None, Digests, Summary | None]:
    """The record of the published edition, the surroundings now, and what is told where both say the same."""
    record = read_record(site.reports)
    as_of = options.as_of.isoformat() if options.as_of else ""
    # Told before anything is read, so that what changes during the build has changed for the next one.
    found = surroundings(site.data, notebooks, as_of, options.pdf, record.packages if record else ())
    if record is None or options.all or found != record.surroundings or not stands(record, site.reports):
        return record, found, None
    index = site.reports / "index.html"
    pages = len(record.pages)
    told = f"nothing has changed: {pages} pages as of {record.as_of} in {site.reports}; start with {index}"
    counts = {"built": 0, "kept": pages, "failed": 0}
    findings = by_severity(record.findings, record.findings)
    figures = {**record.figures, "new": 0, "revised": 0, "gone": 0} if record.figures else {}
    return record, found, Summary("unchanged", told, record.as_of, counts, figures, findings)


def _standing_edition(summary: Summary, site: Site, before: BuildRecord | None) -> Summary:
    """The summary; of a build that did not come to its end, with what stands published now."""
    if summary.outcome in ("published", "unchanged"):
        return summary
    record = read_record(site.reports)
    if record and record != before:
        told = f"the edition as of {record.as_of} was published before that"
    elif record:
        told = f"nothing was published, the edition as of {record.as_of} stays as it was"
    else:
        told = "nothing was published, there is no edition before it"
    return replace(summary, message=f"{summary.message}; {told}")


def _close(summary: Summary, options: argparse.Namespace, log: EventLog) -> int:
    """Tell the summary and return the exit code."""
    details = summary.details()
    if summary.outcome in ("published", "unchanged"):
        log.result("summary", summary.text(), **details)
    else:
        log.tell("summary", summary.text(), "error", **details)
    if options.notify:
        _notify(options.notify, log, summary)
    if summary.outcome == "failed":
        return FAULTS
    if summary.outcome == "interrupted":
        return INTERRUPTED
    counts = summary.findings.get("warning")
    asked = {"warning": counts and counts.all, "new-warning": counts and counts.new}
    return WARNINGS if options.fail_on and asked[options.fail_on] else DONE


def _notify(command: list[str], log: EventLog, summary: Summary) -> None:
    """Run the command with the summary, in the form of the log, on its standard input."""
    try:
        done = subprocess.run(
            command,
            input=log.line("summary", summary.text(), "info", **summary.details()) + "\n",
            stdout=subprocess.DEVNULL,  # the log is of events alone
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_WITH_NOTIFYING,
            check=False,
        )
        said = done.stderr.strip().rpartition("\n")[2]
        problem = f"ended with {done.returncode}" + (f": {said}" if said else "") if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"took longer than {PATIENCE_WITH_NOTIFYING} seconds"
    except OSError as error:
        problem = f"'{command[0]}' cannot be run ({error.strerror or error})"
    if problem:
        log.tell("notify", f"--notify {shlex.join(command)}: {problem}", "warning")


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Have SIGTERM, with which schedulers stop a build, clean up behind it as Ctrl-C does."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
