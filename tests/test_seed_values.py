"""Every value that follows from the five first documents, worked out by hand, and what must not follow."""

from datetime import date

import pandas as pd
import pytest
from conftest import entered

from edstats.dataset import Dataset, assemble
from edstats.totals import regions_of_type, totals

AKTOBE_2023, AKTOBE_2024 = "aktobe-roadmap-2023", "aktobe-rural-schools-2024"
CITIES, TURKISTAN = "kz-city-roadmaps-2023", "turkistan-board-meeting-2025"
KARAGANDA = "karaganda-august-meeting-2021"

# measure, figures (numerator, denominator), qualifier, value, how far off the hand's rounding may be
VALUES = [
    ("rural_school_share", f"{AKTOBE_2024}#2", f"{AKTOBE_2024}#1", "exact", 64.5, 0.05),
    ("small_school_share", f"{AKTOBE_2024}#4", f"{AKTOBE_2024}#1", "exact", 46.3, 0.05),
    ("small_share_of_rural_schools", f"{AKTOBE_2024}#4", f"{AKTOBE_2024}#2", "exact", 71.8, 0.05),
    ("urban_schools", f"{AKTOBE_2024}#1", f"{AKTOBE_2024}#2", "exact", 154, 0),
    ("urban_school_share", f"{AKTOBE_2024}#1", f"{AKTOBE_2024}#2", "exact", 35.5, 0.05),
    ("renovation_spending_per_school", f"{AKTOBE_2024}#11", f"{AKTOBE_2024}#12", "exact", 36_280_000, 5_000),
    ("renovated_share_of_rural_schools", f"{AKTOBE_2024}#12", f"{AKTOBE_2024}#2", "exact", 80.7, 0.05),
    ("renovated_share_of_schools", f"{AKTOBE_2024}#12", f"{AKTOBE_2024}#1", "exact", 52.1, 0.05),
    ("small_schools_renovated_share", f"{AKTOBE_2024}#14", f"{AKTOBE_2024}#4", "exact", 66.7, 0.05),
    ("small_schools_internet_share", f"{AKTOBE_2024}#15", f"{AKTOBE_2024}#4", "exact", 22.9, 0.05),
    ("schools_internet_share", f"{AKTOBE_2024}#15", f"{AKTOBE_2024}#1", "exact", 10.6, 0.05),
    ("places_per_new_school", f"{AKTOBE_2024}#7", f"{AKTOBE_2024}#6", "exact", 128.8, 0.06),
    ("places_per_village", f"{AKTOBE_2024}#8", f"{AKTOBE_2024}#9", "exact", 235, 0),
    ("new_schools_per_year", f"{AKTOBE_2024}#6", "", "exact", 2.7, 0.05),
    ("teachers_per_principal_trained", f"{AKTOBE_2024}#17", f"{AKTOBE_2024}#18", "exact", 5.2, 0.05),
    ("principals_trained_per_school", f"{AKTOBE_2024}#18", f"{AKTOBE_2024}#1", "exact", 47.0, 0.05),
    ("learning_gap_fall", f"{AKTOBE_2023}#2", f"{AKTOBE_2023}#4", "exact", 3.5, 0),
    ("learning_gap_fall_share", f"{AKTOBE_2023}#2", f"{AKTOBE_2023}#4", "exact", 23.3, 0.05),
    ("plan_share", f"{AKTOBE_2023}#6", f"{AKTOBE_2023}#5", "exact", 57.1, 0.05),
    ("new_schools_per_renovation", f"{AKTOBE_2023}#5", f"{AKTOBE_2023}#7", "exact", 0.64, 0.005),
    ("cameras_total", f"{AKTOBE_2023}#10", f"{AKTOBE_2023}#11", "at_least", 7000, 0),
    ("kindergarten_places_per_year", f"{AKTOBE_2023}#8", "", "exact", 2614, 0.5),
    ("meals_per_school", f"{CITIES}#2", f"{CITIES}#1", "exact", 985, 0.5),
    ("places_per_new_school", f"{CITIES}#5", f"{CITIES}#4", "exact", 2466, 0.5),
    ("new_places_per_year", f"{CITIES}#5", "", "exact", 43_400, 0),
    ("children_per_consultation", f"{CITIES}#7", f"{CITIES}#6", "exact", 58_750, 0),
    ("classrooms_per_equipped_school", f"{CITIES}#10", f"{CITIES}#11", "exact", 2.3, 0.05),
    ("teachers_per_principal_trained", f"{CITIES}#8", f"{CITIES}#9", "exact", 145.7, 0.05),
    ("places_per_new_school", f"{CITIES}#16", f"{CITIES}#15", "exact", 1686, 0.5),
    ("places_per_new_school", f"{CITIES}#25", f"{CITIES}#24", "exact", 1556, 0.5),
    ("students_per_school", f"{TURKISTAN}#5", f"{TURKISTAN}#6", "exact", 511.7, 0.05),
    ("completion", f"{TURKISTAN}#4", f"{TURKISTAN}#3", "exact", 52, 0),
    ("schools_not_finished", f"{TURKISTAN}#3", f"{TURKISTAN}#4", "exact", 24, 0),
    ("renovated_share_of_schools", f"{TURKISTAN}#2", f"{TURKISTAN}#6", "exact", 10.6, 0.05),
    ("schools_renovated_per_year", f"{TURKISTAN}#2", "", "exact", 38, 0.5),
    ("country_renovation_share", f"{TURKISTAN}#2", f"{TURKISTAN}#1", "exact", 8.8, 0.05),
    ("preschool_target_gap", f"{KARAGANDA}#3", f"{KARAGANDA}#2", "exact", 2.5, 1e-9),
    ("extracurricular_target_gap", f"{KARAGANDA}#5", f"{KARAGANDA}#4", "exact", 19.3, 1e-9),
]


