"""A build that is killed at any moment loses nothing, and the next one goes on by itself.

``make reliability`` runs these with more interruptions than CI does, and prints what ``docs/reliability.md`` tells.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from incremental import Project, contents, make_project
from interruptions import add_cell, change_value, go_on, interrupt, processes, remains, start, value_of

from edstats.folder_exchange import clear
from edstats.kernels.process import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes are found in /proc, on Linux only")

INTERRUPTIONS = int(os.environ.get("EDSTATS_INTERRUPTIONS", "8"))
SEED = int(os.environ.get("EDSTATS_SEED", "7"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, float]:
    """A project with an edition, and the seconds that a build of it takes."""
    project = make_project(tmp_path_factory.mktemp("interrupted"))
    assert project.build().code == 0
    change_value(project)
    began = time.monotonic()
    again = project.build()
    assert again.code == 0, again.errors
    return project, time.monotonic() - began


@pytest.fixture
def project(built: tuple[Project, float], tmp_path: Path) -> Project:
    return built[0].copy(tmp_path / "project")


def test_a_build_killed_at_any_moment_leaves_a_whole_edition_and_the_next_one_goes_on(
    project: Project, built: tuple[Project, float]
) -> None:
    chance = random.Random(SEED)
    tally: Counter[str] = Counter()
    for number in range(INTERRUPTIONS):
        new = change_value(project)
        interruption = interrupt(project, new, chance, built[1])
        print(f"{number + 1}: {interruption}")
        said = go_on(project, new)
        tally[f"killed: {interruption.who}, {interruption.when}"] += 1
        tally["new edition stood" if interruption.published else "old edition stood"] += 1
        tally["remains were cleared"] += "what it left is removed" in said
    print(*(f"{name}: {count}" for name, count in sorted(tally.items())), sep="\n")
    assert tally["old edition stood"] > 0
    assert tally["remains were cleared"] > 0
    assert tally["new edition stood"] > 0 or INTERRUPTIONS < 50


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_a_build_that_is_stopped_by_a_scheduler_cleans_up_and_says_so(kernel: str, project: Project) -> None:
    before = contents(project.reports)
    change_value(project)
    add_cell(project, "import time\ntime.sleep(100)")  # it is stopped in the midst of a page
    build = start(project, "--kernel", kernel)
    while not (project.folder / ".reports-build" / "edition" / "en").exists():
        time.sleep(0.01)
    build.terminate()
    _, errors = build.communicate(timeout=30)
    assert build.returncode == 130
    assert "interrupted; nothing was published, the edition as of 2024-06-20 stays as it was" in errors
    assert "Traceback" not in errors
    assert contents(project.reports) == before
    assert remains(project) == []
    assert processes(project) == set()


def test_of_two_builds_at_once_the_second_waits_and_finds_nothing_to_do(project: Project) -> None:
    new = change_value(project)
    first = start(project)
    while not (project.folder / ".reports-build").exists():
        time.sleep(0.01)
    second = start(project)
    out, errors = second.communicate(timeout=120)
    assert "another edstats process is writing" in errors
    assert out.startswith("nothing has changed: ")
    assert (second.returncode, first.wait(60)) == (0, 0)
    first.communicate()
    assert value_of(project) == new


def test_clean_waits_for_a_build_and_a_lock_whose_process_is_gone_holds_nobody_up(project: Project) -> None:
    change_value(project)
    build = start(project)
    while not (project.folder / ".reports-build").exists():
        time.sleep(0.01)
    command = ["-c", "import sys; from edstats.cli import main; sys.exit(main(['clean', '--data', 'data']))"]
    paths = os.environ | {"PYTHONPATH": str(project.folder / "src")}
    clean = subprocess.Popen(
        [sys.executable, *command], cwd=project.folder, env=paths, stderr=subprocess.PIPE, text=True
    )
    assert clean.stderr is not None
    assert "waiting for it to end" in clean.stderr.readline()
    build.kill()
    assert clean.wait(60) == 0
    clean.stderr.close()
    build.communicate()


INTERRUPTED_AT = """
import os, sys
from pathlib import Path
from edstats import folder_exchange
from edstats.reports.site import opened, site_of

left, exchanges, folder = int(sys.argv[1]), sys.argv[2] == "exchange", Path(sys.argv[3])
site = site_of(folder / "data", folder / "reports")
renaming = Path.rename

def rename(self, target):
    global left
    done = renaming(self, target)
    left -= 1
    if left == 0:
        raise KeyboardInterrupt
    return done

if not exchanges:
    folder_exchange._exchanged = lambda one, other: False
Path.rename = rename
try:
    with opened(site):
        site.edition.mkdir()
        (site.edition / "a").write_bytes(b"new")
        folder_exchange.put_in_place(site.edition, site.reports)
except KeyboardInterrupt:
    sys.exit(1)
"""


@pytest.mark.parametrize("way", ["exchange", "two renames"])
def test_an_edition_is_there_wherever_publishing_is_interrupted(way: str, tmp_path: Path) -> None:
    for call in range(1, 10):
        folder = tmp_path / f"{call}"
        (folder / "reports").mkdir(parents=True)
        (folder / "reports" / "a").write_bytes(b"old")
        done = subprocess.run([sys.executable, "-c", INTERRUPTED_AT, str(call), way, folder], check=False)
        assert contents(folder / "reports") in ({"a": b"old"}, {"a": b"new"})
        assert [path.name for path in folder.iterdir()] == ["reports"]
        if done.returncode == 0:
            break
    else:
        pytest.fail("it never came to its end")


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from edstats import folder_exchange

events = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.listdir", "os.scandir"}
left, exchanges, new, place = int(sys.argv[1]), sys.argv[2] == "exchange", Path(sys.argv[3]), Path(sys.argv[4])

def kill_at(event, arguments):
    global left
    if event in events:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

if not exchanges:
    folder_exchange._exchanged = lambda one, other: False
sys.addaudithook(kill_at)
folder_exchange.put_in_place(new, place)
folder_exchange.clear(new, place)
"""


@pytest.mark.parametrize("way", ["exchange", "two renames"])
def test_a_folder_takes_the_place_of_another_wherever_the_process_is_killed(way: str, tmp_path: Path) -> None:
    old_files, new_files = {"a": b"old", "b/c": b"old"}, {"a": b"new", "d/e": b"new", "f": b"new"}
    stood: Counter[str] = Counter()
    for event in range(1, 200):
        new, place = tmp_path / str(event) / "new", tmp_path / str(event) / "place"
        for folder, files in ((place, old_files), (new, new_files)):
            for name, content in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        done = subprocess.run([sys.executable, "-c", KILLED_AT, str(event), way, new, place], check=False)
        there = contents(place)
        stood["old" if there == old_files else "new" if there == new_files else "none"] += 1
        assert there in (old_files, new_files) or (way == "two renames" and there == {}), there
        clear(new, place)
        assert contents(place) in (old_files, new_files)
        assert [path.name for path in place.parent.iterdir()] == ["place"]
        if done.returncode == 0:
            break
    else:
        pytest.fail("the process never came to its end")
    assert stood["old"] > 3
    assert stood["new"] > 3
    # Where two folders cannot be exchanged, there is a moment with none of them; the next build puts the old one back.
    assert stood["none"] == (1 if way == "two renames" else 0), stood
