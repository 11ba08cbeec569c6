"""Tables and lists of the pages, as HTML with a caption, scoped headers and stable anchors.

Everything that comes from data is escaped by markupsafe; only this module and ``charts`` write markup.
"""

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
        """What an observation counts: indicator, group, works and what is counted."""
        name = self.wording.name("indicators", str(row["indicator"]))
        if str(row["share_of"]):
            whole = self.wording.name("indicators", str(row["share_of"]))
            name = self.wording.text("{part}, share of: {whole}", part=name, whole=whole)
        return name + self._particulars(row)

    def measure(self, row: pd.Series) -> str:
        """What a measure says: its name, group, works and what is counted."""
        return self.wording.name("measures", str(row["measure"])) + self._particulars(row)

    def _particulars(self, row: pd.Series) -> str:
        listed = (("groups", "group"), ("works", "works"))
        names = [self.wording.name(table, str(row[column])) for table, column in listed if str(row[column])]
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
        status = str(row["status"])
        if status == "actual":
            return Markup("")
        names = {
            "planned": self.wording.text("planned then; outcome not reported"),
            "target": self.wording.text("target then; outcome not reported"),
        }
        figure = row["numerator"] if "numerator" in row else row["figure_id"]
        name = names[status] if figure in self._overdue else self.wording.name("status", status)
        return Markup('<span class="badge status-{}">{}</span>').format(status, name)

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
        return Markup("{} ({})").format(self.figure_link(figure), self.indicator(observation).lower() + note)

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
    """Every observation as a row. ``anchors``: these are the rows that links lead to, so they have no link."""
    text = teller.wording.text
    header = [text("What is counted"), text("Figure"), text("Time"), text("Status"), text("Reported as")]
    header += [text("Source"), text("Note")]
    if with_region:
        header.insert(0, text("Region"))
    rows = []
    for _, row in observations.iterrows():
        value = Markup("{}").format(teller.wording.value(row)) if anchors else teller.figure_link(row["figure_id"])
        status = teller.status(row) or teller.wording.name("status", str(row["status"]))
        printed = Markup('<span class="as-printed" lang="{}">{}</span>').format(
            _language(teller, row), row["as_printed"]
        )
        place = f"{row['place']}. " if row["place"] else ""
        cells = [teller.indicator(row), value, teller.when(row), status, printed]
        note = Markup('<span class="note">{}</span>').format(place + row["note"]) if place + row["note"] else ""
        cells += [teller.source_link(str(row["source"])), note]
        if with_region:
            cells.insert(0, teller.wording.name("regions", str(row["region"])))
        rows.append((anchor(row["figure_id"]) if anchors else "", cells))
    return html_table(caption, header, rows, numeric=(2,) if with_region else (1,))


def _language(teller: Teller, row: pd.Series) -> str:
    return str(teller.dataset.sources.set_index("source").at[str(row["source"]), "language"])


def measures_table(teller: Teller, measures: pd.DataFrame, caption: str, with_region: bool = False) -> Markup:
    """Every measure as a row: what, value, time, status and what it was made of."""
    text = teller.wording.text
    header = [text("What is computed"), text("Value"), text("Time"), text("Status"), text("Made of")]
    if with_region:
        header.insert(0, text("Region"))
    rows = []
    for _, row in measures.iterrows():
        status = teller.status(row) or teller.wording.name("status", str(row["status"]))
        when = teller.when(_dated_like_numerator(teller, row))
        made_of = Markup('<span class="made-of">{}</span>').format(teller.made_of(row))
        cells: list[Markup | str] = [teller.measure(row), teller.measure_value(row), when, status, made_of]
        if with_region:
            cells.insert(0, teller.wording.name("regions", str(row["region"])))
        rows.append(("", cells))
    return html_table(caption, header, rows, numeric=(2,) if with_region else (1,))


def _dated_like_numerator(teller: Teller, row: pd.Series) -> pd.Series:
    numerator = teller.observation(row["numerator"])
    dates = ["period_basis", "published"]
    return pd.concat([row.drop(dates, errors="ignore"), numerator[dates]])


def findings_list(teller: Teller, findings: pd.DataFrame) -> Markup:
    """Findings as a list, contradictions first, each with its code and links to its figures."""
    order = findings.assign(rank=findings["severity"].map({"error": 0, "warning": 1, "note": 2}).astype("int"))
    items = [_finding(teller, row) for _, row in order.sort_values(["rank", "code"], kind="stable").iterrows()]
    return Markup('<ul class="findings">{}</ul>').format(Markup("").join(items))


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
    return teller.wording.text(
        "undated, published between {first} and {last} ({reason})",
        first=teller.wording.day(source["published_earliest"].date()),
        last=teller.wording.day(source["published_latest"].date()),
        reason=source["date_basis"],
    )
