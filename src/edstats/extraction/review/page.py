"""Writes the review page and the piece of a notebook; the markup itself is in the templates beside this module."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from edstats.extraction.result import ACCEPTED, Document, Extraction
from edstats.extraction.review.readings import Cell, Piece, Reading, cut, read_out
from edstats.policy import policy
from edstats.unseen import cut_at_unseen, named, without_unseen
from edstats.wording import Wording, translation

_HERE = Path(__file__).parent
# The look of the published pages is the look of this one.
_SITE_STYLE = Path(__file__).parents[2] / "reports" / "template" / "edstats" / "style.css"
# The person who reviews reads English; the documents speak for themselves, each in its language.
_WORDING = Wording("en")
# Columns that most documents leave empty; they are shown where a figure fills them.
_SPARSE = ("group", "works", "programme")
# So many figures to check are listed above the text; they all stand in the table.
_LISTED = 40


@dataclass(frozen=True)
class _Shown:
    """A document as the template writes it. ``key`` begins its anchors."""

    key: str
    document: Document
    language: str
    language_name: str
    published: str
    readings: list[Reading]
    pieces: list[Piece]
    columns: dict[str, str]

    @property
    def heading(self) -> str:
        return self.document.title.strip() or self.document.id

    @property
    def to_check(self) -> list[Reading]:
        return [reading for reading in self.readings if not reading.accepted]

    @property
    def summary(self) -> str:
        return _summary(len(self.readings), len(self.to_check))


def review_page(extractions: Sequence[Extraction]) -> str:
    """A whole HTML page that shows these documents, in this order, with what each figure was read as."""
    documents = [_shown(extraction, f"d{number}") for number, extraction in enumerate(extractions, start=1)]
    total = sum(len(shown.readings) for shown in documents)
    to_check = sum(len(shown.to_check) for shown in documents)
    style = _SITE_STYLE.read_text(encoding="utf-8") + _style()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            documents=documents,
            summary=_summary(total, to_check),
            style=style,
            policy=policy(style),
        )
    )


def review_fragment(extraction: Extraction) -> str:
    """The same for one document as a piece of HTML with its own style, for a page that is not ours: a notebook."""
    document = extraction.document
    # A notebook may show many documents: their anchors must differ, and be the same in each run.
    named = f"{document.id}\n{document.text}".encode(errors="replace")
    key = "r" + hashlib.sha256(named).hexdigest()[:10]
    return _environment().get_template("fragment.html.j2").render(shown=_shown(extraction, key), style=_style())


def _shown(extraction: Extraction, key: str) -> _Shown:
    document = extraction.document
    readings = read_out(extraction.items, _WORDING)
    return _Shown(
        key=key,
        document=document,
        language=extraction.language,
        language_name=_language_name(extraction.language),
        published=_published(document.published),
        readings=readings,
        pieces=list(cut(document.text, readings)),
        columns=_columns(readings),
    )


def _summary(total: int, to_check: int) -> str:
    if not total:
        return _WORDING.text("No figures")
    return _WORDING.text(
        "{figures}: {accepted} accepted, {to_check} to check",
        figures=_WORDING.plural("{count} figure", "{count} figures", total),
        accepted=_WORDING.number(total - to_check, 0),
        to_check=_WORDING.number(to_check, 0),
    )


def _columns(readings: Sequence[Reading]) -> dict[str, str]:
    """The columns between the number as printed and the confidence, with their titles."""
    titles = {
        "value": _WORDING.text("Value"),
        "unit": _WORDING.text("Unit"),
        "indicator": _WORDING.text("Indicator"),
        "region": _WORDING.text("Region"),
        "period": _WORDING.text("Period"),
        "status": _WORDING.text("Status"),
        "group": _WORDING.text("Group"),
        "works": _WORDING.text("Works"),
        "programme": _WORDING.text("Programme"),
    }
    empty = {key for key in _SPARSE if all(reading.cells[key] == Cell("") for reading in readings)}
    return {key: title for key, title in titles.items() if key not in empty}


def _language_name(language: str) -> str:
    try:
        return _WORDING.name("language", language)
    except LookupError:
        return ""


def _published(published: str) -> str:
    """The date in words; a year, or what else the document gives, as it stands."""
    try:
        return _WORDING.day(date.fromisoformat(published))
    except ValueError:
        return published


def _style() -> str:
    return (_HERE / "review.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translation(_WORDING.language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.filters |= {"cut_at_unseen": cut_at_unseen, "named": named, "without_unseen": without_unseen}
    environment.globals |= {
        "listed": _LISTED,
        "sparse": _SPARSE,
        "threshold": _WORDING.quantity(100 * ACCEPTED, "percent", 0),
    }
    return environment
