"""Builds an edition of any number of pages: the project's own English ones, as often as it takes.

``python benchmarks/many_pages.py DATA COUNT (--jobs N | --scheduler ADDRESS)``: what ``edstats build --all`` does once
the data is clean, for ``benchmarks/scaling.py``, as the project itself has 69 pages.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builds import project_pages, repeated_plan, warm

from edstats.executors import Workers, dask_workers
from edstats.reports.build import build
from edstats.reports.remote import Remote


@contextmanager
def warm_workers(data: Path, options: argparse.Namespace) -> Iterator[tuple[Workers, str]]:
    """Where pages are made, and the address of the server of warm kernels, "" where the workers have their own."""
    if options.scheduler:
        with dask_workers(options.scheduler) as workers:
            yield workers, ""
        return
    with warm(data, options.jobs) as (server, executor):
        yield Workers(executor, options.jobs, remote=False), server.address


def main() -> None:
    parser = argparse.ArgumentParser(description="Build an edition of any number of pages.")
    parser.add_argument("data", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--scheduler")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, warm_workers(options.data, options) as (workers, kernels):
        plan = repeated_plan(project_pages(options.data), options.count, Path(folder, "reports"))
        remote = Remote(workers.share) if workers.remote else None
        result = build(plan, workers.executor, lambda made: None, Path(folder, "next"), kernels, remote=remote)
        if len(result.pages) != options.count:
            raise SystemExit(f"{len(result.pages)} of {options.count} pages were built: {result.failures}")


if __name__ == "__main__":
    main()
