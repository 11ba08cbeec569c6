"""The tables of docs/data-dictionary.md and docs/rules-of-comparison.md, written from the codebook.

``python tools/codebook_tables.py`` renews what is between ``<!-- NAME: from the codebook -->`` and ``<!-- end -->``;
a test fails when a page is not what the codebook gives. The prose around the tables is written by hand.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from edstats.codebook import read_map, read_table
from edstats.columns import TABLES
from edstats.dataset import ENTERED
from edstats.exports.schema import Column, columns_of
from edstats.lookups import entries_of
from edstats.wording import translation

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("data-dictionary.md", "rules-of-comparison.md")
LANGUAGES = {"en": "English", "ru": "Russian", "kk": "Kazakh"}
# How the dictionary heads the lists of codes, in its order; the others are lists of ``terms``, one a column.
LISTS = {
    "regions": "Regions",
    "territories": "Territories",
    "indicators": "Indicators",
    "measures": "Measures",
    "units": "Units",
    "groups": "Groups",
    "programmes": "Programmes with names",
    "codes": "Findings",
}
_MARKED = re.compile(r"(<!-- (\w+): from the codebook -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """The text of a page of docs with its tables as the codebook gives them."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return _MARKED.sub(lambda found: f"{found[1]}\n{_SECTIONS[found[2]]()}\n{found[3]}", text)


def _clean_tables() -> str:
    return "\n".join(_clean_table(table) for table in TABLES)


def _clean_table(table: str) -> str:
    units = read_map("column_units", "column", "unit")
    origin = "what people entered in `data/raw`, read" if table in ENTERED else "computed from the others"
    rows = (
        [f"`{column.name}`", column.kind, units.get(column.name, ""), column.description, _codes_link(column)]
        for column in columns_of(table)
    )
    description = entries_of("tables", "table")[table]["description"]
    heading = f"### {table}\n{description}. `data/clean/{table}.csv`: {origin}.\n"
    return f"{heading}\n{_markdown(['column', 'type', 'unit', 'what it holds', 'codes'], rows)}"


def _codes_link(column: Column) -> str:
    listed, _, name = (column.codes or column.names).partition(".")
    if not listed:
        return ""
    title = LISTS.get(listed, f"Codes of {name}")
    return f"[{title}](#{title.lower().replace(' ', '-').replace('`', '')})"


def _code_lists() -> str:
    codes = [column.codes.partition(".") for table in TABLES for column in columns_of(table)]
    terms = dict.fromkeys(name for listed, _, name in codes if listed == "terms")
    named = [f"### {title}\n\n{_list_of_codes(table)}" for table, title in LISTS.items()]
    return "\n".join([*named, *(f"### Codes of {name}\n\n{_terms(name)}" for name in terms)])


def _list_of_codes(table: str) -> str:
    rows, code = read_table(table), read_table(table).columns[0]
    if table == "codes":
        rows = rows.assign(**{f"name_{language}": _in_language(rows["name"], language) for language in LANGUAGES})
    more = {"indicators": ["units"], "measures": ["unit"], "territories": ["valid_from", "valid_to"]}.get(table, [])
    return _named(rows, str(code), more)


def _in_language(messages: pd.Series, language: str) -> list[str]:
    return [translation(language).gettext(message) for message in messages]


def _terms(column: str) -> str:
    return _named(read_table("terms").query("list == @column"), "code", [])


def _named(rows: pd.DataFrame, code: str, more: Sequence[str]) -> str:
    """Codes with their names in the three languages; ``more`` are columns of the table that stand behind."""
    cells = (
        [f"`{row[code]}`", *(row[f"name_{language}"] for language in LANGUAGES), *(row[column] for column in more)]
        for row in rows.to_dict("records")
    )
    return _markdown(["code", *LANGUAGES.values(), *(column.replace("_", " ") for column in more)], cells)


def _measures() -> str:
    """The rule of each measure: what is divided, and what must agree."""
    rows = (
        [f"`{rule['measure']}`: {rule['name_en']}", _computed(rule), _agreement(rule)]
        for rule in read_table("measures").to_dict("records")
    )
    return _markdown(["measure", "computed", "must agree"], rows)


def _computed(rule: Mapping[Hashable, str]) -> str:
    """Formula, unit and sides of a rule, a line each."""
    sides = [f"{side}: {_side(rule, side)}" for side in ("numerator", "denominator") if rule[side]]
    return "<br>".join([f"`{rule['formula']}`, in `{rule['unit']}`", *sides])


def _agreement(rule: Mapping[Hashable, str]) -> str:
    """What the sides of a rule must agree in, a line each; a measure of one side has nothing to agree."""
    asked = ("periods", "programmes", "works", "sources")
    return "<br>".join(f"{column}: `{rule[column]}`" for column in asked if rule[column])


def _side(rule: Mapping[Hashable, str], side: str) -> str:
    """One side of a rule: the indicator, and which groups, statuses and units of it."""
    groups, (unit, *others) = rule[f"{side}_groups"], rule[f"{side}_units"].split() or [""]
    # Most rules are about all, which needs no words; "no group, else rural" does.
    parts = [f"group {_code(groups)}"] if groups != "-" else []
    if unit:
        parts.append(f"unit `{unit}`{' or the like' if others else ''}")
    if side == "denominator" and rule["denominator_region"] == "country":
        parts.append("of the whole country")
    return ", ".join([f"`{rule[side]}`", f"status {_code(rule[f'{side}_status'])}", *parts])


def _code(words: str) -> str:
    return " or ".join(f"`{word}`" for word in words.split())


def _rules() -> str:
    rows = read_table("rules")[["column", "code", "meaning"]].to_numpy()
    return _markdown(["of", "word", "means"], ([f"`{column}`", f"`{code}`", meaning] for column, code, meaning in rows))


_SECTIONS: dict[str, Callable[[], str]] = {
    "tables": _clean_tables,
    "codes": _code_lists,
    "measures": _measures,
    "rules": _rules,
}


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown with its line end."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(renewed(name), encoding="utf-8", newline="\n")
