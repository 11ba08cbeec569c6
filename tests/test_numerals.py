"""Printed figures: what they say, what they do not say, and that columns and single phrases are read alike."""

import math
import re
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from edstats.codebook import read_table
from edstats.numerals import Numeral, UnreadableNumber, read_number, read_numbers

LOCALES = {"en": "en_GB", "ru": "ru_KZ", "kk": "kk_KZ"}

READABLE = [
    # language, phrase, value, value_high, qualifier, unit, precision
    ("en", "8.2 billion tenge", 8.2e9, None, "exact", "KZT", 1e8),
    ("en", "KZT 84.1 billion", 84.1e9, None, "exact", "KZT", 1e8),
    ("en", "KZT1.7bn", 1.7e9, None, "exact", "KZT", 1e8),
    ("en", "54.4 million tenge", 54.4e6, None, "exact", "KZT", 1e5),
    ("en", "$5.4bn", 5.4e9, None, "exact", "USD", 1e8),
    ("en", "812 billion 245 million tenge", 812_245e6, None, "exact", "KZT", 1e6),
    ("en", "1,030 places", 1030, None, "exact", "place", 1),
    ("en", "1,234,567", 1_234_567, None, "exact", "", 1),
    ("en", "1 234 567.8", 1_234_567.8, None, "exact", "", 0.1),
    ("en", "66,7%", 66.7, None, "exact", "percent", 0.1),
    ("en", "43 per cent", 43, None, "exact", "percent", 1),
    ("en", "3.5 percentage points", 3.5, None, "exact", "percentage_point", 0.1),
    ("en", "4-11%", 4, 11, "range", "percent", 1),
    ("en", "4%–11%", 4, 11, "range", "percent", 1),
    ("en", "between 4 and 11%", 4, 11, "range", "percent", 1),
    ("en", "10-12 million tenge", 10e6, 12e6, "range", "KZT", 1e6),
    ("en", "more than 10 thousand students", 10_000, None, "at_least", "student", 1000),
    ("en", "More than a thousand", 1000, None, "at_least", "", 1000),
    ("en", "over 1500 cameras", 1500, None, "at_least", "camera", 1),
    ("en", "at least 20%", 20, None, "at_least", "percent", 1),
    ("en", "100+ schools", 100, None, "at_least", "school", 1),
    ("en", "About 2500 teachers", 2500, None, "about", "teacher", 1),
    ("en", "nearly 9,000", 9000, None, "at_most", "", 1),
    ("en", "almost 9,000", 9000, None, "at_most", "", 1),
    ("en", "up to 500", 500, None, "at_most", "", 1),
    ("en", "no more than 5 schools", 5, None, "at_most", "school", 1),
    ("en", "increased to 86.5%", 86.5, None, "exact", "percent", 0.1),
    ("en", "three", 3, None, "exact", "", 1),
    ("en", "twenty-five", 25, None, "exact", "", 1),
    ("en", "two hundred and five", 205, None, "exact", "", 1),
    ("en", "two and a half million", 2.5e6, None, "exact", "", 5e5),
    ("en", "204 school principals", 204, None, "exact", "principal", 1),
    ("en", "14 thousand students of small schools", 14_000, None, "exact", "student", 1000),
    ("en", "120-seat school", 120, None, "exact", "place", 1),
    ("en", "11 three-shift schools", 11, None, "exact", "school", 1),
    ("en", "70% of schools", 70, None, "exact", "percent", 1),
    ("en", "8.2 billion for schools", 8.2e9, None, "exact", "", 1e8),
    ("en", "5 schools and kindergartens", 5, None, "exact", "", 1),
    ("en", "1,084 secondary educational institutions", 1084, None, "exact", "organisation", 1),
    ("en", "55 educational facilities", 55, None, "exact", "facility", 1),
    ("ru", "95 576 учащихся", 95_576, None, "exact", "student", 1),
    ("ru", "66,7", 66.7, None, "exact", "", 0.1),
    ("ru", "217 тысяч мест", 217_000, None, "exact", "place", 1000),
    ("ru", "95,6 тыс.", 95_600, None, "exact", "", 100),
    ("ru", "198 531 698,7 тыс.тенге", 198_531_698_700, None, "exact", "KZT", 100),
    ("ru", "96 млрд 495 млн тенге", 96_495e6, None, "exact", "KZT", 1e6),
    ("ru", "1 234 567,8", 1_234_567.8, None, "exact", "", 0.1),
    ("ru", "1,234,567", 1_234_567, None, "exact", "", 1),
    ("ru", "от 4 до 11%", 4, 11, "range", "percent", 1),
    ("ru", "4–11 %", 4, 11, "range", "percent", 1),
    ("ru", "от 5 до 7 тысяч", 5000, 7000, "range", "", 1000),
    ("ru", "почти на 9 000 мест", 9000, None, "at_most", "place", 1),
    ("ru", "не менее 20%", 20, None, "at_least", "percent", 1),
    ("ru", "свыше 140 тысяч детей", 140_000, None, "at_least", "child", 1000),
    ("ru", "более чем 5 школ", 5, None, "at_least", "school", 1),
    ("ru", "около 300 миллионов тенге", 300e6, None, "about", "KZT", 1e6),
    ("ru", "порядка 19 тысяч детей", 19_000, None, "about", "child", 1000),
    ("ru", "до 500 мест", 500, None, "at_most", "place", 1),
    ("ru", "увеличится до 500 мест", 500, None, "exact", "place", 1),
    ("ru", "общих средних – 367", 367, None, "exact", "", 1),
    ("ru", "три", 3, None, "exact", "", 1),
    ("ru", "трёх учебных заведений", 3, None, "exact", "organisation", 1),
    ("ru", "двух", 2, None, "exact", "", 1),
    ("ru", "девять основных направлений", 9, None, "exact", "direction", 1),
    ("ru", "двадцать пять", 25, None, "exact", "", 1),
    ("ru", "двести тридцать тысяч", 230_000, None, "exact", "", 1000),
    ("ru", "полтора миллиона тенге", 1.5e6, None, "exact", "KZT", 5e5),
    ("ru", "порядка 2-х тысяч", 2000, None, "about", "", 1000),
    ("ru", "600-местная школа", 600, None, "exact", "place", 1),
    ("ru", "в пределах 5%", 5, None, "at_most", "percent", 1),
    ("ru", "5-ти школ", 5, None, "exact", "school", 1),
    ("ru", "143 предметных кабинетов", 143, None, "exact", "classroom", 1),
    ("ru", "52 директора школы", 52, None, "exact", "principal", 1),
    ("ru", "8 ПМПК", 8, None, "exact", "consultation", 1),
    ("ru", "100 школьных автобусов", 100, None, "exact", "bus", 1),
    ("ru", "21 600 первоклассников", 21_600, None, "exact", "student", 1),
    ("ru", "3,5 п.п.", 3.5, None, "exact", "percentage_point", 0.1),
    ("ru", "3,5 процентных пункта", 3.5, None, "exact", "percentage_point", 0.1),
    ("kk", "10 мыңнан астам", 10_000, None, "at_least", "", 1000),
    ("kk", "10 мың оқушыдан астам", 10_000, None, "at_least", "student", 1000),
    ("kk", "190 мыңға жуық", 190_000, None, "at_most", "", 1000),
    ("kk", "50-ден артық мектеп", 50, None, "at_least", "school", 1),
    ("kk", "кемінде 5", 5, None, "at_least", "", 1),
    ("kk", "шамамен 20%", 20, None, "about", "percent", 1),
    ("kk", "20 мыңдай бала", 20_000, None, "about", "child", 1000),
    ("kk", "50-дей мектеп", 50, None, "about", "school", 1),
    ("kk", "900 миллион теңгедей", 900e6, None, "about", "KZT", 1e6),
    ("kk", "20%-ға дейін", 20, None, "at_most", "percent", 1),
    ("kk", "100%-ға дейін артты", 100, None, "exact", "percent", 1),
    ("kk", "4 пен 11% аралығында", 4, 11, "range", "percent", 1),
    ("kk", "3 миллион 700 мың", 3_700_000, None, "exact", "", 1000),
    ("kk", "3,9 миллионнан астам бала", 3.9e6, None, "at_least", "child", 1e5),
    ("kk", "он бес", 15, None, "exact", "", 1),
    ("kk", "жиырма бір", 21, None, "exact", "", 1),
    ("kk", "екі жүз елу мың", 250_000, None, "exact", "", 1000),
    ("kk", "18 жарым мың", 18_500, None, "exact", "", 500),
    ("kk", "5 пайыздық тармақ", 5, None, "exact", "percentage_point", 1),
    ("kk", "300 орындық мектеп", 300, None, "exact", "place", 1),
    ("kk", "12 мектеп директоры", 12, None, "exact", "principal", 1),
    ("kk", "1 өнер мектебі", 1, None, "exact", "school", 1),
    ("kk", "907-сі", 907, None, "exact", "", 1),
    ("kk", "95 138 oqýshy", 95_138, None, "exact", "student", 1),
]


