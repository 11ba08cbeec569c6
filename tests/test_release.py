"""``make release`` in a repository of its own, and the wheel that it builds, installed and used outside of one."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from changelog import read_changelog
from conftest import PROJECT, write_raw

import edstats

PARTS = ("src", "tools", "data", "CHANGELOG.md", "README.md", "LICENSE", "LICENSE-DATA", "pyproject.toml", ".gitignore")
VERSION = edstats.__version__
WHEEL, SDIST = f"edstats-{VERSION}-py3-none-any.whl", f"edstats-{VERSION}.tar.gz"
WHO = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def run(folder: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | WHO | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    done = run(folder, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "tools/release.py", PYTHONPATH=str(folder / "src"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is, committed, with no tags; its changelog has entries on code and data."""
    folder = tmp_path_factory.mktemp("repository")
    for part in PARTS:
        if (PROJECT / part).is_dir():
            aside = shutil.ignore_patterns("__pycache__", "*.parquet", ".lock", "drafts")
            shutil.copytree(PROJECT / part, folder / part, ignore=aside)
        else:
            shutil.copy(PROJECT / part, folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "user.name", "A maintainer")
    git(folder, "config", "user.email", "maintainer@example.org")
    log = folder / "CHANGELOG.md"
    log.write_text(f"# Changes\n\n{ENTRIES}\n## Data of 2020-01-01, released 2020-01-02\n\n- Old.\n", encoding="utf-8")
    commit(folder, "The project")
    return folder


ENTRIES = "## Unreleased\n\n### Code\n- New code.\n  # Said so.\n\n### Data\n- New data.\n"


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture(scope="module")
def released(repository: Path) -> Path:
    """The repository after ``make release``."""
    done = release(repository)
    assert done.returncode == 0, done.stderr
    assert "Nothing has been pushed" in done.stdout
    return repository


