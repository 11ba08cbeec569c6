"""The workbook: openpyxl reads it back cell by cell; nothing in it is a formula, merged, or cut off."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from edstats.columns import typed
from edstats.dataset import Dataset
from edstats.exports.schema import code_names, columns_of
from edstats.exports.workbook import UnfitForWorkbook, workbook
from edstats.exports.workbook_file import is_exported

Exported = Callable[[str], Path]
TABLES = ("data", "sources", "measures", "findings", "corrections", "columns", "codes")


@pytest.fixture(scope="module")
def book(exported: Exported) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(exported("xlsx").read_bytes()))


def cells_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[list[object]]:
    """The rows of a table as a workbook holds them."""
    rows = frame[list(columns)].astype("object").to_numpy().tolist()
    return [[as_cell(value) for value in row] for row in rows]


def as_cell(value: object) -> object:
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.16g}")  # openpyxl writes sixteen digits
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else None


def read(sheet: Worksheet) -> tuple[tuple[str, ...], list[list[object]]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return tuple(str(name) for name in header), [list(row) for row in rows]


def test_each_sheet_is_read_back_cell_by_cell(book: openpyxl.Workbook, project: Dataset) -> None:
    assert book.sheetnames == ["notes", *TABLES]
    tables = {name: getattr(project, name) for name in ("sources", "measures", "findings", "corrections")}
    for name, frame in {**tables, "codes": code_names()}.items():
        header, rows = read(book[name])
        assert header == tuple(column.name for column in columns_of(name))
        assert rows == cells_of(frame, header), name


def test_data_are_the_figures_with_their_sources(book: openpyxl.Workbook, project: Dataset) -> None:
    header, rows = read(book["data"])
    own = tuple(column.name for column in columns_of("observations"))
    assert header == (*own, "publisher", "title", "url")
    assert [row[: len(own)] for row in rows] == cells_of(project.observations, own)
    known = {row["source"]: row for row in project.sources.to_dict("records")}
    source = header.index("source")
    for row in rows:
        assert row[len(own) :] == [known[row[source]][name] or None for name in ("publisher", "title", "url")]


def test_cells_have_the_type_of_what_they_hold(book: openpyxl.Workbook) -> None:
    kinds = {
        column.name: column.kind for table in ("observations", "measures", "sources") for column in columns_of(table)
    }
    seen = set()
    for name in ("data", "measures", "sources"):
        header, *rows = book[name].iter_rows()
        for row in rows:
            for title, cell in zip(header, row, strict=True):
                if cell.value is not None:
                    kind = {"float64": "n", "date": "d"}.get(kinds[str(title.value)], "s")
                    assert cell.data_type == kind, f"{name}!{cell.coordinate}"
                    seen.add((kind, cell.number_format))
    assert seen == {("s", "General"), ("n", "#,##0"), ("n", "General"), ("d", "yyyy-mm-dd")}


def test_tables_can_be_read_and_filtered(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert not sheet.conditional_formatting
    for name in TABLES:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert all(len(str(cell.value)) < width <= 60 for cell, width in zip(sheet[1], widths, strict=True))


def test_notes_say_what_a_stranger_needs(book: openpyxl.Workbook, project: Dataset) -> None:
    notes = [(str(topic), str(text)) for topic, text in book["notes"].iter_rows(values_only=True)]
    said = dict(notes)
    assert said["as of"] == project.as_of.isoformat()
    assert "CC-BY-4.0" in said["licence"]
    assert str(project.as_of) in said["cite as"]
    assert said["holds"].startswith(f"{len(project.observations)} observations from {len(project.sources)} sources")
    assert any("Not reported is not zero" in text for _, text in notes)
    assert {f"sheet {name}" for name in book.sheetnames} <= set(said)
    for column in ("qualifier", "status"):
        for code in project.observations[column].unique():
            assert said[f"{column} {code}"]
    _, meanings = read(book["columns"])
    for name in ("data", "sources", "measures", "findings", "corrections", "codes"):
        header, _ = read(book[name])
        assert [column for sheet, column, meaning in meanings if sheet == name and meaning] == list(header)


HOSTILE = (
    *("=1+1", '=HYPERLINK("http://example.org")', "+7", "-5", "@SUM(A1)", "#N/A", "#REF!", "TRUE", "12", "2024-01-01"),
    *("a\x01b", "a\x0bb", "a\rb", "a\nb", "a\tb", "_x0041_", "\ufffe", "</t></is><f>1+1</f>", " spaces ", "қ" * 32_767),
    *("&amp;", "{=1}", "'=1", "\t=1", "%0A=1"),
)


@pytest.fixture(scope="module")
def hostile(project: Dataset) -> bytes:
    """A workbook whose notes try everything."""
    observations = project.observations.head(len(HOSTILE)).assign(note=HOSTILE)
    return workbook(replace(project, observations=typed(observations, "observations")))


def test_text_stays_text_and_whole_whatever_it_is(hostile: bytes) -> None:
    sheet = openpyxl.load_workbook(BytesIO(hostile))["data"]
    column = next(cell.column for cell in sheet[1] if cell.value == "note")
    for row, text in enumerate(HOSTILE, start=2):
        cell = sheet.cell(row, column)
        assert cell.data_type == "s", text[:40]
        # As spreadsheets read it: openpyxl leaves the escapes of the format to its caller.
        shown = re.sub("_x([0-9A-F]{4})_", lambda sign: chr(int(sign[1], 16)), str(cell.value))
        assert shown == text
        # One that is typed into must not become a formula either.
        assert bool(cell.style and cell.quotePrefix) == text.lstrip("'\t").startswith(("=", "+", "-", "@")), text[:40]


def test_no_part_of_a_workbook_holds_a_formula_or_a_link(hostile: bytes) -> None:
    with ZipFile(BytesIO(hostile)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sum(name.startswith("xl/worksheets/") for name in parts) == 8
    for name, part in parts.items():
        assert not re.search("<f[ >/]|<hyperlink|externalLink|vbaProject|oleObject", part), name


def test_no_clock_is_in_a_workbook(exported: Exported, project: Dataset) -> None:
    with ZipFile(exported("xlsx")) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(exported("xlsx")).properties
    assert properties.created == properties.modified == datetime.combine(project.as_of, datetime.min.time())


def test_only_a_workbook_that_nobody_saved_bears_the_mark(exported: Exported, tmp_path: Path) -> None:
    path = tmp_path / "schools.xlsx"
    path.write_bytes(exported("xlsx").read_bytes())
    assert is_exported(path)
    with ZipFile(path, "a") as archive:
        archive.writestr("mine", "mine")
    assert not is_exported(path), "something was put into it, and its mark kept"
    path.write_bytes(exported("xlsx").read_bytes()[:-1])
    assert not is_exported(path)
    path.write_bytes(b"")
    assert not is_exported(path)


def test_what_does_not_fit_is_refused_and_never_cut_off(project: Dataset) -> None:
    observations = project.observations.copy()
    observations.loc[1, "note"] = "x" * 32_768
    with pytest.raises(UnfitForWorkbook, match="sheet 'data', row 3: a text of 32768 characters"):
        workbook(replace(project, observations=observations))


def test_an_earlier_day_gives_an_earlier_workbook(project: Dataset) -> None:
    then = openpyxl.load_workbook(BytesIO(workbook(replace(project, as_of=date(2024, 6, 30)))))
    assert then.properties.modified == datetime(2024, 6, 30)
    assert ("as of", "2024-06-30") in [*then["notes"].iter_rows(values_only=True)]
