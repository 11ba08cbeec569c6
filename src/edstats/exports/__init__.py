"""The data set in formats that other tools read: Data Package, SDMX-CSV, Parquet and Excel workbook.

In every format no number is without its qualifier, source, status, period, unit and printed words, what is
not reported stays empty, and the same data give the same bytes. ``docs/exports.md`` shows each to a reader.
"""

FORMATS = ("datapackage", "sdmx-csv", "parquet", "xlsx")
