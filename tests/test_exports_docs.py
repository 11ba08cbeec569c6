"""docs/exports.md, done: its blocks are run as they stand, in their order, in a folder of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

from edstats.exports import FORMATS
from edstats.exports.schema import EXPORTED
from edstats.exports.sdmx_codes import components

TEXT = (PROJECT / "docs" / "exports.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's data, and the commands of this environment where `make` puts them."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "data").symlink_to(PROJECT / "data")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def run(command: list[str], folder: Path) -> str:
    # As a stranger has it: in whatever language, with no colours.
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "COLUMNS": "120"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


def test_every_block_of_the_guide_runs_as_it_stands(folder: Path) -> None:
    printed = []
    for kind, block in BLOCKS:
        command = {"sh": ["sh", "-e", "-c", block], "python": [sys.executable, "-c", block]}[kind]
        printed.append(run(command, folder))
    assert all(printed), "a block prints nothing"
    exports, validated, package, sdmx, query, _, workbook = printed
    assert exports.count("observations from") == len(FORMATS)
    assert "VALID" in validated
    assert "INVALID" not in validated
    assert package.startswith("18 exact 2021-01-01 18 школ")
    assert "Мектептер" in sdmx
    assert "KZ-15" in query
    for rows, columns in ((sdmx, "TIME_PERIOD value QUALIFIER AS_PRINTED"), (query, "qualifier period as_printed"),
                          (workbook, "value qualifier status period as_printed")):  # fmt: skip
        assert "..." not in rows, "columns are left out"
        assert set(columns.split()) <= set(rows.split()), rows[:500]


def test_the_guide_shows_each_format_and_table_and_component() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "python"}
    for form in FORMATS:
        assert f"--format {form} " in BLOCKS[0][1]
        assert f"| `{form}` |" in TEXT
    for table in EXPORTED:
        assert f"`{table}.csv`" in TEXT
    attributes = {each.role for each in components()} - {"dimension", "time", "measure"}
    for part, roles in (("dimensions", {"dimension", "time"}), ("measure", {"measure"}), ("attributes", attributes)):
        assert f"| {part} | {', '.join(each.id for each in components() if each.role in roles)} |" in TEXT
