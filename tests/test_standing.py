"""How a region's number stands to those of the other regions: like beside like, facts only, with their years."""

import pytest
from conftest import Rows, make_dataset

from edstats.dataset import Dataset
from edstats.pages.ranking import Ranking
from edstats.pages.standing import Standings
from edstats.wording import Record, Wording

OWN = "KZ-15"
SOURCES = [{"source": "own", "published": "2024-12-02"}, {"source": "others", "published": "2024-12-03"}]
NONE = "No number of another region can be set beside it."
TWO_REPORT = "2 other regions report it (2024)."
HIGHER = "Higher than in each of the 2 other regions that report it (2024)."
NOT_HIGHER = "Not higher than in any of the 2 other regions that report it (2024)."
Entry = tuple[str, str, dict[str, str]]  # region, printed words, other columns

# For each rule: an indicator of its own, the region's number, those of others, and what is said.
RULES: dict[str, tuple[str, str, dict[str, str], list[Entry], str]] = {
    "between others": (
        *("schools_total", "400 schools", {}),
        [("KZ-61", "500 schools", {}), ("KZ-39", "300 schools", {}), ("KZ-43", "200 schools", {})],
        "Higher than in 2 of the 3 other regions that report it (2024).",
    ),
    "highest": (
        *("schools_small", "300 schools", {}),
        [("KZ-61", "200 schools", {}), ("KZ-39", "100 schools", {})],
        HIGHER,
    ),
    "lowest": (
        *("schools_hub", "10 schools", {}),
        [("KZ-61", "30 schools", {}), ("KZ-39", "20 schools", {})],
        NOT_HIGHER,
    ),
    "tie for the lowest": (
        *("schools_closed", "10 schools", {}),
        [("KZ-61", "10 schools", {}), ("KZ-39", "20 schools", {})],
        NOT_HIGHER,
    ),
    "tie for the highest": (
        *("schools_urban", "20 schools", {}),
        [("KZ-61", "20 schools", {}), ("KZ-39", "10 schools", {})],
        "Higher than in 1 of the 2 other regions that report it (2024).",
    ),
    "all alike": (
        *("schools_emergency", "5 schools", {}),
        [("KZ-61", "5 schools", {}), ("KZ-39", "5 schools", {})],
        NOT_HIGHER,
    ),
    "one other is lower": (
        *("teachers_total", "10,000 teachers", {}),
        [("KZ-61", "9,000 teachers", {})],
        "Higher than in the 1 other region that reports it (2024).",
    ),
    "one other is higher": (
        *("college_places", "10,000 places", {}),
        [("KZ-61", "90,000 places", {})],
        "Not higher than in the 1 other region that reports it (2024).",
    ),
    "no other": ("colleges", "10 colleges", {}, [], NONE),
    "plan": (
        *("schools_designed", "10 schools", {"status": "planned"}),
        [("KZ-61", "5 schools", {}), ("KZ-39", "5 schools", {})],
        "",
    ),
    "target": (
        *("extracurricular_coverage", "90%", {"status": "target"}),
        [("KZ-61", "80%", {}), ("KZ-39", "70%", {})],
        "",
    ),
    "what is begun": (
        *("schools_built", "10 schools", {"status": "started"}),
        [("KZ-61", "5 schools", {}), ("KZ-39", "5 schools", {})],
        "",
    ),
    "plans of others": (
        *("kindergartens", "10 kindergartens", {}),
        [("KZ-61", "5 kindergartens", {"status": "planned"}), ("KZ-39", "5 kindergartens", {"status": "planned"})],
        NONE,
    ),
    "another unit": (
        *("hot_meals_schools", "90%", {"share_of": "schools_total"}),
        [("KZ-61", "100 schools", {}), ("KZ-39", "200 schools", {})],
        NONE,
    ),
    "another group": (
        *("students_total", "90 thousand students", {}),
        [("KZ-61", "100 students", {"group": "rural"}), ("KZ-39", "100 students", {"group": "rural"})],
        NONE,
    ),
    "other works": (
        *("schools_renovated", "9 schools", {"works": "capital"}),
        [("KZ-61", "8 schools", {"works": "current"}), ("KZ-39", "7 schools", {})],
        NONE,
    ),
    "a programme": (
        *("school_places_built", "9 places", {}),
        [("KZ-61", "8 places", {"programme": "comfortable-school"})],
        NONE,
    ),
    "programmes without a name": (
        *("laboratories_equipped", "9 laboratories", {"programme": "own"}),
        [("KZ-61", "8 laboratories", {"programme": "p"}), ("KZ-39", "8 laboratories", {})],
        HIGHER,
    ),
    "schools that are said to be schools": (
        *("school_extensions", "9 schools", {"counted": "school"}),
        [("KZ-61", "8 schools", {}), ("KZ-39", "99 schools", {"counted": "facility"})],
        "Higher than in the 1 other region that reports it (2024).",
    ),
    "the country": ("first_graders", "9 students", {}, [("KZ", "400,000 students", {})], NONE),
    "the region itself": (
        *("students_small", "900 students", {}),
        [(OWN, "800 students", {"period": "2023"}), (OWN, "700 students", {"period": "2022"})],
        NONE,
    ),
    "a place within a region": (
        *("inclusive_schools", "9 schools", {}),
        [("KZ-61", "8 schools", {"place": "Kentau"}), ("KZ-39", "7 schools", {"place": "Rudny"})],
        NONE,
    ),
    "former borders": (
        *("place_shortage", "900 places", {}),
        [("KZ-35", "800 places", {"period": "2021"}), ("KZ-19", "700 places", {"period": "2020"})],
        NONE,
    ),
    "own bound": (
        *("preschool_queue", "more than 100 children", {}),
        [("KZ-61", "50 children", {}), ("KZ-39", "60 children", {})],
        TWO_REPORT,
    ),
    "own range": (
        *("teacher_shortage", "100-150 teachers", {}),
        [("KZ-61", "50 teachers", {}), ("KZ-39", "60 teachers", {})],
        TWO_REPORT,
    ),
    "lower bound above it": (
        *("consultations", "10 consultations", {}),
        [("KZ-61", "5 consultations", {}), ("KZ-39", "more than 20 consultations", {})],
        "Higher than in 1 of the 2 other regions that report it (2024).",
    ),
    "lower bound below it": (
        *("college_students", "1,000 students", {}),
        [("KZ-61", "900 students", {}), ("KZ-39", "800 students", {}), ("KZ-43", "more than 20 students", {})],
        "Higher than in 2 of the 3 other regions that report it (2024).",
    ),
    "upper bound below it": (
        *("students_rural", "1,000 students", {}),
        [("KZ-61", "900 students", {}), ("KZ-39", "up to 800 students", {})],
        HIGHER,
    ),
    "upper bounds above it": (
        *("students_taught_online", "100 students", {}),
        [("KZ-61", "up to 900 students", {}), ("KZ-39", "up to 800 students", {})],
        TWO_REPORT,
    ),
    "range around it": (
        *("place_shortage_removed", "100 places", {}),
        [("KZ-61", "50 places", {}), ("KZ-39", "90-120 places", {})],
        "Higher than in 1 of the 2 other regions that report it (2024).",
    ),
    "range below it": (
        *("hot_meals_students", "100 students", {}),
        [("KZ-61", "50 students", {}), ("KZ-39", "80-90 students", {})],
        HIGHER,
    ),
    "a number that is about so": (
        *("kindergarten_places", "1,000 places", {}),
        [("KZ-61", "about 900 places", {}), ("KZ-39", "800 places", {})],
        HIGHER,
    ),
    "own flow of several years": (
        *("teachers_trained", "9,000 teachers", {"period": "2022/2024"}),
        [("KZ-61", "800 teachers", {"period": "2024"}), ("KZ-39", "700 teachers", {"period": "2023"})],
        "2 other regions report it (2023–2024).",
    ),
    "flows of several years of others": (
        *("school_buses", "9 buses", {"period": "2024"}),
        [("KZ-61", "90 buses", {"period": "2022/2024"}), ("KZ-39", "80 buses", {"period": "2021/2024"})],
        NONE,
    ),
    "stock of a long time": (
        *("schools_multi_shift", "9 schools", {"period": "2022/2024"}),
        [("KZ-61", "8 schools", {}), ("KZ-39", "7 schools", {})],
        HIGHER,
    ),
    "newest of each": (
        *("schools_internet", "100 schools", {}),
        [("KZ-61", "50 schools", {"period": "2022"}), ("KZ-61", "150 schools", {}), ("KZ-39", "120 schools", {})],
        NOT_HIGHER,
    ),
    "years of others": (
        *("security_coverage", "90%", {}),
        [("KZ-61", "80%", {"period": "2021"}), ("KZ-39", "95%", {"period": "2023"})],
        "Higher than in 1 of the 2 other regions that report it (2021–2023).",
    ),
}


