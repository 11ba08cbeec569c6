"""The notebooks as papermill runs them, and what their pages say."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from conftest import PROJECT, MakeDataset, entered
from papermill.exceptions import PapermillExecutionError

from edstats import wording
from edstats.codebook import read_table
from edstats.columns import csv_text
from edstats.dataset import Dataset, assemble
from edstats.editions import CHANGE_COLUMNS, EDITION_COLUMNS, History, continued, history_files
from edstats.pages import ChangesPage, ComparisonPage, RegionPage, SourcesPage, UnknownParameter, read_parameters
from edstats.raw_tables import CORRECTION_COLUMNS
from edstats.tables import Html, anchor, piece_of_page
from edstats.wording import Wording

NOTEBOOKS = PROJECT / "notebooks"
NAMES = ["region", "comparison", "sources", "changes"]
REGIONS = ["KZ-15", "KZ-35", "KZ-61", "KZ-71", "KZ-75", "KZ-79"]
TOPICS = ["network", "small_rural", "renovation", "construction", "coverage", "staff", "safety"]
NO_HISTORY = History.empty()
EN = Wording("en")


def _run(notebook: str, folder: Path, **parameters: str) -> str:
    """The HTML that a notebook puts out under bare papermill, from the project's folder."""
    executed = papermill.execute_notebook(
        NOTEBOOKS / f"{notebook}.ipynb", folder / "out.ipynb", parameters, progress_bar=False, cwd=str(NOTEBOOKS)
    )
    return "".join(
        piece_of_page(output["data"]["text/html"])
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    )


def _joined(parts: Iterable[Html]) -> str:
    return "".join(part.text for part in parts)


def _region_html(dataset: Dataset, region: str = "KZ-15", history: History = NO_HISTORY) -> str:
    page = RegionPage(dataset, region, EN, history)
    parts = [page.lead(), page.new(), page.headlines(), *map(page.topic, TOPICS), page.other_topics()]
    parts += [page.older_territories(), page.download(), page.terms(), page.method(), page.limits()]
    return _joined([*parts, page.findings(), page.sources(), page.cite()])


def _sources_html(dataset: Dataset, history: History = NO_HISTORY) -> str:
    page = SourcesPage(dataset, EN, history)
    parts = [page.lead(), page.new(), page.findings(), page.documents(), page.download()]
    return _joined([*parts, page.method(), page.limits(), page.cite()])


def _comparison_html(dataset: Dataset, history: History = NO_HISTORY) -> str:
    page = ComparisonPage(dataset, EN, history)
    indicators = ["schools_total", "schools_multi_shift", "schools_emergency", "place_shortage", "first_graders"]
    parts = [page.lead(), page.new(), page.overview(), page.small_schools(), page.renovation(), page.pipeline()]
    parts += map(page.measure, ["places_per_new_school", "students_per_school"])
    parts += map(page.indicator, [*indicators, "education_budget"])
    parts += [page.city_totals(), page.coverage(), page.download(), page.terms(), page.method(), page.limits()]
    return _joined([*parts, page.sources(), page.cite()])


def _changes_html(dataset: Dataset, history: History = NO_HISTORY) -> str:
    page = ChangesPage(dataset, EN, history)
    return _joined([page.lead(), page.editions(), page.download(), page.cite()])


HTML: dict[str, Callable[[Dataset], str]] = {
    "region": _region_html,
    "comparison": _comparison_html,
    "sources": _sources_html,
    "changes": _changes_html,
}
Pages = Callable[[str], str]


@pytest.fixture(scope="module")
def pages(seeds: Dataset) -> Pages:
    """The HTML of a page of the first five documents: of a region by its code, else of a notebook by its name."""
    made: dict[str, str] = {}

    def html(name: str) -> str:
        if name not in made:
            made[name] = HTML[name](seeds) if name in HTML else _region_html(seeds, name)
        return made[name]

    return html


