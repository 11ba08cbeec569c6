"""What a page may see of a data set and of its history: the page is made from that alone.

So a build can tell by a digest of the view whether a page would come out otherwise than before.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from edstats.codebook import read_table
from edstats.columns import TABLES
from edstats.dataset import Dataset
from edstats.editions import History, latest
from edstats.selection import in_present_borders

# What no page says of a figure of another region, of a source that stands behind such figures only, or of a finding
# about them. All else may decide which of several figures stands for a region: their precision, say.
UNSAID = {
    "observations": ("as_printed", "note"),
    "sources": ("title", "url", "date_basis", "licence", "note"),
    "findings": ("message", "details"),
}
# The measure of which the region's page shows other regions' plans as well.
SPENDING = "renovation_spending_per_school"
# Where the texts stand that people translate; a finding's message is said in the reader's language already.
_TRANSLATED = ("observations", "sources", "doubts", "prices", "corrections", "declarations")

Mask = np.ndarray


@dataclass(frozen=True)
class View:
    """A part of a data set: of each table the rows that are ``seen``, and those of them that are seen in ``silence``.

    The latter are without their ``UNSAID`` columns. Both are masks over a table's rows, the same in every language.
    """

    seen: Mapping[str, Mask]
    silence: Mapping[str, Mask]

    def of(self, whole: Dataset, language: str) -> Dataset:
        """The part of ``whole``, with the translations into ``language`` alone."""
        tables = {table: self._table(getattr(whole, table), table) for table in TABLES}
        tables["translations"] = _into(tables["translations"], language)
        return Dataset(**tables, as_of=whole.as_of)

    def _table(self, whole: pd.DataFrame, table: str) -> pd.DataFrame:
        rows = whole[self.seen[table]]
        if table not in self.silence:
            return rows
        silent = self.silence[table][self.seen[table]]
        return rows.assign(**{name: rows[name].mask(silent, "") for name in UNSAID[table]})


def region_view(whole: Dataset, region: str) -> View:
    """What the page of ``region`` may see: all of its own, and what other regions' numbers can stand beside it.

    Of other regions these are facts about regions as a whole: the measures that the region has too, and the indicators
    that headlines are made of; plans only of spending, whose chart has them. They come without the words that only the
    pages about them show.
    """
    rows, measures = whole.observations, whole.measures
    own, own_measures = rows["region"].to_numpy() == region, measures["region"].to_numpy() == region
    facts = _among(measures["status"], ["actual"]) | _among(measures["measure"], [SPENDING])
    compared = facts & _among(measures["measure"], measures["measure"][own_measures])
    seen_measures = own_measures | compared & in_present_borders(measures).to_numpy(dtype=bool)
    parts = [*measures["numerator"][seen_measures], *measures["denominator"][seen_measures]]
    whole_regions = in_present_borders(rows).to_numpy(dtype=bool) & (rows["place"] == "").to_numpy(dtype=bool)
    told = read_table("indicators").query("headline != ''")["indicator"]
    alike = whole_regions & _among(rows["indicator"], {*told} & {*rows["indicator"][own]})
    alike &= _among(rows["status"], ["actual"])
    seen_rows = own | alike | _among(rows["figure_id"], parts)
    own_findings = whole.findings["region"].to_numpy() == region
    figures = set(rows["figure_id"][seen_rows])
    about = [not figures.isdisjoint(named.split()) for named in whole.findings["figures"]]
    corrected = whole.corrections["source"] + "#" + whole.corrections["figure"]
    seen = {
        "observations": seen_rows,
        "measures": seen_measures,
        "findings": own_findings | np.array(about, bool),
        "sources": _among(whole.sources["source"], rows["source"][seen_rows]),
        "doubts": np.zeros(len(whole.doubts), bool),
        "prices": np.zeros(len(whole.prices), bool),
        "corrections": _among(corrected, rows["figure_id"][own]),
        # Of a figure that is gone nothing here says which region it was about.
        "declarations": np.ones(len(whole.declarations), bool),
    }
    silence = {
        "observations": ~own,
        "sources": ~_among(whole.sources["source"], rows["source"][own]),
        "findings": ~own_findings,
    }
    return View({**seen, "translations": _translated(whole, seen, silence)}, silence)


def dataset_view(whole: Dataset) -> View:
    """What a page about the whole data set may see: all but the translations into other languages."""
    return View({table: np.ones(len(getattr(whole, table)), bool) for table in TABLES}, {})


def _among(column: pd.Series, values: Iterable[str]) -> Mask:
    known = set(values)
    return np.array([value in known for value in column], bool)


def _translated(whole: Dataset, seen: Mapping[str, Mask], silence: Mapping[str, Mask]) -> Mask:
    """The translations of texts that are seen, and said."""
    texts: set[str] = set()
    for table in _TRANSLATED:
        frame, rows = getattr(whole, table), seen[table]
        for name in frame.select_dtypes("str"):
            said = rows & ~silence[table] if table in silence and name in UNSAID[table] else rows
            texts.update(frame[name][said])
    return _among(whole.translations["text"], texts)


def _into(translations: pd.DataFrame, language: str) -> pd.DataFrame:
    """Translations without those into other languages."""
    return translations.assign(**{str(name): "" for name in translations if name not in ("text", language)})


def region_history(history: History, region: str) -> History:
    """What the page of ``region`` may see of the editions: whether there was one before the newest, and what is new."""
    changes = latest(history)
    newest = history.editions.tail(1)
    # Numbered anew: an edition that changes nothing here must not change the page.
    editions = [newest.assign(edition=number) for number in range(1, min(len(history.editions), 2) + 1)]
    seen = pd.concat(editions) if editions else newest
    return History(
        seen.assign(figures=0, sources=0, new=0, revised=0, gone=0),
        changes[changes["region"] == region].assign(edition=len(editions)),
    )


class ViewDigests:
    """Digests of views of a data set, of which each row is read once."""

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        """``datasets``: the data set with messages in each language."""
        whole = next(iter(datasets.values()))
        self._rows = {table: _texts(getattr(whole, table)) for table in TABLES}
        self._silent_rows = {
            table: _texts(getattr(whole, table).drop(columns=list(names))) for table, names in UNSAID.items()
        }
        self._findings = {language: _texts(dataset.findings) for language, dataset in datasets.items()}
        self._translations = {language: _texts(_into(whole.translations, language)) for language in datasets}

    def of_view(self, view: View) -> dict[str, str]:
        """The digest of each table of ``view`` that is the same in every language, by name."""
        same = [table for table in TABLES if table not in ("findings", "translations")]
        return {table: self._digest(view, table, self._rows[table]) for table in same}

    def of_language(self, view: View, language: str) -> dict[str, str]:
        """The digests of the other tables of ``view``."""
        spoken = {"findings": self._findings[language], "translations": self._translations[language]}
        return {table: self._digest(view, table, rows) for table, rows in spoken.items()}

    def _digest(self, view: View, table: str, rows: np.ndarray) -> str:
        if table in view.silence:
            rows = np.where(view.silence[table], self._silent_rows[table], rows)
        return _digest(rows[view.seen[table]])


def history_digest(history: History) -> str:
    """The digest of editions and their changes."""
    return _digest(text for field in fields(history) for text in _texts(getattr(history, field.name)))


def _texts(frame: pd.DataFrame) -> np.ndarray:
    """Each row as one text; what a cell holds, not how the column keeps it."""
    rows = zip(*(frame[name].tolist() for name in frame), strict=True)
    return np.array([repr(row) for row in rows], dtype=object)


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
