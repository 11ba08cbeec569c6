"""The rules of honest comparison, each on a data set of a few rows."""

from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from conftest import TODAY, MakeDataset, write_raw

from edstats.dataset import Dataset, from_raw
from edstats.selection import preferred, without_reprints
from edstats.totals import totals

ONE = [{"source": "a", "published": "2024-05-01"}]
TWO = [*ONE, {"source": "b", "published": "2024-09-01"}]


def _row(indicator: str, printed: str, **more: str) -> dict[str, str]:
    return {"region": "KZ-35", "indicator": indicator, "as_printed": printed} | more


def _spending(dataset: Dataset) -> pd.DataFrame:
    return dataset.measures[dataset.measures["measure"] == "renovation_spending_per_school"]


TIED = {"programme": "p", "works": "capital"}


def test_money_meets_counts_of_its_own_programme_only(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "6 billion tenge", **TIED),
        _row("schools_renovated", "30 schools", **TIED | {"counted": "school"}),
        _row("schools_renovated", "70 schools", counted="school", works="capital", programme="q"),
        _row("schools_renovated", "90 schools", counted="school", works="capital"),
    ]
    rows = _spending(dataset_of(ONE, {"a": figures}))
    assert list(rows["value"]) == [200e6]


def test_money_without_a_programme_meets_nothing(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "6 billion tenge"),
        _row("schools_renovated", "30 schools", counted="school"),
    ]
    assert _spending(dataset_of(ONE, {"a": figures})).empty


def test_money_of_one_source_meets_no_count_of_another(dataset_of: MakeDataset) -> None:
    money = [_row("renovation_spending", "6 billion tenge", **TIED)]
    counts = [_row("schools_renovated", "30 schools", counted="school", **TIED)]
    assert _spending(dataset_of(TWO, {"a": money, "b": counts})).empty


@pytest.mark.parametrize(
    "difference",
    [{"works": "current"}, {"status": "planned"}, {"period": "2022"}, {"region": "KZ-55"}],
    ids=["works", "status", "period", "region"],
)
def test_unlike_does_not_meet(dataset_of: MakeDataset, difference: dict[str, str]) -> None:
    figures = [
        _row("renovation_spending", "6 billion tenge", **TIED),
        _row("schools_renovated", "30 schools", **TIED | {"counted": "school"} | difference),
    ]
    assert _spending(dataset_of(ONE, {"a": figures})).empty


def test_schools_and_facilities_of_one_sum_cannot_be_told_apart(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "6 billion tenge", **TIED),
        _row("schools_renovated", "134 schools", counted="school", **TIED),
        _row("schools_renovated", "204 facilities", counted="facility", **TIED),
    ]
    dataset = dataset_of(ONE, {"a": figures})
    assert _spending(dataset).empty
    found = dataset.findings.query("code == 'EDS-110'")
    assert list(found["figures"]) == ["a#1 a#2 a#3"]


def test_facilities_are_said(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "2.4 billion tenge", **TIED),
        _row("schools_renovated", "10 facilities", counted="facility", **TIED),
    ]
    assert list(_spending(dataset_of(ONE, {"a": figures}))["counted"]) == ["facility"]


def test_bound_carries_through(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "4.6 billion tenge", **TIED),
        _row("schools_renovated", "more than 100 schools", counted="school", **TIED),
    ]
    row = _spending(dataset_of(ONE, {"a": figures})).iloc[0]
    assert (row["qualifier"], row["value"]) == ("at_most", 46e6)


def test_bound_over_bound_is_not_shown(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "more than 4.6 billion tenge", **TIED),
        _row("schools_renovated", "more than 100 schools", counted="school", **TIED),
    ]
    assert _spending(dataset_of(ONE, {"a": figures})).empty


def test_a_place_inside_the_region_enters_no_measure(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "1 billion tenge", place="Temirtau", **TIED),
        _row("schools_renovated", "4 schools", counted="school", place="Temirtau", **TIED),
    ]
    dataset = dataset_of(ONE, {"a": figures})
    assert _spending(dataset).empty
    assert len(dataset.observations) == 2


