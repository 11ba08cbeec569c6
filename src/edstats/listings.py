"""Findings and sources as lists."""

import pandas as pd
from markupsafe import Markup

from edstats.lookups import entries_of
from edstats.tables import source_anchor
from edstats.teller import Teller
from edstats.wording import Record, is_missing

# Findings of these codes are many and alike: plans without an outcome, doubts about wording. Only so many stand open.
FOLDED, OPEN = ("EDS-107", "EDS-111"), 5


def findings_list(teller: Teller, findings: pd.DataFrame) -> Markup:
    """Findings as a list, contradictions first, each with its code and links to its figures; the many alike folded."""
    order = findings.assign(rank=findings["severity"].map({"error": 0, "warning": 1, "note": 2}).astype("int"))
    order = order.sort_values(["rank", "code"], kind="stable")
    folded = order["code"].isin(FOLDED) & (order.groupby("code").cumcount() >= OPEN)
    parts = [_findings(teller, order[~folded])]
    for code, rows in order[folded].groupby("code"):
        english = entries_of("codes", "code")[str(code)]["name"]
        name = teller.wording.text(english)
        more = teller.wording.plural("{count} more: {name}", "{count} more: {name}", len(rows), name=name)
        parts.append(Markup("<details><summary>{}</summary>{}</details>").format(more, _findings(teller, rows)))
    return Markup("").join(parts)


def _findings(teller: Teller, findings: pd.DataFrame) -> Markup:
    items = Markup("").join(_finding(teller, row) for row in findings.to_dict("records"))
    return Markup('<ul class="findings">{}</ul>').format(items)


def _finding(teller: Teller, row: Record) -> Markup:
    links = Markup(", ").join(teller.figure_link(figure) for figure in row["figures"].split())
    severity = teller.wording.name("severity", str(row["severity"]))
    return Markup(
        '<li class="finding severity-{}"><span class="badge">{}</span> {} <span class="figures">{}</span> '
        '<span class="code">{}</span></li>'
    ).format(row["severity"], severity, row["message"], links, row["code"])


def sources_list(teller: Teller, sources: pd.DataFrame) -> Markup:
    """Sources with publisher, title, date and address, each with its anchor."""
    items = (
        Markup('<li id="{}"><strong>{}</strong>: {}</li>').format(
            source_anchor(row["source"]), teller.publisher(str(row["source"])), about_source(teller, row)
        )
        for row in sources.to_dict("records")
    )
    return Markup('<ul class="sources">{}</ul>').format(Markup("").join(items))


def about_source(teller: Teller, source: Record) -> Markup:
    """A source's title, linked to its address, with its date, the kind of its publisher, language and note."""
    wording = teller.wording
    title: Markup | str = Markup('<cite lang="{}">{}</cite>').format(source["language"], source["title"])
    if teller.is_entered(source["title"]):
        title = teller.note(source["title"])  # what we say of a document whose title is not known
    if source["url"].startswith(("https://", "http://")):
        title = Markup('<a href="{}" rel="external">{}</a>').format(source["url"], title)
    details = [
        published(teller, source),
        wording.name("publisher_type", str(source["publisher_type"])),
        wording.name("language", str(source["language"])),
        teller.note(str(source["note"])),
    ]
    return Markup("{}. {}.").format(title, Markup("; ").join(filter(None, details)))


def published(teller: Teller, source: Record) -> str:
    """When a source was published, or between which dates it must have been and how that is known."""
    wording = teller.wording
    if not is_missing(source["published"]):
        return wording.day(source["published"].date())
    reason = wording.note(str(source["date_basis"]))
    first, last = wording.bounds(source["published_earliest"].date(), source["published_latest"].date())
    if not last:
        return wording.text("undated, published in {time} ({reason})", time=first, reason=reason)
    return wording.text(
        "undated, published between {first} and {last} ({reason})", first=first, last=last, reason=reason
    )
