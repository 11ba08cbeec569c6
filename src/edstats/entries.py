"""Figures and measures as entries that open, without a script, to where each number comes from.

Closed, an entry says what, how much and when; open, the printed words, the source and its date, the qualifier, who else
reports the number, and how it was computed.
"""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from edstats.lookups import entries_of
from edstats.tables import anchor
from edstats.teller import Teller, lower_first
from edstats.wording import Record, is_missing, message

Fact = tuple[str, Markup | str]
# How the two sides of a measure meet; a measure of one side is divided by years or was printed.
SIGNS = {"ratio": " ÷ ", "share": " ÷ ", "difference": " − ", "sum": " + "}


def figure_entries(teller: Teller, observations: pd.DataFrame, anchors: bool, with_region: bool = False) -> Markup:
    """Every observation as an entry. ``anchors``: these are the places that links to the figures lead to.

    ``with_region``: the rows are of several regions, and the region heads each entry.
    """
    rows = map(teller.observation, observations["figure_id"])
    return _listed([_figure(teller, row, anchors, with_region) for row in rows])


def measure_entries(teller: Teller, measures: pd.DataFrame, with_region: bool = False) -> Markup:
    """Every measure as an entry; ``with_region``: the rows are of one measure and several regions."""
    rows = measures.to_dict("records")
    entries = []
    for label, row in zip(teller.measure_labels(rows), rows, strict=True):
        what = label
        if with_region:
            area = teller.wording.name("territories", str(row["territory"]))
            what = area + teller.measure_particulars(row) + label.removeprefix(teller.measure(row))
        headlined = not with_region and entries_of("measures", "measure")[row["measure"]]["headline"]
        identifier = measure_anchor(row) if headlined else ""
        entries.append(_entry(teller, row, what, measure_facts(teller, row), identifier))
    return _listed(entries)


def measure_anchor(row: Record) -> str:
    """The anchor of a measure on its region's page: stable over builds and languages."""
    return anchor(f"{row['measure']}-{row['numerator']}").replace("f-", "m-", 1)


def _listed(entries: Sequence[Markup]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(entry) for entry in entries)
    return Markup('<ul class="entries">{}</ul>').format(items)


def _entry(teller: Teller, row: Record, what: str, facts: Sequence[Fact], identifier: str) -> Markup:
    opening = Markup('<details id="{}">').format(identifier) if identifier else Markup("<details>")
    badge = teller.status(row)
    value = Markup("{} {}").format(teller.number(row), badge) if badge else teller.number(row)
    summary = Markup("<summary><span>{}</span> <b>{}</b> <small>{}</small></summary>")
    return opening + summary.format(what, value, teller.when(row)) + described(facts) + Markup("</details>")


def described(facts: Sequence[Fact]) -> Markup:
    """Facts as a list of terms and what they are here."""
    parts = (Markup("<dt>{}</dt><dd>{}</dd>").format(term, fact) for term, fact in facts)
    return Markup("<dl>{}</dl>").format(Markup("").join(parts))


def _figure(teller: Teller, row: Record, anchors: bool, with_region: bool) -> Markup:
    what = teller.indicator(row)
    if with_region:
        region = teller.wording.name("territories", str(row["territory"]))
        what = f"{region}: {lower_first(what)}"
    identifier = anchor(str(row["figure_id"])) if anchors else ""
    return _entry(teller, row, what, figure_facts(teller, row), identifier)


def figure_facts(teller: Teller, row: Record) -> list[Fact]:
    """Where an observation comes from: printed words, source, time, qualifier, other sources, doubts, note."""
    text = teller.wording.text
    language = str(teller.source(str(row["source"]))["language"])
    printed = Markup('<q lang="{}">{}</q>').format(language, row["as_printed"])
    others = [_reported(teller, figure) for figure in teller.also_reported(row)]
    facts: list[Fact] = [
        (text("As printed"), printed if row["as_printed"] else text("words not recorded")),
        (text("Source"), teller.dated_source(str(row["source"]))),
        (text("Time"), _time_basis(teller, row)),
        (text("Precision"), _precision(teller, row)),
        (text("In other sources"), Markup("; ").join(others)),
        (text("Doubts"), _doubts(teller, [str(row["figure_id"])])),
        (text("Corrected"), _correction(teller, row)),
        (text("Note"), teller.note(str(row["note"]))),
    ]
    return [(term, fact) for term, fact in facts if fact]


