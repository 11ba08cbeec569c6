"""``edstats build``: cleans the data and publishes the reports, as far as they have changed."""

import argparse
import os
import sys
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import replace
from datetime import date
from pathlib import Path

from edstats.dataset import Dataset, load, write_clean
from edstats.editions import UnreadableHistory, following
from edstats.folders import find_notebooks
from edstats.kernels.process import WarmExecutor, WarmServer
from edstats.pages.parameters import UnknownParameter
from edstats.reports.build import BuildResult, Reasons, build, default_executor, progress, reasons
from edstats.reports.contents import plan_edition
from edstats.reports.edition import NotAnEdition
from edstats.reports.inputs import needed, with_inputs
from edstats.reports.plan import Plan, UnfitNotebook
from edstats.reports.printing import NoBrowser
from edstats.reports.record import Digests, read_record, tree_digest, versions_digest
from edstats.wording import languages

DONE, FAULTS = 0, 1
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


def run(options: argparse.Namespace, dataset: Dataset, data: Path, found: Digests, server: WarmServer | None) -> int:
    """Publish the reports of ``dataset``, which is what ``data/raw`` gives, and return the exit code.

    ``found``: the surroundings, told before the data were read.
    """
    write_clean(dataset, data)
    datasets = {language: load(data, options.as_of, language) for language in languages()}
    if all(each.observations.empty for each in datasets.values()):
        print(f"no source was published by {options.as_of}; nothing was published", file=sys.stderr)
        return FAULTS
    if server:
        # The as-of date in the form in which the pages ask for it.
        server.load((str(data), each.as_of.isoformat(), language) for language, each in datasets.items())
    try:
        plan = _plan(options, datasets, dataset.as_of, data, found)
        why = _reasons(options, plan)
        if options.explain:
            _explain(plan, why)
        jobs = options.jobs or os.cpu_count() or 1
        with _executor(jobs, server) as executor, progress(len(why), sys.stderr) as report:
            result = build(plan, executor, report, server.address if server else "", why)
    except (BrokenExecutor, NoBrowser, NotAnEdition, UnfitNotebook, UnknownParameter, UnreadableHistory) as error:
        print(f"{error}; nothing was published", file=sys.stderr)
        return FAULTS
    return _tell(plan, result)


def _plan(
    options: argparse.Namespace, datasets: Mapping[str, Dataset], newest: date, data: Path, found: Digests
) -> Plan:
    """The plan of the edition. ``newest``: the as-of date of all that is known."""
    dataset = next(iter(datasets.values()))
    reports, notebooks = data.parent / "reports", find_notebooks(data)
    history, kept = following(
        reports / "data", dataset.observations, dataset.corrections, dataset.as_of, look_back=dataset.as_of < newest
    )
    plan = plan_edition(datasets, data, notebooks, reports, kept, options.pdf)
    packages = needed("edstats")
    # What the build itself has written or looked up since.
    made = {"clean": tree_digest(data / "clean"), "versions": versions_digest(packages)}
    return with_inputs(replace(plan, surroundings={**found, **made}, packages=packages), datasets, history)


def _reasons(options: argparse.Namespace, plan: Plan) -> Reasons:
    return {page.path: ("all",) for page in plan.pages} if options.all else reasons(plan, read_record(plan.reports))


def _executor(jobs: int, server: WarmServer | None) -> Executor:
    return WarmExecutor(server.address, jobs) if server else default_executor(jobs)


def _explain(plan: Plan, why: Reasons) -> None:
    for page in plan.pages:
        changed = ", ".join(WORDS.get(name, name) for name in why.get(page.path, ()))
        print(f"{page.path}: " + (f"build, because of: {changed}" if changed else "keep, as nothing in it has changed"))


def _tell(plan: Plan, result: BuildResult) -> int:
    for failure in result.failures:
        print(f"failed: {failure}", file=sys.stderr)
    if result.failures:
        print("nothing was published; the last edition stays as it was", file=sys.stderr)
        return FAULTS
    pages = f"{len(result.pages)} built, {len(result.kept)} kept"
    index = plan.reports / "index.html"
    print(f"{len(plan.pages)} pages ({pages}) as of {plan.edition} in {plan.reports}; start with {index}")
    return DONE
