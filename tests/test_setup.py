"""The files that set up the project say the same thing."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in requirements]


def normal(name: str) -> str:
    """A package's name as the lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


GROUPS = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
DIRECT = [requirement for group in GROUPS for requirement in group]


@pytest.mark.parametrize("requirement", DIRECT)
def test_every_direct_dependency_is_locked_at_a_version_it_allows(requirement: str) -> None:
    (name,), least = names([requirement]), requirement.partition(">=")[2]
    pinned = re.findall(rf"^{re.escape(normal(name))}==(\S+)", LOCK, re.MULTILINE)
    assert pinned, f"{name} is not in requirements.lock: run make lock"
    for version in pinned:
        assert [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]


def test_every_package_that_the_code_imports_is_asked_for() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    modules = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {PROJECT["name"]}
    providers = packages_distributions()
    needed = {normal(providers[module][0]) for module in modules}
    for_work = ("extract", "export", "cluster")
    asked = [
        *PROJECT["dependencies"],
        *(each for extra in for_work for each in PROJECT["optional-dependencies"][extra]),
    ]
    assert needed <= {normal(name) for name in names(asked)}


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"\n(?=\w)", LOCK)
    assert len(entries) > len(DIRECT)
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address_and_no_path() -> None:
    options = [line for line in LOCK.splitlines() if not re.match(r"[\w.-]+==|    --hash=sha256:|    # ", line)]
    assert options == []
    assert not re.search(r"://|file:|@ ", LOCK)


def test_the_conda_environment_is_this_project() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == PROJECT["name"]
    python, pip, package = environment["dependencies"]
    assert python == f"python{PROJECT['requires-python']}"
    assert pip == "pip"
    assert package == {"pip": [f"-e .[{','.join(PROJECT['optional-dependencies'])}]"]}


def test_make_lock_and_mypy_mean_the_oldest_python_of_the_project() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"--python-version {oldest} " in makefile
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in makefile
    assert f'python_version = "{oldest}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_each_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    tables = [re.findall(r"^\| ([\w.-]+) \| (.+) \|$", section, re.MULTILINE)[2:] for section in sections]
    assert [[name for name, _ in table] for table in tables] == [names(group) for group in GROUPS]
    assert all(len(reason.split()) >= 3 for table in tables for _, reason in table)


def test_the_commit_hooks_are_local() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = [hook["entry"] for hook in config["repos"][0]["hooks"]]
    assert {hook.split()[0] for hook in hooks} == {".venv/bin/ruff", ".venv/bin/nbstripout"}


def test_hook_and_make_strip_notebooks_alike() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (stripping,) = re.findall(r"nbstripout (--keep-id --extra-keys .*)", hooks)
    assert f"nbstripout --verify {stripping} " in makefile


def run_make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").touch()
    (folder / "pyproject.toml").touch()
    # Not the variables of a make that runs these tests, which would pass its own options on.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_make_alone_lists_its_targets(tmp_path: Path) -> None:
    shown = run_make(tmp_path)
    assert shown.returncode == 0
    phony = re.search(r"^\.PHONY: help (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert re.findall(r"^make (\w+) ", shown.stdout, re.MULTILINE) == phony[1].split()


def test_an_old_python_gets_one_clear_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")  # what the question after the version comes to there
    old.chmod(0o755)
    shown = run_make(tmp_path, "test", f"PYTHON={old}")
    assert shown.returncode != 0
    assert shown.stderr.startswith("edstats needs Python 3.11 or newer")
    assert shown.stdout == ""
    assert not (tmp_path / ".venv").exists()


def test_a_half_made_environment_is_made_afresh(tmp_path: Path) -> None:
    """With a lock that cannot be met, the install breaks off: no stamp may stand, and what was there must be gone."""
    leftover = tmp_path / ".venv" / "bin" / "leftover"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    run_make(tmp_path)
    (tmp_path / "requirements.lock").write_text("no-hash-here==1\n")
    shown = run_make(tmp_path, ".venv/installed", f"PYTHON={sys.executable}")
    assert shown.returncode != 0
    assert "hash" in shown.stderr
    assert not leftover.exists()
    assert not (tmp_path / ".venv" / "locked").exists()
