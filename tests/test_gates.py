"""The release gates: what is held back after a published edition, and what a declaration lets through."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from conftest import TODAY, Rows, write_raw
from hypothesis import given, settings
from hypothesis import strategies as st

from edstats.cli import main
from edstats.columns import typed
from edstats.dataset import Dataset, from_raw
from edstats.editions import History, following, read_history
from edstats.gates import breaches, gated, release_faults

SOURCES = [
    {"source": "aktobe-report", "published": "2024-05-01"},
    {"source": "ulytau-report", "published": "2024-06-01"},
]


def _row(printed: str, indicator: str = "schools_total", **more: str) -> dict[str, str]:
    return {"region": "KZ-15", "indicator": indicator, "as_printed": printed} | more


FIGURES: dict[str, Rows] = {
    "aktobe-report": [
        _row("434 schools"),
        _row("280 schools", "schools_rural"),
        _row("1200 schools", "schools_total", region="KZ-61"),
        _row("12 schools", "schools_hub", region="KZ-61"),
        _row("20 schools", "schools_hub", place="Kandyagash"),
        _row("21 schools", "schools_hub", place="Khromtau"),
    ],
    "ulytau-report": [_row("80 schools", region="KZ-62"), _row("3 schools", "schools_hub", region="KZ-62")],
}
Change = Callable[[list[dict[str, str]], dict[str, Rows]], object]


def _dataset(data: Path) -> Dataset:
    dataset, faults = from_raw(data, TODAY)
    assert dataset is not None, "\n".join(map(str, faults))
    return dataset


def _publish(data: Path) -> Path:
    """What a build keeps of its edition, after the one that is there."""
    dataset, published = _dataset(data), data.parent / "reports" / "data"
    published.mkdir(parents=True, exist_ok=True)
    history, previous = read_history(published)
    _, files = following(
        history, previous, dataset.observations, dataset.corrections, dataset.as_of, False, dataset.declarations
    )
    for name, text in files.items():
        (published / name).write_text(text, encoding="utf-8", newline="\n")
    return published


def _write(folder: Path, sources: Rows, figures: Mapping[str, Rows], **optional: Rows) -> Path:
    """As ``write_raw``, in place of what stands there; a figure keeps the number that it was given."""
    shutil.rmtree(folder / "data", ignore_errors=True)
    return write_raw(folder, sources, figures, **optional)


def _gated(folder: Path, change: Change, declared: Rows | None = None, corrections: Rows | None = None) -> list[str]:
    """What is held back once the published data are changed so."""
    published = _publish(_write(folder, SOURCES, FIGURES))
    sources = [dict(row) for row in SOURCES]
    figures = {
        source: [{"figure": str(n), **row} for n, row in enumerate(rows, start=1)] for source, rows in FIGURES.items()
    }
    change(sources, figures)
    data = _write(folder, sources, figures, declarations=declared or [], corrections=corrections or [])
    return [str(fault) for fault in release_faults(*read_history(published), _dataset(data), data, look_back=False)]


def _gone(source: str, *figures: str) -> Change:
    def change(sources: Rows, entered: dict[str, Rows]) -> None:
        entered[source] = [row for row in entered[source] if row["figure"] not in figures]

    return change


def _source_gone(sources: Rows, figures: dict[str, Rows]) -> None:
    del sources[1], figures["ulytau-report"]


def _source_renamed(sources: Rows, figures: dict[str, Rows]) -> None:
    sources[1]["source"] = "ulytau-report-2024"
    figures["ulytau-report-2024"] = figures.pop("ulytau-report")


def _revised(figure: int, **cells: str) -> Change:
    return lambda sources, figures: figures["aktobe-report"][figure - 1].update(cells)


def _new(**cells: str) -> Change:
    def change(sources: Rows, figures: dict[str, Rows]) -> None:
        sources.append({"source": "later", "published": "2025-05-01"})
        figures["later"] = [{"figure": "1", **_row("434 schools"), **cells}]

    return change


A = "data/raw/figures/aktobe-report.csv"
BACK = "bring it back, or declare it in raw/declarations.csv:"
AGAIN = "look at the source again; if it is right, declare it in raw/declarations.csv:"
SINCE = "since the published edition"
# By name: the change, what is said of it and the declarations that let it through.
HELD_BACK: dict[str, tuple[Change, list[str], list[tuple[str, str, str]]]] = {
    "figure gone": (
        _gone("aktobe-report", "5"),
        [f"{A}: figure: figure 5 ('20 schools') is gone; {BACK} aktobe-report,5,gone,REASON [EDS-202]"],
        [("aktobe-report", "5", "gone")],
    ),
    "indicator of a region gone": (
        _gone("aktobe-report", "2"),
        [
            f"{A}: indicator: 'Rural schools' of Aktobe region (KZ-15) is gone: 1 figure is gone (aktobe-report#2); "
            f"{BACK} aktobe-report,2,gone,REASON [EDS-203]"
        ],
        [("aktobe-report", "2", "gone")],
    ),
    "region gone": (
        _gone("aktobe-report", "3", "4"),
        [
            f"{A}: region: nothing is told of Turkistan region (KZ-61) any more: 2 figures are gone "
            f"(aktobe-report#3, aktobe-report#4); {BACK} aktobe-report,FIGURE,gone,REASON [EDS-203]"
        ],
        [("aktobe-report", "3", "gone"), ("aktobe-report", "4", "gone")],
    ),
    "source gone, and its region with it": (
        _source_gone,
        [
            "data/raw/figures/ulytau-report.csv: source: nothing is left of 'ulytau-report': 2 figures are gone; "
            f"{BACK} ulytau-report,,gone,REASON [EDS-203]"
        ],
        [("ulytau-report", "", "gone")],
    ),
    "source renamed": (
        _source_renamed,
        [
            "data/raw/figures/ulytau-report.csv: source: nothing is left of 'ulytau-report': 2 figures are gone; "
            f"{BACK} ulytau-report,,gone,REASON; if it is now 'ulytau-report-2024', keep its old name [EDS-203]"
        ],
        [("ulytau-report", "", "gone")],
    ),
    "a digit lost": (
        _revised(1, as_printed="43 schools"),
        [f"{A}:2: value: value was 434 and is 43 {SINCE}; {AGAIN} aktobe-report,1,revised,REASON [EDS-204]"],
        [("aktobe-report", "1", "revised")],
    ),
    "upper end moved": (
        _revised(1, as_printed="", value="434", value_high="4400", qualifier="range", unit="school"),
        [
            f"{A}:2: value_high: value_high was nothing and is 4400 {SINCE}; "
            f"{AGAIN} aktobe-report,1,revised,REASON [EDS-204]"
        ],
        [("aktobe-report", "1", "revised")],
    ),
    "another unit and region": (
        _revised(3, unit="organisation", region="KZ-39", note="printed as schools"),
        [
            f"{A}:4: region: region was KZ-61 and is KZ-39, unit was school and is organisation {SINCE}; "
            f"{AGAIN} aktobe-report,3,revised,REASON [EDS-204]"
        ],
        [("aktobe-report", "", "revised")],
    ),
    "another status": (
        _revised(1, status="planned"),
        [f"{A}:2: status: status was actual and is planned {SINCE}; {AGAIN} aktobe-report,1,revised,REASON [EDS-204]"],
        [("aktobe-report", "1", "revised")],
    ),
    "new figure with a digit too few": (
        _new(as_printed="43 schools"),
        [
            "data/raw/figures/later.csv:2: value: 43, but 434 in 2024-05-01 (aktobe-report#1); "
            f"{AGAIN} later,1,new,REASON [EDS-204]"
        ],
        [("later", "1", "new")],
    ),
    "new figure with a digit too many": (
        _new(as_printed="4340 schools"),
        [
            "data/raw/figures/later.csv:2: value: 4340, but 434 in 2024-05-01 (aktobe-report#1); "
            f"{AGAIN} later,1,new,REASON [EDS-204]"
        ],
        [("later", "", "new")],
    ),
}
PASSED: dict[str, Change] = {
    "nothing": lambda sources, figures: None,
    "a misread digit": _revised(1, as_printed="443 schools"),
    "another note": _revised(1, note="seen again"),
    "a new region": _new(region="KZ-39", as_printed="4 schools"),
    "a stock that grew": _new(as_printed="500 schools"),
    "a small count": _new(region="KZ-62", indicator="schools_hub", as_printed="12 schools"),
    "a place": _new(place="Khromtau", as_printed="4 schools"),
    "a plan": _new(status="planned", as_printed="4 schools"),
    "a flow": _new(indicator="schools_built", as_printed="4 schools"),
    "a part of them": _new(group="small", as_printed="4 schools"),
    "a range with an end that is near": _new(
        as_printed="", value="100", value_high="400", qualifier="range", unit="school"
    ),
}


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_is_not_declared_is_held_back(name: str, tmp_path: Path) -> None:
    change, told, _ = HELD_BACK[name]
    assert _gated(tmp_path, change) == told


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_is_declared_passes(name: str, tmp_path: Path) -> None:
    change, _, declared = HELD_BACK[name]
    columns = ("source", "figure", "change")
    rows = [dict(zip(columns, entry, strict=True)) | {"reason": "seen again"} for entry in declared]
    assert _gated(tmp_path, change, rows) == []


@pytest.mark.parametrize("name", PASSED)
def test_what_is_plausible_passes(name: str, tmp_path: Path) -> None:
    assert _gated(tmp_path, PASSED[name]) == []


@pytest.mark.parametrize(
    "declared",
    [("aktobe-report", "1", "revised"), ("aktobe-report", "6", "gone"), ("ulytau-report", "", "revised")],
)
def test_a_declaration_of_something_else_lets_nothing_through(declared: tuple[str, str, str], tmp_path: Path) -> None:
    change, told, _ = HELD_BACK["figure gone"]
    rows = [dict(zip(("source", "figure", "change"), declared, strict=True)) | {"reason": "seen again"}]
    both = _gone("aktobe-report", "5", "6") if declared[1] == "6" else change
    held = _gated(tmp_path, both, rows)
    assert "EDS-20" in "".join(held)
    assert len(held) == len(told)


def test_a_correction_that_took_effect_lets_a_revision_through(tmp_path: Path) -> None:
    entry = {"source": "aktobe-report", "figure": "1", "column": "as_printed", "reason": "misprint"}
    corrections = [entry | {"expected": "434 schools", "corrected": "43 schools"}]
    assert _gated(tmp_path, PASSED["nothing"], corrections=corrections) == []


def test_what_an_edition_has_told_lets_no_later_change_through(tmp_path: Path) -> None:
    declared = [{"source": "aktobe-report", "figure": "1", "change": "revised", "reason": "the page; was corrected"}]
    assert _gated(tmp_path, HELD_BACK["a digit lost"][0], declared) == []
    published = _publish(tmp_path / "data")
    again = {"aktobe-report": [_row("434 schools"), *FIGURES["aktobe-report"][1:]]}
    data = _write(tmp_path, SOURCES, FIGURES | again, declarations=declared)
    (fault,) = release_faults(*read_history(published), _dataset(data), data, look_back=False)
    assert "value was 43 and is 434" in fault.found
    declared.append(declared[0] | {"reason": "the page was withdrawn"})
    data = _write(tmp_path, SOURCES, FIGURES | again, declarations=declared)
    assert release_faults(*read_history(published), _dataset(data), data, look_back=False) == ()


def test_the_reason_is_told_with_the_change(tmp_path: Path) -> None:
    reason = "the page was withdrawn"
    declared = [{"source": "ulytau-report", "figure": "", "change": "gone", "reason": reason}]
    assert _gated(tmp_path, _source_gone, declared) == []
    history, _ = read_history(_publish(tmp_path / "data"))
    assert set(history.changes["reason"]) == {reason}
    # The log stays sound once the edition has passed.
    assert main(["check", "--data", str(tmp_path / "data")]) == 0


def test_a_declaration_of_a_revision_may_outlive_its_figure(tmp_path: Path) -> None:
    declared = [
        {"source": "ulytau-report", "figure": "1", "change": "revised", "reason": "the page was corrected"},
        {"source": "ulytau-report", "figure": "", "change": "gone", "reason": "the page was withdrawn"},
    ]
    assert _gated(tmp_path, _source_gone, declared) == []


def test_a_look_back_is_not_held_back(tmp_path: Path) -> None:
    published = _publish(_write(tmp_path, SOURCES, FIGURES))
    data = _write(tmp_path, SOURCES[:1], {"aktobe-report": FIGURES["aktobe-report"]})
    assert release_faults(*read_history(published), _dataset(data), data, look_back=False) != ()
    assert release_faults(*read_history(published), _dataset(data), data, look_back=True) == ()


def test_the_first_edition_is_compared_with_nothing(tmp_path: Path) -> None:
    data = _write(tmp_path, SOURCES, FIGURES)
    said = gated(tmp_path / "reports" / "data", _dataset(data), data)
    assert (said.compared, said.faults) == (False, ())


def test_a_damaged_edition_holds_the_next_one_back(tmp_path: Path) -> None:
    data = _write(tmp_path, SOURCES, FIGURES)
    published = _publish(data)
    (published / "changes.csv").unlink()
    (fault,) = gated(published, _dataset(data), data).faults
    assert (fault.file, fault.code) == ("reports/data/changes.csv", "EDS-205")


def test_the_project_passes_after_itself(project: Dataset, tmp_path: Path) -> None:
    """As read from the files that an edition keeps."""
    tables = (project.observations, project.corrections, project.as_of, False)
    _, files = following(History.empty(), None, *tables)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    said = gated(tmp_path, project, tmp_path)
    assert (said.compared, said.faults) == (True, ())


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_data_that_have_not_changed_pass(project: Dataset, chance: Random) -> None:
    """Any of the project's sources, in any order, with any number of them."""
    sources = sorted(set(project.observations["source"]))
    kept = chance.sample(sources, chance.randint(1, len(sources)))
    rows = project.observations[project.observations["source"].isin(kept)]
    dataset = replace(project, observations=typed(rows, "observations"))
    again = typed(rows.sample(frac=1, random_state=chance.randint(0, 1000)), "observations")
    assert breaches(History.empty(), again, dataset) == []


