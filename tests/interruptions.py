"""Builds of a tiny project that are killed, and what is left of them."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat
from incremental import COMMAND, Project, contents

from edstats.folders import next_clean_folder
from edstats.reports.record import read_record, stands
from edstats.reports.site import site_of

Who = Literal["tree", "builder"]
When = Literal["any moment", "publishing"]
VALUES = ("11000", "10900")
GOING = 60.0  # seconds that processes may take to be gone, or a build to come to its end


@dataclass(frozen=True)
class Interruption:
    """How a build was killed: who, when, after how many seconds, and whether it had published by then."""

    who: Who
    when: When
    after: float
    published: bool


def start(project: Project, *options: str) -> subprocess.Popen[str]:
    """Start a build of the project and do not wait for it."""
    environment = os.environ | {"PYTHONPATH": str(project.folder / "src")}
    jobs = [] if "--executor" in options else ["--jobs", "2"]
    command = [sys.executable, "-c", COMMAND, "build", "--data", "data", *jobs, *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=project.folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def processes(project: Project) -> set[int]:
    """The processes that run with the project's own library."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                if os.fsencode(project.folder / "src") in (folder / "environ").read_bytes():
                    found.add(int(folder.name))
    return found


def remains(project: Project) -> list[Path]:
    """Folders that a build left: on its site, and any temporary ones."""
    data = project.folder / "data"
    site = site_of(data, project.reports)
    beside = [*project.folder.glob(".*"), *data.glob(".clean*"), *data.glob("raw/.*")]
    temporary = [path for path in (site.temporary, next_clean_folder(data)) if path.exists()]
    return [*beside, *temporary]


def value_of(project: Project) -> str:
    """What the published edition says of the figure that ``change_value`` changes."""
    lines = (project.reports / "data" / "observations.csv").read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith("country-ministry#1,"))
    return next(value for value in VALUES if value in line)


def change_value(project: Project) -> str:
    """Give every build something to publish: the other of two values; returns it."""
    now = VALUES[1 - VALUES.index(value_of(project))]
    figures = project.figures("country-ministry")
    text = figures.read_text(encoding="utf-8")
    for value in VALUES:
        text = text.replace(value, now)
    figures.write_text(text, encoding="utf-8")
    return now


def interrupt(project: Project, new: str, chance: random.Random, seconds: float) -> Interruption:
    """Start a build of the value ``new``, kill it at a random moment of the ``seconds`` that it takes, and look.

    What stands is the edition before, to the byte, or the new one, which is what its record says.
    """
    before = contents(project.reports)
    who: Who = chance.choice(("tree", "builder"))
    when: When = chance.choice(("any moment", "publishing"))
    began = time.monotonic()
    build = start(project)
    if when == "publishing":
        # The last files of an edition: from here to its end a build takes some hundredths of a second.
        while not (project.folder / ".reports-build" / "edition" / "index.html").exists() and build.poll() is None:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.3))
    else:
        time.sleep(chance.uniform(0, seconds))
    killed = processes(project) if who == "tree" else {build.pid}
    for process in killed | {build.pid}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    after = time.monotonic() - began
    build.communicate()
    published = contents(project.reports) != before
    if published:
        record = read_record(project.reports)
        assert record
        assert stands(record, project.reports), "the edition is not what its record says"
        assert value_of(project) == new
    gone_by = time.monotonic() + GOING
    while processes(project):
        assert time.monotonic() < gone_by, f"processes of a killed build are left: {processes(project)}"
        time.sleep(0.05)
    return Interruption(who, when, after, published)


def go_on(project: Project, new: str) -> str:
    """Build again, as the scheduler does, and publish the value ``new``; returns what was said of the build before."""
    build = start(project)
    out, errors = build.communicate(timeout=GOING)
    assert build.returncode == 0, errors
    record = read_record(project.reports)
    assert record
    assert stands(record, project.reports)
    assert remains(project) == [], out + errors
    assert processes(project) == set()
    assert value_of(project) == new
    return errors


def add_cell(project: Project, code: str) -> int:
    """Add a last cell to the notebook of the page of changes; returns its number."""
    notebook = project.notebooks / "changes.ipynb"
    found = nbformat.read(notebook, as_version=4)
    found.cells.append(nbformat.v4.new_code_cell(code))
    nbformat.write(found, notebook)
    return len(found.cells)
