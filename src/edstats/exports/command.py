"""``edstats export``: the clean data in a format that other tools read."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from edstats.counting import size
from edstats.dataset import Dataset, load
from edstats.exit_codes import DONE, FAULTS
from edstats.exports.output import NotAnExport, check_place, put_file, put_folder
from edstats.folders import DataNotFoundError

Files = dict[str, bytes]


class CannotExport(Exception):
    """There is nothing to export, or no way to do it here; the message says why, and what to do."""


# Each format has libraries of its own, some of them an optional extra: they are imported when they are asked for.


def _datapackage(dataset: Dataset) -> Files:
    from edstats.exports.datapackage import datapackage_files  # noqa: PLC0415

    return datapackage_files(dataset)


def _sdmx_csv(dataset: Dataset) -> Files:
    from edstats.exports.sdmx_csv import sdmx_files  # noqa: PLC0415

    return sdmx_files(dataset)


def _parquet(dataset: Dataset) -> Files:
    from edstats.exports.parquet import parquet_files  # noqa: PLC0415

    return parquet_files(dataset)


def _xlsx(dataset: Dataset) -> Files:
    from edstats.exports.workbook import workbook  # noqa: PLC0415

    return {"workbook.xlsx": workbook(dataset)}


def _is_workbook(path: Path) -> bool:
    from edstats.exports.workbook_file import is_exported  # noqa: PLC0415

    return is_exported(path)


@dataclass(frozen=True)
class Format:
    """How a format is made, the package that must be installed for it ("" for none), and what is known of its place.

    ``is_ours`` tells of a file whether it is an earlier export; None where an export is a folder.
    """

    make: Callable[[Dataset], Files]
    package: str = ""
    is_ours: Callable[[Path], bool] | None = None


BY_NAME = {
    "datapackage": Format(_datapackage),
    "sdmx-csv": Format(_sdmx_csv, "sdmx"),
    "parquet": Format(_parquet),
    "xlsx": Format(_xlsx, "openpyxl", _is_workbook),
}


def run(options: argparse.Namespace, data: Path) -> int:
    """Export what ``options`` ask for, and return the exit code.

    Raises ``DataNotFoundError`` when there are no clean data.
    """
    form, place = BY_NAME[options.format], Path(os.path.realpath(options.output))
    try:
        if form.package and find_spec(form.package) is None:
            raise CannotExport(f"--format {options.format}: {form.package} is not installed; install edstats[export]")
        check_place(place, form.is_ours)
        dataset, files = _made(data, options, form)
        if form.is_ours:
            (content,) = files.values()
            put_file(place, content)
        else:
            put_folder(place, files, options.format, dataset.as_of)
    except DataNotFoundError:
        raise
    except (CannotExport, NotAnExport, OSError) as error:
        print(f"{error}; nothing was written", file=sys.stderr)
        return FAULTS
    print(f"{size(dataset)}, as of {dataset.as_of}, in {place}")
    return DONE


def _made(data: Path, options: argparse.Namespace, form: Format) -> tuple[Dataset, Files]:
    """The data set and the files of its export."""
    try:
        dataset = load(data, options.as_of)
        if dataset.observations.empty:
            raise CannotExport(f"no source was published by {dataset.as_of}")
        return dataset, form.make(dataset)
    except KeyError as error:
        raise CannotExport(f"{data / 'clean'} cannot be read ({error} is not known); run: edstats clean") from error
    except ValueError as error:
        raise CannotExport(f"{data / 'clean'} cannot be exported ({error})") from error
