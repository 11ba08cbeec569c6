"""A matplotlib drawing as a small inline SVG whose colours follow the reader's light or dark setting."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Dark blue for what the page is about, its tint for a second part, grey for the others; ink and faint lines.
FOCUS, TINT, OTHER, INK, FAINT, PAPER = "#12436d", "#8fa7bd", "#767676", "#1d1d1d", "#d0d0d0", "#ffffff"
TEXT_SIZE = 12  # points
# From few to many, for shaded tables.
SHADES = ("#eef2f6", "#c3d3e1", "#7f9fbe", "#12436d")
# Colours as drawn, and the page's names for them (``style.css``); alone, as in a notebook, the drawn colour stands.
COLOURS = {
    FOCUS: "chart-focus",
    TINT: "chart-tint",
    OTHER: "chart-other",
    INK: "ink",
    FAINT: "chart-faint",
    PAPER: "paper",
    **{shade: f"shade-{number}" for number, shade in enumerate(SHADES[:3])},
}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: smaller, crisp, can be searched
    "svg.hashsalt": "edstats",  # the same drawing gives the same bytes
    "font.family": "DejaVu Sans",  # has every Kazakh letter and the tenge sign
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "text.parse_math": False,  # a $ in a label is a dollar
}
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# The page's own font stands in the drawing; round joins hold for all of it.
_INHERITED = re.compile(r"(font-family|stroke-linejoin|stroke-linecap: (butt|square))[^;]*;?\s*")

_TEXT = re.compile(rf"(font-size: {TEXT_SIZE}px|fill: {INK}|text-anchor: start);?\s*")


def inline_svg(figure: Figure, identifier: str, alternative: str) -> Markup:
    """The drawing as an SVG element without size of its own; its ids begin with ``identifier``.

    ``alternative`` says what it shows to those who do not see it.
    """
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    drawing = ElementTree.fromstring(buffer.getvalue())
    body = "".join(_written(child, identifier) for child in drawing)
    viewbox = _rounded(drawing.get("viewBox", ""))
    opening = Markup('<svg viewBox="{}" font-size="{}" role="img" aria-label="{}">')
    return opening.format(viewbox, TEXT_SIZE, alternative) + Markup(body) + Markup("</svg>")


def _written(element: ElementTree.Element, identifier: str) -> str:
    """An element without what the page does not need: style rules, empty groups, long numbers."""
    name = element.tag.removeprefix(_SVG)
    if name in ("style", "metadata", "clipPath"):  # nothing is drawn outside its axes
        return ""
    inside = "".join(_written(child, identifier) for child in element)
    if name in ("g", "defs") and not inside:
        return ""
    attributes = "".join(
        f' {key}="{Markup.escape(value)}"' for key, value in _attributes(element, name, identifier).items()
    )
    if name == "g" and not attributes:
        return inside
    inside += str(Markup.escape(element.text or "")) if name == "text" else ""
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


def _attributes(element: ElementTree.Element, name: str, identifier: str) -> dict[str, str]:
    found = dict(element.attrib)
    kept: dict[str, str] = {}
    if name != "g" and "id" in found:
        kept["id"] = f"{identifier}-{found['id']}"
    if _HREF in found:
        kept["href"] = f"#{identifier}-{found[_HREF].removeprefix('#')}"
    for key in ("x", "y", "width", "height"):
        if key in found:
            kept[key] = _rounded(found[key])
    if "d" in found:
        kept["d"] = re.sub(r"\s+", " ", _rounded(found["d"])).strip()
    if "transform" in found and not found["transform"].startswith("rotate(-0 "):
        kept["transform"] = _rounded(found["transform"])
    style = _INHERITED.sub("", found.get("style", "")).strip("; ")
    if "id" in kept and name == "path":
        style = ""  # a marker takes that of the place where it is used
    if name == "text":
        # What holds for nearly all text stands once, in the page's style.
        style = _TEXT.sub("", style).strip("; ")
    if style:
        kept["style"] = _COLOUR.sub(_coloured, style.replace(": ", ":").replace("; ", ";"))
    return kept


def _rounded(numbers: str) -> str:
    return _NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), numbers)


def _coloured(match: re.Match[str]) -> str:
    colour = match[0]
    return f"var(--{COLOURS[colour]},{colour})" if colour in COLOURS else colour
