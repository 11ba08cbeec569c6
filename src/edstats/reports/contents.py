"""Which pages an edition of a data set has: one for each region that a source tells of, and those across regions."""

from pathlib import Path

from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.pages import read_parameters
from edstats.pages.sections import page_name
from edstats.reports.plan import Page, Plan
from edstats.wording import Wording


def plan_edition(dataset: Dataset, data: Path, notebooks: Path, reports: Path, language: str) -> Plan:
    """The plan of all pages of ``dataset``, whose clean files stand in the folder ``data``.

    Every page's parameters are checked. Raises ``UnknownParameter`` for a value that is not known.
    """
    wording = Wording(language)
    rows = dataset.observations
    shared = {"language": language, "as_of": dataset.as_of.isoformat(), "data": str(data)}
    regions = read_table("regions").query("type != 'country'")["region"]
    reported = [region for region in regions if (rows["region"] == region).any()]
    compared = wording.text("Small schools, renovation spending, new schools, and who reports what")
    documents = wording.plural("{count} document", "{count} documents", len(dataset.sources))
    all_figures = wording.plural("{count} figure", "{count} figures", len(rows))
    printed = wording.text(
        "{documents}, {figures}, and what contradicts what", documents=documents, figures=all_figures
    )
    pages = [
        Page(
            "comparison", notebooks / "comparison.ipynb", shared, wording.text("Regions compared"), "across", compared
        ),
        Page(
            "sources", notebooks / "sources.ipynb", shared, wording.text("Sources and their figures"), "across", printed
        ),
    ]
    for region in reported:
        own = rows[rows["region"] == region]
        figures = wording.plural("{count} figure", "{count} figures", len(own))
        sources = wording.plural("{count} source", "{count} sources", own["source"].nunique())
        summary = wording.text("{figures} from {sources}", figures=figures, sources=sources)
        title = wording.name("regions", region)
        heading = wording.text("{region}: what is reported about its schools", region=title)
        parameters = shared | {"region": region}
        notebook = notebooks / "region.ipynb"
        pages.append(Page(page_name(region), notebook, parameters, title, "regions", summary, heading))
    for page in pages:
        read_parameters(page.parameters)
    without = tuple(wording.name("regions", region) for region in regions if region not in reported)
    return Plan(tuple(pages), data, reports, language, dataset.as_of.isoformat(), without)
