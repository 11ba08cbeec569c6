"""The cells of notebooks alone, in the process that calls; a module of its own, so that workers can import it."""

import ast
from collections.abc import Sequence

import nbformat

from edstats.reports.plan import Page


def run_cells(pages: Sequence[Page]) -> None:
    """Run the code of notebooks in this process, and have what they show said as HTML."""
    for page in pages:
        namespace: dict[str, object] = {"__name__": "__main__"}
        for cell in nbformat.read(page.notebook, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            tree = ast.parse(cell.source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, page.name, "exec"), namespace)
            if "parameters" in cell.metadata.get("tags", []):
                namespace.update(page.parameters)
            if isinstance(last, ast.Expr):
                shown = eval(compile(ast.Expression(last.value), page.name, "eval"), namespace)
                if hasattr(shown, "_repr_html_"):
                    shown._repr_html_()
