"""Any text gives a value or the named error, whatever its signs: the readers of cells, alone and as columns.

`pytest --hypothesis-profile fuzz` tries fifty times as many.
"""

import math
import string
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from babel.numbers import format_decimal
from conftest import TODAY, write_raw
from hypothesis import given
from hypothesis import strategies as st

from edstats.clean import clean
from edstats.extraction.decoding import NotTextError, decode
from edstats.numerals import UnreadableNumber, read_number, read_numbers
from edstats.periods import UnreadablePeriod, read_period, read_periods
from edstats.places import UnknownPlace, read_place, read_places
from edstats.raw import read_raw
from edstats.raw_tables import FIGURE_COLUMNS
from edstats.unseen import are_seen
from edstats.wording import LOCALES, Wording

# Digits that Python's isdigit, isdecimal, isnumeric and int() tell apart, signs that look alike, spaces, brackets.
NASTY = (
    *("9" * 5000, "1e999999", "0x1F", "1_000", "nan", "inf", "-inf", "Infinity", "1e5", "+5", "-0", "00", "0.0"),
    *("٣٤", "१२", "５６", "²", "⁵", "5²", "½", "2½", "⅞", "Ⅻ", "XII", "iv", "五", "\U0001d7d3", "\u0665,\u0666"),
    *(
        "\N{MINUS SIGN}5",
        "–5",
        "5–3",
        "3 — 5",
        "5-3-2",
        "10-5",
        "100%-5%",
        "5/3",
        "5:3",
        "5±1",
        "~5",
        "≈5",
        ">5",
        "<=5",
    ),
    *(
        "(" * 50,
        "((5))",
        "[5]",
        "{5}",
        "«5»",
        '"5"',
        "'",
        "\\",
        "%",
        "%s",
        "{0}",
        "{value:g}",
        "\0",
        "\x1b[31m",
        "\ud800",
    ),
    *(
        " ",
        "\u00a0",
        "\u202f",
        "\u2009",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\x85",
        "\t",
        "\r",
        "\n",
        "\u00ad",
        "\u0301",
    ),
    *("1,234.5", "1.234,5", "1 234,5", "12,34,567", "1'234", "1.234.567", "1,2,3", ",5", "5.", "5,", ".", ",", "1 2 3"),
    *(
        "2024",
        "0000",
        "1600",
        "3000",
        "99999",
        "30 февраля 2024",
        "2024-02-30",
        "29.02.2023",
        "31 June 2024",
        "32.13.2024",
    ),
    *(
        "2024-2023",
        "2024/2020",
        "2024-09/2024-03",
        "Q5 2024",
        "2024-Q0",
        "9999-12-31",
        "0001-01-01",
        "2024 2025",
        "IV квартал",
    ),
    *(
        "million",
        "миллиард",
        "мың",
        "тысяч",
        "billion tenge",
        "KZT",
        "$",
        "₸",
        "%",
        "percent",
        "школ",
        "мектеп",
        "places",
    ),
    *(
        "KZ-15",
        "KZ15",
        "kz-",
        "KZ-99",
        "Almaty",
        "Алматы облысы",
        "Қарағанды",
        "Qaraǵandy",
        "город",
        "region",
        "*",
        "об*",
    ),
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),  # half characters among them
    st.text(st.sampled_from(string.digits + " .,-–%½²٣\u00a0\u202f/()eE"), max_size=40),
    st.lists(st.sampled_from(NASTY), max_size=6).flatmap(
        lambda parts: st.sampled_from(["", " ", "\u00a0", "-", ", "]).map(lambda link: link.join(parts))
    ),
)
LANGUAGES = st.sampled_from(list(LOCALES))


def _check_message(error: ValueError) -> None:
    """It is short, however long the cell is."""
    assert 0 < len(str(error)) < 1000


@given(TEXTS, LANGUAGES)
def test_any_text_is_a_figure_or_the_named_error(text: str, language: str) -> None:
    try:
        numeral = read_number(text, language)
    except UnreadableNumber as error:
        _check_message(error)
        return
    assert math.isfinite(numeral.value)
    assert numeral.value >= 0
    assert numeral.precision > 0
    assert numeral.value_high is None or numeral.value < numeral.value_high < math.inf
    # Nothing but 0-9 is read as a digit.
    assert not any(sign.isnumeric() and sign not in string.digits for sign in text)