def _row(region: str, indicator: str, printed: str, more: dict[str, str]) -> dict[str, str]:
    return {"region": region, "indicator": indicator, "as_printed": printed, **more}


@pytest.fixture(scope="module")
def standings(tmp_path_factory: pytest.TempPathFactory) -> Standings:
    own: Rows = []
    others: Rows = []
    for indicator, printed, more, entries, _ in RULES.values():
        own.append(_row(OWN, indicator, printed, more))
        others += [_row(region, indicator, words, columns) for region, words, columns in entries]
    dataset = make_dataset(tmp_path_factory.mktemp("standing"), SOURCES, {"own": own, "others": others})
    return _standings(dataset)


def _standings(dataset: Dataset) -> Standings:
    return Standings(Ranking(dataset), Wording("en"))


def _own(dataset: Dataset, indicator: str) -> Record:
    rows = dataset.observations.query("source == 'own' and indicator == @indicator")
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


def _measure(dataset: Dataset, measure: str) -> Record:
    rows = dataset.measures.query("region == @OWN and measure == @measure")
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


@pytest.mark.parametrize("rule", RULES)
def test_a_number_stands_to_those_that_are_like_it(standings: Standings, rule: str) -> None:
    indicator, *_, said = RULES[rule]
    assert standings.standing(_own(standings.ranking.dataset, indicator)) == said


