"""How long the reports take to build, each way side by side, and how much memory they hold.

Run ``make bench``, or ``python benchmarks/builds.py [--rounds 3] [--every 3]`` on a machine that does nothing else. The
ways are run in turn, round after round, on the project's own notebooks and data:

- shell loop: ``papermill`` and ``jupyter nbconvert`` for each page, one after the other
- Python loop: ``papermill.execute_notebook`` and ``HTMLExporter`` for each page, in one process
- ``edstats build --all --kernel stock``, ``--all``, and ``edstats build`` where nothing, or one figure, has changed
- the cells alone: the code of the notebooks in warm processes, one a core, without papermill and without pages

The two loops make every n-th page (``--every``), and their time is that of these pages times n. Memory is the most that
the processes of a build hold at a time, what they share counted once (Linux's PSS).
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from cells import run_cells
from memory import PeakMemory

from edstats.dataset import load
from edstats.kernels.process import WarmExecutor, WarmServer
from edstats.reports.build import build
from edstats.reports.contents import plan_edition
from edstats.reports.plan import Page, Plan, Volume
from edstats.wording import languages

PROJECT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
GROWTH = (15, 60, 240)
# A figure of one region, in an indicator that other regions report too.
CHANGED = ("atyrau-capital-repair-undated", "10 745 первоклашек", ("10 746 первоклашек", "10 747 первоклашек"))


def copied_project(folder: Path) -> Path:
    """A copy of the data and notebooks to build from; returns its data folder."""
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, folder / name)
    return folder / "data"


def project_pages(data: Path) -> tuple[Page, ...]:
    """All pages of the project, in all languages."""
    datasets = {language: load(data, None, language) for language in languages()}
    plan = plan_edition(datasets, data, data.parent / "notebooks", data.parent / "reports", {}, False)
    return plan.pages


def shell_loop(pages: Sequence[Page], folder: Path) -> None:
    """Run and convert the notebooks as a person would in a shell."""
    for page in pages:
        parameters = [part for name, value in page.parameters.items() for part in ("-p", name, value)]
        executed = folder / f"{page.language}-{page.name}.ipynb"
        run = [str(BIN / "papermill"), str(page.notebook), str(executed), *parameters, "--no-progress-bar"]
        convert = [str(BIN / "jupyter-nbconvert"), "--to", "html", str(executed)]
        for command in (run, convert):
            subprocess.run(command, check=True, capture_output=True, cwd=folder)


def python_loop(pages: Sequence[Page], folder: Path) -> None:
    """The same in one process, with the libraries' own functions."""
    code = (
        "import json, sys, papermill, nbconvert\n"
        "for notebook, executed, parameters in json.load(sys.stdin):\n"
        "    papermill.execute_notebook(notebook, executed, parameters, progress_bar=False)\n"
        "    html, _ = nbconvert.HTMLExporter().from_filename(executed)\n"
        "    open(executed + '.html', 'w', encoding='utf-8').write(html)\n"
    )
    tasks = [
        (str(page.notebook), str(folder / f"{page.language}-{page.name}.ipynb"), dict(page.parameters))
        for page in pages
    ]
    command = [sys.executable, "-c", code]
    subprocess.run(command, input=json.dumps(tasks), text=True, check=True, capture_output=True, cwd=folder)


def cells_alone(pages: Sequence[Page], executor: WarmExecutor, cores: int) -> None:
    """Run the cells of all pages, as many processes at a time as there are cores."""
    parts = [executor.submit(run_cells, pages[core::cores]) for core in range(cores)]
    for part in parts:
        part.result()


@contextlib.contextmanager
def warm(data: Path, jobs: int) -> Iterator[tuple[WarmServer, WarmExecutor]]:
    """A server of warm processes that has imported and loaded everything, and workers that it has forked."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)  # where the workers find the module of the cells
    with WarmServer() as server:
        as_of = load(data).as_of.isoformat()
        server.load((str(data), as_of, language) for language in languages())
        with WarmExecutor(server.address, jobs) as executor:
            for _ in range(4 * jobs):
                executor.submit(time.sleep, 0.05).result()
            yield server, executor


def edstats(data: Path, *options: str) -> str:
    """Run ``edstats build``; returns what it says in the end."""
    command = [str(BIN / "edstats"), "build", "--data", str(data), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=data.parent).stdout


def change_figure(data: Path, turn: int) -> None:
    """Change one figure, to another number each turn."""
    source, printed, others = CHANGED
    file = data / "raw" / "figures" / f"{source}.csv"
    text = file.read_text(encoding="utf-8")
    (now,) = (phrase for phrase in (printed, *others) if f",{phrase}," in text)
    file.write_text(text.replace(now, others[turn % len(others)]), encoding="utf-8", newline="\n")


def repeated_plan(pages: Sequence[Page], count: int, reports: Path) -> Plan:
    """A plan of ``count`` pages in one language: the project's own, as often as it takes."""
    own = [page for page in pages if page.language == "en"]
    many = [replace(own[n % len(own)], name=f"{own[n % len(own)].name}-{n}", group="regions") for n in range(count)]
    return Plan((Volume("en", tuple(many)),), reports, "2026-01-01", {})


