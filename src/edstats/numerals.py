"""Figures as printed in three languages: ``8.2 billion tenge``, ``почти на 9 000 мест``, ``10 мыңнан астам``.

A phrase holds one figure. The language of its source says what a comma means: before exactly three digits it parts
thousands in English, in Russian and Kazakh it is the decimal mark. What could be read in two ways is not read.
`edstats.numeral_grammar` reads the shape of a phrase; here the plan for a shape is applied to whole columns.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edstats.numeral_grammar import plan
from edstats.numeral_plans import Plan, Reason, Term, UnreadableShape
from edstats.wordlists import fold_all, whole

LANGUAGES = ("en", "ru", "kk")
# A phrase is a few words; the limits keep a pasted page, or a megabyte of digits, from being worked through.
LONGEST_PHRASE = 200
# A float holds every whole number of 15 digits exactly.
MOST_DIGITS = 15
YEARS = (1990, 2060)

TOO_LONG = f"longer than {LONGEST_PHRASE} characters; give only the words of the one figure"
TOO_MANY_DIGITS = f"more than {MOST_DIGITS} digits in one number; give the number alone"
LEADING_ZERO = "a number begins with 0; give it without, or a date in the period column"
REVERSED = "the range does not go from the smaller to the larger; give value and value_high in their columns"
YEAR = "this is a year, not a figure; give the number, and the year in the period column"
LANGUAGE = "the language is not one of en, ru, kk; correct the source's language"


@dataclass(frozen=True)
class Numeral:
    """One printed figure. ``value`` is in the base unit: 8.2 billion is 8200000000, 70% is 70.

    ``value_high`` is the upper end of a range, else None. ``qualifier``: exact, about, at_least, at_most, range.
    ``unit`` is a code of the codebook's units.csv, "" where the phrase names none of them. ``precision`` is the step
    to which the number was printed: 100 million for "8.2 billion"; trailing zeros written out count as printed.
    """

    value: float
    value_high: float | None
    qualifier: str
    unit: str
    precision: float


class UnreadableNumber(ValueError):
    """The phrase is not exactly one figure, readable in one way; the message says what would be right."""


def read_number(text: str, language: str = "en") -> Numeral:
    """The one figure that ``text`` prints, read as ``language`` (en, ru, kk) writes numbers.

    Raises `UnreadableNumber` for anything else: no figure, two of them, a date, the number of a thing, a mark that may
    part thousands or decimals.
    """
    read = read_numbers(pd.Series([whole(text)], dtype="str"), language).iloc[0]
    if read["fault"]:
        shown = text if len(text) <= LONGEST_PHRASE else f"{text[:40]}…"
        raise UnreadableNumber(f"{shown!r}: {read['fault']}")
    high = None if np.isnan(read["value_high"]) else float(read["value_high"])
    return Numeral(float(read["value"]), high, read["qualifier"], read["unit"], float(read["precision"]))


def read_numbers(texts: pd.Series, languages: str | pd.Series = "en") -> pd.DataFrame:
    """`read_number` for a column of phrases and their languages (one for all, or a column of the same index).

    Columns: ``value``, ``value_high``, ``precision`` (float64), ``qualifier``, ``unit`` and ``fault`` (strings).
    ``fault`` is "" for a phrase that was read; else it says what is wrong and what would be right, and the other
    columns are empty. The index is that of ``texts``.
    """
    text_codes, distinct = pd.factorize(texts.astype("str").fillna(""))
    if isinstance(languages, str):
        languages = pd.Series(languages, index=texts.index)
    language_codes, names = pd.factorize(languages.astype("str").fillna(""))
    codes, distinct_texts, distinct_languages = _pairs(text_codes, language_codes, len(names))
    cells = pa.array(distinct, pa.large_string()).take(pa.array(distinct_texts))
    return _read_distinct(cells, distinct_languages, list(names)).take(codes).set_axis(texts.index)


def _pairs(left: np.ndarray, right: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct pairs of two columns of codes: each row's pair, then each pair's left and right code."""
    codes, keys = pd.factorize(left * max(width, 1) + right)
    return codes, keys // max(width, 1), keys % max(width, 1)


