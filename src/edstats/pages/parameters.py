"""Parameters of the notebooks, checked before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from edstats.dataset import Dataset, load, translated_notes
from edstats.editions import History, read_history
from edstats.faults import nearest
from edstats.periods import iso_day
from edstats.places import UnknownPlace, read_place
from edstats.wording import LOCALES, Wording, languages

NAMES = ("region", "language", "as_of", "data", "history")


class UnknownParameter(ValueError):
    """A parameter's name or value is not known; the message offers the nearest one that is."""


@dataclass(frozen=True)
class Parameters:
    """Checked parameters: ``region`` is a code, ``as_of`` a date or None, ``data`` a folder or ``""``.

    ``history`` is the folder of an edition's own data, or ``""`` for a page that is made outside a build.
    """

    region: str
    language: str
    as_of: date | None
    data: str
    history: str = ""

    def load(self) -> Dataset:
        """The data set asked for. Raises ``UnknownParameter`` when nothing was published by then."""
        dataset = load(self.data, self.as_of, self.language)
        if dataset.observations.empty:
            raise UnknownParameter(f"as_of: no source was published by {self.as_of}")
        return dataset

    def read_history(self) -> History:
        """The editions up to the one that the page is made for; none outside a build."""
        return read_history(Path(self.history))[0] if self.history else History.empty()

    def wording(self, dataset: Dataset) -> Wording:
        """Words and numbers in the language asked for, with the notes of the data set."""
        return Wording(self.language, translated_notes(dataset.translations, self.language))


def read_parameters(namespace: Mapping[str, object]) -> Parameters:
    """Parameters from a notebook's ``globals()``; missing ones take their defaults.

    A plain variable whose name is nearly a parameter's is a misspelt parameter: papermill only warns of it, and the
    default would stand. Other variables are the analyst's own. Raises ``UnknownParameter`` for the first misspelt name
    or unknown value.
    """
    for name, value in namespace.items():
        plain = isinstance(value, str | int | float | bool | date) and not name.startswith("_")
        if plain and name not in NAMES and nearest(name, NAMES):
            raise UnknownParameter(f"there is no parameter '{name}'{_hint(name, NAMES)}")
    given = {name: str(namespace.get(name) or "") for name in NAMES}
    return Parameters(
        _region(given["region"]),
        _language(given["language"] or "en"),
        _as_of(given["as_of"]),
        given["data"],
        given["history"],
    )


def _region(text: str) -> str:
    try:
        return read_place(text or "KZ").region
    except UnknownPlace as error:
        raise UnknownParameter(f"region: {error}") from error


def _language(code: str) -> str:
    if code in languages():
        return code
    if code in LOCALES:
        name = Wording("en").name("language", code)
        known = f"the languages are {', '.join(languages())}"
        raise UnknownParameter(f"language: there are no pages in {name} yet; {known}")
    raise UnknownParameter(f"language: there is no language '{code}'{_hint(code, languages())}")


def _as_of(text: str) -> date | None:
    if not text:
        return None
    try:
        return iso_day(text)
    except ValueError as error:
        raise UnknownParameter(f"as_of: {error}") from None


def _hint(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else f"; there are {', '.join(known)}"
