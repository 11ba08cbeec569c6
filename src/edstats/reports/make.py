"""Makes one page, from its notebook to its files, in the process that calls it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edstats.reports.plan import Page, Plan
from edstats.reports.printing import PrintingFailed, print_page
from edstats.reports.publish import ForbiddenMarkup, publish_page
from edstats.reports.record import file_digest
from edstats.reports.run import PageFailed, PageFailure, failure_of, run_notebook


@dataclass(frozen=True)
class Making:
    """What pages are made from and where: ``edition`` is the folder of the edition that is being built.

    ``kernels``: the address of a server of warm kernels, or ""; ``browser``: prints the pages, where that is wanted.
    """

    plan: Plan
    edition: Path
    kernels: str
    browser: Path | None

    def page(self, path: str) -> Page:
        """The page of that path."""
        return next(page for page in self.plan.pages if page.path == path)


@dataclass(frozen=True)
class Made:
    """What came of the page at ``path``: the digests of its files by their paths in the edition, or the failure."""

    path: str
    files: Mapping[str, str] = field(default_factory=dict)
    failure: PageFailure | None = None


def make_page(making: Making, path: str) -> Made:
    """Run the notebook of the page at ``path``, convert it, and write its files into the edition; raises nothing."""
    page = making.page(path)
    try:
        executed = run_notebook(page, making.edition / "data", making.kernels)
        html, downloads = publish_page(making.plan.frame(page), executed)
        contents = {page.path: html.encode(), **{f"{page.language}/{name}": data for name, data in downloads.items()}}
        for name, content in contents.items():
            target = making.edition / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if making.browser:
            contents[print_page(page, making.edition, making.browser)] = b""
    except PageFailed as error:
        return Made(path, failure=error.failure)
    except (ForbiddenMarkup, PrintingFailed, OSError) as error:
        return Made(path, failure=failure_of(path, error))
    return Made(path, {name: file_digest(making.edition / name) for name in contents})