def _read_distinct(cells: pa.Array, language_codes: np.ndarray, languages: list[str]) -> pd.DataFrame:
    """The rows' plans, made once for a shape, and the plans applied to the rows' digits."""
    too_long = pc.greater(pc.utf8_length(cells), LONGEST_PHRASE)
    folded = fold_all(pc.if_else(too_long, "", cells))
    shape_codes, shapes = pd.factorize(pd.Series(pc.replace_substring_regex(folded, "[0-9]", "0"), dtype="str"))
    codes, shape_of, language_of = _pairs(shape_codes, language_codes, len(languages))
    plans = [_plan(shapes[shape], languages[language]) for shape, language in zip(shape_of, language_of, strict=True)]
    low, high, leading_zero = _values(pc.replace_substring_regex(folded, "[^0-9]+", ""), codes, plans)
    is_range, is_bare, is_year = _flags(plans).T[:, codes]
    reasons = {
        LEADING_ZERO: leading_zero,
        YEAR: _in(low, YEARS) & (is_year | (is_bare & is_range & _in(high, YEARS))),
        REVERSED: is_range & (high <= low),
        TOO_LONG: _to_numpy(too_long),
    }
    outcome = codes.copy()
    for number, wrong in enumerate(reasons.values(), start=len(plans)):
        outcome[wrong] = number
    read = _outcomes([*plans, *reasons]).take(outcome).reset_index(drop=True)
    readable = read["fault"].eq("").to_numpy()
    read.insert(0, "value", np.where(readable, low, np.nan))
    read.insert(1, "value_high", np.where(readable & is_range, high, np.nan))
    return read


def _flags(plans: list[Plan | str]) -> np.ndarray:
    """For each plan whether it is a range, whether it names no unit, and whether it counts years."""
    flags = [
        (made.qualifier == "range", made.unit == "", made.unit == "year") if isinstance(made, Plan) else (False,) * 3
        for made in plans
    ]
    return np.array(flags, dtype=bool).reshape(-1, 3)


def _outcomes(plans: list[Plan | str]) -> pd.DataFrame:
    """What is said of a row that follows a plan, or the sentence that stands where there is none."""
    rows = [
        (made.qualifier, made.unit, made.precision, "") if isinstance(made, Plan) else ("", "", np.nan, made)
        for made in plans
    ]
    return pd.DataFrame(rows, columns=["qualifier", "unit", "precision", "fault"])


def _in(values: np.ndarray, bounds: tuple[int, int]) -> np.ndarray:
    return (values >= bounds[0]) & (values <= bounds[1])


def _plan(shape: str, language: str) -> Plan | str:
    """The plan for a shape, or the sentence that says why there is none."""
    if language not in LANGUAGES:
        return LANGUAGE
    if not shape:
        return Reason.EMPTY.value
    try:
        made = plan(shape, language)
    except UnreadableShape as fault:
        return str(fault)
    return TOO_MANY_DIGITS if any(term.stop - term.start > MOST_DIGITS for term in made.low + made.high) else made


def _values(digits: pa.Array, codes: np.ndarray, plans: list[Plan | str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each row's lower and upper value, and whether one of its numbers is written with a leading zero.

    ``digits`` are the rows' digits alone, ``codes`` the rows' plans. A number is its digits with the power of ten
    written behind ("82e8"), which Arrow rounds once and correctly: 8.2 billion is the float nearest to 8.2 billion.
    """
    sides = [(made.low, made.high) if isinstance(made, Plan) else ((), ()) for made in plans]
    constants = [[float(sum(term.constant for term in terms)) for terms in pair] for pair in sides]
    values = np.array(constants, dtype=np.float64).reshape(-1, 2)[codes].T.copy()
    leading_zero = np.zeros(len(codes), dtype=bool)
    by_plan = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes, minlength=len(plans)))[:-1])
    for (start, stop, exponent, side, is_long), numbers in _by_slice(sides).items():
        rows = np.concatenate([by_plan[number] for number in numbers])
        printed = pc.utf8_slice_codeunits(digits.take(pa.array(rows)), start, stop)
        power, nothing = (pa.scalar(text, pa.large_string()) for text in (f"e{exponent}", ""))
        values[side, rows] += _to_numpy(pc.cast(pc.binary_join_element_wise(printed, power, nothing), pa.float64()))
        if is_long:
            leading_zero[rows] |= _to_numpy(pc.starts_with(printed, "0"))
    return values[0], values[1], leading_zero


def _by_slice(
    sides: list[tuple[tuple[Term, ...], tuple[Term, ...]]],
) -> dict[tuple[int, int, int, int, bool], list[int]]:
    """The plans that read the same digits in the same way: start, stop, exponent, side, more than one whole digit."""
    plans = defaultdict(list)
    for number, pair in enumerate(sides):
        for side, terms in enumerate(pair):
            for term in terms:
                if term.stop > term.start:
                    plans[term.start, term.stop, term.exponent, side, term.whole > 1].append(number)
    return plans


def _to_numpy(column: pa.Array) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False))
