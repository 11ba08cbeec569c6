"""The clean tables as Parquet files: typed, with the meaning of each column in the file.

Codes are dictionaries, dates are days without a time or a time zone, numbers are doubles; nothing is null but a number
or a date that is not reported, and text that says nothing is empty, as in ``edstats.load()``.
"""

from datetime import date
from io import BytesIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from edstats.dataset import Dataset
from edstats.exports.description import ABSTRACT, LICENCE, LICENCE_URL, LIMITS, TITLE, citation
from edstats.exports.schema import columns_of, tables_of

# Of the columns, not of what happens to stand in them: a table without rows has the types of any other.
_TYPES = {
    "string": pa.string(),
    "category": pa.dictionary(pa.int32(), pa.string()),
    "float64": pa.float64(),
    "date": pa.date32(),
}


def parquet_files(dataset: Dataset) -> dict[str, bytes]:
    """The files by name: one ``TABLE.parquet`` a table."""
    return {f"{table}.parquet": _file(frame, table, dataset.as_of) for table, frame in tables_of(dataset).items()}


def _file(frame: pd.DataFrame, table: str, as_of: date) -> bytes:
    described = pa.Table.from_pandas(frame, _schema(table), preserve_index=False)
    about = {
        "title": TITLE,
        "table": table,
        "description": "\n\n".join((ABSTRACT, *LIMITS)),
        "as_of": as_of.isoformat(),
        "licence": f"{LICENCE} {LICENCE_URL}",
        "citation": citation(as_of),
    }
    # Beside what pandas keeps there, to make the same frame of it again.
    described = described.replace_schema_metadata({**described.schema.metadata, **about})
    buffer = BytesIO()
    pq.write_table(described, buffer)
    return buffer.getvalue()


def _schema(table: str) -> pa.Schema:
    return pa.schema(
        pa.field(column.name, _TYPES[column.kind], metadata={"description": column.description})
        for column in columns_of(table)
    )
