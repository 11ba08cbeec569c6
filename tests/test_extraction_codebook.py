"""The lists that extraction reads by hold together: what one names another has, every entry is found, none is two."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pandas as pd
import pytest

from edstats.codebook import read_table
from edstats.extraction.kazakh_latin import to_cyrillic
from edstats.extraction.lexicon import lexicon
from edstats.extraction.reading import Reading
from edstats.wordlists import WordList

LANGUAGES = ("en", "ru", "kk")


# Set by indicators.py from where a figure stands, not by words of concepts.csv.
COMPUTED = frozenset(("ahead", "by_amount", "capacity", "of_kindergarten", "of_school", "recipient", "sized", "whole"))
STATUSES = frozenset(("actual", "started", "planned", "target", "allocated", "deadline"))
FURNITURE = frozenset(("menu", "contact", "counter", "advert", "rates", "weather", "links"))
# Lists with a pattern a row: the column of the pattern, and the columns of what it means.
LISTS = {
    "status_words": ("pattern", ["status"]),
    "relative_times": ("pattern", ["value"]),
    "page_furniture": ("pattern", ["role"]),
    "number_context": ("word", ["role"]),
    "qualifiers": ("phrase", ["qualifier", "position"]),
    "months": ("pattern", ["month"]),
    "period_words": ("pattern", ["role", "value"]),
}
# Lists with a column of patterns a language.
COLUMNED = {"units": "unit", "concepts": "concept", "localities": "name_en"}


def listed(table: str, language: str) -> Iterator[tuple[str, str]]:
    """Code and pattern, one at a time, of a list with a column of patterns a language."""
    rows = read_table(table)
    for code, patterns in zip(rows[COLUMNED[table]], rows[f"patterns_{language}"], strict=True):
        for pattern in patterns.split("|"):
            yield code, pattern


def words_of(cells: Iterable[str]) -> set[str]:
    return {word for cell in cells for word in cell.replace("|", " ").split()}


def rows_said(rows: pd.DataFrame) -> str:
    return rows.to_string(max_rows=20)


# ---------------------------------------------------------------- indicators, units, concepts


def test_rules_use_known_units() -> None:
    rules, units = read_table("indicator_rules"), set(read_table("units")["unit"])
    assert words_of(rules["units"]) - units == set()
    assert set(rules["unit_as"]) - units - {""} == set()
    assert (rules["units"] != "").all()


def test_rules_name_known_indicators() -> None:
    rules, indicators = read_table("indicator_rules"), set(read_table("indicators")["indicator"])
    assert set(rules["indicator"]) - indicators == {"other"}
    assert set(rules["detail"]) - indicators == {""}
    assert (rules["detail"] != rules["indicator"]).all()


@pytest.mark.parametrize("column", ["needs", "lacks", "rivals"])
def test_rules_use_known_concepts(column: str) -> None:
    known = set(read_table("concepts")["concept"]) | COMPUTED
    assert words_of(read_table("indicator_rules")[column]) - known == set()


def test_rules_have_weights_and_bounds() -> None:
    rules = read_table("indicator_rules")
    assert pd.to_numeric(rules["within"]).between(0, 1).all()
    assert pd.to_numeric(rules["weight"]).gt(0).all()


def test_no_rule_stands_twice() -> None:
    rules = read_table("indicator_rules").drop(columns="weight")
    assert not rules.duplicated().any(), rows_said(rules[rules.duplicated()])


def test_every_concept_is_named_once_with_patterns_in_each_language() -> None:
    concepts = read_table("concepts")
    assert concepts["concept"].is_unique
    for language in LANGUAGES:
        empty = concepts.loc[concepts[f"patterns_{language}"].str.strip() == "", "concept"]
        assert empty.tolist() == [], language


def test_every_unit_can_be_read_in_each_language() -> None:
    units = read_table("units")
    assert units["unit"].is_unique
    for language in LANGUAGES:
        empty = units.loc[units[f"patterns_{language}"].str.strip() == "", "unit"]
        assert empty.tolist() == [], language


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_pattern_never_means_two_units(language: str) -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for unit, pattern in listed("units", language):
        meanings[pattern.casefold()].add(unit)
    assert {pattern: units for pattern, units in meanings.items() if len(units) > 1} == {}


# ---------------------------------------------------------------- lists with a pattern a row


@pytest.mark.parametrize("table", LISTS)
def test_no_row_stands_twice(table: str) -> None:
    pattern, meaning = LISTS[table]
    rows = read_table(table)[[*meaning, "language", pattern]]
    assert not rows.duplicated().any(), rows_said(rows[rows.duplicated()])


@pytest.mark.parametrize("table", ["status_words", "relative_times", "months", "page_furniture"])
def test_one_pattern_has_one_meaning_in_a_language(table: str) -> None:
    pattern, meaning = LISTS[table]
    rows = read_table(table)
    for language in LANGUAGES:
        here = rows[rows["language"].isin(["", language])]
        twice = here[here[pattern].str.casefold().duplicated(keep=False)]
        assert twice.empty, rows_said(twice[[*meaning, "language", pattern]])


@pytest.mark.parametrize("table", LISTS)
def test_languages_are_known(table: str) -> None:
    assert set(read_table(table)["language"]) <= {"", *LANGUAGES}


def test_roles_are_those_that_the_readers_ask_for() -> None:
    assert set(read_table("status_words")["status"]) == STATUSES
    assert set(read_table("page_furniture")["role"]) == FURNITURE
    assert set(read_table("qualifiers")["position"]) == {"before", "after"}


def test_statuses_of_the_list_come_out_as_statuses_of_the_data() -> None:
    known = set(read_table("terms").query("list == 'status'")["code"])
    assert STATUSES - {"allocated", "deadline"} <= known


def test_every_status_has_words_in_each_language() -> None:
    rows = read_table("status_words")
    for language in LANGUAGES:
        missing = STATUSES - {"deadline", *rows.loc[rows["language"] == language, "status"]}
        assert missing == set(), language


def test_relative_times_are_readable() -> None:
    readable = re.compile(r"-?\d+|past|ahead|(?:school|pupils) -?\d+")
    rows = read_table("relative_times")
    assert rows[~rows["value"].str.fullmatch(readable)].empty
    for language in LANGUAGES:
        ways = set(rows.loc[rows["language"] == language, "value"])
        assert {"0", "-1", "1", "past", "school 0"} <= ways, language


# ---------------------------------------------------------------- places


def test_towns_and_districts_are_in_known_regions() -> None:
    places, regions = read_table("localities"), set(read_table("regions")["region"])
    assert set(places["region"]) <= regions - {"KZ"}
    assert set(places["type"]) <= {"city", "district", "settlement"}
    twice = places[places.duplicated(["region", "name_en"])]
    assert twice.empty, rows_said(twice)


def test_every_region_has_towns_or_districts() -> None:
    regions = set(read_table("regions")["region"]) - {"KZ"}
    assert regions - set(read_table("localities")["region"]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_town_and_district_can_be_read(language: str) -> None:
    places = read_table("localities")
    empty = places[places[f"patterns_{language}"].str.strip() == ""]
    assert empty.empty, rows_said(empty[["region", "name_en"]])


# ---------------------------------------------------------------- patterns


def all_patterns(language: str) -> Iterator[tuple[str, str]]:
    """Every pattern of the language, and the list that it is from."""
    for table in COLUMNED:
        for _, pattern in listed(table, language):
            yield table, pattern
    for table, (column, _) in LISTS.items():
        rows = read_table(table)
        for pattern in rows.loc[rows["language"].isin(["", language]), column]:
            yield table, pattern


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_loads_and_is_clean(language: str) -> None:
    faults = []
    for table, pattern in all_patterns(language):
        try:
            WordList([(pattern, table)])
        except IndexError:
            faults.append(f"{table}: {pattern!r} has no words")
        if pattern != pattern.strip() or "  " in pattern:
            faults.append(f"{table}: {pattern!r} has spaces too many")
        if re.search(r"\*\w", pattern) and not re.search(r"(?:^|[ -])\*\w", pattern):
            faults.append(f"{table}: {pattern!r} has a * inside a word")
        if re.search(r"(?:^| )\*(?: |$)", pattern):
            faults.append(f"{table}: {pattern!r} stands for every word")
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_pattern_is_found_in_a_text(language: str) -> None:
    """What a list says is found when it stands in a text as it is written there."""
    missing = []
    for unit, pattern in listed("units", language):
        text = pattern.replace("*", "")
        reading = Reading(text, language)
        longest = [hit.value for hit in reading.hits.get("unit", ())]
        if unit not in longest:
            missing.append((unit, pattern, longest))
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_is_made_of_all_lists(language: str) -> None:
    hits = lexicon(language).hits(["5", *{"en": ["schools"], "ru": ["школ"], "kk": ["мектеп"]}[language]])
    assert [hit.value for hit in hits["unit"]] == ["school"]
    assert "school" in {hit.value for hit in hits["concept"]}


# ---------------------------------------------------------------- Kazakh in Latin letters


def test_letters_of_a_kazakh_alphabet_are_unique() -> None:
    rows = read_table("kazakh_latin")
    assert set(rows["scheme"]) == {"", "2018", "2021"}
    assert not rows.duplicated(["scheme", "latin"]).any()
    assert (rows["cyrillic"] != "").all()
    assert (rows["latin"] == rows["latin"].str.lower()).all()


@pytest.mark.parametrize(
    ("cyrillic", "of_2018", "of_2021"),
    [
        ("мектеп", "mektep", "mektep"),
        ("оқушы", "oqýshy", "oquşy"),
        ("жөндеу", "jóndeý", "jöndeu"),
        ("балабақша", "balabaqsha", "balabaqşa"),
        ("ауыл", "aýyl", "auyl"),
        ("теңге", "teńge", "teñge"),
        ("биыл", "bıyl", "biyl"),
        ("үй", "úı", "üi"),
        ("ғылым", "ǵylym", "ğylym"),
    ],
)
def test_words_come_out_in_cyrillic(cyrillic: str, of_2018: str, of_2021: str) -> None:
    assert to_cyrillic(of_2018, "2018") == cyrillic
    assert to_cyrillic(of_2021, "2021") == cyrillic
    assert to_cyrillic(cyrillic, "2018") == cyrillic


def test_tokens_of_a_respelt_text_keep_their_places() -> None:
    text = "Óńirde 57 shaǵyn ortalyq jumys isteıdi."
    tokens = Reading(text, "kk").tokens
    assert all(end <= start for end, start in zip(tokens.ends, tokens.starts[1:], strict=False))
    assert [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)][:4] == [
        "Óńirde",
        "57",
        "shaǵyn",
        "ortalyq",
    ]
