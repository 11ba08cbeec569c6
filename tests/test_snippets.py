"""Every command and piece of Python in README.md, CONTRIBUTING.md and docs/ is run: here, or where ``ELSEWHERE`` says.

Each page has a copy of the project of its own, in which its snippets run from top to bottom as a reader runs them. A
new snippet is run without further ado; one that cannot be gets a row in ``ELSEWHERE``.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import pytest
from conftest import PROJECT

from edstats.draft_rows import DRAFT_COLUMNS

COMMAND = "import sys; from edstats.cli import main; sys.exit(main(sys.argv[1:]))"
SHELLS, PYTHON = {"sh", "bash", "shell", "console"}, "python"
# Blocks to look at, or for the site alone. One that is named like a file is that file: "text release.txt".
SHOWN = {"text", "csv", "json", "xml", "yaml", "toml", "html", "{toctree}", "{eval-rst}"}
FENCE = re.compile(r"^```(\S+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}\S.*\n)(?:(?: {4}.*)?\n(?= {4}))*(?: {4}.*\n)?")
# A command within a sentence, as it is typed: with the folder of the programs, and what it works on.
WITHIN = re.compile(r"(?<!`)`(\.venv/bin/\w+ [^`\n]+)`(?!`)")
PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")))


@dataclass(frozen=True)
class Elsewhere:
    """Snippets that are not run here: by page and pattern; the file that runs them and words of it, or a reason."""

    page: str
    pattern: str
    where: str
    words: str = ""


ELSEWHERE = (
    Elsewhere(r".*", r"make (reports|test|lint|docs)$", ".ci/run", "make "),
    Elsewhere(r".*", r"make lab$", "opens a browser for a person"),
    Elsewhere(r".*", r"make screenshots$", "takes pictures of reports/ that a person looks at"),
    Elsewhere(r".*", r"make reliability$", "tests/test_interrupted_builds.py", "EDSTATS_INTERRUPTIONS"),
    Elsewhere(r".*", r"make fuzz$", "tests/test_damaged_data.py", "fuzz_raw"),
    Elsewhere(r".*", r"make bench$", "takes half an hour of an idle machine"),
    Elsewhere(r".*", r"make (audit|lock)$", "asks the package index, which answers otherwise each day"),
    Elsewhere(r".*", r"(UPDATE_GOLDEN=1 )?.venv/bin/python -m pytest", ".ci/run", "make test"),
    Elsewhere(
        r"CONTRIBUTING.md", r".venv/bin/papermill", "tests/test_scheduling_examples.py", "papermill.execute_note"
    ),
    Elsewhere(r"CONTRIBUTING.md", r"make release$", "tests/test_release.py", "tools/release.py"),
    Elsewhere(r"CONTRIBUTING.md", r".venv/bin/python benchmarks/round", "tests/test_round_trip.py", "round_trip"),
    Elsewhere(r"CONTRIBUTING.md", r".venv/bin/python benchmarks/(cal|ext)", "takes labelled documents, or minutes"),
    Elsewhere(r"CONTRIBUTING.md", r"chromium|.venv/bin/python -c", "takes a picture that a person looks at"),
    Elsewhere(r"docs/add-a-source.md", r".venv/bin/edstats check", "tests/test_docs.py", '_block("faults")'),
    Elsewhere(r"docs/add-a-source.md", r".venv/bin/edstats clean", "tests/test_docs.py", 'main(["clean"'),
    Elsewhere(r"docs/extraction.md", r".venv/bin/edstats accept", "tests/test_docs.py", 'edstats("accept", RELEASE)'),
    Elsewhere(r"docs/extraction.md", r"curl", "tests/test_extract_command.py", 'edstats("-"'),
    Elsewhere(r"docs/reports.md", r".venv/bin/edstats build --pdf", "tests/browser/test_pdf.py", "build --pdf"),
    Elsewhere(r"docs/reports.md", r".venv/bin/edstats build --explain", "tests/incremental.py", '"--explain"'),
    Elsewhere(r"docs/scheduling.md", r".venv/bin/edstats build", "tests/test_scheduled_builds.py", '"--notify"'),
    Elsewhere(r"docs/scheduling.md", r"15 2 \* \* \*", "tests/test_scheduling_examples.py", "edstats.cron"),
    Elsewhere(r"docs/scheduling.md", r"systemctl|journalctl", "tests/test_scheduling_examples.py", "systemd-analyze"),
    Elsewhere(r"docs/scheduling.md", r"BashOperator", "tests/test_scheduling_examples.py", '_operator("BashOperator")'),
    Elsewhere(r"docs/scheduling.md", r"PapermillOp", "tests/test_scheduling_examples.py", '_operator("PapermillOper'),
    Elsewhere(r"docs/scheduling.md", r"aws s3", "needs a bucket and the programs of a provider"),
    Elsewhere(r"docs/exports.md", r"", "tests/test_exports_docs.py", "for kind, block in BLOCKS"),
    Elsewhere(
        r"docs/scaling.md", r".venv/bin/edstats extract", "tests/test_cluster_commands.py", 'edstats("extract", doc'
    ),
    Elsewhere(r"docs/scaling.md", r".venv/bin/edstats clean", "tests/test_cluster_commands.py", 'edstats("clean"'),
    Elsewhere(r"docs/scaling.md", r".venv/bin/edstats build", "tests/test_cluster_builds.py", "*on(cluster)"),
    Elsewhere(r"docs/scaling.md", r".venv/bin/dask (scheduler|worker)", "tests/dask_cluster.py", "run_cli()"),
    Elsewhere(r"docs/scaling.md", r".venv/bin/python benchmarks/scaling.py", "takes minutes of an idle machine"),
    Elsewhere(
        r"docs/object-storage.md", r".venv/bin/edstats", "tests/test_object_storage.py", "s3://{BUCKET}/{prefix}"
    ),
    Elsewhere(r"docs/object-storage.md", r"aws s3", "needs a bucket and the programs of a provider"),
    Elsewhere(r"docs/releasing.md", r"make release", "tests/test_release.py", "tools/release.py"),
    Elsewhere(r"docs/releasing.md", r"git (show|push)", "tests/test_release.py", "test_a_release_tags_code_and_data"),
    Elsewhere(r"docs/releasing.md", r"python3 -m venv|edstats/bin/pip", "tests/test_release.py", '"venv"'),
    Elsewhere(r"docs/releasing.md", r"edstats/bin/edstats", "tests/test_release.py", '"extract", "release.txt"'),
)


@dataclass(frozen=True)
class Snippet:
    """A command, a block of Python, or a file to save."""

    page: str
    kind: str
    text: str

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Where it is run instead."""
        return tuple(row for row in ELSEWHERE if re.fullmatch(row.page, self.page) and re.match(row.pattern, self.text))


