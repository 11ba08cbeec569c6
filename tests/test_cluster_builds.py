"""Builds whose pages are made on a Dask cluster: a real scheduler and real workers, on loopback."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_cluster import Cluster, dask_cluster
from incremental import ALL, Project, contents, pages
from interruptions import add_cell, change_value, remains, start

LOOP = "while True:\n    pass"


@pytest.fixture(scope="module")
def cluster(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that no test harms."""
    with dask_cluster(tmp_path_factory.mktemp("cluster"), library=built.folder / "src") as cluster:
        yield cluster


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    return built.copy(tmp_path / "project")


def on(cluster: Cluster) -> tuple[str, ...]:
    """The options for a build on a cluster."""
    return ("--executor", "dask", "--scheduler", cluster.address)


def wait_for_a_page(project: Project) -> None:
    """Wait until a build that was started has one of its pages."""
    end = time.monotonic() + 60
    while not list((project.folder / ".reports-build" / "edition").glob("en/*.html")):
        assert time.monotonic() < end, "no page came"
        time.sleep(0.02)


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_an_edition_made_on_workers_is_to_the_byte_the_one_made_here(
    kernel: str, project: Project, built: Project, cluster: Cluster
) -> None:
    there = project.build("--all", "--kernel", kernel, *on(cluster))
    assert there.code == 0, there.errors
    assert there.pages == ALL
    assert contents(project.reports) == contents(built.reports)
    assert remains(project) == []
    assert project.build(*on(cluster)).changed_nothing


def test_only_what_has_changed_is_made_on_workers(project: Project, built: Project, cluster: Cluster) -> None:
    (project.reports / "en" / "kostanay.html").unlink()
    said = project.build(*on(cluster))
    assert said.code == 0, said.errors
    assert said.pages == pages("kostanay")
    assert contents(project.reports) == contents(built.reports)


def test_a_page_that_fails_on_a_worker_is_named_and_nothing_is_published(project: Project, cluster: Cluster) -> None:
    before = contents(project.reports)
    number = add_cell(project, LOOP)
    said = project.build("--time-limit", "6", *on(cluster))
    assert said.code == 1
    told = "TimeLimit: not done after 6 seconds, the limit of a page (--time-limit)"
    assert f"failed: en/changes.html, cell {number} (while True:): {told}" in said.errors
    assert contents(project.reports) == before


def test_a_notebook_that_cannot_be_run_stops_the_build_before_anything_is_sent(
    project: Project, cluster: Cluster
) -> None:
    (project.notebooks / "changes.ipynb").write_text("{}", encoding="utf-8")
    said = project.build(*on(cluster))
    assert said.code == 1
    assert "changes.ipynb" in said.errors
    assert "Traceback" not in said.errors


def test_a_build_that_is_stopped_by_a_scheduler_cleans_up_and_says_so(project: Project, cluster: Cluster) -> None:
    before = contents(project.reports)
    change_value(project)
    build = start(project, *on(cluster))
    wait_for_a_page(project)
    build.send_signal(signal.SIGTERM)
    _, errors = build.communicate(timeout=30)
    assert build.returncode == 130, errors
    assert "interrupted; nothing was published" in errors
    assert "Traceback" not in errors
    assert contents(project.reports) == before
    assert remains(project) == []


def test_pages_of_a_worker_that_dies_are_made_by_another(project: Project, built: Project, tmp_path: Path) -> None:
    with dask_cluster(tmp_path, library=project.folder / "src") as cluster:
        build = start(project, "--all", *on(cluster))
        wait_for_a_page(project)
        cluster.kill_worker()
        _, errors = build.communicate(timeout=120)
    assert build.returncode == 0, errors
    assert contents(project.reports) == contents(built.reports)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("workers", "what was shared, with the workers that had it, was lost"),
        ("scheduler", "the connection with the scheduler"),
    ],
)
def test_a_cluster_that_is_gone_is_not_waited_for(lost: str, told: str, project: Project, tmp_path: Path) -> None:
    before = contents(project.reports)
    add_cell(project, "import time\ntime.sleep(60)")
    with dask_cluster(tmp_path, workers=1, library=project.folder / "src") as cluster:
        build = start(project, *on(cluster))
        while not (project.folder / ".reports-build" / "edition").exists():
            time.sleep(0.02)
        time.sleep(2)  # pages are being made
        if lost == "workers":
            cluster.kill_worker()
        else:
            cluster.kill_scheduler()
        began = time.monotonic()
        _, errors = build.communicate(timeout=120)
    assert build.returncode == 1, errors
    assert f"--scheduler {cluster.address}: {told}" in errors
    assert "nothing was published, the edition as of 2024-06-20 stays as it was" in errors
    assert "Traceback" not in errors
    assert time.monotonic() - began < 45
    assert contents(project.reports) == before
    assert remains(project) == []


def test_workers_with_another_edstats_are_refused(project: Project, cluster: Cluster) -> None:
    with (project.folder / "src" / "edstats" / "prices.py").open("a", encoding="utf-8") as module:
        module.write("# changed\n")
    said = project.build(*on(cluster))
    assert said.code == 1
    assert "has files of edstats" in said.errors
    assert "nothing was published, the edition as of 2024-06-20 stays as it was" in said.errors
