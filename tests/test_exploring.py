"""What an analyst asks for in a notebook: parts of the data, comparisons, traces, one page; and the tour of them."""

import doctest
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import nbformat
import pandas as pd
import papermill
import pytest
from conftest import PROJECT, MakeDataset
from markupsafe import escape

import edstats
from edstats.dataset import Dataset
from edstats.editions import History
from edstats.exploring import UnknownName, compare, select, trace
from edstats.folders import DataNotFoundError
from edstats.pages import ComparisonPage, UnknownParameter
from edstats.reports import one_page
from edstats.wording import Wording

FACE = sorted(set(edstats.__all__))


# --- the face --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FACE)
def test_every_function_has_an_example_that_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    documented = getattr(edstats, name)
    examples = doctest.DocTestFinder(recurse=False).find(documented, name, globs={})
    assert inspect.isclass(documented) or (examples and examples[0].examples), f"edstats.{name} has no example"
    for example in examples:
        result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(example)
        assert result.failed == 0


def test_tab_offers_what_there_is() -> None:
    assert set(FACE) <= set(dir(edstats))


def test_a_data_set_shows_how_much_there_is_of_what(seeds: Dataset) -> None:
    assert repr(seeds) == "edstats data set as of 2025-02-01: 74 observations from 5 sources, " + (
        f"{len(seeds.measures)} measures, {len(seeds.findings)} findings"
    )
    shown = seeds._repr_html_()
    assert f"<p>{seeds!r}</p>" in shown
    for table in seeds.contents.to_dict("records"):
        assert table["description"]
        assert (table["rows"], table["columns"]) == getattr(seeds, table["table"]).shape
        assert f"<td>{table['table']}</td>" in shown


# --- select ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["KZ-15", "Aktobe", "Актюбинская область", "Ақтөбе облысы"])
@pytest.mark.parametrize("indicator", ["schools_small", "Small schools", "малокомплектные школы"])
def test_regions_and_indicators_go_by_code_and_by_name(seeds: Dataset, region: str, indicator: str) -> None:
    rows = select(seeds, region, indicator).observations
    assert set(rows["region"]) == {"KZ-15"}
    assert set(rows["indicator"]) == {"schools_small"}


def test_a_part_holds_what_was_made_of_it_and_nothing_else(seeds: Dataset) -> None:
    part = select(seeds, ["Aktobe"], ["schools_total", "schools_small"], "actual")
    figures = set(part.observations["figure_id"])
    assert {"small_school_share"} <= set(part.measures["measure"])
    for row in part.measures.to_dict("records"):
        assert {row["numerator"], row["denominator"]} - {""} <= figures
    for row in part.findings[part.findings["figures"] != ""].to_dict("records"):
        assert figures & set(row["figures"].split())
    assert set(part.findings["region"]) <= {"KZ-15"}, "what is said of no figure is said of its region"
    assert list(part.observations["region"].cat.categories) == ["KZ-15"]
    assert set(part.sources["source"]) == set(part.observations["source"])
    assert set(part.observations["status"]) == {"actual"}
    assert list(part.observations) == list(seeds.observations)
    pd.testing.assert_frame_equal(select(seeds).observations, seeds.observations, check_categorical=False)


def test_a_selection_hides_no_contradiction_of_what_it_keeps(seeds: Dataset) -> None:
    rural = select(seeds, indicators="schools_rural")
    (share,) = rural.observations.query("figure_id == 'aktobe-rural-schools-2024#3'")["figure_id"]
    assert "EDS-101" in set(rural.findings["code"])
    assert "contradiction" in trace(rural, share).html.text


