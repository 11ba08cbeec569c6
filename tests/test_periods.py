"""Printed periods: days, months, quarters, years, school years and spans, in three languages."""

from datetime import date, timedelta

import pandas as pd
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from edstats.periods import Period, UnreadablePeriod, read_period, read_periods

READABLE = [
    # text, code, kind
    ("2024", "2024", "year"),
    ("2024-12", "2024-12", "month"),
    ("2024-12-02", "2024-12-02", "day"),
    ("2024-02-29", "2024-02-29", "day"),
    ("2024-2025", "2024-2025", "school_year"),
    ("2024–2025", "2024-2025", "school_year"),
    ("2024 - 2025", "2024-2025", "school_year"),
    ("2023-2029", "2023/2029", "span"),
    ("2023/2029", "2023/2029", "span"),
    ("2022/2023", "2022/2023", "span"),
    ("2023-09/2023-12", "2023-09/2023-12", "span"),
    ("2019-Q2", "2019-Q2", "quarter"),
    ("2024-2025 годы", "2024/2025", "span"),
    ("в 2024-2025 годах", "2024/2025", "span"),
    ("2025-2026 жылдар", "2025/2026", "span"),
    ("years 2024-2025", "2024/2025", "span"),
    ("2023-2029 гг.", "2023/2029", "span"),
    ("с 2023 по 2027 годы", "2023/2027", "span"),
    ("с 2023 до 2027 года", "2023/2027", "span"),
    ("from 2023 to 2027", "2023/2027", "span"),
    ("2023 жылдан 2027 жылға дейін", "2023/2027", "span"),
    ("сентябрь-декабрь 2023 года", "2023-09/2023-12", "span"),
    ("first half of 2025", "2025-01/2025-06", "span"),
    ("второе полугодие 2025 года", "2025-07/2025-12", "span"),
    ("2025 жылдың бірінші жартыжылдығы", "2025-01/2025-06", "span"),
    ("2024-2025 academic year", "2024-2025", "school_year"),
    ("2024-2025 school year", "2024-2025", "school_year"),
    ("2022/2023 учебный год", "2022-2023", "school_year"),
    ("в 2022-2023 учебном году", "2022-2023", "school_year"),
    ("2022/23 учебный год", "2022-2023", "school_year"),
    ("2024-2025 оқу жылы", "2024-2025", "school_year"),
    ("2024-2025 оқу жылында", "2024-2025", "school_year"),
    ("2025 жылғы 1 қыркүйек", "2025-09-01", "day"),
    ("1 сентября 2025 года", "2025-09-01", "day"),
    ("1 September 2025", "2025-09-01", "day"),
    ("1st of September 2025", "2025-09-01", "day"),
    ("December 6, 2024", "2024-12-06", "day"),
    ("December 6 2024", "2024-12-06", "day"),
    ("02.12.2024", "2024-12-02", "day"),
    ("01.09.2025 г.", "2025-09-01", "day"),
    ("до 1 сентября 2025 года", "2025-09-01", "day"),
    ("by 1 September 2025", "2025-09-01", "day"),
    ("2025 жылғы 1 қыркүйекке дейін", "2025-09-01", "day"),
    ("сентябрь 2025", "2025-09", "month"),
    ("в сентябре 2025 года", "2025-09", "month"),
    ("September 2025", "2025-09", "month"),
    ("2025 жылғы қыркүйек", "2025-09", "month"),
    ("by 2025", "2025", "year"),
    ("by the end of 2025", "2025", "year"),
    ("до 2025 года", "2025", "year"),
    ("до конца 2022 года", "2022", "year"),
    ("2025 жылға дейін", "2025", "year"),
    ("2025 год", "2025", "year"),
    ("2025 жылы", "2025", "year"),
    ("second quarter of 2019", "2019-Q2", "quarter"),
    ("Q2 2019", "2019-Q2", "quarter"),
    ("II квартал 2019 года", "2019-Q2", "quarter"),
    ("2-й квартал 2019 г.", "2019-Q2", "quarter"),
    ("2019 жылдың 2-тоқсаны", "2019-Q2", "quarter"),
    ("2019 жылдың төртінші тоқсаны", "2019-Q4", "quarter"),
]

UNREADABLE = [
    # text, words of the reason
    ("", "no period"),
    ("-", "no period"),
    ("2024-13", "no month 13"),
    ("2024-00", "no month 0"),
    ("12.13.2024", "no month 13"),
    ("2025-02-31", "28 days"),
    ("31 февраля 2025 года", "28 days"),
    ("29.02.2023", "28 days"),
    ("0 сентября 2025", "30 days"),
    ("1989", "1990 to 2060"),
    ("2061", "1990 to 2060"),
    ("2060-2061", "1990 to 2060"),
    ("2029/2023", "earlier to a later year"),
    ("с 2027 по 2023 годы", "earlier to a later year"),
    ("2024/2024", "earlier to a later year"),
    ("2023-12/2023-09", "earlier to a later month"),
    ("декабрь-сентябрь 2023 года", "earlier to a later month"),
    ("2024-2026 academic year", "consecutive"),
    ("в 2024-2025", "school year or a span"),
    ("2019-Q5", "no quarter 5"),
    ("2019-Q0", "no quarter 0"),
    ("5 квартал 2019 года", "no quarter 5"),
    ("since 2020", "'since'"),
    ("last year", "'last'"),
    ("сентябрь", "no period"),
    ("2024 2025", "no period"),
    ("123 2024", "neither a day nor a year"),
    ("2024 " * 30, "too long"),
]


