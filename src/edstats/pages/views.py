"""What a page may see of a data set and of its history: the page is made from that alone.

So a build can tell by a digest of the view whether a page would come out otherwise than before.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

import pandas as pd

from edstats.columns import TABLES, csv_text
from edstats.dataset import Dataset
from edstats.editions import History, latest
from edstats.selection import in_present_borders

# What no page says of a figure of another region, or of a source that stands behind such figures only. All else may
# decide which of several figures stands for that region: their precision, say, or the kind of publisher.
_UNSAID = {
    "observations": ("as_printed", "note"),
    "sources": ("title", "url", "date_basis", "licence", "note"),
    "findings": ("message", "details"),
}


def region_view(dataset: Dataset, region: str, language: str) -> Dataset:
    """What the page of ``region`` may see: all of its own, and what other regions' numbers can stand beside it.

    Of other regions these are the indicators and measures that the region has too, for regions as a whole, without the
    words that only the pages about them show.
    """
    rows, measures, sources = dataset.observations, dataset.measures, dataset.sources
    own, own_measures = rows["region"] == region, measures["region"] == region
    compared = measures["measure"].isin(measures.loc[own_measures, "measure"]) & in_present_borders(measures)
    measures = measures[own_measures | compared]
    parts = pd.concat([measures["numerator"], measures["denominator"]])
    like = rows["indicator"].isin(rows.loc[own, "indicator"]) & in_present_borders(rows) & (rows["place"] == "")
    rows = rows[own | like | rows["figure_id"].isin(parts)]
    own = rows["region"] == region
    sources = sources[sources["source"].isin(rows["source"])]
    own_sources = sources["source"].isin(rows.loc[own, "source"])
    return _spoken(
        replace(
            dataset,
            observations=_silent(rows, ~own, "observations"),
            measures=measures,
            findings=_findings(dataset.findings, region, rows["figure_id"]),
            sources=_silent(sources, ~own_sources, "sources"),
            doubts=dataset.doubts.head(0),
            prices=dataset.prices.head(0),
            corrections=_of_figures(dataset.corrections, rows.loc[own, "figure_id"]),
        ),
        language,
    )


def dataset_view(dataset: Dataset, language: str) -> Dataset:
    """What a page about the whole data set may see: all but the translations into other languages."""
    return _spoken(dataset, language)


def region_history(history: History, region: str) -> History:
    """What the page of ``region`` may see of the editions: whether there was one before the newest, and what is new."""
    changes = latest(history)
    newest = history.editions.tail(1)
    # Numbered anew: an edition that changes nothing here must not change the page.
    editions = [newest.assign(edition=number) for number in range(1, min(len(history.editions), 2) + 1)]
    seen = pd.concat(editions) if editions else newest
    counted = ["figures", "sources", "new", "revised", "gone"]
    return History(
        seen.assign(**dict.fromkeys(counted, 0)),
        changes[changes["region"] == region].assign(edition=len(editions)),
    )


def _silent(rows: pd.DataFrame, where: pd.Series, table: str) -> pd.DataFrame:
    """``rows`` without the unsaid columns of those ``where`` it is so."""
    return rows.assign(**{name: rows[name].mask(where, "") for name in _UNSAID[table]})


def _findings(findings: pd.DataFrame, region: str, figures: pd.Series) -> pd.DataFrame:
    """The region's findings in full, and that there are others about figures which the page may show."""
    shown = set(figures)
    own = findings["region"] == region
    about = findings["figures"].map(lambda named: not shown.isdisjoint(named.split())).astype("bool")
    kept = findings[own | about]
    return _silent(kept, kept["region"] != region, "findings")


def _of_figures(corrections: pd.DataFrame, figures: pd.Series) -> pd.DataFrame:
    return corrections[(corrections["source"] + "#" + corrections["figure"]).isin(figures)]


def _spoken(dataset: Dataset, language: str) -> Dataset:
    """The data set with those translations alone that its texts have in ``language``."""
    texts: set[str] = set()
    for table in ("observations", "sources", "doubts", "prices", "corrections"):
        frame = getattr(dataset, table)
        for name in frame.select_dtypes("str"):
            texts.update(frame[name])
    translations = dataset.translations
    others = {str(name): "" for name in translations if name not in ("text", language)}
    translations = translations[translations["text"].isin(texts)].assign(**others)
    return replace(dataset, translations=translations)


def digests(view: Dataset, history: History) -> dict[str, str]:
    """A digest of each table of a view, by name, and one of the history; of text as files show it."""
    tables: Mapping[str, pd.DataFrame] = {table: getattr(view, table) for table in TABLES}
    found = {name: _digest([csv_text(frame)]) for name, frame in tables.items()}
    return found | {"history": _digest(csv_text(getattr(history, field.name)) for field in fields(history))}


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
