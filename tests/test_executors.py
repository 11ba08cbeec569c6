"""Work on a Dask cluster: a real scheduler and real workers, on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROJECT
from dask_cluster import dask_cluster
from distributed import Client

from edstats import executors
from edstats.cli import main
from edstats.executors import NoCluster, dask_workers


def test_calls_are_made_on_the_workers(tmp_path: Path) -> None:
    with dask_cluster(tmp_path) as cluster, dask_workers(cluster.address) as workers:
        assert workers.count == 2
        assert workers.remote
        pids = {workers.executor.submit(os.getpid).result() for _ in range(2)}
        assert os.getpid() not in pids
        assert list(workers.executor.map(abs, [-1, 2])) == [1, 2]


def test_what_a_worker_was_doing_when_it_died_is_done_by_another(tmp_path: Path) -> None:
    with dask_cluster(tmp_path) as cluster, dask_workers(cluster.address) as workers:
        slowly = [["sh", "-c", f"sleep 0.3; echo {number}"] for number in range(10)]
        futures = [workers.executor.submit(subprocess.check_output, command) for command in slowly]
        futures[0].result()
        cluster.kill_worker()
        assert [int(future.result()) for future in futures] == list(range(10))


def test_leaving_a_cluster_waits_for_nothing(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1) as cluster:
        with dask_workers(cluster.address) as workers:
            workers.executor.submit(subprocess.check_call, ["sleep", "60"])
            began = time.monotonic()
        assert time.monotonic() - began < 20


def test_what_calls_share_is_sent_to_each_worker_once(tmp_path: Path) -> None:
    with dask_cluster(tmp_path) as cluster, dask_workers(cluster.address) as workers:
        shared = workers.share(b"much" * 1000)
        cluster.kill_worker()
        assert workers.executor.submit(len, shared).result(timeout=30) == 4000


def test_a_cluster_without_workers_is_refused(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=0) as cluster,
        pytest.raises(NoCluster, match="has no workers"),
        dask_workers(cluster.address),
    ):
        pass


def test_an_address_where_nobody_is_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 1)
    with pytest.raises(NoCluster, match=r"--scheduler tcp://127\.0\.0\.1:9: .*is a 'dask scheduler' there"):  # noqa: SIM117
        with dask_workers("tcp://127.0.0.1:9"):
            pass


def test_what_speaks_another_language_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with (
            pytest.raises(NoCluster, match="what answers there is nothing of Dask's"),
            dask_workers(address),
        ):
            pass


def test_a_worker_is_not_taken_for_the_scheduler(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1) as cluster:
        with Client(cluster.address, set_as_default=False) as client:
            (worker,) = client.nthreads()
        with pytest.raises(NoCluster, match=f"{worker}: that is a worker; name the scheduler"), dask_workers(worker):
            pass


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "missing port number"),
        ("tcp://127.0.0.1:port", "'port'"),
        ("tls://127.0.0.1:9", "check your TLS configuration"),
        ("foo://127.0.0.1:9", "unknown address scheme 'foo'"),
    ],
)
def test_an_address_that_is_none_is_told_by_one_line_to_the_end(address: str, why: str) -> None:
    words = [sys.executable, "-m", "edstats", "extract", os.devnull, "--executor", "dask", "--scheduler", address]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert line.startswith(f"--scheduler {address}: ")
    assert why in line


@pytest.fixture
def other_versions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Here all packages are of a version of which there is no other."""
    monkeypatch.setattr(executors, "version", lambda name: "0.0.1")
    executors.versions.cache_clear()
    yield
    executors.versions.cache_clear()


@pytest.mark.usefixtures("other_versions")
def test_workers_with_other_versions_are_refused(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=1) as cluster,
        pytest.raises(NoCluster, match=r"has edstats .*, here it is 0\.0\.1; .*; and \d+ more; install the same edst"),
        dask_workers(cluster.address),
    ):
        pass


