"""The codebook is data: its tables must fit together, since no code checks them at run time."""

from pathlib import Path

import pandas as pd
import pytest

from edstats.codebook import FOLDER, read_table

NAMED = {"topics": "topic", "indicators": "indicator", "groups": "group", "measures": "measure", "regions": "region"}
RULED = {
    "formula": "formula",
    "periods": "periods",
    "programmes": "programmes",
    "works": "works",
    "sources": "sources",
    "denominator_region": "denominator_region",
}


def test_every_file_is_a_table_without_ragged_rows() -> None:
    for path in sorted(Path(FOLDER).glob("*.csv")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", on_bad_lines="error")
        assert len(table), path.name
        assert not table.columns.str.startswith("Unnamed").any(), path.name


@pytest.mark.parametrize(("table", "key"), NAMED.items())
def test_codes_are_unique_and_named_in_three_languages(table: str, key: str) -> None:
    rows = read_table(table)
    assert rows[key].is_unique
    for language in ("en", "ru", "kk"):
        assert (rows[f"name_{language}"] != "").all(), language


def test_one_name_never_means_two_indicators() -> None:
    rows = read_table("indicators")
    for language in ("en", "ru", "kk"):
        names = rows[f"name_{language}"].str.casefold()
        assert names.is_unique, list(names[names.duplicated()])


def test_indicators_use_known_topics_kinds_and_units() -> None:
    rows, units = read_table("indicators"), set(read_table("units")["unit"])
    assert set(rows["topic"]) <= set(read_table("topics")["topic"])
    assert set(rows["kind"]) == {"stock", "flow", "share", "change"}
    assert {unit for listed in rows["units"] for unit in listed.split()} <= units
    assert set(rows["change_of"]) - {""} <= set(rows["indicator"])


def test_measures_use_known_indicators_groups_statuses_and_rules() -> None:
    rows, rules = read_table("measures"), read_table("rules")
    indicators, groups = set(read_table("indicators")["indicator"]), set(read_table("groups")["group"])
    words = {column: set(rules.loc[rules["column"] == column, "code"]) for column in rules["column"].unique()}
    statuses = set(read_table("terms").query("list == 'status'")["code"])
    listed = read_table("indicators")
    units = dict(zip(listed["indicator"], listed["units"], strict=True))
    for row in rows.to_dict("records"):
        single = row["formula"] == "per_year"
        assert {row["numerator"], row["denominator"]} <= indicators | ({""} if single else set()), row["measure"]
        assert row["unit"] in set(read_table("units")["unit"])
        for side in ("numerator", "denominator"):
            assert set(row[f"{side}_groups"].split()) <= groups | words["groups"], row["measure"]
            assert set(row[f"{side}_status"].split()) <= statuses | words["status"], row["measure"]
            assert set(row[f"{side}_units"].split()) <= set(units.get(row[side], "").split()), row["measure"]
        for column, rule in RULED.items():
            assert row[column] in words[rule] or (single and column != "formula"), (row["measure"], column)


def test_not_applicable_indicators_are_known() -> None:
    listed = {code for codes in read_table("regions")["not_applicable"] for code in codes.split()}
    assert listed
    assert listed <= set(read_table("indicators")["indicator"])


def test_groups_have_known_populations() -> None:
    rows = read_table("groups")
    assert set(rows["population"]) - {""} <= set(read_table("indicators")["indicator"])
    assert set(rows["within"]) - {""} <= set(rows["group"])


def test_headline_ranks_are_unique() -> None:
    ranks = pd.concat([read_table(name)["headline"] for name in ("indicators", "measures")])
    ranks = ranks[ranks != ""]
    assert ranks.is_unique, list(ranks[ranks.duplicated()])