def timed(step: Callable[[], object]) -> tuple[float, object]:
    """The seconds that a step takes, and what it returns."""
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the reports take to build, each way side by side.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is run")
    parser.add_argument("--every", type=int, default=3, help="the two loops make every n-th page")
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = copied_project(folder)
        edstats(data, "--all")
        change_figure(data, 0)
        edstats(data)  # from the second edition on, most pages say that nothing is new
        pages = project_pages(data)
        report_ways(pages, data, options.rounds, options.every, cores)
        report_growth(pages, data, options.rounds, cores)


def report_ways(pages: Sequence[Page], data: Path, rounds: int, every: int, cores: int) -> None:
    """Print how long each way takes for all pages."""
    looped = pages[::every]
    scale = len(pages) / len(looped)
    seconds: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    for turn in range(rounds):
        with tempfile.TemporaryDirectory() as name, warm(data, cores) as (_, executor):
            scratch = Path(name)
            ways: dict[str, Callable[[], object]] = {
                "shell loop": partial(shell_loop, looped, scratch),
                "Python loop": partial(python_loop, looped, scratch),
                "edstats build --all --kernel stock": partial(edstats, data, "--all", "--kernel", "stock"),
                "edstats build --all": partial(edstats, data, "--all"),
                "cells alone, warm": partial(cells_alone, pages, executor, cores),
                "edstats build, nothing changed": partial(edstats, data),
                "edstats build, one figure changed": partial(edstats, data),
            }
            for way, step in ways.items():
                if way.endswith("one figure changed"):
                    change_figure(data, turn + 1)
                with PeakMemory() if "edstats" in way else contextlib.nullcontext() as watch:
                    took, said = timed(step)
                took *= scale if way.endswith("loop") else 1
                seconds.setdefault(way, []).append(took)
                if watch:
                    memory[way] = max(memory.get(way, 0), watch.peak)
                print(f"round {turn + 1}: {took:8.2f} s  {way} {_built(said)}", file=sys.stderr, flush=True)
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    cells = medians["cells alone, warm"]
    print(f"\n{len(pages)} pages, {cores} cores, medians of {rounds} rounds; loops: {len(looped)} pages, scaled\n")
    print("| way | seconds | shell loop / it | Python loop / it | it / cells | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for way, median in medians.items():
        ratios = (medians["shell loop"] / median, medians["Python loop"] / median)
        peak = f"{memory[way]:.0f}" if way in memory else ""
        print(f"| {way} | {median:.2f} | {ratios[0]:.1f} | {ratios[1]:.1f} | {median / cells:.2f} | {peak} |")


def _built(said: object) -> str:
    """How many pages a build says that it has built and kept."""
    found = re.search(r"\(.*\)", str(said))
    return found[0] if found else ""


def report_growth(pages: Sequence[Page], data: Path, rounds: int, cores: int) -> None:
    """Print how the time of a build grows with the number of pages, beside that of the cells alone."""
    seconds: dict[int, list[float]] = {count: [] for count in GROWTH}
    for _ in range(rounds):
        for count in GROWTH:
            with tempfile.TemporaryDirectory() as name, warm(data, cores) as (server, executor):
                plan = repeated_plan(pages, count, Path(name, "reports"))
                took, _ = timed(partial(build, plan, executor, lambda made: None, Path(name, "next"), server.address))
                seconds[count].append(took)
    print("\n| pages | seconds from the first page to the last | seconds a page |\n| ---: | ---: | ---: |")
    for count, times in seconds.items():
        print(f"| {count} | {statistics.median(times):.2f} | {statistics.median(times) / count:.3f} |")


if __name__ == "__main__":
    main()
