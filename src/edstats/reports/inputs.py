"""What pages depend on: digests of their notebook, parameters, words, template, library, versions and data.

Of the data a page depends on what it may see (``edstats.pages.views``), where its notebook reads through
``edstats.pages`` alone; a notebook that imports anything else may depend on anything, and its pages are always built.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Literal

from edstats.dataset import Dataset
from edstats.editions import History
from edstats.pages.views import Digests, View, dataset_view, history_digest, region_history, region_view
from edstats.reports.plan import Plan
from edstats.reports.record import PACKAGE, file_digest, normalized, text_digest, tree_digest, versions_digest

Reads = Literal["region", "dataset", "anything"]
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)")
# Of the library, what no page is made with, or what stands by itself.
_NO_PART = ("extraction", "locale", "template")
_OUTWARD = {"open", "eval", "exec", "compile", "__import__", "get_ipython", "input"}


def notebook_reads(notebook: Path) -> Reads:
    """What a page of ``notebook`` can depend on: one region's view of the data, all the data, or anything at all."""
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    try:
        parsed = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    except SyntaxError:  # a magic, say
        return "anything"
    names: set[str] = set()
    for node in (node for tree in parsed for node in ast.walk(tree)):
        if isinstance(node, ast.Import) or (isinstance(node, ast.Name) and node.id in _OUTWARD):
            return "anything"
        if isinstance(node, ast.ImportFrom):
            if node.module != "edstats.pages" or node.level:
                return "anything"
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.Attribute) and (node.attr == "load" or node.attr.startswith("__")):
            return "dataset" if node.attr == "load" else "anything"
    return "region" if names <= {"RegionPage", "read_parameters"} else "dataset"


def with_inputs(plan: Plan, datasets: Mapping[str, Dataset], history: History) -> Plan:
    """``plan`` with the inputs of every page.

    ``datasets``: the data set in each language; ``history``: the editions up to the one to be built.
    """
    inputs = _Inputs(datasets, history)
    volumes = tuple(
        replace(
            volume,
            pages=tuple(
                replace(page, inputs=inputs.of_page(page.notebook, page.parameters, repr(plan.frame(page))))
                for page in volume.pages
            ),
        )
        for volume in plan.volumes
    )
    return replace(plan, volumes=volumes, packages=inputs.packages)


class _Inputs:
    """Digests of what the pages of one build depend on; what many of them share is read once."""

    def __init__(self, datasets: Mapping[str, Dataset], history: History) -> None:
        self._dataset = next(iter(datasets.values()))
        self._digests = Digests(datasets)
        self._history = history
        self._views: dict[str, tuple[View, dict[str, str]]] = {}
        self.packages = _needed("edstats")
        self._library = {
            "library": tree_digest(PACKAGE, leave_out=_NO_PART),
            "template": tree_digest(PACKAGE / "reports" / "template"),
            "versions": versions_digest(self.packages),
        }

    def of_page(self, notebook: Path, parameters: Mapping[str, str], frame: str) -> dict[str, str]:
        """The digests by name, none for a page that may depend on anything; ``frame``: what stands around it."""
        reads = notebook_reads(notebook)
        if reads == "anything":
            return {}
        language = parameters["language"]
        region = parameters.get("region", "") if reads == "region" else ""
        # Where the folders stand is not what they hold.
        given = [f"{name}={value}" for name, value in sorted(parameters.items()) if name not in ("data", "history")]
        return {
            "notebook": file_digest(notebook),
            "parameters": text_digest(*given),
            "frame": text_digest(frame),
            "catalogue": tree_digest(PACKAGE / "locale" / language, "*.mo"),
            **self._library,
            **self._data(region, language),
        }

    def _data(self, region: str, language: str) -> dict[str, str]:
        """Digests of what may be seen by the page of ``region``, or by one about the whole data set where it is ""."""
        if region not in self._views:
            view = region_view(self._dataset, region) if region else dataset_view(self._dataset)
            history = region_history(self._history, region) if region else self._history
            same = {**self._digests.of_view(view), "history": history_digest(history)}
            self._views[region] = (view, same)
        view, same = self._views[region]
        return {**same, **self._digests.of_language(view, language)}


def _needed(package: str) -> tuple[str, ...]:
    """The packages that ``package`` needs, those that they need in turn, and so on; extras left out."""
    found: set[str] = set()
    asked = [package]
    while asked:
        new = set(_requirements(asked.pop())) - found
        found |= new
        asked += new
    return tuple(sorted(found))


def _requirements(package: str) -> tuple[str, ...]:
    try:
        named = requires(package) or []
    except PackageNotFoundError:  # needed on another platform
        return ()
    found = [_REQUIREMENT.match(requirement) for requirement in named if "extra ==" not in requirement]
    return tuple(normalized(match[1]) for match in found if match)
