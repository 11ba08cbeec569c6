"""The data package: valid for the tool of its standard, which finds damage of every kind; whole when read back."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from conftest import PROJECT
from frictionless import Package

from edstats.codebook import read_rows
from edstats.columns import TABLES, typed
from edstats.dataset import Dataset, load
from edstats.exports.datapackage import datapackage_files
from edstats.exports.schema import EXPORTED, columns_of, listed

Exported = Callable[[str], Path]


@pytest.fixture(scope="module")
def package(exported: Exported) -> Path:
    return exported("datapackage")


def errors_of(folder: Path) -> set[str]:
    """The kinds of errors that frictionless finds."""
    report = Package(str(folder / "datapackage.json")).validate()
    return {error.type for error in [*report.errors, *(error for task in report.tasks for error in task.errors)]}


def read_back(path: Path, table: str) -> pd.DataFrame:
    """A CSV file of a data package as a typed table."""
    strings = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in columns_of(table):
        if column.kind in ("float64", "date"):
            strings[column.name] = strings[column.name].where(strings[column.name] != "", None)
    return typed(strings, table)


def test_frictionless_finds_the_package_valid(package: Path) -> None:
    report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "type", "message"])
    assert [task.name for task in report.tasks] == list(EXPORTED)
    assert all(task.stats["rows"] for task in report.tasks if task.name not in ("corrections", "declarations"))


def test_the_package_of_an_earlier_day_is_valid_too(tmp_path: Path) -> None:
    """Sources that were published later are gone, and nothing that is left may need them."""
    for name, content in datapackage_files(load(PROJECT / "data", as_of="2022-12-31")).items():
        (tmp_path / name).write_bytes(content)
    assert errors_of(tmp_path) == set()


def test_every_table_is_read_back_cell_by_cell(package: Path, project: Dataset) -> None:
    for table in TABLES:
        pd.testing.assert_frame_equal(read_back(package / f"{table}.csv", table), getattr(project, table))


def damaged(package: Path, folder: Path, table: str, damage: Callable[[pd.DataFrame], None]) -> Path:
    """A copy of the package with a damaged table, and without the digest that would find any damage."""
    shutil.copytree(package, folder)
    path = folder / f"{table}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    damage(rows)
    rows.to_csv(path, index=False)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        del resource["hash"], resource["bytes"]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("table", "column", "cell", "error"),
    [
        ("observations", "value", "many", "type-error"),
        ("observations", "value", "", "constraint-error"),
        ("observations", "value_high", "8,3", "type-error"),
        ("observations", "qualifier", "", "constraint-error"),
        ("observations", "qualifier", "roughly", "constraint-error"),
        ("observations", "status", "done", "constraint-error"),
        ("observations", "region", "KZ-99", "constraint-error"),
        ("observations", "unit", "", "constraint-error"),
        ("observations", "period_start", "2024-13-01", "type-error"),
        ("observations", "source", "nobody", "foreign-key"),
        ("observations", "source", "", "constraint-error"),
        ("observations", "figure_id", "", "primary-key"),
        ("measures", "numerator", "nobody#1", "foreign-key"),
        ("measures", "denominator", "nobody#1", "foreign-key"),
        ("measures", "measure", "guess", "constraint-error"),
        ("doubts", "source", "nobody", "foreign-key"),
        ("sources", "language", "de", "constraint-error"),
        ("sources", "published_latest", "soon", "type-error"),
        ("prices", "average", "6,7", "type-error"),
        ("translations", "kk", "", "constraint-error"),
        ("codes", "name_en", "", "constraint-error"),
    ],
)
def test_a_damaged_cell_is_found(table: str, column: str, cell: str, error: str, package: Path, tmp_path: Path) -> None:
    def damage(rows: pd.DataFrame) -> None:
        rows.loc[0, column] = cell

    assert error in errors_of(damaged(package, tmp_path / "package", table, damage))


@pytest.mark.parametrize(("table", "error"), [("observations", "primary-key"), ("sources", "primary-key")])
def test_a_row_that_stands_twice_is_found(table: str, error: str, package: Path, tmp_path: Path) -> None:
    def damage(rows: pd.DataFrame) -> None:
        rows.loc[len(rows)] = rows.loc[0]

    assert error in errors_of(damaged(package, tmp_path / "package", table, damage))


def test_the_same_package_undamaged_has_no_error(package: Path, tmp_path: Path) -> None:
    assert errors_of(damaged(package, tmp_path / "package", "observations", lambda rows: None)) == set()


def test_any_other_byte_is_found_by_its_digest(package: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(package, tmp_path / "package")
    text = (folder / "observations.csv").read_text(encoding="utf-8")
    changed = re.sub(r"18 школ\b", "19 школ", text, count=1)
    assert changed != text
    (folder / "observations.csv").write_text(changed, encoding="utf-8")
    assert errors_of(folder) == {"hash-count"}


def test_the_description_says_what_a_stranger_needs(package: Path, project: Dataset) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["version"] == project.as_of.isoformat()
    assert "Not reported is not zero" in descriptor["description"]
    assert f"as of {project.as_of}" in descriptor["description"]
    for resource in descriptor["resources"]:
        assert resource["schema"]["missingValues"] == [""]
        for field in resource["schema"]["fields"]:
            assert len(field["description"].split()) >= 1, field


def test_text_stands_in_it_as_it_is(project: Dataset, tmp_path: Path) -> None:
    """No apostrophe before what a spreadsheet would take for a formula: the reader of a data package is a program."""
    texts = ["=1+1", "@SUM(A1)", "-5 schools", '"quoted", and; more', "two\nlines", "a\rb", "'+7", "Қазақ, ә"]
    observations = project.observations.head(len(texts)).assign(note=texts)
    hostile = replace(project, observations=typed(observations, "observations"))
    content = datapackage_files(hostile)["observations.csv"]
    (tmp_path / "observations.csv").write_bytes(content)
    assert read_back(tmp_path / "observations.csv", "observations")["note"].tolist() == texts


def test_the_rules_are_about_columns_and_lists_that_there_are() -> None:
    columns = set(read_rows("columns", "table", "column"))
    rules = read_rows("constraints", "table", "column", "rule", "target")
    assert len(rules) == len(set(rules))
    for table, column, rule, target in rules:
        assert (table, column) in columns
        assert rule in {"required", "key", "refers", "codes", "names"}
        assert bool(target) == (rule in {"refers", "codes", "names"}), (table, column, rule)
        if rule == "refers":
            assert tuple(target.split(".")) in columns
        elif target:
            codes = listed(target)["code"]
            assert len(codes) > 1
            assert codes.is_unique


def test_each_code_is_named_in_every_language() -> None:
    for table in TABLES:
        for column in columns_of(table):
            if column.codes and column.codes != "codes.code":  # kinds of findings have English names
                names = listed(column.codes)[["name_en", "name_ru", "name_kk"]]
                assert (names != "").all(axis=None), column.codes
