"""The messages of the program and its catalogues: collected from code, templates and the codebook.

``python tools/catalogues.py`` brings every catalogue up to date: new messages come in untranslated, those that nothing
says any more go out. Translators then fill in what is empty; a test names what is missing.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.pofile import read_po, write_po

from edstats.codebook import read_table
from edstats.wording import CATALOGUES, LOCALES

PACKAGE = CATALOGUES.parent
# How the code says something: methods of ``Wording``, and what marks a message that is said elsewhere.
KEYWORDS = {"text": None, "plural": (1, 2), "message": None, "Plural": (1, 2)}
TEMPLATE_OPTIONS = {"trimmed": "false", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
SAID_BY_GETTEXT = {"say": None, "_": None, "gettext": None, "ngettext": (1, 2)}

Found = tuple[str | tuple[str, ...], list[str]]


def messages() -> Catalog:
    """Every message that the program can say, with the comments that stand beside it for translators."""
    catalogue = Catalog(charset="utf-8")
    for message, comments in [*_of_code(), *_of_templates(), *_of_codebook()]:
        catalogue.add(message, auto_comments=comments)
    return catalogue


def _of_code() -> Iterator[Found]:
    found = extract_from_dir(
        PACKAGE, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for _, _, message, comments, _ in sorted(found, key=lambda entry: (entry[0], entry[1])):
        yield message, comments


def _of_templates() -> Iterator[Found]:
    for path in sorted(PACKAGE.rglob("*.j2")):
        content = io.BytesIO(path.read_bytes())
        for _, message, comments, _ in extract(
            "jinja2.ext:babel_extract", content, SAID_BY_GETTEXT, (), TEMPLATE_OPTIONS
        ):
            yield message, comments


def _of_codebook() -> Iterator[Found]:
    for row in read_table("codes").to_dict("records"):
        yield row["name"], [f"Name of the finding {row['code']}"]
        yield row["template"], [f"The finding {row['code']}"]


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is committed."""
    with (CATALOGUES / language / "LC_MESSAGES" / "edstats.po").open("rb") as file:
        return read_po(file, locale=language)


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue without dates and places, so that only messages make a difference."""
    text = io.BytesIO()
    write_po(text, catalogue, width=110, no_location=True, omit_header=False, sort_output=False, ignore_obsolete=True)
    lines = text.getvalue().decode("utf-8").splitlines(keepends=True)
    dated = ('"POT-Creation-Date', '"PO-Revision-Date', '"Project-Id-Version', '"Report-Msgid', '"Last-Translator',
             '"Language-Team', '"Generated-By')  # fmt: skip
    kept = [line for line in lines if not line.startswith(dated)]
    while kept and kept[0].startswith("#"):
        kept.pop(0)
    path.write_text("".join(kept), encoding="utf-8", newline="\n")


def main() -> None:
    """Bring the catalogues up to date."""
    current = messages()
    for language in LOCALES:
        if language == "en":
            continue  # the messages themselves
        catalogue = read_catalogue(language)
        catalogue.update(current, no_fuzzy_matching=True)
        write_catalogue(catalogue, CATALOGUES / language / "LC_MESSAGES" / "edstats.po")
        missing = sum(not _translated(message.string) for message in catalogue if message.id)
        print(f"{language}: {len(catalogue)} messages, {missing} to translate")


def _translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str | None) else all(string)


if __name__ == "__main__":
    main()
