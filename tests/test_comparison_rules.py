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
    found = dataset_of(ONE, {"a": figures}).findings.query("code == 'EDS-109'")["message"]
    assert "of which it should be a part" in found.iloc[0], "no source says that it is one"


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


# --- units, groups and programmes of a pair --------------------------------------------------------------------------


def test_dollars_are_no_tenge(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "20 million US dollars", **TIED),
        _row("schools_renovated", "10 schools", counted="school", **TIED),
    ]
    assert _spending(dataset_of(ONE, {"a": figures})).empty


@pytest.mark.parametrize(("money", "count", "pairs"), [("", "rural", 0), ("rural", "", 0), ("rural", "rural", 1)])
def test_money_meets_counts_of_its_own_group_only(dataset_of: MakeDataset, money: str, count: str, pairs: int) -> None:
    figures = [
        _row("renovation_spending", "6 billion tenge", group=money, **TIED),
        _row("schools_renovated", "20 schools", group=count, counted="school", **TIED),
    ]
    assert len(_spending(dataset_of(ONE, {"a": figures}))) == pairs


def test_kindergartens_are_no_schools(dataset_of: MakeDataset) -> None:
    figures = [
        _row("renovation_spending", "1 billion tenge", **TIED),
        _row("schools_renovated", "5 kindergartens", counted="school", period="2022/2024", **TIED),
        _row("schools_renovated", "6 kindergartens", counted="school", **TIED),
        _row("schools_total", "100 schools"),
    ]
    assert dataset_of(ONE, {"a": figures}).measures.empty


def test_schools_opened_are_of_those_begun_only_where_a_programme_ties_them(dataset_of: MakeDataset) -> None:
    figures = [
        _row("schools_built", "10 schools", status="started"),
        _row("schools_built", "14 schools"),
        _row("schools_built", "50 schools", status="started", programme="launched"),
        _row("schools_built", "26 schools", programme="launched"),
    ]
    measures = dataset_of(ONE, {"a": figures}).measures
    found = sorted(zip(measures["measure"].astype("str"), measures["value"], strict=True))
    assert found == [("completion", 52), ("schools_not_finished", 24)]


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "reprinted"), [("", ""), ("", "2024-05"), ("2024-05", "2024-05")])
def test_reprint_of_the_next_day_counts_once(dataset_of: MakeDataset, period: str, reprinted: str) -> None:
    sources = [ONE[0], {"source": "b", "published": "2024-05-02", "origin": "a"}]
    figures = {
        "a": [_row("schools_total", "484 schools", period=period)],
        "b": [_row("schools_total", "484 schools", period=reprinted)],
    }
    dataset = dataset_of(sources, figures)
    assert list(without_reprints(dataset.observations, dataset.sources)["source"]) == ["a"]


def test_another_printed_time_is_no_reprint(dataset_of: MakeDataset) -> None:
    sources = [ONE[0], TWO[1] | {"origin": "a"}]
    figures = {
        name: [_row("schools_total", "484 schools", period=period)] for name, period in (("a", "2022"), ("b", "2023"))
    }
    dataset = dataset_of(sources, figures)
    assert list(without_reprints(dataset.observations, dataset.sources)["source"]) == ["a", "b"]


@pytest.mark.parametrize(("day", "found"), [("2024-05-20", ["b#1 a#1"]), ("2024-06-20", [])])
def test_stocks_published_within_a_month_are_about_one_time(
    dataset_of: MakeDataset, day: str, found: list[str]
) -> None:
    sources = [ONE[0], {"source": "b", "published": day}]
    figures = {"a": [_row("schools_total", "484 schools")], "b": [_row("schools_total", "470 schools")]}
    findings = dataset_of(sources, figures).findings.query("code == 'EDS-108'")
    assert list(findings["figures"]) == found


