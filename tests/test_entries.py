"""What an entry says of a figure, and of a measure how it was computed; closed it says how much, of what and when."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from conftest import Rows, make_dataset

from edstats.dataset import Dataset
from edstats.entries import figure_entries, figure_facts, measure_entries, measure_facts
from edstats.teller import Teller
from edstats.wording import Record, Wording

SOURCES = [
    {"source": "akimat", "published": "2024-12-02", "publisher": "Akimat of Aktobe", "language": "ru"},
    {"source": "paper", "published": "2024-12-03", "publisher": "Paper", "publisher_type": "media"},
    {
        "source": "undated",
        "published_earliest": "2024-02-01",
        "published_latest": "2024-03-31",
        "date_basis": "told by its footer",
        "publisher": "Ministry",
        "publisher_type": "ministry",
        "language": "kk",
    },
]


def _row(indicator: str, printed: str, **more: str) -> dict[str, str]:
    return {"region": "KZ-15", "indicator": indicator, "as_printed": printed, **more}


OPENED = {"period": "2022/2024", "programme": "opening"}
FIGURES: dict[str, Rows] = {
    "akimat": [
        _row("schools_total", "434 школы", note="kindergartens apart"),
        _row("schools_rural", "280 школ", period="2024"),
        _row("students_total", "более 200 тыс. учащихся", period="~2024"),
        _row("schools_small", "201 школа", place="Khromtau"),
        _row("schools_built", "8 школ", **OPENED),
        _row("school_places_built", "1 200 мест", **OPENED),
        _row("cameras", "5 000 камер", group="schools", period="2024"),
        _row("cameras", "2 тыс. камер", group="preschool", period="2024"),
        _row("schools_hub", "12 школ", period="2024"),
        _row("schools_built", "20 школ", status="planned", period="2025/2027"),
        _row("schools_urban", "30%", period="2024", share_of="schools_total"),
    ],
    "paper": [
        _row("schools_rural", "285 schools", period="2024"),
        _row("schools_hub", "about 12 schools", period="2024"),
        _row("first_graders", "23-25 thousand students", period="2024"),
        _row("schools_small", "70%", share_of="schools_total", period="2024", region="KZ-61"),
        _row("schools_small", "200 schools", region="KZ-39", note="of the department"),
        _row(
            "schools_renovated", "<i>7</i> schools & more", region="KZ-39", value="7", unit="school", note="printed as"
        ),
    ],
    "undated": [_row("schools_total", "400 мектеп", region="KZ-39", note="with branches")],
}
CORRECTIONS = [
    {"source": "akimat", "figure": "9", "column": column, "expected": expected, "corrected": corrected, "reason": why}
    for column, expected, corrected, why in (
        ("as_printed", "21 школа", "12 школ", "digits exchanged"),
        ("period", "2023", "2024", "a slip of the year"),
    )
]
DOUBTS = [{"source": "akimat", "figures": "2 3", "doubt": "Which schools are meant is not said."}]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    corrected = {"9": {"as_printed": "21 школа", "period": "2023"}}
    entered = [row | corrected.get(str(n), {}) for n, row in enumerate(FIGURES["akimat"], start=1)]
    folder = tmp_path_factory.mktemp("entries")
    return make_dataset(folder, SOURCES, FIGURES | {"akimat": entered}, corrections=CORRECTIONS, doubts=DOUBTS)


@pytest.fixture(scope="module")
def teller(dataset: Dataset) -> Teller:
    return Teller(dataset, Wording("en"))


def _facts(teller: Teller, figure: str) -> dict[str, str]:
    return {term: str(fact) for term, fact in figure_facts(teller, teller.observation(figure))}


def _text(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))).strip()


def _rows(teller: Teller, *figures: str) -> pd.DataFrame:
    rows = teller.dataset.observations
    return rows[rows["figure_id"].isin(figures)]


def _measure(teller: Teller, measure: str, region: str = "KZ-15") -> Record:
    rows = teller.dataset.measures.query("measure == @measure and region == @region")
    assert len(rows) == 1, teller.dataset.measures[["region", "measure", "numerator", "denominator"]]
    return rows.iloc[0].to_dict()


def _of_measure(teller: Teller, measure: str, region: str = "KZ-15") -> dict[str, str]:
    return {term: str(fact) for term, fact in measure_facts(teller, _measure(teller, measure, region))}


# --- closed ----------------------------------------------------------------------------------------------------------


def _summary(html: str) -> str:
    (summary,) = re.findall(r"<summary>(.*?)</summary>", html, flags=re.DOTALL)
    return str(summary)


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("akimat#2", "Rural schools 280 schools 2024"),
        ("akimat#1", "Schools 434 schools 2 December 2024"),
        ("akimat#3", "Students at least 200,000 students about 2024"),
        ("akimat#4", "Small schools, Khromtau 201 schools 2 December 2024"),
        ("akimat#5", "New schools 8 schools 2022–2024"),
        ("paper#3", "First-graders 23,000–25,000 students 2024"),
    ],
)
def test_a_closed_entry_says_what_how_much_and_when(teller: Teller, figure: str, said: str) -> None:
    assert _text(_summary(figure_entries(teller, _rows(teller, figure), anchors=True))) == said


def test_a_closed_entry_of_a_plan_says_planned_and_that_of_a_fact_does_not(teller: Teller) -> None:
    plan = _summary(figure_entries(teller, _rows(teller, "akimat#10"), anchors=True))
    assert '<b>20 schools <span class="badge status-planned">planned</span></b>' in plan
    assert "badge" not in _summary(figure_entries(teller, _rows(teller, "akimat#5"), anchors=True))


def test_an_entry_of_several_regions_begins_with_its_region(teller: Teller) -> None:
    html = figure_entries(teller, _rows(teller, "paper#5"), anchors=True, with_region=True)
    assert _text(_summary(html)).startswith("Kostanay region: small schools 200 schools")


def test_entries_are_places_to_link_to_only_where_they_are_at_home(teller: Teller) -> None:
    rows = _rows(teller, "akimat#1", "paper#1")
    at_home = figure_entries(teller, rows, anchors=True)
    assert re.findall(r'<details id="([^"]+)">', at_home) == ["f-akimat-1", "f-paper-1"]
    assert " id=" not in figure_entries(teller, rows, anchors=False)


def test_entries_open_without_a_script(teller: Teller) -> None:
    html = str(figure_entries(teller, teller.dataset.observations, anchors=True))
    count = len(teller.dataset.observations)
    assert html.count("<details") == html.count("<summary>") == html.count("</details>") == count
    assert not re.search(r"<script|\son\w+=", html)


# --- a figure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "language", "words"),
    [("akimat#1", "ru", "434 школы"), ("paper#1", "en", "285 schools"), ("undated#1", "kk", "400 мектеп")],
)
def test_the_printed_words_stand_in_their_language(teller: Teller, figure: str, language: str, words: str) -> None:
    assert _facts(teller, figure)["As printed"] == f'<q lang="{language}">{words}</q>'


def test_the_source_is_named_with_its_date_and_linked(teller: Teller) -> None:
    source = _facts(teller, "akimat#1")["Source"]
    assert '<a href="sources.html#source-akimat">Akimat of Aktobe</a>' in source
    assert _text(source) == "Akimat of Aktobe, 2 December 2024"
    assert _text(_facts(teller, "undated#1")["Source"]) == "Ministry, about February – March 2024"


def test_a_source_of_this_page_is_linked_on_it(teller: Teller) -> None:
    own = replace(teller, sources=frozenset(["akimat"]))
    assert 'href="#source-akimat"' in _facts(own, "akimat#1")["Source"]


@pytest.mark.parametrize(
    ("figure", "known"),
    [("akimat#1", "date of the source"), ("akimat#3", "told from the rest of the document"), ("akimat#2", None)],
    ids=["published", "inferred", "printed"],
)
def test_it_is_said_how_the_time_is_known_unless_it_is_printed(teller: Teller, figure: str, known: str | None) -> None:
    assert _facts(teller, figure).get("Time") == known


@pytest.mark.parametrize(
    ("figure", "precision"),
    [
        ("akimat#1", None),
        ("akimat#3", "at least; printed to the nearest 1,000 students"),
        ("akimat#8", "printed to the nearest 1,000 cameras"),
        ("paper#2", "about"),
        ("paper#3", "range; printed to the nearest 1,000 students"),
    ],
)
def test_precision_is_said_where_the_number_is_no_exact_count(
    teller: Teller, figure: str, precision: str | None
) -> None:
    assert _facts(teller, figure).get("Precision") == precision


def test_who_else_reports_a_number_is_said_with_their_number(teller: Teller) -> None:
    also = _facts(teller, "akimat#2")["In other sources"]
    assert _text(also) == "285 schools (Paper, 3 December 2024)"
    assert 'href="sources.html#f-paper-1"' in also
    assert _text(_facts(teller, "paper#1")["In other sources"]) == "280 schools (Akimat of Aktobe, 2 December 2024)"


@pytest.mark.parametrize("figure", ["akimat#5", "akimat#4", "akimat#1"], ids=["plan", "place", "region"])
def test_another_thing_place_or_time_is_not_the_same_number(teller: Teller, figure: str) -> None:
    assert "In other sources" not in _facts(teller, figure)


def test_doubts_are_named_once_and_lead_to_the_findings(teller: Teller) -> None:
    doubts = _facts(teller, "akimat#2")["Doubts"]
    assert _text(doubts) == "contradiction; to keep in mind"
    assert doubts.startswith('<a href="sources.html#findings">')
    assert _text(_facts(teller, "akimat#3")["Doubts"]) == "to keep in mind"
    assert "Doubts" not in _facts(teller, "paper#5")


def test_doubts_on_a_page_with_findings_lead_to_those(teller: Teller) -> None:
    own = replace(teller, figures=frozenset(["akimat#2"]))
    assert _facts(own, "akimat#2")["Doubts"].startswith('<a href="#findings">')


def test_a_plan_past_its_time_is_no_doubt_for_its_status_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    sources = [{"source": "a", "published": "2020-01-01"}, {"source": "b", "published": "2024-12-02"}]
    plan = _row("schools_built", "5 schools", status="planned", period="2021")
    figures = {"a": [plan], "b": [_row("schools_total", "434 schools")]}
    made = Teller(make_dataset(tmp_path_factory.mktemp("past"), sources, figures), Wording("en"))
    assert "EDS-107" in set(made.dataset.findings["code"])
    assert "Doubts" not in _facts(made, "a#1")
    html = figure_entries(made, _rows(made, "a#1"), anchors=True)
    assert "planned then; outcome not reported" in _summary(html)


def test_declared_corrections_are_told_with_their_reason(teller: Teller) -> None:
    corrected = _facts(teller, "akimat#9")["Corrected"]
    first, second = corrected.split("); ")
    assert first == "printed words: 12 школ, where the row held 21 школа (digits exchanged"
    assert second == "period: 2024, where the row held 2023 (a slip of the year)"
    assert list(_facts_of_all(teller, "Corrected")) == ["akimat#9"]


def _facts_of_all(teller: Teller, term: str) -> dict[str, str]:
    figures = teller.dataset.observations["figure_id"]
    found = {figure: _facts(teller, figure).get(term, "") for figure in figures}
    return {figure: fact for figure, fact in found.items() if fact}


def test_a_note_is_shown_where_there_is_one(teller: Teller) -> None:
    assert _facts(teller, "akimat#1")["Note"] == "kindergartens apart"
    assert set(_facts_of_all(teller, "Note")) == {"akimat#1", "paper#5", "paper#6", "undated#1"}


def test_a_note_is_told_in_the_readers_language(dataset: Dataset) -> None:
    translated = Teller(dataset, Wording("ru", {"kindergartens apart": "без детских садов"}))
    notes = [str(fact) for _, fact in figure_facts(translated, translated.observation("akimat#1"))]
    assert "без детских садов" in notes
    assert "kindergartens apart" not in notes


def test_a_note_that_nobody_translated_stands_as_english(dataset: Dataset) -> None:
    untold = Teller(dataset, Wording("ru"))
    notes = [str(fact) for _, fact in figure_facts(untold, untold.observation("akimat#1"))]
    assert '<span lang="en">kindergartens apart</span>' in notes


def test_an_entry_says_nothing_twice_and_nothing_empty(teller: Teller) -> None:
    for row in teller.dataset.observations.to_dict("records"):
        facts = figure_facts(teller, row)
        assert len(dict(facts)) == len(facts)
        assert all(fact for _, fact in facts)
        assert [term for term, _ in facts][:2] == ["As printed", "Source"]


def test_printed_words_are_escaped(teller: Teller) -> None:
    html = figure_entries(teller, _rows(teller, "paper#6"), anchors=True)
    assert "&lt;i&gt;7&lt;/i&gt; schools &amp; more" in html
    assert "<i>" not in html


# --- a measure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("places_per_new_school", "1,200 places (places in new schools) ÷ 8 schools (new schools)"),
        ("rural_school_share", "280 schools (rural schools) ÷ 434 schools (schools)"),
        ("urban_schools", "434 schools (schools) − 280 schools (rural schools)"),
        ("urban_school_share", "(434 schools (schools) − 280 schools (rural schools)) ÷ 434 schools"),
        ("cameras_total", "5,000 cameras (video cameras (schools)) + 2,000 cameras (video cameras (preschool))"),
        ("new_schools_per_year", "8 schools (new schools) ÷ 3 years"),
    ],
    ids=["ratio", "share", "difference", "difference_share", "sum", "per_year"],
)
def test_a_measure_says_how_it_was_computed(teller: Teller, measure: str, said: str) -> None:
    rows = teller.dataset.measures
    rows = rows[(rows["measure"] == measure) & (rows["region"] == "KZ-15") & (rows["status"] == "actual")]
    computed = [_text(str(dict(measure_facts(teller, row))["How computed"])) for row in rows.to_dict("records")]
    assert any(found.startswith(said) for found in computed), computed


def test_a_share_that_was_printed_says_so(teller: Teller) -> None:
    facts = _of_measure(teller, "small_school_share", "KZ-61")
    assert facts["How computed"] == 'printed as a share (<a href="sources.html#f-paper-4">70%</a>)'
    assert _text(facts["Source"]) == "Paper, 3 December 2024"


def test_each_figure_of_a_computation_is_linked(teller: Teller) -> None:
    made = _of_measure(teller, "urban_school_share")["How computed"]
    assert re.findall(r'href="([^"]+)"', made) == [f"sources.html#f-akimat-{number}" for number in (1, 2, 1)]


def test_two_sources_are_both_named_and_so_are_the_notes_of_what_they_count(teller: Teller) -> None:
    facts = _of_measure(teller, "small_school_share", "KZ-39")
    assert facts["How computed"].endswith(" <em>from two sources</em>")
    assert _text(facts["Source"]) == "Paper, 3 December 2024; Ministry, about February – March 2024"
    assert facts["Note"] == "of the department; with branches"


def test_one_source_is_named_once_and_its_notes_stand_with_its_figures(teller: Teller) -> None:
    facts = _of_measure(teller, "urban_schools")
    assert _text(facts["Source"]) == "Akimat of Aktobe, 2 December 2024"
    assert "Note" not in facts


def test_two_dates_are_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    figures = [_row("schools_total", "434 schools", period="2023"), _row("schools_rural", "280 schools", period="2024")]
    sources = [{"source": "a", "published": "2024-12-02"}]
    made = Teller(make_dataset(tmp_path_factory.mktemp("dates"), sources, {"a": figures}), Wording("en"))
    assert _of_measure(made, "rural_school_share")["How computed"].endswith(" <em>of two dates</em>")


def test_doubts_of_both_figures_are_told_once(teller: Teller) -> None:
    rows = teller.dataset.measures.query("measure == 'rural_school_share' and numerator == 'akimat#2'")
    doubts = _text(str(dict(measure_facts(teller, rows.iloc[0].to_dict()))["Doubts"]))
    assert doubts == "contradiction; to keep in mind"
    assert "Doubts" not in _of_measure(teller, "places_per_new_school")


def test_entries_of_measures_are_closed_to_their_name_value_and_time(teller: Teller) -> None:
    rows = teller.dataset.measures.query("measure == 'places_per_new_school'")
    assert _text(_summary(measure_entries(teller, rows))) == "Places for each new school 150 places 2022–2024"
    assert _text(_summary(measure_entries(teller, rows, with_region=True))) == "Aktobe region 150 places 2022–2024"


def test_every_measure_of_a_region_has_one_address_at_most(teller: Teller) -> None:
    rows = teller.dataset.measures.query("region == 'KZ-15'")
    ids = re.findall(r'<details id="([^"]+)">', measure_entries(teller, rows))
    assert ids
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(re.findall(r'id="([^"]+)"', figure_entries(teller, teller.dataset.observations, True)))


def test_beside_other_regions_facilities_are_told_apart_from_schools(tmp_path: Path) -> None:
    same = {"programme": "works", "period": "2024", "works": "capital"}
    rows = [
        _row("renovation_spending", "1 billion tenge", **same),
        _row("schools_renovated", "10 facilities", counted="facility", **same),
    ]
    made = make_dataset(tmp_path, SOURCES[1:2], {"paper": rows})
    measures = made.measures[made.measures["measure"] == "renovation_spending_per_school"]
    (said,) = re.findall(r"<summary><span>(.*?)</span>", measure_entries(Teller(made, Wording("en")), measures, True))
    assert said == "Aktobe region (capital repair; education facilities)"