@pytest.mark.parametrize(("text", "code", "kind"), READABLE)
def test_reads_what_is_printed(text: str, code: str, kind: str) -> None:
    period = read_period(text)
    assert (period.code, period.kind) == (code, kind)
    assert read_period(code) == period


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_refuses_what_is_no_period_and_says_what_would_be_right(text: str, reason: str) -> None:
    with pytest.raises(UnreadablePeriod, match=f"{reason}.*; give 2024"):
        read_period(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12-02", date(2024, 12, 2), date(2024, 12, 2)),
        ("2019-Q2", date(2019, 4, 1), date(2019, 6, 30)),
        ("2024-2025", date(2024, 9, 1), date(2025, 8, 31)),
        ("2023/2029", date(2023, 1, 1), date(2029, 12, 31)),
        ("2023-09/2023-12", date(2023, 9, 1), date(2023, 12, 31)),
    ],
)
def test_first_and_last_day(text: str, start: date, end: date) -> None:
    assert (read_period(text).start, read_period(text).end) == (start, end)


def months(year: int, first: int, count: int, kind: str) -> Period:
    """A period of whole months, built apart from the reader."""
    after = year * 12 + first - 1 + count
    return Period(date(year, first, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1), kind)


PERIODS = st.one_of(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)).map(lambda day: Period(day, day, "day")),
    st.builds(months, st.integers(1990, 2060), st.integers(1, 12), st.just(1), st.just("month")),
    st.builds(months, st.integers(1990, 2060), st.sampled_from([1, 4, 7, 10]), st.just(3), st.just("quarter")),
    st.builds(months, st.integers(1990, 2060), st.just(1), st.just(12), st.just("year")),
    st.builds(months, st.integers(1990, 2059), st.just(9), st.just(12), st.just("school_year")),
    st.builds(months, st.integers(1990, 2050), st.integers(1, 12), st.integers(2, 120), st.just("span")),
)


@given(PERIODS)
def test_the_code_of_a_period_reads_back(period: Period) -> None:
    assert read_period(period.code) == period


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.sampled_from([("en_GB", "d MMMM y"), ("ru_KZ", "d MMMM y 'года'"), ("kk_KZ", "y 'жылғы' d MMMM")]),
)
def test_a_day_as_babel_prints_it_reads_back(day: date, locale: tuple[str, str]) -> None:
    assert read_period(format_date(day, locale[1], locale[0])) == Period(day, day, "day")


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_a_day_in_figures_has_the_day_first(day: date) -> None:
    assert read_period(f"{day:%d.%m.%Y}") == Period(day, day, "day")


def test_columns_keep_their_index_and_read_like_single_cells() -> None:
    texts = pd.Series([*(row[0] for row in READABLE), *(row[0] for row in UNREADABLE), None])
    texts.index = pd.Index(range(50, 50 + len(texts)))
    read = read_periods(texts)
    assert read.columns.tolist() == ["start", "end", "kind", "code", "fault"]
    assert read.index.equals(texts.index)
    good = read.iloc[: len(READABLE)]
    assert good["code"].tolist() == [code for _, code, _ in READABLE]
    assert good["kind"].tolist() == [kind for _, _, kind in READABLE]
    assert good["start"].dt.date.tolist() == [read_period(text).start for text, _, _ in READABLE]
    assert good["end"].dt.date.tolist() == [read_period(text).end for text, _, _ in READABLE]
    bad = read.iloc[len(READABLE) :]
    assert bad["start"].isna().all()
    assert bad["fault"].ne("").all()
    assert good["fault"].eq("").all()


def test_empty_column_has_its_types() -> None:
    read = read_periods(pd.Series([], dtype="str"))
    assert read.dtypes.astype(str).tolist() == ["datetime64[us]", "datetime64[us]", "str", "str", "str"]


PIECES = st.sampled_from(sorted({word for row in READABLE for word in row[0].split()} | {"-", "/", ".", "13", "31"}))


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=6).map(" ".join)))
def test_any_text_is_a_period_or_the_named_error(text: str) -> None:
    column = read_periods(pd.Series([text])).iloc[0]
    if column["fault"]:
        with pytest.raises(UnreadablePeriod) as raised:
            read_period(text)
        assert str(raised.value) == column["fault"]
    else:
        period = read_period(text)
        assert period.start <= period.end
        assert read_period(period.code) == period
        assert column["code"] == period.code
