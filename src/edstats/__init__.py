"""What officials print about Kazakhstan's regional school systems, as tidy, sourced, checked data.

``load()`` gives the clean data set; its tables are plain pandas DataFrames, described in the codebook's ``columns``.
"""

from edstats.dataset import Dataset, load

__all__ = ["Dataset", "load"]
__version__ = "0.1.0"
