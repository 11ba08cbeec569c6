"""Projects on object storage, at a real S3 server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dask_cluster import dask_cluster
from fsspec import AbstractFileSystem
from incremental import COMMAND, Project, contents
from interruptions import change_value
from s3_server import BUCKET, S3, s3_server

import edstats
from edstats import object_storage, stored_objects
from edstats.cli import main
from edstats.event_log import EventLog
from edstats.folders import DataNotFoundError
from edstats.object_storage import LOCK, StoredProject, _is_plain, _packed, stored_project
from edstats.stored_objects import UPLOAD, StorageError

ENTRY = "reports/index.html"


@pytest.fixture(scope="module")
def changed(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after a change and a second edition."""
    project = built.copy(tmp_path_factory.mktemp("changed") / "project")
    change_value(project)
    assert project.build().code == 0
    return project


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with s3_server() as server:
            patch.setenv("AWS_ENDPOINT_URL", server.address)
            yield server


@pytest.fixture
def s3(server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """The server, and a machine that has fetched nothing yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    server.written()
    yield server
    server.refuse_after()
    server.refuse_lists(False)


def parts(project: Project, *names: str) -> dict[str, bytes]:
    """Files of a project that stand in the folders ``names``."""
    found = contents(project.folder)
    aside = ("data/.lock",)
    return {name: found[name] for name in found if name.startswith(names) and name not in aside}


def run(project: Project, prefix: str, command: str, *options: str, first: str = "") -> tuple[int, str, str]:
    """Run a command on what is stored under ``prefix``; exit code, output and errors."""
    address = f"s3://{BUCKET}/{prefix}data"
    done: subprocess.CompletedProcess[str] = project.run(
        "-c", COMMAND, command, "--data", address, *options, first=first
    )
    return done.returncode, done.stdout, done.stderr


def test_reports_there_are_to_the_byte_those_built_here_and_are_written_once(s3: S3, built: Project) -> None:
    s3.put("once/", parts(built, "data/raw/", "notebooks/"))
    code, out, errors = run(built, "once/", "build")
    assert code == 0, errors
    assert f"6 pages (6 built, 0 kept) as of 2024-06-20 in s3://{BUCKET}/once/reports" in out
    assert s3.contents("once/") == parts(built, "data/", "notebooks/", "reports/")
    written = [name.removeprefix("once/") for name in s3.written()]
    assert written[0] == ".edstats-upload"
    assert written[-3].startswith("reports/data/")
    assert written[-2:] == ["reports/data/build.json", ENTRY]
    assert s3.client.head_object(Bucket=BUCKET, Key=f"once/{ENTRY}")["ContentType"] == "text/html"

    code, out, errors = run(built, "once/", "build")
    assert (code, out.partition(":")[0]) == (0, "nothing has changed"), errors
    assert f"0 of {len(s3.contents('once/'))} objects fetched" in errors
    assert s3.written() == []


@pytest.mark.parametrize("stops", ["early", "before the entry page"])
def test_an_upload_that_stops_leaves_the_entry_page_and_is_finished_by_the_next_build(
    stops: str, s3: S3, built: Project, changed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = f"{stops.replace(' ', '-')}/"
    before, after = (parts(project, "data/", "notebooks/", "reports/") for project in (built, changed))
    s3.put(prefix, before | parts(changed, "data/raw/"))
    new = [name for name in after if before.get(name) != after[name] and not name.startswith("data/raw/")]
    assert len(new) > 10
    # The lock and what is to be uploaded are written before.
    s3.refuse_after(2 + (5 if stops == "early" else len(new) - (ENTRY in new) - 1))
    code, _, errors = run(built, prefix, "build")
    assert code == 1
    assert "Access Denied" in errors
    assert f"the upload to s3://{BUCKET}/{prefix[:-1]} had begun, and the next build finishes it" in errors
    assert "Traceback" not in errors
    there = s3.contents(prefix)
    assert there[ENTRY] == before[ENTRY]
    assert there["reports/data/build.json"] == before["reports/data/build.json"]
    assert there != before | parts(changed, "data/raw/")

    s3.refuse_after()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    code, _, errors = run(built, prefix, "build")
    assert code == 1  # the lock could not be removed either
    assert f"if that was killed, remove s3://{BUCKET}/{prefix}.edstats-lock" in errors
    s3.client.delete_object(Bucket=BUCKET, Key=f"{prefix}.edstats-lock")
    code, out, errors = run(built, prefix, "build")
    assert code == 0, errors
    assert "an upload had stopped; it is finished now" in errors
    assert out.startswith("nothing has changed")
    assert s3.contents(prefix) == after


def test_what_is_no_longer_part_of_the_edition_is_removed(s3: S3, built: Project) -> None:
    s3.put("gone/", parts(built, "data/", "notebooks/", "reports/"))
    s3.put("gone/", {"reports/en/old.html": b"old", "reports/robots.txt": b"User-agent: *"})
    code, _, errors = run(built, "gone/", "build")
    assert code == 0, errors
    there = s3.contents("gone/reports/")
    assert "en/old.html" not in there
    assert there["robots.txt"] == b"User-agent: *"


def test_clean_and_check_work_there_and_load_reads_there(s3: S3, built: Project) -> None:
    s3.put("data-only/", parts(built, "data/raw/"))
    code, out, errors = run(built, "data-only/", "check")
    assert code == 0, errors
    assert "14 observations from 5 sources" in out
    assert s3.written() == []
    code, out, errors = run(built, "data-only/", "clean")
    assert code == 0, errors
    assert out == f"14 observations from 5 sources, 7 measures, 1 finding in s3://{BUCKET}/data-only/data/clean\n"
    assert s3.contents("data-only/data/") == {
        name.removeprefix("data/"): content for name, content in parts(built, "data/").items()
    }
    code_of_load = f"import edstats; print(len(edstats.load('s3://{BUCKET}/data-only/data').observations))"
    assert built.run("-c", code_of_load).stdout == "14\n"


def test_a_fault_of_the_data_is_told_and_nothing_is_written(s3: S3, built: Project) -> None:
    raw = parts(built, "data/raw/", "notebooks/")
    name = "data/raw/figures/aktobe-report.csv"
    s3.put("faulty/", raw | {name: raw[name].replace(b"434 schools", b"many schools")})
    s3.written()
    code, _, errors = run(built, "faulty/", "build")
    assert code == 1
    assert f"{name}:2" in errors
    assert f"nothing was published, s3://{BUCKET}/faulty stays as it was" in errors
    assert s3.written() == []


@pytest.mark.parametrize(
    ("address", "code", "told"),
    [
        ("s3://no-such-bucket/x/data", 2, "The specified bucket does not exist"),
        (f"s3://{BUCKET}/nowhere/data", 2, f"there is no s3://{BUCKET}/nowhere/data/raw/sources.csv"),
        (f"s3://{BUCKET}", 2, "name the data folder in a bucket, such as s3://bucket/data"),
        (f"nothing://{BUCKET}/data", 2, "Protocol not known: nothing"),
        ("ftp://host/p/data", 2, "it takes settings that no address holds; use s3://"),
        ("reference://host/p/data", 2, "it takes settings that no address holds; use s3://"),
        ("", 2, "argument --data: no path is named"),
    ],
)
def test_an_address_where_no_data_are_is_wrong_use(address: str, code: int, told: str, s3: S3, built: Project) -> None:
    done = built.run("-c", COMMAND, "build", "--data", address)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert told in done.stderr


def test_what_keeps_from_object_storage_is_said(
    s3: S3, built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.refuse_after(0)
    code, _, errors = run(built, "denied/", "build")
    assert (code, "Traceback" in errors) == (1, False)
    assert f"s3://{BUCKET}/denied: no right to write to it: Access Denied; nothing new was published" in errors

    (tmp_path / "s3fs.py").write_text("raise ImportError('no s3fs')", encoding="utf-8")
    code, _, errors = run(built, "denied/", "clean", first=str(tmp_path))
    assert (code, "Traceback" in errors) == (1, False)
    assert "install edstats[cluster]" in errors

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, _, errors = run(built, "denied/", "clean")
    assert (code, "Traceback" in errors) == (1, False)
    assert "Could not connect to the endpoint" in errors

    code, _, errors = run(built, "denied/", "accept", "some-source")
    assert code == 2
    assert "accept works in a folder of this machine" in errors


@pytest.mark.parametrize("name", ["data/raw/../../../x", "../x", "data//x", "data/.lock", "data/raw\\x"])
def test_names_that_lead_elsewhere_are_left_alone(name: str) -> None:
    assert not _is_plain(name)


def test_data_on_object_storage_and_pages_on_workers_give_the_same(s3: S3, built: Project, tmp_path: Path) -> None:
    s3.put("both/", parts(built, "data/raw/"))  # the notebooks are those of the folder in which it runs
    with dask_cluster(tmp_path, library=built.folder / "src") as cluster:
        options = ("--executor", "dask", "--scheduler", cluster.address)
        code, _, errors = run(built, "both/", "build", *options)
    assert code == 0, errors
    assert s3.contents("both/") == parts(built, "data/", "reports/")


@contextmanager
def writing(prefix: str) -> Iterator[StoredProject]:
    """What is stored under ``prefix``, as a command has it that writes."""
    with stored_project(f"s3://{BUCKET}/{prefix}data", EventLog(), writes=True) as project:
        yield project


def command(name: str, prefix: str) -> int:
    """Run a command in this process; its exit code."""
    return main([name, "--data", f"s3://{BUCKET}/{prefix}data"])


def test_what_others_change_during_a_command_is_fetched_by_the_next(s3: S3, built: Project) -> None:
    s3.put("edited/", parts(built, "data/raw/"))
    edited, removed, added = (f"data/raw/{name}.csv" for name in ("prices", "doubts", "figures/new"))
    with writing("edited/") as project:
        (project.data / "clean").mkdir()
        (project.data / "clean" / "sources.csv").write_text("written")
        s3.put("edited/", {edited: b"edited meanwhile", added: b"added meanwhile"})
        s3.client.delete_object(Bucket=BUCKET, Key=f"edited/{removed}")
        project.store()
    with writing("edited/") as project:
        assert (project.folder / edited).read_bytes() == b"edited meanwhile"
        assert (project.folder / added).read_bytes() == b"added meanwhile"
        assert not (project.folder / removed).exists()
    assert s3.contents("edited/data/clean/") == {"sources.csv": b"written"}


def test_what_is_removed_is_what_has_that_name_and_refusals_are_told(s3: S3, built: Project) -> None:
    names = ["old*.html", "copy [1].html", "what?.html"]
    others = {"reports/en/oldest.html": b"", "reports/en/copy 1.html": b"", "reports/en/whats.html": b""}
    before = parts(built, "data/raw/") | others
    s3.put("names/", before | {f"reports/en/{name}": b"" for name in names})
    with writing("names/") as project:
        for name in names:
            (project.folder / "reports" / "en" / name).unlink()
        s3.refuse_after(1)
        with pytest.raises(StorageError, match="no right to write to it"):
            project.store()
    assert project.upload == "begun"
    assert UPLOAD in s3.contents("names/")
    s3.refuse_after()
    s3.client.delete_object(Bucket=BUCKET, Key=f"names/{LOCK}")
    with writing("names/"):
        assert s3.contents("names/").keys() - {LOCK} == before.keys()


def test_a_process_whose_lock_was_taken_over_writes_nothing(
    s3: S3, built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = parts(built, "data/raw/")
    s3.put("locks/", before)
    with writing("locks/") as project:
        other = replace(project, _lock=b"another")
        with pytest.raises(
            StorageError, match=r"another edstats process writes it \(.*, process [0-9]+, 2[-0-9: ]+ UTC\);"
        ):
            object_storage._take_lock(other)
        monkeypatch.setattr(object_storage, "LOCK_LASTS", timedelta(0))
        object_storage._take_lock(other)
        (project.data / "raw" / "prices.csv").write_text("late")
        with pytest.raises(StorageError, match="another process has taken over"):
            project.store()
    assert project.upload == "not begun"
    assert s3.contents("locks/") == before | {LOCK: b"another"}


def test_a_lock_that_stays_is_told(s3: S3, built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put("stays/", parts(built, "data/raw/"))
    s3.refuse_after(1)
    with writing("stays/") as project:
        (project.data / "raw" / "prices.csv").write_text("new")
        with pytest.raises(StorageError, match="no right to write to it"):
            project.store()
    assert project.upload == "asked"
    assert f"the lock could not be removed (Access Denied); remove {project.url}/{LOCK}" in capsys.readouterr().err


def test_an_upload_is_done_before_it_is_looked_at_again(s3: S3, built: Project) -> None:
    s3.put("unlisted/", parts(built, "data/raw/"))
    with writing("unlisted/") as project:
        (project.data / "raw" / "prices.csv").write_text("new")
        s3.refuse_lists()
        with pytest.raises(StorageError, match="no right to list it"):
            project.store()
    assert project.upload == "done"
    s3.refuse_lists(False)
    assert s3.contents("unlisted/")["data/raw/prices.csv"] == b"new"
    assert not s3.contents("unlisted/.")


def test_an_upload_that_stopped_is_told_as_what_it_is(
    s3: S3, built: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = parts(built, "data/")
    s3.put("stopped/", before)
    s3.put("stopped/", {UPLOAD: _packed(built.folder, ["data/clean/sources.csv"], ["reports/gone.html"])})
    address = f"s3://{BUCKET}/stopped/data"
    with pytest.raises(StorageError, match=f"stopped or is running; .* run edstats build or clean --data '{address}'"):
        edstats.load(address)
    assert command("check", "stopped/") == 0
    errors = capsys.readouterr().err
    assert "an upload has stopped or is running; what it was to write is read, the next build finishes it" in errors
    assert "finished now" not in errors
    s3.refuse_after(1)  # all is there that it was to write: it is itself that must go
    assert command("clean", "stopped/") == 1
    errors = capsys.readouterr().err
    assert "an upload that had stopped is still to be finished" in errors
    assert "finished now" not in errors
    s3.refuse_after()
    s3.client.delete_object(Bucket=BUCKET, Key=f"stopped/{LOCK}")
    assert command("clean", "stopped/") == 0
    assert "an upload had stopped; it is finished now" in capsys.readouterr().err
    assert s3.contents("stopped/") == before
    assert len(edstats.load(f"{address}/").observations) == 14


@pytest.mark.parametrize("damage", ["nothing", "half", "another archive"])
def test_a_damaged_upload_is_a_fault_with_a_remedy(
    damage: str, s3: S3, built: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _packed(built.folder, ["data/clean/sources.csv"], [])
    if damage == "another archive":
        monkeypatch.setattr(object_storage, "_REMOVED", "something")
        content = _packed(built.folder, [], [])
        monkeypatch.undo()
        monkeypatch.setenv("XDG_CACHE_HOME", str(built.folder.parent / "cache of another"))
    content = {"nothing": b"", "half": content[: len(content) // 2]}.get(damage, content)
    s3.put(f"damaged-{damage}/", parts(built, "data/raw/") | {UPLOAD: content})
    assert command("check", f"damaged-{damage}/") == 1
    told = capsys.readouterr().err
    assert f"{UPLOAD}: not what an upload writes" in told
    assert "remove it and build again" in told


def test_a_folder_that_is_gone_there_is_gone_here(s3: S3, built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put("folders/", parts(built, "data/raw/") | {"data/raw/notes/deep/note.txt": b"a note"})
    assert command("check", "folders/") == 1
    assert "data/raw/notes" in capsys.readouterr().err
    s3.client.delete_object(Bucket=BUCKET, Key="folders/data/raw/notes/deep/note.txt")
    assert command("check", "folders/") == 0


def test_load_says_what_is_to_be_done(s3: S3, built: Project) -> None:
    s3.put("unclean/", parts(built, "data/raw/"))
    address = f"s3://{BUCKET}/unclean/data"
    with pytest.raises(DataNotFoundError, match=f"no clean data in '{address}'; run: edstats clean --data '{address}'"):
        edstats.load(f"{address}/")
    with pytest.raises(DataNotFoundError, match="name the data folder in a bucket"):
        edstats.load(f"s3://{BUCKET}")


@pytest.mark.parametrize("times", [2, 3])
def test_what_is_written_while_it_is_read_is_read_again(
    times: int, s3: S3, built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put(f"busy-{times}/", parts(built, "data/clean/"))
    content, written = parts(built, "data/clean/")["data/clean/sources.csv"], 0
    read = stored_objects.content_of

    def read_and_write(filesystem: AbstractFileSystem, key: str) -> bytes | None:
        nonlocal written
        found = read(filesystem, key)
        if key.endswith("sources.csv") and written < times:
            written += 1
            s3.put(f"busy-{times}/", {"data/clean/sources.csv": content + b"\n" * written})
        return found

    monkeypatch.setattr(stored_objects, "content_of", read_and_write)
    address = f"s3://{BUCKET}/busy-{times}/data"
    if times == 3:
        with pytest.raises(StorageError, match="it was written each of the 3 times it was read; try again"):
            edstats.load(address)
    assert len(edstats.load(address).observations) == 14
    assert written == times
