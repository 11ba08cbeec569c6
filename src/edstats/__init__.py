"""What officials print about Kazakhstan's regional school systems, as tidy, sourced, checked data.

``load()`` gives the clean data set; its tables are plain pandas DataFrames, described in the codebook's ``columns``.
``extract()`` reads the figures of a press release.
"""

from edstats.dataset import Dataset, load
from edstats.extraction import Extraction, extract

__all__ = ["Dataset", "Extraction", "extract", "load"]
__version__ = "0.1.0"