@pytest.mark.parametrize(("language", "phrase", "value", "high", "qualifier", "unit", "precision"), READABLE)
def test_reads_what_is_printed(
    language: str, phrase: str, value: float, high: float | None, qualifier: str, unit: str, precision: float
) -> None:
    assert read_number(phrase, language) == Numeral(value, high, qualifier, unit, precision)


UNREADABLE = [
    # language, phrase, words of the reason
    ("ru", "с 84 до 86,5%", "two figures"),
    ("en", "from 84 to 86.5%", "two figures"),
    ("en", "434 schools, 280 of them rural", "two figures"),
    ("en", "280 (or 70%) are rural", "two figures"),
    ("ru", "97 школах 95 576 учащихся", "two figures"),
    ("en", "39 1623", "two figures"),
    ("ru", "3 млрд 22 школы", "two figures"),
    ("ru", "12 школ 5 колледжей", "two figures"),
    ("ru", "01.12.2024", "date"),
    ("en", "02.12.2024", "date"),
    ("en", "December 6", "date"),
    ("ru", "1 сентября", "date"),
    ("ru", "2025 год", "year"),
    ("en", "2023-2029", "year"),
    ("ru", "№ 15", "number of a thing"),
    ("en", "No. 15", "number of a thing"),
    ("en", "school 15", "number of a thing"),
    ("kk", "15-ші мектеп", "ordinal"),
    ("en", "15th", "ordinal"),
    ("en", "COVID-19", "name"),
    ("en", "three-shift", "no figure"),
    ("en", "08 517", "begins with 0"),
    ("ru", "007 школ", "begins with 0"),
    ("en", "11-4%", "smaller to the larger"),
    ("en", "1234,567", "thousands or decimals"),
    ("ru", "1.030 мест", "thousands or decimals"),
    ("ru", "1,030 мест", "decimals"),
    ("ru", "5 млц тенге", "scale or currency"),
    ("ru", "5 (тыс.) мест", "scale or currency"),
    ("en", "£5 million", "scale or currency"),
    ("ru", "5 млн рублей", "scale or currency"),
    ("kk", "1-сынып", "ordinal"),
    ("en", "grade 5", "number of a thing"),
    ("en", "about more than 5 schools", "two ways"),
    ("en", "about 4-11%", "two ways"),
    ("en", "over the past years 5 schools", "stands apart"),
    ("en", "-5%", "sign"),
    ("en", "one third", "part"),
    ("ru", "около трети", "part"),
    ("ru", "тысячи учащихся", "no figure"),
    ("en", "½", "0-9"),
    ("en", "15² schools", "0-9"),
    ("en", "٣ schools", "0-9"),
    ("en", "", "no figure"),
    ("en", "many schools", "no figure"),
    ("en", "1234567890123456", "digits"),
    ("en", "5 " + "schools " * 100, "longer than"),
    ("de", "5 Schulen", "language"),
]


