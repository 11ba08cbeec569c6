"""From a press release to its figures: which numbers a text reports, and what each of them counts, where and when."""

from edstats.extraction.engine import extract_document
from edstats.extraction.result import ACCEPTED, Document, Extraction


def extract(text: str, *, title: str = "", published: str = "", doc: str = "text") -> Extraction:
    """The figures that a press release in English, Russian or Kazakh reports.

    ``title`` and ``published`` (an ISO date or a year) say what the text itself may leave out: the region, the year.
    The result's ``figures`` is a tidy DataFrame; in Jupyter the result shows the text with its figures marked.
    Never raises for what stands in the text.

    >>> import edstats
    >>> release = "There are 434 schools in Aktobe region, including more than 200 small schools."
    >>> edstats.extract(release).figures[["indicator", "value", "qualifier", "unit"]].to_records(index=False).tolist()
    [('schools_total', 434.0, 'exact', 'school'), ('schools_small', 200.0, 'at_least', 'school')]
    """
    return extract_document(Document(doc, text, title, published))


__all__ = ["ACCEPTED", "Document", "Extraction", "extract"]
