"""The checks: contradictions and doubts in observations and measures that readers must know.

Contradictions are the sources', not ours: they are shown and stop nothing. A check looks the figures up that belong
together and gives the parts of the sentence; the sentence of each kind of finding stands in ``codebook/codes.csv``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter

import numpy as np
import pandas as pd

from edstats import phrases
from edstats.codebook import read_table
from edstats.differences import differing_sources
from edstats.figures import Figure, grouped
from edstats.findings import Evidence, Finding
from edstats.intervals import Intervals
from edstats.measures import Measures
from edstats.phrases import Phrase
from edstats.wording import message

# A plan that nobody gives a time to is not called overdue before.
UNTIMED_PLANS_LAST = pd.DateOffset(years=3)


def find(
    observations: pd.DataFrame,
    sources: pd.DataFrame,
    doubts: pd.DataFrame,
    measures: Measures,
    as_of: date,
) -> list[Finding]:
    """All findings in clean tables, by code, region and figures."""
    evidence = Evidence.gather(observations, sources, doubts, measures, as_of)
    found = (finding for check in CHECKS for finding in check(evidence))
    return sorted(found, key=lambda finding: (finding.code, finding.region, " ".join(finding.figures)))


# --- shares ----------------------------------------------------------------------------------------------------------


def printed_shares(evidence: Evidence) -> Iterator[Finding]:
    """EDS-101, EDS-102: a printed share beside the counts of its own source."""
    measures = read_table("measures").query("formula == 'share'")
    wholes_of = measures.groupby("numerator")["denominator"].agg(set).to_dict()
    cell = attrgetter("source", "territory", "status", "period")
    counted = grouped(
        (figure for figure in evidence.regional if figure.share_of == ""),
        lambda figure: (cell(figure), figure.indicator, figure.group),
    )
    for share in evidence.regional:
        if share.share_of in ("", share.indicator) or share.unit != "percent":
            continue
        counts = counted.get((cell(share), share.indicator, share.group), [])
        wholes = counted.get((cell(share), share.share_of, ""), [])
        if len(counts) == len(wholes) == 1:
            # Counts of the same source that the codebook knows as another whole of the indicator.
            names = wholes_of.get(share.indicator, set()) - {share.share_of}
            others = [other for name in names for other in counted.get((cell(share), name, ""), [])]
            yield from _about_share(evidence, share, counts[0], wholes[0], sorted(others))


def _about_share(
    evidence: Evidence, share: Figure, count: Figure, whole: Figure, others: list[Figure]
) -> Iterator[Finding]:
    """What is found of one share, the count and the whole that its source prints, and other wholes."""
    shown = evidence.percent(count, whole)
    if not shown:  # of no schools, or of a bound that leaves the share open
        return
    parts = {
        "printed": phrases.value(share),
        "count": phrases.number(count),
        "whole": phrases.number(whole),
        "whole_name": phrases.name("indicators", whole.indicator),
    }
    figures = (share.figure_id, count.figure_id, whole.figure_id)
    printed, allowed = evidence.allowed(share), evidence.allowed(count) / evidence.allowed(whole) * 100
    if _apart(printed, allowed):
        yield Finding("EDS-101", share.region, figures, parts | {"computed": shown})
        return
    for other in others:
        other_share = evidence.percent(count, other)
        if other_share and other.value != whole.value:
            more = {
                "other": phrases.number(other),
                "other_name": phrases.name("indicators", other.indicator),
                "other_share": other_share,
            }
            yield Finding("EDS-102", share.region, (*figures, other.figure_id), parts | more)


def _apart(one: Intervals, other: Intervals) -> bool:
    """Whether two single intervals have no number in common."""
    return bool(one.high[0] < other.low[0] or other.high[0] < one.low[0])


def parts_larger_than_whole(evidence: Evidence) -> Iterator[Finding]:
    """EDS-109: more schools with a quality than schools."""
    table = evidence.measures.table
    shares = read_table("measures").query("formula == 'share'")["measure"]
    larger = table[table["measure"].isin(shares) & (table["rounding_low"] > 100)]
    for numerator, denominator in zip(larger["numerator"], larger["denominator"], strict=True):
        part, whole = evidence.by_id[numerator], evidence.by_id[denominator]
        if part.unit != whole.unit or part.status != whole.status:
            continue
        parts = {
            "part": phrases.value(part),
            "part_name": phrases.indicator_name(part),
            "whole": phrases.value(whole),
            "whole_name": phrases.indicator_name(whole),
        }
        yield Finding("EDS-109", part.region, (numerator, denominator), parts)


def overlapping_programmes(evidence: Evidence) -> Iterator[Finding]:
    """EDS-103: programmes of one source that add up to more schools than the group has."""
    groups = read_table("groups").query("population != ''")
    counted = (figure for figure in evidence.regional if figure.share_of == "")
    populations_of = grouped(counted, attrgetter("source", "territory", "indicator"))
    in_programmes = [figure for figure in evidence.regional if figure.programme and figure.unit == "school"]
    for group in groups.to_dict("records"):
        family = {group["group"], *groups.loc[groups["within"] == group["group"], "group"]}
        of_group = (figure for figure in in_programmes if figure.group in family)
        for key, counts in grouped(of_group, attrgetter("source", "territory", "indicator", "status")).items():
            populations = populations_of.get((*key[:2], group["population"]), [])
            if len({count.programme for count in counts}) < 2 or len(populations) != 1:
                continue
            population = populations[0]
            least = evidence.allowed(*counts).low.sum()
            if least <= evidence.allowed(population).high[0]:
                continue
            parts = {
                "parts": phrases.listed(map(phrases.number, counts), " + "),
                "total": phrases.quantity(least, "school", 0),
                "population": phrases.number(population),
                "population_name": phrases.name("indicators", population.indicator),
            }
            figures = tuple(figure.figure_id for figure in (*counts, population))
            yield Finding("EDS-103", population.region, figures, parts)


# --- changes, targets, plans -----------------------------------------------------------------------------------------


def changes_and_levels(evidence: Evidence) -> Iterator[Finding]:
    """EDS-104, EDS-105: a printed change beside the two levels that it lies between."""
    changes = read_table("indicators").query("change_of != ''")
    level_of = dict(zip(changes["indicator"], changes["change_of"], strict=True))
    signs = {name: 1 if way == "up" else -1 for name, way in zip(changes["indicator"], changes["way"], strict=True)}
    cell = attrgetter("source", "territory", "programme", "group")
    levels_of = grouped(
        (figure for figure in evidence.regional if figure.status == "actual"),
        lambda figure: (cell(figure), figure.indicator),
    )
    for change in evidence.regional:
        levels = levels_of.get((cell(change), level_of.get(change.indicator, "")), [])
        if len(levels) == 2:
            earlier, later = sorted(levels, key=attrgetter("period_end"))
            yield from _about_change(evidence, change, signs[change.indicator], earlier, later)


def _about_change(evidence: Evidence, change: Figure, sign: int, earlier: Figure, later: Figure) -> Iterator[Finding]:
    """What is found of one change; ``sign`` is -1 for a change that is printed as a fall."""
    parts = {
        "printed": phrases.as_printed(change.as_printed),
        "earlier": phrases.value(earlier),
        "later": phrases.value(later),
    }
    figures = (change.figure_id, earlier.figure_id, later.figure_id)
    apart = sign * (later.value - earlier.value)
    difference = evidence.allowed(later) - evidence.allowed(earlier)
    ends = (sign * difference.low, sign * difference.high)
    allowed = Intervals(np.minimum(*ends), np.maximum(*ends), difference.about)
    printed = evidence.allowed(change)
    if _apart(printed, allowed):
        shown = phrases.quantity(abs(apart), change.unit, 1)
        yield Finding("EDS-104", change.region, figures, parts | {"computed": shown})
    elif change.unit == "percentage_point" and "%" in change.as_printed and _lies_in(apart, printed):
        wrong = earlier.value * (1 + sign * change.value / 100)
        yield Finding("EDS-105", change.region, figures, parts | {"wrong": phrases.quantity(wrong, later.unit, 1)})


def _lies_in(number: float, interval: Intervals) -> bool:
    """Whether one interval holds the number, but for what adding decimals leaves."""
    return bool(interval.low[0] - 1e-9 <= number <= interval.high[0] + 1e-9)


def targets_without_level(evidence: Evidence) -> Iterator[Finding]:
    """EDS-106: a target for which the region reports no level."""
    thing = attrgetter("territory", "indicator", "group")
    levels = {thing(figure) for figure in evidence.regional if figure.status == "actual"}
    for target in evidence.regional:
        if target.status == "target" and thing(target) not in levels:
            yield Finding(
                "EDS-106",
                target.region,
                (target.figure_id,),
                phrases.what_and_when(target, printed=phrases.value(target)),
            )


_thing_and_group = attrgetter("territory", "place", "indicator", "group")
_Kind = tuple[str, str, str]  # works, counted, programme


def plans_past(evidence: Evidence) -> Iterator[Finding]:
    """EDS-107: a plan whose period has ended by the as-of date, with no later word of what came of it.

    Where nobody gives the plan a time, its source's date stands for it, and three years pass first.
    """
    indicators = read_table("indicators")
    # What a stock was expected to be is a forecast, with no outcome of its own.
    planned = set(indicators.loc[indicators["kind"] != "stock", "indicator"])
    now = pd.Timestamp(evidence.as_of)
    timed, untimed = now.to_pydatetime(), (now - UNTIMED_PLANS_LAST).to_pydatetime()
    thing = attrgetter("territory", "place", "indicator")
    done = [figure for figure in evidence.everything if figure.status == "actual"]
    outcomes = {key: _latest(figures) for key, figures in grouped(done, _thing_and_group).items()}
    at_times = {
        key: grouped(figures, attrgetter("period_start", "period_end")) for key, figures in grouped(done, thing).items()
    }
    for plan in evidence.everything:
        passed = plan.period_end < (untimed if plan.period_basis == "published" else timed)
        if not passed or plan.status not in ("planned", "target") or plan.indicator not in planned:
            continue
        if _has_outcome(plan, outcomes.get(_thing_and_group(plan), {})):
            continue
        about = [
            figure
            for (start, end), figures in at_times.get(thing(plan), {}).items()
            if start <= plan.period_end and plan.period_start <= end
            for figure in figures
        ]
        parts = phrases.what_and_when(plan, printed=phrases.value(plan), reported=_reported(sorted(about)))
        if plan.period_basis == "published":
            parts["period"] = _time_of_source(plan)
        yield Finding("EDS-107", plan.region, (plan.figure_id,), parts)


def _latest(done: Iterable[Figure]) -> dict[_Kind, datetime]:
    """The last day that is reported as done for each works, counted and programme."""
    latest: dict[_Kind, datetime] = {}
    for figure in done:
        kind = (figure.works, figure.counted, figure.programme)
        latest[kind] = max(figure.period_end, latest.get(kind, figure.period_end))
    return latest


def _has_outcome(plan: Figure, latest: Mapping[_Kind, datetime]) -> bool:
    """Whether something is reported as done about what was planned, at the plan's time or later.

    ``latest``: what is done of its indicator and group, in its territory or place.
    """
    return any(
        end >= plan.period_end
        and plan.works in ("", works)
        and plan.counted in ("", counted)
        and (plan.programme == "" or programme in (plan.programme, ""))
        for (works, counted, programme), end in latest.items()
    )


def _reported(about: Sequence[Figure]) -> Phrase:
    """A sentence, after a space, of what is reported as done about a plan's time; nothing where nothing is."""
    if not about:
        return phrases.as_printed("")
    values = phrases.listed(map(phrases.value, about))
    template = message("Reported of about that time: {numbers}.")
    return lambda wording: " " + wording.text(template, numbers=values(wording))