def test_different_territories_do_not_meet(dataset_of: MakeDataset) -> None:
    figures = [_row("schools_small", "200 schools", period="2022-05"), _row("schools_total", "500 schools")]
    sources = [{"source": "a", "published": "2022-07-01"}]
    dataset = dataset_of(sources, {"a": figures})
    assert set(dataset.observations["territory"]) == {"KZ-35+KZ-62", "KZ-35"}
    assert "small_school_share" not in set(dataset.measures["measure"])


def test_two_sources_meet_where_neither_prints_both_and_it_is_said(dataset_of: MakeDataset) -> None:
    dataset = dataset_of(
        TWO, {"a": [_row("schools_small", "200 schools")], "b": [_row("schools_total", "400 schools")]}
    )
    row = dataset.measures.query("measure == 'small_school_share'").iloc[0]
    assert (row["value"], row["pairing"]) == (50, "two sources")


def test_years_apart_do_not_meet(dataset_of: MakeDataset) -> None:
    sources = [{"source": "a", "published": "2020-05-01"}, TWO[1]]
    dataset = dataset_of(
        sources, {"a": [_row("schools_small", "200 schools")], "b": [_row("schools_total", "400 schools")]}
    )
    assert "small_school_share" not in set(dataset.measures["measure"])


# --- one of several sources (rule 5) ---------------------------------------------------------------------------------

MEDIA = {"publisher_type": "media", "published": "2024-09-01"}
AKIMAT = {"publisher_type": "akimat", "published": "2024-03-01"}
Printed = tuple[dict[str, str], str, str]  # source, phrase, period


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        # newest reference period, whoever prints it
        ((AKIMAT, "480 schools", "2022"), (MEDIA, "470 schools", "2023"), "second"),
        # a value before a bound that it satisfies, though the bound is newer
        ((MEDIA, "more than 470 schools", "2023"), (AKIMAT, "484 schools", "2023"), "second"),
        # a bound that the value contradicts does not yield to it: the finer, then the better publisher decide
        ((AKIMAT, "more than 490 schools", "2023"), (MEDIA, "484 schools", "2023"), "first"),
        # finer precision
        ((MEDIA, "1.1 thousand schools", "2023"), (MEDIA, "1084 schools", "2023"), "second"),
        # publisher
        ((MEDIA, "480 schools", "2023"), (AKIMAT, "484 schools", "2023"), "second"),
        # newest publication
        ((AKIMAT | {"published": "2024-01-01"}, "480 schools", "2023"), (AKIMAT, "484 schools", "2023"), "second"),
    ],
    ids=["period", "bound", "contradicted bound", "precision", "publisher", "publication"],
)
def test_preference(dataset_of: MakeDataset, first: Printed, second: Printed, winner: str) -> None:
    sources = [{"source": "first"} | first[0], {"source": "second"} | second[0]]
    figures = {
        name: [_row("schools_total", printed, period=period)]
        for name, (_, printed, period) in (("first", first), ("second", second))
    }
    dataset = dataset_of(sources, figures)
    for order in permutations(dataset.observations.index):
        best = preferred(dataset.observations.loc[list(order)], dataset.sources)
        assert list(best["source"]) == [winner]


def test_reprint_counts_once_but_stays(dataset_of: MakeDataset) -> None:
    sources = [ONE[0], TWO[1] | {"origin": "a"}]
    figures = {name: [_row("schools_total", "484 schools", period="2024")] for name in "ab"}
    dataset = dataset_of(sources, figures)
    assert list(without_reprints(dataset.observations, dataset.sources)["source"]) == ["a"]
    assert len(dataset.observations) == 2


def test_sources_that_differ_beyond_rounding_are_a_finding(dataset_of: MakeDataset) -> None:
    figures = {
        "a": [
            _row("schools_total", "484 schools", period="2024"),
            _row("students_total", "95 thousand students", period="2024"),
        ],
        "b": [
            _row("schools_total", "480 schools", period="2024"),
            _row("students_total", "95,122 students", period="2024"),
        ],
    }
    found = dataset_of(TWO, figures).findings.query("code == 'EDS-108'")
    assert list(found["figures"]) == ["b#1 a#1"], "only the schools differ; the students differ by rounding"


