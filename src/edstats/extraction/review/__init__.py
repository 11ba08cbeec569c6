"""What an extraction looks like to the person who reviews it: a page of its own, or a piece of a notebook.

The text stands as it was read, every figure marked in its place and numbered; a table under it says what each was read
as. Nothing runs in a page and it loads nothing, so it may be kept, sent and printed.
"""

from edstats.extraction.review.page import review_fragment, review_page

__all__ = ["review_fragment", "review_page"]
