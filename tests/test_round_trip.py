"""Which measures come out of drafts as they do of hand-made rows, and what is said of those that do not."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT, TODAY, write_raw

from edstats.dataset import Dataset, from_raw

sys.path.append(str(PROJECT / "benchmarks"))
bench = importlib.import_module("round_trip")

FOLDER = Path(__file__).parent / "round_trip"
Entry = dict[str, str]
TOTAL = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "400 schools"}
RURAL = {"region": "KZ-15", "indicator": "schools_rural", "as_printed": "100 schools"}
BUILT = {"region": "KZ-15", "indicator": "schools_built", "as_printed": "6 schools", "period": "2024/2026"}
PLANNED = BUILT | {"status": "planned", "programme": "opening"}
PLACES = PLANNED | {"indicator": "school_places_built", "as_printed": "900 places"}


@pytest.fixture
def dataset(tmp_path: Path) -> Callable[..., Dataset]:
    """Makes the data set of one source with these rows."""

    def make(name: str, *entries: Entry) -> Dataset:
        sources = [{"source": "report", "published": "2026-08-14"}]
        made, faults = from_raw(write_raw(tmp_path / name, sources, {"report": list(entries)}), TODAY)
        assert made is not None, faults
        return made

    return make


def outcomes(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {row["measure"]: (row["outcome"], row["blame"]) for row in table.to_dict("records")}


def test_same_rows_in_another_order_make_the_same_measures(dataset: Callable[..., Dataset]) -> None:
    table = bench.compare(dataset("hand", TOTAL, RURAL, BUILT), dataset("draft", BUILT, RURAL, TOTAL))
    assert set(table["outcome"]) == {"same"}
    assert (table["value"] == table["drafted"]).all()
    assert {"rural_school_share", "urban_schools", "new_schools_per_year"} <= set(table["measure"])


def test_misread_indicator_is_blamed_for_what_is_missing(dataset: Callable[..., Dataset]) -> None:
    misread = RURAL | {"indicator": "schools_small"}
    table = bench.compare(dataset("hand", TOTAL, RURAL), dataset("draft", TOTAL, misread))
    blame = "report#2 indicator: schools_rural > schools_small"
    assert outcomes(table) == {
        **dict.fromkeys(("rural_school_share", "urban_school_share", "urban_schools"), ("missing", blame)),
        "small_school_share": ("surplus", "report#2 indicator: schools_small > schools_rural"),
    }


def test_figure_that_was_not_found_is_named(dataset: Callable[..., Dataset]) -> None:
    table = bench.compare(dataset("hand", TOTAL, RURAL), dataset("draft", TOTAL))
    assert set(outcomes(table).values()) == {("missing", "report#2 ('100 schools') has no partner")}
    assert table["drafted"].isna().all()


def test_measure_that_says_otherwise_differs(dataset: Callable[..., Dataset]) -> None:
    shorter = BUILT | {"period": "2025/2026"}
    (row,) = bench.compare(dataset("hand", BUILT), dataset("draft", shorter)).to_dict("records")
    assert (row["outcome"], row["value"], row["drafted"]) == ("differs", 2, 3)
    assert row["blame"] == "report#1 period: 2024/2026 > 2025/2026"
    inferred = BUILT | {"period": "~2024/2026"}
    (row,) = bench.compare(dataset("again", BUILT), dataset("concluded", inferred)).to_dict("records")
    assert row["outcome"] == "same"


def test_misread_number_leaves_another_value_of_the_same_measure(dataset: Callable[..., Dataset]) -> None:
    misread = RURAL | {"as_printed": "10 schools"}
    table = bench.compare(dataset("hand", TOTAL, RURAL), dataset("draft", TOTAL, misread))
    share = table.set_index("measure").loc["rural_school_share"]
    assert (share["outcome"], share["value"], share["drafted"]) == ("differs", 25, 2.5)
    assert share["blame"] == "report#2 ('100 schools') has no partner"


def test_programmes_may_have_any_name_but_must_tie_the_same_figures(dataset: Callable[..., Dataset]) -> None:
    hand = dataset("hand", PLANNED, PLACES)
    renamed = dataset("renamed", PLANNED | {"programme": "x"}, PLACES | {"programme": "x"})
    assert outcomes(bench.compare(hand, renamed))["places_per_new_school"] == ("same", "")
    apart = dataset("apart", PLANNED | {"programme": "x"}, PLACES | {"programme": "y"})
    tied = "programme: its figures are tied only in one of the two"
    assert outcomes(bench.compare(hand, apart))["places_per_new_school"] == ("missing", tied)
    loose = dataset("loose", PLANNED | {"programme": ""}, PLACES | {"programme": ""})
    blame = "report#2 programme: opening > -; report#1 programme: opening > -"
    assert outcomes(bench.compare(hand, loose))["places_per_new_school"] == ("missing", blame)


def test_table_as_text_has_a_line_for_each_blame(dataset: Callable[..., Dataset]) -> None:
    table = bench.compare(dataset("hand", BUILT, RURAL), dataset("draft", BUILT | {"period": "2025/2026"}, RURAL))
    header, line, blame = bench.shown(table).splitlines()
    assert header.split() == ["outcome", "region", "measure", "by", "hand", "from", "the", "draft"]
    assert line.split() == ["differs", "KZ-15", "new_schools_per_year", "2", "3"]
    assert blame.split() == ["report#1", "period:", "2024/2026", ">", "2025/2026"]


# --- the whole way ---------------------------------------------------------------------------------------------------


# What the drafts of the three documents give: all measures but those that need figures tied by a programme.
SAME = {
    ("KZ-33", "renovated_share_of_schools"),
    ("KZ-33", "small_school_share"),
    ("KZ-33", "students_per_school"),
    ("KZ-47", "new_schools_per_year"),
    ("KZ-47", "preschool_target_gap"),
    ("KZ-47", "rural_school_share"),
    ("KZ-47", "students_per_school"),
    ("KZ-47", "urban_school_share"),
    ("KZ-47", "urban_schools"),
    ("KZ-55", "renovated_share_of_schools"),
    ("KZ-55", "rural_school_share"),
    ("KZ-55", "students_per_school"),
    ("KZ-55", "urban_school_share"),
    ("KZ-55", "urban_schools"),
}
# Which money and which places go with which schools, only a person can say: the drafts leave the programme empty.
OTHERWISE = {
    ("missing", "KZ-55", "places_per_new_school"),
    ("missing", "KZ-55", "renovation_spending_per_school"),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    sources = [path.stem for path in (FOLDER / "data" / "raw" / "figures").iterdir()]
    documents = bench.read_documents(FOLDER, sources)
    assert len(documents) == len(sources) == 3
    made = bench.round_trip(documents, FOLDER / "data", tmp_path_factory.mktemp("trip"))
    assert made.left_out == ()
    return bench.compare(made.hand, made.drafted)


def test_drafts_make_the_measures_of_the_hand_made_rows(table: pd.DataFrame) -> None:
    same = table[table["outcome"] == "same"]
    assert set(zip(same["region"], same["measure"], strict=True)) == SAME, bench.shown(table)


def test_only_the_missing_programme_keeps_the_others_away(table: pd.DataFrame) -> None:
    rest = table[table["outcome"] != "same"]
    assert set(zip(rest["outcome"], rest["region"], rest["measure"], strict=True)) == OTHERWISE, bench.shown(table)
    assert rest["blame"].str.contains("programme: ").all()
