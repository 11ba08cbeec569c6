"""How work grows and spreads: documents, figures and pages in 1 and 2 processes and on 2 workers of a Dask cluster.

Run ``python benchmarks/scaling.py [documents|figures|pages] [--documents 600] [--figures 40000] [--pages 60]
[--rounds 3]`` on Linux. A quarter of a sample and the whole are run in every way, round after round, and from the
medians of the rounds a model is fitted: so many seconds for the start, and so many for each document. It is then held
against one run of ten samples. Of each way stand there the seconds that passed and those of processors: of the command
with its processes, of the scheduler and of the workers. The seconds of processors hardly change with what else the
machine does. What the kernels of pages take is not told: they are killed when they are done, and leave no account.

Scheduler and workers run on this machine, so that what passes with workers here says little about workers elsewhere;
what each of the three takes of a processor tells which of them would be the one that the others wait for.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from builds import copied_project
from extraction import LANGUAGES, ordinary
from memory import descendants
from raw_figures import write_raw_figures

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from dask_cluster import Cluster, dask_cluster

EDSTATS = (sys.executable, "-c", "import sys; from edstats.cli import main; sys.exit(main())")
# The project has 69 pages; more of them take a program of their own.
MANY_PAGES = (sys.executable, str(Path(__file__).with_name("many_pages.py")))
DOCUMENT = 3_000  # characters
TIMES = 10
WAYS = {
    "documents": ("--jobs 1", "--jobs 2", "2 workers"),
    "figures": ("this process", "2 workers"),
    "pages": ("--jobs 1", "--jobs 2", "2 workers"),
}


# Workers live on from run to run, and remember what they have read.
_numbers = itertools.count()


@dataclass(frozen=True)
class Cost:
    """Seconds: those that passed, and those of processors, of the command, the scheduler and the workers."""

    passed: float
    command: float
    scheduler: float
    workers: float


def write_documents(folder: Path, count: int) -> list[str]:
    """Write press releases as JSON lines, none twice; returns the arguments of the command that reads them."""
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as lines:
        for number in itertools.islice(_numbers, count):
            language = LANGUAGES[number % len(LANGUAGES)]
            text = ordinary(language)(random.Random(number), DOCUMENT)
            entry = {"id": f"{language}-{number}", "text": text, "published": "2024-09-02"}
            print(json.dumps(entry, ensure_ascii=False), file=lines)
    return ["extract", str(folder / "documents.jsonl")]


def write_figures(folder: Path, count: int) -> list[str]:
    """Write figures; returns the arguments of the command that cleans them."""
    return ["clean", "--data", str(write_raw_figures(folder, count))]


def write_project(folder: Path, count: int) -> list[str]:
    """Copy the project; returns the arguments of the program that builds ``count`` pages of it."""
    return [str(copied_project(folder)), str(count)]


def run(command: Sequence[str], cluster: Cluster | None = None) -> Cost:
    """What a command costs; ``cluster``: whose scheduler and workers are looked at."""
    before = _processors(cluster)
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    passed = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    process.returncode = 0
    after = _processors(cluster)
    return Cost(passed, used.ru_utime + used.ru_stime, after[0] - before[0], after[1] - before[1])


def _processors(cluster: Cluster | None) -> tuple[float, float]:
    """Seconds that the scheduler, and that the workers, have taken of a processor."""
    if cluster is None:
        return 0, 0
    return _processor(cluster.scheduler.pid), sum(_processor(worker.pid) for worker in cluster.workers)


def _processor(process: int) -> float:
    """Seconds that a process, with those that it has started, has taken of a processor."""
    ticks = 0
    for each in (process, *descendants(process)):
        with contextlib.suppress(OSError):  # it has ended since, and its parent counts it
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measured(kind: str, count: int, way: str, cluster: Cluster) -> Cost:
    """What ``count`` documents, figures or pages cost in one way."""
    write: dict[str, Callable[[Path, int], list[str]]] = {
        "documents": write_documents,
        "figures": write_figures,
        "pages": write_project,
    }
    with tempfile.TemporaryDirectory() as folder:
        arguments = write[kind](Path(folder), count)
        if kind == "pages":
            return _pages(arguments, way, cluster)
        if "workers" in way:
            return run([*EDSTATS, *arguments, "--executor", "dask", "--scheduler", cluster.address], cluster)
        return run([*EDSTATS, *arguments, *(way.split() if way.startswith("--") else ())])


def _pages(arguments: Sequence[str], way: str, cluster: Cluster) -> Cost:
    if "workers" in way:
        return replace(run([*MANY_PAGES, *arguments, "--scheduler", cluster.address], cluster), workers=0)
    return replace(run([*MANY_PAGES, *arguments, *way.split()]), command=0)


def report(kind: str, many: int, rounds: int, cluster: Cluster) -> None:
    """Print the costs of a quarter and of the whole, the model, and what it says of ten times as many and is found."""
    few = many // 4
    taken: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(rounds):
        for count in (few, many):
            for way in WAYS[kind]:
                taken.setdefault((way, count), []).append(measured(kind, count, way, cluster))
    print(f"\n| way | {kind} | seconds | {kind} a second | command | scheduler | workers |", flush=True)
    print("| --- " + "| ---: " * 6 + "|")
    for (way, count), costs in taken.items():
        _print_row(way, f"{count:,}", count, _median(costs))
    for way in WAYS[kind]:
        small, large = astuple(_median(taken[way, few])), astuple(_median(taken[way, many]))
        each = [max(b - a, 0) / (many - few) for a, b in zip(small, large, strict=True)]
        start = [max(a - slope * few, 0) for a, slope in zip(small, each, strict=True)]
        for factor in (TIMES, 10 * TIMES):
            count = factor * many
            said = Cost(*(first + slope * count for first, slope in zip(start, each, strict=True)))
            _print_row(way, f"{count:,} by the model", count, said)
            if factor == TIMES:
                _print_row(way, f"{count:,} measured", count, measured(kind, count, way, cluster))
        print(f"| {way} | start; each in ms | {_ends(start[0], each[0])} | | ", end="")
        print(" | ".join(_ends(first, slope) for first, slope in zip(start[1:], each[1:], strict=True)) + " |")
        _, command, scheduler, workers = each
        if workers:
            most = workers / max(command, scheduler)
            who = "the command" if command > scheduler else "the scheduler"
            print(f"\n{way}: from {most:.1f} workers on, they wait for {who}", flush=True)


def _ends(start: float, each: float) -> str:
    return f"{start:.1f}; {each * 1000:.3f}" if start or each else ""


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*map(astuple, costs), strict=True)))


def _print_row(way: str, said: str, count: int, cost: Cost) -> None:
    processors = " | ".join(
        f"{seconds:.1f}" if seconds else "" for seconds in (cost.command, cost.scheduler, cost.workers)
    )
    print(f"| {way} | {said} | {cost.passed:.1f} | {count / cost.passed:,.1f} | {processors} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="How documents, figures and pages spread over processes and workers.")
    parser.add_argument("kinds", nargs="*", metavar="kind", help=f"{', '.join(WAYS)}; all of them without")
    for kind, sample in (("documents", 600), ("figures", 40_000), ("pages", 60)):
        parser.add_argument(f"--{kind}", type=int, default=sample, help=f"how many are a sample (default: {sample})")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default: 3)")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(WAYS):
        parser.error(f"{', '.join(sorted(unknown))}: one of {', '.join(WAYS)}")
    with tempfile.TemporaryDirectory() as folder, dask_cluster(Path(folder)) as cluster:
        for kind in options.kinds or WAYS:
            report(kind, getattr(options, kind), options.rounds, cluster)


if __name__ == "__main__":
    main()
