"""The notebooks as papermill runs them, and what their pages say."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from conftest import PROJECT, MakeDataset
from papermill.exceptions import PapermillExecutionError

from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.pages import ComparisonPage, RegionPage, SourcesPage, UnknownParameter, read_parameters
from edstats.wording import Wording

NOTEBOOKS = PROJECT / "notebooks"
REGIONS = ["KZ-15", "KZ-35", "KZ-61", "KZ-71", "KZ-75", "KZ-79"]
TOPICS = ["network", "small_rural", "renovation", "construction", "coverage", "staff", "safety"]


def _run(notebook: str, folder: Path, **parameters: str) -> str:
    """The HTML that a notebook puts out under bare papermill, from the project's folder."""
    executed = papermill.execute_notebook(
        NOTEBOOKS / f"{notebook}.ipynb", folder / "out.ipynb", parameters, progress_bar=False, cwd=str(NOTEBOOKS)
    )
    return "".join(
        output["data"]["text/html"]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    )


def _region_html(seeds: Dataset, region: str) -> str:
    page = RegionPage(seeds, region, Wording("en"))
    parts = [page.lead(), page.headlines(), *map(page.topic, TOPICS), page.other_topics(), page.older_territories()]
    parts += [page.all_figures(), page.findings(), page.sources(), page.method()]
    return "".join(part.text for part in parts)


def _sources_html(seeds: Dataset) -> str:
    page = SourcesPage(seeds, Wording("en"))
    return "".join(part.text for part in (page.lead(), page.findings(), page.documents(), page.method()))


def _comparison_html(seeds: Dataset) -> str:
    page = ComparisonPage(seeds, Wording("en"))
    indicators = ["schools_total", "schools_multi_shift", "schools_emergency", "place_shortage", "first_graders"]
    parts = [page.lead(), page.overview(), page.small_schools(), page.renovation(), page.pipeline()]
    parts += map(page.measure, ["places_per_new_school", "students_per_school"])
    parts += map(page.indicator, [*indicators, "education_budget"])
    parts += [page.city_totals(), page.coverage(), page.method()]
    return "".join(part.text for part in parts)


class _Reader(HTMLParser):
    """Ids, links and balance of tags."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if tag == "a" else []
        if tag not in ("br", "meta", "img", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL))


@pytest.mark.parametrize("region", REGIONS)
def test_every_number_leads_to_its_row(seeds: Dataset, region: str) -> None:
    page, sources = _read(_region_html(seeds, region)), _read(_sources_html(seeds))
    assert len(set(page.ids)) == len(page.ids)
    local = {link[1:] for link in page.links if link.startswith("#")}
    assert local
    assert local <= set(page.ids)
    elsewhere = {link.split("#")[1] for link in page.links if link.startswith("sources.html#")}
    assert elsewhere <= set(sources.ids)


def test_links_of_the_comparison_lead_to_rows_of_the_sources_page(seeds: Dataset) -> None:
    page, sources = _read(_comparison_html(seeds)), _read(_sources_html(seeds))
    assert len(set(page.ids)) == len(page.ids)
    anchors = {link.removeprefix("sources.html#") for link in page.links if "#" in link}
    assert anchors
    assert anchors <= set(sources.ids)


@pytest.mark.parametrize("region", REGIONS)
def test_every_figure_of_the_region_is_on_its_page(seeds: Dataset, region: str) -> None:
    ids = _read(_region_html(seeds, region)).ids
    figures = seeds.observations.loc[seeds.observations["region"] == region, "figure_id"]
    assert {f"f-{figure.replace('#', '-')}" for figure in figures} <= set(ids)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("KZ-15", "36.28 million tenge"),
        ("KZ-15", "46.3%"),
        ("KZ-15", "71.8%"),
        ("KZ-15", "Printed as 70%, but 280 of 434 (Schools) is 64.5%."),
        ("KZ-15", "128.8 places"),
        ("KZ-15", "at least 7,000 cameras"),
        ("KZ-15", "23.3%"),
        ("KZ-15", "4–11%"),
        ("KZ-15", "Not reported: Students."),
        ("KZ-61", "511.7 students"),
        ("KZ-61", "52%"),
        ("KZ-61", "8.8%"),
        ("KZ-71", "985 students"),
        ("KZ-71", "58,750 children"),
        ("KZ-71", "Does not apply to this city: Rural schools; Small schools."),
        ("KZ-75", "1,686.4 places"),
        ("KZ-79", "at most 9,000 places"),
        ("KZ-35", "Nothing is reported for the region in its present borders."),
        ("KZ-35", "19.3 percentage points"),
        ("KZ-35", "Ulytau"),
    ],
)
def test_region_page_says(seeds: Dataset, region: str, said: str) -> None:
    assert said in _text(_region_html(seeds, region))


@pytest.mark.parametrize(
    "said",
    [
        "1 of 17 regions reports this. It does not apply to Astana",
        "1 of 20 regions reports this.",
        "4 of 20 regions report this.",
        "128 schools",
        "282,100 places",
        "362,334 students",
        "19,906 teachers",
        "the periods differ",
        "one part is rounded to 1,000",
    ],
)
def test_comparison_page_says(seeds: Dataset, said: str) -> None:
    assert said in _text(_comparison_html(seeds))


def test_no_plan_reads_as_a_result(seeds: Dataset) -> None:
    """Wherever a planned figure's value stands in a table of figures, its row says planned."""
    html = _region_html(seeds, "KZ-15")
    rows = {match[1]: match[0] for match in re.finditer(r'<tr id="(f-[^"]+)">.*?</tr>', html, flags=re.DOTALL)}
    planned = seeds.observations.query("region == 'KZ-15' and status == 'planned'")["figure_id"]
    assert len(planned) > 5
    for figure in planned:
        assert "status-planned" in rows[f"f-{figure.replace('#', '-')}"], figure


