"""Tables and lists of the pages, as HTML with a caption, scoped headers and stable anchors.

Everything that comes from data is escaped by markupsafe; only this module and ``charts`` write markup.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.wording import Wording

Cells = Sequence[Markup | str]
# The page on which every source and every figure has its row.
SOURCES_PAGE = "sources.html"
# Findings of these codes are many and alike: plans without an outcome, doubts about wording. Only so many stand open.
FOLDED, OPEN = ("EDS-107", "EDS-111"), 5
NOTE_LENGTH = 70


@dataclass(frozen=True)
class Html:
    """A piece of a page; Jupyter shows it as HTML."""

    text: Markup

    def _repr_html_(self) -> str:
        return str(self.text)

    def __add__(self, other: "Html") -> "Html":
        """Both pieces, one after the other."""
        return Html(self.text + other.text)


def anchor(figure_id: str) -> str:
    """The anchor of a figure's row: stable over builds and languages."""
    return "f-" + figure_id.replace("#", "-")


def source_anchor(source: str) -> str:
    """The anchor of a source in the list of sources."""
    return f"source-{source}"


def html_table(
    caption: str, header: Sequence[str], rows: Iterable[tuple[str, Cells]], numeric: Sequence[int] = ()
) -> Markup:
    """A table whose first column heads its rows.

    ``rows`` are (anchor or "", cells); ``numeric`` are the positions of columns with numbers.
    """
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in header)
    body = Markup("").join(_row(identifier, cells, numeric) for identifier, cells in rows)
    return Markup(
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="data"><caption><span>{}</span></caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(caption, caption, head, body)


def _row(identifier: str, cells: Cells, numeric: Sequence[int]) -> Markup:
    first = Markup('<th scope="row">{}</th>').format(cells[0])
    rest = (
        Markup('<td class="number">{}</td>' if position in numeric else "<td>{}</td>").format(cell)
        for position, cell in enumerate(cells[1:], start=1)
    )
    opening = Markup('<tr id="{}">').format(identifier) if identifier else Markup("<tr>")
    return opening + first + Markup("").join(rest) + Markup("</tr>")


@dataclass(frozen=True)
class Teller:
    """Says what rows of a data set mean, in one language, with links to where each number comes from.

    ``figures`` and ``sources`` name what has its row on this page; links to all others lead to the page of sources.
    """

    dataset: Dataset
    wording: Wording
    figures: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def observation(self, figure_id: str) -> pd.Series:
        """The observation of that identifier. Raises ``ValueError`` when there is none."""
        rows = self.dataset.observations
        return rows.iloc[rows["figure_id"].tolist().index(figure_id)]

    def figure_link(self, figure_id: str) -> Markup:
        """The figure's value, linked to its row."""
        value = self.wording.value(self.observation(figure_id))
        page = "" if figure_id in self.figures else SOURCES_PAGE
        return Markup('<a href="{}#{}">{}</a>').format(page, anchor(figure_id), value)

    def source_link(self, source: str) -> Markup:
        """The source's publisher, linked to its entry."""
        row = self.dataset.sources.set_index("source").loc[source]
        page = "" if source in self.sources else SOURCES_PAGE
        link = Markup('<a class="source-link" href="{}#{}">{}</a>')
        return link.format(page, source_anchor(source), row["publisher"])

    def indicator(self, row: pd.Series) -> str:
        """What an observation counts: indicator, group, works, programme, what is counted and the place, if any."""
        name = self.wording.name("indicators", str(row["indicator"]))
        if str(row["share_of"]):
            whole = _lower_first(self.wording.name("indicators", str(row["share_of"])))
            name = self.wording.text("{part}, share of all {whole}", part=name, whole=whole)
        return name + self.particulars(row) + (f", {row['place']}" if row["place"] else "")

    def measure(self, row: pd.Series) -> str:
        """What a measure says: its name, group, works, programme and what is counted."""
        own = str(read_table("measures").set_index("measure").at[str(row["measure"]), "numerator_groups"])
        return self.wording.name("measures", str(row["measure"])) + self.particulars(row, said=own)

    def measure_labels(self, measures: pd.DataFrame) -> list[str]:
        """What each of several measures says; those alike in all but a programme without a name get their note."""
        labels = pd.Series([self.measure(row) for _, row in measures.iterrows()], measures.index, dtype="object")
        alike = pd.DataFrame({"label": labels, "region": measures["region"].astype("str")})
        programmes = measures["programme"].astype("str").groupby([alike["label"], alike["region"]]).transform("nunique")
        return [
            label + self._note(row) if count > 1 else label
            for count, label, (_, row) in zip(programmes, labels, measures.iterrows(), strict=True)
        ]

    def _note(self, row: pd.Series) -> str:
        """The note of a measure's numerator, cut to a length that a label can bear."""
        note = textwrap.shorten(str(self.observation(row["numerator"])["note"]), NOTE_LENGTH, placeholder=" …")
        return f": {note}" if note else ""

    def particulars(self, row: pd.Series, said: str = "") -> str:
        """Group (unless it is the one already ``said``), works, programme and what is counted, in brackets."""
        # Programmes without a name only tie rows of one source together.
        known = set(read_table("programmes")["programme"]) & {str(row["programme"])}
        group = str(row["group"]) if str(row["group"]) != said else ""
        listed = (("groups", group), ("works", str(row["works"])), ("programmes", "".join(known)))
        names = [self.wording.name(table, code) for table, code in listed if code]
        if str(row["counted"]) == "facility":
            names.append(self.wording.name("counted", "facility"))
        return f" ({'; '.join(names)})" if names else ""

    def measure_value(self, row: pd.Series) -> str:
        """The value of a measure, rounded as the codebook says."""
        rules = read_table("measures")
        decimals = dict(zip(rules["measure"], rules["decimals"].astype("int"), strict=True))[str(row["measure"])]
        return self.wording.value(row, decimals)

    def status(self, row: pd.Series) -> Markup:
        """Planned, under way or target as a badge; nothing for what is reported as fact."""
        words = self.status_words(row)
        return Markup('<span class="badge status-{}">{}</span>').format(row["status"], words) if words else Markup("")

    def status_words(self, row: pd.Series) -> str:
        """Planned, under way or target in words, or what is told of a plan's outcome; nothing for a fact."""
        status = str(row["status"])
        if status == "actual":
            return ""
        overdue = {
            "planned": self.wording.text("planned then; outcome not reported"),
            "target": self.wording.text("target then; outcome not reported"),
        }
        figure = row["numerator"] if "numerator" in row else row["figure_id"]
        return overdue[status] if figure in self._overdue else self.wording.name("status", status)

    @cached_property
    def _overdue(self) -> frozenset[str]:
        """Plans and targets whose time has passed without a word of what came of them."""
        findings = self.dataset.findings
        return frozenset(" ".join(findings.loc[findings["code"] == "EDS-107", "figures"]).split())

    def when(self, row: pd.Series) -> str:
        """The time that a row is about; "about" for figures of pages that print no date."""
        return self.wording.period(row)

    def _part(self, figure: str, with_note: bool) -> Markup:
        """A figure of a measure; its note too where two sources may not count the same."""
        observation = self.observation(figure)
        note = f"; {observation['note']}" if with_note and observation["note"] else ""
        return Markup("{} ({})").format(self.figure_link(figure), _lower_first(self.indicator(observation)) + note)

    def made_of(self, row: pd.Series) -> Markup:
        """The figures that a measure was computed from, each linked, and whether two sources or dates meet."""
        figures = [row["numerator"], row["denominator"]] if row["denominator"] else [row["numerator"]]
        parts = Markup(" · ").join(self._part(figure, str(row["pairing"]) == "two sources") for figure in figures)
        notes = {
            "two sources": self.wording.text("from two sources"),
            "two dates": self.wording.text("of two dates"),
            "as printed": self.wording.text("printed as a share"),
        }
        note = notes.get(str(row["pairing"]))
        return parts + Markup(" <em>{}</em>").format(note) if note else parts


def figures_table(
    teller: Teller, observations: pd.DataFrame, caption: str, anchors: bool, with_region: bool = False
) -> Markup:
    """Every observation as a row. ``anchors``: these are the rows that links lead to.

    They have the words of the source; the rows of the other tables have links to them instead.
    """
    text = teller.wording.text
    header = [text("What is counted"), text("Figure"), text("Time")]
    header += [text("Reported as")] if anchors else []
    header += [text("Source"), text("Note")]
    if with_region:
        header.insert(0, text("Region"))
    rows = []
    for _, row in observations.iterrows():
        value = Markup("{}").format(teller.wording.value(row)) if anchors else teller.figure_link(row["figure_id"])
        cells: list[Markup | str] = [teller.indicator(row), _with_badge(teller, value, row), teller.when(row)]
        if anchors:
            printed = Markup('<span class="as-printed" lang="{}">{}</span>')
            cells.append(printed.format(_language(teller, row), row["as_printed"]))
        note = Markup('<span class="note">{}</span>').format(row["note"]) if row["note"] else ""
        cells += [teller.source_link(str(row["source"])), note]
        if with_region:
            cells.insert(0, teller.wording.name("territories", str(row["territory"])))
        rows.append((anchor(row["figure_id"]) if anchors else "", cells))
    return html_table(caption, header, rows, numeric=(2,) if with_region else (1,))


def _with_badge(teller: Teller, value: Markup | str, row: pd.Series) -> Markup:
    """A value with the status under it, where it is no fact."""
    badge = teller.status(row)
    return Markup("{} {}").format(value, badge) if badge else Markup("{}").format(value)


def _language(teller: Teller, row: pd.Series) -> str:
    return str(teller.dataset.sources.set_index("source").at[str(row["source"]), "language"])


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def measures_table(teller: Teller, measures: pd.DataFrame, caption: str, with_region: bool = False) -> Markup:
    """Every measure as a row: what, value with its status, time and what it was made of.

    ``with_region``: the rows are of one measure, which ``caption`` names, and of several regions.
    """
    text = teller.wording.text
    header = [text("Region") if with_region else text("What is computed"), text("Value"), text("Time"), text("Made of")]
    rows = []
    for name, (_, row) in zip(teller.measure_labels(measures), measures.iterrows(), strict=True):
        label = name
        value = _with_badge(teller, teller.measure_value(row), row)
        when = teller.when(_dated_like_numerator(teller, row))
        made_of = Markup('<span class="made-of">{}</span>').format(teller.made_of(row))
        if with_region:
            # The caption names the measure; the area takes its place before whatever tells one row from another.
            rest = name.removeprefix(teller.wording.name("measures", str(row["measure"])))
            label = teller.wording.name("territories", str(row["territory"])) + rest
        rows.append(("", [label, value, when, made_of]))
    return html_table(caption, header, rows, numeric=(1,))


def _dated_like_numerator(teller: Teller, row: pd.Series) -> pd.Series:
    numerator = teller.observation(row["numerator"])
    dates = ["period_basis", "published"]
    return pd.concat([row.drop(dates, errors="ignore"), numerator[dates]])


def findings_list(teller: Teller, findings: pd.DataFrame) -> Markup:
    """Findings as a list, contradictions first, each with its code and links to its figures; the many alike folded."""
    order = findings.assign(rank=findings["severity"].map({"error": 0, "warning": 1, "note": 2}).astype("int"))
    order = order.sort_values(["rank", "code"], kind="stable")
    folded = order["code"].isin(FOLDED) & (order.groupby("code").cumcount() >= OPEN)
    parts = [_findings(teller, order[~folded])]
    names = read_table("codes").set_index("code")["name"]
    for code, rows in order[folded].groupby("code"):
        name = teller.wording.text(names[code])
        more = teller.wording.plural("{count} more: {name}", "{count} more: {name}", len(rows), name=name)
        parts.append(Markup("<details><summary>{}</summary>{}</details>").format(more, _findings(teller, rows)))
    return Markup("").join(parts)


def _findings(teller: Teller, findings: pd.DataFrame) -> Markup:
    items = Markup("").join(_finding(teller, row) for _, row in findings.iterrows())
    return Markup('<ul class="findings">{}</ul>').format(items)


def _finding(teller: Teller, row: pd.Series) -> Markup:
    links = Markup(", ").join(teller.figure_link(figure) for figure in row["figures"].split())
    severity = teller.wording.name("severity", str(row["severity"]))
    return Markup(
        '<li class="finding severity-{}"><span class="badge">{}</span> {} <span class="figures">{}</span> '
        '<span class="code">{}</span></li>'
    ).format(row["severity"], severity, row["message"], links, row["code"])


def sources_list(teller: Teller, sources: pd.DataFrame) -> Markup:
    """Sources with publisher, title, date and address, each with its anchor."""
    items = Markup("").join(_source(teller, row) for _, row in sources.iterrows())
    return Markup('<ul class="sources">{}</ul>').format(items)


def _source(teller: Teller, row: pd.Series) -> Markup:
    title = Markup('<cite lang="{}">{}</cite>').format(row["language"], row["title"])
    if row["url"].startswith(("https://", "http://")):
        title = Markup('<a href="{}" rel="external">{}</a>').format(row["url"], title)
    details = [published(teller, row), teller.wording.name("language", str(row["language"])), row["note"]]
    return Markup('<li id="{}"><strong>{}</strong>: {}. {}.</li>').format(
        source_anchor(row["source"]), row["publisher"], title, "; ".join(filter(None, details))
    )


def published(teller: Teller, source: pd.Series) -> str:
    """When a source was published, or between which dates it must have been and how that is known."""
    if pd.notna(source["published"]):
        return teller.wording.day(source["published"].date())
    first, last = teller.wording.bounds(source["published_earliest"].date(), source["published_latest"].date())
    if first == last:
        return teller.wording.text("undated, published in {time} ({reason})", time=first, reason=source["date_basis"])
    return teller.wording.text(
        "undated, published between {first} and {last} ({reason})", first=first, last=last, reason=source["date_basis"]
    )
