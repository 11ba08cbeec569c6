"""What officials print about Kazakhstan's regional school systems, as tidy, sourced, checked data.

``load()`` gives the clean data set; its tables are plain pandas DataFrames, described in the codebook's ``columns``.
``select()`` takes a part of it, ``compare()`` sets regions side by side, ``trace()`` follows a number back to the words
that it was printed in. ``extract()`` reads the figures of a press release, ``build_page()`` makes one page of the
reports.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edstats.dataset import Dataset, load
    from edstats.exploring import Comparison, Trace, compare, select, trace
    from edstats.extraction import Extraction, extract
    from edstats.reports.one_page import build_page

__all__ = [
    "Comparison",
    "Dataset",
    "Extraction",
    "Trace",
    "build_page",
    "compare",
    "extract",
    "load",
    "select",
    "trace",
]
__version__ = "0.1.0"

_MODULES = {
    "Comparison": "exploring",
    "Dataset": "dataset",
    "Extraction": "extraction",
    "Trace": "exploring",
    "build_page": "reports.one_page",
    "compare": "exploring",
    "extract": "extraction",
    "load": "dataset",
    "select": "exploring",
    "trace": "exploring",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: the command line must not wait for pandas to say "nothing new"."""
    if name not in _MODULES:
        raise AttributeError(f"module 'edstats' has no attribute '{name}'")
    return getattr(import_module(f"edstats.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
