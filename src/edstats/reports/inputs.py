"""What pages depend on: digests of their notebook, parameters, words, template, library, versions and data.

Of the data a page depends on what it may see (``edstats.pages.views``), where its notebook can be followed
(``edstats.reports.reads``); pages of any other notebook may depend on anything, and are always built.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from edstats.dataset import Dataset
from edstats.digests import file_digest, text_digest
from edstats.editions import History
from edstats.pages.views import View, ViewDigests, dataset_view, history_digest, region_history, region_view
from edstats.reports.plan import Plan
from edstats.reports.reads import Reads, notebook_reads
from edstats.reports.record import Digests, catalogue


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
        self._dataset = next(iter(datasets.values()))
        self._digests = ViewDigests(datasets)
        self._history = history
        self._views: dict[str, tuple[View, dict[str, str]]] = {}
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
        """Digests of what may be seen by the page of ``region``, or by one about the whole data set where it is ""."""
        if region not in self._views:
            view = region_view(self._dataset, region) if region else dataset_view(self._dataset)
            history = region_history(self._history, region) if region else self._history
            same = {**self._digests.of_view(view), "history": history_digest(history)}
            self._views[region] = (view, same)
        view, same = self._views[region]
        return {**same, **self._digests.of_language(view, language)}


def _notebook(notebook: Path) -> tuple[Reads, str]:
    return notebook_reads(notebook), file_digest(notebook)