class _Reader(HTMLParser):
    """Ids, those of entries, links and balance of tags."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.entries: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.entries += [named["id"] or ""] if "id" in named and tag == "details" else []
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


def _entries(html: str) -> dict[str, tuple[str, str]]:
    """The summary and the rest of each figure's entry, by its id."""
    pattern = r'<details id="(f-[^"]+)"><summary>(.*?)</summary>(.*?)</details>'
    found = [(match[1], (match[2], match[3])) for match in re.finditer(pattern, html, flags=re.DOTALL)]
    assert len(dict(found)) == len(found)
    return dict(found)


def _of_figures(links: Iterable[str]) -> set[str]:
    return {link.partition("#")[2] for link in links if "#f-" in link}


@pytest.mark.parametrize("region", REGIONS)
def test_every_number_leads_to_its_entry(pages: Pages, region: str) -> None:
    page, sources = _read(pages(region)), _read(pages("sources"))
    assert len(set(page.ids)) == len(page.ids)
    local = {link for link in page.links if link.startswith("#")}
    assert local
    assert {link[1:] for link in local} <= set(page.ids)
    assert _of_figures(local) <= set(page.entries)
    elsewhere = {link for link in page.links if link.startswith("sources.html#")}
    assert {link.split("#")[1] for link in elsewhere} <= set(sources.ids)
    assert _of_figures(elsewhere) <= set(sources.entries)


def test_links_of_the_comparison_lead_to_entries_of_the_sources_page(pages: Pages) -> None:
    page, sources = _read(pages("comparison")), _read(pages("sources"))
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    anchors = {link.removeprefix("sources.html#") for link in page.links if "#" in link[1:]}
    assert anchors
    assert anchors <= set(sources.ids)
    assert _of_figures(page.links)
    assert _of_figures(page.links) <= set(sources.entries)


@pytest.mark.parametrize("name", [*REGIONS, "comparison", "sources", "changes"])
def test_links_to_other_pages_lead_to_pages_that_there_are(pages: Pages, name: str) -> None:
    links = {link.partition("#")[0] for link in _read(pages(name)).links if not re.match(r"https?:|data:", link)}
    across = {"sources.html", "changes.html"}
    names = {f"{re.sub(' ', '-', short.lower())}.html" for short in read_table("regions")["short_en"]}
    assert links <= {"", *across, *(names - {"kazakhstan.html"} if name == "comparison" else ())}


@pytest.mark.parametrize("region", REGIONS)
def test_every_figure_of_the_region_has_its_entry_on_its_page(pages: Pages, seeds: Dataset, region: str) -> None:
    figures = seeds.observations.loc[seeds.observations["region"] == region, "figure_id"]
    assert set(_entries(pages(region))) == set(map(anchor, figures))


def test_every_figure_has_its_entry_on_the_sources_page(pages: Pages, seeds: Dataset) -> None:
    assert set(_entries(pages("sources"))) == set(map(anchor, seeds.observations["figure_id"]))


@pytest.mark.parametrize("name", [*REGIONS, "sources"])
def test_an_entry_quotes_the_printed_words_in_their_language(pages: Pages, seeds: Dataset, name: str) -> None:
    languages = seeds.sources.set_index("source")["language"]
    rows = {anchor(row["figure_id"]): row for row in seeds.observations.to_dict("records")}
    entries = _entries(pages(name))
    assert entries
    for identifier, (_, facts) in entries.items():
        language, words = languages[rows[identifier]["source"]], rows[identifier]["as_printed"]
        (quote,) = re.findall(r'<q lang="(\w+)">(.*?)</q>', facts)
        assert (quote[0], unescape(quote[1])) == (language, words), identifier


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
        ("KZ-15", "Not reported: students."),
        ("KZ-61", "511.7 students"),
        ("KZ-61", "52%"),
        ("KZ-61", "8.8%"),
        ("KZ-71", "985 students"),
        ("KZ-71", "58,750 children"),
        ("KZ-71", "Does not apply to this city: rural schools; small schools."),
        ("KZ-75", "1,686.4 places"),
        ("KZ-79", "at most 9,000 places"),
        ("KZ-35", "Nothing is reported for the region in its present borders."),
        ("KZ-35", "19.3 percentage points"),
        ("KZ-35", "Ulytau"),
    ],
)
def test_region_page_says(pages: Pages, region: str, said: str) -> None:
    assert said in _text(pages(region))


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
def test_comparison_page_says(pages: Pages, said: str) -> None:
    assert said in _text(pages("comparison"))