def test_a_part_cannot_tell_how_many_regions_report(project: Dataset) -> None:
    part = select(project, regions="Aktobe")
    assert part.is_part
    assert repr(part).startswith("part of the edstats data set")
    assert not select(project).is_part
    assert "report this" not in compare(part, "schools_total").html.text
    assert "regions report this" in compare(project, "schools_total", "Aktobe").html.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"regions": "ЮКО"}, "regions: 'ЮКО' is no region today; its area is that of KZ-61 and KZ-79"),
        ({"regions": "Aktobbe"}, "regions: 'Aktobbe' is no region; nearest known name: Aktobe"),
        ({"indicators": "schools_smal"}, "there is no 'schools_smal'; did you mean 'schools_small'?"),
        ({"status": "plan"}, "there is no 'plan'; did you mean 'planned'?"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(seeds: Dataset, wrong: dict[str, str], told: str) -> None:
    with pytest.raises(UnknownName) as error:
        select(seeds, **wrong)
    assert str(error.value) == told


# --- compare ---------------------------------------------------------------------------------------------------------


def test_a_comparison_is_that_of_the_page(project: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ComparisonPage(project, Wording("en"), History.empty())
    compared = compare(project, "small_school_share")
    for number in ("46.3%", "63.5%"):
        assert number in page.measure("small_school_share").text
        assert number in compared.html.text
    assert '<a href="sources.html' not in compared.html.text, "a notebook has no such page"
    assert "mathjax_ignore" in compared._repr_html_()
    assert repr(compared).startswith(f"{len(compared.rows)} numbers of 6 regions\n")


def test_a_selection_of_regions_shows_these_and_tells_the_coverage_of_all(project: Dataset) -> None:
    everywhere = compare(project, "small_school_share")
    two = compare(project, "small_school_share", ["Aktobe", "KZ-39"])
    assert set(two.rows["region"]) == {"KZ-15", "KZ-39"} < set(everywhere.rows["region"])
    assert "North Kazakhstan" not in two.html.text
    coverage = "6 of 17 regions report this. It does not apply to Astana, Almaty, Shymkent."
    assert coverage in everywhere.html.text
    assert coverage in two.html.text


@pytest.mark.parametrize("what", ["renovation_spending_per_school", "small_school_share", "schools_total"])
def test_a_region_without_a_number_is_named_and_changes_no_coverage(project: Dataset, what: str) -> None:
    everywhere = compare(project, what)
    coverage = re.search(r'<p class="coverage">(.*?)</p>', everywhere.html.text)
    assert coverage
    without = next(code for code in ("KZ-62", "KZ-61", "KZ-23") if code not in set(everywhere.rows["region"]))
    one = compare(project, what, without)
    assert one.rows.empty
    assert coverage[0] in one.html.text
    assert "No number of the whole region in its present borders: " in one.html.text
    assert "<summary>" not in one.html.text, "numbers of other regions"


def test_numbers_of_former_borders_stand_apart(project: Dataset) -> None:
    former = compare(project, "dual_training_coverage")
    assert former.rows.empty
    assert "Regions in former borders, set beside none of the above:" in former.html.text
    assert "Karaganda region (with Ulytau)" in former.html.text


def test_numbers_of_places_are_said_to_be_left_out(project: Dataset) -> None:
    built = project.observations.query("indicator == 'schools_built' and place != ''")
    said = re.search(r"<p>Numbers of districts, cities and other places are not compared; .*?: (.*?)\.</p>",
                     compare(project, "schools_built").html.text)  # fmt: skip
    assert said
    assert len(said[1].split(", ")) == built["region"].nunique() > 1
    one = compare(project, "schools_built", str(built["region"].iloc[0])).html.text
    assert "other places are not compared" in one
    assert said[1] not in one
    assert "other places are not compared" not in compare(project, "schools_total").html.text


def test_what_is_of_the_same_time_is_not_called_older(dataset_of: MakeDataset) -> None:
    share = {"region": "KZ-15", "indicator": "schools_small", "share_of": "schools_total", "period": "2024"}
    data = dataset_of(
        [{"source": "a", "published": "2024-12-01"}, {"source": "b", "published": "2025-01-01"}],
        {
            "a": [
                {**share, "as_printed": "40 percent"},
                {**share, "as_printed": "30 percent", "period": "2022"},
                {**share, "as_printed": "60 percent", "share_of": "schools_rural"},
            ],
            "b": [{**share, "as_printed": "41 percent"}],
        },
    )
    rows = compare(data, "schools_small").rows
    used = {row["value"]: (row["use"], row["share_of"]) for row in rows.to_dict("records")}
    assert used[41] == ("shown", "schools_total")
    assert used[40] == ("beside", "schools_total")
    assert used[30] == ("older", "schools_total")
    assert used[60] == ("shown", "schools_rural")


def test_a_newer_number_of_one_group_does_not_hide_that_of_all(dataset_of: MakeDataset) -> None:
    built = {"region": "KZ-15", "programme": "p", "period": "2024"}
    rural = {**built, "group": "rural", "period": "2025", "programme": "q"}
    data = dataset_of(
        [{"source": "a", "published": "2025-12-01"}],
        {
            "a": [
                {**built, "indicator": "schools_built", "as_printed": "2 schools"},
                {**built, "indicator": "school_places_built", "as_printed": "600 places"},
                {**rural, "indicator": "schools_built", "as_printed": "4 schools"},
                {**rural, "indicator": "school_places_built", "as_printed": "400 places"},
            ]
        },
    )
    shown = compare(data, "places_per_new_school").rows.query("use == 'shown'")
    assert dict(zip(shown["group"], shown["value"], strict=True)) == {"": 300, "rural": 100}


def test_several_measures_and_indicators_are_compared_at_once(project: Dataset) -> None:
    both = compare(project, ["Small schools, share of all schools", "schools_total"], ["Aktobe", "KZ-39"])
    alone = [compare(project, code, ["Aktobe", "KZ-39"]) for code in ("small_school_share", "schools_total")]
    pd.testing.assert_frame_equal(both.rows, pd.concat([each.rows for each in alone], ignore_index=True))
    assert both.html.text == alone[0].html.text + alone[1].html.text
    assert both.rows["what"].unique().tolist() == ["small_school_share", "schools_total"]


def test_facts_and_plans_and_kinds_of_works_and_facilities_stay_apart(dataset_of: MakeDataset) -> None:
    built = {"region": "KZ-15", "indicator": "schools_renovated", "period": "2024"}
    data = dataset_of(
        [{"source": "a", "published": "2024-12-01"}],
        {
            "a": [
                {**built, "as_printed": "10 schools", "works": "capital"},
                {**built, "as_printed": "200 schools", "works": "current"},
                {**built, "as_printed": "30 schools", "works": "capital", "status": "planned"},
                {**built, "as_printed": "44 facilities", "works": "capital", "counted": "facility"},
            ]
        },
    )
    compared = compare(data, "schools_renovated")
    shown = compared.rows[compared.rows["use"] == "shown"]
    assert sorted(shown["value"]) == [10, 30, 44, 200]
    capital, current = compared.html.text.split("<h3>")[1:]
    assert capital.startswith("Capital repair")
    assert current.startswith("Current repair")
    assert "200 schools" not in capital.partition("</figure>")[0]
    assert compared.html.text.count('id="chart-schools-renovated-capital"') == 1


def test_education_facilities_have_a_row_of_their_own(dataset_of: MakeDataset) -> None:
    tied = {"region": "KZ-15", "period": "2024"}
    of_schools = {**tied, "counted": "school", "programme": "p"}
    of_facilities = {**tied, "counted": "facility", "programme": "q"}
    data = dataset_of(
        [{"source": "a", "published": "2024-12-01"}],
        {
            "a": [
                {**of_schools, "indicator": "schools_built", "as_printed": "2 schools"},
                {**of_schools, "indicator": "school_places_built", "as_printed": "600 places"},
                {**of_facilities, "indicator": "schools_built", "as_printed": "4 facilities"},
                {**of_facilities, "indicator": "school_places_built", "as_printed": "800 places"},
            ]
        },
    )
    compared = compare(data, "places_per_new_school")
    assert sorted(compared.rows.query("use == 'shown'")["value"]) == [200, 300]
    assert "Aktobe region (education facilities)" in compared.html.text


@pytest.mark.parametrize(
    "measure", ["small_school_share", "renovation_spending_per_school", "completion", "cameras_total"]
)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_every_kind_of_measure_can_be_compared(project: Dataset, measure: str, language: str) -> None:
    compared = compare(project, measure, language=language)
    figures = set(project.observations["figure_id"])
    for named in compared.rows["figures"]:
        assert set(named.split()) <= figures
        assert named


def test_every_measure_and_indicator_can_be_compared(project: Dataset) -> None:
    for table, column in (("measures", "measure"), ("observations", "indicator")):
        for code in getattr(project, table)[column].unique():
            assert compare(project, str(code)).html.text.startswith("<section>")


def test_what_cannot_be_compared_is_told(seeds: Dataset) -> None:
    with pytest.raises(UnknownName, match="there is no 'small_school_shar'; did you mean 'small_school_share'"):
        compare(seeds, "small_school_shar")
    with pytest.raises(UnknownName, match="name a measure or an indicator"):
        compare(seeds, [])
    with pytest.raises(UnknownName, match="there is no language 'fr'; the languages are en, ru, kk"):
        compare(seeds, "schools_total", language="fr")


# --- trace -----------------------------------------------------------------------------------------------------------


def test_a_measure_is_traced_to_the_words_of_both_figures(seeds: Dataset) -> None:
    row = seeds.measures.query("measure == 'small_school_share' and pairing != 'as printed'").iloc[0]
    traced = trace(seeds, row)
    assert traced.rows["figure_id"].tolist() == [row["numerator"], row["denominator"]]
    for figure in traced.rows.to_dict("records"):
        assert figure["as_printed"] in traced.html.text
        assert figure["url"] in traced.html.text
        assert (PROJECT / figure["file"]).exists()
        assert figure["file"] in traced.html.text
        assert figure["as_printed"] in repr(traced)


def test_rows_of_every_table_and_of_comparisons_can_be_traced(seeds: Dataset) -> None:
    observation = seeds.observations.iloc[0]
    finding = seeds.findings[seeds.findings["figures"] != ""].iloc[0]
    compared = compare(seeds, "small_school_share").rows.iloc[0]
    measures = seeds.measures.head(2)
    both = dict.fromkeys(measures[["numerator", "denominator"]].to_numpy().ravel())
    assert trace(seeds, measures).rows["figure_id"].tolist() == [figure for figure in both if figure]
    assert trace(seeds, observation).rows["figure_id"].tolist() == [observation["figure_id"]]
    assert trace(seeds, finding).rows["figure_id"].tolist() == finding["figures"].split()
    assert trace(seeds, compared).rows["figure_id"].tolist() == compared["figures"].split()


def test_a_trace_has_the_notes_and_the_time_of_the_figures_themselves(project: Dataset) -> None:
    noted = project.observations[project.observations["note"] != ""]
    for row in noted.head(20).to_dict("records"):
        traced = trace(project, row["figure_id"])
        assert str(escape(row["note"])) in traced.html.text
        assert traced.rows["place"].tolist() == [row["place"]]
    assert "<small>2021</small>" in trace(project, "5region-almaty-region-2022#2").html.text


def test_what_cannot_be_traced_is_told(seeds: Dataset) -> None:
    known = str(seeds.observations["figure_id"].iloc[0])
    with pytest.raises(UnknownName, match=f"there is no figure '{known}x'; did you mean '{known}'"):
        trace(seeds, known + "x")
    with pytest.raises(UnknownName, match="no figure is named: there are no rows, or"):
        trace(seeds, "")
    with pytest.raises(UnknownName, match="this names no figures: give a figure_id, or a row of observations"):
        trace(seeds, seeds.sources.iloc[0])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda data: select(data, indicators="small_school_share"),
            "is a measure, made of schools_small and schools_t",
        ),
        (lambda data: select(data, indicators="бассейн"), "there is no 'бассейн'; the data dictionary lists all codes"),
        (
            lambda data: select(data, regions="Семей"),
            "'Семей' is no region; .* districts of a region stand in column pl",
        ),
        (lambda data: select(data, regions=cast(Any, 15)), "15 is neither a name nor a list of names"),
        (lambda data: compare(data, cast(Any, ["schools_total", None])), "is neither a name nor a list of names"),
        (lambda data: trace(data, cast(Any, 5)), "this names no figures"),
        (lambda data: trace(data, data.measures.head(0)), "no figure is named: there are no rows"),
        (
            lambda data: trace(data, "aktobe-rural-schools-2024"),
            "source; .* such as 'aktobe-rural-schools-2024#1'",
        ),
    ],
)
def test_what_cannot_be_asked_says_what_can(ask: Callable[[Dataset], object], said: str, seeds: Dataset) -> None:
    with pytest.raises(UnknownName, match=said):
        ask(seeds)


