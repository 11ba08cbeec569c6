"""What stands at the end of every page: data, terms, method, strengths and limits, how to cite."""

from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from edstats.charts import data_address
from edstats.codebook import read_table
from edstats.columns import csv_text
from edstats.entries import described
from edstats.pages.sections import bullets, paragraph, section
from edstats.tables import Html
from edstats.teller import Teller
from edstats.wording import Wording

AUTHORITIES = ("statistics office", "ministry", "akimat")


def download(wording: Wording, tables: Mapping[str, tuple[str, pd.DataFrame]]) -> Html:
    """Tables to download as CSV: for each the name of its file, and what it holds in words."""
    links = [
        Markup('<a download="{name}.csv" href="{address}">{label}</a> ({rows}, CSV)').format(
            name=name,
            address=data_address(csv_text(table)),
            label=label,
            rows=wording.plural("{count} row", "{count} rows", len(table)),
        )
        for name, (label, table) in tables.items()
    ]
    note = wording.text("In UTF-8, with a comma between columns. What each column means:")
    columns = Markup('<a download="columns.csv" href="{}">{}</a>').format(
        data_address(csv_text(read_table("columns"))), wording.text("list of columns")
    )
    body = (bullets(links), paragraph(Markup("{} {}.").format(note, columns)))
    return section("download", wording.text("Data to download"), *body)


def terms(wording: Wording, observations: pd.DataFrame) -> Html:
    """What the words on the page mean: those of the indicators that it shows, and those that stand on every page."""
    shown = set(observations["indicator"].astype("str"))
    rows = read_table("glossary").to_dict("records")
    language = wording.language
    chosen = [
        (str(row[f"name_{language}"]), str(row[f"meaning_{language}"]))
        for row in rows
        if not row["indicators"] or shown & set(row["indicators"].split())
    ]
    return section("terms", wording.text("What the words mean"), described(chosen))


def method(wording: Wording) -> Html:
    """How a number gets onto a page, in short."""
    text = wording.text
    rules = [
        text("A person enters each figure as the source prints it; a program reads it, and never changes it."),
        text("Where the source gives no period, its date of publication stands; “about” marks undated sources."),
        text("Planned, begun and finished are kept apart; a plan is never shown as a result."),
        text("Money is divided by schools only where one source ties the two together."),
        text("Where no other source is named with a figure, none here reports it for the same time."),
        text("Where sources differ, all are kept and one is preferred: the newest period, then the finer number."),
        text("What is not reported is said in words; it is never zero."),
    ]
    return section("method", text("How a number is made"), bullets(rules))


def limits(teller: Teller, observations: pd.DataFrame, more: tuple[str, ...] = ()) -> Html:
    """What the numbers are good for and what not, counted from the figures; ``more`` are limits of this page alone."""
    wording, text = teller.wording, teller.wording.text
    sources = teller.dataset.sources
    sources = sources[sources["source"].isin(observations["source"].astype("str"))]
    authorities = int(sources["publisher_type"].isin(AUTHORITIES).sum())
    undated = int(sources["published"].isna().sum())
    printed = int((observations["period_basis"] == "printed").sum())
    plans = int((observations["status"] != "actual").sum())

    def of(count: int, all_of: int) -> dict[str, str]:
        return {"part": wording.number(count, 0), "all": wording.number(all_of, 0)}

    items = [
        text("Every figure leads to the words that it was printed in, to its source and to the date."),
        text("Sources: {part} of {all} are of ministries and akimats themselves; the others are news media, "
             "agencies and organisations that report what officials said.", **of(authorities, len(sources))),
        text("Sources without a date: {part} of {all}; when they appeared was inferred, as is said there.",
             **of(undated, len(sources))),
        text("Figures whose time is printed with them: {part} of {all}; for the others it was inferred, or the "
             "date of the source stands.",
             **of(printed, len(observations))),
        text("Figures that are plans, targets or works under way: {part} of {all}.", **of(plans, len(observations))),
        text("These are reports, not a census: what officials did not print is missing, and what they printed was not "
             "checked in the schools."),
        *more,
    ]  # fmt: skip
    return section("limits", text("Strengths and limits"), bullets(items))


def cite(teller: Teller, title: str) -> Html:
    """How to name the page as a source."""
    wording = teller.wording
    words = wording.text(
        "edstats. {title}. Edition with sources up to {day}.", title=title, day=wording.day(teller.dataset.as_of)
    )
    licence = wording.text("Free to use with this mention (CC BY 4.0).")
    quote = Markup("<blockquote><p>{}</p></blockquote>").format(words)
    return section("cite", wording.text("How to cite this page"), quote, paragraph(licence))
