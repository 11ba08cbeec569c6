"""What a build must make: one page for each notebook and set of parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import papermill

from edstats.faults import nearest
from edstats.pages.parameters import UnknownParameter


@dataclass(frozen=True)
class Page:
    """One page of the edition.

    ``name`` is the stem of its file and of its address ("aktobe"); ``parameters`` go to the cell of ``notebook`` that
    is tagged ``parameters``; ``title`` is what links to it say; ``summary`` says in a few words what it holds ("34
    figures from 2 sources"), as plain text in the plan's language, or is empty; ``heading`` stands on the page itself
    (default: its title).
    """

    name: str
    notebook: Path
    parameters: Mapping[str, str]
    title: str
    group: Literal["regions", "across"]
    summary: str
    heading: str = ""


@dataclass(frozen=True)
class Plan:
    """An edition: its pages in reading order, the data they are made of and the folder they are published in.

    ``language`` is en, ru or kk; ``edition`` is the as-of date of the data, in ISO form; ``without_page`` names the
    regions of which no source tells yet.
    """

    pages: tuple[Page, ...]
    data: Path
    reports: Path
    language: str
    edition: str
    without_page: tuple[str, ...] = ()

    def group(self, name: Literal["regions", "across"]) -> tuple[Page, ...]:
        """The pages of one group, in reading order."""
        return tuple(page for page in self.pages if page.group == name)


class UnfitNotebook(ValueError):
    """A notebook that papermill cannot run: it names no kernel or language, or it is no notebook."""


def check_parameters(notebook: Path, parameters: Iterable[str]) -> None:
    """Raise UnknownParameter for the first of ``parameters`` that ``notebook`` does not have.

    Raises UnfitNotebook when the notebook cannot be read, FileNotFoundError when it is not there.
    """
    try:
        known = papermill.inspect_notebook(notebook)
    except ValueError as error:
        raise UnfitNotebook(f"{notebook}: {error}") from error
    for name in parameters:
        if name in known:
            continue
        if not known:
            raise UnknownParameter(f'{notebook} has no parameter "{name}": no cell tagged "parameters" sets one')
        guess = nearest(name, known)
        hint = f'did you mean "{guess}"?' if guess else f"it has {', '.join(known)}"
        raise UnknownParameter(f'{notebook} has no parameter "{name}"; {hint}')
