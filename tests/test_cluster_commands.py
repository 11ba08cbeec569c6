"""`edstats extract` and `edstats clean` on a real Dask cluster: the same bytes out as here, whatever dies."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from conftest import PROJECT, TODAY
from dask_cluster import Cluster, dask_cluster

from edstats import clean_parts, executors
from edstats.cli import main
from edstats.dataset import clean_files, from_raw
from edstats.executors import dask_workers
from edstats.extraction.bulk import BATCH_DOCUMENTS, extract_all, extract_piece
from edstats.extraction.documents import Piece, find_pieces
from edstats.extraction.result import Extraction
from edstats.faults import Fault

sys.path.append(str(PROJECT / "benchmarks"))
from raw_figures import write_raw_figures

COMMAND = [sys.executable, "-c", "import sys; from edstats.cli import main; sys.exit(main())"]
TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers; a test that kills one starts another."""
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred press releases in three languages, and files of every other kind, with faults among them."""
    folder = tmp_path_factory.mktemp("documents")
    releases = [
        json.loads(line)
        for path in sorted((TESTS / "press_releases").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    lines = [
        json.dumps(release | {"id": f"{release['id']}-{turn}"}, ensure_ascii=False)
        for turn in range(20)
        for release in releases
    ]
    lines[7] = "{bad"
    lines[-3] = lines[3]
    (folder / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    text = releases[0]["text"]
    (folder / "page.html").write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")
    (folder / "release.txt").write_bytes("02.12.2024\nВ области 434 школы.\n".encode("cp1251"))
    (folder / "no-text.txt").write_bytes(b"PK\x03\x04\0")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4")
    os.utime(folder / "release.txt", (1_733_200_000, 1_733_200_000))
    return folder


@pytest.fixture(scope="module")
def large_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty thousand figures."""
    return write_raw_figures(tmp_path_factory.mktemp("large"), 40_000)


def edstats(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """A command that has begun."""
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def said(command: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    """The exit code and what a command writes."""
    with command:
        out, err = command.communicate(timeout=120)
    return command.returncode, out, err


def on(cluster: Cluster) -> list[str]:
    return ["--executor", "dask", "--scheduler", cluster.address]


# --- extracting


def test_documents_read_on_a_cluster_give_what_they_give_here(cluster: Cluster, documents: Path) -> None:
    paths = (documents, documents / "missing.txt")
    here = said(edstats("extract", *paths, "--jobs", "1"))
    assert here[0] == 1
    assert len(here[1].splitlines()) > 500
    assert len(here[2].splitlines()) == 5
    assert said(edstats("extract", *paths, *on(cluster))) == here


def test_documents_of_a_worker_that_dies_are_read_by_another(cluster: Cluster, documents: Path) -> None:
    here = said(edstats("extract", documents, "--jobs", "1"))
    command = edstats("extract", documents, *on(cluster))
    cluster.wait_for_work()
    cluster.kill_worker()
    assert command.poll() is None
    try:
        assert said(command) == here
    finally:
        cluster.start_workers(1)


def _die(piece: Piece) -> Extraction:
    if b"kills" in (piece.content or b""):
        os._exit(9)
    return extract_piece(piece)


def test_a_document_that_kills_worker_after_worker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["35 schools"] * 4 * BATCH_DOCUMENTS
    texts[120] = "this one kills"
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"d{n}", "text": text}) for n, text in enumerate(texts)))
    # The workers must find this module. One death of a worker is enough, so that not so many need to be started.
    monkeypatch.setenv("PYTHONPATH", f"{TESTS}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    pieces = find_pieces([str(path)], io.BytesIO())
    with dask_cluster(tmp_path, workers=3) as cluster, dask_workers(cluster.address) as workers:
        outcomes = [outcome for outcome, _ in extract_all(pieces, 1, _die, workers)]
    faults = [(place, str(outcome)) for place, outcome in enumerate(outcomes) if isinstance(outcome, Fault)]
    assert [place for place, _ in faults] == [120]
    assert faults[0][1].startswith(f"{path}:121: the process that read it died; ")
    assert len(outcomes) == len(texts)


def test_only_a_few_documents_are_sent_ahead(cluster: Cluster) -> None:
    taken = 0

    def endless() -> Iterator[Piece]:
        nonlocal taken
        while True:
            taken += 1
            content = json.dumps({"id": f"d{taken}", "text": "35 schools"}).encode()
            yield Piece("", "endless", taken, "record", len(content), content=content)

    with dask_workers(cluster.address) as workers, closing(extract_all(endless(), 1, cluster=workers)) as outcomes:
        for _ in range(5 * BATCH_DOCUMENTS):
            next(outcomes)
    assert taken <= 12 * BATCH_DOCUMENTS
    assert cluster.is_idle()


def test_ctrl_c_calls_off_what_the_cluster_was_doing(cluster: Cluster, documents: Path) -> None:
    command = edstats("extract", documents, *on(cluster))
    cluster.wait_for_work()
    command.send_signal(signal.SIGINT)
    code, _, err = said(command)
    assert (code, err) == (130, b"")
    assert cluster.is_idle()


# --- cleaning


def test_data_cleaned_on_a_cluster_are_those_in_version_control(cluster: Cluster, tmp_path: Path) -> None:
    data = Path(shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("clean")))
    code, _, err = said(edstats("clean", "--data", data, *on(cluster)))
    assert (code, err) == (0, b"")
    committed = {path.name: path.read_bytes() for path in (PROJECT / "data" / "clean").glob("*.csv")}
    assert {path.name: path.read_bytes() for path in (data / "clean").glob("*.csv")} == committed
    assert said(edstats("clean", "--check", "--data", data, *on(cluster))) == (0, b"", b"")


