"""Charts of the pages: matplotlib and seaborn drawings as inline SVG, with title, text alternative, source and data.

What is planned or under way is hollow, what is done is filled; what the page is about is dark, the rest grey. Labels
stand above their marks, so that a chart is read on a telephone as on a desk.
"""

import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.typing import ColorType

# Dark blue for what the page is about, grey for the others (both at least 3:1 on white), red for what is not there yet.
FOCUS, OTHER, INK, FAINT = "#12436d", "#7a7a7a", "#1d1d1d", "#d0d0d0"
WIDTH = 4.6  # inches; at 360 px of screen the text is then as large as it was drawn
TEXT_SIZE, LINE, LINE_HEIGHT = 12, 41, 0.23  # points, characters that fit in a line, inches that it needs
POINTERS = {"at_least": ">", "at_most": "<"}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: smaller, crisp, can be searched
    "svg.hashsalt": "edstats",  # the same drawing gives the same bytes
    "font.family": "DejaVu Sans",  # has every Kazakh letter and the tenge sign
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "text.parse_math": False,  # a $ in a label is a dollar
}


@dataclass(frozen=True)
class Mark:
    """One number in a chart: its label, the number in words with its time, and how it is drawn.

    ``high`` is the upper end of a range, else None; ``qualifier`` as in observations: a bound is drawn as an arrow
    that points to where the number may lie.
    """

    label: str
    value: float
    words: str
    status: str = "actual"
    focus: bool = True
    qualifier: str = "exact"
    high: float | None = None

    @property
    def end(self) -> float:
        """The largest value that has to be drawn."""
        return self.value if self.high is None else self.high


@dataclass(frozen=True)
class ChartText:
    """What stands around a drawing: heading, what is measured, text alternative, sources, and the data as a table."""

    identifier: str
    title: str
    subtitle: str
    alternative: str
    source: Markup
    data_heading: str
    data: Markup


@dataclass(frozen=True)
class Row:
    """One row of a chart of dots: its label, its marks, and older numbers as a faint trail behind them."""

    label: str
    marks: tuple[Mark, ...]
    trail: tuple[float, ...] = ()
    connected: bool = False


@dataclass(frozen=True)
class Scale:
    """The axis of a chart: its ends, its ticks with their labels, and whether it is logarithmic."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False


PERCENT = Scale(0, 103, ((0, "0%"), (50, "50%"), (100, "100%")))


def bars(marks: Sequence[Mark], text: ChartText) -> Markup:
    """Numbers as bars from zero, one a row."""
    scale = Scale(0, 1.03 * max(mark.end for mark in marks), ((0, "0"),))
    figure, axes, positions = _rows([Row(mark.label, (mark,)) for mark in marks], scale)
    for position, mark in zip(positions, marks, strict=True):
        colour = FOCUS if mark.focus else OTHER
        face = colour if mark.status == "actual" else "white"
        line = "--" if mark.status in ("planned", "target") else "-"
        axes.barh(position, mark.value, height=0.9, facecolor=face, edgecolor=colour, linewidth=1.5, linestyle=line)
        if mark.qualifier in POINTERS or mark.high is not None:
            _dot(axes, position, mark)
    return _published(figure, text)


def dots(rows: Sequence[Row], text: ChartText, scale: Scale = PERCENT) -> Markup:
    """Numbers as dots on a line: for shares and ratios, which do not add up."""
    figure, axes, positions = _rows(rows, scale)
    for position, row in zip(positions, rows, strict=True):
        axes.axhline(position, color=FAINT, linewidth=1, zorder=1)
        if row.connected:
            axes.plot(
                [mark.value for mark in row.marks], [position] * len(row.marks), color=FOCUS, linewidth=2, zorder=2
            )
        axes.plot(row.trail, [position] * len(row.trail), "|", color=OTHER, markersize=9, markeredgewidth=2, zorder=2)
        for mark in row.marks:
            _dot(axes, position, mark)
    return _published(figure, text)


def composition(parts: Sequence[tuple[str, float]], text: ChartText) -> Markup:
    """Parts of one whole as one bar; each part's label with its number stands below in the same order."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.7 + 0.3 * len(parts)))
        axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
        total = sum(value for _, value in parts)
        # Told apart in grey print as well: dark, middle, white.
        faces = ["#12436d", "#8fa7bd", "white"]
        left = 0.0
        for index, ((label, value), face) in enumerate(zip(parts, faces, strict=False)):
            axes.barh(0, value, left=left, height=0.8, facecolor=face, edgecolor=FOCUS, linewidth=1.2)
            left += value
            level = -1.0 - 0.62 * index
            axes.barh(level, total * 0.03, height=0.36, facecolor=face, edgecolor=FOCUS, linewidth=1.2)
            axes.text(total * 0.05, level, label, va="center", ha="left")
        axes.set_xlim(0, total * 1.002)
        axes.set_ylim(-1.0 - 0.62 * (len(parts) - 1) - 0.4, 0.55)
        axes.axis("off")
        return _published(figure, text)


