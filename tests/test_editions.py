"""What an edition says of the one before it: new, revised and gone figures, and the history that says so."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TODAY, write_raw

from edstats.columns import csv_text, typed
from edstats.dataset import from_raw
from edstats.editions import (
    CHANGE_COLUMNS,
    EDITION_COLUMNS,
    READ_COLUMNS,
    History,
    UnreadableHistory,
    continued,
    following,
    history_files,
    latest,
    read_history,
)
from edstats.raw_tables import CORRECTION_COLUMNS, DECLARATION_COLUMNS

SOURCES = [{"source": "a", "published": "2024-05-01"}, {"source": "b", "published": "2024-09-01"}]
FIRST, SECOND, THIRD = date(2024, 9, 1), date(2025, 1, 1), date(2025, 6, 1)
NO_CORRECTIONS = pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype="str")
ANEW = "move reports/ away, the history then starts anew [EDS-205]"

Damage = Callable[[str], str]


def _row(printed: str, indicator: str = "schools_total", **more: str) -> dict[str, str]:
    return {"region": "KZ-15", "indicator": indicator, "as_printed": printed} | more


@pytest.fixture(scope="module")
def observations(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Twelve figures of source a, one of source b; made once, for no test changes it."""
    small = [_row(f"{n} schools", "schools_small", place=f"Place {n}") for n in range(1, 11)]
    figures = {
        "a": [*small, _row("434 schools"), _row("8.2 billion tenge", "renovation_spending")],
        "b": [_row("440 schools", region="KZ-35")],
    }
    return _observations(write_raw(tmp_path_factory.mktemp("editions"), SOURCES, figures))


def _observations(data: Path) -> pd.DataFrame:
    dataset, faults = from_raw(data, TODAY)
    assert dataset is not None, "\n".join(map(str, faults))
    return dataset.observations


def _with(observations: pd.DataFrame, figure_id: str, **cells: object) -> pd.DataFrame:
    """The observations with other cells in one figure."""
    rows = [row | cells if row["figure_id"] == figure_id else row for row in observations.to_dict("records")]
    return typed(pd.DataFrame(rows), "observations")


def _without(observations: pd.DataFrame, *figures: str) -> pd.DataFrame:
    return typed(observations[~observations["figure_id"].isin(figures)], "observations")


