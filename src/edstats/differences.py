"""Sources that differ: numbers for one thing at one time that rounding does not explain."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from operator import attrgetter

from edstats import phrases
from edstats.figures import Figure, grouped
from edstats.findings import Evidence, Finding
from edstats.selection import SERIES_COLUMNS, alike, ranked, unplaced, without_reprints

# Values that no source places in time are about one time when their dates of publication lie at most so far apart.
ONE_TIME = timedelta(days=31)


def differing_sources(evidence: Evidence) -> Iterator[Finding]:
    """EDS-108, EDS-113: sources that print different numbers for one thing at one time, beyond rounding.

    Plans of different dates may differ because the plan changed.
    """
    sources = {source["source"]: source for source in evidence.sources.to_dict("records")}
    for cell in _about_one_time(evidence):
        if len({figure.source for figure in cell}) < 2:
            continue
        allowed = evidence.allowed(*cell)
        if allowed.low.max() <= allowed.high.min():
            continue
        best = cell[0]
        ahead = best.status != "actual" and len({figure.published_latest for figure in cell}) > 1
        parts = phrases.what_and_when(
            best,
            values=phrases.listed(phrases.dated(figure, sources[figure.source]) for figure in cell),
            preferred=phrases.value(best),
        )
        code = "EDS-113" if ahead else "EDS-108"
        yield Finding(code, best.region, tuple(figure.figure_id for figure in cell), parts)


def _about_one_time(evidence: Evidence) -> Iterator[list[Figure]]:
    """The values of each series that are about one time, the preferred one first; each value stands in one group.

    A source that does not say the kind of works may mean the one kind that the others name.
    """
    rows = evidence.observations
    rows = rows[(rows["place"] == "") & ~unplaced(rows)]
    rows = ranked(without_reprints(rows, evidence.sources), evidence.sources)
    numbers = alike(rows, [name for name in SERIES_COLUMNS if name != "works"]).tolist()
    series: dict[int, list[Figure]] = defaultdict(list)
    for row, number in zip(rows.index, numbers, strict=True):
        series[number].append(evidence.everything[row])
    for figures in series.values():
        kinds = {figure.works for figure in figures if figure.works}
        by_works = grouped(figures, attrgetter("works")).values() if len(kinds) > 1 else [figures]
        for of_works in by_works:
            yield from _at_one_time(of_works)


def _at_one_time(series: Sequence[Figure]) -> Iterator[list[Figure]]:
    """Values of one period together, and with a time that no source prints those whose times are near it.

    ``series`` is ranked, so that the periods that end last come first.
    """
    left = dict(enumerate(series))
    of_period = grouped(left, lambda place: series[place].period)
    untimed = [place for place, figure in left.items() if figure.period_basis == "published"]
    for place, first in enumerate(series):
        if place in left:
            near = _near(series, untimed, place) if first.period_basis == "published" else ()
            yield [left.pop(other) for other in sorted({*of_period[first.period], *near} & left.keys())]


def _near(series: Sequence[Figure], untimed: Sequence[int], place: int) -> Iterator[int]:
    """The places after ``place`` of values without a printed time, whose dates of publication are near its own."""
    first = series[place]
    for index in range(bisect_left(untimed, place), len(untimed)):
        other = series[untimed[index]]
        if first.period_end - other.period_end > ONE_TIME:
            return
        if abs(first.period_start - other.period_start) <= ONE_TIME:
            yield untimed[index]