@given(TEXTS)
def test_any_text_is_a_period_or_the_named_error(text: str) -> None:
    try:
        period = read_period(text)
    except UnreadablePeriod as error:
        _check_message(error)
        return
    assert date(1990, 1, 1) <= period.start <= period.end <= date(2060, 12, 31)
    assert read_period(period.code) == period


@given(TEXTS)
def test_any_text_is_a_place_or_the_named_error(text: str) -> None:
    try:
        place = read_place(text)
    except UnknownPlace as error:
        _check_message(error)
        return
    assert place.region.startswith("KZ")


@given(
    st.lists(TEXTS.filter(lambda text: text.isascii() or text.encode("utf-8", "replace").decode() == text), max_size=8)
)
def test_a_cell_is_read_alone_as_in_its_column(texts: list[str]) -> None:
    column = pd.Series(texts, dtype="str")
    readers: tuple[tuple[Callable[[str], object], pd.DataFrame, type[ValueError]], ...] = (
        (read_number, read_numbers(column), UnreadableNumber),
        (read_period, read_periods(column), UnreadablePeriod),
        (read_place, read_places(column), UnknownPlace),
    )
    for read_one, read, error in readers:
        assert len(read) == len(texts)
        for text, fault in zip(texts, read["fault"], strict=True):
            if fault:
                with pytest.raises(error):
                    read_one(text)
            else:
                read_one(text)


@given(
    st.dictionaries(st.sampled_from(FIGURE_COLUMNS), TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()))
)
def test_any_cells_are_an_observation_or_a_located_fault(cells: dict[str, str]) -> None:
    sound = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}
    with TemporaryDirectory() as folder:
        data = write_raw(Path(folder), [{"source": "a", "published": "2024-12-02"}], {"a": [sound | cells]})
        result = clean(read_raw(data), TODAY)
    located = [fault for fault in result.faults if fault.file == "data/raw/figures/a.csv"]
    assert len(result.observations) == 1 or located
    assert all(fault.remedy for fault in result.faults)
    assert are_seen(map(str, result.faults))


@given(st.binary(max_size=300), st.sampled_from(["sources.csv", "figures/a.csv", "corrections.csv", "prices.csv"]))
def test_any_bytes_in_a_file_are_rows_or_a_located_fault(content: bytes, name: str) -> None:
    sound = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}
    with TemporaryDirectory() as folder:
        data = write_raw(Path(folder), [{"source": "a", "published": "2024-12-02"}], {"a": [sound]})
        (data / "raw" / name).write_bytes(content)
        faults = clean(read_raw(data), TODAY).faults
    assert any(fault.file == f"data/raw/{name}" and fault.found and fault.remedy for fault in faults)


@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_text_or_the_named_error(content: bytes) -> None:
    try:
        decode(content).encode("utf-8")  # no half characters
    except NotTextError:
        return


# --- what edstats and Babel print is read back


@given(st.integers(0, 6).flatmap(lambda places: st.decimals(0, 10**8, places=places)), LANGUAGES)
def test_a_number_as_babel_prints_it_reads_back(number: Decimal, language: str) -> None:
    printed = format_decimal(number, locale=LOCALES[language], decimal_quantization=False)
    assert read_number(printed, language).value == float(number)


@given(st.integers(1, 10**12), LANGUAGES)
def test_a_number_below_zero_is_never_read_as_one_above(number: int, language: str) -> None:
    with pytest.raises(UnreadableNumber):
        read_number(format_decimal(-number, locale=LOCALES[language]), language)


@given(st.integers(1, 99_999_999), st.sampled_from([10**4, 10**7]), st.sampled_from(["KZT", "USD"]), LANGUAGES)
def test_money_as_edstats_prints_it_reads_back(hundredths: int, step: int, unit: str, language: str) -> None:
    """Money is printed in millions or billions to two decimals."""
    value = float(hundredths * step)
    shown = hundredths * step
    if shown >= 10**9:
        value = float(shown // 10**7 * 10**7)
    numeral = read_number(Wording(language).quantity(value, unit, 2), language)
    assert (numeral.value, numeral.unit) == (value, unit)


@given(st.integers(0, 10**9), st.sampled_from(["school", "place", "student", "teacher"]), LANGUAGES)
def test_a_count_as_edstats_prints_it_reads_back(count: int, unit: str, language: str) -> None:
    numeral = read_number(Wording(language).quantity(count, unit, 0), language)
    assert (numeral.value, numeral.unit) == (count, unit)
