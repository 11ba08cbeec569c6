"""What a build asks of its workers. What that takes is imported there: the builder itself needs none of it."""

from collections.abc import Mapping

from edstats.reports.plan import Made, Making, Plan, check_parameters


def check_notebooks(plan: Plan) -> None:
    """Raise UnknownParameter, UnfitNotebook or FileNotFoundError for the first page whose notebook cannot be run."""
    for notebook, names in dict.fromkeys((page.notebook, tuple(page.parameters)) for page in plan.pages):
        check_parameters(notebook, names)


def make_page(making: Making) -> Made:
    """Make a page; raises nothing."""
    from edstats.reports import make  # noqa: PLC0415

    return make.make_page(making)


def index_pages(plan: Plan) -> Mapping[str, bytes]:
    """What the first pages hold, by path."""
    from edstats.reports.publish import entry_page, index_page  # noqa: PLC0415

    indexes = {f"{volume.language}/index.html": index_page(plan, volume) for volume in plan.volumes}
    indexes["index.html"] = entry_page(plan)
    return {path: html.encode() for path, html in indexes.items()}