@pytest.mark.parametrize(("language", "phrase", "reason"), UNREADABLE)
def test_refuses_what_is_not_one_figure(language: str, phrase: str, reason: str) -> None:
    with pytest.raises(UnreadableNumber, match=re.escape(reason)):
        read_number(phrase, language)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "\u2007", "  ", "\t"])
def test_any_space_parts_thousands(space: str) -> None:
    assert read_number(f"95{space}576{space}учащихся", "ru") == Numeral(95_576, None, "exact", "student", 1)


@pytest.mark.parametrize("dash", ["-", "\u2010", "\u2011", "–", "—", "\u2212"])
def test_any_dash_makes_a_range(dash: str) -> None:
    assert read_number(f"4{dash}11%", "en") == Numeral(4, 11, "range", "percent", 1)


def test_comma_follows_the_language_of_the_source() -> None:
    assert read_number("1,030", "en").value == 1030
    assert read_number("1,030", "ru").value == 1.03


def test_scaled_value_is_the_nearest_float() -> None:
    # 8.2 * 1e9 is 8199999999.999999 in floats.
    texts = [f"{whole}.{part} billion" for whole in range(200) for part in range(10)]
    expected = [float(Decimal(text.split()[0]) * 10**9) for text in texts]
    assert read_numbers(pd.Series(texts), "en")["value"].tolist() == expected


