"""The examples of docs/scheduling.md, run as their schedulers run them."""

import ast
import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import papermill
import pytest
import yaml
from conftest import PROJECT, needs
from incremental import COMMAND, Project, contents
from interruptions import change_value

EXAMPLES = PROJECT / "docs" / "examples"
SCHEDULING = (PROJECT / "docs" / "scheduling.md").read_text(encoding="utf-8")
PLACE = "/srv/edstats"  # where the examples have the project
BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C"}  # what cron gives a command


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    project = built.copy(tmp_path / "edstats")
    program = project.folder / ".venv" / "bin" / "edstats"
    program.parent.mkdir(parents=True)
    source = shlex.quote(str(project.folder / "src"))
    called = f"PYTHONPATH={source} exec {shlex.quote(sys.executable)} -c {shlex.quote(COMMAND)}"
    program.write_text(f'#!/bin/sh\n{called} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return project


def run(command: list[str], project: Project, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=project.folder, env=BARE | more, capture_output=True, text=True, timeout=300, check=False
    )


def here(text: str, project: Project) -> str:
    return text.replace(PLACE, str(project.folder))


def test_the_line_for_cron_builds_and_logs(project: Project) -> None:
    lines = (EXAMPLES / "edstats.cron").read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if not line.startswith(("#", "SHELL=")))
    assert f"    {line}" in SCHEDULING
    *when, command = line.split(" ", 5)
    assert [bool(re.fullmatch(r"\d+|\*", field)) for field in when] == [True] * 5
    assert "%" not in command  # to cron it is the end of the line
    new = change_value(project)
    done = run(["/bin/sh", "-c", here(command, project)], project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = [json.loads(line) for line in (project.folder / "build.log").read_text(encoding="utf-8").splitlines()]
    assert log[-1]["outcome"] == "published"
    # `make release` refuses files that nobody has committed.
    assert "/build.log" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert new in (project.reports / "data" / "observations.csv").read_text(encoding="utf-8")


def test_the_unit_of_systemd_builds(project: Project) -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(EXAMPLES / "edstats.service", encoding="utf-8")
    service = unit["Service"]
    assert service["WorkingDirectory"] == service["ReadWritePaths"] == PLACE
    change_value(project)
    done = run(shlex.split(here(service["ExecStart"], project)), project)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["outcome"] == "published"


@needs("systemd-analyze")
def test_the_units_of_systemd_are_sound(tmp_path: Path) -> None:
    for name in ("edstats.service", "edstats.timer"):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        # What it starts must be there, and so must its user.
        text = text.replace(f"{PLACE}/.venv/bin/edstats", "/bin/true").replace("User=edstats", "User=daemon")
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "edstats.service", tmp_path / "edstats.timer"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs("git", "bash")
def test_the_workflow_builds_and_publishes_on_a_branch(project: Project, tmp_path: Path) -> None:
    workflow: dict[Any, Any] = yaml.safe_load((EXAMPLES / "build-reports.yml").read_text(encoding="utf-8"))
    steps = {step["name"]: step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step}
    assert steps.pop("Set up").strip() == "make .venv/installed"
    assert "\n.venv/installed:" in (PROJECT / "Makefile").read_text(encoding="utf-8")
    origin = tmp_path / "origin.git"
    for command in (
        ["git", "init", "--quiet", "--bare", str(origin)],
        ["git", "init", "--quiet", "."],
        ["git", "remote", "add", "origin", str(origin)],
        ["git", "-c", "user.name=a", "-c", "user.email=a", "commit", "--quiet", "--allow-empty", "--message", "a"],
    ):
        assert run(command, project).returncode == 0

    def night() -> dict[str, bytes]:
        """One run of the workflow on a machine that has nothing but the project; what it published."""
        with tempfile.TemporaryDirectory(dir=tmp_path) as runner:
            for name, step in steps.items():
                done = run(["bash", "-e", "-c", step], project, RUNNER_TEMP=runner)
                assert done.returncode == 0, name + done.stderr
        built = contents(project.reports)
        shutil.rmtree(project.reports)
        pages = tmp_path / "pages"
        shutil.rmtree(pages, ignore_errors=True)
        assert run(["git", "clone", "--quiet", "--branch", "pages", str(origin), str(pages)], project).returncode == 0
        shutil.rmtree(pages / ".git")
        assert contents(pages) == built
        return built

    shutil.rmtree(project.reports)
    assert night()["data/editions.csv"].count(b"\n") == 2
    project.replace(project.figures("country-ministry"), "11000", "10900")
    # The history of the first night goes on, though nothing of its reports was left on the machine.
    assert night()["data/editions.csv"].count(b"\n") == 3


def _operator(name: str) -> dict[str, Any]:
    """The arguments of the operator in docs/scheduling.md, as far as they are plain values."""
    (call,) = (
        node
        for block in re.findall(r"^```python\n(.*?)^```", SCHEDULING, re.DOTALL | re.MULTILINE)
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    )
    return {
        str(keyword.arg): ast.literal_eval(keyword.value)
        for keyword in call.keywords
        if not isinstance(keyword.value, ast.Call)
    }


def test_the_parameters_for_airflow_are_those_of_the_notebook(project: Project, tmp_path: Path) -> None:
    task = _operator("PapermillOperator")
    notebook = here(task["input_nb"], project)
    parameters = {name: here(value, project) for name, value in task["parameters"].items()}
    assert set(parameters) <= set(papermill.inspect_notebook(notebook))
    papermill.execute_notebook(notebook, tmp_path / "out.ipynb", parameters, progress_bar=False)


def test_the_command_for_airflow_builds(project: Project) -> None:
    done = run(["bash", "-c", here(_operator("BashOperator")["bash_command"], project)], project)
    assert done.returncode == 0, done.stderr