@pytest.fixture
def copy(released: Path, tmp_path: Path) -> Path:
    """The released repository to change."""
    return Path(shutil.copytree(released, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__")))


def tags(folder: Path) -> set[str]:
    return set(git(folder, "tag").split())


# --- releasing -------------------------------------------------------------------------------------------------------


def test_a_release_tags_code_and_data_apart(released: Path) -> None:
    day = str(edstats.load(released / "data").as_of)
    code, data = f"v{VERSION}", f"data-{day}"
    assert tags(released) == {code, data}
    assert git(released, "cat-file", "-t", code) == git(released, "cat-file", "-t", data) == "tag"
    message = git(released, "tag", "--list", "--format=%(contents)", code)
    assert "New code.\n  # Said so." in message
    assert "New data" not in message
    assert git(released, "status", "--porcelain") == ""
    assert git(released, "rev-parse", f"{code}^{{}}") == git(released, "rev-parse", "HEAD")


def test_a_release_turns_the_unreleased_entries_into_those_of_versions(released: Path) -> None:
    text = (released / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^##+ (.*)$", text, flags=re.MULTILINE)
    day = edstats.load(released / "data").as_of
    assert headings[:3] == ["Unreleased", "Code", "Data"]
    assert [heading.partition(", ")[0] for heading in headings[3:]] == [
        f"Code {VERSION}",
        f"Data of {day}",
        "Data of 2020-01-01",
    ]
    assert text.count("New code") == text.count("New data") == 1
    assert "\n\n\n" not in text


def test_the_same_tree_gives_the_same_packages(released: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    git(tmp_path, "clone", "--quiet", "--branch", f"v{VERSION}", str(released), str(elsewhere))
    build = "from pathlib import Path; import built_packages as b; b.build_packages(Path.cwd(), Path('dist'))"
    done = run(elsewhere, sys.executable, "-c", build, PYTHONPATH=f"{elsewhere / 'tools'}")
    assert done.returncode == 0, done.stderr
    for name in (WHEEL, SDIST):
        assert (elsewhere / "dist" / name).read_bytes() == (released / "dist" / name).read_bytes(), name


def test_what_is_released_is_not_released_again(copy: Path) -> None:
    done = release(copy)
    assert (done.returncode, "nothing to release" in done.stderr) == (1, True)


def test_new_data_are_an_edition_without_new_packages(copy: Path) -> None:
    before = tags(copy)
    shutil.rmtree(copy / "dist")
    doubts = copy / "data" / "raw" / "doubts.csv"
    lines = doubts.read_text(encoding="utf-8").splitlines(keepends=True)
    doubts.write_text("".join(lines[:-1]), encoding="utf-8")
    cleaned = run(copy, sys.executable, "-c", COMMAND, "clean", PYTHONPATH=str(copy / "src"))
    assert cleaned.returncode == 0, cleaned.stderr
    commit(copy, "A doubt less")
    refused = release(copy)
    (new,) = re.findall(r"^CHANGELOG.md: Unreleased: Data: no entry; say what (\S+) brings$", refused.stderr, re.M)
    assert tags(copy) == before
    log = copy / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace("### Data\n", "### Data\n- A doubt less.\n", 1), encoding="utf-8")
    commit(copy, "Say so")
    done = release(copy)
    assert done.returncode == 0, done.stderr
    assert tags(copy) == before | {new}
    assert new.endswith(".2")  # of the same day, and other data
    assert not (copy / "dist").exists()


COMMAND = "import sys; from edstats.cli import main; sys.exit(main(sys.argv[1:]))"


def test_all_that_keeps_a_release_back_is_told_at_once(copy: Path) -> None:
    before = git(copy, "rev-parse", "HEAD"), tags(copy)
    with (copy / "src" / "edstats" / "counting.py").open("a", encoding="utf-8") as file:
        file.write("# Changed.\n")
    commit(copy, "Change the code under the same version")
    (copy / "notes.txt").touch()
    git(copy, "config", "--unset", "user.email")
    git(copy, "config", "user.useConfigOnly", "true")  # or git would make an address up, of this machine
    done = release(copy)
    assert done.returncode == 1
    assert "notes.txt: not committed; commit it or put it aside\n" in done.stderr
    assert f"v{VERSION} is tagged, and the code has changed; raise __version__\n" in done.stderr
    assert "git does not know who you are" in done.stderr
    assert "Traceback" not in done.stderr
    assert (git(copy, "rev-parse", "HEAD~1"), tags(copy)) == before


def test_data_out_of_step_are_not_released(copy: Path) -> None:
    clean = copy / "data" / "clean" / "doubts.csv"
    clean.write_text(clean.read_text(encoding="utf-8") + "a,,b\n", encoding="utf-8")
    commit(copy, "Edit what is computed")
    done = release(copy)
    assert done.returncode == 1
    assert "data/clean/doubts.csv: not what data/raw gives" in done.stderr


def test_packages_hold_what_is_in_git_and_nothing_else(copy: Path) -> None:
    """A file that git ignores is no change of the tree, and would be packed."""
    (copy / "src" / "edstats" / "dist").mkdir()
    (copy / "src" / "edstats" / "dist" / "secret.txt").touch()
    git(copy, "tag", "--delete", f"v{VERSION}")
    before = tags(copy)
    done = release(copy)
    assert done.returncode == 1
    for name in (WHEEL, SDIST):
        assert re.search(rf"^{re.escape(name)}: \S*edstats/dist/secret.txt is not in git$", done.stderr, re.MULTILINE)
    assert "Nothing was released" in done.stderr
    assert tags(copy) == before


def test_the_changelog_of_the_project_keeps_code_and_data_apart() -> None:
    log = read_changelog((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert log.code or log.data or log.section(f"Code {VERSION}")
    headings = re.findall(r"^## (.*)$", log.text, flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    named = re.compile(r"(Code \d+\.\d+\.\d+|Data of \d{4}-\d\d-\d\d(\.\d+)?), released \d{4}-\d\d-\d\d")
    assert [heading for heading in headings[1:] if not named.fullmatch(heading)] == []


def test_a_changelog_without_its_headings_is_told(copy: Path) -> None:
    (copy / "CHANGELOG.md").write_text("# Changes\n", encoding="utf-8")
    done = release(copy)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "add the three headings" in done.stderr


# --- the wheel, installed --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of a new environment with the wheel; what it depends on is that of this environment."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    found = run(environment, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    # A path file adds the folder alone, and not the path files in it, by which this environment may have edstats.
    (Path(found.stdout.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    options = ("--offline", "--no-deps", "--quiet", "--python", python)
    done = run(environment, uv, "pip", "install", *options, released / "dist" / WHEEL)
    assert done.returncode == 0, done.stderr
    return environment / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder outside the repository, with data of one source."""
    entries = [
        {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"},
        {"region": "KZ-15", "indicator": "schools_rural", "as_printed": "280 schools"},
    ]
    write_raw(tmp_path, [{"source": "aktobe-report", "published": "2024-12-02"}], {"aktobe-report": entries})
    return tmp_path


def test_the_command_is_that_of_the_wheel(installed: Path, elsewhere: Path) -> None:
    done = run(elsewhere, installed / "edstats", "--version")
    assert done.stdout == f"edstats {VERSION}\n"
    where = run(elsewhere, installed / "python", "-c", "import edstats; print(edstats.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)


def test_the_wheel_extracts_cleans_and_checks(installed: Path, elsewhere: Path) -> None:
    (elsewhere / "release.txt").write_text("There are 434 schools in Aktobe region.\n", encoding="utf-8")
    rows = run(elsewhere, installed / "edstats", "extract", "release.txt")
    assert (rows.returncode, rows.stderr) == (0, "")
    assert "434 schools,434,,exact,school,schools_total,KZ-15" in rows.stdout
    page = run(elsewhere, installed / "edstats", "extract", "release.txt", "--format", "html")
    assert "434 schools" in page.stdout
    cleaned = run(elsewhere, installed / "edstats", "clean", "--data", "data")
    assert (cleaned.returncode, cleaned.stderr) == (0, "")
    assert run(elsewhere, installed / "edstats", "clean", "--check").returncode == 0
    checked = run(elsewhere, installed / "edstats", "check")
    assert checked.returncode == 0, checked.stderr
    loaded = run(elsewhere, installed / "python", "-c", "import edstats; print(len(edstats.load().observations))")
    assert loaded.stdout == "2\n"


def test_the_wheel_builds_reports_with_the_notebooks_beside_the_data(installed: Path, elsewhere: Path) -> None:
    refused = run(elsewhere, installed / "edstats", "build", "--data", "data")
    assert refused.returncode == 2
    assert "put its folder notebooks beside the data" in refused.stderr
    shutil.copytree(PROJECT / "notebooks", elsewhere / "notebooks", ignore=shutil.ignore_patterns(".*"))
    built = run(elsewhere, installed / "edstats", "build", "--data", "data")
    assert built.returncode == 0, built.stderr
    for language in ("en", "ru", "kk"):
        assert "434" in (elsewhere / "reports" / language / "aktobe.html").read_text(encoding="utf-8")


SCRIPT = """
import edstats

reveal_type(edstats.load().observations)
reveal_type(edstats.extract("434 schools").figures)
edstats.load(as_of=2024)
"""


def test_a_type_checker_sees_the_types_of_the_wheel(installed: Path, elsewhere: Path) -> None:
    (elsewhere / "script.py").write_text(SCRIPT, encoding="utf-8")
    options = ("--strict", "--python-executable", installed / "python", "--cache-dir", elsewhere / "cache")
    done = run(elsewhere, sys.executable, "-m", "mypy", *options, "script.py")
    told = done.stdout.splitlines()
    assert [line for line in told[:2] if not line.endswith('Revealed type is "pandas.core.frame.DataFrame"')] == []
    assert 'Argument "as_of" to "load" has incompatible type "int"' in told[2]
    assert len(told) == 4, done.stdout
