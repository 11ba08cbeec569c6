"""From ``data/raw`` to a published edition: cleans the data, plans the pages, and has those made that have changed."""

import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from edstats.counting import counted
from edstats.dataset import Dataset, from_raw, load, write_clean, write_tables
from edstats.digests import tree_digest
from edstats.editions import CHANGES, History, UnreadableHistory, following, read_history
from edstats.event_log import EventLog
from edstats.executors import NoCluster, Workers, dask_workers
from edstats.folders import find_notebooks
from edstats.gates import release_faults
from edstats.kernels.process import WarmExecutor, WarmServer, can_fork
from edstats.packages import needed
from edstats.pages.parameters import UnknownParameter
from edstats.reports.build import BuildResult, Reasons, build, default_executor, progress, reasons
from edstats.reports.contents import plan_edition
from edstats.reports.edition import NotAnEdition
from edstats.reports.inputs import with_inputs
from edstats.reports.plan import TIME_LIMIT, Plan, UnfitNotebook
from edstats.reports.printing import NoBrowser
from edstats.reports.record import BuildRecord, Digests, versions_digest
from edstats.reports.remote import Remote
from edstats.reports.site import Site
from edstats.reports.summary import Summary, by_severity, failed
from edstats.wording import languages

# What has changed, by the name of a page's input, where that does not say it.
WORDS = {
    "all": "all pages were asked for",
    "new": "not built before",
    "anything": "its notebook may depend on anything",
    "file": "its published file was changed or is missing",
    "frame": "the pages around it",
    "catalogue": "the catalogue of its language",
    "versions": "versions of packages",
    "observations": "figures",
    "history": "what is new",
}


@dataclass(frozen=True)
class Wanted:
    """What a build is asked for.

    ``as_of``: the day whose knowledge is shown, None for all that is known; ``scheduler``: the address of the cluster
    whose workers make the pages, None for this machine.
    """

    as_of: date | None
    pdf: bool
    all: bool
    explain: bool
    kernel: str
    jobs: int | None
    time_limit: float | None
    scheduler: str | None = None


def publish(wanted: Wanted, site: Site, record: BuildRecord | None, found: Digests, log: EventLog) -> Summary:
    """Publish the reports of what ``data/raw`` holds, and tell what came of it.

    ``site`` is open and no other build runs; ``record`` is that of the published edition; ``found``: the surroundings,
    told before the data were read. Raises OSError, as when the disk is full, with the published edition as it was.
    """
    warm = wanted.kernel == "warm" and can_fork() and not wanted.scheduler
    # The server imports what pages need while the data are read here.
    with WarmServer() if warm else nullcontext() as server:
        dataset, faults = from_raw(site.data, date.today())
        if dataset is None:
            log.faults(faults)
            return failed(f"{counted(len(faults), 'fault')} in {site.data / 'raw'}")
        datasets = _settle(dataset, wanted.as_of, site)
        if all(each.observations.empty for each in datasets.values()):
            return failed(f"no source was published by {wanted.as_of}")
        if server:
            # The as-of date in the form in which the pages ask for it.
            snapshot = str(site.snapshot)
            server.load((snapshot, each.as_of.isoformat(), language) for language, each in datasets.items())
        try:
            before = read_history(site.reports / "data")
            look_back = next(iter(datasets.values())).as_of < dataset.as_of
            if held_back := release_faults(*before, dataset, site.data, look_back):
                log.faults(held_back)
                return failed(f"{counted(len(held_back), 'change')} since the published edition not declared")
            planned = _plan(wanted, datasets, before, look_back, site, found)
            result = _build(wanted, planned.plan, site, record, server, log)
        except UnreadableHistory as error:
            log.faults([error.fault])
            return failed("the published history cannot be read")
        except (BrokenExecutor, NoBrowser, NoCluster, NotAnEdition, UnfitNotebook, UnknownParameter) as error:
            return failed(str(error))
    return _summary(planned, result, record)


def _settle(dataset: Dataset, as_of: date | None, site: Site) -> dict[str, Dataset]:
    """Write the clean data, and the snapshot of all data; returns what the pages see, by language."""
    write_clean(dataset, site.data)
    shutil.copytree(site.data / "raw", site.snapshot / "raw", ignore=shutil.ignore_patterns(".*"))
    (site.snapshot / "clean").mkdir()
    write_tables(dataset, site.snapshot / "clean")
    return {language: load(site.snapshot, as_of, language) for language in languages()}


