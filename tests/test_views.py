"""What a page may see: the page is what it would be from everything, and the digest of the view tells every change."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from conftest import MakeDataset, entered

from edstats.columns import TABLES, csv_text, read_csv
from edstats.dataset import Dataset, assemble, translated_notes
from edstats.editions import History, continued
from edstats.pages import ChangesPage, ComparisonPage, RegionPage, SourcesPage
from edstats.pages.views import ViewDigests, dataset_view, history_digest, region_history, region_view
from edstats.raw_tables import CORRECTION_COLUMNS
from edstats.tables import Html
from edstats.wording import Wording

REGIONS = ("KZ-15", "KZ-19", "KZ-61", "KZ-75")
TOPICS = ("network", "small_rural", "renovation", "construction", "coverage", "staff", "safety")
# A day of which less is known, and now.
DAYS = (date(2023, 6, 1), None)
# What decides whether the view has a row.
KEYS = {
    "observations": ("figure_id", "source", "figure", "region", "territory", "indicator", "place"),
    "measures": ("measure", "region", "territory", "numerator", "denominator"),
    "findings": ("region", "figures"),
    "sources": ("source",),
    "doubts": ("source", "figures"),
    "prices": ("year",),
    "corrections": ("source", "figure"),
    "declarations": ("source", "figure"),
    "translations": ("text",),
}


Seen = Callable[[date | None, str], Dataset]


def _html(parts: list[Html]) -> str:
    return "".join(part.text for part in parts)


def _region_html(dataset: Dataset, region: str, language: str, history: History) -> str:
    page = RegionPage(dataset, region, _wording(dataset, language), history)
    parts = [page.lead(), page.new(), page.headlines(), *map(page.topic, TOPICS), page.other_topics()]
    parts += [page.older_territories(), page.download(), page.terms(), page.method(), page.limits()]
    return _html([*parts, page.findings(), page.sources(), page.cite()])


def _dataset_html(dataset: Dataset, language: str, history: History) -> str:
    wording = _wording(dataset, language)
    sources = SourcesPage(dataset, wording, history)
    changes = ChangesPage(dataset, wording, history)
    compared = ComparisonPage(dataset, wording, history)
    parts = [sources.lead(), sources.new(), sources.findings(), sources.documents(), sources.download()]
    parts += [sources.limits(), changes.editions(), changes.download(), compared.lead(), compared.new()]
    parts += [compared.overview(), compared.small_schools(), compared.renovation(), compared.pipeline()]
    parts += [compared.measure("students_per_school"), compared.indicator("schools_total"), compared.city_totals()]
    return _html([*parts, compared.coverage(), compared.download(), compared.limits(), compared.sources()])


def _wording(dataset: Dataset, language: str) -> Wording:
    return Wording(language, translated_notes(dataset.translations, language))


def _digests(dataset: Dataset, region: str, language: str, history: History) -> dict[str, str]:
    digests, view = ViewDigests({language: dataset}), region_view(dataset, region)
    return {**digests.of_view(view), **digests.of_language(view, language), "history": history_digest(history)}


@pytest.fixture(scope="module")
def seen(project: Dataset) -> Seen:
    """Makes the project's data set as of a day in a language, once."""
    return cache(lambda day, language: assemble(entered(project), day, language))


def _history(dataset: Dataset) -> History:
    """Two editions: the second has new figures of every source, and others that were printed or noted otherwise."""
    rows, none = dataset.observations, pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype="str")
    before = rows[rows["figure"] != "1"].reset_index(drop=True)
    before = before.assign(note=before["note"].mask(before["figure"] == "2", "said otherwise"))
    first = continued(History.empty(), None, before, none, date(2022, 1, 1))
    return continued(first, before, rows, none, dataset.as_of)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("region", REGIONS)
def test_a_region_page_is_what_it_would_be_from_everything(
    seen: Seen, region: str, language: str, day: date | None
) -> None:
    dataset = seen(day, language)
    history = _history(dataset)
    view = region_view(dataset, region).of(dataset, language)
    html = _region_html(dataset, region, language, history)
    assert _region_html(view, region, language, region_history(history, region)) == html


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_page_about_all_data_is_what_it_would_be_from_everything(seen: Seen, language: str) -> None:
    dataset = seen(None, language)
    history = _history(dataset)
    html = _dataset_html(dataset, language, history)
    assert _dataset_html(dataset_view(dataset).of(dataset, language), language, history) == html


def _read_again(view: Dataset) -> Dataset:
    """The view from the texts that its digests are of."""
    tables: dict[str, Any] = {name: read_csv(BytesIO(csv_text(getattr(view, name)).encode()), name) for name in TABLES}
    return replace(view, **tables)


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_page_hangs_on_nothing_but_what_its_digests_are_of(seen: Seen, region: str) -> None:
    dataset = seen(None, "ru")
    view, history = region_view(dataset, region).of(dataset, "ru"), region_history(_history(dataset), region)
    assert _region_html(view, region, "ru", history) == _region_html(_read_again(view), region, "ru", history)