def snippets(page: str, text: str) -> Iterator[Snippet]:
    """What a page says to run or to save, from top to bottom."""
    found = [(block.start(), block[1], block[2], block[3]) for block in FENCE.finditer(text)]
    # Fences are blanked out, so that what is indented in them is none of the page's, and places stay.
    bare = FENCE.sub(lambda block: re.sub(r"[^\n]", "-", block[0]), text)
    found += [
        (block.start(), "sh", "", re.sub(r"^ {4}", "", block[0], flags=re.M)) for block in INDENTED.finditer(bare)
    ]
    found += [(command.start(), "sh", "", command[1]) for command in WITHIN.finditer(bare)]
    for _, language, name, code in sorted(found):
        if language in SHELLS:
            for line in code.replace("\\\n", " ").splitlines():
                command = re.sub(r"\s+# .*$", "", line).removeprefix("$ ").strip()
                if command and not command.startswith("#"):
                    yield Snippet(page, "command", command)
        elif language == PYTHON:
            yield Snippet(page, PYTHON, code)
        elif "." in name:
            yield Snippet(page, name, code)
        else:
            assert language in SHOWN, f"{page}: a block of {language}: is it to be run, or shown?"


def of_page(page: str) -> list[Snippet]:
    return list(snippets(page, (PROJECT / page).read_text(encoding="utf-8")))


# --- what the prose of a page tells the reader to do by hand ----------------------------------------------------------


def _block(page: str, kind: str) -> str:
    text = (PROJECT / page).read_text(encoding="utf-8")
    (code,) = (block[3] for block in FENCE.finditer(text) if f"{block[1]} {block[2]}" == kind)
    return str(code)


def _save_the_article(project: Path) -> None:
    quoted = re.findall(r"^> (.*)$", (project / "docs" / "add-a-source.md").read_text(encoding="utf-8"), flags=re.M)
    (project / "release.txt").write_text("\n".join(line.strip("*") for line in quoted), encoding="utf-8")


