"""SDMX-CSV: sdmx1 reads the messages, and gets the observations back cell by cell."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sdmx
from sdmx.message import DataMessage, StructureMessage

from edstats.codebook import read_rows
from edstats.columns import column_types, typed
from edstats.dataset import Dataset
from edstats.exports.sdmx_codes import codelists, components, identifiers
from edstats.exports.sdmx_csv import ClashingKeys, data_message, sdmx_files
from edstats.exports.sdmx_structure import TEXT_OF_CODE
from edstats.exports.sdmx_times import time_period
from edstats.periods import UnreadablePeriod

# Codes and names of SDMX 2.1 (SDMXCommonReferences.xsd: IDType), and times (SDMXCommon.xsd: ObservationalTimePeriod).
ID = re.compile(r"[A-Za-z0-9_@$\-]+")
TIME = re.compile(r"[0-9]{4}(-Q[1-4]|-[0-9]{2}(-[0-9]{2}(/P[0-9]+[YM])?)?)?")
Exported = Callable[[str], Path]


def read_structure(content: bytes) -> StructureMessage:
    message = sdmx.read_sdmx(io.BytesIO(content))
    assert isinstance(message, StructureMessage)
    return message


def read_data(content: bytes, structure: StructureMessage) -> DataMessage:
    message = sdmx.read_sdmx(io.BytesIO(content), format="CSV", structure=structure.dataflow["OBSERVATIONS"])
    assert isinstance(message, DataMessage)
    return message


def read_back(files: dict[str, bytes]) -> pd.DataFrame:
    """The observations from the two messages alone, with what sdmx1 made of them."""
    structure = read_structure(files["structure.xml"])
    (data,) = read_data(files["observations.csv"], structure).data
    texts = {name: texts_of(codes) for name, codes in structure.codelist.items()}
    definition = structure.structure["DSD_OBSERVATIONS"]
    lists = {
        component.id: component.local_representation.enumerated.id
        for component in [*definition.dimensions.components, *definition.attributes.components]
        if component.local_representation.enumerated
    }
    column_of = {component.id: component.column for component in components() if component.role != "time"}
    rows = []
    for observation in data.obs:
        cells = {key: value.value for key, value in observation.dimension.values.items()}
        cells |= {key: value.value for key, value in observation.attached_attribute.items()}
        cells["OBS_VALUE"] = observation.value
        said = {key: texts[lists[key]][cell] if key in lists and cell else cell for key, cell in cells.items()}
        rows.append({column_of[key]: cell for key, cell in said.items() if key in column_of})
    table = pd.DataFrame(rows)
    for name, kind in column_types("observations").items():
        if kind in ("float64", "date"):
            table[name] = table[name].where(table[name] != "", None)
    return typed(table, "observations")


def texts_of(codes: "sdmx.model.common.Codelist") -> dict[str, str]:
    """What each code of a list stands for in the tables."""
    found = {}
    for code in codes:
        annotated = [each.title for each in code.annotations if each.id == TEXT_OF_CODE]
        found[code.id] = "" if code.id in ("_T", "_X", "_Z") else (annotated or [code.id])[0]
    return found


def test_sdmx1_reads_the_same_table_back(exported: Exported, project: Dataset) -> None:
    files = {path.name: path.read_bytes() for path in exported("sdmx-csv").iterdir()}
    pd.testing.assert_frame_equal(read_back(files), project.observations)


def test_each_row_has_a_key_of_its_own_and_needs_each_part_that_it_has_not_alone(project: Dataset) -> None:
    table = data_message(project)
    key = [component.id for component in components() if component.is_key]
    assert not table.duplicated(key).any()
    assert table.duplicated([name for name in key if name != "FIGURE"]).any(), "FIGURE would not be needed"
    required = ("GROUP", "WORKS", "COUNTED", "STATUS", "SOURCE", "TIME_PERIOD", "TERRITORY", "PLACE", "PROGRAMME")
    assert set(required) <= set(key)
    assert not (table[key] == "").any(axis=None)
    assert not table[key].isna().any(axis=None)


def test_every_code_is_one_of_its_list_and_fits_sdmx(project: Dataset) -> None:
    table, lists = data_message(project), codelists(project)
    for component in components():
        assert ID.fullmatch(component.id)
        if component.codelist:
            ids = [code.id for code in lists[component.codelist]]
            assert len(set(ids)) == len(ids)
            assert all(ID.fullmatch(code) for code in ids)
            assert set(table[component.id]) - {""} <= set(ids), component.id
    assert table["FIGURE"].map(ID.fullmatch).notna().all()


def test_every_column_of_the_observations_is_in_the_message() -> None:
    assert {component.column for component in components()} == set(column_types("observations"))
    assert all(all(component.names.values()) for component in components()), "a concept has no name in some language"
    # What the codebook says may not be empty needs no code for an empty cell, and all else that is coded does.
    rules = read_rows("constraints", "table", "column", "rule")
    required = {column for table, column, rule in rules if (table, rule) == ("observations", "required")}
    for component in components():
        if component.is_key and component.codelist:
            assert bool(component.empty) == (component.column not in required), component.id


def test_code_lists_speak_three_languages(project: Dataset) -> None:
    structure = read_structure(sdmx_files(project)["structure.xml"])
    for name in (
        "CL_REGION",
        "CL_TERRITORY",
        "CL_INDICATOR",
        "CL_GROUP",
        "CL_WORKS",
        "CL_STATUS",
        "CL_UNIT",
        "CL_PLACE",
    ):
        for code in structure.codelist[name]:
            assert {"en", "ru", "kk"} <= set(code.name.localizations), f"{name} {code.id}"
    assert structure.codelist["CL_GROUP"]["_T"].name["kk"] == "барлығы"
    assert structure.codelist["CL_INDICATOR"]["_Z"].name["ru"] == "неприменимо"
    source = structure.codelist["CL_SOURCE"]["5region-almaty-region-2022"]
    assert source.name["ru"] == "Трехсменные школы ликвидируют в Алматинской области"
    assert str(source.description).startswith("Пятый регион (5region.kz); 2022-02-14; https://5region.kz/")


def test_the_structure_says_what_it_is_and_no_clock_is_in_it(project: Dataset) -> None:
    then = replace(project, as_of=date(2024, 6, 30))
    structure = read_structure(sdmx_files(then)["structure.xml"])
    assert str(structure.header.prepared).startswith("2024-06-30")
    flow = structure.dataflow["OBSERVATIONS"]
    for said in ("CC-BY-4.0", "as of 2024-06-30", "Not reported is not zero"):
        assert said in str(flow.description)
    (identified,) = set(data_message(then)["STRUCTURE_ID"])
    assert sdmx.urn.make(flow).endswith(f"={identified}")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("2024-12-02", "2024-12-02"),
        ("2024-12", "2024-12"),
        ("2024-Q2", "2024-Q2"),
        ("2024", "2024"),
        ("2024-2025", "2024-09-01/P1Y"),
        ("2024-09/2025-08", "2024-09-01/P12M"),
        ("2023/2029", "2023-01-01/P7Y"),
        ("2024/2025", "2024-01-01/P2Y"),
        ("2023-08/2023-09", "2023-08-01/P2M"),
        ("2023-01/2023-12", "2023-01-01/P12M"),
        ("2025-12/2026-01", "2025-12-01/P2M"),
    ],
)
def test_periods_in_the_forms_of_sdmx(ours: str, theirs: str) -> None:
    assert time_period(ours) == theirs
    assert TIME.fullmatch(theirs)


def test_no_two_periods_have_one_form() -> None:
    years = [str(year) for year in range(2020, 2025)]
    months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    spans = [f"{first}/{last}" for listed in (years, months) for first in listed for last in listed if first < last]
    school_years = [f"{year}-{int(year) + 1}" for year in years]
    # A span of whole years may be written in months too; it is the same period.
    forms = {time_period(code) for code in (*years, *months, *school_years)}
    assert len(forms) == len(years) + len(months) + len(school_years)
    assert forms.isdisjoint({time_period(code) for code in spans})


def test_a_period_of_sdmx_has_the_days_of_ours(project: Dataset) -> None:
    table = data_message(project)
    for form, start, end in table[["TIME_PERIOD", "PERIOD_START", "PERIOD_END"]].itertuples(index=False):
        assert TIME.fullmatch(form), form
        first, _, length = form.partition("/")
        if length:
            months = int(length[1:-1]) * {"Y": 12, "M": 1}[length[-1]]
            after = pd.Timestamp(first) + pd.DateOffset(months=months)
        else:
            freq = {4: "Y", 7: "Q" if "Q" in first else "M", 10: "D"}[len(first)]
            after = pd.Period(first, freq).end_time.normalize() + pd.Timedelta(days=1)
        assert (pd.Timestamp(first) if "Q" not in first else start, after) == (start, end + pd.Timedelta(days=1)), form


def test_what_is_no_period_has_no_form() -> None:
    with pytest.raises(UnreadablePeriod):
        time_period("soon")


def test_no_two_texts_have_one_code() -> None:
    texts = ["Alatau district", "Alatau, district", "Alatau_district", "_T", "Қазақ", "Орал", "plain-code", "a+b", "é"]
    codes = identifiers(texts)
    assert len(set(codes.values())) == len(texts)
    assert all(ID.fullmatch(code) for code in codes.values())
    assert codes["plain-code"] == "plain-code"
    assert codes["a+b"] == "a_b"
    assert "_T" not in codes.values(), "an own code would mean a total"
    assert identifiers(reversed(texts)) == codes


def test_places_and_programmes_of_any_spelling_are_read_back(project: Dataset) -> None:
    places = ["Орал қаласы", "Орал, қаласы", "=1+1", "_T", "a/b", 'so-called "city"', " ", "x" * 300]
    observations = project.observations.head(len(places)).assign(place=places)
    hostile = replace(project, observations=typed(observations, "observations"))
    pd.testing.assert_frame_equal(read_back(sdmx_files(hostile)), hostile.observations)


def test_figures_that_no_dimension_tells_apart_are_named(project: Dataset) -> None:
    observations = project.observations
    again = typed(pd.concat([observations, observations.iloc[[3]]]), "observations")
    with pytest.raises(ClashingKeys, match=f"{observations['figure_id'][3]}, {observations['figure_id'][3]}$"):
        sdmx_files(replace(project, observations=again))
