"""What the pages say is new: of the newest edition, by region; and of every edition, by source."""

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from conftest import make_dataset

from edstats.columns import typed
from edstats.editions import NO_DECLARATIONS, History, continued
from edstats.pages import ChangesPage, ComparisonPage, RegionPage, SourcesPage
from edstats.pages.news import changes_of_all_editions, what_is_new
from edstats.raw_tables import CORRECTION_COLUMNS, DECLARATION_COLUMNS
from edstats.teller import Teller
from edstats.wording import Wording

SOURCES = [
    {"source": "a", "published": "2024-05-01", "publisher": "Akimat of Aktobe"},
    {"source": "b", "published": "2024-09-01", "publisher": "Paper", "publisher_type": "media"},
    {"source": "c", "published_earliest": "2024-10-01", "published_latest": "2024-12-31", "date_basis": "its footer"},
]
FIGURES = {
    "a": [
        {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"},
        {"region": "KZ-15", "indicator": "schools_rural", "as_printed": "280 schools", "status": "planned"},
        {"region": "KZ-61", "indicator": "schools_total", "as_printed": "1,027 schools"},
    ],
    "b": [{"region": "KZ-61", "indicator": "schools_small", "as_printed": "100 schools"}],
    "c": [{"region": "KZ-61", "indicator": "schools_hub", "as_printed": "12 schools"}],
}
FIRST, SECOND, THIRD = date(2024, 5, 1), date(2024, 9, 1), date(2024, 12, 31)
FIRST_EDITION = "This is the first edition; there is none before it to compare with."
NOTHING = "Nothing has changed here since the edition before."
NO_CORRECTIONS = pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype="str")


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Teller:
    return Teller(make_dataset(tmp_path_factory.mktemp("news"), SOURCES, FIGURES), Wording("en"))


def _with(rows: pd.DataFrame, figure_id: str, **cells: object) -> pd.DataFrame:
    """The observations with other cells in one figure."""
    changed = [row | cells if row["figure_id"] == figure_id else row for row in rows.to_dict("records")]
    return typed(pd.DataFrame(changed), "observations")


def _without(rows: pd.DataFrame, *figures: str) -> pd.DataFrame:
    return typed(rows[~rows["figure_id"].isin(figures)], "observations")


def _history(
    *editions: pd.DataFrame,
    corrections: pd.DataFrame = NO_CORRECTIONS,
    declarations: pd.DataFrame = NO_DECLARATIONS,
) -> History:
    history, previous = History.empty(), None
    for rows, day in zip(editions, (FIRST, SECOND, THIRD), strict=False):
        history = continued(history, previous, rows, corrections, day, declarations)
        previous = rows
    return history


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html.replace("</p>", "</p> "))).strip()


def _items(html: str) -> list[str]:
    return [_text(item) for item in re.findall(r"<li>(.*?)</li>", html, flags=re.DOTALL)]


def _news(teller: Teller, history: History, region: str = "") -> str:
    return str(what_is_new(teller, history, region).text)


def _rows(teller: Teller) -> pd.DataFrame:
    return teller.dataset.observations


# --- what is new -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["", "KZ-15"])
def test_the_first_edition_says_that_it_is_the_first(teller: Teller, region: str) -> None:
    html = _news(teller, _history(_rows(teller)), region)
    assert FIRST_EDITION in html
    assert "Since the edition before" not in html


@pytest.mark.parametrize("region", ["", "KZ-15"])
def test_a_page_made_outside_a_build_tells_of_no_edition(teller: Teller, region: str) -> None:
    html = _news(teller, History.empty(), region)
    assert "edition before" not in html
    assert FIRST_EDITION not in html
    assert '<a href="changes.html">All changes of all editions</a>' in html


def test_a_new_figure_is_told_in_words_and_leads_to_its_entry(teller: Teller) -> None:
    html = _news(teller, _history(_without(_rows(teller), "a#1"), _rows(teller)), "KZ-15")
    assert "Since the edition before: 1 new figure." in html
    assert _items(html) == ["New: Aktobe region, Schools: 434 schools"]
    assert '<a href="sources.html#f-a-1">434 schools</a>' in html


def test_a_link_to_a_figure_of_this_page_stays_on_it(teller: Teller) -> None:
    own = Teller(teller.dataset, teller.wording, frozenset(["a#1"]))
    history = _history(_without(_rows(teller), "a#1"), _rows(teller))
    assert '<a href="#f-a-1">434 schools</a>' in _news(own, history, "KZ-15")