def test_a_terminal_shows_the_numbers_of_a_comparison(seeds: Dataset) -> None:
    compared = compare(seeds, "schools_total")
    shown = compared.rows.iloc[0]
    line = repr(compared).splitlines()[2].split()
    assert {str(shown["value"]), shown["unit"], shown["status"], shown["period"], shown["use"]} <= set(line)


@pytest.mark.parametrize("day", ["2024", "31.12.2024"])
def test_a_day_that_is_none_is_told(day: str) -> None:
    with pytest.raises(ValueError, match=f"'{day}' is no date; write it as 2024-12-31"):
        edstats.load(PROJECT / "data", as_of=day)


# --- one page --------------------------------------------------------------------------------------------------------


def test_one_page_is_that_of_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    built = edstats.build_page("Қостанай облысы", tmp_path, language="ru")
    assert built == tmp_path / "ru" / "kostanay.html"
    html = built.read_text(encoding="utf-8")
    assert "Костанайская область" in html
    assert "63,5" in html
    assert (tmp_path / "ru" / "data" / "kostanay").is_dir()


def test_a_page_that_there_is_not_and_a_notebook_that_fails_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(DataNotFoundError, match="'s3://bucket/data' is no folder"):
        edstats.build_page("Aktobe", tmp_path, data="s3://bucket/data")
    with pytest.raises(UnknownParameter, match="the country has no page of its own"):
        edstats.build_page("Казахстан", tmp_path)
    with pytest.raises(UnknownParameter, match="'Atlantis' is no region"):
        edstats.build_page("Atlantis", tmp_path)
    broken = nbformat.read(PROJECT / "notebooks" / "sources.ipynb", as_version=4)
    broken.cells[-1].source = "1 / 0"
    (tmp_path / "notebooks").mkdir()
    for name in ("region", "sources"):
        nbformat.write(broken, tmp_path / "notebooks" / f"{name}.ipynb")
    monkeypatch.setattr(one_page, "find_notebooks", lambda data: tmp_path / "notebooks")
    with pytest.raises(one_page.PageNotBuilt, match="ZeroDivisionError"):
        edstats.build_page("sources", tmp_path / "reports")


