"""Turns executed notebooks into pages.

A page is one file that asks nothing of anywhere: its style stands in it, it has no script, and the browser is told to
load nothing; what it offers to download lies beside it. It holds no time, path or random id, so that the same data give
the same bytes.
"""

import base64
import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from babel import Locale
from babel.dates import format_date
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from edstats.charts import CSV_ADDRESS
from edstats.reports.edition import GENERATOR
from edstats.reports.plan import Frame, Plan, Volume
from edstats.wording import LOCALES, translation

_TEMPLATES = Path(__file__).parent / "template"

_FORBIDDEN_TAGS = {"script", "iframe", "object", "embed", "link", "base", "form", "meta"}
_LOADING_ATTRIBUTES = {"src", "srcset", "poster", "background"}
# A place on this site, or an address of the web; nothing else, however it is spelt.
_SAFE_LINK = re.compile(r"(https?://|[\w./-]*(#|$))", re.ASCII)
_LINKING_ATTRIBUTES = {"href", "xlink:href"}


# A table within a link, as notebooks have it, and the heading of a section.
_DOWNLOAD = re.compile(rf'<a download="([\w.-]+)" href="{re.escape(CSV_ADDRESS)}([A-Za-z0-9+/=]*)"')
# A colour of a drawing with what stands for it where there is no page, as in notebooks.
_DRAWN_COLOUR = re.compile(r"var\((--[\w-]+),#[0-9a-f]{6}\)")
_SECTION = re.compile(r'<h2 id="([^"]+)">.*?</h2>', re.DOTALL)


class ForbiddenMarkup(ValueError):
    """An output that would run a script or load something from elsewhere."""


@dataclass(frozen=True)
class Heading:
    """A section of a page: the id of its ``<h2>`` and its text."""

    id: str
    text: str


class _BodyReader(HTMLParser):
    """Collects the headings of a page's body; raises ForbiddenMarkup for what a page may not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[Heading] = []
        self._id: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN_TAGS:
            raise ForbiddenMarkup(f"a page may hold no <{tag}>")
        for name, value in attrs:
            if not _may_stand(tag, name, (value or "").strip()):
                raise ForbiddenMarkup(f'a page may hold no <{tag} {name}="{value}">')
        if tag == "h2":
            self._id, self._text = dict(attrs).get("id"), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2" and self._id:
            self.headings.append(Heading(self._id, " ".join(self._text.split())))
            self._id = None


def _may_stand(tag: str, attribute: str, value: str) -> bool:
    """Whether the attribute neither runs a script nor loads anything."""
    if attribute.startswith("on"):
        return False
    if attribute in _LOADING_ATTRIBUTES:
        return value.startswith("data:")
    if attribute in _LINKING_ATTRIBUTES:
        return bool(_SAFE_LINK.match(value)) if tag == "a" else value.startswith(("#", "data:"))
    return True


def read_headings(body: str) -> list[Heading]:
    """The ``<h2>`` headings that have an id, in order.

    Raises ForbiddenMarkup when ``body`` holds a script or would load something.
    """
    reader = _BodyReader()
    reader.feed(body)
    reader.close()
    return reader.headings


def publish_page(frame: Frame, executed: nbformat.NotebookNode) -> tuple[str, dict[str, bytes]]:
    """The HTML of the page in ``frame``, and what it offers to download, by path beside it.

    It has the prose of its notebook and the HTML outputs of its code, without the code. Cells tagged ``notebook-only``
    are left out, and so are printed text and every output that is not ``text/html``. The template writes the page's
    ``<h1>`` (``frame.heading``); outputs bring ``<h2 id=...>`` headings, of which the contents list is made, and beside
    which a switch of language keeps the reader's place.
    Raises ForbiddenMarkup when an output holds a script or would load something.
    """
    exporter = _exporter(frame.language)
    downloads: dict[str, bytes] = {}

    def apart(body: str) -> str:
        """The body with its tables in files of their own, and its drawings in the page's colours alone."""

        def link(match: re.Match[str]) -> str:
            path = f"data/{frame.name}/{match[1]}"
            downloads[path] = base64.b64decode(match[2])
            return f'<a download href="{path}"'

        return _DOWNLOAD.sub(link, _DRAWN_COLOUR.sub(r"var(\1)", body))

    exporter.environment.filters["apart"] = apart
    exporter.environment.globals["frame"] = frame
    html, _ = exporter.from_notebook_node(executed)
    return str(html), downloads


def _switchable(body: str, frame: Frame) -> str:
    """The body of a page with links to the same section in the other languages beside each heading."""

    def switch(match: re.Match[str]) -> str:
        links = (
            f'<a href="../{language}/{frame.name}.html#{match[1]}" hreflang="{language}" '
            f'lang="{language}">{own_name(language)}</a>'
            for language in frame.languages
            if language != frame.language
        )
        return f'{match[0]}<p class="switch">{" ".join(links)}</p>'

    return _SECTION.sub(switch, body) if len(frame.languages) > 1 else body


def own_name(language: str) -> str:
    """A language's name in itself: "Қазақ тілі"."""
    name = str(Locale.parse(LOCALES[language]).get_language_name())
    return name[:1].upper() + name[1:]


def index_page(plan: Plan, volume: Volume) -> str:
    """The HTML of a volume's first page: what this is, every page, and the regions that have none."""
    template = _exporter(volume.language).environment.get_template("edition.html.j2")
    return str(template.render(frame=plan.index_frame(volume), volume=volume))


def entry_page(plan: Plan) -> str:
    """The HTML of the edition's first page: the choice of language, said in each of them."""
    template = _exporter(plan.volumes[0].language).environment.get_template("languages.html.j2")
    return str(template.render(volumes=[(volume, translation(volume.language).gettext) for volume in plan.volumes]))


@cache
def _exporter(language: str) -> TemplateExporter:
    """An nbconvert exporter whose templates speak a language; compiled once a process, which takes longer than a page.

    TemplateExporter, not HTMLExporter: the latter rewrites every output with a parser that lowers the case of SVG's
    attributes.
    """
    exporter = TemplateExporter(
        template_name="edstats", file_extension=".html", extra_template_basedirs=[str(_TEMPLATES)]
    )
    environment = exporter.environment
    environment.autoescape = environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    spoken = translation(language)
    environment.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True)
    environment.filters |= {
        "markdown": _markdown,
        "headings": read_headings,
        "long_date": _long_date,
        "own_name": own_name,
        "digest": _digest,
        "switchable": _switchable,
    }
    environment.globals |= {
        "style": _style("style"),
        "first_style": _style("first"),
        "across_style": _style("across"),
        "search_script": (_TEMPLATES / "edstats" / "search.js").read_text(encoding="utf-8"),
        "generator": GENERATOR,
        "locale": LOCALES[language],
    }
    return exporter


@cache
def _style(name: str) -> str:
    """A style sheet, without comments and indents, since every page carries it."""
    text = (_TEMPLATES / "edstats" / f"{name}.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,]|(?<=[a-z]):(?= )|\n)\s*", r"\1", text).replace("\n", "").strip()


def _digest(script: str) -> str:
    """What a Content-Security-Policy names a script by."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _markdown(source: str) -> str:
    return str(MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source))


def _long_date(iso: str, locale: str) -> str:
    return str(format_date(dt.date.fromisoformat(iso), "long", locale=locale))
