"""One page of the reports by itself, as a build would publish it: to look at while a notebook is being written."""

import os
from datetime import date
from pathlib import Path

from edstats.dataset import load
from edstats.folders import DataNotFoundError, find_data, find_notebooks, is_address
from edstats.pages.headings import page_name
from edstats.pages.parameters import UnknownParameter, read_parameters
from edstats.reports.contents import plan_edition
from edstats.reports.make import make_page
from edstats.reports.plan import Making, Page
from edstats.reports.record import write_file
from edstats.wording import languages

ACROSS = ("comparison", "sources", "changes")


class PageNotBuilt(RuntimeError):
    """The notebook of the page failed; the message names the cell."""


def build_page(
    name: str,
    folder: str | Path,
    data: str | Path = "",
    as_of: str | date | None = None,
    language: str = "en",
) -> Path:
    """Build one page into ``folder``, beside the data that it offers to download, and return the path of its HTML.

    ``name`` is a region's code or name in any of the three languages, or ``comparison``, ``sources`` or ``changes``;
    ``data`` is a folder, ``as_of`` as in ``edstats.load``. The page is that of a build, but no edition before it is
    known, and links to other pages lead nowhere. Raises UnknownParameter for a name or language that there is not,
    PageNotBuilt when its notebook fails, DataNotFoundError without data or notebooks.

    >>> import edstats, tempfile
    >>> page = edstats.build_page("Aktobe", tempfile.mkdtemp())  # takes some seconds
    >>> page.name
    'aktobe.html'
    """
    if is_address(str(data)):
        raise DataNotFoundError(f"'{data}' is no folder; one page is built from a folder, all by edstats build")
    source = Path(os.path.realpath(data)) if data else find_data(Path.cwd())
    parameters = read_parameters({"language": language, "as_of": as_of or "", **_region_of(name)})
    datasets = {each: load(source, parameters.as_of, each) for each in languages()}
    wanted = name if name in ACROSS else page_name(parameters.region)
    edition = Path(os.path.realpath(folder))
    plan = plan_edition(datasets, source, find_notebooks(source), edition, {}, pdf=False)
    page = _page(plan.pages, wanted, language)
    made = make_page(Making(page, plan.frame(page), edition / "data", "", None, plan.time_limit))
    if made.failure:
        raise PageNotBuilt(str(made.failure))
    for path, content in made.files.items():
        write_file(edition / path, content)
    return edition / page.path


def _region_of(name: str) -> dict[str, str]:
    return {} if name in ACROSS else {"region": name}


def _page(pages: tuple[Page, ...], name: str, language: str) -> Page:
    for page in pages:
        if (page.name, page.language) == (name, language):
            return page
    if name == page_name("KZ"):
        raise UnknownParameter("the country has no page of its own; its figures are on 'comparison' and 'sources'")
    raise UnknownParameter(f"there is no page '{name}': no source tells of it yet")
