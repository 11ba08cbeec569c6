"""From a press release to its figures: which numbers a text reports, and what each of them counts, where and when."""

from datetime import date, timedelta

from edstats.extraction.documents import title_of
from edstats.extraction.engine import extract_document
from edstats.extraction.published_dates import NoDate, dateline, read_published
from edstats.extraction.result import ACCEPTED, Document, Extraction


def extract(
    text: str, *, title: str | None = None, published: str | date | None = None, doc: str = "text"
) -> Extraction:
    """The figures that a press release in English, Russian or Kazakh reports.

    ``title`` and ``published`` (a date or a year) say what sentences leave out: the region, the year. Where they are
    not given, they are looked for in the first lines of the text, as ``edstats extract`` does; "" is for none.
    The result's ``figures`` is a tidy DataFrame; in Jupyter the result shows the text with its figures marked.
    Raises ValueError where ``published`` is no date, and never for what stands in the text.

    >>> import edstats
    >>> release = "There are 434 schools in Aktobe region, including more than 200 small schools."
    >>> edstats.extract(release).figures[["indicator", "value", "qualifier", "unit"]].to_records(index=False).tolist()
    [('schools_total', 434.0, 'exact', 'school'), ('schools_small', 200.0, 'at_least', 'school')]
    """
    if title is None:
        title = title_of(text)
    tomorrow = date.today() + timedelta(days=1)  # where the text was written, the day may have begun already
    day = dateline(text, tomorrow) if published is None else _read_date(str(published))
    return extract_document(Document(doc, text, title, day))


def _read_date(published: str) -> str:
    try:
        return read_published(published)
    except NoDate as error:
        raise NoDate(f"published: '{published}' is no date; {error}") from None


__all__ = ["ACCEPTED", "Document", "Extraction", "extract"]
