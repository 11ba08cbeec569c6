"""What officials print about Kazakhstan's regional school systems, as tidy, sourced, checked data."""

__version__ = "0.1.0"
