"""The clean tables as a Frictionless Data Package: CSV files, and ``datapackage.json`` that says what each may hold.

The CSV files here are for programs: unlike those of ``data/clean`` they hold text as it is, without the apostrophe that
keeps a spreadsheet from taking it for a formula. https://specs.frictionlessdata.io/data-package/
"""

import json
from datetime import date
from typing import Any

from edstats.columns import plain_csv_text
from edstats.dataset import Dataset
from edstats.exports.description import ABSTRACT, LICENCE, LICENCE_TITLE, LICENCE_URL, LIMITS, NAME, TITLE, citation
from edstats.exports.output import digest
from edstats.exports.schema import Column, columns_of, listed, tables_of

_TYPES = {"string": "string", "category": "string", "float64": "number", "date": "date"}
DESCRIPTOR = "datapackage.json"


def datapackage_files(dataset: Dataset) -> dict[str, bytes]:
    """The files of a data package by name: one ``TABLE.csv`` a table, and ``datapackage.json``."""
    files = {f"{table}.csv": plain_csv_text(frame).encode() for table, frame in tables_of(dataset).items()}
    descriptor = _descriptor(files, dataset.as_of)
    return {**files, DESCRIPTOR: f"{json.dumps(descriptor, indent=2, ensure_ascii=False)}\n".encode()}


def _descriptor(files: dict[str, bytes], as_of: date) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": TITLE,
        "description": "\n\n".join((ABSTRACT, *LIMITS, f"Cite as: {citation(as_of)}")),
        "version": as_of.isoformat(),
        "licenses": [{"name": LICENCE, "title": LICENCE_TITLE, "path": LICENCE_URL}],
        "keywords": ["Kazakhstan", "education", "schools", "official statistics"],
        "resources": [_resource(name, data) for name, data in files.items()],
    }


def _resource(file: str, data: bytes) -> dict[str, Any]:
    table = file.removesuffix(".csv")
    return {
        "profile": "tabular-data-resource",
        "name": table,
        "path": file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{digest(data)}",
        "schema": _schema(table),
    }


def _schema(table: str) -> dict[str, Any]:
    columns = columns_of(table)
    schema: dict[str, Any] = {"fields": [_field(column) for column in columns], "missingValues": [""]}
    if keys := [column.name for column in columns if column.key]:
        schema["primaryKey"] = keys
    if foreign := [_foreign_key(column) for column in columns if column.refers]:
        schema["foreignKeys"] = foreign
    return schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "description": column.description,
    }
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.codes:
        constraints["enum"] = listed(column.codes)["code"].tolist()
    return {**field, "constraints": constraints} if constraints else field


def _foreign_key(column: Column) -> dict[str, Any]:
    resource, field = column.refers.split(".")
    return {"fields": [column.name], "reference": {"resource": resource, "fields": [field]}}