def test_column_keeps_index_and_reads_each_row_in_its_language() -> None:
    texts = pd.Series(["1,030", "1,030", None, "no number", "4-11%"], index=[7, 7, 3, 1, 0])
    read = read_numbers(texts, pd.Series(["en", "ru", "en", "en", "kk"], index=range(5)).set_axis(texts.index))
    assert read.index.tolist() == [7, 7, 3, 1, 0]
    assert read.columns.tolist() == ["value", "value_high", "qualifier", "unit", "precision", "fault"]
    np.testing.assert_array_equal(read["value"], [1030, 1.03, np.nan, np.nan, 4])
    np.testing.assert_array_equal(read["value_high"], [np.nan, np.nan, np.nan, np.nan, 11])
    assert read["fault"].ne("").tolist() == [False, False, True, True, False]
    assert (read.loc[[3, 1], ["qualifier", "unit"]] == "").all(axis=None)


def test_empty_column() -> None:
    read = read_numbers(pd.Series([], dtype="str"))
    assert len(read) == 0
    assert read.columns.tolist() == ["value", "value_high", "qualifier", "unit", "precision", "fault"]


def test_column_of_many_shapes_agrees_with_single_phrases() -> None:
    rows = [(language, phrase) for language, phrase, *_ in READABLE + UNREADABLE]
    read = read_numbers(pd.Series([phrase for _, phrase in rows]), pd.Series([language for language, _ in rows]))
    for (language, phrase), (_, row) in zip(rows, read.iterrows(), strict=True):
        if row["fault"]:
            with pytest.raises(UnreadableNumber, match=re.escape(row["fault"])):
                read_number(phrase, language)
        else:
            high = None if math.isnan(row["value_high"]) else row["value_high"]
            expected = Numeral(row["value"], high, row["qualifier"], row["unit"], row["precision"])
            assert read_number(phrase, language) == expected


PIECES = st.sampled_from([text for row in READABLE + UNREADABLE for text in row[1].split()])


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=6).map(" ".join)), st.sampled_from(["en", "ru", "kk"]))
def test_any_text_is_a_figure_or_the_named_error(text: str, language: str) -> None:
    try:
        numeral = read_number(text, language)
    except UnreadableNumber:
        return
    assert math.isfinite(numeral.value)
    assert numeral.value >= 0
    assert numeral.precision > 0
    assert (numeral.qualifier == "range") == (numeral.value_high is not None)
    assert numeral.value_high is None or numeral.value_high > numeral.value


@given(st.integers(0, 10**13), st.sampled_from(list(LOCALES)))
def test_reads_back_a_whole_number_as_babel_prints_it(number: int, language: str) -> None:
    assert read_number(format_decimal(number, locale=LOCALES[language]), language).value == number


@given(st.decimals(0, 10**8, places=1), st.sampled_from(list(LOCALES)))
def test_reads_back_decimals_as_babel_prints_them(number: Decimal, language: str) -> None:
    read = read_number(format_decimal(number, "#,##0.0", locale=LOCALES[language]), language)
    assert (read.value, read.precision) == (float(number), 0.1)


@given(st.integers(0, 1000), st.sampled_from(list(LOCALES)))
def test_reads_back_a_percentage_as_babel_prints_it(per_mille: int, language: str) -> None:
    printed = format_percent(Decimal(per_mille) / 1000, "#,##0.0 %", locale=LOCALES[language])
    assert read_number(printed, language) == Numeral(float(Decimal(per_mille) / 10), None, "exact", "percent", 0.1)


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(list(LOCALES)), st.sampled_from(["short", "long"])
)
def test_a_date_is_no_figure(day: date, language: str, length: str) -> None:
    with pytest.raises(UnreadableNumber):
        read_number(format_date(day, length, locale=LOCALES[language]), language)


@given(st.integers(1, 999), st.sampled_from(["en", "ru", "kk"]))
def test_number_words_add_up(number: int, language: str) -> None:
    words = read_table("number_words").set_index("value")[language].str.split("|").str[0]
    parts = [number // 100 * 100, number % 100]
    if f"{parts[1]}" not in words or not words[f"{parts[1]}"]:
        parts[1:] = [number % 100 // 10 * 10, number % 10]
    if language != "ru":
        parts[:1] = [parts[0] // 100, 100] if parts[0] else []
    phrase = " ".join(words[str(part)] for part in parts if part)
    assert read_number(phrase, language).value == number


def test_every_unit_reads_its_own_names() -> None:
    units = read_table("units")
    forms = {"en": ["name_en", "other_en"], "ru": ["name_ru", "few_ru", "many_ru", "other_ru"], "kk": ["name_kk"]}
    for language, names in forms.items():
        for name in names:
            read = read_numbers("5 " + units[name], language)
            assert read["unit"].tolist() == units["unit"].tolist(), name


def test_scales_are_powers_of_ten() -> None:
    assert read_table("scales")["factor"].str.fullmatch("1(000)+").all()
