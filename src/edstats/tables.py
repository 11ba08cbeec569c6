"""HTML of the pages' tables, with caption and scoped headers, and the anchors that links lead to.

Everything that comes from data is escaped by markupsafe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

Cells = Sequence[Markup | str]
# The page on which every source and every figure has its place.
SOURCES_PAGE = "sources.html"


# JupyterLab would typeset what stands between two dollar signs of a source, and obey the LaTeX that links.
# A page has a style sheet, which keeps drawings small and lets wide tables scroll.
_STYLE_IN_JUPYTER = (
    "<style>.edstats svg{max-width:30rem}.edstats .table-scroll{overflow-x:auto}"
    ".edstats ul.entries{list-style:none;padding:0}"
    ".edstats dl{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.15rem 1rem}"
    ".edstats dl>*{float:none;width:auto;margin:0;padding:0}</style>"
)
_IN_JUPYTER = f'<div class="edstats mathjax_ignore tex2jax_ignore">{_STYLE_IN_JUPYTER}'
_IN_JUPYTER_END = "</div>"


@dataclass(frozen=True)
class Html:
    """A piece of a page; Jupyter shows it as HTML."""

    text: Markup

    def _repr_html_(self) -> str:
        return f"{_IN_JUPYTER}{self.text}{_IN_JUPYTER_END}"

    def __add__(self, other: "Html") -> "Html":
        """Both pieces, one after the other."""
        return Html(self.text + other.text)


def piece_of_page(output: str) -> str:
    """The HTML of an output as a page has it: that of an ``Html`` without what only Jupyter needs."""
    return output.removeprefix(_IN_JUPYTER).removesuffix(_IN_JUPYTER_END) if output.startswith(_IN_JUPYTER) else output


def anchor(figure_id: str) -> str:
    """The anchor of a figure: stable over builds and languages."""
    return "f-" + figure_id.replace("#", "-")


def source_anchor(source: str) -> str:
    """The anchor of a source in the list of sources."""
    return f"source-{source}"


def html_table(caption: str, header: Sequence[str], rows: Iterable[Cells], numeric: Sequence[int] = ()) -> Markup:
    """A table whose first column heads its rows, in a frame of its own that scrolls; ``numeric`` as in ``plain_table``.

    ``caption`` names the frame too, so it must be the only such one of its page.
    """
    table = plain_table(caption, header, rows, numeric)
    frame = Markup('<div class="table-scroll" tabindex="0" role="region" aria-label="{}">{}</div>')
    return frame.format(caption, table)


def plain_table(caption: str, header: Sequence[str], rows: Iterable[Cells], numeric: Sequence[int] = ()) -> Markup:
    """A table of few columns whose first heads its rows; ``numeric`` are the positions of columns with numbers."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in header)
    body = Markup("").join(_row(cells, numeric) for cells in rows)
    return Markup(
        '<table class="data"><caption><span>{}</span></caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(caption, head, body)


def _row(cells: Cells, numeric: Sequence[int]) -> Markup:
    first = Markup('<th scope="row">{}</th>').format(cells[0])
    rest = (
        Markup('<td class="number">{}</td>' if position in numeric else "<td>{}</td>").format(cell)
        for position, cell in enumerate(cells[1:], start=1)
    )
    return Markup("<tr>") + first + Markup("").join(rest) + Markup("</tr>")