def test_a_revised_figure_says_what_was_and_what_is(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", value=1434.5, as_printed="1434.5 schools", note="first reading")
    html = _news(teller, _history(before, _rows(teller)), "KZ-15")
    assert "Since the edition before: 1 revised figure." in html
    (item,) = _items(html)
    assert item == (
        "Revised: Aktobe region, Schools: 434 schools (value: was 1,434.5, is 434; "
        "printed words: was 1434.5 schools, is 434 schools; note: was first reading, is nothing)"
    )


def test_codes_are_told_by_their_names(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", indicator="schools_hub", region="KZ-61", territory="KZ-61", status="planned")
    before = _with(before, "a#1", unit="facility", works="capital", group="rural", qualifier="at_least")
    (item,) = _items(_news(teller, _history(before, _rows(teller)), "KZ-15"))
    for said in (
        "what is counted: was Hub schools, is Schools",
        "region: was Turkistan region, is Aktobe region",
        "group: was rural, is nothing",
        "kind of works: was capital repair, is nothing",
        "status: was planned, is fact",
        "qualifier: was at least, is exact",
        "unit: was facility, is school",
    ):
        assert said.lower() in item.lower(), item


def test_a_code_that_the_codebook_no_longer_has_stands_as_it_was(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", indicator="schools_of_old")
    (item,) = _items(_news(teller, _history(before, _rows(teller)), "KZ-15"))
    assert "what is counted: was schools_of_old, is Schools" in item


def test_a_corrected_figure_is_told_apart_with_the_reason(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", value=443.0, as_printed="443 schools")
    before = _with(before, "a#2", note="seen anew")
    columns = list(CORRECTION_COLUMNS)
    corrections = pd.DataFrame(
        [("a", "1", "as_printed", "443 schools", "434 schools", "digits exchanged")], columns=columns, dtype="str"
    )
    corrected_teller = Teller(replace(teller.dataset, corrections=corrections), teller.wording)
    html = _news(corrected_teller, _history(before, _rows(teller), corrections=corrections), "KZ-15")
    assert "Since the edition before: 2 revised figures." in html
    corrected, revised = _items(html)
    assert corrected.startswith("Corrected: Aktobe region, Schools: 434 schools (")
    assert "printed words: was 443 schools, is 434 schools (digits exchanged)" in corrected
    assert revised.startswith("Revised: Aktobe region, Rural schools: 280 schools (note: was seen anew, is nothing)")


def test_a_declared_revision_that_mends_no_error_of_the_source_is_no_correction(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", value=443.0, as_printed="443 schools")
    declarations = _declared(("a", "1", "revised", "the source was printed anew"))
    errors = pd.DataFrame([("a", "1", "note", "", "", "misprint")], columns=list(CORRECTION_COLUMNS), dtype="str")
    history = _history(before, _rows(teller), declarations=declarations)
    (item,) = _items(_news(Teller(replace(teller.dataset, corrections=errors), teller.wording), history, "KZ-15"))
    assert item.startswith("Revised: Aktobe region")
    assert "was 443 schools, is 434 schools (the source was printed anew)" in item


def test_a_correction_that_was_declared_too_is_a_correction(teller: Teller) -> None:
    before = _with(_rows(teller), "a#1", note="seen anew")
    errors = pd.DataFrame([("a", "1", "note", "", "", "misprint")], columns=list(CORRECTION_COLUMNS), dtype="str")
    declarations = _declared(("a", "1", "revised", "read again"))
    history = _history(before, _rows(teller), corrections=errors, declarations=declarations)
    (item,) = _items(_news(Teller(replace(teller.dataset, corrections=errors), teller.wording), history, "KZ-15"))
    assert item.startswith("Corrected: ")
    assert "(misprint; read again)" in item


def test_a_figure_that_is_gone_is_told_with_the_words_it_was_printed_in(teller: Teller) -> None:
    gone = {"figure_id": "a#9", "figure": "9", "as_printed": "9 schools <b>"}
    before = pd.concat([_rows(teller), _rows(teller).head(1).assign(**gone)])
    html = _news(teller, _history(typed(before, "observations"), _rows(teller)), "KZ-15")
    assert "Since the edition before: 1 figure gone." in html
    assert "<b>Gone:</b> <q>9 schools &lt;b&gt;</q> (a#9)" in html
    assert "#f-a-9" not in html, "there is nothing left to lead to"


def _declared(*entries: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=list(DECLARATION_COLUMNS), dtype="str")


def test_the_reasons_that_people_declared_are_told_in_the_language_of_the_reader(teller: Teller) -> None:
    before = _with(_without(_rows(teller), "a#2"), "a#1", note="seen anew")
    gone = before.tail(1).assign(figure_id="a#9", figure="9", as_printed="9 schools", source="a", region="KZ-15")
    before = typed(pd.concat([before, gone]), "observations")
    declarations = _declared(
        ("a", "9", "gone", "withdrawn; by <b>"), ("a", "1", "revised", "read again"), ("a", "2", "new", "merged")
    )
    corrections = pd.DataFrame([("a", "1", "note", "", "", "misprint")], columns=list(CORRECTION_COLUMNS), dtype="str")
    history = _history(before, _rows(teller), corrections=corrections, declarations=declarations)
    html = _news(teller, history, "KZ-15")
    assert "<b>Gone:</b> <q>9 schools</q> (a#9) (withdrawn; by &lt;b&gt;)" in html
    notes = {"withdrawn; by <b>": "изъято", "read again": "перечитано", "misprint": "опечатка", "merged": "слиты"}
    said = _news(Teller(teller.dataset, Wording("ru", notes)), history, "KZ-15")
    assert "(a#9) (изъято)" in said
    assert "(опечатка; перечитано)" in said
    assert "(слиты)" in said


def test_all_kinds_of_changes_are_counted_by_figures(teller: Teller) -> None:
    before = _with(_without(_rows(teller), "b#1", "c#1"), "a#1", value=1.0, as_printed="1 school", note="n")
    gone = before.tail(1).assign(figure_id="a#9", figure="9")
    html = _news(teller, _history(typed(pd.concat([before, gone]), "observations"), _rows(teller)))
    assert "Since the edition before: 2 new figures, 1 revised figure, 1 figure gone." in html


def test_a_region_is_told_its_own_changes_alone(teller: Teller) -> None:
    history = _history(_with(_without(_rows(teller), "b#1"), "a#1", note="n"), _rows(teller))
    assert _items(_news(teller, history, "KZ-61")) == ["New: Turkistan region, Small schools: 100 schools"]
    assert _items(_news(teller, history, "KZ-15"))[0].startswith("Revised: Aktobe region")
    assert NOTHING in _news(teller, history, "KZ-35")
    assert _items(_news(teller, history, "KZ-35")) == []


def test_pages_across_regions_count_the_changes_and_list_none(teller: Teller) -> None:
    html = _news(teller, _history(_with(_without(_rows(teller), "b#1"), "a#1", note="n"), _rows(teller)))
    assert "Since the edition before: 1 new figure, 1 revised figure." in html
    assert _items(html) == []


def test_only_the_newest_edition_is_news(teller: Teller) -> None:
    rows = _rows(teller)
    history = _history(_without(rows, "a#1", "b#1"), _without(rows, "b#1"), rows)
    assert _items(_news(teller, history, "KZ-61")) == ["New: Turkistan region, Small schools: 100 schools"]
    assert NOTHING in _news(teller, history, "KZ-15")


@pytest.mark.parametrize("region", ["", "KZ-15"])
def test_a_look_back_tells_nothing_of_editions_since_then(teller: Teller, region: str) -> None:
    rows = _rows(teller)
    for history in (_history(rows), _history(_without(rows, "a#1"), rows)):
        later = replace(history, editions=history.editions.assign(as_of="2025-06-01"))
        html = _news(teller, later, region)
        assert "edition before" not in html
        assert FIRST_EDITION not in html
        assert _items(html) == []


def test_the_newest_dated_source_is_named(teller: Teller) -> None:
    html = _news(teller, History.empty())
    assert "Newest dated source: Paper, 1 September 2024" in _text(html), "the date of source c is not known"
    assert "Newest dated source: Akimat of Aktobe, 1 May 2024" in _text(_news(teller, History.empty(), "KZ-15"))


# --- on the pages ----------------------------------------------------------------------------------------------------


def test_each_page_says_what_is_new_on_it(teller: Teller) -> None:
    history = _history(_without(_rows(teller), "a#1"), _rows(teller))
    dataset, wording = teller.dataset, teller.wording
    region = RegionPage(dataset, "KZ-15", wording, history).new().text
    assert "1 new figure" in region
    assert '<a href="#f-a-1">434 schools</a>' in region
    assert NOTHING in RegionPage(dataset, "KZ-61", wording, history).new().text
    for page in (ComparisonPage(dataset, wording, history), SourcesPage(dataset, wording, history)):
        assert "1 new figure" in page.new().text
        assert '<h2 id="new">What is new</h2>' in page.new().text


# --- changes of all editions -----------------------------------------------------------------------------------------


def _editions(teller: Teller, history: History) -> dict[str, str]:
    """The sections of the page of changes, by the id of their heading."""
    html = str(changes_of_all_editions(teller, history).text)
    return dict(re.findall(r'<section><h2 id="([\w-]+)">(.*?)</section>', html, flags=re.DOTALL))


@pytest.fixture(scope="module")
def editions(teller: Teller) -> dict[str, str]:
    rows = _rows(teller)
    second = _with(_without(rows, "b#1"), "a#2", note="seen anew")
    return _editions(teller, _history(_without(rows, "a#1", "b#1"), second, rows))


def test_editions_stand_newest_first_each_with_its_size(editions: dict[str, str]) -> None:
    assert list(editions) == ["edition-3", "edition-2", "edition-1"]
    assert editions["edition-3"].startswith("Edition 3, sources up to 31 December 2024</h2>")
    assert "<p>5 figures from 3 sources.</p>" in editions["edition-3"]
    assert editions["edition-1"].startswith("Edition 1, sources up to 1 May 2024</h2>")
    assert "<p>3 figures from 2 sources.</p>" in editions["edition-1"]


def test_only_the_first_edition_says_that_it_is_the_first(editions: dict[str, str]) -> None:
    assert [name for name, html in editions.items() if FIRST_EDITION in html] == ["edition-1"]
    assert _items(editions["edition-1"]) == []


def test_changes_stand_under_their_source(editions: dict[str, str]) -> None:
    first, second = editions["edition-3"].split("<h3>")[1:]
    assert first.startswith("Akimat of Aktobe, 1 May 2024</h3>")
    assert [item.partition(":")[0] for item in _items(first)] == ["Revised"]
    assert second.startswith("Paper, 1 September 2024</h3>")
    assert _items(second) == ["New: Turkistan region, Small schools: 100 schools"]
    (only,) = editions["edition-2"].split("<h3>")[1:]
    new, revised = _items(only)
    assert new == "New: Aktobe region, Schools: 434 schools"
    assert revised == "Revised: Aktobe region, Rural schools: 280 schools (note: was nothing, is seen anew)"


def test_figures_of_every_region_are_told(editions: dict[str, str]) -> None:
    told = " ".join(editions.values())
    assert "Aktobe region" in told
    assert "Turkistan region" in told


def test_a_source_that_is_gone_is_told_by_its_name(teller: Teller) -> None:
    rows = _rows(teller)
    lost = rows.head(1).assign(figure_id="lost-source#1", source="lost-source", as_printed="7 schools")
    before = typed(pd.concat([rows, lost]), "observations")
    html = _editions(teller, _history(before, rows))["edition-2"]
    assert "<h3>lost-source</h3>" in html
    assert _items(html) == ["Gone: 7 schools (lost-source#1)"]


def test_a_figure_that_came_and_went_is_told_without_a_link(teller: Teller) -> None:
    rows = _rows(teller)
    passing = rows.head(1).assign(figure_id="a#9", figure="9", as_printed="9 schools")
    between = typed(pd.concat([rows, passing]), "observations")
    sections = _editions(teller, _history(rows, between, rows))
    assert _items(sections["edition-2"]) == ["New: a#9"]
    assert _items(sections["edition-3"]) == ["Gone: 9 schools (a#9)"]


def test_the_page_of_changes_made_outside_a_build_says_so(teller: Teller) -> None:
    page = ChangesPage(teller.dataset, teller.wording, History.empty())
    assert "This page was made outside a build, so no edition before it is known." in page.editions().text


def test_the_page_of_changes_offers_the_history_as_tables(teller: Teller) -> None:
    history = _history(_without(_rows(teller), "a#1"), _rows(teller))
    html = ChangesPage(teller.dataset, teller.wording, history).download().text
    assert re.findall(r'download="([\w.]+)"', html) == ["editions.csv", "changes.csv", "columns.csv"]
    assert "2 rows" in html
    assert "1 row," in html


def test_no_page_has_two_editions_under_one_address(teller: Teller) -> None:
    rows = _rows(teller)
    html = str(changes_of_all_editions(teller, _history(_without(rows, "a#1"), rows)).text)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert sorted(ids) == ["edition-1", "edition-2"]


def test_what_is_told_is_escaped(teller: Teller) -> None:
    attack = "<img src=x>"
    before = _with(_rows(teller), "a#1", note=attack, as_printed=attack)
    history = _history(before, _rows(teller))
    for html in (_news(teller, history, "KZ-15"), str(changes_of_all_editions(teller, history).text)):
        assert "&lt;img" in html
        assert "<img" not in html
