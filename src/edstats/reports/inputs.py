"""What pages depend on: digests of their notebook, parameters, words, template, library, versions and data.

Of the data a page depends on what it may see (``edstats.pages.views``), where its notebook can be followed
(``edstats.reports.reads``); pages of any other notebook may depend on anything, and are always built.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from edstats.dataset import Dataset
from edstats.editions import History
from edstats.pages.views import dataset_view, digests, region_history, region_view
from edstats.reports.plan import Plan
from edstats.reports.reads import Reads, notebook_reads
from edstats.reports.record import Digests, catalogue, file_digest, normalized, text_digest

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)")


def with_inputs(plan: Plan, datasets: Mapping[str, Dataset], history: History) -> Plan:
    """``plan``, whose surroundings are known, with the inputs of every page.

    ``datasets``: the data set in each language; ``history``: the editions up to the one to be built.
    """
    inputs = _Inputs(datasets, history, plan.surroundings)
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
    return replace(plan, volumes=volumes)


class _Inputs:
    """Digests of what the pages of one build depend on; each notebook is read once."""

    def __init__(self, datasets: Mapping[str, Dataset], history: History, surroundings: Digests) -> None:
        self._datasets = datasets
        self._history = history
        self._surroundings = surroundings
        self._notebook = cache(_notebook)

    def of_page(self, notebook: Path, parameters: Mapping[str, str], frame: str) -> dict[str, str]:
        """The digests by name, none for a page that may depend on anything; ``frame``: what stands around it."""
        reads, digest = self._notebook(notebook)
        if reads == "anything":
            return {}
        language = parameters["language"]
        region = parameters.get("region", "") if reads == "region" else ""
        # Where the folders stand is not what they hold.
        given = [f"{name}={value}" for name, value in sorted(parameters.items()) if name not in ("data", "history")]
        return {
            "notebook": digest,
            "parameters": text_digest(*given),
            "frame": text_digest(frame),
            "catalogue": self._surroundings[catalogue(language)],
            **{name: self._surroundings[name] for name in ("library", "template", "versions")},
            **self._data(region, language),
        }

    def _data(self, region: str, language: str) -> dict[str, str]:
        dataset = self._datasets[language]
        if region:
            return digests(region_view(dataset, region, language), region_history(self._history, region))
        return digests(dataset_view(dataset, language), self._history)


def _notebook(notebook: Path) -> tuple[Reads, str]:
    return notebook_reads(notebook), file_digest(notebook)


def needed(package: str) -> tuple[str, ...]:
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