def _time_of_source(plan: Figure) -> Phrase:
    time = phrases.period(plan)
    template = message("{period} (the date of the source, which prints no time)")
    return lambda wording: wording.text(template, period=time(wording))


# --- candidates, words, borders ---------------------------------------------------------------------------------------


def ambiguous_pairs(evidence: Evidence) -> Iterator[Finding]:
    """EDS-110: measures left out because several denominators fit equally well."""
    for row in evidence.measures.ambiguous.to_dict("records"):
        numerator, candidates = evidence.by_id[row["numerator"]], row["candidates"].split()
        parts = {
            "measure_name": phrases.name("measures", row["measure"]),
            "printed": phrases.value(numerator),
            "candidates": phrases.listed(phrases.value(evidence.by_id[figure_id]) for figure_id in candidates),
        }
        yield Finding("EDS-110", numerator.region, (numerator.figure_id, *candidates), parts)


def doubts_of_readers(evidence: Evidence) -> Iterator[Finding]:
    """EDS-111: what a reader could not tell from a source, one finding a region that it concerns."""
    of_source = grouped(evidence.everything, attrgetter("source"))
    for doubt in evidence.doubts.to_dict("records"):
        named = set(doubt["figures"].split())
        # An earlier as-of date may leave out some of them.
        concerned = (
            sorted(evidence.by_id[figure_id] for figure_id in named & evidence.by_id.keys())
            if named
            else of_source.get(doubt["source"], [])
        )
        for region, figures in sorted(grouped(concerned, attrgetter("region")).items()):
            about = tuple(figure.figure_id for figure in figures) if named else ()
            yield Finding("EDS-111", region, about, {"doubt": phrases.note(doubt["doubt"])})


def older_territories(evidence: Evidence) -> Iterator[Finding]:
    """EDS-112: figures about an area that has since been divided."""
    older = (figure for figure in evidence.regional if figure.territory != figure.region)
    for figures in grouped(older, attrgetter("region", "territory", "source")).values():
        first = figures[0]
        parts = {"territory_name": phrases.name("territories", first.territory)}
        yield Finding("EDS-112", first.region, tuple(figure.figure_id for figure in figures), parts)


CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    *(printed_shares, overlapping_programmes, changes_and_levels, targets_without_level, plans_past),
    *(differing_sources, parts_larger_than_whole, ambiguous_pairs, doubts_of_readers, older_territories),
)