def test_a_page_about_all_data_hangs_on_nothing_but_what_its_digests_are_of(seen: Seen) -> None:
    dataset = seen(None, "ru")
    view, history = dataset_view(dataset).of(dataset, "ru"), _history(dataset)
    assert _dataset_html(view, "ru", history) == _dataset_html(_read_again(view), "ru", history)


# --- altered data sets ------------------------------------------------------------------------------------------------


def _altered(column: pd.Series, where: pd.Series) -> pd.Series:
    """Other values in their place: of text another text, of numbers and days the next."""
    if column.dtype == "float64":
        return column.where(~where, column.fillna(0) + 1)
    if str(column.dtype).startswith("datetime"):
        return column.where(~where, column.fillna(pd.Timestamp("2020-01-01")) + pd.Timedelta(days=1))
    texts = column.astype("str").where(~where, "altered")
    return texts.astype("category") if isinstance(column.dtype, pd.CategoricalDtype) else texts


def _without_sight(dataset: Dataset, view: Dataset) -> Dataset:
    """The data set with every cell altered that the view does not show; what chooses rows stays as it is."""
    tables: dict[str, Any] = {}
    for name in TABLES:
        table, shown = getattr(dataset, name), getattr(view, name)
        for column in table.columns.difference(list(KEYS[name])):
            seen = shown[column].astype("object").map(repr).reindex(table.index)  # missing where the row is
            hidden = seen != table[column].astype("object").map(repr)
            table = table.assign(**{column: _altered(table[column], hidden)})
        tables[name] = table
    return replace(dataset, **tables)


@pytest.mark.parametrize("region", REGIONS)
def test_what_the_view_leaves_out_changes_neither_digest_nor_page(seen: Seen, region: str) -> None:
    dataset, history = seen(None, "kk"), History.empty()
    view = region_view(dataset, region).of(dataset, "kk")
    altered = _without_sight(dataset, view)
    assert csv_text(altered.observations) != csv_text(dataset.observations)
    assert _digests(altered, region, "kk", history) == _digests(dataset, region, "kk", history)


@pytest.mark.parametrize("region", REGIONS)
def test_every_cell_that_the_view_shows_is_in_a_digest(seen: Seen, region: str) -> None:
    dataset, history = seen(None, "kk"), History.empty()
    view = region_view(dataset, region).of(dataset, "kk")
    before = _digests(dataset, region, "kk", history)
    for name in TABLES:
        table, shown = getattr(dataset, name), getattr(view, name)
        if shown.empty:
            continue
        for place in (0, len(shown) // 2, len(shown) - 1):
            row = shown.iloc[[place]]
            where = pd.Series(table.index == row.index[0], index=table.index)
            for column in shown.columns.difference(list(KEYS[name])):
                cell = str(row[column].iloc[0])
                own = "region" in row and row["region"].iloc[0] == region
                if cell != str(table.at[row.index[0], column]) or (cell in ("", "nan") and not own):
                    continue  # not shown
                altered = replace(dataset, **{name: table.assign(**{column: _altered(table[column], where)})})
                after = _digests(altered, region, "kk", history)
                assert after[name] != before[name], (name, column, row.to_dict("records"))


def test_another_region_has_the_same_number_on_all_pages(dataset_of: MakeDataset) -> None:
    """Of two figures of one time the finer stands for a region, also where it is only there to be compared with."""
    total, small = {"indicator": "schools_total", "period": "2024"}, {"indicator": "schools_small", "period": "2024"}
    own, other = {"region": "KZ-15"}, {"region": "KZ-39"}
    sources = [
        {"source": "a", "published": "2024-05-01"},
        {"source": "b", "published": "2024-05-01", "publisher_type": "media"},
    ]
    figures = {
        "a": [
            *(own | total | {"as_printed": "434 schools"}, own | small | {"as_printed": "280 schools"}),
            *(other | total | {"as_printed": "487 schools"}, other | small | {"as_printed": "0.3 thousand schools"}),
        ],
        "b": [other | total | {"as_printed": "487 schools"}, other | small | {"as_printed": "about 320 schools"}],
    }
    dataset, history = dataset_of(sources, figures), History.empty()
    html = _region_html(dataset, "KZ-15", "en", history)
    assert _region_html(region_view(dataset, "KZ-15").of(dataset, "en"), "KZ-15", "en", history) == html


def test_every_number_of_a_chart_to_download_says_what_it_is_of(seen: Seen) -> None:
    dataset = seen(None, "en")
    html = _dataset_html(dataset, "en", _history(dataset)) + _region_html(dataset, "KZ-15", "en", _history(dataset))
    charts = re.findall(r'download="(chart-[\w.-]+)" href="data:[^"]*base64,([\w+/=]*)"', html)
    assert len(charts) > 10
    for name, content in charts:
        table = pd.read_csv(BytesIO(b64decode(content)), dtype=str, keep_default_na=False)
        assert (table.iloc[:, 0] != "").all(), name  # a label, or the region where a chart is of all of them
