"""What a scheduler sees of a build: log, summary, exit code, notification."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from incremental import COMMAND, Project, contents
from interruptions import add_cell, change_value, processes, value_of

from edstats.cli import main
from edstats.project_lock import ProjectInUse, project_lock

LOOP = "while True:\n    pass"


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    return built.copy(tmp_path / "project")


def events(errors: str) -> list[dict]:
    return [json.loads(line) for line in errors.splitlines()]


def script(project: Project) -> str:
    """A program for ``--notify`` that keeps what it is told in the file that it is given, and prints."""
    program = project.folder / "notify.sh"
    program.write_text("""#!/bin/sh\ncat > "$1"\necho told\n""", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_json_is_one_object_a_line_for_each_event_and_nothing_else(project: Project) -> None:
    change_value(project)
    said = project.build("--log-format", "json")
    assert said.said == ""
    told = events(said.errors)
    for event in told:
        assert datetime.fromisoformat(event["time"]).utcoffset() is not None
        assert (event["level"], type(event["message"])) == ("info", str)
    kinds = [event["event"] for event in told]
    assert kinds == ["plan"] * 6 + ["page"] * 6 + ["summary"]
    planned, made = ({event["page"] for event in told if event["event"] == kind} for kind in ("plan", "page"))
    assert planned == made
    summary = told[-1]
    assert summary["outcome"] == "published"
    assert summary["as_of"] == "2024-06-20"
    assert summary["pages"] == {"built": 6, "kept": 0, "failed": 0}
    assert summary["figures"] == {"all": 14, "sources": 5, "new": 0, "revised": 1, "gone": 0}
    assert summary["findings"]["warning"] == {"all": 1, "new": 0}


def test_a_build_that_changes_nothing_counts_what_stands(project: Project) -> None:
    (summary,) = events(project.build("--log-format", "json").errors)
    assert (summary["outcome"], summary["as_of"]) == ("unchanged", "2024-06-20")
    assert summary["pages"] == {"built": 0, "kept": 6, "failed": 0}
    assert summary["figures"] == {"all": 14, "sources": 5, "new": 0, "revised": 0, "gone": 0}
    assert summary["findings"]["warning"] == {"all": 1, "new": 0}


def test_an_edition_of_before_figures_were_counted_still_stands(project: Project) -> None:
    record = project.reports / "data" / "build.json"
    kept = json.loads(record.read_text(encoding="utf-8"))
    del kept["figures"]
    record.write_text(json.dumps(kept), encoding="utf-8")
    said = project.build("--log-format", "json")
    (summary,) = events(said.errors)
    assert (said.code, summary["outcome"], summary["figures"]) == (0, "unchanged", {})


def test_where_nothing_was_published_no_edition_is_counted(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "434 schools", "many schools")
    *_, summary = events(project.build("--log-format", "json").errors)
    assert [summary[name] for name in ("as_of", "pages", "figures", "findings")] == ["", {}, {}, {}]


def test_nothing_is_new_in_a_first_edition(project: Project) -> None:
    shutil.rmtree(project.reports)
    said = project.build("--log-format", "json", "--fail-on", "new-warning")
    assert said.code == 0
    summary = events(said.errors)[-1]
    assert summary["figures"] == {"all": 14, "sources": 5, "new": 0, "revised": 0, "gone": 0}
    assert summary["findings"]["warning"] == {"all": 1, "new": 0}
    shutil.rmtree(project.reports)
    assert project.build("--fail-on", "warning").code == 3


def test_a_fault_is_an_event_with_its_place(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "434 schools", "many schools")
    said = project.build("--log-format", "json")
    assert said.code == 1
    fault, summary = events(said.errors)
    assert (fault["event"], fault["level"], fault["row"]) == ("fault", "error", 2)
    assert fault["file"] == "data/raw/figures/aktobe-report.csv"
    assert fault["remedy"] in fault["message"]
    assert summary["outcome"] == "failed"
    assert summary["message"].endswith("nothing was published, the edition as of 2024-06-20 stays as it was")


def test_the_summary_of_a_person_counts_figures_and_findings(project: Project) -> None:
    change_value(project)
    said = project.build()
    assert said.said.splitlines()[-2:] == [
        "figures: 14 from 5 sources; 0 new, 1 revised, 0 gone",
        "findings: 1 warning (0 new), 0 notes (0 new)",
    ]


def test_warnings_are_told_by_the_exit_code_where_that_is_asked_for(project: Project) -> None:
    assert project.build("--fail-on", "warning").code == 3  # nothing has changed, and a warning stands
    assert project.build("--fail-on", "new-warning").code == 0
    news = project.figures("aktobe-news")
    project.replace(news, "440 schools", "434 schools")
    assert project.build("--fail-on", "warning").code == 0
    project.replace(news, "434 schools", "441 schools")
    again = project.build("--fail-on", "new-warning")
    assert "findings: 1 warning (1 new), 0 notes (0 new)" in again.said
    assert again.code == 3
    assert project.build("--fail-on", "new-warning").code == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_whoever_is_to_be_notified_is_given_the_summary(form: str, project: Project) -> None:
    told = project.folder / "told"
    change_value(project)
    said = project.build("--log-format", form, "--notify", f"{script(project)} '{told}'")
    assert said.code == 0, said.errors
    text = told.read_text(encoding="utf-8")
    if form == "json":
        assert len(events(said.errors)) == 13  # and none of what the command printed
        (summary,) = events(text)
        assert (summary["event"], summary["outcome"]) == ("summary", "published")
    else:
        assert text.startswith("6 pages (6 built, 0 kept) as of 2024-06-20 in ")


