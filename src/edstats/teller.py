"""Says what rows of a data set mean, in one language, with links to where each number comes from."""

import textwrap
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd
from markupsafe import Markup

from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.selection import CELL_COLUMNS
from edstats.tables import SOURCES_PAGE, anchor, source_anchor
from edstats.wording import Wording

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
    def _observations(self) -> dict[str, pd.Series]:
        rows = self.dataset.observations
        return {str(row["figure_id"]): row for _, row in rows.iterrows()}

    @cached_property
    def _sources(self) -> dict[str, pd.Series]:
        return {str(row["source"]): row for _, row in self.dataset.sources.iterrows()}

    def observation(self, figure_id: str) -> pd.Series:
        """The observation of that identifier. Raises ``KeyError`` when there is none."""
        return self._observations[figure_id]

    def source(self, source: str) -> pd.Series:
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

    def indicator(self, row: pd.Series) -> str:
        """What an observation counts: indicator, group, works, programme, what is counted and the place, if any."""
        name = self.wording.name("indicators", str(row["indicator"]))
        if str(row["share_of"]):
            whole = lower_first(self.wording.name("indicators", str(row["share_of"])))
            name = self.wording.text("{part}, share of all {whole}", part=name, whole=whole)
        return name + self.particulars(row) + (f", {self.wording.note(row['place'])}" if row["place"] else "")

    def measure(self, row: pd.Series) -> str:
        """What a measure says: its name, group, works, programme and what is counted."""
        facility = self.wording.facility_measure(str(row["measure"])) if str(row["counted"]) == "facility" else ""
        if facility:  # the name says what is counted
            return facility + self.measure_particulars(row.where(row.index != "counted", ""))
        return self.wording.name("measures", str(row["measure"])) + self.measure_particulars(row)

    def measure_particulars(self, row: pd.Series) -> str:
        """What a measure says besides its name, in brackets."""
        own = str(read_table("measures").set_index("measure").at[str(row["measure"]), "numerator_groups"])
        return self.particulars(row, said=own)

    def area(self, row: pd.Series) -> str:
        """The territory of a measure, and whether education facilities stand in the place of schools."""
        name = self.wording.name("territories", str(row["territory"]))
        facility = str(row["counted"]) == "facility"
        return f"{name} ({self.wording.name('counted', 'facility')})" if facility else name

    def measure_labels(self, measures: pd.DataFrame) -> list[str]:
        """What each of several measures says; those alike in all but a programme without a name get their note."""
        labels = pd.Series([self.measure(row) for _, row in measures.iterrows()], measures.index, dtype="object")
        alike = pd.DataFrame({"label": labels, "region": measures["region"].astype("str")})
        programmes = measures["programme"].astype("str").groupby([alike["label"], alike["region"]]).transform("nunique")
        return [
            label + self._short_note(row) if count > 1 else label
            for count, label, (_, row) in zip(programmes, labels, measures.iterrows(), strict=True)
        ]

    def _short_note(self, row: pd.Series) -> str:
        """The note of a measure's numerator, cut to a length that a label can bear."""
        note = self.wording.note(str(self.observation(row["numerator"])["note"])).partition(";")[0]
        return f": {textwrap.shorten(note, NOTE_LENGTH, placeholder=' …')}" if note else ""

    def particulars(self, row: pd.Series, said: str = "") -> str:
        """The details of a row in brackets, behind a space; nothing where there are none."""
        details = self.details(row, said)
        return f" ({details})" if details else ""

    def details(self, row: pd.Series, said: str = "") -> str:
        """Group (unless it is the one already ``said``), works, programme, and facilities where they are counted."""
        # Programmes without a name only tie rows of one source together.
        known = set(read_table("programmes")["programme"]) & {str(row["programme"])}
        group = str(row["group"]) if str(row["group"]) != said else ""
        listed = (("groups", group), ("works", str(row["works"])), ("programmes", "".join(known)))
        names = [self.wording.name(table, code) for table, code in listed if code]
        if str(row["counted"]) == "facility":
            names.append(self.wording.name("counted", "facility"))
        return "; ".join(names)

    # --- how much, when ----------------------------------------------------------------------------------------------

    def measure_value(self, row: pd.Series) -> str:
        """The value of a measure, rounded as the codebook says."""
        if str(row["counted"]) == "facility" and str(row["unit"]) == "school":
            row = row.where(row.index != "unit", "facility")
        return self.wording.value(row, _decimals()[str(row["measure"])])

    def number(self, row: pd.Series) -> str:
        """The value of a measure (a row with ``measure``) or of an observation."""
        return self.measure_value(row) if "measure" in row else self.wording.value(row)

    def what(self, row: pd.Series) -> str:
        """What a measure (a row with ``measure``) says, or what an observation counts."""
        return self.measure(row) if "measure" in row else self.indicator(row)

    def when(self, row: pd.Series) -> str:
        """The time that a row is about, a measure's that of its numerator; "about" for pages that print no date."""
        if "measure" in row:
            dates = ["period_basis", "published"]
            row = pd.concat([row.drop(dates, errors="ignore"), self.observation(row["numerator"])[dates]])
        return self.wording.period(row)

    def status(self, row: pd.Series) -> Markup:
        """Planned, under way or target as a badge; nothing for what is reported as fact."""
        words = self.status_words(row)
        return Markup('<span class="badge status-{}">{}</span>').format(row["status"], words) if words else Markup("")

    def status_words(self, row: pd.Series) -> str:
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

    def also_reported(self, row: pd.Series) -> list[str]:
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

    def doubts(self, figure_id: str) -> list[str]:
        """What kinds of findings there are about a figure: "contradiction", "to keep in mind"."""
        return [self.wording.name("severity", severity) for severity in self._doubted.get(figure_id, [])]

    def findings_link(self) -> str:
        """Where the findings about this page's figures stand."""
        return "#findings" if self.figures else f"{SOURCES_PAGE}#findings"


@cache
def _decimals() -> dict[str, int]:
    """To how many decimal places each measure is shown."""
    rules = read_table("measures")
    return dict(zip(rules["measure"], rules["decimals"].astype("int"), strict=True))


def _cell(row: pd.Series) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in CELL_COLUMNS)


def lower_first(name: str) -> str:
    """The name as it stands within a sentence."""
    return name[:1].lower() + name[1:]
