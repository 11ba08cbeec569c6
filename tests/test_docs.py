"""What the documents tell a reader to do, done."""

import csv
import io
import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT

from edstats import extract
from edstats.cli import main
from edstats.codebook import FOLDER, read_table
from edstats.dataset import load
from edstats.draft_rows import DRAFT_COLUMNS
from edstats.extraction.result import FIGURE_COLUMNS

DOCS = PROJECT / "docs"
EXTRACTION = DOCS / "extraction.md"
NAME = "akmola-september-2026"
RELEASE = "pavlodar-season-2026"


def _blocks(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(^```\w+ {kind}\n)(.*?)(^```$)", flags=re.DOTALL | re.MULTILINE)


def _block(kind: str, document: Path = DOCS / "add-a-source.md") -> str:
    found = _blocks(kind).search(document.read_text(encoding="utf-8"))
    assert found, f"{document.name} has no block '{kind}'"
    return found[2]


def _prints(kind: str, printed: str) -> None:
    """docs/extraction.md prints this. After a wanted change: UPDATE_GOLDEN=1 pytest tests/test_docs.py; look at it."""
    if "UPDATE_GOLDEN" in os.environ:
        text = EXTRACTION.read_text(encoding="utf-8")
        renewed = _blocks(kind).sub(lambda block: f"{block[1]}{printed}{block[3]}", text)
        EXTRACTION.write_text(renewed, encoding="utf-8", newline="\n")
    assert _block(kind, EXTRACTION) == printed


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the project's data to work in."""
    return Path(shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("clean", "drafts")))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The press release of docs/extraction.md, saved on the day after its date line."""
    path = tmp_path / f"{RELEASE}.txt"
    path.write_text(_block("release", EXTRACTION), encoding="utf-8")
    saved = datetime(2026, 9, 19).timestamp()
    os.utime(path, (saved, saved))
    return path


def test_guide_to_adding_a_source(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (data / "raw" / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write(_block("sources"))
    figures = data / "raw" / "figures" / f"{NAME}.csv"
    figures.write_text(_block("figures"), encoding="utf-8")
    assert main(["check", "--data", str(data)]) == 1
    assert capsys.readouterr().err.splitlines() == _block("faults").splitlines()

    figures.write_text(_block("mended"), encoding="utf-8")
    assert main(["clean", "--data", str(data)]) == 0
    dataset = load(data)
    own = dataset.measures[dataset.measures["numerator"].str.startswith(f"{NAME}#")].set_index("measure")["value"]
    assert own["small_school_share"] == pytest.approx(58.5, abs=0.05)
    assert own["renovation_spending_per_school"] == 300e6
    assert own["places_per_new_school"] == 750
    assert own["renovated_share_of_schools"] == pytest.approx(1.3, abs=0.05)
    assert len(own) == 4, "the page names each measure that git diff shows"


def test_the_short_way_of_adding_a_source_finds_the_same_figures() -> None:
    quoted = re.findall(r"^> (.*)$", (DOCS / "add-a-source.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    title, published, *text = (line.strip("*") for line in quoted)
    by_hand = pd.read_csv(io.StringIO(_block("mended")), keep_default_na=False)
    read = extract("\n".join([title, published, "", " ".join(text)]), title=title, published="2026-08-14").items
    assert [item.value for item in read] == [521, 305, 2.1e9, 7, 2, 1500]
    assert [item.as_printed.casefold() for item in read] == list(by_hand["as_printed"].str.casefold())


def test_the_way_from_a_press_release_to_a_measure(
    data: Path, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What docs/extraction.md tells the reader to do, and that it gives what is printed there."""
    folder = data.parent

    def edstats(*arguments: str, exit_code: int = 0) -> tuple[str, str]:
        assert main([*arguments, "--data", str(data)]) == exit_code
        said = capsys.readouterr()
        return said.out.replace(f"{folder}{os.sep}", ""), said.err.replace(f"{folder}{os.sep}", "")

    rows, _ = edstats("extract", str(release))
    _prints("rows", rows)
    edstats("extract", str(release), "--draft", RELEASE)
    draft = data / "drafts" / f"{RELEASE}.csv"
    _prints("draft", draft.read_text(encoding="utf-8"))
    suggested = (data / "drafts" / f"{RELEASE}.source.csv").read_text(encoding="utf-8")

    # Its language and date are needed to read a draft; publisher and licence are for a person to say.
    source = _block("sources", EXTRACTION)
    given, completed = (next(csv.reader(io.StringIO(text.splitlines()[-1]))) for text in (suggested, source))
    assert [cell for cell, full in zip(given, completed, strict=True) if cell and cell != full] == []
    with (data / "raw" / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write(source)
    _, refused = edstats("accept", RELEASE, exit_code=1)
    _prints("refused", refused)

    _mend(draft)
    accepted, _ = edstats("accept", RELEASE)
    _prints("accepted", accepted)
    assert not draft.exists()
    findings, _ = edstats("check")
    _prints("check", "".join(f"{line}\n" for line in findings.splitlines() if RELEASE in line))
    edstats("clean")
    measures = load(data).measures
    own = measures[measures["numerator"].str.startswith(RELEASE) & measures["denominator"].str.startswith(RELEASE)]
    shown = own[["measure", "region", "value", "qualifier", "unit", "numerator", "denominator"]]
    _prints("measures", shown.round({"value": 1}).to_csv(index=False, lineterminator="\n"))
    assert {"small_school_share", "places_per_new_school", "renovation_spending_per_school"} <= set(own["measure"])


def _mend(draft: Path) -> None:
    """Do to a draft what the table of docs/extraction.md says; each line of it must be needed."""
    rows = pd.read_csv(draft, dtype=str, keep_default_na=False).set_index("figure", drop=False)
    text = EXTRACTION.read_text(encoding="utf-8")
    mends = re.findall(r"^\| ([\d, ]+) \| (\w*) ?\| (\S.*?) \| .* \|$", text, flags=re.MULTILINE)
    assert len(mends) == 3
    for figures, column, value in mends:
        for figure in figures.split(", "):
            if not column:
                assert rows.loc[figure, "indicator"] == "other"
                rows = rows.drop(index=figure)
            else:
                assert rows.loc[figure, column] != value, f"row {figure} says so without being mended"
                rows.loc[figure, column] = value
    rows.to_csv(draft, index=False, lineterminator="\n")


def test_the_python_of_the_guide_gives_the_rows_of_the_command(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(release.parent)
    known: dict[str, object] = {}
    exec(_block("python", EXTRACTION), known)
    shown = known["release"].figures  # type: ignore[attr-defined]
    printed = pd.read_csv(io.StringIO(_block("rows", EXTRACTION)), keep_default_na=False)
    for column in ("doc", "start", "end", "as_printed", "value", "unit", "indicator", "region", "status", "reason"):
        assert list(shown[column]) == list(printed[column]), column


def test_the_examples_of_the_guide_are_read_as_it_says() -> None:
    text = EXTRACTION.read_text(encoding="utf-8").split("One example each")[1].split("\n## ")[0]
    examples = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", text, flags=re.MULTILINE)[2:]
    shown = set()
    for sentence, printed, said in examples:
        items = {item.as_printed: item for item in extract(sentence, published="2024-09-02").items}
        assert printed in items, sentence
        for column, value in (cell.split(" ") for cell in said.split(", ")):
            read = getattr(items[printed], column)
            assert (f"{read:g}" if isinstance(read, float) and read < 1e6 else f"{read}".removesuffix(".0")) == value, (
                said
            )
            shown.add(column)
    reading = {"value", "value_high", "qualifier", "unit", "indicator", "region", "period", "status"}
    assert shown == reading | {"group", "works", "programme"}


def test_the_numbers_that_the_guide_calls_no_figures_are_none() -> None:
    for line in _block("none", EXTRACTION).splitlines():
        assert extract(line, published="2024-09-02").items == (), line


def test_the_guide_names_every_column_and_no_other() -> None:
    text = EXTRACTION.read_text(encoding="utf-8")

    def table(heading: str) -> list[str]:
        section = text.split(f"\n{heading}\n")[1].split("\n#")[0]
        return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)

    assert tuple(table("## The columns")) == FIGURE_COLUMNS
    assert table("### Add a rule") == list(read_table("indicator_rules").columns)
    reviewed = text.split("What to look at in any draft:")[1].split("\n###")[0]
    named = set(re.findall(r"^- \*\*.*?`(\w+)`", reviewed, flags=re.MULTILINE))
    assert named <= {*DRAFT_COLUMNS, "other"}


def test_the_guide_names_the_files_and_codes_that_there_are() -> None:
    text = EXTRACTION.read_text(encoding="utf-8")
    for name in re.findall(r"`(\w+\.csv)`", text):
        assert (FOLDER / name).exists(), name
    for name in ("renovate", "hot_meals", "canteen"):
        assert f"`{name}`" in text
        assert name in set(read_table("concepts")["concept"])
    for line in ("school 0", "pupils 0", "past", "ahead", "0", "-1"):
        assert f"`{line}`" in text
        assert line in set(read_table("relative_times")["value"])


def test_every_code_of_a_finding_is_explained() -> None:
    text = (PROJECT / "docs" / "methodology.md").read_text(encoding="utf-8")
    codes = (PROJECT / "src" / "edstats" / "codebook" / "codes.csv").read_text(encoding="utf-8")
    assert set(re.findall(r"EDS-\d+", codes)) == set(re.findall(r"EDS-\d+", text))


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (PROJECT / "docs").glob("*.md"))]
)
def test_links_between_documents_lead_somewhere(path: str) -> None:
    file = PROJECT / path if (PROJECT / path).exists() else PROJECT / "docs" / path
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", file.read_text(encoding="utf-8")):
        there = file.parent / target if target else file
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{target}#{anchor}"


@pytest.mark.parametrize("path", ["README.md", "docs/extraction.md", "docs/add-a-source.md", "docs/object-storage.md"])
def test_documents_name_real_commands_options_and_targets(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (PROJECT / path).read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|^    )make ([a-z]+)", text, flags=re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    used = re.findall(r"(?:`|\.venv/bin/)edstats (\w+)([^`\n#]*)", text)
    assert used
    for command, rest in set(used):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, command


def test_pictures_say_what_they_show_and_are_small() -> None:
    for path in ("README.md", "docs/extraction.md"):
        pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", (PROJECT / path).read_text(encoding="utf-8"))
        assert pictures, path
        for words, target in pictures:
            assert len(words.split()) >= 8, target
            assert ((PROJECT / path).parent / target).stat().st_size < 200_000, target
