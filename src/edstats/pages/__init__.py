"""What the notebooks show: one object a page kind, whose methods give the page's parts as HTML."""

from edstats.pages.comparison import ComparisonPage
from edstats.pages.parameters import UnknownParameter, read_parameters
from edstats.pages.region import RegionPage
from edstats.pages.sources import ChangesPage, SourcesPage

__all__ = ["ChangesPage", "ComparisonPage", "RegionPage", "SourcesPage", "UnknownParameter", "read_parameters"]
