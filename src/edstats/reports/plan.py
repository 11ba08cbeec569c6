"""What a build must make: one page for each notebook and set of parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from edstats.faults import nearest
from edstats.pages.parameters import UnknownParameter

# Seconds; a page takes one second, or ten on a busy machine with a stock kernel.
TIME_LIMIT = 600.0


@dataclass(frozen=True)
class Page:
    """One page of the edition, in one language.

    ``name`` is the stem of its file ("aktobe"), the same in every language; ``parameters`` go to the cell of
    ``notebook`` that is tagged ``parameters``; ``title`` is what links to it say; ``summary`` says in a few words what
    it holds ("34 figures from 2 sources"), as plain text, or is empty; ``heading`` stands on the page itself
    (default: its title); ``search`` are other names that a reader may look for. ``inputs`` are digests of all that the
    page depends on, by name; without them it is built whenever anything is.
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
    inputs: Mapping[str, str] = field(default_factory=dict)

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
class Link:
    """A link to a page of the same language."""

    name: str
    title: str


@dataclass(frozen=True)
class Frame:
    """What stands around the content of a page: all that the template knows of the page and of the edition.

    ``name``, ``title``, ``summary``, ``heading`` and ``group`` are the page's; ``languages`` those of the edition;
    ``across`` links to the pages across regions, ``previous`` and ``next`` to the neighbours in the page's group;
    ``edition`` is the as-of date; ``pdf``: the page can be had as PDF.
    """

    language: str
    name: str
    languages: tuple[str, ...]
    across: tuple[Link, ...]
    edition: str
    pdf: bool
    title: str = ""
    summary: str = ""
    heading: str = ""
    group: str = ""
    previous: Link | None = None
    next: Link | None = None


@dataclass(frozen=True)
class Plan:
    """An edition: its volumes, and the folder they are published in.

    ``edition`` is the as-of date of the data, in ISO form; ``kept`` are the names and texts of the files that the
    edition keeps of itself, for the next one to be compared with; ``pdf``: each page is printed as well;
    ``surroundings`` and ``packages`` are what the record of the build says of its own inputs, ``findings`` the
    contradictions and doubts in the data, one line each, its severity first, ``figures`` how many of "all" and of how
    many "sources". ``time_limit``: seconds that the notebook of one page may take.
    """

    volumes: tuple[Volume, ...]
    reports: Path
    edition: str
    kept: Mapping[str, str]
    pdf: bool = False
    surroundings: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    time_limit: float = TIME_LIMIT

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of all volumes."""
        return tuple(page for volume in self.volumes for page in volume.pages)

    def frame(self, page: Page) -> Frame:
        """What stands around the content of ``page``."""
        (volume,) = (volume for volume in self.volumes if volume.language == page.language)
        group = _links(volume.group(page.group))
        place = group.index(Link(page.name, page.title))
        return replace(
            self.index_frame(volume),
            name=page.name,
            title=page.title,
            summary=page.summary,
            heading=page.heading or page.title,
            group=page.group,
            previous=group[place - 1] if place else None,
            next=group[place + 1] if place + 1 < len(group) else None,
        )

    def index_frame(self, volume: Volume) -> Frame:
        """What stands around the content of a volume's first page."""
        return Frame(
            language=volume.language,
            name="index",
            languages=tuple(each.language for each in self.volumes),
            across=_links(volume.group("across")),
            edition=self.edition,
            pdf=self.pdf,
        )


def _links(pages: Iterable[Page]) -> tuple[Link, ...]:
    return tuple(Link(page.name, page.title) for page in pages)


@dataclass(frozen=True)
class PageFailure:
    """Why a page could not be made.

    ``cell`` counts all cells of the notebook from 1, and is 0 when the failure is of no one cell; ``code`` is that
    cell's first line; ``error`` is the name of the exception.
    """

    page: str
    cell: int
    error: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        """One line: page, cell, error."""
        place = f"{self.page}, cell {self.cell} ({self.code})" if self.cell else self.page
        return f"{place}: {self.error}: {self.message}".removesuffix(": ")


def failure_of(path: str, error: BaseException) -> PageFailure:
    """The failure of a whole page, from an exception that belongs to no cell."""
    return PageFailure(path, 0, type(error).__name__, str(error))


@dataclass(frozen=True)
class Making:
    """A page to be made: ``frame`` stands around it; ``history`` is the folder of what its edition keeps of itself.

    ``kernels``: the address of a server of warm kernels, or ""; ``browser``: prints the page, where that is wanted;
    ``time_limit``: seconds that the notebook may take.
    """

    page: Page
    frame: Frame
    history: Path
    kernels: str
    browser: Path | None
    time_limit: float


@dataclass(frozen=True)
class Made:
    """What came of the page at ``path``: what its files hold, by their paths in the edition, or the failure."""

    path: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    failure: PageFailure | None = None


class UnfitNotebook(ValueError):
    """A notebook that papermill cannot run: it names no kernel or language, or it is no notebook."""


def check_parameters(notebook: Path, parameters: Iterable[str]) -> None:
    """Raise UnknownParameter for the first of ``parameters`` that ``notebook`` does not have.

    Raises UnfitNotebook when the notebook cannot be read, FileNotFoundError when it is not there.
    """
    # These take longer to import than a plan takes to make.
    import papermill  # noqa: PLC0415
    from nbformat import ValidationError  # noqa: PLC0415

    try:
        known = papermill.inspect_notebook(notebook)
    except (ValueError, ValidationError) as error:
        raise UnfitNotebook(f"{notebook}: {error}") from error
    for name in parameters:
        if name in known:
            continue
        if not known:
            raise UnknownParameter(f'{notebook} has no parameter "{name}": no cell tagged "parameters" sets one')
        guess = nearest(name, known)
        hint = f'did you mean "{guess}"?' if guess else f"it has {', '.join(known)}"
        raise UnknownParameter(f'{notebook} has no parameter "{name}"; {hint}')
