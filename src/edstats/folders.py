"""Where the project's data and notebooks stand."""

import os
from pathlib import Path


class DataNotFoundError(FileNotFoundError):
    """There is no edstats data where it was looked for; the message says what to do."""


def is_address(data: str) -> bool:
    """Whether a data folder is on object storage, such as ``s3://bucket/project/data``."""
    return "://" in data


def find_data(start: Path) -> Path:
    """The nearest folder ``data`` with ``raw/sources.csv``, from ``start`` upward. Raises ``DataNotFoundError``."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "data" / "raw" / "sources.csv").exists():
            return folder / "data"
    raise DataNotFoundError(
        "no data/raw/sources.csv here or in any folder above; name the folder: --data DIR, in Python load('DIR')"
    )


def find_notebooks(data: Path) -> Path:
    """The project's notebooks: beside ``data``, else in or above the current folder. Raises ``DataNotFoundError``."""
    for folder in (data.parent, Path.cwd(), *Path.cwd().parents):
        if (folder / "notebooks" / "region.ipynb").exists():
            return folder / "notebooks"
    raise DataNotFoundError(
        f"no notebooks beside '{data}' nor here or in any folder above; run this in the project's folder, or put its "
        "folder notebooks beside the data: pages are made by them, and an installed edstats has none"
    )


def clean_folder(data: Path) -> Path:
    """Where the clean data stand, which may be elsewhere than in ``data``, by a link."""
    return Path(os.path.realpath(data / "clean"))  # Path.resolve() raises for a link to itself


def next_clean_folder(data: Path) -> Path:
    """Where the next clean data are written before they are put in the place of ``clean_folder``."""
    return clean_folder(data).with_name(".clean-next")
