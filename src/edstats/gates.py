"""The release gates: changes since the published edition that nobody may publish without having said why.

A reader who comes back must find what was there, or be told why it is not. So an edition is held back when figures are
gone, when a region or source is told of no more, or when a number moves further than schools do, unless a person has
declared it in ``data/raw/declarations.csv`` or ``corrections.csv``. Sources that contradict each other hold nothing
back: that is for readers to know.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from edstats.codebook import indicators_of_kind, read_map
from edstats.dataset import Dataset
from edstats.editions import History, UnreadableHistory, changes_since, read_history
from edstats.faults import Fault, nearest
from edstats.folder_exchange import read_together
from edstats.raw_tables import FIGURE_COLUMNS, read_raw_table

# A published number that is read anew: a misread digit stays within this, a lost one or another number does not.
REVISED_AT_MOST = 1.5
# A new number beside the one known of the nearest time; docs/errors.md says how both were measured.
NEW_AT_MOST, NEW_APART = 3.0, 20.0
# A revised figure that is now about something else.
MEANING = ("indicator", "region", "place", "group", "period", "status", "unit")
# Two stocks alike in these are one thing at two times.
THING = ("territory", "indicator", "group", "works", "counted", "programme", "unit")
# What may be told of no more, the largest first.
SCOPES = (("source",), ("region",), ("region", "indicator"))
_NAMED = 5  # figures in one message


@dataclass(frozen=True)
class Gated:
    """What the gates said: whether there was an edition to compare with, and the faults, of input files."""

    compared: bool
    faults: tuple[Fault, ...]


def release_faults(
    history: History, previous: pd.DataFrame | None, dataset: Dataset, data: Path, look_back: bool
) -> tuple[Fault, ...]:
    """The faults for which ``dataset`` must not follow the newest edition of ``history``, sorted.

    ``previous`` holds the observations of that edition, None where there is none; a look back follows no edition: then
    there are no faults. ``data`` is the folder of which the files are named.
    """
    if look_back or previous is None:
        return ()
    return tuple(sorted(_located(breaches(history, previous, dataset), data)))


def gated(published: Path, dataset: Dataset, data: Path) -> Gated:
    """What the gates say of ``dataset`` after the edition in the folder ``published`` (``reports/data``).

    A damaged edition is a fault by itself.
    """
    try:
        history, previous = read_together(published, lambda: read_history(published))
    except UnreadableHistory as error:
        return Gated(False, (error.fault,))
    return Gated(previous is not None, release_faults(history, previous, dataset, data, look_back=False))


@dataclass(frozen=True)
class Breach:
    """One change that is held back: its code, what it is about and what is said of it.

    ``source`` is "" where more than one is concerned, ``figure`` is "" where more than one of a source is.
    """

    code: str
    source: str
    figure: str
    column: str
    found: str
    remedy: str


def breaches(history: History, previous: pd.DataFrame, dataset: Dataset) -> list[Breach]:
    """What is held back of the changes from ``previous``, the newest edition of ``history``, to ``dataset``.

    Each change that is held back is told once, in the largest thing that is gone with it.
    """
    changes = changes_since(history, previous, dataset.observations, dataset.corrections, dataset.declarations)
    undeclared = [change for change in changes if not change["reason"]]
    figures = {kind: [row["figure_id"] for row in undeclared if row["change"] == kind] for kind in ("gone", "new")}
    gone = previous[previous["figure_id"].isin(figures["gone"])]
    return [
        *_lost(gone, previous, dataset.observations),
        *_moved([row for row in undeclared if row["change"] == "revised"], previous),
        *_implausible(previous["figure_id"], dataset.observations, figures["new"]),
    ]


# --- what is gone ----------------------------------------------------------------------------------------------------


def _lost(gone: pd.DataFrame, previous: pd.DataFrame, observations: pd.DataFrame) -> Iterator[Breach]:
    """EDS-203 for each scope of which nothing is told any more, EDS-202 for each other figure that is gone."""
    left = gone.astype({name: "str" for scope in SCOPES for name in scope})
    for scope in SCOPES:
        told = set(zip(*(observations[name] for name in scope), strict=True))
        missing = pd.Series([key not in told for key in zip(*(left[name] for name in scope), strict=True)], left.index)
        for _, rows in left[missing.astype(bool)].groupby(list(scope), sort=True):
            yield _uncovered(scope, rows, set(observations["source"]) - set(previous["source"]))
        left = left[~missing.astype(bool)]
    for row in left.to_dict("records"):
        found = f"figure {row['figure']} ('{row['as_printed']}') is gone"
        yield Breach("EDS-202", row["source"], row["figure"], "figure", found, _back(row["source"], row["figure"]))


def _uncovered(scope: tuple[str, ...], rows: pd.DataFrame, new_sources: set[str]) -> Breach:
    """A scope of which nothing is told any more; ``rows`` are its figures that are gone."""
    source, region, indicator = (str(rows[name].iloc[0]) for name in ("source", "region", "indicator"))
    only = source if rows["source"].nunique() == 1 else ""
    count = f"{len(rows)} figures are" if len(rows) > 1 else "1 figure is"
    if scope == ("source",):
        renamed = nearest(source, new_sources)
        remedy = _back(source, "") + (f"; if it is now '{renamed}', keep its old name" if renamed else "")
        return Breach("EDS-203", source, "", "source", f"nothing is left of '{source}': {count} gone", remedy)
    listed = [*rows["figure_id"][:_NAMED], *([f"{len(rows) - _NAMED} more"] if len(rows) > _NAMED else [])]
    name = f"{read_map('regions', 'region', 'name_en').get(region, region)} ({region})"
    if scope == ("region",):
        found = f"nothing is told of {name} any more"
    else:
        found = f"'{read_map('indicators', 'indicator', 'name_en').get(indicator, indicator)}' of {name} is gone"
    found += f": {count} gone ({', '.join(listed)})"
    figure = str(rows["figure"].iloc[0]) if len(rows) == 1 else "FIGURE"
    return Breach("EDS-203", only, "", scope[-1], found, _back(only or "SOURCE", figure))


def _back(source: str, figure: str) -> str:
    return f"bring it back, or declare it in raw/declarations.csv: {source},{figure},gone,REASON"


# --- what moves ------------------------------------------------------------------------------------------------------


def _moved(revised: Iterable[Mapping[str, str]], previous: pd.DataFrame) -> Iterator[Breach]:
    """EDS-204 for each published figure that now says something far away or is about something else."""
    values = dict(zip(previous["figure_id"], previous["value"], strict=True))
    found: dict[str, list[Mapping[str, str]]] = {}
    for change in revised:
        # A number without an upper end is its own.
        ends = [float(change[side] or values[change["figure_id"]]) for side in ("before", "after") if _is_end(change)]
        if change["column"] in MEANING or (ends and _factor(*ends) > REVISED_AT_MOST):
            found.setdefault(change["figure_id"], []).append(change)
    for figure_id, changes in found.items():
        source, _, figure = figure_id.partition("#")
        told = ", ".join(
            f"{each['column']} was {_said(each['before'])} and is {_said(each['after'])}" for each in changes
        )
        remedy = _again(source, figure, "revised")
        yield Breach("EDS-204", source, figure, changes[0]["column"], f"{told} since the published edition", remedy)


def _is_end(change: Mapping[str, str]) -> bool:
    return change["column"] in ("value", "value_high")


def _said(cell: str) -> str:
    return cell or "nothing"


def _again(source: str, figure: str, change: str) -> str:
    declared = f"{source},{figure},{change},REASON"
    return f"look at the source again; if it is right, declare it in raw/declarations.csv: {declared}"


def _factor(before: float, after: float) -> float:
    """How many times the smaller of two numbers the larger is."""
    small, large = sorted((abs(before), abs(after)))
    if not small:
        return float("inf") if large else 1.0
    return large / small


def _implausible(known: pd.Series, observations: pd.DataFrame, new: list[str]) -> Iterator[Breach]:
    """EDS-204 for each new stock of a whole region far from what was known of the same thing at the nearest time.

    ``known``: the figures of the edition before, as they are read now. A range is as near as its nearer end.
    """
    stocks = _stocks(observations)
    pairs = pd.merge_asof(
        stocks[stocks["figure_id"].isin(new)],
        stocks[stocks["figure_id"].isin(known)],
        on="middle",
        by=list(THING),
        direction="nearest",
        suffixes=("", "_known"),
    ).dropna(subset=["value_known"])
    low = pairs[["value", "value_known"]].max(axis=1)
    high = pairs[["highest", "highest_known"]].min(axis=1)
    far = (low > NEW_AT_MOST * high) & (low - high >= NEW_APART)
    for row in pairs[far].sort_values("figure_id").to_dict("records"):
        found = (
            f"{row['value']:.15g}, but {row['value_known']:.15g} in {row['period_known']} ({row['figure_id_known']})"
        )
        yield Breach(
            "EDS-204", row["source"], row["figure"], "value", found, _again(row["source"], row["figure"], "new")
        )


def _stocks(observations: pd.DataFrame) -> pd.DataFrame:
    """Counts of what a whole region has, by the ``middle`` of their time; ``highest`` is the upper end."""
    whole = (observations["place"] == "") & (observations["share_of"] == "") & (observations["status"] == "actual")
    rows = observations[whole & observations["indicator"].isin(indicators_of_kind("stock"))]
    names = [*THING, "figure_id", "source", "figure", "period"]
    middle = rows["period_start"] + (rows["period_end"] - rows["period_start"]) / 2
    found = rows[names].astype("str").assign(value=rows["value"], highest=rows["value_high"].fillna(rows["value"]))
    return found.assign(middle=middle.astype("datetime64[s]")).sort_values(["middle", "figure_id"], kind="stable")


# --- where it is -----------------------------------------------------------------------------------------------------


def _located(found: Iterable[Breach], data: Path) -> Iterator[Fault]:
    """The breaches as faults of the files that a person would mend, with the line of a figure that is there."""
    lines: dict[str, dict[str, int]] = {}
    for breach in found:
        path = data / "raw" / "figures" / (f"{breach.source}.csv" if breach.source else "")
        fault = Fault(
            path.relative_to(data.parent).as_posix(), 0, breach.column, breach.found, breach.remedy, breach.code
        )
        if breach.figure:
            if breach.source not in lines:
                rows = read_raw_table(path, data, FIGURE_COLUMNS, [])
                lines[breach.source] = dict(zip(rows["figure"], rows["row"], strict=True))
            fault = replace(fault, row=lines[breach.source].get(breach.figure, 0))
        yield fault
