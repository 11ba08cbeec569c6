"""Drafts of documents whose figures are known, and what becomes of them."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import write_raw

from edstats.cli import main
from edstats.dataset import load
from edstats.draft_rows import DRAFT_COLUMNS, draft_rows
from edstats.drafts import accept, write_draft
from edstats.extraction.result import Document, Extraction, Figure
from edstats.raw_tables import FIGURE_COLUMNS, SOURCE_COLUMNS

NAME = "akmola-september-2026"
DEFAULTS = {"qualifier": "exact", "detail": "", "place": "", "period": "", "status": "actual", "group": "", "works": ""}
Row = dict[str, str]


def figure(text: str, phrase: str, value: float, unit: str, indicator: str, **said: object) -> Figure:
    """The figure of a phrase of the text, read so."""
    start = text.index(phrase)
    read = DEFAULTS | {"value_high": None, "region": "KZ-11", "programme": "", "confidence": 0.98, "reason": "its noun"}
    printed = {"start": start, "end": start + len(phrase), "as_printed": phrase}
    counted = {"value": value, "unit": unit, "indicator": indicator}
    return Figure(**(read | printed | counted | said))  # type: ignore[arg-type]


def extraction(text: str, *figures: Figure, language: str = "en", published: str = "2026-08-14") -> Extraction:
    return Extraction(Document("d1", text, "Schools get ready", published), language, figures)


def drafted(text: str, *figures: Figure, language: str = "en", published: str = "2026-08-14") -> list[Row]:
    return draft_rows(extraction(text, *figures, language=language, published=published), language)


def filled(row: Row) -> Row:
    """The cells of a row that are not empty and that every row has."""
    plain = ("figure", "region", "indicator", "as_printed", "status", "confidence", "reason")
    return {column: cell for column, cell in row.items() if cell and column not in plain}


REPORT = "There are 521 schools in the region, 305 of them small. More than 90 thousand children study there."
FIGURES = (
    figure(REPORT, "521 schools", 521, "school", "schools_total"),
    figure(REPORT, "305", 305, "school", "schools_small"),
    figure(REPORT, "90 thousand children", 90_000, "child", "students_total", qualifier="at_least"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one source whose figures are entered, and the row of one whose are not."""
    entries = [{"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}]
    sources = [{"source": "aktobe-report", "published": "2024-12-02"}, {"source": NAME, "published": "2026-08-14"}]
    return write_raw(tmp_path, sources, {"aktobe-report": entries})


def snapshot(data: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rewrite(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, DRAFT_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


# --- the rows --------------------------------------------------------------------------------------------------------


def test_only_what_the_phrase_does_not_tell_is_filled_in() -> None:
    rows = drafted(REPORT, *FIGURES)
    assert [row["as_printed"] for row in rows] == ["521 schools", "305", "More than 90 thousand children"]
    assert [filled(row) for row in rows] == [{}, {"unit": "school"}, {}]
    assert rows[0] == dict.fromkeys(DRAFT_COLUMNS, "") | {
        "figure": "1",
        "region": "KZ-11",
        "indicator": "schools_total",
        "as_printed": "521 schools",
        "status": "actual",
        "confidence": "0.980",
        "reason": "its noun",
    }


def test_qualifier_behind_the_number_comes_with_the_phrase() -> None:
    text = "Облыста 10 мыңнан астам оқушы бар."
    (row,) = drafted(
        text, figure(text, "10 мыңнан", 10_000, "student", "students_total", qualifier="at_least"), language="kk"
    )
    assert row["as_printed"] == "10 мыңнан астам оқушы"
    assert filled(row) == {}


def test_phrase_is_read_in_the_language_of_the_source() -> None:
    text = "Охват вырос до 86,125 процента."
    coverage = figure(text, "86,125 процента", 86.125, "percent", "preschool_coverage")
    assert filled(drafted(text, coverage, language="ru")[0]) == {}
    entered = drafted(text, coverage, language="en")[0]
    assert entered["value"] == "86.125"


def test_cell_that_overrides_the_phrase_has_its_note() -> None:
    text = "The gap between village and town is 15%."
    (row,) = drafted(text, figure(text, "15%", 15, "percentage_point", "learning_gap"))
    note = "unit printed as percent, read in its sentence as percentage_point"
    assert filled(row) == {"unit": "percentage_point", "note": note}


def test_range_and_scale_are_left_to_the_phrase() -> None:
    text = "Quality rose by 4-11%, for 8.2 billion tenge."
    quality = figure(text, "4-11%", 4, "percent", "learning_quality", value_high=11.0, qualifier="range")
    rows = drafted(
        text,
        replace(quality, detail="learning_quality_increase"),
        figure(text, "8.2 billion tenge", 8.2e9, "KZT", "renovation_spending"),
    )
    assert [row["indicator"] for row in rows] == ["learning_quality_increase", "renovation_spending"]
    assert [filled(row) for row in rows] == [{}, {}]


def test_phrase_that_cannot_be_read_gets_its_numbers() -> None:
    text = "Сумма: 198 531 698,7 тыс.тенге; построят шесть-семь."
    span = figure(text, "шесть-семь", 6, "school", "schools_built", value_high=7.0, qualifier="range")
    (row,) = drafted(text, replace(span, as_printed="от шести семь"), language="ru")
    assert filled(row) == {"value": "6", "value_high": "7", "qualifier": "range", "unit": "school"}


@pytest.mark.parametrize(
    ("text", "published", "period", "written"),
    [
        ("9 schools in 2024.", "2026-08-14", "2024", "2024"),
        ("9 schools in 2024-25.", "", "2024-2025", "2024-2025"),
        ("9 schools in the coming school year.", "2026-08-14", "2026-2027", "2026-2027"),
        ("9 schools over three years.", "2026-08-14", "2024/2026", "~2024/2026"),
        ("9 schools the year before last.", "2026-08-14", "2024", "~2024"),
        ("9 schools in phase 20245.", "", "2024", "~2024"),
        ("9 schools.", "2026-08-14", "", ""),
    ],
)
def test_period_that_is_not_printed_says_so(text: str, published: str, period: str, written: str) -> None:
    (row,) = drafted(text, figure(text, "9 schools", 9, "school", "schools_built", period=period), published=published)
    assert row["period"] == written
    assert row["note"] == ("period concluded, not printed" if written.startswith("~") else "")


@pytest.mark.parametrize(
    ("text", "indicator", "status", "written"),
    [
        # A level is dated by the day of publication, which is finer than its year.
        ("There are 9 schools.", "schools_total", "actual", ""),
        ("There are 9 schools. Seen in 2026.", "schools_total", "actual", ""),
        ("In 2026 there are 9 schools.", "schools_total", "actual", "2026"),
        # What is done in a year is done in the year that the document speaks of.
        ("They opened 9 schools.", "schools_built", "actual", ""),
        ("They opened 9 schools. Seen in 2026.", "schools_built", "actual", "2026"),
        # A plan without a time would be no plan of this year.
        ("This year they will open 9 schools.", "schools_built", "planned", "2026"),
    ],
)
def test_year_of_publication_stands_for_itself(text: str, indicator: str, status: str, written: str) -> None:
    read = figure(text, "9 schools", 9, "school", indicator, status=status, period="2026")
    assert drafted(text, read, published="2026-08-14")[0]["period"] == written


@pytest.mark.parametrize(
    ("indicator", "unit", "counted"),
    [
        ("schools_renovated", "school", "school"),
        ("schools_renovated", "kindergarten", "facility"),
        ("schools_built", "school", ""),
        ("schools_built", "organisation", "facility"),
        ("schools_total", "organisation", ""),
        ("schools_rural", "school", ""),
    ],
)
def test_works_on_more_than_schools_count_facilities(indicator: str, unit: str, counted: str) -> None:
    (row,) = drafted("Of 9 all.", figure("Of 9 all.", "9", 9, unit, indicator))
    assert row["counted"] == counted


@pytest.mark.parametrize(
    ("indicator", "group", "whole"),
    [
        ("schools_small", "", "schools_total"),
        ("schools_small", "small", "schools_total"),
        ("schools_emergency", "rural", "schools_rural"),
        ("students_rural", "", "students_total"),
        ("teacher_shortage", "", "teachers_total"),
        ("classrooms_equipped", "", ""),
        ("preschool_coverage", "", ""),
    ],
)
def test_percentage_of_a_count_gets_its_whole_and_says_so(indicator: str, group: str, whole: str) -> None:
    (row,) = drafted("It is 9%.", figure("It is 9%.", "9%", 9, "percent", indicator, group=group))
    assert row["share_of"] == whole
    assert row["reason"] == ("its noun; share_of taken for granted" if whole else "its noun")


def test_fact_stated_twice_is_one_row_but_unnamed_figures_stay() -> None:
    text = "9 schools opened. The nine schools, and 5 lions, 5 lions."
    headline = figure(text, "9 schools", 9, "school", "schools_built", confidence=0.6)
    body = figure(text, "nine schools", 9, "school", "schools_built")
    lions = [
        figure(text, "5 lions", 5, "", "other"),
        replace(figure(text, "5 lions", 5, "", "other"), start=48, end=55),
    ]
    rows = drafted(text, headline, body, *lions)
    assert [(row["figure"], row["as_printed"]) for row in rows] == [
        ("1", "nine schools"),
        ("2", "5 lions"),
        ("3", "5 lions"),
    ]
    assert len(drafted(text, headline, replace(body, period="2025"))) == 2


# --- the files -------------------------------------------------------------------------------------------------------


def test_draft_of_a_well_read_document_passes_clean_as_it_is(data: Path) -> None:
    path, faults = write_draft(extraction(REPORT, *FIGURES), NAME, data)
    assert (path, faults) == (data / "drafts" / f"{NAME}.csv", [])
    assert accept(NAME, data) == (3, [])
    assert not list((data / "drafts").iterdir())
    assert tuple(read_rows(data / "raw" / "figures" / f"{NAME}.csv")[0]) == FIGURE_COLUMNS
    assert main(["clean", "--data", str(data)]) == 0
    rows = load(data).observations.query("source == @NAME")[["indicator", "value", "qualifier", "unit"]]
    assert rows.to_numpy().tolist() == [
        ["schools_total", 521, "exact", "school"],
        ["schools_small", 305, "exact", "school"],
        ["students_total", 90_000, "at_least", "child"],
    ]


def test_clean_and_check_never_read_drafts(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(data / "drafts", ignore_errors=True)
    assert main(["clean", "--data", str(data)]) == 0
    before = snapshot(data / "clean")
    write_draft(extraction(REPORT, *FIGURES), NAME, data)
    (data / "drafts" / "broken.csv").write_bytes(b"\xff\xfe,no table")
    assert main(["clean", "--check", "--data", str(data)]) == 0
    assert main(["check", "--data", str(data)]) == 0
    assert main(["clean", "--data", str(data)]) == 0
    assert snapshot(data / "clean") == before
    assert "broken" not in capsys.readouterr().err


@pytest.mark.parametrize("source", ["../aktobe", "", "a b", "-x"])
def test_name_that_is_none_is_refused(source: str, data: Path) -> None:
    before = snapshot(data)
    path, (fault,) = write_draft(extraction(REPORT, *FIGURES), source, data)
    assert (path, fault.file, fault.found) == (None, "data/drafts", f"'{source}' is no name of a source")
    assert accept(source, data) == (0, [fault])
    assert snapshot(data) == before


def test_nothing_is_written_over_a_draft_or_entered_figures(data: Path) -> None:
    write_draft(extraction(REPORT, *FIGURES), NAME, data)
    before = snapshot(data)
    for source, file in ((NAME, f"data/drafts/{NAME}.csv"), ("aktobe-report", "data/raw/figures/aktobe-report.csv")):
        path, (fault,) = write_draft(extraction(REPORT, *FIGURES), source, data)
        assert (path, fault.file) == (None, file)
    shutil.copy(data / "drafts" / f"{NAME}.csv", data / "drafts" / "aktobe-report.csv")
    moved, (fault,) = accept("aktobe-report", data)
    assert (moved, fault.file) == (0, "data/raw/figures/aktobe-report.csv")
    (data / "drafts" / "aktobe-report.csv").unlink()
    assert snapshot(data) == before


def test_document_without_figures_gives_no_draft(data: Path) -> None:
    path, (fault,) = write_draft(extraction("No figure."), NAME, data)
    assert path is None
    assert fault.found == "no figure was found in the document 'd1'"
    assert not (data / "drafts").exists()


def test_all_faults_of_a_draft_are_named_at_once_and_nothing_changes(data: Path) -> None:
    unnamed = figure(REPORT, "521 schools", 521, "school", "other")
    path, _ = write_draft(extraction(REPORT, unnamed, *FIGURES), NAME, data)
    assert path is not None
    rows = read_rows(path)
    rows[1]["status"] = "planed"
    rows[2]["unit"] = ""
    rows[3]["figure"] = "1"
    rewrite(path, rows)
    before = snapshot(data)
    moved, faults = accept(NAME, data)
    assert moved == 0
    assert list(map(str, faults)) == [
        f"data/drafts/{NAME}.csv:2: indicator: 'other' does not say what is counted; "
        "name an indicator of the codebook, or delete the row [EDS-055]",
        f"data/drafts/{NAME}.csv:3: status: 'planed' is no known status; did you mean 'planned'? [EDS-032]",
        f"data/drafts/{NAME}.csv:4: unit: no unit in the phrase; one of school percent [EDS-038]",
        f"data/drafts/{NAME}.csv:5: figure: '1' stands twice; each figure a number of its own [EDS-012]",
    ]
    assert snapshot(data) == before
    rewrite(path, [rows[1] | {"status": "planned"}])
    assert accept(NAME, data) == (1, [])


@pytest.mark.parametrize(
    ("content", "row", "found"),
    [
        (b"figure,region\n1,KZ-15\n", 1, "column is missing"),
        (",".join(DRAFT_COLUMNS).encode() + b"\n", 0, "no rows"),
        (",".join(DRAFT_COLUMNS).encode() + b"\n1,\xcc\xe0\n", 2, "byte 0xcc is not UTF-8"),
        (",".join(DRAFT_COLUMNS).encode() + b'\n1,"open\n', 2, "malformed CSV (unexpected end of data)"),
    ],
)
def test_draft_that_cannot_be_read_is_located(content: bytes, row: int, found: str, data: Path) -> None:
    (data / "drafts").mkdir()
    (data / "drafts" / f"{NAME}.csv").write_bytes(content)
    before = snapshot(data)
    moved, faults = accept(NAME, data)
    assert moved == 0
    assert (f"data/drafts/{NAME}.csv", row, found) in {(fault.file, fault.row, fault.found) for fault in faults}
    assert snapshot(data) == before


def test_missing_draft_is_named(data: Path) -> None:
    moved, (fault,) = accept("nothing-here", data)
    assert (moved, str(fault)) == (
        0,
        "data/drafts/nothing-here.csv: no such draft; write it with edstats extract --draft nothing-here [EDS-054]",
    )


@pytest.mark.parametrize(
    ("published", "dates"),
    [
        ("2026-08-14", "2026-08-14,,,"),
        ("2025", "2025,2025-01-01,2025-12-31,the document gives 2025 and no day"),
        ("", ",,,"),
    ],
)
def test_source_without_a_row_gets_a_suggestion(published: str, dates: str, data: Path) -> None:
    text = "В области 305,5 тыс. учащихся, 12 школ в планах."
    students = figure(text, "305,5 тыс. учащихся", 305_500, "student", "students_total")
    other = figure(text, "12 школ", 12, "school", "other")
    path, faults = write_draft(extraction(text, students, other, language="ru", published=published), "new-one", data)
    assert (path, faults) == (data / "drafts" / "new-one.csv", [])
    row = f"new-one,,,Schools get ready,,{dates},ru,,,"
    assert (data / "drafts" / "new-one.source.csv").read_text(
        encoding="utf-8"
    ) == f"{','.join(SOURCE_COLUMNS)}\n{row}\n"
    before = snapshot(data)
    moved, faults = accept("new-one", data)
    # The draft is read in its own language, so that its rows have no faults but their own.
    assert (moved, [(fault.file, fault.row) for fault in faults]) == (
        0,
        [("data/drafts/new-one.csv", 3), ("data/raw/sources.csv", 0)],
    )
    assert row in faults[1].remedy
    assert snapshot(data) == before


def test_draft_is_accepted_once_its_source_has_a_sound_row(data: Path) -> None:
    write_draft(extraction(REPORT, *FIGURES), "new-one", data)
    sources = data / "raw" / "sources.csv"
    with sources.open("a", encoding="utf-8") as file:
        file.write("new-one,Akimat,,Schools get ready,,2026-08-14,,,,en,,,\n")
    moved, (fault,) = accept("new-one", data)
    assert (moved, str(fault)[:45]) == (0, "data/raw/sources.csv:4: publisher_type: empty")
    sources.write_text(sources.read_text(encoding="utf-8").replace("Akimat,,Schools", "Akimat,akimat,Schools"))
    assert accept("new-one", data) == (3, [])
    assert not list((data / "drafts").iterdir())


def test_faults_of_other_sources_do_not_hold_up_a_draft(data: Path) -> None:
    (data / "raw" / "figures" / "aktobe-report.csv").write_text("broken")
    write_draft(extraction(REPORT, *FIGURES), NAME, data)
    assert accept(NAME, data) == (3, [])


def test_what_cannot_be_written_is_a_fault(data: Path) -> None:
    (data / "drafts").write_text("a file")
    path, (fault,) = write_draft(extraction(REPORT, *FIGURES), "new-one", data)
    assert path is None
    assert fault.file == "data/drafts/new-one.source.csv"
    assert "cannot be written" in fault.found
    (data / "drafts").unlink()
    write_draft(extraction(REPORT, *FIGURES), NAME, data)
    shutil.rmtree(data / "raw" / "figures")
    (data / "raw" / "figures").write_text("a file")
    before = snapshot(data)
    moved, (fault,) = accept(NAME, data)
    assert (moved, fault.file) == (0, f"data/raw/figures/{NAME}.csv")
    assert snapshot(data) == before