def test_a_worker_with_other_versions_that_joins_later_makes_nothing(tmp_path: Path) -> None:
    other = shutil.copytree(PROJECT / "src", tmp_path / "src") / "edstats" / "measures.py"
    other.write_text(other.read_text(encoding="utf-8") + "# another state\n", encoding="utf-8")
    with dask_cluster(tmp_path, workers=1) as cluster, dask_workers(cluster.address) as workers:
        assert workers.executor.submit(abs, -1).result(timeout=60) == 1
        cluster.start_workers(1, library=tmp_path / "src")
        cluster.kill_worker()
        with pytest.raises(NoCluster, match=r"a worker has files of edstats .*; install the same edst"):
            workers.executor.submit(abs, -1).result(timeout=60)


def test_the_versions_are_those_of_all_that_is_needed() -> None:
    found = executors.versions()
    assert {"edstats", "pandas", "mistune", "trafilatura", "lxml", "pillow"} <= set(found)
    assert "distributed" not in found


def test_workers_without_edstats_are_refused(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path, workers=1, without="edstats") as cluster,
        pytest.raises(NoCluster, match=r"edstats.*; install edstats\[cluster\] where it and its workers run"),
        dask_workers(cluster.address),
    ):
        pass


def test_workers_that_give_no_answer_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 2)
    with dask_cluster(tmp_path, workers=1) as cluster:
        os.kill(cluster.workers[0].pid, signal.SIGSTOP)
        with pytest.raises(NoCluster, match="a worker, gives no answer"), dask_workers(cluster.address):
            pass
        os.kill(cluster.workers[0].pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("signalled", "told"),
    [
        ("workers", "all workers have been gone for 2 seconds; look at the logs"),
        ("scheduler", "the connection with the scheduler was lost|the scheduler no longer answers"),
        ("frozen scheduler", r"the scheduler no longer answers \(timed out"),
    ],
)
def test_a_cluster_that_is_lost_is_not_waited_for(
    signalled: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 2)
    monkeypatch.setattr(executors, "WITHOUT_WORKERS", 2.0)
    with dask_cluster(tmp_path, workers=1) as cluster:
        with pytest.raises(NoCluster, match=told), dask_workers(cluster.address) as workers:  # noqa: PT012
            future = workers.executor.submit(subprocess.check_output, ["sleep", "600"])
            cluster.wait_for_work()
            if signalled == "workers":
                cluster.kill_worker()
            else:
                os.kill(cluster.scheduler.pid, signal.SIGKILL if signalled == "scheduler" else signal.SIGSTOP)
            future.result(timeout=60)
        if signalled == "frozen scheduler":
            os.kill(cluster.scheduler.pid, signal.SIGCONT)


def test_a_scheduler_that_takes_no_data_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 2)
    with dask_cluster(tmp_path, workers=1) as cluster:
        with dask_workers(cluster.address) as workers:
            os.kill(cluster.scheduler.pid, signal.SIGSTOP)
            with pytest.raises(NoCluster, match="it takes no data"):
                workers.share(b"much" * 1000)
        os.kill(cluster.scheduler.pid, signal.SIGCONT)


def test_what_was_begun_is_called_off_at_the_end(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1) as cluster:
        with dask_workers(cluster.address) as workers:
            futures = [workers.executor.submit(subprocess.check_output, ["sleep", "2"]) for _ in range(100)]
            cluster.wait_for_work()
        assert all(future.cancelled() for future in futures)
        assert cluster.is_idle()


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        ("build", ["--executor", "dask"], "name the cluster with --scheduler"),
        ("clean", ["--executor", "dask"], "name the cluster with --scheduler"),
        ("build", ["--scheduler", "tcp://127.0.0.1:9"], "only with --executor dask"),
        ("build", ["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2"], "--jobs: only with"),
        ("build", ["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--pdf"], "--pdf: only with"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    command: str, arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    with pytest.raises(SystemExit) as ended:
        main([command, "--data", str(tmp_path), *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