def test_who_is_to_be_notified_hears_of_failures_too(project: Project) -> None:
    told = project.folder / "told"
    project.replace(project.figures("aktobe-report"), "434 schools", "many schools")
    assert project.build("--notify", f"tee '{told}'").code == 1
    assert told.read_text(encoding="utf-8").startswith("1 fault in ")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("false", "ended with 1"),
        ("no-such-program --now", "'no-such-program' cannot be run (No such file or directory)"),
    ],
)
def test_that_nobody_could_be_notified_is_told_and_changes_nothing_else(
    command: str, problem: str, project: Project
) -> None:
    said = project.build("--notify", command)
    assert said.code == 0
    assert f"--notify {command}: {problem}" in said.errors


def test_a_command_to_notify_with_is_not_run_by_a_shell(project: Project) -> None:
    said = project.build("--notify", "echo hello; touch intruder")
    assert said.code == 0
    assert not (project.folder / "intruder").exists()


@pytest.mark.parametrize("command", ["", "echo 'unclosed"])
def test_no_command_is_wrong_use(command: str, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["build", "--data", str(project.folder / "data"), "--notify", command])
    assert stopped.value.code == 2
    assert "--notify" in capsys.readouterr().err


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_a_kernel_that_dies_is_told_by_an_event_and_by_nothing_else(kernel: str, project: Project) -> None:
    add_cell(project, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")  # as when memory runs out
    said = project.build("--log-format", "json", "--kernel", kernel)
    assert said.code == 1
    told = [event for event in events(said.errors) if event["level"] == "error"]
    assert [event["event"] for event in told] == ["page", "summary"]
    assert "DeadKernelError" in told[0]["message"]


@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_a_notebook_that_hangs_fails_its_page_in_time(kernel: str, project: Project) -> None:
    before = contents(project.reports)
    number = add_cell(project, LOOP)
    said = project.build("--time-limit", "8", "--kernel", kernel)
    assert said.code == 1
    told = "TimeLimit: not done after 8 seconds, the limit of a page (--time-limit)"
    assert f"failed: en/changes.html, cell {number} (while True:): {told}" in said.errors
    assert "1 of 6 pages could not be made; nothing was published" in said.errors
    assert processes(project) == set()
    assert contents(project.reports) == before


def test_who_waits_too_long_for_another_process_is_told(project: Project) -> None:
    data, waited = project.folder / "data", []
    with (
        project_lock(data, lambda: None),
        pytest.raises(ProjectInUse, match="has been writing"),
        project_lock(data, lambda: waited.append(1), patience=0.1),
    ):
        pass
    assert waited == [1]


def test_what_stands_in_a_file_does_not_steer_the_terminal(project: Project) -> None:
    figures = project.figures("aktobe-report")
    figures.write_bytes(figures.read_bytes().replace(b"434 schools", b"434\x1b]0;owned\x07 sch"))
    said = project.build()
    assert said.code == 1
    assert "\x1b" not in said.errors + said.said


def test_what_stands_in_a_file_breaks_no_line_of_the_log(project: Project) -> None:
    project.replace(project.figures("aktobe-report"), "434 schools", "many\u2028schools\u0085 and \U0001f3eb")
    said = project.build("--log-format", "json")
    assert said.code == 1
    assert {event["event"] for event in events(said.errors)} == {"fault", "summary"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_that_cannot_be_written_stops_no_build(form: str, project: Project) -> None:
    new, told = change_value(project), project.folder / "told"
    with Path("/dev/full").open("w") as full:
        build = subprocess.run(
            [
                sys.executable,
                "-c",
                COMMAND,
                "build",
                "--data",
                "data",
                "--log-format",
                form,
                "--notify",
                f"tee '{told}'",
            ],
            cwd=project.folder,
            env=os.environ | {"PYTHONPATH": str(project.folder / "src")},
            stdout=full,
            stderr=full,
            check=False,
        )
    assert build.returncode == 0
    assert value_of(project) == new
    assert told.exists()


def test_what_people_put_beside_the_pages_stays(project: Project) -> None:
    (project.reports / "robots.txt").write_text("User-agent: *", encoding="utf-8")
    assert project.build().changed_nothing
    change_value(project)
    assert project.build().code == 0
    assert (project.reports / "robots.txt").read_text(encoding="utf-8") == "User-agent: *"
    assert project.build().changed_nothing


def test_what_an_editor_leaves_in_the_data_stops_no_build(project: Project) -> None:
    change_value(project)
    (project.raw / ".#sources.csv").symlink_to("someone@somewhere.1234")
    said = project.build()
    assert said.code == 0, said.errors


def test_what_is_published_before_an_interruption_is_told_so(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    new = change_value(project)
    monkeypatch.setattr("edstats.reports.publication._summary", interrupted)
    assert main(["build", "--data", str(project.folder / "data")]) == 130
    assert "interrupted; the edition as of 2024-06-20 was published before that" in capsys.readouterr().err
    assert value_of(project) == new


@pytest.mark.parametrize("place", ["reports", "data/clean"])
def test_a_link_to_itself_is_named(place: str, project: Project) -> None:
    shutil.rmtree(project.folder / place)
    (project.folder / place).symlink_to(project.folder / place)
    said = project.build()
    assert said.code == 1
    assert "Traceback" not in said.errors
    assert place in said.errors


def test_what_stands_in_the_way_is_named(project: Project) -> None:
    change_value(project)
    (project.folder / ".reports-build").write_text("in the way", encoding="utf-8")
    said = project.build()
    assert said.code == 1
    assert f"{project.folder / '.reports-build'}; nothing was published" in said.errors
    assert "Traceback" not in said.errors