def _corrections(*entries: tuple[str, str, str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=list(CORRECTION_COLUMNS), dtype="str")


def _first(observations: pd.DataFrame) -> History:
    return continued(History.empty(), None, observations, NO_CORRECTIONS, FIRST)


def _second(
    before: pd.DataFrame, after: pd.DataFrame, corrections: pd.DataFrame = NO_CORRECTIONS, as_of: date = SECOND
) -> History:
    return continued(_first(before), before, after, corrections, as_of)


def _told(history: History, *columns: str) -> list[tuple[str, ...]]:
    return list(latest(history)[list(columns)].itertuples(index=False, name=None))


def _publish(folder: Path, history: History, observations: pd.DataFrame) -> Path:
    data = folder / "reports" / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, text in (history_files(history) | {"observations.csv": csv_text(observations)}).items():
        (data / name).write_text(text, encoding="utf-8", newline="\n")
    return data


def _contents(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.iterdir()}


def test_the_first_edition_has_no_changes(observations: pd.DataFrame) -> None:
    history = _first(observations)
    assert list(history.editions.columns) == list(EDITION_COLUMNS)
    assert list(history.changes.columns) == list(CHANGE_COLUMNS)
    assert history.editions.to_dict("records") == [
        {"edition": 1, "as_of": "2024-09-01", "figures": 13, "sources": 2, "new": 0, "revised": 0, "gone": 0}
    ]
    assert history.changes.empty
    assert latest(history).empty


def test_nothing_is_the_latest_of_no_edition() -> None:
    assert latest(History.empty()).empty


def test_a_new_figure_is_told_with_its_phrase(observations: pd.DataFrame) -> None:
    history = _second(_without(observations, "b#1"), observations)
    assert history.changes.to_dict("records") == [
        {"edition": 2, "as_of": "2025-01-01", "change": "new", "source": "b", "region": "KZ-35", "figure_id": "b#1"}
        | {"column": "", "before": "", "after": "440 schools", "reason": ""}
    ]
    assert history.editions.iloc[-1].to_dict() == (
        {"edition": 2, "as_of": "2025-01-01", "figures": 13, "sources": 2, "new": 1, "revised": 0, "gone": 0}
    )


def test_a_figure_that_is_gone_is_told_with_its_phrase(observations: pd.DataFrame) -> None:
    history = _second(observations, _without(observations, "b#1"))
    assert history.changes.to_dict("records") == [
        {"edition": 2, "as_of": "2025-01-01", "change": "gone", "source": "b", "region": "KZ-35", "figure_id": "b#1"}
        | {"column": "", "before": "440 schools", "after": "", "reason": ""}
    ]
    assert history.editions.iloc[-1].to_dict() == (
        {"edition": 2, "as_of": "2025-01-01", "figures": 12, "sources": 1, "new": 0, "revised": 0, "gone": 1}
    )


def test_a_revised_figure_has_a_row_for_each_column_but_counts_once(observations: pd.DataFrame) -> None:
    after = _with(observations, "a#11", as_printed="435 schools", value=435.0, status="planned")
    history = _second(observations, after)
    assert _told(history, "change", "figure_id", "column", "before", "after", "reason") == [
        ("revised", "a#11", "status", "actual", "planned", ""),
        ("revised", "a#11", "value", "434", "435", ""),
        ("revised", "a#11", "as_printed", "434 schools", "435 schools", ""),
    ]
    assert history.editions.iloc[-1][["new", "revised", "gone"]].to_list() == [0, 1, 0]


def test_a_revised_region_is_told_under_the_new_one(observations: pd.DataFrame) -> None:
    history = _second(observations, _with(observations, "a#11", region="KZ-39", territory="KZ-39"))
    assert _told(history, "region", "column", "before", "after") == [
        ("KZ-39", "region", "KZ-15", "KZ-39"),
        ("KZ-39", "territory", "KZ-15", "KZ-39"),
    ]


@pytest.mark.parametrize("column", READ_COLUMNS)
def test_every_column_that_is_read_is_compared(observations: pd.DataFrame, column: str) -> None:
    other: object = 77.5 if column in ("value", "value_high") else "other"
    told = _told(_second(observations, _with(observations, "a#11", **{column: other})), "figure_id", "column", "after")
    assert told == [("a#11", column, str(other))]


def test_what_no_reader_sees_is_no_change(observations: pd.DataFrame) -> None:
    after = _with(observations, "a#11", precision=10.0, period_basis="inferred", published=pd.Timestamp("2024-05-02"))
    assert _second(observations, after).editions["edition"].to_list() == [1]


def test_changes_stand_by_source_number_and_column(observations: pd.DataFrame) -> None:
    before = _without(observations, "a#10")
    after = _with(_without(observations, "a#2"), "a#9", note="n", indicator="schools_total")
    after = _with(after, "b#1", note="n").iloc[::-1]
    assert _told(_second(before, after), "figure_id", "change", "column") == [
        ("a#2", "gone", ""),
        ("a#9", "revised", "indicator"),
        ("a#9", "revised", "note"),
        ("a#10", "new", ""),
        ("b#1", "revised", "note"),
    ]


def test_unchanged_observations_leave_the_history_as_it_was(observations: pd.DataFrame) -> None:
    history = _first(observations)
    assert continued(history, observations, observations, NO_CORRECTIONS, FIRST) is history
    assert continued(history, observations, observations, NO_CORRECTIONS, THIRD) is history


def test_numbers_are_compared_as_they_are_written(observations: pd.DataFrame) -> None:
    integers = observations.astype({"value": "int64"})
    assert _second(observations, integers).changes.empty
    fraction = _with(observations, "a#11", value=434.5)
    assert _told(_second(observations, fraction), "before", "after") == [("434", "434.5")]


def test_an_empty_number_equals_an_empty_number(observations: pd.DataFrame) -> None:
    assert observations["value_high"].isna().all()
    missing = observations.assign(value_high=np.full(len(observations), np.nan))
    assert _second(observations, missing).changes.empty
    filled = _with(observations, "a#11", value_high=440.0)
    assert _told(_second(observations, filled), "column", "before", "after") == [("value_high", "", "440")]


def test_categories_are_compared_as_text(observations: pd.DataFrame) -> None:
    names = observations.select_dtypes("category").columns
    recoded = observations.astype(dict.fromkeys(names, "str"))
    reordered = observations.assign(status=observations["status"].cat.add_categories(["planned"]))
    assert len(names) > 0
    assert _second(observations, recoded).changes.empty
    assert _second(observations, reordered).changes.empty


def test_order_of_rows_is_no_change(observations: pd.DataFrame) -> None:
    assert _second(observations, observations.iloc[::-1]).changes.empty


def test_a_correction_says_why(observations: pd.DataFrame) -> None:
    after = _with(observations, "a#11", as_printed="443 schools", value=443.0)
    after = _with(after, "b#1", note="seen anew")
    corrections = _corrections(("a", "11", "as_printed", "434 schools", "443 schools", "digits exchanged"))
    assert _told(_second(observations, after, corrections), "figure_id", "column", "reason") == [
        ("a#11", "value", "digits exchanged"),
        ("a#11", "as_printed", "digits exchanged"),
        ("b#1", "note", ""),
    ]


def test_a_correction_of_raw_data_reaches_the_history(tmp_path: Path) -> None:
    def read(folder: Path, corrections: pd.DataFrame) -> pd.DataFrame:
        data = write_raw(folder, SOURCES[:1], {"a": [_row("434 schools"), _row("280 schools", "schools_rural")]})
        (data / "raw" / "corrections.csv").write_text(csv_text(corrections), encoding="utf-8")
        return _observations(data)

    corrections = _corrections(("a", "1", "as_printed", "434 schools", "443 schools", "digits exchanged"))
    history = _second(read(tmp_path / "before", NO_CORRECTIONS), read(tmp_path / "after", corrections), corrections)
    assert _told(history, "figure_id", "column", "before", "after", "reason") == [
        ("a#1", "value", "434", "443", "digits exchanged"),
        ("a#1", "as_printed", "434 schools", "443 schools", "digits exchanged"),
    ]


def test_an_earlier_correction_does_not_explain_a_later_revision(observations: pd.DataFrame) -> None:
    corrections = _corrections(("a", "11", "as_printed", "344 schools", "434 schools", "digits exchanged"))
    after = _with(observations, "a#11", status="planned")
    assert _told(_second(observations, after, corrections), "column", "reason") == [("status", "")]


def test_two_corrections_of_a_figure_are_both_told(observations: pd.DataFrame) -> None:
    after = _with(observations, "a#11", as_printed="443 schools", value=443.0, status="planned")
    corrections = _corrections(
        ("a", "11", "as_printed", "434 schools", "443 schools", "digits exchanged"),
        ("a", "11", "status", "actual", "planned", "a plan"),
        ("a", "1", "status", "actual", "planned", "of another figure"),
        ("b", "11", "status", "actual", "planned", "of another source"),
    )
    assert set(_told(_second(observations, after, corrections), "column", "reason")) == {
        ("as_printed", "digits exchanged"),
        ("value", "digits exchanged"),
        ("status", "a plan"),
    }


def _declarations(*entries: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=list(DECLARATION_COLUMNS), dtype="str")


def test_declared_changes_have_their_reason_and_no_other_change_has(observations: pd.DataFrame) -> None:
    before, after = _without(observations, "a#1"), _with(_without(observations, "b#1", "a#2"), "a#11", note="n")
    declared = _declarations(
        ("b", "", "gone", "withdrawn"), ("a", "1", "new", "merged"), ("a", "11", "revised", "read again"),
        ("a", "2", "revised", "of another kind"), ("a", "12", "gone", "still there"),
    )  # fmt: skip
    history = continued(_first(before), before, after, NO_CORRECTIONS, SECOND, declared)
    assert _told(history, "figure_id", "change", "reason") == [
        ("a#1", "new", "merged"),
        ("a#2", "gone", ""),
        ("a#11", "revised", "read again"),
        ("b#1", "gone", "withdrawn"),
    ]


def test_a_declaration_that_an_edition_has_told_explains_no_later_change(observations: pd.DataFrame) -> None:
    declared = _declarations(("a", "11", "revised", "read; again"))
    one, two = _with(observations, "a#11", note="one"), _with(observations, "a#11", note="two")
    history = continued(_first(observations), observations, one, NO_CORRECTIONS, SECOND, declared)
    assert _told(history, "reason") == [("read; again",)]
    history = continued(history, one, two, NO_CORRECTIONS, THIRD, declared)
    assert _told(history, "reason") == [("",)]


def test_a_declaration_whose_words_are_in_another_is_not_told_with_it(observations: pd.DataFrame) -> None:
    declared = _declarations(("a", "11", "revised", "read again"))
    one, two = _with(observations, "a#11", note="one"), _with(observations, "a#11", note="two")
    history = continued(_first(observations), observations, one, NO_CORRECTIONS, SECOND, declared)
    history = continued(history, one, two, NO_CORRECTIONS, THIRD, _declarations(("a", "11", "revised", "read")))
    assert _told(history, "reason") == [("read",)]


def test_neither_a_new_nor_a_gone_figure_has_a_reason(observations: pd.DataFrame) -> None:
    corrections = _corrections(
        ("a", "1", "as_printed", "x", "1 schools", "why"), ("b", "1", "as_printed", "x", "440 schools", "why")
    )
    history = _second(_without(observations, "a#1"), _without(observations, "b#1"), corrections)
    assert _told(history, "change", "reason") == [("new", ""), ("gone", "")]


def test_each_edition_adds_to_the_history(observations: pd.DataFrame) -> None:
    start = _without(observations, "b#1")
    second = _second(start, observations)
    third = continued(second, observations, _with(start, "a#11", note="n"), NO_CORRECTIONS, THIRD)
    assert third.editions["edition"].to_list() == [1, 2, 3]
    assert third.editions["as_of"].to_list() == ["2024-09-01", "2025-01-01", "2025-06-01"]
    pd.testing.assert_frame_equal(third.editions.head(2), second.editions)
    pd.testing.assert_frame_equal(third.changes.head(1), second.changes)
    assert _told(third, "edition", "figure_id", "change") == [(3, "a#11", "revised"), (3, "b#1", "gone")]
    assert second.editions["edition"].to_list() == [1, 2], "the history that was continued has itself changed"


def test_what_is_compared_is_left_as_it_was(observations: pd.DataFrame) -> None:
    before, after = observations.copy(), _with(observations, "a#11", note="n")
    copy = after.copy()
    _second(observations, after)
    pd.testing.assert_frame_equal(observations, before)
    pd.testing.assert_frame_equal(after, copy)


def _same(one: History, other: History) -> bool:
    return history_files(one) == history_files(other)


def test_an_edition_keeps_its_history_and_its_observations(tmp_path: Path, observations: pd.DataFrame) -> None:
    before = _without(observations, "b#1")
    data = _publish(tmp_path, _first(before), before)
    history, files = following(*read_history(data), observations, NO_CORRECTIONS, SECOND, look_back=False)
    assert _same(history, _second(before, observations))
    assert files == history_files(history) | {"observations.csv": csv_text(observations)}


def test_the_first_edition_follows_none(tmp_path: Path, observations: pd.DataFrame) -> None:
    history, files = following(*read_history(tmp_path / "data"), observations, NO_CORRECTIONS, FIRST, look_back=False)
    assert _same(history, _first(observations))
    assert files == history_files(_first(observations)) | {"observations.csv": csv_text(observations)}


def test_a_look_back_before_any_edition_begins_no_history(tmp_path: Path, observations: pd.DataFrame) -> None:
    history, files = following(*read_history(tmp_path / "data"), observations, NO_CORRECTIONS, FIRST, look_back=True)
    assert _same(history, History.empty())
    assert files == {}


def test_a_look_back_is_no_edition(tmp_path: Path, observations: pd.DataFrame) -> None:
    data = _publish(tmp_path, _second(_without(observations, "b#1"), observations), observations)
    published = {name: content.decode("utf-8") for name, content in _contents(data).items()}
    earlier = _without(observations, "b#1")
    history, files = following(*read_history(data), earlier, NO_CORRECTIONS, date(2024, 12, 31), look_back=True)
    assert _same(history, _second(earlier, observations))
    assert files == published


def test_what_follows_a_look_back_is_compared_with_the_newest_edition(
    tmp_path: Path, observations: pd.DataFrame
) -> None:
    data = _publish(tmp_path, _first(observations), observations)
    _, looked_back = following(*read_history(data), observations.head(1), NO_CORRECTIONS, FIRST, look_back=True)
    for name, text in looked_back.items():
        (data / name).write_text(text, encoding="utf-8", newline="\n")
    _, files = following(*read_history(data), observations, NO_CORRECTIONS, THIRD, look_back=False)
    assert files == history_files(_first(observations)) | {"observations.csv": csv_text(observations)}


def test_data_that_lost_their_newest_source_make_an_edition_of_an_earlier_day(observations: pd.DataFrame) -> None:
    history = _second(_without(observations, "b#1"), observations)
    again = continued(history, observations, _without(observations, "b#1"), NO_CORRECTIONS, date(2024, 5, 1))
    assert again.editions["as_of"].to_list() == ["2024-09-01", "2025-01-01", "2024-05-01"]
    assert _told(again, "figure_id", "change") == [("b#1", "gone")]


@pytest.mark.parametrize("look_back", [False, True])
def test_no_edition_follows_a_damaged_one(tmp_path: Path, observations: pd.DataFrame, look_back: bool) -> None:
    data = _publish(tmp_path, _first(observations), observations)
    (data / "changes.csv").unlink()
    with pytest.raises(UnreadableHistory, match=r"changes\.csv: is missing"):
        following(*read_history(data), observations, NO_CORRECTIONS, SECOND, look_back=look_back)


def test_nothing_published_is_an_empty_history(tmp_path: Path) -> None:
    for folder in (tmp_path / "missing", tmp_path):
        history, observations = read_history(folder)
        assert observations is None
        assert list(history.editions.columns) == list(EDITION_COLUMNS)
        assert list(history.changes.columns) == list(CHANGE_COLUMNS)
        assert history.editions.empty
        assert history.changes.empty


def test_what_was_written_is_read_back(tmp_path: Path, observations: pd.DataFrame) -> None:
    quoted = 'said "about", in\ntwo lines; Қазақ'
    after = _with(_without(observations, "a#3"), "a#11", note=quoted, value=0.1)
    history = _second(_without(observations, "b#1"), after)
    read, previous = read_history(_publish(tmp_path, history, after))
    assert previous is not None
    pd.testing.assert_frame_equal(read.editions, history.editions)
    pd.testing.assert_frame_equal(read.changes, history.changes)
    pd.testing.assert_frame_equal(previous, after)
    assert quoted in set(read.changes["after"])


def test_a_repeated_build_gives_the_same_bytes(tmp_path: Path, observations: pd.DataFrame) -> None:
    after = _with(observations, "a#11", value=434.1, note="a, b")
    data = _publish(tmp_path, _second(_without(observations, "b#1"), after), after)
    published = _contents(data)
    for as_of in (SECOND, THIRD):
        history, previous = read_history(data)
        _publish(tmp_path, continued(history, previous, after, NO_CORRECTIONS, as_of), after)
        assert _contents(data) == published
    assert not any(b"\r" in content for content in published.values())


def test_the_same_steps_give_the_same_files(observations: pd.DataFrame) -> None:
    before, after = _without(observations, "a#4", "b#1"), _without(observations, "a#5", "a#6")
    files = history_files(_second(before, after))
    assert set(files) == {"editions.csv", "changes.csv"}
    assert history_files(_second(before.iloc[::-1], after.iloc[::-1])) == files


def test_a_history_without_changes_is_read_back(tmp_path: Path, observations: pd.DataFrame) -> None:
    history, previous = read_history(_publish(tmp_path, _first(observations), observations))
    assert history.changes.empty
    assert previous is not None
    assert continued(history, previous, observations, NO_CORRECTIONS, THIRD) is history


@pytest.mark.parametrize("missing", ["editions.csv", "changes.csv", "observations.csv"])
def test_a_missing_file_is_said(tmp_path: Path, observations: pd.DataFrame, missing: str) -> None:
    data = _publish(tmp_path, _first(observations), observations)
    (data / missing).unlink()
    with pytest.raises(UnreadableHistory, match=f"^reports/data/{missing}: is missing .*; {re.escape(ANEW)}$"):
        read_history(data)


@pytest.mark.parametrize(
    ("file", "damage", "place"),
    [
        ("editions.csv", lambda text: "", "editions.csv:1: edition: column is missing"),
        ("editions.csv", lambda text: text.splitlines()[0] + "\n", "editions.csv: holds no edition"),
        ("editions.csv", lambda text: text.replace("\n2,", "\n3,"), "editions.csv:3: edition: '3'"),
        ("editions.csv", lambda text: text.replace("2025-01-01", "1.1.2025"), "editions.csv:3: as_of: '1.1.2025'"),
        ("editions.csv", lambda text: text.replace("2025-01-01", "2023-01-01"), "changes.csv:2: as_of: '2025-01-01'"),
        ("editions.csv", lambda text: text.replace(",12,", ",many,"), "editions.csv:2: figures: 'many'"),
        ("editions.csv", lambda text: text.replace("gone", "lost"), "editions.csv:1: gone: column is missing"),
        ("changes.csv", lambda text: text.replace("new", "found"), "changes.csv:2: change: 'found'"),
        ("changes.csv", lambda text: text.replace("\n2,", "\n7,"), "changes.csv:2: edition: '7'"),
        ("changes.csv", lambda text: text.replace("2025-01-01", "2025-01-02"), "changes.csv:2: as_of: '2025-01-02'"),
        ("changes.csv", lambda text: text.splitlines()[0] + "\n", "changes.csv: edition 2 has 0 new figures"),
        ("changes.csv", lambda text: text.replace("440", '"440'), "changes.csv:2: malformed CSV"),
        ("changes.csv", lambda text: "<html></html>\n", "changes.csv:1: edition: column is missing"),
        ("observations.csv", lambda text: text[: text.index("b#1")], "observations.csv: has 12 figures, 13 in"),
        ("observations.csv", lambda text: text.replace("b#1,b,", "b#1,a,"), "observations.csv: has 1 sources, 2 in"),
        ("observations.csv", lambda text: text.replace("b#1", "a#1"), "observations.csv:14: figure_id: 'a#1' stands"),
        ("observations.csv", lambda text: text.rstrip("\n").rstrip(","), "observations.csv:14: "),
        ("observations.csv", lambda text: text.replace(",440,", ",four,"), "observations.csv: cannot be read"),
        ("observations.csv", lambda text: text.replace("2024-09-01", "2024-19-01"), "observations.csv: cannot be"),
    ],
)
def test_a_damaged_file_is_located(
    tmp_path: Path, observations: pd.DataFrame, file: str, damage: Damage, place: str
) -> None:
    data = _publish(tmp_path, _second(_without(observations, "b#1"), observations), observations)
    text = (data / file).read_text(encoding="utf-8")
    damaged = damage(text)
    assert damaged != text
    (data / file).write_text(damaged, encoding="utf-8", newline="\n")
    with pytest.raises(UnreadableHistory) as raised:
        read_history(data)
    assert str(raised.value).startswith(f"reports/data/{place}")
    assert str(raised.value).endswith(f"; {ANEW}")


@pytest.mark.parametrize("file", ["editions.csv", "changes.csv", "observations.csv"])
def test_what_is_no_text_or_no_file_is_said(tmp_path: Path, observations: pd.DataFrame, file: str) -> None:
    data = _publish(tmp_path, _first(observations), observations)
    (data / file).write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(UnreadableHistory, match=f"^reports/data/{file}:1: byte 0xff is not UTF-8; {re.escape(ANEW)}$"):
        read_history(data)
    (data / file).unlink()
    (data / file).mkdir()
    with pytest.raises(UnreadableHistory, match=f"^reports/data/{file}: cannot be read .*; {re.escape(ANEW)}$"):
        read_history(data)


def test_an_unreadable_history_is_a_value_error() -> None:
    assert issubclass(UnreadableHistory, ValueError)