def test_inferred_period_is_known_as_such(dataset_of: MakeDataset) -> None:
    figures = [_row("schools_renovated", "15 schools", period="~2022/2024", counted="school")]
    dataset = dataset_of(ONE, {"a": figures})
    row = dataset.observations.iloc[0]
    assert (row["period"], row["period_basis"]) == ("2022/2024", "inferred")
    assert list(dataset.measures["value"]) == [5], "three years, whichever they are"


# --- plans -----------------------------------------------------------------------------------------------------------


def _overdue(dataset: Dataset) -> list[str]:
    return list(dataset.findings.query("code == 'EDS-107'")["figures"])


PLAN = {"status": "planned", "period": "2023", "works": "capital", "counted": "school"}
DONE = {"period": "2023", "works": "capital", "counted": "school"}


@pytest.mark.parametrize(
    ("difference", "overdue"),
    [({}, []), ({"works": "current"}, ["a#1"]), ({"counted": "facility"}, ["a#1"]), ({"place": "Balqash"}, ["a#1"])],
    ids=["the same", "works", "counted", "place"],
)
def test_only_what_was_planned_is_an_outcome(
    dataset_of: MakeDataset, difference: dict[str, str], overdue: list[str]
) -> None:
    figures = [
        _row("schools_renovated", "30 schools", **PLAN),
        _row("schools_renovated", "20 schools", **DONE | difference),
    ]
    assert _overdue(dataset_of(ONE, {"a": figures})) == overdue


def test_plan_of_a_place_is_overdue_where_that_place_reports_nothing(dataset_of: MakeDataset) -> None:
    figures = [
        _row("schools_renovated", "3 schools", place="Balqash", **PLAN),
        _row("schools_renovated", "4 schools", place="Temirtau", **PLAN),
        _row("schools_renovated", "20 schools", **DONE),
        _row("schools_renovated", "2 schools", place="Temirtau", **DONE),
    ]
    findings = dataset_of(ONE, {"a": figures}).findings.query("code == 'EDS-107'")
    assert list(findings["figures"]) == ["a#1"]
    assert "Balqash" in findings["message"].iloc[0]


def test_plan_without_a_time_is_overdue_three_years_after_its_source(dataset_of: MakeDataset) -> None:
    sources = [{"source": name, "published": f"{year}-06-01"} for name, year in (("a", 2020), ("b", 2023), ("c", 2024))]
    figures = {name: [_row("schools_renovated", "30 schools", status="planned", programme=name)] for name in "abc"}
    dataset = dataset_of(sources, figures)
    assert _overdue(dataset) == ["a#1"]
    message = dataset.findings.query("code == 'EDS-107'")["message"].iloc[0]
    assert message.startswith("Announced for 2020 (the date of the source, which prints no time)")


# --- findings that arithmetic does not bear out ----------------------------------------------------------------------


@pytest.mark.parametrize(("change", "found"), [("3.4%", []), ("3%", ["a#3 a#1 a#2"])])
def test_change_in_points_is_the_difference_of_the_levels(
    dataset_of: MakeDataset, change: str, found: list[str]
) -> None:
    points = {"unit": "percentage_point", "programme": "p", "note": "printed as percent"}
    figures = [
        _row("learning_gap", "15%", period="2023-01", **points),
        _row("learning_gap", "12%", period="2023-03", **points),
        _row("learning_gap_decrease", change, period="2023-03", **points),
    ]
    findings = dataset_of(ONE, {"a": figures}).findings
    assert list(findings.query("code == 'EDS-105'")["figures"]) == found


@pytest.mark.parametrize(("total", "rural"), [("0 schools", "5 schools"), ("5 schools", "0 schools")])
def test_share_of_no_schools_says_nothing(dataset_of: MakeDataset, total: str, rural: str) -> None:
    figures = [
        _row("schools_total", total),
        _row("schools_rural", rural),
        _row("schools_small", "4 schools"),
        _row("schools_small", "80%", share_of="schools_total"),
    ]
    dataset = dataset_of(ONE, {"a": figures})
    assert not {"EDS-101", "EDS-102"} & set(dataset.findings["code"])
    assert dataset.measures["value"].max() <= 100
