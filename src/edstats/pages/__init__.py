"""What the notebooks show: one object a page kind, whose methods give the page's parts as HTML."""

from edstats.pages.comparison import ComparisonPage
from edstats.pages.parameters import UnknownParameterError, read_parameters
from edstats.pages.region import RegionPage
from edstats.pages.sources import SourcesPage

__all__ = ["ComparisonPage", "RegionPage", "SourcesPage", "UnknownParameterError", "read_parameters"]
