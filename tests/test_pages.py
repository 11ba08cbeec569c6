"""The notebooks as papermill runs them, and what their pages say."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import PROJECT
from papermill.exceptions import PapermillExecutionError

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
    parameters = read_parameters({"as_of": "2020-01-01", "data": str(PROJECT / "data")})
    with pytest.raises(UnknownParameter, match="no source was published by 2020-01-01"):
        parameters.load()
