"""Charts of the pages: matplotlib and seaborn drawings as inline SVG, with title, text alternative, source and data.

What is planned or under way is hollow, what is done is filled; what the page is about is dark, the rest grey. Labels
stand above their marks, so that a chart is read on a telephone as on a desk.
"""

import base64
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edstats.chart_svg import FAINT, FOCUS, INK, OTHER, PAPER, SHADES, STYLE, TEXT_SIZE, TINT, inline_svg

WIDTH = 4.6  # inches; at 360 px of screen the text is then as large as it was drawn
LINE, LINE_HEIGHT = 41, 0.23  # characters that fit in a line, inches that it needs
PANEL_LINES = 36  # of a panel, which print must not cut
DRAWN = STYLE | {"font.size": TEXT_SIZE}
# The counts from which the second, third and last shade stand.
SHADED_FROM = (1, 3, 6)
CSV_ADDRESS = "data:text/csv;charset=utf-8;base64,"
POINTERS = {"at_least": ">", "at_most": "<"}


@dataclass(frozen=True)
class Mark:
    """One number in a chart: its label, the number in words with its time, and how it is drawn.

    ``high`` is the upper end of a range, else None; ``qualifier`` as in observations: a bound is drawn as an arrow
    that points to where the number may lie. ``unit``, ``period`` and ``figures`` (figure_ids parted by spaces) go into
    the chart's data.
    """

    label: str
    value: float
    words: str
    status: str = "actual"
    focus: bool = True
    qualifier: str = "exact"
    high: float | None = None
    unit: str = ""
    period: str = ""
    figures: str = ""

    @property
    def end(self) -> float:
        """The largest value that has to be drawn."""
        return self.value if self.high is None else self.high


@dataclass(frozen=True)
class ChartText:
    """What stands around a drawing: heading, what is measured, text alternative, sources, and the data.

    ``data`` is the table beside the chart; ``csv`` the same to download, with ``csv_label`` as the link's words.
    """

    identifier: str
    title: str
    subtitle: str
    alternative: str
    source: Markup
    data_heading: str
    data: Markup
    csv: str
    csv_label: str


@dataclass(frozen=True)
class Row:
    """One row of a chart of dots: its label, its marks, and what stands faintly behind them.

    ``trail``: older numbers, as ticks; ``others``: the numbers of other regions, as grey dots.
    """

    label: str
    marks: tuple[Mark, ...]
    trail: tuple[float, ...] = ()
    connected: bool = False
    others: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scale:
    """The axis of a chart: its ends, its ticks with their labels, and whether it is logarithmic."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False


def bars(marks: Sequence[Mark], text: ChartText) -> Markup:
    """Numbers as bars from zero, one a row."""
    scale = Scale(0, 1.03 * max(mark.end for mark in marks) or 1, ((0, "0"),))
    panels = []
    for panel in _panels([Row(mark.label, (mark,)) for mark in marks]):
        figure, axes, positions = _rows(panel, scale)
        for position, row in zip(positions, panel, strict=True):
            _bar(axes, position, row.marks[0])
        panels.append(figure)
    return _published(panels, text)


def _bar(axes: Axes, position: float, mark: Mark) -> None:
    colour = FOCUS if mark.focus else OTHER
    face = colour if mark.status == "actual" else PAPER
    line = "--" if mark.status in ("planned", "target") else "-"
    axes.barh(position, mark.value, height=0.9, facecolor=face, edgecolor=colour, linewidth=1.5, linestyle=line)
    if mark.qualifier in POINTERS or mark.high is not None:
        _dot(axes, position, mark)


def dots(rows: Sequence[Row], text: ChartText, scale: Scale) -> Markup:
    """Numbers as dots on a line: for shares and ratios, which do not add up."""
    panels = []
    for panel in _panels(rows):
        figure, axes, positions = _rows(panel, scale)
        for position, row in zip(positions, panel, strict=True):
            _dots(axes, position, row)
        panels.append(figure)
    return _published(panels, text)


def _dots(axes: Axes, position: float, row: Row) -> None:
    axes.add_artist(
        Line2D([0, 1], [position] * 2, transform=axes.get_yaxis_transform(), color=FAINT, linewidth=1, zorder=1)
    )
    if row.connected:
        _line(axes, [mark.value for mark in row.marks], position, linewidth=2, color=FOCUS)
    if row.others:
        _line(axes, row.others, position, linestyle="", marker="o", color=OTHER, markersize=5, alpha=0.6)
    if row.trail:
        _line(axes, row.trail, position, linestyle="", marker="|", color=OTHER, markersize=9, markeredgewidth=2)
    for mark in row.marks:
        _dot(axes, position, mark)


def _line(axes: Axes, values: Sequence[float], position: float, **style: Any) -> None:
    """Values on one height. The axes have their limits, which ``axes.plot`` would follow after each line."""
    axes.add_artist(Line2D(values, [position] * len(values), **{"zorder": 2, **style}))


def _label_lines(row: Row) -> list[tuple[str, str]]:
    """The lines of text above a row's marks, with their weight."""
    return [(part, "normal") for part in textwrap.wrap(row.label, LINE)] + _numbers(row)


