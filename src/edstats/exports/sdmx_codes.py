"""Code lists of the SDMX messages: the codes of the codebook, and the sources, programmes and places of the data.

An SDMX code has no other signs than ASCII letters, digits, ``_``, ``-``, ``@`` and ``$`` (IDType of SDMX 2.1). A code
of ours that fits is its own SDMX code; in any other, and in names of places, each run of other signs becomes one ``_``.
What is empty in a table has a code in SDMX, after the "Guidelines for the Creation and Management of SDMX Code Lists"
of sdmx.org: ``_T`` total, ``_X`` not specified, ``_Z`` not applicable.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from edstats.codebook import read_rows
from edstats.dataset import Dataset
from edstats.exports.schema import LANGUAGES, columns_of, listed

_FITS = re.compile(r"[A-Za-z0-9_@$\-]+")
_UNFIT = re.compile(r"[^A-Za-z0-9_@$\-]+")


@dataclass(frozen=True)
class Code:
    """A code of SDMX, the text of the table that it stands for, its names by language, and a description."""

    id: str
    text: str
    names: Mapping[str, str]
    description: str = ""


@dataclass(frozen=True)
class Component:
    """A component of the data structure: a row of the codebook's ``sdmx_components``.

    ``role``: dimension, time, measure, or a kind of attribute (attribute, number, date, text). ``codelist`` is "" for
    text that is no code; ``empty`` the code for an empty cell.
    """

    column: str
    id: str
    role: str
    codelist: str
    empty: str
    names: Mapping[str, str]

    @property
    def is_key(self) -> bool:
        """Whether it tells one observation from another."""
        return self.role in ("dimension", "time")


def components() -> tuple[Component, ...]:
    """The components in the order of the columns of a data message."""
    columns = ("column", "component", "role", "codelist", "empty", *(f"name_{language}" for language in LANGUAGES))
    return tuple(
        Component(column, component, role, codelist, empty, dict(zip(LANGUAGES, names, strict=True)))
        for column, component, role, codelist, empty, *names in read_rows("sdmx_components", *columns)
    )


def codelists(dataset: Dataset) -> dict[str, tuple[Code, ...]]:
    """The code lists by name, each with the codes for what is empty in a column that uses it."""
    names = {row["code"]: _names(row) for row in listed("terms.sdmx_empty").to_dict("records")}
    lists: dict[str, dict[str, Code]] = {}
    for component in components():
        if not component.codelist:
            continue
        codes = lists.setdefault(component.codelist, {})
        if component.empty:
            codes[component.empty] = Code(component.empty, "", names[component.empty])
        codes |= {code.id: code for code in _codes(component.column, dataset)}
    return {name: tuple(codes.values()) for name, codes in lists.items()}


def identifiers(texts: Iterable[str]) -> dict[str, str]:
    """An SDMX code for each of some texts, no two alike.

    Where the signs that fit do not tell two texts apart, or there are none, a digest of the text is added.
    """
    texts = sorted(set(texts))
    plain = {text: text if _FITS.fullmatch(text) else _UNFIT.sub("_", text).strip("_") for text in texts}
    used = Counter(plain.values()) + Counter({"": 2})
    used.update(listed("terms.sdmx_empty")["code"])
    return {text: code if used[code] == 1 else f"{code}_{_digest(text)}" for text, code in plain.items()}


def _codes(column: str, dataset: Dataset) -> list[Code]:
    named, described = _named(column, dataset), _described_sources(dataset) if column == "source" else {}
    ids = identifiers(named)
    return [Code(ids[text], text, names, described.get(text, "")) for text, names in sorted(named.items())]


def _named(column: str, dataset: Dataset) -> dict[str, dict[str, str]]:
    """The names by language of every text that a column may hold."""
    if column == "source":
        titled = dataset.sources[["source", "language", "title"]].itertuples(index=False)
        return {source: {language: title} for source, language, title in titled}
    used = sorted({text for text in dataset.observations[column].astype("str") if text})
    if column == "place":
        known = dataset.translations.set_index("text")
        return {text: {"en": text, **_translated(text, known)} for text in used}
    (own,) = (each for each in columns_of("observations") if each.name == column)
    codes = {row["code"]: _names(row) for row in listed(own.codes or own.names).to_dict("records")}
    # A list that names some of its codes only: the others are their own names.
    return {text: {"en": text} for text in used} | codes


def _described_sources(dataset: Dataset) -> dict[str, str]:
    """Publisher, date and address of each source; of a date that is not printed, the first and the last possible."""
    columns = ["source", "publisher", "published_earliest", "published_latest", "url"]
    return {
        source: "; ".join(filter(None, (publisher, "/".join(sorted({f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"})), url)))
        for source, publisher, first, last, url in dataset.sources[columns].itertuples(index=False)
    }


def _translated(text: str, known: pd.DataFrame) -> dict[str, str]:
    return {language: str(known.loc[text, language]) for language in ("ru", "kk")} if text in known.index else {}


def _names(row: Mapping[Hashable, Any]) -> dict[str, str]:
    return {language: row[f"name_{language}"] for language in LANGUAGES if row[f"name_{language}"]}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