def test_a_measure_stands_to_the_same_measure_of_others(standings: Standings) -> None:
    share = _measure(standings.ranking.dataset, "small_school_share")
    assert share["value"] == 75
    assert sorted(other["region"] for other in standings.others_like(share)) == ["KZ-39", "KZ-61"]
    assert standings.standing(share) == HIGHER


def test_each_region_stands_once(standings: Standings) -> None:
    for indicator, *_ in RULES.values():
        others = [other["region"] for other in standings.others_like(_own(standings.ranking.dataset, indicator))]
        assert len(others) == len(set(others))
        assert not {OWN, "KZ"} & set(others)


def test_spending_stands_to_spending_on_the_same_works_and_the_same_count(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def spending(region: str, billions: int, **more: str) -> Rows:
        same = {"programme": f"tie-{region}-{billions}", "period": "2024", **more}
        return [
            _row(region, "renovation_spending", f"{billions} billion tenge", same),
            _row(region, "schools_renovated", "10 schools", {"counted": "school", **same}),
        ]

    others = [
        *spending("KZ-61", 2, works="capital"),
        *spending("KZ-39", 3, works="capital"),
        *spending("KZ-43", 9, works="current"),
        *spending("KZ-55", 9, works="capital", status="planned"),
        *spending("KZ-31", 9, works="capital", counted="facility"),
    ]
    figures = {"own": spending(OWN, 1, works="capital"), "others": others}
    made = _standings(make_dataset(tmp_path_factory.mktemp("spending"), SOURCES, figures))
    row = _measure(made.ranking.dataset, "renovation_spending_per_school")
    assert sorted(other["region"] for other in made.others_like(row)) == ["KZ-39", "KZ-61"]
    assert made.standing(row) == NOT_HIGHER


def test_planned_spending_stands_to_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    same = {"programme": "p", "works": "capital", "period": "2025", "status": "planned"}
    figures = {
        source: [
            _row(region, "renovation_spending", "1 billion tenge", same),
            _row(region, "schools_renovated", "10 schools", {"counted": "school", **same}),
        ]
        for source, region in (("own", OWN), ("others", "KZ-61"))
    }
    made = _standings(make_dataset(tmp_path_factory.mktemp("planned"), SOURCES, figures))
    assert made.standing(_measure(made.ranking.dataset, "renovation_spending_per_school")) == ""
