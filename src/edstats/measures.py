"""Observations become measures: shares, ratios, differences, by the rows of ``codebook/measures.csv``.

``edstats.pairing`` says which figures meet; here their values are computed, as the intervals that they stand for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from edstats.codebook import read_table
from edstats.columns import typed
from edstats.figures import Figure, figures_of, grouped
from edstats.intervals import Intervals, described, printed_intervals, rounded_intervals
from edstats.pairing import Ambiguous, Pair, Rule, candidates, named_groups, pairs
from edstats.selection import ranked, unplaced, without_reprints

_SEVERAL_YEARS = re.compile(r"[0-9]{4}/[0-9]{4}")
# What a measure has of its numerator.
_KEPT = ("region", "territory", "group", "works", "programme", "status", "period", "period_start", "period_end")


@dataclass(frozen=True)
class Measures:
    """``table`` as in the codebook's ``columns``; ``ambiguous``: measure, numerator and candidates (figure_ids)."""

    table: pd.DataFrame
    ambiguous: pd.DataFrame


class Computation(NamedTuple):
    """What one value of a measure is computed from; a printed share and a number a year have no denominator.

    ``formula`` is the rule's, or ``printed`` where a source prints the share itself.
    """

    rule: Rule
    formula: str
    numerator: Figure
    denominator: Figure | None = None


def compute_measures(observations: pd.DataFrame, sources: pd.DataFrame) -> Measures:
    """All measures that the observations allow.

    Rows about a place inside a region enter none, nor do those that nothing places in time. Raises ``ValueError`` for a
    word in the codebook's rules that is not known.
    """
    usable = ranked(without_reprints(observations[observations["place"] == ""], sources), sources)
    usable = usable[~unplaced(usable)]
    by_indicator = grouped(figures_of(usable), attrgetter("indicator"))
    computations: list[Computation] = []
    ambiguous: list[tuple[str, str, str]] = []
    for rule in read_table("measures").to_dict("records"):
        for found in _computations(by_indicator, rule):
            if isinstance(found, Computation):
                computations.append(found)
            else:
                names = " ".join(figure.figure_id for figure in found.candidates)
                ambiguous.append((rule["measure"], found.numerator.figure_id, names))
    table = _table(computations, printed_intervals(usable), rounded_intervals(usable))
    return Measures(
        typed(table.sort_values(["measure", "region", "numerator"], kind="stable"), "measures"),
        pd.DataFrame(ambiguous, columns=["measure", "numerator", "candidates"]),
    )


def _computations(by_indicator: Mapping[str, Sequence[Figure]], rule: Rule) -> Iterator[Computation | Ambiguous]:
    """What the rule computes from ranked figures, and the numerators for which it cannot."""
    reported = by_indicator.get(rule["numerator"], [])
    numerators = candidates(reported, rule, "numerator")
    if rule["formula"] == "per_year":
        yield from (Computation(rule, "per_year", figure) for figure in numerators if _spread_over_years(figure))
        return
    denominators = candidates(by_indicator.get(rule["denominator"], []), rule, "denominator")
    for met in pairs(numerators, denominators, rule):
        yield Computation(rule, rule["formula"], *met) if isinstance(met, Pair) else met
    yield from (Computation(rule, "printed", figure) for figure in reported if _is_printed_share(figure, rule))


def _is_printed_share(figure: Figure, rule: Rule) -> bool:
    """Shares that sources print stand beside the computed ones, and alone where a count is missing."""
    if rule["formula"] != "share" or rule["unit"] != "percent":
        return False
    groups = named_groups(rule, "numerator")
    of_whole = figure.share_of == rule["denominator"] and figure.unit == "percent"
    return of_whole and (groups is None or figure.group in groups)


def _spread_over_years(figure: Figure) -> bool:
    """A number of several years can be spread evenly over them; a single year or a date says nothing new."""
    whole_years = _SEVERAL_YEARS.fullmatch(figure.period) is not None and figure.period_basis != "published"
    return whole_years and _years(figure) > 1


def _years(figure: Figure) -> int:
    return figure.period_end.year - figure.period_start.year + 1


def _table(computations: Sequence[Computation], printed: Intervals, rounded: Intervals) -> pd.DataFrame:
    """The columns of ``measures``, without values that the printed numbers leave undetermined.

    ``printed`` and ``rounded`` are those of the figures, by ``row``.
    """
    rounding = _values(computations, rounded)
    table = pd.DataFrame(
        {
            **{name: [getattr(computed.numerator, name) for computed in computations] for name in _KEPT},
            "measure": [computed.rule["measure"] for computed in computations],
            "unit": [computed.rule["unit"] for computed in computations],
            "counted": [_counted(computed) for computed in computations],
            "numerator": [computed.numerator.figure_id for computed in computations],
            "denominator": [
                computed.denominator.figure_id if computed.denominator else "" for computed in computations
            ],
            "published_latest": [_published_latest(computed) for computed in computations],
            "pairing": [_pairing(computed) for computed in computations],
            "rounding_low": np.where(np.isfinite(rounding.low), rounding.low, np.nan),
            "rounding_high": np.where(np.isfinite(rounding.high), rounding.high, np.nan),
        }
    ).assign(**described(_values(computations, printed)))
    return table.dropna(subset="value")


def _values(computations: Sequence[Computation], intervals: Intervals) -> Intervals:
    """The interval of each value; ``intervals`` are those of the figures, by ``row``."""
    count = len(computations)
    low, high, about = np.empty(count), np.empty(count), np.empty(count, dtype="bool")
    formulas = np.array([computed.formula for computed in computations], dtype="str")
    for formula in np.unique(formulas):
        here = np.flatnonzero(formulas == formula)
        of_formula = [computations[place] for place in here.tolist()]
        left = intervals.at([computed.numerator.row for computed in of_formula])
        if formula == "printed":
            values = left
        elif formula == "per_year":
            years = np.array([_years(computed.numerator) for computed in of_formula], dtype="float64")
            values = left / Intervals(years, years, np.zeros(len(years), dtype="bool"))
        else:
            right = intervals.at([computed.denominator.row for computed in of_formula if computed.denominator])
            values = _formula(formula, left, right)
        low[here], high[here], about[here] = values.low, values.high, values.about
    return Intervals(low, high, about)


def _formula(formula: str, left: Intervals, right: Intervals) -> Intervals:
    match formula:
        case "ratio":
            return left / right
        case "share":
            return left / right * 100
        case "difference":
            return left - right
        case "difference_share":
            part = right / left * 100
            return Intervals(100 - part.high, 100 - part.low, part.about)
        case "sum":
            return left + right
    raise ValueError(f"codebook/measures.csv: no formula '{formula}'")


def _counted(computed: Computation) -> str:
    """What is counted: one side of facilities makes it a matter of facilities."""
    own, other = computed.numerator.counted, computed.denominator
    return other.counted if other and (other.counted == "facility" or own == "") else own


def _published_latest(computed: Computation) -> datetime:
    own, other = computed.numerator.published_latest, computed.denominator
    return max(own, other.published_latest) if other else own


def _pairing(computed: Computation) -> str:
    numerator, denominator = computed.numerator, computed.denominator
    if denominator is None:
        return "as printed" if computed.formula == "printed" else "one figure"
    if numerator.source != denominator.source:
        return "two sources"
    apart = numerator.period_start > denominator.period_end or denominator.period_start > numerator.period_end
    return "two dates" if apart else "one source"