def _review_the_draft(project: Path) -> None:
    raw, draft = project / "data" / "raw", project / "data" / "drafts" / "akmola-september-2026.csv"
    with (raw / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write(_block("docs/add-a-source.md", "csv sources"))
    more = [column for column in DRAFT_COLUMNS if column in ("confidence", "reason")]
    header, *rows = _block("docs/add-a-source.md", "csv mended").splitlines()
    lines = [",".join([header, *more]), *(row + "," * len(more) for row in rows)]
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _save_releases(project: Path) -> None:
    (project / "pavlodar-season-2026.txt").write_text(_block("docs/extraction.md", "text release"), encoding="utf-8")
    (project / "releases").mkdir()
    shutil.copy(project / "pavlodar-season-2026.txt", project / "releases")
    shutil.copy(PROJECT / "tests" / "press_releases" / "en.jsonl", project / "releases.jsonl")


BY_HAND: Mapping[tuple[str, str], Callable[[Path], None]] = {
    ("README.md", ".venv/bin/edstats extract release.txt"): _save_the_article,
    ("README.md", ".venv/bin/edstats accept akmola-september-2026"): _review_the_draft,
    ("docs/extraction.md", ".venv/bin/edstats extract pavlodar-season-2026.txt"): _save_releases,
}


# --- running them ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a reader has it after ``git clone`` and a first ``make``, whose ``.venv`` is this Python's."""
    folder = tmp_path_factory.mktemp("original") / "edstats"
    for part in ("benchmarks", "data", "docs", "notebooks", "src", "tests", "tools"):
        aside = shutil.ignore_patterns("__pycache__", "*.parquet", ".lock", "drafts", ".ipynb_checkpoints")
        shutil.copytree(PROJECT / part, folder / part, ignore=aside)
    for path in PROJECT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "a"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for program in Path(sys.executable).parent.iterdir():
        (programs / program.name).symlink_to(program)
    # A link to Python alone would not find its packages, and edstats must be that of the copy.
    for name, called in (("python", ""), ("edstats", f"-c {shlex.quote(COMMAND)}")):
        (programs / name).unlink(missing_ok=True)
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {called} "$@"\n')
        (programs / name).chmod(0o755)
    for stamp in ("locked", "installed"):
        (folder / ".venv" / stamp).touch()
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if any(not s.elsewhere() for s in of_page(page))])
def test_what_a_page_says_to_run_runs(
    page: str, original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Path(shutil.copytree(original, tmp_path / "edstats", symlinks=True))
    monkeypatch.chdir(project)
    known: dict[str, object] = {}
    for snippet in of_page(page):
        if snippet.elsewhere():
            continue
        BY_HAND.get((page, snippet.text), lambda _: None)(project)
        if snippet.kind == "command":
            _run_command(snippet, project)
        elif snippet.kind == PYTHON:
            _run_python(snippet, known)
        else:
            (project / snippet.kind).write_text(snippet.text, encoding="utf-8")


def _run_command(snippet: Snippet, project: Path) -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", snippet.text],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert done.returncode == 0, f"{snippet.page}: {snippet.text}\n{said}"
    assert "Traceback" not in done.stderr, f"{snippet.page}: {snippet.text}\n{said}"


def _run_python(snippet: Snippet, known: dict[str, object]) -> None:
    with warnings.catch_warnings(), mpl.rc_context({"backend": "agg"}):
        warnings.simplefilter("error")
        exec(compile(snippet.text, snippet.page, "exec"), known)


# --- the table of those that are run elsewhere -----------------------------------------------------------------------


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.pattern)
def test_what_is_run_elsewhere_is_still_there(row: Elsewhere) -> None:
    assert any(row in snippet.elsewhere() for page in PAGES for snippet in of_page(page)), "no page says this any more"
    if row.words:
        assert row.words in (PROJECT / row.where).read_text(encoding="utf-8"), f"{row.where} runs it no more"
    else:
        assert len(row.where.split()) > 3, "a reason"


def test_what_is_done_by_hand_is_still_asked_for() -> None:
    assert [key for key in BY_HAND if Snippet(key[0], "command", key[1]) not in of_page(key[0])] == []


def test_a_new_snippet_is_seen() -> None:
    text = (
        "# T\n\n    edstats one  # why\n    edstats two \\\n        --more\n\nText:\n\n"
        "- an item `.venv/bin/edstats four`\n  of two lines\n\n"
        "```python\nx = 1\n\n    y\n```\n\n```sh\n$ edstats three\n```\n\n```text a.txt\n    edstats none\n```\n\n"
        "    last\n"
    )
    assert [(snippet.kind, snippet.text) for snippet in snippets("p", text)] == [
        ("command", "edstats one"),
        ("command", "edstats two      --more"),
        ("command", ".venv/bin/edstats four"),
        ("python", "x = 1\n\n    y\n"),
        ("command", "edstats three"),
        ("a.txt", "    edstats none\n"),
        ("command", "last"),
    ]
    with pytest.raises(AssertionError, match="to be run, or shown"):
        list(snippets("p", "```ruby\nputs 1\n```\n"))