def _panels(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in panels of one scale, none of which is longer than a sheet of paper takes."""
    panels: list[list[Row]] = [[]]
    lines = 0
    for row in rows:
        more = len(_label_lines(row)) + 2
        if panels[-1] and lines + more > PANEL_LINES:
            panels.append([])
            lines = 0
        panels[-1].append(row)
        lines += more
    return panels


def composition(parts: Sequence[tuple[str, float]], text: ChartText) -> Markup:
    """Parts of one whole as one bar; each part's label with its number stands below in the same order."""
    with mpl.rc_context(DRAWN):
        figure = Figure(figsize=(WIDTH, 0.7 + 0.3 * len(parts)))
        axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
        total = sum(value for _, value in parts)
        # Told apart in grey print as well: dark, middle, white.
        faces = [FOCUS, TINT, PAPER]
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
        return _published([figure], text)


def heatmap(counts: pd.DataFrame, text: ChartText) -> Markup:
    """How many figures each row has in each column, shaded from none to many; the shade repeats the number."""
    width, top = WIDTH, 1.25
    height = top + 0.24 * len(counts)
    with mpl.rc_context(DRAWN | {"font.size": 10}):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0.47, 0.0, 0.45, 1 - top / height))
        sns.heatmap(
            pd.DataFrame(np.digitize(counts, SHADED_FROM), counts.index, counts.columns),
            vmin=0,
            vmax=len(SHADES) - 1,
            cmap=list(SHADES),
            cbar=False,
            linewidths=1,
            linecolor=PAPER,
            ax=axes,
        )
        # Not by ``annot`` of seaborn, which works out the colour of every number anew.
        for (row, column), count in np.ndenumerate(counts):
            colour = PAPER if count >= SHADED_FROM[-1] else INK
            axes.text(column + 0.5, row + 0.5, str(count or "–"), ha="center", va="center", color=colour)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xticks(axes.get_xticks(), counts.columns, rotation=55, ha="left", rotation_mode="anchor")
        axes.set_yticks(axes.get_yticks(), counts.index, rotation=0)
        axes.set_xlabel("")
        axes.set_ylabel("")
        return _published([figure], text)


def _rows(rows: Sequence[Row], scale: Scale) -> tuple[Figure, Axes, list[float]]:
    """A drawing in which each row has its label and its numbers in words above the place for its marks.

    Heights are counted in lines of text. Returns the figure, its axes and the height of each row's marks.
    """
    labels = [_label_lines(row) for row in rows]
    positions, line = [], 0.0
    with mpl.rc_context(DRAWN):
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
    face = colour if mark.status == "actual" else PAPER
    if mark.high is not None:
        _line(axes, [mark.value, mark.high], position, color=colour, linewidth=4, solid_capstyle="round")
    _line(
        axes,
        [mark.value],
        position,
        linestyle="",
        marker=POINTERS.get(mark.qualifier, "o"),
        markersize=9,
        markerfacecolor=face,
        markeredgecolor=colour,
        markeredgewidth=1.8,
        zorder=3,
        clip_on=False,
    )


def _published(panels: Sequence[Figure], text: ChartText) -> Markup:
    """The drawing, in one panel or more, within its figure element, with its data as a table and to download."""
    drawn = Markup("")
    for number, panel in enumerate(panels, start=1):
        part = "" if len(panels) == 1 else f" ({number}/{len(panels)})"
        drawn += inline_svg(panel, f"{text.identifier}-{number}", text.alternative + part)
    return Markup(
        '<figure class="chart" id="{id}"><figcaption><p class="chart-title">{title}</p>'
        '<p class="chart-subtitle">{subtitle}</p></figcaption>{svg}<p class="chart-source">{source} '
        '<span>· <a download="{id}.csv" href="{csv}">{csv_label}</a></span></p>'
        '<details class="chart-data"><summary>{data_heading}</summary>{data}</details></figure>'
    ).format(
        id=text.identifier,
        title=text.title,
        subtitle=text.subtitle,
        svg=drawn,
        source=text.source,
        csv=data_address(text.csv),
        csv_label=text.csv_label,
        data_heading=text.data_heading,
        data=text.data,
    )


def data_address(csv: str) -> str:
    """CSV text as an address that a link can download, so that a notebook alone has the data too.

    A byte order mark goes first, since spreadsheets else take UTF-8 for another encoding.
    """
    return CSV_ADDRESS + base64.b64encode(csv.encode("utf-8-sig")).decode("ascii")
