"""What officials print about Kazakhstan's regional school systems, as tidy, sourced, checked data.

``load()`` gives the clean data set; its tables are plain pandas DataFrames, described in the codebook's ``columns``.
``extract()`` reads the figures of a press release.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edstats.dataset import Dataset, load
    from edstats.extraction import Extraction, extract

__all__ = ["Dataset", "Extraction", "extract", "load"]
__version__ = "0.1.0"

_MODULES = {"Dataset": "dataset", "load": "dataset", "Extraction": "extraction", "extract": "extraction"}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: the command line must not wait for pandas to say "nothing new"."""
    if name not in _MODULES:
        raise AttributeError(f"module 'edstats' has no attribute '{name}'")
    return getattr(import_module(f"edstats.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
