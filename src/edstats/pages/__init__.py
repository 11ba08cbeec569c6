"""What the notebooks show: one object a page kind, whose methods give the page's parts as HTML."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edstats.pages.comparison import ComparisonPage
    from edstats.pages.parameters import UnknownParameter, read_parameters
    from edstats.pages.region import RegionPage
    from edstats.pages.sources import ChangesPage, SourcesPage

__all__ = ["ChangesPage", "ComparisonPage", "RegionPage", "SourcesPage", "UnknownParameter", "read_parameters"]

_MODULES = {
    "ChangesPage": "sources",
    "ComparisonPage": "comparison",
    "RegionPage": "region",
    "SourcesPage": "sources",
    "UnknownParameter": "parameters",
    "read_parameters": "parameters",
}


def __getattr__(name: str) -> object:
    """Import a page when it is asked for: a build that plans pages must not wait for what draws their charts."""
    if name not in _MODULES:
        raise AttributeError(f"module 'edstats.pages' has no attribute '{name}'")
    return getattr(import_module(f"edstats.pages.{_MODULES[name]}"), name)