def test_at_most_six_headlines(seeds: Dataset) -> None:
    for region in REGIONS:
        assert RegionPage(seeds, region, Wording("en")).headlines().text.count('<li class="headline">') <= 6


def test_text_of_strangers_is_escaped(seeds: Dataset) -> None:
    attack = '<img src=x onerror="alert(1)">'
    hostile = seeds.observations.assign(as_printed=attack, note=attack, place=attack)
    sources = seeds.sources.assign(title=attack, publisher=attack, note=attack, url="javascript:alert(1)")
    poisoned = Dataset(hostile, seeds.measures, seeds.findings, sources, seeds.doubts, seeds.prices, seeds.as_of)
    html = _region_html(poisoned, "KZ-15") + _sources_html(poisoned)
    assert "<img" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize("notebook", ["region", "comparison", "sources"])
def test_notebook_runs_under_bare_papermill_and_says_what_the_page_object_says(
    notebook: str, tmp_path: Path, project: Dataset
) -> None:
    parameters = {"region": "Aktobe region"} if notebook == "region" else {}
    expected = {"comparison": _comparison_html, "sources": _sources_html}.get(
        notebook, lambda data: _region_html(data, "KZ-15")
    )
    assert _run(notebook, tmp_path, **parameters) == expected(project)


@pytest.mark.parametrize("notebook", ["region", "comparison", "sources"])
def test_notebooks_are_kept_without_outputs_and_with_their_kernel(notebook: str) -> None:
    content = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    assert content.metadata.kernelspec.name == "python3"
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 4, "logic belongs into the package"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"region": "Aktobee"}, "Aktobe"),
        ({"language": "eng"}, "did you mean 'en'"),
        ({"language": "kk"}, "no pages in Kazakh yet"),
        ({"as_of": "2024-13-01"}, "'2024-13-01' is no date"),
        ({"regoin": "KZ-15"}, "no parameter 'regoin'; did you mean 'region'?"),
    ],
    ids=["region", "language", "language to come", "date", "name"],
)
def test_unknown_parameters_stop_with_the_nearest_known(parameters: dict[str, str], said: str) -> None:
    with pytest.raises(UnknownParameter, match=re.escape(said)):
        read_parameters(parameters)


def test_misspelt_parameter_stops_the_notebook_itself(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="did you mean 'region'"):
        _run("region", tmp_path, regoin="KZ-61")


def test_date_before_all_sources_stops(seeds: Dataset) -> None:
    parameters = read_parameters({"as_of": "1999-01-01", "data": str(PROJECT / "data")})
    with pytest.raises(UnknownParameter, match="no source was published by 1999-01-01"):
        parameters.load()


def test_an_analysts_own_variables_are_no_misspelt_parameters() -> None:
    assert read_parameters({"region": "KZ-15", "x": 1, "threshold": 0.5}).region == "KZ-15"


@pytest.mark.parametrize("region", ["KZ-35", "KZ-63"])
def test_ids_differ_for_present_and_former_borders(project: Dataset, region: str) -> None:
    html = _region_html(project, region)
    ids = _read(html).ids
    assert len(set(ids)) == len(ids)


SOURCE = {"source": "report", "published": "2024-12-02", "publisher": "Akimat"}
OTHER = {"source": "other", "published": "2024-12-03", "publisher": "Paper", "publisher_type": "media"}


