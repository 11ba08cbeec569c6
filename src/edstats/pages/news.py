"""What is new since the edition before: figures that are new, revised or gone, by source."""

from collections.abc import Iterable, Iterator

import pandas as pd
from markupsafe import Markup

from edstats.editions import REASONS_PARTED, History, latest
from edstats.lookups import entries_of
from edstats.pages.sections import bullets, heading, paragraph, section
from edstats.tables import Html
from edstats.teller import Teller
from edstats.wording import Plural, Record

# Columns whose codes have names in the codebook.
NAMED = {
    "indicator": "indicators",
    "region": "regions",
    "territory": "territories",
    "group": "groups",
    "works": "works",
    "counted": "counted",
    "share_of": "indicators",
    "programme": "programmes",
    "status": "status",
    "qualifier": "qualifier",
    "unit": "units",
}


def what_is_new(teller: Teller, history: History, region: str = "") -> Html:
    """The changes of the newest edition, those of ``region`` alone where one is given, and the newest documents."""
    wording, text = teller.wording, teller.wording.text
    parts: list[Markup] = []
    if _later(history, teller):
        pass  # a look back: what is known of editions since then is not told
    elif len(history.editions) == 1:
        parts.append(paragraph(text("This is the first edition; there is none before it to compare with.")))
    elif not history.editions.empty:
        changes = latest(history)
        changes = changes[changes["region"] == region] if region else changes
        if changes.empty:
            parts.append(paragraph(text("Nothing has changed here since the edition before.")))
        else:
            parts.append(paragraph(_counts(teller, changes)))
            parts.append(bullets(list(_told(teller, changes))) if region else Markup(""))
    rows = teller.dataset.observations
    rows = rows[rows["region"] == region] if region else rows
    sources = teller.dataset.sources
    dated = sources[sources["source"].isin(rows["source"]) & sources["published"].notna()]
    if not dated.empty:
        newest = str(dated.sort_values("published", kind="stable")["source"].iloc[-1])
        parts.append(paragraph(Markup("{}: {}").format(text("Newest dated source"), teller.dated_source(newest))))
    parts.append(Markup('<p><a href="changes.html">{}</a></p>').format(text("All changes of all editions")))
    return section("new", wording.text("What is new"), *parts)


def _later(history: History, teller: Teller) -> bool:
    """Whether the newest edition is of a later day than the data set."""
    return not history.editions.empty and str(history.editions["as_of"].iloc[-1]) > teller.dataset.as_of.isoformat()


def changes_of_all_editions(teller: Teller, history: History) -> Html:
    """A section for each edition, the newest first, with its changes by source."""
    wording, text = teller.wording, teller.wording.text
    sections = []
    for edition in history.editions.sort_values("edition", ascending=False).to_dict("records"):
        number = int(edition["edition"])
        title = text("Edition {number}, sources up to {day}", number=number, day=_day(teller, str(edition["as_of"])))
        figures = wording.plural("{count} figure", "{count} figures", int(edition["figures"]))
        sources = wording.plural("{count} source", "{count} sources", int(edition["sources"]))
        parts = [paragraph(text("{figures} from {sources}", figures=figures, sources=sources) + ".")]
        changes = history.changes[history.changes["edition"] == number]
        if changes.empty:
            parts.append(paragraph(text("This is the first edition; there is none before it to compare with.")))
        for source, rows in changes.groupby("source", sort=True):
            parts += [heading(_source_name(teller, str(source))), bullets(list(_told(teller, rows)))]
        sections.append(section(f"edition-{number}", title, *parts).text)
    if not sections:
        note = text("This page was made outside a build, so no edition before it is known.")
        sections.append(section("editions", text("Editions"), paragraph(note)).text)
    return Html(Markup("").join(sections))


def _day(teller: Teller, iso: str) -> str:
    return teller.wording.day(pd.Timestamp(iso).date())


def _counts(teller: Teller, changes: pd.DataFrame) -> str:
    """How many figures are new, revised and gone, in words."""
    wording = teller.wording
    counts = changes.drop_duplicates(["figure_id", "change"])["change"].value_counts()
    words = {
        "new": Plural("{count} new figure", "{count} new figures"),
        "revised": Plural("{count} revised figure", "{count} revised figures"),
        "gone": Plural("{count} figure gone", "{count} figures gone"),
    }
    parts = [wording.plural(*words[name], int(counts[name])) for name in words if name in counts]
    return wording.text("Since the edition before: {changes}.", changes=", ".join(parts))


def _source_name(teller: Teller, source: str) -> str:
    """The publisher and date of a source, or its name where it is gone."""
    if source not in set(teller.dataset.sources["source"]):
        return source
    return f"{teller.publisher(source)}, {teller.wording.published(teller.source(source))}"


def _told(teller: Teller, changes: pd.DataFrame) -> Iterator[Markup]:
    """Each change as a sentence: what is new, what was and is now, what is gone; a correction says so."""
    text = teller.wording.text
    known = set(teller.dataset.observations["figure_id"])
    for figure, rows in changes.groupby("figure_id", sort=False):
        first = rows.iloc[0]
        shown = Markup("")
        if str(figure) in known:
            row = teller.observation(str(figure))
            place = teller.wording.name("regions", str(row["region"]))
            shown = Markup("{}, {}: {}").format(place, teller.indicator(row), teller.figure_link(str(figure)))
        if first["change"] == "new":
            yield Markup("<b>{}</b> {}{}").format(text("New:"), shown or figure, _why(teller, str(first["reason"])))
        elif first["change"] == "gone":
            gone = Markup("<b>{}</b> <q>{}</q> ({}){}")
            yield gone.format(text("Gone:"), first["before"], figure, _why(teller, str(first["reason"])))
        else:
            kind = text("Corrected:") if _is_corrected(teller, str(figure), rows["reason"]) else text("Revised:")
            parts = "; ".join(_revision(teller, row) for row in rows.to_dict("records"))
            yield Markup("<b>{}</b> {} ({})").format(kind, shown or figure, parts)


def _is_corrected(teller: Teller, figure: str, reasons: Iterable[str]) -> bool:
    """Whether one of the reasons for a revision is that of an error of the source."""
    errors = {str(entry["reason"]) for entry in teller.corrections(figure)}
    return any(told in errors or not errors.isdisjoint(told.split(REASONS_PARTED)) for told in reasons)


def _revision(teller: Teller, change: Record) -> str:
    """One column's change in words."""
    text = teller.wording.text
    name = entries_of("column_names", "column")[change["column"]][f"name_{teller.wording.language}"]
    before, after = (_said(teller, str(change["column"]), str(change[side])) for side in ("before", "after"))
    words = text("{column}: was {before}, is {after}", column=name, before=before, after=after)
    return words + _why(teller, str(change["reason"]))


def _why(teller: Teller, told: str) -> str:
    """The reasons that people declared for a change, in brackets after a space; "" where there are none."""
    # A reason may hold what parts several.
    known = [told] if told in teller.wording.notes else told.split(REASONS_PARTED)
    return f" ({REASONS_PARTED.join(map(teller.wording.note, known))})" if told else ""


def _said(teller: Teller, column: str, cell: str) -> str:
    """A cell in words: the name of its code, the number in the language's form, or the text itself."""
    if not cell:
        return teller.wording.text("nothing")
    if column in NAMED:
        try:
            return teller.wording.name(NAMED[column], cell)
        except (KeyError, IndexError):
            return cell  # a code that the codebook no longer has
    if column in ("value", "value_high"):
        return teller.wording.number(float(cell), 10)
    return teller.wording.note(cell)
