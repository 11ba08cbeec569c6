"""Units, places, months and sentences in the three languages."""

from datetime import date

import pandas as pd
import pytest

from edstats.codebook import read_table
from edstats.wording import LOCALES, Wording

EN, RU, KK = (Wording(language) for language in ("en", "ru", "kk"))
WORDINGS = {"en": EN, "ru": RU, "kk": KK}
REGIONS = list(read_table("regions")["region"])
UNITS = list(read_table("units")["unit"])
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
}
# Within a date Russian months stand in the genitive.
OF_A_DAY = {
    "en": MONTHS["en"],
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "kk": MONTHS["kk"],
}


def _row(value: float, unit: str, qualifier: str = "exact", **more: object) -> pd.Series:
    given = {"value": value, "value_high": float("nan"), "unit": unit, "qualifier": qualifier, "precision": 1.0}
    return pd.Series({**given, **more})


# --- units -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "noun"),
    [
        (0, "школ"),
        (1, "школа"),
        (2, "школы"),
        (4, "школы"),
        (5, "школ"),
        (11, "школ"),
        (12, "школ"),
        (14, "школ"),
        (21, "школа"),
        (22, "школы"),
        (25, "школ"),
        (100, "школ"),
        (101, "школа"),
        (111, "школ"),
        (112, "школ"),
        (121, "школа"),
        (1000, "школ"),
        (1.5, "школы"),
        (2.5, "школы"),
        (11.5, "школы"),
    ],
)
def test_russian_nouns_follow_their_count(count: float, noun: str) -> None:
    assert RU.unit("school", count) == noun


@pytest.mark.parametrize(
    ("count", "noun"),
    [
        (1, "школы"),
        (2, "школ"),
        (5, "школ"),
        (11, "школ"),
        (21, "школы"),
        (22, "школ"),
        (25, "школ"),
        (111, "школ"),
        (1.5, "школы"),
    ],
)
def test_russian_nouns_stand_in_the_genitive_after_a_qualifier(count: float, noun: str) -> None:
    assert RU.unit("school", count, after_qualifier=True) == noun


@pytest.mark.parametrize("qualifier", ["about", "at_least", "at_most"])
@pytest.mark.parametrize(("count", "said"), [(21, "21 школы"), (22, "22 школ"), (25, "25 школ")])
def test_a_qualified_number_is_said_with_its_noun_in_the_genitive(qualifier: str, count: float, said: str) -> None:
    assert RU.value(_row(count, "school", qualifier)).endswith(said)


def test_a_number_without_a_qualifier_takes_the_nominative() -> None:
    assert [RU.value(_row(count, "school")) for count in (1, 22, 25)] == ["1 школа", "22 школы", "25 школ"]


def test_the_upper_end_of_a_range_decides_on_the_noun() -> None:
    assert RU.value(_row(20, "school", "range", value_high=22.0)) == "20–22 школы"
    assert EN.value(_row(20, "school", "range", value_high=22.0)) == "20–22 schools"
    assert KK.value(_row(20, "school", "range", value_high=22.0)) == "20–22 мектеп"


@pytest.mark.parametrize("count", [0, 1, 2, 5, 11, 21, 22, 25, 111, 1.5])
def test_kazakh_nouns_stay_as_they_are_beside_a_number(count: float) -> None:
    assert KK.unit("school", count) == "мектеп"
    assert KK.unit("school", count, after_qualifier=True) == "мектеп"


@pytest.mark.parametrize(
    ("count", "noun"),
    [(0, "schools"), (1, "school"), (2, "schools"), (11, "schools"), (21, "schools"), (1.5, "schools")],
)
@pytest.mark.parametrize("after_qualifier", [False, True])
def test_english_nouns_are_singular_of_one_alone(count: float, noun: str, after_qualifier: bool) -> None:
    assert EN.unit("school", count, after_qualifier) == noun


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", WORDINGS)
def test_every_unit_has_a_noun_for_every_count(unit: str, language: str) -> None:
    for count in (0, 1, 2, 5, 11, 21, 22, 25, 111, 1.5):
        for after_qualifier in (False, True):
            assert WORDINGS[language].unit(unit, count, after_qualifier)


@pytest.mark.parametrize("unit", sorted(set(UNITS) - {"percent", "KZT", "USD"}))
def test_one_and_five_of_a_kind_are_told_apart_in_russian(unit: str) -> None:
    """But for nouns that have one form: each unit's column is filled with its own form, not with a copy."""
    forms = [RU.unit(unit, count) for count in (1, 2, 5)]
    assert len(set(forms)) > 1, forms
    assert RU.unit(unit, 21) == forms[0]
    assert RU.unit(unit, 25) == forms[2]


def test_a_rounded_number_decides_on_the_noun() -> None:
    assert EN.quantity(1.04, "school", 1) == "1 school"
    assert RU.quantity(1.96, "school", 1) == "2 школы"
    assert RU.quantity(4.96, "school", 0) == "5 школ"