def _entry(indicator: str, as_printed: str, **more: str) -> dict[str, str]:
    return {"region": "KZ-15", "indicator": indicator, "as_printed": as_printed, **more}


def _page(dataset: Dataset, region: str = "KZ-15") -> RegionPage:
    return RegionPage(dataset, region, Wording("en"))


@pytest.mark.parametrize(
    ("entries", "first"),
    [
        ([("40 schools", {}), ("30 schools", {"group": "rural", "period": "2025"})], "40 schools"),
        ([("40 schools", {}), ("30 schools", {"programme": "part", "period": "2025"})], "40 schools"),
        ([("40 schools", {}), ("30 schools", {"place": "Khromtau", "period": "2025"})], "40 schools"),
        ([("40 schools", {}), ("30 schools", {"counted": "facility", "period": "2025"})], "40 schools"),
        ([("40 schools", {"period": "2024"}), ("more than 30 schools", {"period": "2025"})], "40 schools"),
        ([("40 schools", {"period": "2022"}), ("more than 30 schools", {"period": "2025"})], "at least 30 schools"),
        ([("40 schools", {"period": "2024"}), ("30 schools", {"status": "planned", "period": "2025"})], "40 schools"),
        ([("30 schools", {"programme": "part"})], "30 schools"),
        ([("30 schools", {"status": "planned"})], "30 schools"),
    ],
    ids=["group", "programme", "place", "facility", "bound", "far newer bound", "plan", "only programme", "only plan"],
)
def test_headline_is_the_whole_and_the_fact(
    dataset_of: MakeDataset, entries: list[tuple[str, dict[str, str]]], first: str
) -> None:
    rows = [_entry("schools_renovated", printed, **more) for printed, more in entries]
    html = _page(dataset_of([SOURCE], {"report": rows})).headlines().text
    assert re.findall(r'<span class="value">(.*?)</span>', html) == [first]


@pytest.mark.parametrize(
    "entries",
    [
        [("30 schools", {"status": "planned", "programme": "part"})],
        [("30 schools", {"status": "planned"}), ("10 schools", {"group": "rural"})],
    ],
    ids=["plan of a programme", "plan beside a part that is done"],
)
def test_a_plan_that_may_be_taken_for_the_whole_is_no_headline(
    dataset_of: MakeDataset, entries: list[tuple[str, dict[str, str]]]
) -> None:
    rows = [_entry("schools_renovated", printed, **more) for printed, more in entries]
    assert '<li class="headline">' not in _page(dataset_of([SOURCE], {"report": rows})).headlines().text


def test_headline_says_what_other_sources_print(dataset_of: MakeDataset) -> None:
    third = {"source": "third", "published": "2024-12-04", "publisher": "Paper", "publisher_type": "media"}
    printed = {"report": "40 schools", "other": "46 schools", "third": "69 schools"}
    rows = {source: [_entry("schools_renovated", words, period="2024")] for source, words in printed.items()}
    assert "other sources: 46–69 schools" in _text(_page(dataset_of([SOURCE, OTHER, third], rows)).headlines().text)


def test_old_headlines_come_last(dataset_of: MakeDataset) -> None:
    rows = [_entry("schools_total", "434 schools", period="2015"), _entry("schools_built", "3 schools", period="2024")]
    text = _text(_page(dataset_of([SOURCE], {"report": rows})).headlines().text)
    assert text.index("3 schools") < text.index("434 schools")


def test_a_districts_share_is_not_drawn_as_the_regions(dataset_of: MakeDataset) -> None:
    rows = [
        _entry("preschool_coverage", "60%", period="2023"),
        _entry("preschool_coverage", "99%", period="2024", place="Khromtau"),
    ]
    html = _page(dataset_of([SOURCE], {"report": rows})).topic("coverage").text
    (chart,) = re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL)
    assert "60%" in _text(chart)
    assert "99%" not in _text(chart)
    assert "Children in preschool, Khromtau" in _text(html)


def _spending(region: str, money: str, schools: str, **more: str) -> list[dict[str, str]]:
    same = {"region": region, "programme": "works", "period": "2024", **more}
    return [
        {"indicator": "renovation_spending", "as_printed": money, **same},
        {"indicator": "schools_renovated", "as_printed": schools, **same},
    ]