def coverage_heatmap(counts: pd.DataFrame, not_applicable: pd.DataFrame, text: ChartText) -> Markup:
    """How many figures each region (column) reports of each indicator (row); a cross where it does not apply."""
    width, top = 9.0, 1.0
    height = top + 0.25 * len(counts)
    with mpl.rc_context(STYLE | {"font.size": 9.5}):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0.37, 0.0, 0.57, 1 - top / height))
        labels = counts.astype("str").mask(counts == 0, "").mask(not_applicable, "×")
        sns.heatmap(
            counts.clip(upper=3),
            annot=labels.to_numpy(),
            fmt="",
            cmap=sns.light_palette(FOCUS, n_colors=4),
            cbar=False,
            linewidths=0.6,
            linecolor="white",
            ax=axes,
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xticks(axes.get_xticks(), counts.columns, rotation=55, ha="left", rotation_mode="anchor")
        names = [textwrap.shorten(name, 46, placeholder="…") for name in counts.index]
        axes.set_yticks(axes.get_yticks(), names, rotation=0)
        axes.set_xlabel("")
        axes.set_ylabel("")
        return _published(figure, text, "chart wide")


def _contrast(one: ColorType, other: ColorType) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21."""

    def luminance(colour: ColorType) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
        return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def tile_map(tiles: Sequence[tuple[int, int, str, str, float | None]], text: ChartText) -> Markup:
    """Regions as tiles in their rough places: row, column, name, words, and a shade from 0 to 1 (None: grey).

    Words are dark or white, whichever stands out more; they alone say everything.
    """
    rows, columns = max(tile[0] for tile in tiles) + 1, max(tile[1] for tile in tiles) + 1
    palette = sns.light_palette(FOCUS, as_cmap=True)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH * 2, WIDTH * 2 * rows / columns * 0.72))
        axes = figure.add_axes((0, 0, 1, 1))
        for row, column, name, words, shade in tiles:
            face = "#eeeeee" if shade is None else palette(0.1 + 0.5 * shade)
            ink = "white" if _contrast("white", face) > _contrast(INK, face) else INK
            axes.add_patch(Rectangle((column + 0.03, row + 0.04), 0.94, 0.92, facecolor=face, edgecolor="none"))
            place: dict[str, Any] = {"ha": "center", "color": ink}
            axes.text(column + 0.5, row + 0.3, "\n".join(textwrap.wrap(name, 13)), va="center", fontsize=10, **place)
            lines = "\n".join(textwrap.wrap(words, 14))
            weight = "normal" if shade is None else "bold"
            axes.text(column + 0.5, row + 0.7, lines, va="center", fontsize=9.5, fontweight=weight, **place)
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        axes.axis("off")
        return _published(figure, text, "chart wide")


def _rows(rows: Sequence[Row], scale: Scale) -> tuple[Figure, Axes, list[float]]:
    """A drawing in which each row has its label and its numbers in words above the place for its marks.

    Heights are counted in lines of text. Returns the figure, its axes and the height of each row's marks.
    """
    labels = [[(part, "normal") for part in textwrap.wrap(row.label, LINE)] + _numbers(row) for row in rows]
    positions, line = [], 0.0
    with mpl.rc_context(STYLE):
        below = 1.6 * LINE_HEIGHT
        height = LINE_HEIGHT * sum(len(label) + 2 for label in labels) + below
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.04, below / height, 0.9, 1 - below / height))
        if scale.logarithmic:
            axes.set_xscale("log")
            axes.minorticks_off()
        axes.set_xlim(scale.low, scale.high)
        for label in labels:
            for part, weight in label:
                line += 1
                axes.text(0, line, part, transform=axes.get_yaxis_transform(), va="baseline", fontweight=weight)
            positions.append(line + 0.8)
            line += 2
        axes.set_ylim(line, 0)
        axes.set_yticks([])
        axes.set_xticks([value for value, _ in scale.ticks], [name for _, name in scale.ticks])
    return figure, axes, positions


def _numbers(row: Row) -> list[tuple[str, str]]:
    """The lines that say a row's numbers in words, with their weight."""
    words = [" → ".join(mark.words for mark in row.marks)] if row.connected else [mark.words for mark in row.marks]
    weight = "bold" if all(mark.focus for mark in row.marks) else "normal"
    return [(part, weight) for text in words for part in textwrap.wrap(text, LINE - 4)]


def _dot(axes: Axes, position: float, mark: Mark) -> None:
    colour = FOCUS if mark.focus else OTHER
    face = colour if mark.status == "actual" else "white"
    if mark.high is not None:
        axes.plot([mark.value, mark.high], [position] * 2, color=colour, linewidth=4, solid_capstyle="round", zorder=2)
    axes.plot(
        mark.value,
        position,
        POINTERS.get(mark.qualifier, "o"),
        markersize=9,
        markerfacecolor=face,
        markeredgecolor=colour,
        markeredgewidth=1.8,
        zorder=3,
        clip_on=False,
    )


def _published(figure: Figure, text: ChartText, kind: str = "chart") -> Markup:
    """The drawing within its figure element."""
    return Markup(
        '<figure class="{kind}" id="{id}"><figcaption><p class="chart-title">{title}</p>'
        '<p class="chart-subtitle">{subtitle}</p></figcaption>{svg}<p class="chart-source">{source}</p>'
        '<details class="chart-data"><summary>{data_heading}</summary>{data}</details></figure>'
    ).format(
        kind=kind,
        id=text.identifier,
        title=text.title,
        subtitle=text.subtitle,
        svg=Markup(_svg(figure, text)),
        source=text.source,
        data_heading=text.data_heading,
        data=text.data,
    )


def _svg(figure: Figure, text: ChartText) -> str:
    """The drawing as an SVG element without size of its own, its ids made unique to the page."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    opening, body = drawing.split(">", 1)
    viewbox = re.search(r'viewBox="[^"]*"', opening)
    assert viewbox is not None  # matplotlib always writes one
    prefix = f"{text.identifier}-"
    # Matplotlib's style rule would hold for the whole page that the drawing stands in.
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{prefix}', body)
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", body)
    label = Markup('role="img" aria-label="{}"').format(text.alternative)
    style = 'stroke-linejoin="round" stroke-linecap="butt"'
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {namespaces} {viewbox[0]} {style} {label}>{body}"
