"""Makes one page, from its notebook to what its files hold, in the process that calls it."""

from edstats.reports.markup import ForbiddenMarkup
from edstats.reports.plan import Made, Making, failure_of
from edstats.reports.printing import PrintingFailed, print_page
from edstats.reports.publish import publish_page
from edstats.reports.run import PageFailed, run_notebook


def make_page(making: Making) -> Made:
    """Run the notebook of a page and convert it; raises nothing, and writes nothing."""
    page = making.page
    try:
        executed = run_notebook(page, making.history, making.kernels, making.time_limit)
        html, downloads = publish_page(making.frame, executed)
        files = {page.path: html.encode(), **{f"{page.language}/{name}": data for name, data in downloads.items()}}
        if making.browser:
            files[page.path.removesuffix(".html") + ".pdf"] = print_page(html, page.name, making.browser)
    except PageFailed as error:
        return Made(page.path, failure=error.failure)
    except (ForbiddenMarkup, PrintingFailed, OSError) as error:
        return Made(page.path, failure=failure_of(page.path, error))
    return Made(page.path, files)
