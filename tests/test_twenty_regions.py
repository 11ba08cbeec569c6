"""The two headline analyses for all twenty regions, "not reported" included; what as-of dates and new rows change."""

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT, TODAY, entered

from edstats.codebook import read_table
from edstats.comparisons import newest_measures, newest_observations
from edstats.dataset import Dataset, assemble, from_raw
from edstats.editions import History
from edstats.pages import ComparisonPage, RegionPage
from edstats.prices import in_constant_prices, price_factors
from edstats.tables import anchor
from edstats.wording import Wording

# region: value in percent, qualifier, period of the newest share, how it was come by
SMALL_SCHOOLS = {
    "KZ": (34.5, "exact", "2024", "one source"),
    "KZ-11": (50.0, "at_least", "2022-02-01", "as printed"),
    "KZ-15": (46.3, "exact", "2024-12-02", "one source"),
    "KZ-27": (58.6, "exact", "2018", "one source"),
    "KZ-39": (63.5, "exact", "2025-02", "two sources"),
    "KZ-55": (78.0, "exact", "2012/2014", "as printed"),
    "KZ-59": (74.0, "exact", "2025-12-04", "as printed"),
}

# region: (works, counted, done or ahead): millions of tenge
RENOVATION = {
    "KZ-15": {("reconstruction", "school", "done"): 36.3},
    "KZ-23": {("", "school", "ahead"): 32.0},
    "KZ-27": {("", "facility", "ahead"): 136.4},
    "KZ-31": {("capital", "facility", "ahead"): 687.5, ("current", "facility", "ahead"): 14.2},
    "KZ-35": {("capital", "facility", "ahead"): 240.0, ("current", "facility", "ahead"): 70.4},
    "KZ-39": {
        ("capital", "school", "done"): 267.6,
        ("capital", "facility", "ahead"): 325.0,
        ("current", "facility", "ahead"): 23.1,
        ("mixed", "facility", "ahead"): 47.9,
        ("", "facility", "done"): 31.9,
        ("", "facility", "ahead"): 137.9,
    },
    "KZ-43": {("capital", "school", "done"): 266.7},
    "KZ-55": {("capital", "school", "ahead"): 618.2},
    "KZ-59": {
        ("capital", "facility", "done"): 89.6,
        ("capital", "facility", "ahead"): 113.2,
        ("", "facility", "done"): 85.7,
    },
    "KZ-61": {("capital", "school", "ahead"): 125.5},
    "KZ-63": {("capital", "school", "ahead"): 800.0, ("mixed", "school", "ahead"): 42.3},
    "KZ-79": {("capital", "school", "ahead"): 96.1},
}
REGIONS = [*read_table("regions")["region"]]
TOPICS = [*read_table("topics")["topic"]]
EN = Wording("en")


def _newest(dataset: Dataset, measure: str, kind: list[str]) -> pd.DataFrame:
    rows = dataset.measures[dataset.measures["measure"] == measure]
    rows = newest_measures(rows, dataset.observations, dataset.sources, kind)
    return rows[rows["use"] == "shown"]


@pytest.mark.parametrize("region", REGIONS)
def test_small_school_share(project: Dataset, region: str) -> None:
    rows = _newest(project, "small_school_share", [])
    row = rows[rows["region"] == region]
    if region not in SMALL_SCHOOLS:
        assert row.empty, "not reported, or it does not apply"
        return
    value, qualifier, period, pairing = SMALL_SCHOOLS[region]
    assert row["value"].iloc[0] == pytest.approx(value, abs=0.05)
    assert (row["qualifier"].iloc[0], row["period"].iloc[0], row["pairing"].iloc[0]) == (qualifier, period, pairing)


@pytest.mark.parametrize("region", REGIONS)
def test_renovation_spending_per_school(project: Dataset, region: str) -> None:
    rows = _newest(project, "renovation_spending_per_school", ["works", "counted"])
    rows = rows[rows["region"] == region]
    found = {
        (str(row["works"]), str(row["counted"]), str(row["ahead"])): round(row["value"] / 1e6, 1)
        for _, row in rows.iterrows()
    }
    expected = RENOVATION.get(region, {})
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, abs=0.06), key


def test_older_shares_stay_as_a_trail(project: Dataset) -> None:
    rows = project.measures.query("measure == 'small_school_share' and region == 'KZ-59'")
    rows = newest_measures(rows, project.observations, project.sources, [])
    assert [round(value, 1) for value in rows["value"]] == [74.0, 75.7, 77.4, 80.0]
    assert list(rows["use"]) == ["shown", "older", "older", "older"]


def test_larger_regions_before_a_split_are_set_beside_none(project: Dataset) -> None:
    before = project.measures.query("measure == 'renovation_spending_per_school'")
    before = before[before["region"].astype("str") != before["territory"].astype("str")]
    assert {round(value / 1e6) for value in before["value"]} >= {461, 28, 46}
    shown = _newest(project, "renovation_spending_per_school", ["works", "counted"])
    assert not set(before["numerator"]) & set(shown["numerator"])


def test_larger_regions_are_named_as_such(project: Dataset) -> None:
    page = ComparisonPage(project, EN, History.empty()).renovation().text
    former = page[page.index("Regions in former borders") :]
    assert "with Ulytau" in former
    assert "with Jetisu" in former


