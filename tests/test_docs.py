"""What the documents tell a reader to do, done."""

import re
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT

from edstats.cli import main
from edstats.dataset import load

GUIDE = (PROJECT / "docs" / "add-a-source.md").read_text(encoding="utf-8")
NAME = "akmola-september-2026"


def _block(kind: str) -> str:
    found = re.search(rf"^```\w+ {kind}\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
    assert found, f"docs/add-a-source.md has no block '{kind}'"
    return found[1]


def test_guide_to_adding_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("clean")))
    with (data / "raw" / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write(_block("sources"))
    figures = data / "raw" / "figures" / f"{NAME}.csv"
    figures.write_text(_block("figures"), encoding="utf-8")
    assert main(["check", "--data", str(data)]) == 1
    assert capsys.readouterr().err.splitlines()[:-1] == _block("faults").splitlines()

    figures.write_text(_block("mended"), encoding="utf-8")
    assert main(["clean", "--data", str(data)]) == 0
    dataset = load(data)
    own = dataset.measures[dataset.measures["numerator"].str.startswith(f"{NAME}#")].set_index("measure")["value"]
    assert own["small_school_share"] == pytest.approx(58.5, abs=0.05)
    assert own["renovation_spending_per_school"] == 300e6
    assert own["places_per_new_school"] == 750


def test_every_code_of_a_finding_is_explained() -> None:
    text = (PROJECT / "docs" / "methodology.md").read_text(encoding="utf-8")
    codes = (PROJECT / "src" / "edstats" / "codebook" / "codes.csv").read_text(encoding="utf-8")
    assert set(re.findall(r"EDS-\d+", codes)) == set(re.findall(r"EDS-\d+", text))


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (PROJECT / "docs").glob("*.md"))]
)
def test_links_between_documents_lead_somewhere(path: str) -> None:
    file = PROJECT / path if (PROJECT / path).exists() else PROJECT / "docs" / path
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


def test_readme_names_real_commands_and_targets() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)", readme)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    for command in set(re.findall(r"`edstats (\w+)", readme)):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
