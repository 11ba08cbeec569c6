"""The three languages are whole: every message and note is translated, none is unused, all parts are there."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from catalogues import messages, read_catalogue

from edstats.codebook import FOLDER, read_table
from edstats.dataset import Dataset
from edstats.wording import LOCALES, languages

OTHERS = [language for language in LOCALES if language != "en"]
# Latin words that stand so in every language: names, formats, licences.
LATIN = re.compile(r"\b(CSV|PDF|UTF-8|edstats|CC BY|MIT|HTML|EDS-\d+)\b")


@pytest.fixture(scope="module")
def said() -> Catalog:
    return messages()


def _forms(message: Message) -> list[str]:
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [form or "" for form in forms]


def _english(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def _parts(text: str) -> set[str]:
    """Names of the parts that a message is filled with, in either of the two ways of writing them."""
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return braces | set(re.findall(r"%\((\w+)\)s", text))


def test_there_are_three_languages() -> None:
    assert set(languages()) == {"en", "ru", "kk"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_no_other(said: Catalog, language: str) -> None:
    catalogue = read_catalogue(language)
    known = {_english(message) for message in catalogue if message.id}
    wanted = {_english(message) for message in said if message.id}
    assert wanted - known == set(), "run make messages, then translate"
    assert known - wanted == set(), "nothing says these any more; run make messages"
    assert [message.id for message in catalogue if message.id and not all(_forms(message))] == []
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_parts_of_the_message(language: str) -> None:
    wrong = []
    for message in read_catalogue(language):
        if not message.id:
            continue
        wanted = _parts(_english(message)[-1])
        wrong += [(message.id, form) for form in _forms(message) if _parts(form) != wanted]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_plurals_have_every_form_of_the_language(language: str) -> None:
    catalogue = read_catalogue(language)
    wrong = [m.id for m in catalogue if isinstance(m.id, tuple) and len(_forms(m)) != catalogue.num_plurals]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_no_english_words(language: str) -> None:
    wrong = []
    for message in read_catalogue(language):
        for form in _forms(message) if message.id else []:
            words = re.sub(r"\{[^}]*\}|%\(\w+\)s", "", LATIN.sub("", form))
            wrong += [form] if re.search("[A-Za-z]", words) else []
    assert wrong == []


def _notes(project: Dataset) -> set[str]:
    """What people wrote in English beside the figures."""
    texts = {*project.observations["note"], *project.observations["place"].astype("str")}
    for column in ("note", "date_basis", "publisher"):
        texts |= set(project.sources[column])
    # In brackets stands what we say of a document whose title is not known, unless it was read from the address.
    texts |= {title for title in project.sources["title"] if re.fullmatch(r"\[[^А-я]*\]", title)}
    texts |= {*project.doubts["doubt"], *project.prices["note"], *project.prices["source"]}
    return (texts | {*project.corrections["reason"], *project.declarations["reason"]}) - {""}


def test_every_note_of_the_data_is_translated_and_no_other(project: Dataset) -> None:
    translated = set(project.translations["text"])
    assert _notes(project) - translated == set(), "add them to data/raw/translations.csv"
    assert translated - _notes(project) == set(), "nothing has these notes any more"


@pytest.mark.parametrize("language", OTHERS)
def test_notes_keep_their_numbers(project: Dataset, language: str) -> None:
    def numbers(text: str) -> list[str]:
        return sorted(re.findall(r"\d+", re.sub(r"(?<=\d)[ ,.\u00a0\u202f](?=\d)", "", text)))

    rows = project.translations[["text", language]].itertuples(index=False)
    assert [(text, other) for text, other in rows if numbers(text) != numbers(other)] == []


def test_the_codebook_has_every_name_in_every_language() -> None:
    missing = []
    for path in sorted(Path(FOLDER).glob("*.csv")):
        rows = read_table(path.stem)
        for column in map(str, rows):
            stem, _, language = column.rpartition("_")
            if language == "en" and stem in ("name", "short", "meaning", "in") and f"{stem}_ru" in rows:
                told = rows[rows[column] != ""]
                missing += [
                    f"{path.name}: {row[column]} ({other})"
                    for row in told.to_dict("records")
                    for other in OTHERS
                    if not row[f"{stem}_{other}"]
                ]
    assert missing == []
