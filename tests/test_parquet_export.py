"""Parquet: pandas reads the same tables, and DuckDB asks them."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edstats.columns import TABLES
from edstats.dataset import Dataset
from edstats.exports.schema import EXPORTED, code_names, columns_of

Exported = Callable[[str], Path]


@pytest.fixture(scope="module")
def folder(exported: Exported) -> Path:
    return exported("parquet")


def test_pandas_reads_every_table_as_it_is(folder: Path, project: Dataset) -> None:
    for table in TABLES:
        frame = pd.read_parquet(folder / f"{table}.parquet")
        for column in columns_of(table):
            if column.kind == "date":
                frame[column.name] = pd.to_datetime(frame[column.name]).astype("datetime64[s]")
        pd.testing.assert_frame_equal(frame, getattr(project, table))
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "codes.parquet"), code_names())


def test_columns_have_types_and_meanings(folder: Path, project: Dataset) -> None:
    for table in EXPORTED:
        schema = pq.read_schema(folder / f"{table}.parquet")
        columns = columns_of(table)
        assert schema.names == [column.name for column in columns]
        for column, field in zip(columns, schema, strict=True):
            is_type = {
                "string": pa.types.is_string,
                "category": pa.types.is_dictionary,
                "float64": pa.types.is_float64,
                "date": pa.types.is_date32,
            }[column.kind]
            assert is_type(field.type), f"{table}.{column.name}: {field.type}"
            assert field.metadata[b"description"].decode() == column.description
        assert schema.metadata[b"as_of"].decode() == project.as_of.isoformat()
        assert schema.metadata[b"licence"].startswith(b"CC-BY-4.0 https://")
        assert b"Not reported is not zero" in schema.metadata[b"description"]


def test_a_table_without_rows_has_the_same_types(folder: Path) -> None:
    schema = pq.read_schema(folder / "declarations.parquet")
    assert pq.read_metadata(folder / "declarations.parquet").num_rows == 0
    assert all(pa.types.is_string(field.type) for field in schema)


def test_duckdb_joins_measures_to_the_words_and_sources_of_their_figures(folder: Path, project: Dataset) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"""
            SELECT m.region, m.value, m.qualifier, o.as_printed, s.title, o.published_latest
            FROM '{folder}/measures.parquet' m
            JOIN '{folder}/observations.parquet' o ON o.figure_id = m.numerator
            JOIN '{folder}/sources.parquet' s USING (source)
            WHERE m.measure = 'small_school_share'
            ORDER BY m.region, m.numerator, m.denominator
            """
        ).df()
    measures = project.measures[project.measures["measure"] == "small_school_share"]
    expected = (
        measures[["region", "value", "qualifier", "numerator", "denominator"]]
        .merge(project.observations, left_on="numerator", right_on="figure_id", suffixes=("", "_of_figure"))
        .merge(project.sources[["source", "title"]], on="source")
        .sort_values(["region", "numerator", "denominator"])
    )
    assert len(found) == len(measures) > 10
    for column in ("region", "value", "qualifier", "as_printed", "title"):
        assert found[column].tolist() == expected[column].tolist(), column
    assert found["published_latest"].dt.date.tolist() == expected["published_latest"].dt.date.tolist()


def test_what_is_not_reported_is_null_and_never_nought(folder: Path, project: Dataset) -> None:
    observations = project.observations
    with duckdb.connect() as connection:
        (row,) = connection.execute(
            f"""
            SELECT count(*), count(value_high), count(published), count(*) FILTER (value = 0),
                   count(*) FILTER (isnan(value_high)), count(*) FILTER (qualifier = ''), typeof(any_value(published))
            FROM '{folder}/observations.parquet'
            """
        ).fetchall()
    counts = (len(observations), observations["value_high"].notna().sum(), observations["published"].notna().sum())
    assert row == (*counts, (observations["value"] == 0).sum(), 0, 0, "DATE")