def test_figures_of_a_worker_that_dies_are_cleaned_by_another(
    cluster: Cluster, large_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean_parts, "PART_BYTES", 256 * 1024)
    here, _ = from_raw(large_data, TODAY)
    try:
        with dask_workers(cluster.address) as workers, ThreadPoolExecutor(1) as beside:
            cleaning = beside.submit(from_raw, large_data, TODAY, workers)
            cluster.wait_for_work()
            cluster.kill_worker()
            assert not cleaning.done()
            there, faults = cleaning.result(timeout=120)
    finally:
        cluster.start_workers(1)
    assert faults == ()
    assert here
    assert there
    assert dict(clean_files(there)) == dict(clean_files(here))


def test_faults_are_those_that_are_told_here(cluster: Cluster) -> None:
    with dask_workers(cluster.address) as workers:
        for folder in sorted((TESTS / "faulty").iterdir()):
            expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
            dataset, faults = from_raw(folder / "data", TODAY, workers)
            assert dataset is None
            assert [str(fault) for fault in sorted(faults)] == expected, folder.name


def test_faulty_data_are_told_by_the_command_and_nothing_is_written(cluster: Cluster, tmp_path: Path) -> None:
    faulty = TESTS / "faulty" / "many-at-once"
    data = Path(shutil.copytree(faulty / "data", tmp_path / "data"))
    code, out, err = said(edstats("clean", "--data", data, *on(cluster)))
    assert (code, out) == (1, b"")
    *lines, last = err.decode().splitlines()
    assert "\n".join(lines) + "\n" == (faulty / "expected.txt").read_text(encoding="utf-8")
    assert last.endswith("nothing was written")
    assert not (data / "clean").exists()


# --- without a cluster


@pytest.mark.parametrize("command", ["clean", "extract"])
def test_without_a_cluster_nothing_is_written(
    command: str,
    documents: Path,
    tmp_path: Path,
    sound_data: Callable[[Path], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 1)
    data = sound_data(tmp_path)
    arguments = ["clean", "--data", str(data)] if command == "clean" else ["extract", str(documents)]
    assert main([*arguments, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("--scheduler tcp://127.0.0.1:9: ")
    assert line.endswith("; is a 'dask scheduler' there?; nothing was written")
    assert not (data / "clean").exists()


def test_a_cluster_lost_while_cleaning_leaves_nothing_written(tmp_path: Path, large_data: Path) -> None:
    shutil.rmtree(large_data / "clean", ignore_errors=True)
    with dask_cluster(tmp_path, workers=1) as lost:
        command = edstats("clean", "--data", large_data, *on(lost))
        lost.wait_for_work()
        lost.kill_scheduler()
        code, out, err = said(command)
    assert (code, out) == (1, b"")
    (line,) = err.decode().splitlines()
    assert "scheduler" in line
    assert line.endswith("; nothing was written")
    assert not (large_data / "clean").exists()


def test_a_cluster_lost_while_documents_are_read_is_told(tmp_path: Path, documents: Path) -> None:
    with dask_cluster(tmp_path, workers=1) as lost:
        command = edstats("extract", documents / "many.jsonl", *on(lost))
        assert command.stdout
        assert command.stdout.readline().startswith(b"doc,")
        lost.wait_for_work()
        lost.kill_scheduler()
        code, _, err = said(command)
    assert code == 1
    assert err.decode().splitlines()[-1].endswith("; the rows are not all")
    assert b"Traceback" not in err
