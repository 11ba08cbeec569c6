"""Every contradiction and doubt of the five first documents that arithmetic or a careful reader sees."""

import json

import pytest

from edstats.dataset import Dataset

AKTOBE_2023, AKTOBE_2024 = "aktobe-roadmap-2023", "aktobe-rural-schools-2024"


def _only(seeds: Dataset, code: str, region: str) -> dict[str, str]:
    rows = seeds.findings.query("code == @code and region == @region")
    assert len(rows) == 1, seeds.findings[["code", "region", "message"]].to_string()
    return dict(rows.iloc[0])


def test_seventy_percent_is_not_280_of_434(seeds: Dataset) -> None:
    found = _only(seeds, "EDS-101", "KZ-15")
    assert found["severity"] == "warning"
    assert found["message"] == "Printed as 70%, but 280 of 434 (Schools) is 64.5%."
    assert found["figures"] == f"{AKTOBE_2024}#3 {AKTOBE_2024}#2 {AKTOBE_2024}#1"


def test_46_percent_has_another_base_than_its_sentence_says(seeds: Dataset) -> None:
    parts = json.loads(_only(seeds, "EDS-102", "KZ-15")["details"])
    assert (parts["printed"], parts["count"], parts["whole"], parts["other"]) == ("46%", "201", "434", "280")
    assert parts["other_share"] == "71.8%"


def test_programmes_of_aktobe_overlap(seeds: Dataset) -> None:
    parts = json.loads(_only(seeds, "EDS-103", "KZ-15")["details"])
    assert (parts["parts"], parts["total"], parts["population"]) == ("226 + 12 + 134", "372 schools", "280")


def test_fall_of_the_learning_gap_is_in_points(seeds: Dataset) -> None:
    found = _only(seeds, "EDS-105", "KZ-15")
    assert json.loads(found["details"])["wrong"].startswith("14.5")
    assert "EDS-104" not in set(seeds.findings["code"])


def test_dual_training_has_a_target_and_no_level(seeds: Dataset) -> None:
    found = _only(seeds, "EDS-106", "KZ-35")
    assert found["figures"] == "karaganda-august-meeting-2021#6"
    assert "at least 20%" in found["message"]


def test_plans_and_targets_past_their_time_are_named(seeds: Dataset) -> None:
    rows = seeds.findings[seeds.findings["code"] == "EDS-107"]
    figures = set(" ".join(rows["figures"]).split())
    # The targets of Karaganda's school year 2021-2022; the plan of measures for 2024.
    assert {f"karaganda-august-meeting-2021#{n}" for n in (3, 5, 6)} <= figures
    assert not figures & {"kz-city-roadmaps-2023#15", f"{AKTOBE_2023}#5"}, "these plans still have time"


def test_karaganda_before_the_split_is_named(seeds: Dataset) -> None:
    assert "Ulytau" in _only(seeds, "EDS-112", "KZ-35")["message"]


@pytest.mark.parametrize(
    ("region", "figures"),
    [
        ("KZ-15", f"{AKTOBE_2024}#11 {AKTOBE_2024}#12"),  # updated or allocated
        ("KZ-15", f"{AKTOBE_2024}#10"),  # three villages or three schools
        ("KZ-15", f"{AKTOBE_2024}#19"),  # 4-11 percent of what
        ("KZ-15", f"{AKTOBE_2023}#9 {AKTOBE_2023}#13"),  # 2,500 of the 6,000?
        ("KZ-75", "kz-city-roadmaps-2023#13"),  # 133 thousand beside 133,758
        ("KZ-79", "kz-city-roadmaps-2023#26"),  # state schools beside all schools
        ("KZ-61", ""),  # the second half of the school year on 1 February
    ],
)
def test_doubts_of_a_careful_reader_are_findings(seeds: Dataset, region: str, figures: str) -> None:
    rows = seeds.findings.query("code == 'EDS-111' and region == @region")
    assert figures in set(rows["figures"])


def test_no_finding_is_an_error(seeds: Dataset) -> None:
    assert set(seeds.findings["severity"]) == {"warning", "note"}
