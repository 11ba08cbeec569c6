"""Figures as records, and that what is found grows in step with them and does not depend on a language."""

import time
from operator import attrgetter

import numpy as np
import pandas as pd
import pytest
from conftest import MakeDataset

from edstats.checks import find
from edstats.dataset import Dataset
from edstats.figures import figures_of, grouped
from edstats.findings import worded
from edstats.measures import Measures, compute_measures
from edstats.wording import Wording


def test_figures_are_the_rows_in_their_order(project: Dataset) -> None:
    rows = project.observations.sample(frac=0.3, random_state=1)
    figures = figures_of(rows)
    assert [figure.row for figure in figures] == list(range(len(rows)))
    for column in ("figure_id", "region", "value", "period_start", "works"):
        assert [getattr(figure, column) for figure in figures] == list(rows[column])
    assert [pd.isna(figure.published) for figure in figures] == list(rows["published"].isna())
    assert [pd.isna(figure.precision) for figure in figures] == list(rows["precision"].isna())


def test_groups_keep_the_order_given() -> None:
    assert grouped(["bb", "a", "cc"], len) == {2: ["bb", "cc"], 1: ["a"]}


def _found(dataset: Dataset, observations: pd.DataFrame, measures: Measures) -> pd.DataFrame:
    found = find(observations, dataset.sources, dataset.doubts, measures, dataset.as_of)
    return worded(found, Wording("en"))


def test_rows_in_another_order_give_the_same(project: Dataset) -> None:
    shuffled = project.observations.sample(frac=1, random_state=2)
    measures = compute_measures(shuffled, project.sources)
    pd.testing.assert_frame_equal(measures.table, project.measures)
    found = _found(project, shuffled, measures)
    counts = project.findings["code"].value_counts().sort_index()
    pd.testing.assert_series_equal(found["code"].value_counts().sort_index(), counts)


def test_findings_are_the_same_in_every_language(project: Dataset) -> None:
    measures = compute_measures(project.observations, project.sources)
    found = find(project.observations, project.sources, project.doubts, measures, project.as_of)
    tables = {language: worded(found, Wording(language)) for language in ("en", "ru", "kk")}
    facts = ["code", "severity", "region", "figures"]
    for table in tables.values():
        pd.testing.assert_frame_equal(table[facts], project.findings[facts])
    assert not (tables["en"]["message"] == tables["ru"]["message"]).all()


def test_figures_of_other_regions_change_nothing(project: Dataset) -> None:
    """What a region's figures give follows from them and the country's, however many others there are."""
    rows = project.observations
    alone = rows[rows["region"].isin(["KZ-35", "KZ"])]
    measures = compute_measures(alone, project.sources)
    of_region = attrgetter("figures", "message")
    found, all_found = (
        table[table["region"] == "KZ-35"].reset_index(drop=True)
        for table in (_found(project, alone, measures), project.findings)
    )
    named = all_found["figures"] != ""
    assert [of_region(row) for row in found[found["figures"] != ""].itertuples()] == [
        of_region(row) for row in all_found[named].itertuples()
    ]


# --- one time without a printed one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "differ"), [("2024-05-31", True), ("2024-06-20", False)])
def test_values_without_a_time_differ_where_they_are_published_about_one_time(
    dataset_of: MakeDataset, later: str, differ: bool
) -> None:
    sources = [{"source": "a", "published": "2024-05-10"}, {"source": "b", "published": later}]
    row = {"region": "KZ-35", "indicator": "schools_total"}
    dataset = dataset_of(
        sources, {"a": [row | {"as_printed": "484 schools"}], "b": [row | {"as_printed": "480 schools"}]}
    )
    assert set(dataset.observations["period_basis"]) == {"published"}
    assert list(dataset.findings["figures"]) == (["b#1 a#1"] if differ else [])


def test_the_nearest_count_of_another_source_is_the_denominator(dataset_of: MakeDataset) -> None:
    row = {"region": "KZ-35", "status": "actual"}
    small = row | {"indicator": "schools_small", "as_printed": "100 schools", "period": "2023"}
    total = row | {"indicator": "schools_total"}
    dates = {"a": "2024-01-10", "b": "2024-01-20", "c": "2024-02-01", "d": "2024-02-02"}
    figures = {
        "a": [small],
        "b": [total | {"as_printed": "400 schools", "period": "2022"}],
        "c": [total | {"as_printed": "200 schools", "period": "2023"}],
        "d": [total | {"as_printed": "500 schools", "period": "2020"}],
    }
    dataset = dataset_of([{"source": name, "published": day} for name, day in dates.items()], figures)
    shares = dataset.measures.query("measure == 'small_school_share'")
    assert list(zip(shares["denominator"], shares["value"], strict=True)) == [("c#1", 50.0)]


def test_ten_thousand_rows_take_seconds(project: Dataset) -> None:
    """Copies of the data from other sources give their own measures each, in time that does not grow with the square.

    The bound is some ten times what is needed; looking through the whole table for each row would take minutes.
    """
    rows, sources = (
        table.astype(dict.fromkeys(table.select_dtypes("category"), "str"))
        for table in (project.observations, project.sources)
    )
    copies = range(12)
    many = pd.concat(
        [
            rows.assign(
                source=rows["source"] + f"-{copy}",
                figure_id=rows["figure_id"] + f"-{copy}",
                place=rows["place"] if copy < 4 else f"place {copy}",
            )
            for copy in copies
        ],
        ignore_index=True,
    )
    printed_by = pd.concat([sources.assign(source=sources["source"] + f"-{copy}") for copy in copies])
    started = time.process_time()
    measures = compute_measures(many, printed_by)
    found = find(many, printed_by, project.doubts, measures, project.as_of)
    assert time.process_time() - started < 10
    assert len(many) > 10_000
    assert len(found) > len(project.findings)
    own = project.measures.loc[project.measures["pairing"] != "two sources", "value"]
    made = measures.table.loc[measures.table["pairing"] != "two sources", "value"]
    np.testing.assert_array_equal(np.sort(made), np.sort(np.tile(own, 4)))