# --- the tour --------------------------------------------------------------------------------------------------------


def test_the_tour_runs_and_shows_what_it_says(tmp_path: Path) -> None:
    tour = papermill.execute_notebook(
        PROJECT / "notebooks" / "explore.ipynb", tmp_path / "tour.ipynb", cwd=PROJECT / "notebooks", progress_bar=False
    )
    outputs = {cell.id: "".join(map(str, cell.get("outputs", []))) for cell in tour.cells}
    for cell, shown in {
        "load-data": "edstats data set as of",
        "misspelt": "nearest known name: Aktobe",
        "compare-shares": "63.5%",
        "own-chart": "image/png",
        "region-page": "on Aktobe region from",
        "trace-number": "As printed",
        "extract-text": "<mark",
        "enter-source": "2 faults in .../data/raw; nothing was written",
        "enter-indicator": "from 152 sources",
        "look-at-it": "58.541",
        "build-page": "reports/en/aktobe.html",
    }.items():
        assert shown in outputs[cell], f"{cell}: {outputs[cell][:2000]}"
    assert "2,100,000,000" in outputs["extracted-figures"]
    assert not re.search(r"\de[+-]\d", outputs["extracted-figures"]), "numbers are written in full"
    assert "stderr" not in "".join(outputs.values()), "a warning in the tour"
