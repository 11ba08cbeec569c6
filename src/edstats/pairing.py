"""Which figures meet in a measure, by the rows of ``codebook/measures.csv``.

A row names numerator and denominator, which groups, statuses, periods, programmes and works may meet, and whether two
sources may; ``codebook/rules.csv`` says what each word means. A pair is made only within one territory. Where the rules
leave several denominators that differ, none is taken and they are named.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple

from edstats.figures import Figure, grouped

# "near": the starts and the ends of two periods lie at most this many days apart, so that the count of one school
# year can stand beside the count of the next.
NEAR_DAYS = 366
NEAR = timedelta(days=NEAR_DAYS)

Rule = Mapping[Hashable, str]  # a row of codebook/measures.csv; to pandas a column's name can be any hashable


class Pair(NamedTuple):
    """A numerator and the denominator that the rule gives it."""

    numerator: Figure
    denominator: Figure


class Ambiguous(NamedTuple):
    """A numerator and the denominators that cannot be told apart, in order of preference."""

    numerator: Figure
    candidates: tuple[Figure, ...]


def candidates(figures: Sequence[Figure], rule: Rule, side: str) -> list[Figure]:
    """Those of ``figures`` that may stand on one ``side`` of the rule (``numerator``, ``denominator``).

    ``figures`` are those of the side's indicator.
    """
    groups = named_groups(rule, side)
    statuses, units = rule[f"{side}_status"].split(), rule[f"{side}_units"].split()
    any_status = statuses in (["*"], ["same"])
    return [
        figure
        for figure in figures
        # A printed share has another unit than the count of the same indicator, and is no part of a quotient.
        if figure.share_of == ""
        and (groups is None or figure.group in groups)
        and (any_status or figure.status in statuses)
        and (not units or figure.unit in units)
    ]


def named_groups(rule: Rule, side: str) -> list[str] | None:
    """The groups that the rule names for a side, the preferred one first; None where it names none."""
    groups = rule[f"{side}_groups"].split()
    return None if groups in (["*"], ["="]) else ["" if group == "-" else group for group in groups]


def pairs(numerators: Sequence[Figure], denominators: Sequence[Figure], rule: Rule) -> Iterator[Pair | Ambiguous]:
    """The denominator of each numerator that finds one; figures are ranked, the preferred one with the lower ``row``.

    Raises ``ValueError`` for a word in the rule that is not known.
    """
    whole_country = rule["denominator_region"] == "country"
    if whole_country:
        numerators = [figure for figure in numerators if figure.region != "KZ"]
        denominators = [figure for figure in denominators if figure.region == "KZ"]
    columns = _columns_alike(rule)
    own_columns = ["source", *columns]
    of_source = _by_start(denominators, own_columns)
    # Two sources meet only for a numerator that finds no denominator in its own.
    of_any = _by_start(denominators, columns) if rule["sources"] == "near" else {}
    for numerator in numerators:
        area = "KZ" if whole_country else numerator.territory
        own = of_source.get((area, *_values(numerator, own_columns)), [])
        others = of_any.get((area, *_values(numerator, columns)), [])
        met = _met(numerator, own, rule) or _met(numerator, others, rule)
        if met:
            yield _one_denominator(numerator, met, rule)


def _columns_alike(rule: Rule) -> list[str]:
    """The columns in which the rule wants numerator and denominator alike, so that they are looked up by them."""
    asked = {
        "group": rule["denominator_groups"] == "=",
        "status": rule["denominator_status"] == "same",
        "period": rule["periods"] == "same",
        # A year that a source prints and the year that stands for none are not known to be the same.
        "period_basis": rule["periods"] == "same",
        "programme": rule["programmes"] in ("same", "tied", "none"),
        "works": rule["works"] == "same",
    }
    return [column for column, wanted in asked.items() if wanted]


def _values(figure: Figure, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(getattr(figure, column) for column in columns)


def _by_start(figures: Sequence[Figure], columns: Sequence[str]) -> dict[tuple[str, ...], list[Figure]]:
    """Figures by territory and ``columns``, each group in the order of the first days of the periods."""
    in_order = sorted(figures, key=attrgetter("period_start"))
    return grouped(in_order, lambda figure: (figure.territory, *_values(figure, columns)))


def _met(numerator: Figure, denominators: list[Figure], rule: Rule) -> list[Figure]:
    """Those of ``denominators`` (by first day) that the numerator may meet."""
    if rule["periods"] == "near":
        # Only these can be near: an area has reports of many years.
        start = attrgetter("period_start")
        first = bisect_left(denominators, numerator.period_start - NEAR, key=start)
        last = bisect_right(denominators, numerator.period_start + NEAR, key=start)
        denominators = denominators[first:last]
    return [
        denominator
        for denominator in denominators
        if denominator.figure_id != numerator.figure_id
        and _counted_meet(numerator, denominator, rule["formula"])
        and _periods_meet(numerator, denominator, rule["periods"])
        and _programmes_meet(numerator, denominator, rule["programmes"])
    ]


def _counted_meet(numerator: Figure, denominator: Figure, formula: str) -> bool:
    """Education facilities are no part of schools; money and places may be divided by either."""
    return formula in ("ratio", "sum") or (numerator.counted == "facility") == (denominator.counted == "facility")


def _periods_meet(numerator: Figure, denominator: Figure, periods: str) -> bool:
    match periods:
        case "same" | "any":  # the same are looked up
            return True
        case "overlap":
            return numerator.period_start <= denominator.period_end and denominator.period_start <= numerator.period_end
        case "near":
            starts = abs(numerator.period_start - denominator.period_start)
            return max(starts, abs(numerator.period_end - denominator.period_end)) <= NEAR
        case "earlier":
            return numerator.period_end < denominator.period_end
    raise ValueError(f"codebook/measures.csv: no periods '{periods}'")


def _programmes_meet(numerator: Figure, denominator: Figure, programmes: str) -> bool:
    match programmes:
        case "same" | "any":  # the same are looked up
            return True
        case "tied":
            return numerator.programme != ""
        case "none":
            return numerator.programme == ""
        case "part":
            return numerator.programme != "" and denominator.programme == ""
    raise ValueError(f"codebook/measures.csv: no programmes '{programmes}'")


def _one_denominator(numerator: Figure, met: list[Figure], rule: Rule) -> Pair | Ambiguous:
    """The best denominator; ambiguous where the best ones differ in value.

    Best: the group named first in the rule, then the period nearest in time. Among denominators of other sources the
    order of preference decides; denominators of one source that are equally near cannot be told apart.
    """
    groups = named_groups(rule, "denominator")

    def preference(denominator: Figure) -> tuple[int, timedelta]:
        rank = groups.index(denominator.group) if groups else 0
        return rank, abs(numerator.period_end - denominator.period_end)

    best = min(map(preference, met))
    level = sorted(denominator for denominator in met if preference(denominator) == best)  # by row, the first field
    of_one_source = [denominator for denominator in level if denominator.source == level[0].source]
    if len({denominator.value for denominator in of_one_source}) > 1:
        return Ambiguous(numerator, tuple(of_one_source))
    return Pair(numerator, level[0])