def test_more_small_schools_than_schools_is_a_finding(dataset_of: MakeDataset) -> None:
    figures = [_row("schools_small", "500 schools"), _row("schools_total", "400 schools")]
    assert "EDS-109" in set(dataset_of(ONE, {"a": figures}).findings["code"])


def test_change_against_levels_is_a_finding(dataset_of: MakeDataset) -> None:
    points = {"unit": "percentage_point", "programme": "p", "note": "printed as percent"}
    figures = [
        _row("learning_gap", "15%", period="2023-01", **points),
        _row("learning_gap", "11.5%", period="2023-03", **points),
        _row("learning_gap_decrease", "4.5%", period="2023-03", **points),
    ]
    assert "EDS-104" in set(dataset_of(ONE, {"a": figures}).findings["code"])


def test_change_that_goes_the_other_way_is_a_finding(dataset_of: MakeDataset) -> None:
    points = {"unit": "percentage_point", "programme": "p", "note": "printed as percent"}
    figures = [
        _row("learning_gap", "11.5%", period="2023-01", **points),
        _row("learning_gap", "15%", period="2023-03", **points),
        _row("learning_gap_decrease", "3.5%", period="2023-03", **points),
    ]
    assert "EDS-104" in set(dataset_of(ONE, {"a": figures}).findings["code"])


def test_share_that_the_bounds_allow_is_no_contradiction(dataset_of: MakeDataset) -> None:
    figures = [
        _row("schools_total", "more than 400 schools"),
        _row("schools_rural", "280 schools"),
        _row("schools_rural", "65%", share_of="schools_total"),
    ]
    assert "EDS-101" not in set(dataset_of(ONE, {"a": figures}).findings["code"])


def test_share_above_what_the_bounds_allow_is_one(dataset_of: MakeDataset) -> None:
    figures = [
        _row("schools_total", "more than 400 schools"),
        _row("schools_rural", "280 schools"),
        _row("schools_rural", "75%", share_of="schools_total"),
    ]
    found = dataset_of(ONE, {"a": figures}).findings.query("code == 'EDS-101'")
    assert list(found["message"]) == ["Printed as 75%, but 280 of at least 400 (Schools) is at most 70%."]


def test_doubt_about_a_single_school_is_a_finding(dataset_of: MakeDataset, tmp_path: Path) -> None:
    doubts = "source,figures,doubt\na,1,Which school is meant is not said.\n"
    sources, figures = ONE, {"a": [_row("students_total", "36 students", place="Kotibar")]}
    data = write_raw(tmp_path / "doubtful", sources, figures)
    (data / "raw" / "doubts.csv").write_text(doubts, encoding="utf-8")
    dataset, faults = from_raw(data, TODAY)
    assert faults == ()
    assert dataset is not None
    assert list(dataset.findings["figures"]) == ["a#1"]


def test_totals_keep_kinds_of_works_apart_and_leave_out_what_does_not_apply(dataset_of: MakeDataset) -> None:
    figures = [
        _row("schools_renovated", "10 schools", region="KZ-71", works="capital"),
        _row("schools_renovated", "90 schools", region="KZ-75", works="current"),
        _row("schools_rural", "2 schools", region="KZ-71"),
    ]
    dataset = dataset_of(ONE, {"a": figures})
    sums = totals(dataset.observations, dataset.sources, ["KZ-71", "KZ-75", "KZ-79"])
    assert sorted(sums["value"]) == [10, 90]
    assert set(sums["shown"]) == {"marked"}


def test_total_of_too_few_is_withheld(dataset_of: MakeDataset) -> None:
    dataset = dataset_of(ONE, {"a": [_row("schools_total", "400 schools")]})
    sums = totals(dataset.observations, dataset.sources, ["KZ-35", "KZ-15", "KZ-11", "KZ-19"])
    assert list(sums["shown"]) == ["no"]
    assert totals(dataset.observations, dataset.sources, ["KZ-15"]).empty
