"""Says what rows of a data set mean, in one language, with links to where each number comes from."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats.dataset import Dataset
from edstats.lookups import entries_of
from edstats.selection import CELL_COLUMNS
from edstats.tables import SOURCES_PAGE, anchor, source_anchor
from edstats.wording import Record, Wording

NOTE_LENGTH = 70


@dataclass(frozen=True)
class Teller:
    """Says what rows mean.

    ``figures`` and ``sources`` name what has its place on this page; links to all others lead to the page of sources.
    """

    dataset: Dataset
    wording: Wording
    figures: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    @cached_property
    def _observations(self) -> dict[str, Record]:
        return {row["figure_id"]: row for row in self.dataset.observations.to_dict("records")}

    @cached_property
    def _sources(self) -> dict[str, Record]:
        return {row["source"]: row for row in self.dataset.sources.to_dict("records")}

    def observation(self, figure_id: str) -> Record:
        """The observation of that identifier. Raises ``KeyError`` when there is none."""
        return self._observations[figure_id]

    def source(self, source: str) -> Record:
        """The source of that name. Raises ``KeyError`` when there is none."""
        return self._sources[source]

    # --- links -------------------------------------------------------------------------------------------------------

    def figure_link(self, figure_id: str) -> Markup:
        """The figure's value, linked to its place."""
        value = self.wording.value(self.observation(figure_id))
        page = "" if figure_id in self.figures else SOURCES_PAGE
        return Markup('<a href="{}#{}">{}</a>').format(page, anchor(figure_id), value)

    def source_link(self, source: str) -> Markup:
        """The source's publisher, linked to its entry."""
        page = "" if source in self.sources else SOURCES_PAGE
        link = Markup('<a href="{}#{}">{}</a>')
        return link.format(page, source_anchor(source), self.publisher(source))

    def publisher(self, source: str) -> Markup | str:
        """Who published a source: a name as printed, or its description in the reader's language."""
        return self.wording.note(str(self.source(source)["publisher"]))

    def dated_source(self, source: str) -> Markup:
        """The source's publisher, linked to its entry, with the date of publication."""
        return Markup("{}, {}").format(self.source_link(source), self.wording.published(self.source(source)))

    def note(self, english: str) -> Markup | str:
        """What a person wrote in ``data/raw``, in the reader's language; else as it stands, marked as English."""
        known = self.wording.language == "en" or english in self.wording.notes or not english
        return self.wording.note(english) if known else Markup('<span lang="en">{}</span>').format(english)

    # --- what is counted ---------------------------------------------------------------------------------------------

    def indicator(self, row: Record) -> str:
        """What an observation counts: indicator, group, works, programme, what is counted and the place, if any."""
        name = self.wording.name("indicators", str(row["indicator"]))
        if str(row["share_of"]):
            whole = lower_first(self.wording.name("indicators", str(row["share_of"])))
            name = self.wording.text("{part}, share of all {whole}", part=name, whole=whole)
        return name + self.particulars(row) + (f", {self.wording.note(row['place'])}" if row["place"] else "")

    def measure(self, row: Record) -> str:
        """What a measure says: its name, group, works, programme and what is counted."""
        facility = self.wording.facility_measure(str(row["measure"])) if str(row["counted"]) == "facility" else ""
        if facility:  # the name says what is counted
            return facility + self.measure_particulars({**row, "counted": ""})
        return self.wording.name("measures", str(row["measure"])) + self.measure_particulars(row)

    def measure_particulars(self, row: Record) -> str:
        """What a measure says besides its name, in brackets."""
        return self.particulars(row, said=entries_of("measures", "measure")[row["measure"]]["numerator_groups"])

    def area(self, row: Record) -> str:
        """The territory of a measure, and whether education facilities stand in the place of schools."""
        name = self.wording.name("territories", str(row["territory"]))
        facility = str(row["counted"]) == "facility"
        return f"{name} ({self.wording.name('counted', 'facility')})" if facility else name

    def measure_labels(self, measures: Sequence[Record]) -> list[str]:
        """What each of several measures says; those alike in all but a programme without a name get their note."""
        alike = [(self.measure(row), str(row["region"])) for row in measures]
        programmes: dict[tuple[str, str], set[str]] = {}
        for key, row in zip(alike, measures, strict=True):
            programmes.setdefault(key, set()).add(str(row["programme"]))
        return [
            key[0] + self._short_note(row) if len(programmes[key]) > 1 else key[0]
            for key, row in zip(alike, measures, strict=True)
        ]

    def _short_note(self, row: Record) -> str:
        """The note of a measure's numerator, cut to a length that a label can bear."""
        note = self.wording.note(str(self.observation(row["numerator"])["note"])).partition(";")[0]
        return f": {textwrap.shorten(note, NOTE_LENGTH, placeholder=' …')}" if note else ""

    def particulars(self, row: Record, said: str = "") -> str:
        """The details of a row in brackets, behind a space; nothing where there are none."""
        details = self.details(row, said)
        return f" ({details})" if details else ""

    def details(self, row: Record, said: str = "") -> str:
        """Group (unless it is the one already ``said``), works, programme, and facilities where they are counted."""
        # Programmes without a name only tie rows of one source together.
        programme = row["programme"] if row["programme"] in entries_of("programmes", "programme") else ""
        group = str(row["group"]) if str(row["group"]) != said else ""
        listed = (("groups", group), ("works", str(row["works"])), ("programmes", programme))
        names = [self.wording.name(table, code) for table, code in listed if code]
        if str(row["counted"]) == "facility":
            names.append(self.wording.name("counted", "facility"))
        return "; ".join(names)

    # --- how much, when ----------------------------------------------------------------------------------------------

    def measure_value(self, row: Record) -> str:
        """The value of a measure, rounded as the codebook says."""
        if str(row["counted"]) == "facility" and str(row["unit"]) == "school":
            row = {**row, "unit": "facility"}
        return self.wording.value(row, int(entries_of("measures", "measure")[row["measure"]]["decimals"]))

    def number(self, row: Record) -> str:
        """The value of a measure (a row with ``measure``) or of an observation."""
        return self.measure_value(row) if "measure" in row else self.wording.value(row)

    def what(self, row: Record) -> str:
        """What a measure (a row with ``measure``) says, or what an observation counts."""
        return self.measure(row) if "measure" in row else self.indicator(row)

    def when(self, row: Record) -> str:
        """The time that a row is about, a measure's that of its numerator; "about" for pages that print no date."""
        if "measure" in row:
            numerator = self.observation(row["numerator"])
            row = {**row, "period_basis": numerator["period_basis"], "published": numerator["published"]}
        return self.wording.period(row)

    def status(self, row: Record) -> Markup:
        """Planned, under way or target as a badge; nothing for what is reported as fact."""
        words = self.status_words(row)
        return Markup('<span class="badge status-{}">{}</span>').format(row["status"], words) if words else Markup("")

    def status_words(self, row: Record) -> str:
        """Planned, under way or target in words, or what is told of a plan's outcome; nothing for a fact."""
        status = str(row["status"])
        if status == "actual":
            return ""
        text = self.wording.text
        overdue = {
            "planned": text("planned then; outcome not reported"),
            "target": text("target then; outcome not reported"),
        }
        past = {"planned": text("planned then"), "target": text("target then")}
        figure = row["numerator"] if "numerator" in row else row["figure_id"]
        if figure in self._overdue:
            return overdue[status]
        if row["period_end"] < pd.Timestamp(self.dataset.as_of):
            return past.get(status, self.wording.name("status", status))
        return self.wording.name("status", status)

    @cached_property
    def _overdue(self) -> frozenset[str]:
        """Plans and targets whose time has passed without a word of what came of them."""
        findings = self.dataset.findings
        return frozenset(" ".join(findings.loc[findings["code"] == "EDS-107", "figures"]).split())

    # --- what else is known ------------------------------------------------------------------------------------------

    @cached_property
    def _cells(self) -> dict[tuple[str, ...], list[str]]:
        """The figures of each cell: one thing, one place, one time."""
        cells: dict[tuple[str, ...], list[str]] = {}
        for figure_id, row in self._observations.items():
            cells.setdefault(_cell(row), []).append(figure_id)
        return cells

    def also_reported(self, row: Record) -> list[str]:
        """The figures of other sources about the same thing and time as an observation."""
        return [
            figure_id for figure_id in self._cells[_cell(row)] if self.observation(figure_id)["source"] != row["source"]
        ]

    @cached_property
    def _doubted(self) -> dict[str, list[str]]:
        """The severities of the findings about each figure, plans without an outcome apart: their status says so."""
        doubted: dict[str, list[str]] = {}
        rows = self.dataset.findings[["code", "severity", "figures"]].astype("str")
        for code, severity, figures in rows.itertuples(index=False):
            for figure in figures.split():
                if code != "EDS-107" and severity not in doubted.setdefault(figure, []):
                    doubted[figure].append(severity)
        return doubted

    @cached_property
    def _corrections(self) -> dict[str, list[Record]]:
        corrections: dict[str, list[Record]] = {}
        for row in self.dataset.corrections.to_dict("records"):
            corrections.setdefault(f"{row['source']}#{row['figure']}", []).append(row)
        return corrections

    def corrections(self, figure_id: str) -> Sequence[Record]:
        """What was corrected in the row of the source, one column each."""
        return self._corrections.get(figure_id, ())

    @cached_property
    def _entered(self) -> frozenset[str]:
        return frozenset(self.dataset.translations["text"])

    def is_entered(self, text: str) -> bool:
        """Whether people wrote the text beside the figures, so that no source prints it."""
        return text in self._entered

    def doubts(self, figure_id: str) -> list[str]:
        """What kinds of findings there are about a figure: "contradiction", "to keep in mind"."""
        return [self.wording.name("severity", severity) for severity in self._doubted.get(figure_id, [])]

    def findings_link(self) -> str:
        """Where the findings about this page's figures stand."""
        return "#findings" if self.figures else f"{SOURCES_PAGE}#findings"


def _cell(row: Record) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in CELL_COLUMNS)


def lower_first(name: str) -> str:
    """The name as it stands within a sentence."""
    return name[:1].lower() + name[1:]


def upper_first(name: str) -> str:
    """The name as it stands at the head of a chart or a sentence."""
    return name[:1].upper() + name[1:]
