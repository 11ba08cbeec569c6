"""Turns executed notebooks into pages.

A page is one file that asks nothing of anywhere: its style stands in it, it has no script, and the browser is told to
load nothing; what it offers to download lies beside it. It holds no time, path or random id, so that the same data give
the same bytes.
"""

import base64
import datetime as dt
import re
from functools import cache
from pathlib import Path

import nbformat
from babel import Locale
from babel.dates import format_date
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from edstats.charts import CSV_ADDRESS
from edstats.policy import digest, policy
from edstats.reports.edition import GENERATOR
from edstats.reports.markup import read_headings
from edstats.reports.plan import Frame, Plan, Volume
from edstats.tables import piece_of_page
from edstats.wording import LOCALES, translation

_TEMPLATES = Path(__file__).parent / "template"

# A table within a link, as notebooks have it, and the heading of a section.
_DOWNLOAD = re.compile(
    rf'<a download="([A-Za-z0-9_][A-Za-z0-9_.-]{{0,99}})" href="{re.escape(CSV_ADDRESS)}([A-Za-z0-9+/=]*)"'
)
# A colour of a drawing with what stands for it where there is no page, as in notebooks. Text has no such quote.
_DRAWN_STYLE = re.compile(r' style="[^"<>]*"')
_DRAWN_COLOUR = re.compile(r"var\((--[\w-]+),#[0-9a-f]{6}\)")
_SECTION = re.compile(r'<h2 id="([^"]+)">.*?</h2>', re.DOTALL)


def publish_page(frame: Frame, executed: nbformat.NotebookNode) -> tuple[str, dict[str, bytes]]:
    """The HTML of the page in ``frame``, and what it offers to download, by path beside it.

    It has the prose of its notebook and the HTML outputs of its code, without the code. Cells tagged ``notebook-only``
    are left out, and so are printed text and every output that is not ``text/html``. The template writes the page's
    ``<h1>`` (``frame.heading``); outputs bring ``<h2 id=...>`` headings, of which the contents list is made, and beside
    which a switch of language keeps the reader's place.
    Raises ForbiddenMarkup when an output holds more than pages need (``edstats.reports.markup``).
    """
    exporter = _exporter(frame.language)
    downloads: dict[str, bytes] = {}

    def apart(body: str) -> str:
        """The body with its tables in files of their own, and its drawings in the page's colours alone."""

        def link(match: re.Match[str]) -> str:
            path = f"data/{frame.name}/{match[1]}"
            downloads[path] = base64.b64decode(match[2])
            return f'<a download href="{path}"'

        return _DOWNLOAD.sub(link, _DRAWN_STYLE.sub(_in_the_pages_colours, body))

    exporter.environment.filters["apart"] = apart
    exporter.environment.globals["frame"] = frame
    html, _ = exporter.from_notebook_node(executed)
    return str(html), downloads


def _in_the_pages_colours(style: re.Match[str]) -> str:
    return _DRAWN_COLOUR.sub(r"var(\1)", style[0])


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
        "piece_of_page": piece_of_page,
        "digest": digest,
        "switchable": _switchable,
    }
    environment.globals |= {
        "style": _style("style"),
        "first_style": _style("first"),
        "across_style": _style("across"),
        "policy": policy,
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
    text = re.sub(r"\s*([{};,>]|(?<=[a-z0-9]):(?= )|\n)\s*", r"\1", text).replace("\n", "").strip()
    return text.replace(";}", "}")


def _markdown(source: str) -> str:
    return str(MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source))


def _long_date(iso: str, locale: str) -> str:
    return str(format_date(dt.date.fromisoformat(iso), "long", locale=locale))