@dataclass(frozen=True)
class Planned:
    """The plan of an edition, how many figures are new, revised and gone in it, and whether it is the ``first``."""

    plan: Plan
    changes: Mapping[str, int]
    first: bool


def _plan(
    wanted: Wanted,
    datasets: Mapping[str, Dataset],
    before: tuple[History, pd.DataFrame | None],
    look_back: bool,
    site: Site,
    found: Digests,
) -> Planned:
    """The plan of the edition that follows the history and the observations of ``before``."""
    dataset = next(iter(datasets.values()))
    history, kept = following(
        *before, dataset.observations, dataset.corrections, dataset.as_of, look_back, dataset.declarations
    )
    plan = plan_edition(datasets, site.snapshot, find_notebooks(site.data), site.reports, kept, wanted.pdf)
    packages = needed("edstats")
    # What the build itself has written or looked up since.
    made = {"clean": tree_digest(site.data / "clean"), "versions": versions_digest(packages)}
    plan = replace(
        plan,
        surroundings={**found, **made},
        packages=packages,
        findings=tuple(dataset.findings[["severity", "code", "region", "figures"]].agg(" ".join, axis=1)),
        figures={"all": len(dataset.observations), "sources": len(dataset.sources)},
        time_limit=wanted.time_limit or TIME_LIMIT,
    )
    known = before[0].editions
    latest = history.editions.tail(1) if len(history.editions) > len(known) else known.head(0)
    changes = {change: int(latest[change].sum()) for change in CHANGES}
    return Planned(with_inputs(plan, datasets, history), changes, known.empty)


def _build(
    wanted: Wanted, plan: Plan, site: Site, record: BuildRecord | None, server: WarmServer | None, log: EventLog
) -> BuildResult:
    why = {page.path: ("all",) for page in plan.pages} if wanted.all else reasons(plan, record)
    if wanted.explain:
        _explain(plan, why, log)
    with _workers(wanted, server) as workers, progress(len(why), log) as report:
        remote = Remote(workers.share, wanted.kernel == "warm") if workers.remote else None
        kernels = server.address if server else ""
        return build(plan, workers.executor, report, site.edition, kernels, why, remote)


@contextmanager
def _workers(wanted: Wanted, server: WarmServer | None) -> Iterator[Workers]:
    """Where pages are made. Raises NoCluster."""
    if wanted.scheduler:
        with dask_workers(wanted.scheduler) as workers:
            yield workers
        return
    jobs = wanted.jobs or os.cpu_count() or 1
    with WarmExecutor(server.address, jobs) if server else default_executor(jobs) as executor:
        yield Workers(executor, jobs, remote=False)


def _explain(plan: Plan, why: Reasons, log: EventLog) -> None:
    for page in plan.pages:
        names = why.get(page.path, ())
        changed = ", ".join(WORDS.get(name, name) for name in names)
        told = f"build, because of: {changed}" if changed else "keep, as nothing in it has changed"
        log.result("plan", f"{page.path}: {told}", page=page.path, because=list(names))


def _summary(planned: Planned, result: BuildResult, record: BuildRecord | None) -> Summary:
    plan = planned.plan
    if result.failures:
        reason = f"{len(result.failures)} of {len(plan.pages)} pages could not be made"
        pages = {"built": 0, "kept": 0, "failed": len(result.failures)}
        return Summary("failed", reason, pages=pages, failures=tuple(map(str, result.failures)))
    pages = {"built": len(result.pages), "kept": len(result.kept), "failed": 0}
    # A first edition has nothing that it could be compared with: nothing in it is new.
    before = record.findings if record else plan.findings if planned.first else ()
    made = f"{len(plan.pages)} pages ({pages['built']} built, {pages['kept']} kept)"
    return Summary(
        "published",
        f"{made} as of {plan.edition} in {plan.reports}; start with {plan.reports / 'index.html'}",
        as_of=plan.edition,
        pages=pages,
        figures={**plan.figures, **planned.changes},
        findings=by_severity(plan.findings, before),
    )
