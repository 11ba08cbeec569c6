"""Which notebooks can be followed; pages of any other may depend on anything, and each build makes them."""

import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT

from edstats.reports.reads import notebook_reads

PARAMETERS = 'region = "KZ-15"\nlanguage = "en"\nas_of = ""\ndata = ""\nhistory = ""'
IMPORT = "from edstats.pages import RegionPage, read_parameters"
OPEN = "page = RegionPage.open(read_parameters(globals()))"


def _write(path: Path, *cells: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for cell, tag in zip(notebook.cells, tags, strict=False):
        cell.metadata["tags"] = [tag]
    nbformat.write(notebook, path)
    return path


@pytest.mark.parametrize(
    ("name", "reads"),
    [("region", "region"), ("comparison", "dataset"), ("sources", "dataset"), ("changes", "dataset")],
)
def test_the_notebooks_of_the_project_can_be_followed(name: str, reads: str) -> None:
    assert notebook_reads(PROJECT / "notebooks" / f"{name}.ipynb") == reads


@pytest.mark.parametrize(
    "code",
    [
        "parts = [page.topic(topic) for topic in ('network', 'staff')]\nparts[0]",
        "def shown(part):\n    return part or page.lead()\n\nshown(page.headlines())",
        "display(page.dataset.observations['value'].max())",
    ],
)
def test_what_a_notebook_does_with_its_page_can_be_followed(tmp_path: Path, code: str) -> None:
    assert notebook_reads(_write(tmp_path / "a.ipynb", PARAMETERS, IMPORT, OPEN, code)) == "region"


@pytest.mark.parametrize(
    "code",
    [
        "import json",
        "from pathlib import Path",
        "from edstats.pages import parameters",  # a module, with all that it imports
        "from edstats.pages import *",
        "from edstats.pages.region import RegionPage",
        "from edstats import load",
        "from edstats.pages import read_parameters as read",
        "open('words.txt').read()",
        "read = open",
        "open = open",
        "__import__('os')",
        "__builtins__.open('words.txt')",
        "page.open.__globals__",
        "getattr(page, 'open')",
        "eval('1')",
        "get_ipython()",
        "globals()['region']",
        "vars(page)",
        "%ls",
        "!ls",
        "ls",
        "read_parameters(globals()).load()",
        "read_parameters(globals()).read_history()",
        "page.dataset.as_of.today()",
        "page.dataset.observations.sample()",
        "region = 'KZ-39'",
        "for language in ('ru', 'kk'):\n    pass",
        "(as_of := '2023-01-01')",
        "del region",
        "other = RegionPage.open(read_parameters({'region': 'KZ-39'}))",
        "other = RegionPage.open(read_parameters({**globals(), 'region': 'KZ-39'}))",
        "read = read_parameters",
        "match 'KZ-39':\n    case region:\n        pass",
        "try:\n    1 / 0\nexcept ZeroDivisionError as region:\n    pass",
    ],
)
def test_what_may_read_something_else_cannot(tmp_path: Path, code: str) -> None:
    assert notebook_reads(_write(tmp_path / "a.ipynb", PARAMETERS, IMPORT, OPEN, code)) == "anything"


@pytest.mark.parametrize(
    "tags", [(), ("parameters", "", "", "parameters"), ("parameters", "", "", "injected-parameters")]
)
def test_a_notebook_whose_parameters_may_be_others_cannot(tmp_path: Path, tags: tuple[str, ...]) -> None:
    path = _write(tmp_path / "a.ipynb", PARAMETERS, IMPORT, OPEN, 'region = "KZ-39"', tags=tags)
    assert notebook_reads(path) == "anything"


def test_a_damaged_notebook_cannot(tmp_path: Path) -> None:
    path = Path(shutil.copy(PROJECT / "notebooks" / "region.ipynb", tmp_path))
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert notebook_reads(path) == "anything"