def test_spending_is_drawn_beside_like_works_and_like_status_only(dataset_of: MakeDataset) -> None:
    own = _spending("KZ-15", "1 billion tenge", "10 schools", works="capital")
    others = [
        *_spending("KZ-61", "2 billion tenge", "10 schools", works="capital"),
        *_spending("KZ-43", "3 billion tenge", "10 schools", works="capital", status="planned"),
        *_spending("KZ-39", "4 billion tenge", "10 schools", works="current"),
    ]
    html = _page(dataset_of([SOURCE, OTHER], {"report": own, "other": others})).topic("renovation").text
    (chart,) = re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL)
    text = _text(chart)
    assert "Spending per school, capital repair: 100 million tenge" in text
    assert "Turkistan" in text
    assert not {"Kyzylorda", "Kostanay"} & set(text.split())
    assert {"#source-report", "#source-other"} <= {link[link.index("#") :] for link in _read(chart).links}


def test_charts_and_tables_say_alike_that_no_outcome_is_reported(dataset_of: MakeDataset) -> None:
    rows = {"report": [_entry("schools_built", "5 schools", period="2023", status="planned")]}
    source = SOURCE | {"published": "2022-12-02"}
    late = OTHER | {"published": "2024-12-02"}
    rows["other"] = [_entry("schools_total", "434 schools")]
    html = _page(dataset_of([source, late], rows)).topic("construction").text
    figure, table = html.split("</figure>")
    assert "planned then; outcome not reported" in _text(figure)
    assert "planned then; outcome not reported" in _text(table)


def test_rows_alike_are_told_apart_by_programme_or_note(dataset_of: MakeDataset) -> None:
    same = {"period": "2023/2027", "status": "planned"}
    rows = [
        _entry("schools_built", "25 schools", programme="comfortable-school", **same),
        _entry("schools_built", "20 schools", programme="ties", note="paid for by the region", **same),
        _entry("schools_built", "15 schools", programme="ties-too", note="of the 25", **same),
    ]
    text = _text(_page(dataset_of([SOURCE], {"report": rows})).topic("construction").text)
    assert "New schools (Comfortable School)" in text
    assert "if even over the period: paid for by the region" in text
    assert "if even over the period: of the 25" in text


def test_status_stands_with_its_number(seeds: Dataset) -> None:
    html = _page(seeds).topic("safety").text
    assert not re.search(r'<th scope="col">Status</th>', html)
    assert re.search(r'<td class="number"><a [^>]*>100%</a> <span class="badge status-planned">', html)


def test_many_findings_alike_are_folded(dataset_of: MakeDataset) -> None:
    plans = [_entry("schools_built", f"{n} schools", period=str(2010 + n), status="planned") for n in range(1, 9)]
    source, late = SOURCE | {"published": "2009-12-02"}, OTHER | {"published": "2024-12-02"}
    dataset = dataset_of([source, late], {"report": plans, "other": [_entry("schools_total", "434 schools")]})
    shown, folded = _page(dataset).findings().text.split("<details>")
    assert shown.count("EDS-107") == 5
    assert folded.count("EDS-107") == 3
    assert "<summary>3 more: plan whose time has passed</summary>" in folded


def test_lead_says_since_when_the_borders_hold(seeds: Dataset) -> None:
    assert "in its present borders since" not in _text(_page(seeds).lead().text)
    assert "The region has its present borders since 8 June 2022." in _text(_page(seeds, "KZ-35").lead().text)


def test_programmes_are_named_in_three_languages(project: Dataset) -> None:
    rows = read_table("programmes")
    assert rows["programme"].is_unique
    assert (rows[["name_en", "name_ru", "name_kk"]] != "").all(axis=None)
    assert set(rows["programme"]) <= set(project.observations["programme"])


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (3e9, 5e9, "KZT", "3–5 billion tenge"),
        (5e8, 1.5e9, "KZT", "500 million tenge–1.5 billion tenge"),
        (2e6, 3e6, "USD", "2–3 million US dollars"),
    ],
)
def test_range_of_money_names_its_scale_once(low: float, high: float, unit: str, said: str) -> None:
    row = pd.Series({"value": low, "value_high": high, "unit": unit, "qualifier": "range", "precision": 1e6})
    assert Wording("en").value(row) == said


def test_inferred_time_is_about() -> None:
    day = pd.Timestamp("2024-01-01")
    row = pd.Series({"period_start": day, "period_end": pd.Timestamp("2024-12-31"), "period": "2024"})
    assert Wording("en").period(row) == "2024"
    assert Wording("en").period(pd.concat([row, pd.Series({"period_basis": "inferred"})])) == "about 2024"


def test_whole_months_are_told_as_months() -> None:
    assert Wording("en").bounds(date(2023, 2, 1), date(2023, 3, 31)) == ("February 2023", "March 2023")
    assert Wording("en").bounds(date(2023, 2, 6), date(2023, 3, 15)) == ("6 February 2023", "15 March 2023")