def _reported(teller: Teller, figure: str) -> Markup:
    """A figure with its source."""
    source = str(teller.observation(figure)["source"])
    return Markup("{} ({})").format(teller.figure_link(figure), teller.dated_source(source))


def _time_basis(teller: Teller, row: Record) -> str:
    """How the time is known, where the source does not print it with the number."""
    if teller.when(row) == teller.wording.text("time not known"):
        return ""  # neither is the date of the source
    return {
        "published": teller.wording.text("date of the source"),
        "inferred": teller.wording.text("told from the rest of the document"),
    }.get(str(row["period_basis"]), "")


def _precision(teller: Teller, row: Record) -> str:
    """The qualifier in words and the step that the number was rounded to, where it is no exact count."""
    wording = teller.wording
    parts = [] if row["qualifier"] == "exact" else [wording.name("qualifier", str(row["qualifier"]))]
    if not is_missing(row["precision"]) and row["precision"] > 1:
        step = wording.quantity(row["precision"], str(row["unit"]), 0)
        parts.append(wording.text("printed to the nearest {step}", step=step))
    return "; ".join(parts)


def _doubts(teller: Teller, figures: Sequence[str]) -> Markup:
    names = dict.fromkeys(name for figure in figures for name in teller.doubts(figure))
    if not names:
        return Markup("")
    return Markup('<a href="{}">{}</a>').format(teller.findings_link(), "; ".join(names))


def _correction(teller: Teller, row: Record) -> str:
    """What was corrected in the row of the source, and why."""
    names = entries_of("column_names", "column")
    template = message("{column}: {corrected}, where the row held {expected} ({reason})")
    return "; ".join(
        teller.wording.text(
            template,
            column=names[entry["column"]][f"name_{teller.wording.language}"],
            expected=entry["expected"],
            corrected=entry["corrected"],
            reason=teller.wording.note(entry["reason"]),
        )
        for entry in teller.corrections(row["figure_id"])
    )


def measure_facts(teller: Teller, row: Record) -> list[Fact]:
    """How a measure was computed, from which sources, and what is doubted about its figures."""
    text = teller.wording.text
    figures = [figure for figure in (str(row["numerator"]), str(row["denominator"])) if figure]
    facts: list[Fact] = [
        (text("How computed"), computed(teller, row)),
        (text("Source"), sources_of(teller, row)),
        (text("Doubts"), _doubts(teller, figures)),
        (text("Note"), _notes(teller, row, figures)),
    ]
    return [(term, fact) for term, fact in facts if fact]


def sources_of(teller: Teller, row: Record) -> Markup:
    """The sources of a measure's figures, each with its date."""
    figures = [figure for figure in (str(row["numerator"]), str(row["denominator"])) if figure]
    sources = dict.fromkeys(str(teller.observation(figure)["source"]) for figure in figures)
    return Markup("; ").join(teller.dated_source(source) for source in sources)


def _notes(teller: Teller, row: Record, figures: Sequence[str]) -> Markup | str:
    """The notes of both figures where two sources may not count the same."""
    if str(row["pairing"]) != "two sources":
        return ""
    notes = (str(teller.observation(figure)["note"]) for figure in figures)
    return Markup("; ").join(teller.note(note) for note in notes if note)


def computed(teller: Teller, row: Record) -> Markup:
    """The figures that a measure was made of, each linked, with the sign between them and what is unlike in them."""
    text = teller.wording.text
    formula = entries_of("measures", "measure")[row["measure"]]["formula"]
    first = _side(teller, str(row["numerator"]))
    if not row["denominator"]:
        if str(row["pairing"]) == "as printed":
            return Markup("{} ({})").format(text("printed as a share"), teller.figure_link(str(row["numerator"])))
        years = row["period_end"].year - row["period_start"].year + 1
        return Markup("{} ÷ {}").format(first, teller.wording.quantity(years, "year", 0))
    second = _side(teller, str(row["denominator"]))
    if formula == "difference_share":
        made = Markup("({} − {}) ÷ {}").format(first, second, teller.figure_link(str(row["numerator"])))
    else:
        made = first + SIGNS[formula] + second
    notes = {"two sources": text("from two sources"), "two dates": text("of two dates")}
    note = notes.get(str(row["pairing"]))
    return Markup("{} <em>{}</em>").format(made, note) if note else made


def _side(teller: Teller, figure: str) -> Markup:
    name = lower_first(teller.indicator(teller.observation(figure)))
    return Markup("{} ({})").format(teller.figure_link(figure), name)
