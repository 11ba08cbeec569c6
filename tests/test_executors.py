"""Work on a Dask cluster: a real scheduler and real workers, on loopback."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from dask_cluster import dask_cluster

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


def test_a_cluster_whose_workers_have_all_gone_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "WITHOUT_WORKERS", 2.0)
    with dask_cluster(tmp_path, workers=1) as cluster, dask_workers(cluster.address) as workers:
        futures = [workers.executor.submit(subprocess.check_call, ["sleep", "60"]) for _ in range(2)]
        cluster.kill_worker()
        for future in futures:
            with pytest.raises(NoCluster, match="all workers have been gone for 2 seconds"):
                future.result(timeout=30)


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


def test_workers_with_other_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "version", lambda name: "0.0.1")
    with (
        dask_cluster(tmp_path, workers=1) as cluster,
        pytest.raises(NoCluster, match=r"has edstats .*, here it is 0\.0\.1; .*install the same requirements\.lock"),
        dask_workers(cluster.address),
    ):
        pass


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--executor", "dask"], "name the cluster with --scheduler"),
        (["--scheduler", "tcp://127.0.0.1:9"], "only with --executor dask"),
        (["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2"], "--jobs: only with"),
        (["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--pdf"], "--pdf: only with"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    with pytest.raises(SystemExit) as ended:
        main(["build", "--data", str(tmp_path), *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
