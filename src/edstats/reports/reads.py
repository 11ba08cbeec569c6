"""What the pages of a notebook can depend on besides itself: one region's view of the data, all of it, or anything.

A page is kept when what it depends on has not changed, so that whatever is not plain here counts as anything.
"""

import ast
import builtins
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from edstats import pages
from edstats.pages.parameters import NAMES

Reads = Literal["region", "dataset", "anything"]
PAGES = "edstats.pages"
OF_REGION = frozenset(("RegionPage", "UnknownParameter", "read_parameters"))
# What of Python itself leads to nothing outside the notebook.
INWARD = frozenset(
    (
        *("abs", "all", "any", "bool", "dict", "display", "enumerate", "filter", "float", "int", "isinstance", "len"),
        *("list", "map", "max", "min", "next", "print", "range", "reversed", "round", "set", "sorted", "str", "sum"),
        *("tuple", "zip"),
    )
)
# Attributes that lead beyond what a page may see: all the data, all editions, the clock, chance.
BEYOND = frozenset(("load", "read_history", "today", "now", "sample"))
# The one way to the parameters that a page is given.
READING = "read_parameters(globals())"


def notebook_reads(notebook: Path) -> Reads:
    """What a page of ``notebook`` can depend on.

    It is followed where it imports from ``edstats.pages`` alone, and takes the parameters as they are given.
    """
    try:
        cells = _code_cells(notebook)
        trees = [ast.parse(source) for source, _ in cells]
    except (SyntaxError, ValueError, TypeError, KeyError, AttributeError):  # a magic, say, or no notebook
        return "anything"
    tags = [tag for _, tagged in cells for tag in tagged if tag.endswith("parameters")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    # The cell of the parameters sets them; another that did would give the page other ones than it was asked for.
    own = [
        node
        for tree, (_, tagged) in zip(trees, cells, strict=True)
        if "parameters" not in tagged
        for node in ast.walk(tree)
    ]
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    followed = tags == ["parameters"] and all(map(_is_followed, nodes)) and imported <= {*pages.__all__}
    if not followed or not _are_followed(nodes, imported) or _stored(own) & {*NAMES}:
        return "anything"
    return "region" if imported <= OF_REGION else "dataset"


def _code_cells(notebook: Path) -> list[tuple[str, list[str]]]:
    """The code of each cell and its tags, from the file's JSON: nbformat takes longer to import than this to read."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [("".join(cell["source"]), list(cell["metadata"].get("tags", ()))) for cell in code]


def _is_followed(node: ast.AST) -> bool:
    """Whether a piece of code by itself leads to nothing unseen."""
    if isinstance(node, ast.ImportFrom):
        return node.module == PAGES and not node.level and not any(alias.asname for alias in node.names)
    if isinstance(node, ast.Attribute):
        return not node.attr.startswith("__") and node.attr not in BEYOND
    return not isinstance(node, ast.Import | ast.Match | ast.Try | ast.TryStar)


def _are_followed(nodes: Iterable[ast.AST], imported: set[str]) -> bool:
    """Whether each name is the notebook's own, imported, or harmless; and the parameters are read as they are given."""
    nodes = list(nodes)
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    made = _stored(nodes) | {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    readings = sum(isinstance(node, ast.Call) and ast.unparse(node) == READING for node in nodes)
    plain = names.count("globals") == names.count("read_parameters") == readings
    return plain and {*names} <= made | imported | INWARD | {"globals"} and made.isdisjoint(dir(builtins))


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
