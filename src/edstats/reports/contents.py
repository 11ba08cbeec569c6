"""Which pages an edition of a data set has: one for each region that a source tells of, and those across regions."""

from collections.abc import Mapping
from pathlib import Path

from edstats.codebook import read_table
from edstats.dataset import Dataset, translated_notes
from edstats.pages.headings import (
    changes_heading,
    comparison_heading,
    page_name,
    region_heading,
    sources_heading,
)
from edstats.pages.parameters import read_parameters
from edstats.reports.plan import Page, Plan, Volume
from edstats.wording import Wording


def plan_edition(
    datasets: Mapping[str, Dataset], data: Path, notebooks: Path, reports: Path, kept: Mapping[str, str], pdf: bool
) -> Plan:
    """The plan of all pages of a data set in every language; its clean files stand in the folder ``data``.

    ``datasets``: the data set with messages in each language; ``kept``: the files that the edition keeps of itself.
    Every page's parameters are checked. Raises ``UnknownParameter`` for a value that is not known.
    """
    volumes = tuple(_volume(dataset, data, notebooks, language) for language, dataset in datasets.items())
    as_of = next(iter(datasets.values())).as_of
    plan = Plan(volumes, reports, as_of.isoformat(), kept, pdf)
    for page in plan.pages:
        read_parameters(page.parameters)
    return plan


def _volume(dataset: Dataset, data: Path, notebooks: Path, language: str) -> Volume:
    wording = Wording(language, translated_notes(dataset.translations, language))
    rows = dataset.observations
    regions = read_table("regions").query("type != 'country'")["region"]
    # A list in which "область Абай" stands under its name, not its kind.
    short = read_table("regions").set_index("region")[f"short_{language}"]
    reported = sorted(
        (region for region in regions if (rows["region"] == region).any()),
        key=lambda region: wording.alphabetical(short[region]),
    )
    shared = {"language": language, "as_of": dataset.as_of.isoformat(), "data": str(data)}
    pages = [
        *_across(dataset, notebooks, shared, wording),
        *(_region(dataset, region, notebooks, shared, wording) for region in reported),
    ]
    without = tuple(wording.name("regions", region) for region in regions if region not in reported)
    return Volume(language, tuple(pages), without)


def _across(dataset: Dataset, notebooks: Path, shared: Mapping[str, str], wording: Wording) -> list[Page]:
    text = wording.text
    documents = wording.plural("{count} document", "{count} documents", len(dataset.sources))
    figures = wording.plural("{count} figure", "{count} figures", len(dataset.observations))
    printed = text("{documents}, {figures}, and what contradicts what", documents=documents, figures=figures)
    compared = text("Small schools, renovation spending, new schools, and who reports what")
    told = text("Which figures are new, revised or gone since the edition before")
    entries = (
        ("comparison", text("Regions compared"), compared, comparison_heading(wording)),
        ("sources", text("Sources and their figures"), printed, sources_heading(wording)),
        ("changes", text("Changes"), told, changes_heading(wording)),
    )
    return [
        Page(name, wording.language, notebooks / f"{name}.ipynb", shared, title, "across", summary, heading)
        for name, title, summary, heading in entries
    ]


def _region(dataset: Dataset, region: str, notebooks: Path, shared: Mapping[str, str], wording: Wording) -> Page:
    own = dataset.observations[dataset.observations["region"] == region]
    summary = wording.text(
        "{figures} from {sources}",
        figures=wording.plural("{count} figure", "{count} figures", len(own)),
        sources=wording.plural("{count} source", "{count} sources", own["source"].nunique()),
    )
    place = wording.place(region)
    names = read_table("place_names").query("region == @region")["name"]
    return Page(
        name=page_name(region),
        language=wording.language,
        notebook=notebooks / "region.ipynb",
        parameters={**shared, "region": region},
        title=str(place),
        group="regions",
        summary=summary,
        heading=region_heading(own, place, wording),
        search=" ".join(dict.fromkeys(name.lower() for name in names)),
    )