@pytest.mark.parametrize("name", ["KZ-15", "sources"])
def test_no_plan_reads_as_a_result(pages: Pages, seeds: Dataset, name: str) -> None:
    """A planned figure's entry says so before it is opened, and no other's does."""
    entries = _entries(pages(name))
    figures = seeds.observations.query("region == 'KZ-15'")
    assert (figures["status"] == "planned").sum() > 5
    for figure, status in zip(figures["figure_id"], figures["status"], strict=True):
        summary, _ = entries[anchor(figure)]
        assert ("status-planned" in summary) == (status == "planned"), figure
        assert ("planned" in _text(summary)) == (status == "planned"), figure


def test_at_most_six_headlines(pages: Pages) -> None:
    counts = {region: pages(region).count('<li class="headline">') for region in REGIONS}
    assert max(counts.values()) == counts["KZ-15"] == 6


def _poisoned(seeds: Dataset, attack: str) -> tuple[Dataset, History]:
    """The data set and its history with ``attack`` wherever strangers' words stand; as a place, in one region."""
    in_one = seeds.observations["place"].mask(seeds.observations["region"] == "KZ-15", attack)
    rows = seeds.observations.assign(as_printed=attack, note=attack, place=in_one)
    sources = seeds.sources.assign(title=attack, publisher=attack, note=attack, date_basis=attack)
    own = rows[rows["region"] == "KZ-15"]
    corrections = own[["source", "figure"]].assign(column="note", expected=attack, corrected=attack, reason=attack)
    prices = seeds.prices.assign(source=attack, note=attack, url=f'"{attack}')
    dataset = replace(
        seeds,
        observations=rows,
        findings=seeds.findings.assign(message=attack),
        sources=sources.assign(url="javascript:alert(1)"),
        prices=prices,
        corrections=corrections,
    )
    counts: dict[str, object] = dict.fromkeys(EDITION_COLUMNS, 0)
    editions = [counts | {"edition": n, "as_of": "2025-01-01"} for n in (1, 2)]
    words: dict[str, object] = dict.fromkeys(CHANGE_COLUMNS, attack)
    same = words | {"edition": 2, "region": "KZ-15", "as_of": "2025-01-01"}
    changes = [
        same | {"change": "new"},
        same | {"change": "gone", "figure_id": f"gone {attack}"},
        same | {"change": "revised", "figure_id": f"revised {attack}", "column": "note"},
        same | {"change": "revised", "figure_id": own["figure_id"].iloc[0], "column": "unit"},
    ]
    return dataset, History(pd.DataFrame(editions), pd.DataFrame(changes))


def test_text_of_strangers_is_escaped(seeds: Dataset) -> None:
    attack = '<img src=x onerror="alert(1)">'
    dataset, history = _poisoned(seeds, attack)
    for make in (_region_html, _comparison_html, _sources_html, _changes_html):
        html = make(dataset, history=history)
        assert "&lt;img" in html
        assert "<img" not in html
        assert 'href="javascript' not in html


@pytest.mark.parametrize("notebook", NAMES)
def test_notebook_runs_under_bare_papermill_and_says_what_the_page_object_says(
    notebook: str, tmp_path: Path, project: Dataset
) -> None:
    parameters = {"region": "Aktobe region"} if notebook == "region" else {}
    assert _run(notebook, tmp_path, **parameters) == HTML[notebook](project)


