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
    """One page of the edition, in one language.

    ``name`` is the stem of its file ("aktobe"), the same in every language; ``parameters`` go to the cell of
    ``notebook`` that is tagged ``parameters``; ``title`` is what links to it say; ``summary`` says in a few words what
    it holds ("34 figures from 2 sources"), as plain text, or is empty; ``heading`` stands on the page itself
    (default: its title); ``search`` are other names that a reader may look for.
    """

    name: str
    language: str
    notebook: Path
    parameters: Mapping[str, str]
    title: str
    group: Literal["regions", "across"]
    summary: str = ""
    heading: str = ""
    search: str = ""

    @property
    def path(self) -> str:
        """Where the page stands in the edition."""
        return f"{self.language}/{self.name}.html"


@dataclass(frozen=True)
class Volume:
    """The pages of an edition in one language, in reading order; ``without_page``: regions that no source tells of."""

    language: str
    pages: tuple[Page, ...]
    without_page: tuple[str, ...] = ()

    def group(self, name: Literal["regions", "across"]) -> tuple[Page, ...]:
        """The pages of one group, in reading order."""
        return tuple(page for page in self.pages if page.group == name)


@dataclass(frozen=True)
class Plan:
    """An edition: its volumes, and the folder they are published in.

    ``edition`` is the as-of date of the data, in ISO form; ``kept`` are the names and texts of the files that the
    edition keeps of itself, for the next one to be compared with; ``pdf``: each page is printed as well.
    """

    volumes: tuple[Volume, ...]
    reports: Path
    edition: str
    kept: Mapping[str, str]
    pdf: bool = False

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of all volumes."""
        return tuple(page for volume in self.volumes for page in volume.pages)


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
