"""Makes one page, from its notebook to its files, in the process that calls it."""

from edstats.reports.markup import ForbiddenMarkup
from edstats.reports.plan import Made, Making, failure_of
from edstats.reports.printing import PrintingFailed, print_page
from edstats.reports.publish import publish_page
from edstats.reports.record import file_digest, write_file
from edstats.reports.run import PageFailed, run_notebook


def make_page(making: Making) -> Made:
    """Run the notebook of a page, convert it, and write its files into the edition; raises nothing."""
    page = making.page
    try:
        executed = run_notebook(page, making.edition / "data", making.kernels, making.time_limit)
        html, downloads = publish_page(making.frame, executed)
        contents = {page.path: html.encode(), **{f"{page.language}/{name}": data for name, data in downloads.items()}}
        files = {name: write_file(making.edition / name, content) for name, content in contents.items()}
        if making.browser:
            printed = print_page(page, making.edition, making.browser)
            files[printed] = file_digest(making.edition / printed)
    except PageFailed as error:
        return Made(page.path, failure=error.failure)
    except (ForbiddenMarkup, PrintingFailed, OSError) as error:
        return Made(page.path, failure=failure_of(page.path, error))
    return Made(page.path, files)