@pytest.mark.parametrize(("measure", "numerator", "denominator", "qualifier", "value", "tolerance"), VALUES)
def test_measure(
    seeds: Dataset, measure: str, numerator: str, denominator: str, qualifier: str, value: float, tolerance: float
) -> None:
    rows = seeds.measures.query("measure == @measure and numerator == @numerator and denominator == @denominator")
    assert len(rows) == 1, seeds.measures.query("measure == @measure")[["numerator", "denominator", "value"]]
    assert rows["value"].iloc[0] == pytest.approx(value, abs=tolerance)
    assert rows["qualifier"].iloc[0] == qualifier


@pytest.mark.parametrize(
    ("indicator", "status", "value", "periods_differ", "one_is_rounded"),
    [
        ("schools_built", "planned", 128, True, False),
        ("school_places_built", "planned", 282_100, True, True),
        ("hot_meals_students", "actual", 362_334, False, True),
        ("teachers_trained", "actual", 19_906, False, False),
    ],
)
def test_sum_over_the_three_cities(
    seeds: Dataset, indicator: str, status: str, value: float, periods_differ: bool, one_is_rounded: bool
) -> None:
    sums = totals(seeds.observations, seeds.sources, regions_of_type("city"))
    row = sums.query("indicator == @indicator and status == @status").iloc[0]
    assert (row["value"], row["reporting"], row["asked"], row["shown"]) == (value, 3, 3, "yes")
    assert (";" in row["periods"]) == periods_differ
    assert (row["coarsest"] > row["finest"]) == one_is_rounded


def _measures_of(seeds: Dataset, region: str) -> set[str]:
    return set(seeds.measures.loc[seeds.measures["region"] == region, "measure"])


@pytest.mark.parametrize(
    ("region", "measure"),
    [
        ("KZ-15", "students_per_school"),  # no students are reported
        ("KZ-15", "meals_per_school"),
        ("KZ-35", "dual_training_target_gap"),  # a target without a level
        ("KZ-75", "meals_per_school"),  # Almaty prints no schools with meals
        ("KZ-71", "students_per_school"),
        ("KZ-61", "renovation_spending_per_school"),  # no money is reported
        ("KZ-15", "completion"),  # schools opened and schools begun belong to different programmes
    ],
)
def test_what_does_not_follow_is_not_there(seeds: Dataset, region: str, measure: str) -> None:
    assert measure not in _measures_of(seeds, region)


def test_renovation_spending_is_known_for_aktobe_alone_and_once(seeds: Dataset) -> None:
    rows = seeds.measures.query("measure == 'renovation_spending_per_school'")
    assert list(rows["region"]) == ["KZ-15"]
    assert (rows["works"].iloc[0], rows["counted"].iloc[0], rows["status"].iloc[0]) == (
        "reconstruction",
        "school",
        "actual",
    )


def test_parts_are_not_added_to_their_whole(seeds: Dataset) -> None:
    planned = seeds.observations.query("region == 'KZ-15' and indicator == 'schools_built' and status == 'planned'")
    assert sorted(planned["value"]) == [20, 35]
    regions = ["KZ-15"]
    sums = totals(seeds.observations, seeds.sources, regions)
    assert list(sums.query("indicator == 'schools_built' and status == 'started'")["value"]) == [3]
    assert 55 not in set(sums.loc[sums["indicator"] == "schools_built", "value"])


def test_karaganda_is_the_larger_region_of_2021(seeds: Dataset) -> None:
    rows = seeds.observations[seeds.observations["region"] == "KZ-35"]
    assert set(rows["territory"]) == {"KZ-35+KZ-62"}


def test_undated_sources_have_bounds_and_no_day(seeds: Dataset) -> None:
    undated = seeds.sources[seeds.sources["published"].isna()].set_index("source")
    assert set(undated.index) == {AKTOBE_2023, CITIES, KARAGANDA}
    assert undated.loc[AKTOBE_2023, "published_earliest"] == pd.Timestamp("2023-02-01")
    assert undated.loc[AKTOBE_2023, "published_latest"] == pd.Timestamp("2023-03-31")


def test_as_of_shows_the_earlier_picture(seeds: Dataset) -> None:
    earlier = assemble(entered(seeds), date(2024, 6, 30))
    assert set(earlier.sources["source"]) == {AKTOBE_2023, CITIES, KARAGANDA}
    assert "small_school_share" not in set(earlier.measures["measure"])
    assert "EDS-101" not in set(earlier.findings["code"])
    assert "plan_share" in set(earlier.measures["measure"])