def test_notebook_tells_what_is_new_of_the_history_that_it_is_given(tmp_path: Path, project: Dataset) -> None:
    rows, corrections = project.observations, pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype="str")
    history = continued(NO_HISTORY, None, rows.iloc[1:], corrections, date(2024, 1, 1))
    history = continued(history, rows.iloc[1:], rows, corrections, date(2025, 1, 1))
    folder = tmp_path / "data"
    folder.mkdir()
    for name, text in (history_files(history) | {"observations.csv": csv_text(rows)}).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    html = _run("changes", tmp_path, history=str(folder))
    assert html == _changes_html(project, history)
    assert 'id="edition-2"' in html


@pytest.mark.parametrize("notebook", NAMES)
def test_notebooks_are_kept_without_outputs_and_with_their_kernel(notebook: str) -> None:
    content = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    assert content.metadata.kernelspec.name == "python3"
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 5, "logic belongs into the package"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"region": "Aktobee"}, "Aktobe"),
        ({"language": "eng"}, "did you mean 'en'"),
        ({"as_of": "2024-13-01"}, "'2024-13-01' is no date"),
        ({"regoin": "KZ-15"}, "no parameter 'regoin'; did you mean 'region'?"),
        ({"histroy": "data"}, "no parameter 'histroy'; did you mean 'history'?"),
    ],
    ids=["region", "language", "date", "name", "name of a folder"],
)
def test_unknown_parameters_stop_with_the_nearest_known(parameters: dict[str, str], said: str) -> None:
    with pytest.raises(UnknownParameter, match=re.escape(said)):
        read_parameters(parameters)


def test_language_to_come_is_said_to_have_no_pages_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    monkeypatch.setattr(wording, "CATALOGUES", tmp_path)
    with pytest.raises(UnknownParameter, match="no pages in Kazakh yet; the languages are en"):
        read_parameters({"language": "kk"})


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
    return RegionPage(dataset, region, EN, NO_HISTORY)


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
    assert re.findall(r'<b class="value">(.*?)</b>', html) == [first]


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
    html = _page(dataset_of([SOURCE, OTHER, third], rows)).headlines().text
    assert "Other sources have 46–69 schools." in _text(html)


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
    anchors = {link[link.index("#") :] for link in _read(chart).links if "#" in link}
    assert {"#source-report", "#source-other"} <= anchors


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
    assert re.search(r'<b>100% <span class="badge status-planned">', html)


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


@pytest.mark.parametrize("as_of", [date(2015, 6, 1), date(2019, 6, 1)])
def test_pages_of_early_dates_can_be_made(project: Dataset, as_of: date) -> None:
    early = assemble(entered(project), as_of)
    assert len(early.observations)
    for region in early.observations["region"].astype("str").unique():
        if region != "KZ":
            assert _read(_region_html(early, region)).entries
    for make in (_comparison_html, _sources_html, _changes_html):
        assert _read(make(early)).ids


def test_pages_show_numbers_that_are_zero(dataset_of: MakeDataset) -> None:
    rows = [
        _entry("schools_emergency", "0 schools"),
        _entry("schools_built", "0 schools", period="2024"),
        _entry("schools_total", "10 schools"),
        _entry("students_total", "0 students"),
        _entry("preschool_coverage", "0%"),
    ]
    dataset = dataset_of([SOURCE], {"report": rows})
    assert "0 schools" in _text(_comparison_html(dataset))
    assert "0 schools" in _text(_region_html(dataset))


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
    assert EN.value(row) == said


def test_inferred_time_is_about() -> None:
    day = pd.Timestamp("2024-01-01")
    row = pd.Series({"period_start": day, "period_end": pd.Timestamp("2024-12-31"), "period": "2024"})
    assert EN.period(row) == "2024"
    assert EN.period(pd.concat([row, pd.Series({"period_basis": "inferred"})])) == "about 2024"


def test_whole_months_are_told_as_one_time_all_else_as_days() -> None:
    assert EN.bounds(date(2023, 2, 1), date(2023, 3, 31)) == ("February – March 2023", "")
    assert EN.bounds(date(2023, 2, 1), date(2023, 2, 28)) == ("February 2023", "")
    assert EN.bounds(date(2023, 2, 6), date(2023, 3, 15)) == ("6 February 2023", "15 March 2023")