def test_a_whole_number_has_the_noun_of_a_whole_number() -> None:
    assert RU.unit("school", 2.0) == "школы"
    assert RU.unit("school", 5.0) == "школ"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "1,027 schools"), ("ru", "1\xa0027 школ"), ("kk", "1\xa0027 мектеп")]
)
def test_thousands_are_parted_as_the_language_does(language: str, said: str) -> None:
    assert WORDINGS[language].quantity(1027, "school", 0) == said


@pytest.mark.parametrize(("language", "said"), [("en", "1.5"), ("ru", "1,5"), ("kk", "1,5")])
def test_decimals_are_marked_as_the_language_does(language: str, said: str) -> None:
    assert WORDINGS[language].number(1.5, 1) == said


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("language", WORDINGS)
def test_every_place_has_its_cases(region: str, language: str) -> None:
    place = WORDINGS[language].place(region)
    assert f"{place}" == str(place) == WORDINGS[language].name("regions", region)
    for case in ("in", "of"):
        said = format(place, case)
        assert said
        assert said == said.strip()


@pytest.mark.parametrize("region", REGIONS)
def test_english_places_take_a_preposition(region: str) -> None:
    place = EN.place(region)
    assert f"{place:in}" == f"in {place}"
    assert f"{place:of}" == f"of {place}"


@pytest.mark.parametrize("region", REGIONS)
def test_russian_places_stand_where_and_whose(region: str) -> None:
    place = RU.place(region)
    where, whose = f"{place:in}", f"{place:of}"
    assert where.startswith("в ")
    assert not whose.startswith("в ")
    if "область" in place:
        assert "области" in where
        assert "области" in whose
        assert "область" not in where + whose


@pytest.mark.parametrize("region", REGIONS)
def test_kazakh_places_take_their_endings(region: str) -> None:
    place = KK.place(region)
    assert f"{place:in}".startswith(place)
    assert f"{place:in}".endswith(("да", "де", "та", "те", "нда", "нде"))
    assert f"{place:of}".startswith(place)
    assert f"{place:of}".endswith(("ның", "нің", "дың", "дің", "тың", "тің"))


@pytest.mark.parametrize(
    ("language", "where", "whose"),
    [
        ("en", "in Aktobe region", "of Aktobe region"),
        ("ru", "в Актюбинской области", "Актюбинской области"),
        ("kk", "Ақтөбе облысында", "Ақтөбе облысының"),
    ],
)
def test_a_message_asks_for_the_case_that_it_needs(language: str, where: str, whose: str) -> None:
    wording = WORDINGS[language]
    place = wording.place("KZ-15")
    assert wording.text("{region:in}|{region:of}|{region}", region=place) == f"{where}|{whose}|{place}"


def test_a_case_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="to"):
        format(RU.place("KZ-15"), "to")


@pytest.mark.parametrize("language", WORDINGS)
@pytest.mark.parametrize(
    "territory", list(read_table("territories").query("territory.str.contains('+', regex=False)")["territory"])
)
def test_a_divided_area_is_named_in_brackets_and_borrows_no_case(language: str, territory: str) -> None:
    place = WORDINGS[language].former_place(territory)
    assert f"{place:in}" == f"{place:of}" == f"({place})"


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("language", WORDINGS)
def test_months_are_written_in_full(language: str, month: int) -> None:
    name = MONTHS[language].split()[month - 1]
    first = pd.Timestamp(2024, month, 1)
    row = pd.Series({"period_start": first, "period_end": first + pd.offsets.MonthEnd(), "period": f"2024-{month:02}"})
    said = WORDINGS[language].period(row)
    assert name in said.split()
    assert "2024" in said


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("language", WORDINGS)
def test_months_of_a_day_are_written_in_full(language: str, month: int) -> None:
    said = WORDINGS[language].day(date(2024, month, 2))
    assert OF_A_DAY[language].split()[month - 1] in said.split()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_months_have_small_letters_in_russian_and_kazakh(language: str) -> None:
    wording = WORDINGS[language]
    for month in range(1, 13):
        start, end = pd.Timestamp(2024, month, 1), pd.Timestamp(2025, month, 1) + pd.offsets.MonthEnd()
        spans = [
            (start, start + pd.offsets.MonthEnd()),
            (start, end),
            (start, pd.Timestamp(2024, 12, 30)),
            (start, start),
        ]
        for first, last in spans:
            said = wording.period(pd.Series({"period_start": first, "period_end": last, "period": ""}))
            assert said == said.lower(), said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "February – March 2024"),
        ("ru", "февраль – март 2024 г."),
        ("kk", "2024 ж. ақпан – наурыз"),
    ],
)
def test_two_months_of_a_year_name_the_year_once(language: str, said: str) -> None:
    row = pd.Series({"period_start": pd.Timestamp(2024, 2, 1), "period_end": pd.Timestamp(2024, 3, 31), "period": ""})
    assert " ".join(WORDINGS[language].period(row).split()) == said


@pytest.mark.parametrize("language", WORDINGS)
def test_every_language_reads_its_own_locale(language: str) -> None:
    assert str(WORDINGS[language].locale) == LOCALES[language]


def test_notes_are_told_in_the_readers_language_or_as_they_stand() -> None:
    wording = Wording("ru", {"with branches": "с филиалами"})
    assert wording.note("with branches") == "с филиалами"
    assert wording.note("without branches") == "without branches"
