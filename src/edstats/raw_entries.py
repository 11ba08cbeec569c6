"""What people say about figures beside them: corrections, declared changes and doubts, each about what there is."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from edstats.faults import MOST_SUGGESTIONS, Fault, nearest, shortened
from edstats.raw_tables import CHANGES, CORRECTABLE, empty_cells, repeated


def corrected_figures(
    figures: pd.DataFrame, corrections: pd.DataFrame, unread: set[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """The figures with the declared corrections applied; an entry that no longer fits is a fault.

    Rows that are missing are none for the sources of ``unread``.
    """
    faults: list[Fault] = empty_cells(corrections, ("source", "figure", "column", "reason"), "corrections")
    rows = defaultdict(list)
    for row in _identifiers(figures, corrections["source"] + "#" + corrections["figure"]).index:
        rows[figures["source"].iloc[row], figures["figure"].iloc[row]].append(row)
    corrected: dict[str, dict[int, str]] = {column: {} for column in CORRECTABLE}
    for entry in corrections.to_dict("records"):
        column, expected = entry["column"], entry["expected"]
        if column not in CORRECTABLE:
            near = nearest(column, CORRECTABLE)
            remedy = f"did you mean '{near}'?" if near else f"one of {','.join(CORRECTABLE)}"
            faults.append(Fault(entry["file"], entry["row"], "column", f"no column '{column}'", remedy, "EDS-015"))
            continue
        own = rows.get((entry["source"], entry["figure"]), [])
        # A cell that is corrected twice holds, the second time, what the first correction made of it.
        found = [corrected[column].get(row, figures[column].iloc[row]) for row in own]
        if not found and entry["source"] in unread:
            continue
        if found != [expected]:
            there = f"the source's row holds '{found[0]}'" if found else "the source has no such figure"
            remedy = f"expected '{shortened(expected)}'; mend or remove the correction"
            faults.append(Fault(entry["file"], entry["row"], "expected", there, remedy, "EDS-016"))
            continue
        corrected[column][own[0]] = entry["corrected"]
    return figures.assign(
        **{name: _replaced(figures[name], cells) for name, cells in corrected.items() if cells}
    ), faults


def _identifiers(figures: pd.DataFrame, asked: Iterable[str]) -> pd.Series:
    """The figures that are asked for, as ``source#figure``, by their position."""
    identifiers = figures["source"] + "#" + figures["figure"]
    return identifiers[identifiers.isin(list(asked))]


def _replaced(column: pd.Series, cells: Mapping[int, str]) -> pd.Series:
    column = column.copy()
    column.iloc[list(cells)] = list(cells.values())
    return column


def declaration_faults(
    declarations: pd.DataFrame, sources: pd.DataFrame, figures: pd.DataFrame, unread: set[str]
) -> list[Fault]:
    """Declarations of nothing that there is, or of something gone that is there.

    They are kept as a log: what was declared new or revised once may be declared gone since, and what is gone cannot be
    looked up any more.
    """
    faults = empty_cells(declarations, ("source", "reason"), "declarations")
    faults += repeated(declarations, ["source", "figure", "change", "reason"], "each declaration once")
    known = list(sources["source"])
    there = set(figures["source"]) | set(_identifiers(figures, declarations["source"] + "#" + declarations["figure"]))
    gone = declarations[declarations["change"] == "gone"]
    passed = {_declared(entry) for entry in gone.to_dict("records")}
    for entry in declarations.to_dict("records"):
        place, source, named = (entry["file"], entry["row"]), entry["source"], _declared(entry)
        column = "figure" if entry["figure"] else "source"
        if entry["change"] not in CHANGES:
            near = nearest(entry["change"], CHANGES)
            remedy = f"did you mean '{near}'?" if near else f"one of {', '.join(CHANGES)}"
            faults.append(Fault(*place, "change", f"'{entry['change']}' is no change", remedy, "EDS-019"))
        elif entry["change"] == "gone" and named in there:
            remedy = "remove it from there, or this declaration"
            faults.append(Fault(*place, column, f"'{entry[column]}' is still there", remedy, "EDS-020"))
        elif not source or source in unread or entry["change"] == "gone" or passed & {named, source}:
            continue
        elif known and source not in known:
            near = nearest(source, known)
            remedy = f"did you mean '{near}'?" if near else "a source of raw/sources.csv"
            faults.append(Fault(*place, "source", f"no source '{source}'", remedy, "EDS-017"))
        elif entry["figure"] and named not in there:
            remedy = f"a number of {source}.csv, or nothing for all of them"
            faults.append(Fault(*place, "figure", f"no figure '{entry['figure']}'", remedy, "EDS-018"))
    return faults


def _declared(entry: Mapping[Hashable, Any]) -> str:
    """What a declaration is about: a figure, as ``source#figure``, or a source."""
    return f"{entry['source']}#{entry['figure']}" if entry["figure"] else str(entry["source"])


def doubt_faults(doubts: pd.DataFrame, sources: pd.DataFrame, figures: pd.DataFrame, unread: set[str]) -> list[Fault]:
    """Doubts about sources and figures that there are not; none about the sources of ``unread``."""
    faults = empty_cells(doubts, ("doubt",), "doubts")
    known_sources = set(sources["source"])
    doubted = zip(doubts["source"], doubts["figures"], strict=True)
    asked = [f"{source}#{number}" for source, listed in doubted for number in listed.split()]
    known_figures = set(_identifiers(figures, asked))
    for entry in doubts.to_dict("records"):
        source = entry["source"]
        if known_sources and source not in known_sources:
            near = nearest(source, known_sources) if len(faults) < MOST_SUGGESTIONS else None
            remedy = f"did you mean '{near}'?" if near else "a source of raw/sources.csv"
            faults.append(Fault(entry["file"], entry["row"], "source", f"no source '{source}'", remedy, "EDS-017"))
            continue
        for number in entry["figures"].split():
            if f"{source}#{number}" not in known_figures and source not in unread:
                remedy = f"numbers of {source}.csv, parted by spaces"
                faults.append(Fault(entry["file"], entry["row"], "figures", f"no figure '{number}'", remedy, "EDS-018"))
    return faults