def test_one_sum_with_two_counts_makes_no_naive_quotient(project: Dataset) -> None:
    """Karaganda 2018: 6 bn for 134 schools and 70 kindergartens is neither 44.8 nor 85.7 m."""
    rows = project.measures.query("measure == 'renovation_spending_per_school' and region == 'KZ-35'")
    assert not {round(value / 1e6, 1) for value in rows["value"]} & {44.8, 85.7, 29.4}


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("KZ", "434 schools"),
        ("KZ", "552 schools"),
        ("KZ-35", "93.5 billion"),
        ("KZ-19", "69 schools"),
        ("KZ-59", "31 facilities"),
        ("KZ-71", "3,508 students"),
    ],
)
def test_sources_that_contradict_each_other_are_findings(project: Dataset, region: str, words: str) -> None:
    rows = project.findings[project.findings["code"].isin(["EDS-108", "EDS-113"])]
    assert rows.loc[rows["region"] == region, "message"].str.contains(words, regex=False).any()


def test_west_kazakhstan_prints_sixty_percent(project: Dataset) -> None:
    rows = project.findings.query("code == 'EDS-101' and region == 'KZ-27'")
    assert list(rows["message"]) == ["Printed as 60%, but 225 of 384 (Schools) is 58.6%."]


def test_an_earlier_date_gives_the_earlier_picture(project: Dataset) -> None:
    earlier = assemble(entered(project), date(2023, 12, 31))
    assert earlier.sources["published_latest"].max() <= pd.Timestamp("2023-12-31")
    rows = _newest(earlier, "small_school_share", []).set_index("region")
    assert rows.loc["KZ-59", "value"] == pytest.approx(75.7, abs=0.05), "74% was printed in 2025"
    assert rows.loc["KZ-15", "value"] == pytest.approx(50.5, abs=0.05), "46.3% was printed in 2024"
    assert "KZ-39" in rows.index
    assert rows.loc["KZ-39", "qualifier"] == "at_most", "only the printed almost 70% was out"


def test_rows_that_nothing_places_in_time_enter_no_measure(project: Dataset) -> None:
    length = (project.observations["period_end"] - project.observations["period_start"]).dt.days
    unplaced = project.observations[(project.observations["period_basis"] == "published") & (length > 5 * 366)]
    assert len(unplaced) > 0
    used = set(project.measures["numerator"]) | set(project.measures["denominator"])
    assert not used & set(unplaced["figure_id"])


def test_prices_of_2024() -> None:
    prices = pd.DataFrame({"year": ["2023", "2024"], "average": [14.7, 8.9]})
    assert price_factors(prices) == pytest.approx({2024: 1, 2023: 1.089, 2022: 1.089 * 1.147})


def test_a_year_that_is_not_certain_or_later_stays_nominal(project: Dataset) -> None:
    rows = pd.DataFrame(
        {
            "value": [100.0] * 5,
            "period_start": pd.to_datetime(["2023-01-01", "2022-01-01", "2025-01-01", "2023-01-01", "2023-05-02"]),
            "period_end": pd.to_datetime(["2023-12-31", "2024-12-31", "2025-12-31", "2023-12-31", "2023-05-02"]),
            "period_basis": ["printed", "printed", "printed", "published", "published"],
            "published": [pd.NaT, pd.NaT, pd.NaT, pd.NaT, pd.Timestamp("2023-05-02")],
        }
    )
    constant = in_constant_prices(rows, project.prices)
    assert constant.round(1).fillna(0).tolist() == [108.9, 0, 0, 0, 108.9]


@pytest.mark.parametrize("region", REGIONS[1:])
def test_every_region_has_its_page(project: Dataset, region: str) -> None:
    page = RegionPage(project, region, EN, History.empty())
    assert EN.name("regions", region) in page.lead().text + page.headlines().text
    html = "".join(part.text for part in (*map(page.topic, TOPICS), page.older_territories()))
    assert "Not reported" in html
    entries = re.findall(r'<details id="(f-[^"]+)"', html)
    figures = project.observations.loc[project.observations["region"] == region, "figure_id"]
    assert sorted(entries) == sorted(map(anchor, figures))


def test_comparison_says_how_many_report(project: Dataset) -> None:
    page = ComparisonPage(project, EN, History.empty())
    assert "6 of 17 regions report this. It does not apply to Astana" in page.small_schools().text
    assert "12 of 20 regions report this." in page.renovation().text
    assert "not reported" in page.overview().text


def test_one_new_row_reaches_the_clean_data_the_page_and_the_comparison(tmp_path: Path) -> None:
    data = Path(shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("clean")))
    path = data / "raw" / "figures" / "akmola-school-network-2025.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines))
    row = {"figure": "99", "region": "Akmola region", "indicator": "Small schools", "as_printed": "301 школа"}
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.DictWriter(lines, header, restval="", lineterminator="\n").writerow(row | {"status": "actual"})
    dataset, faults = from_raw(data, TODAY)
    assert faults == ()
    assert dataset is not None
    assert "akmola-school-network-2025#99" in set(dataset.observations["figure_id"])
    share = _newest(dataset, "small_school_share", []).set_index("region").loc["KZ-11"]
    assert share["value"] == pytest.approx(100 * 301 / 523)
    assert "301 schools" in RegionPage(dataset, "KZ-11", EN, History.empty()).topic("small_rural").text
    assert "57.6%" in ComparisonPage(dataset, EN, History.empty()).small_schools().text


def test_newest_observation_yields_to_no_older_one(project: Dataset) -> None:
    rows = project.observations.query("indicator == 'schools_total' and region == 'KZ-59'")
    rows = newest_observations(rows, project.sources, ["group", "unit"])
    shown = rows[(rows["use"] == "shown") & (rows["group"] == "")]
    assert shown["period_end"].iloc[0] == rows.loc[rows["group"] == "", "period_end"].max()
