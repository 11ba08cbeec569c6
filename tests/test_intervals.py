"""Qualifiers through arithmetic: what the printed words allow, and no more."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edstats.intervals import Intervals, described, printed_intervals, rounded_intervals


def _printed(value: float, qualifier: str, high: float | None = None) -> Intervals:
    return printed_intervals(pd.DataFrame({"value": [value], "value_high": [high], "qualifier": [qualifier]}))


def _words(intervals: Intervals) -> tuple[str, float, float]:
    row = described(intervals).iloc[0]
    return str(row["qualifier"]), row["value"], row["value_high"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "qualifier", "value"),
    [
        ((4.6e9, "exact"), (100, "at_least"), "at_most", 46e6),
        ((8.2e9, "exact"), (226, "exact"), "exact", 8.2e9 / 226),
        ((8.2e9, "about"), (226, "exact"), "about", 8.2e9 / 226),
        ((100, "at_least"), (10, "exact"), "at_least", 10),
        ((100, "at_most"), (10, "at_least"), "at_most", 10),
        ((100, "exact"), (10, "at_most"), "at_least", 10),
    ],
)
def test_quotient(numerator: tuple[float, str], denominator: tuple[float, str], qualifier: str, value: float) -> None:
    found = _words(_printed(*numerator) / _printed(*denominator))
    assert found[0] == qualifier
    assert found[1] == pytest.approx(value)


@pytest.mark.parametrize(("numerator", "denominator"), [("at_least", "at_least"), ("at_most", "at_most")])
def test_bound_over_bound_of_the_same_side_is_undetermined(numerator: str, denominator: str) -> None:
    qualifier, value, _ = _words(_printed(100, numerator) / _printed(10, denominator))
    assert qualifier == ""
    assert pd.isna(value)


def test_quotient_of_nothing_is_undetermined() -> None:
    assert pd.isna(_words(_printed(5, "exact") / _printed(0, "exact"))[1])
    assert pd.isna(_words(_printed(0, "exact") / _printed(0, "exact"))[1])


def test_a_range_stays_a_range() -> None:
    assert _words(_printed(4, "range", 11) / _printed(2, "exact")) == ("range", 2, 5.5)


def test_bounds_add_up() -> None:
    assert _words(_printed(5500, "at_least") + _printed(1500, "at_least"))[:2] == ("at_least", 7000)


def test_a_target_that_is_a_bound_leaves_a_gap_that_is_a_bound() -> None:
    assert _words(_printed(20, "at_least") - _printed(15, "exact"))[:2] == ("at_least", 5)


def test_at_most_less_a_number_is_at_most_the_difference() -> None:
    assert _words(_printed(20, "at_most") - _printed(15, "exact"))[:2] == ("at_most", 5)


def test_rounding_is_half_a_step_and_counts_of_single_things_are_not_rounded() -> None:
    rows = pd.DataFrame(
        {
            "value": [8.2e9, 434, 133_000, 46],
            "value_high": [None] * 4,
            "qualifier": ["exact"] * 4,
            "precision": [1e8, 1, 1000, 1],
            "unit": ["KZT", "school", "student", "percent"],
        }
    )
    intervals = rounded_intervals(rows)
    assert list(intervals.low) == [8.15e9, 434, 132_500, 45.5]
    assert list(intervals.high) == [8.25e9, 434, 133_500, 46.5]


QUALIFIED = st.tuples(st.floats(1, 1e12), st.sampled_from(["exact", "about", "at_least", "at_most"]), st.floats(0, 1))


@given(QUALIFIED, QUALIFIED)
def test_what_the_words_allow_lies_in_the_result(
    left: tuple[float, str, float], right: tuple[float, str, float]
) -> None:
    """Any two numbers that the two phrases allow have their quotient within the interval of quotients."""

    def allowed(value: float, qualifier: str, where: float) -> float:
        return {"at_least": value * (1 + 9 * where), "at_most": value * (1 - 0.9 * where)}.get(qualifier, value)

    quotient = _printed(*left[:2]) / _printed(*right[:2])
    value = allowed(*left) / allowed(*right)
    assert quotient.low[0] * (1 - 1e-9) <= value <= quotient.high[0] * (1 + 1e-9)