def test_honest_data_are_not_held_back(project: Dataset) -> None:
    """The project's own data, published month by month as their documents appeared: docs/errors.md tells the counts."""
    rows = project.observations
    days = pd.date_range("2012-01-31", project.as_of, freq="ME")
    history, held, editions = History.empty(), [], 0
    before = rows.iloc[:0]
    for day in days:
        after = typed(rows[rows["published_latest"] <= day], "observations")
        if len(after) > len(before):
            held += breaches(history, before, replace(project, observations=after))
            editions += 1
        before = after
    assert [breach.found for breach in held] == []
    assert editions >= 50


def test_misread_numbers_are_held_back(project: Dataset) -> None:
    """The last source of each stock, with a digit too few: nearly all are found."""
    rows = project.observations
    held = 0
    stocks = rows[(rows["indicator"] == "schools_total") & (rows["value"] >= 100) & (rows["place"] == "")]
    stocks = stocks[(stocks["status"] == "actual") & (stocks["share_of"] == "")]
    repeated = stocks[stocks.duplicated(["territory", "group", "works", "counted", "programme", "unit"])]
    assert len(repeated) >= 5
    for figure in repeated["figure_id"]:
        before = typed(rows[rows["figure_id"] != figure], "observations")
        after = rows.assign(value=rows["value"].where(rows["figure_id"] != figure, rows["value"] // 10))
        found = breaches(History.empty(), before, replace(project, observations=after))
        held += any(breach.code == "EDS-204" for breach in found)
    assert held == len(repeated)


def test_check_says_which_gate_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _gated(tmp_path, HELD_BACK["figure gone"][0]) != []
    capsys.readouterr()
    assert main(["check", "--data", str(tmp_path / "data")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"FAIL      EDS-202  {A}: figure: figure 5 ('20 schools') is gone; {BACK}")
    lines = said.out.splitlines()
    assert lines[-2] == "FAIL      EDS-202  figure gone: 1"
    assert "PASS      EDS-203  coverage shrinks" in lines
    assert lines[-1].endswith("PASS, 1 FAIL")


def test_check_names_a_damaged_edition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = _write(tmp_path, SOURCES, FIGURES)
    (_publish(data) / "editions.csv").write_text("<html>\n")
    assert main(["check", "--data", str(data)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("FAIL      EDS-205  reports/data/editions.csv:1: edition: column is missing;")
    assert "UNCHECKED EDS-202 to EDS-204  release gates: there is no published edition" in said.out


def test_published_observations_are_not_touched(tmp_path: Path) -> None:
    published = _publish(_write(tmp_path, SOURCES, FIGURES))
    before = (published / "observations.csv").read_bytes()
    assert main(["check", "--data", str(tmp_path / "data")]) == 0
    assert (published / "observations.csv").read_bytes() == before
