"""The rows of a data set in order of preference, ranked once for all parts of a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from edstats.comparisons import newest_measures, newest_observations
from edstats.dataset import Dataset
from edstats.selection import without_reprints
from edstats.wording import Record


@dataclass(frozen=True)
class Ranking:
    """The measures and observations of a data set as ``edstats.comparisons`` orders them.

    Which of two rows stands first does not hang on what else is asked, so that each part of a page takes from here the
    rows that it is about; ``with_use`` and ``first_of_each`` then tell which of them to show.
    """

    dataset: Dataset

    @cached_property
    def measures(self) -> pd.DataFrame:
        """``newest_measures`` of every measure."""
        dataset = self.dataset
        return newest_measures(dataset.measures, dataset.observations, dataset.sources, ["measure"])

    @cached_property
    def observations(self) -> pd.DataFrame:
        """``newest_observations`` of every indicator."""
        return newest_observations(self.dataset.observations, self.dataset.sources, ["indicator"])

    @cached_property
    def first_hand(self) -> pd.DataFrame:
        """``observations`` less those that repeat one of their own source."""
        return without_reprints(self.observations, self.dataset.sources)

    @cached_property
    def reprints(self) -> frozenset[str]:
        """The figures that repeat one of the source that theirs was taken from, among all observations."""
        rows = self.dataset.observations
        return frozenset(rows["figure_id"]).difference(without_reprints(rows, self.dataset.sources)["figure_id"])

    @cached_property
    def measure_records(self) -> list[Record]:
        """``measures`` row by row."""
        return [*self.measures.to_dict("records")]


def with_use(rows: pd.DataFrame, kind: Sequence[str]) -> pd.DataFrame:
    """Rows of a `Ranking` with ``use``: of each region and kind, what is done and what is ahead, the first is shown.

    The others are ``older``, or ``beside``: another number of the time of the one that is shown. ``kind`` names the
    columns that must not be mixed within a region.
    """
    series = [rows[name].astype("str") for name in ("region", "ahead", *kind)]
    keys = pd.concat(series, axis=1)
    newest = rows["period"].astype("str").groupby(series).transform("first")
    use = pd.Series("older", index=rows.index).mask(rows["period"].astype("str") == newest, "beside")
    return rows.assign(use=use.mask(~keys.duplicated(), "shown"))


def first_of_each(rows: Iterable[Record], columns: Sequence[str]) -> list[Record]:
    """Of rows in order of preference the first of each that differ in ``columns``."""
    first: dict[tuple[str, ...], Record] = {}
    for row in rows:
        first.setdefault(tuple(row[column] for column in columns), row)
    return list(first.values())
