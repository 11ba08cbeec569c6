"""Parts that several page kinds share: headings, charts of measures, sentences about coverage."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import ChartText, Mark, Row, Scale
from edstats.codebook import read_table
from edstats.columns import csv_text
from edstats.lookups import entries_of
from edstats.pages.headings import years_between
from edstats.tables import Html, plain_table
from edstats.teller import Teller
from edstats.totals import applies
from edstats.wording import Record, Wording, is_missing

# What is so comes before what is only planned or aimed at.
STATUS_RANK = {"actual": 0, "started": 1, "planned": 2, "target": 3}
# Columns of a chart's data, besides the label and the number in words.
MARK_COLUMNS = ("value", "high", "qualifier", "unit", "period", "status", "figures")


def of_topic(table: str, topic: str) -> list[str]:
    """The codes of a topic in ``indicators`` or ``measures``."""
    return [code for code, entry in entries_of(table, table.removesuffix("s")).items() if entry["topic"] == topic]


def years_of(rows: Sequence[Record]) -> str:
    """The years that measures or observations are about: "2024", "2018–2026"."""
    return years_between(min(row["period_start"] for row in rows), max(row["period_end"] for row in rows))


def section(identifier: str, title: str, *parts: Markup) -> Html:
    """A section with a heading that can be linked to."""
    body = Markup("").join(parts)
    return Html(Markup('<section><h2 id="{}">{}</h2>{}</section>').format(identifier, title, body))


def paragraph(text: str | Markup, kind: str = "") -> Markup:
    """A paragraph; ``kind`` is its class."""
    return Markup('<p class="{}">{}</p>').format(kind, text) if kind else Markup("<p>{}</p>").format(text)


def heading(text: str) -> Markup:
    """A heading within a section."""
    return Markup("<h3>{}</h3>").format(text)


def bullets(items: Sequence[str | Markup]) -> Markup:
    """A list of sentences."""
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(item) for item in items))


def percent_scale(wording: Wording) -> Scale:
    """An axis from 0 to 100 percent."""
    return Scale(0, 103, tuple((tick, wording.quantity(tick, "percent", 0)) for tick in (0, 50, 100)))


@dataclass(frozen=True)
class ChartBuilder:
    """Makes charts whose marks, words, source line and data all come from the same rows.

    ``words`` of a chart has identifier, title (its finding) and subtitle (measure, place, period).
    """

    teller: Teller

    def mark(self, row: Record, label: str = "", focus: bool = True, particulars: str = "") -> Mark:
        """A measure (a row with ``measure``) or an observation as a mark; ``particulars`` stand behind its time."""
        teller = self.teller
        time = ", ".join(filter(None, [teller.status_words(row), teller.when(row)]))
        time = "; ".join(filter(None, [time, particulars]))
        parts = [row["numerator"], row["denominator"]] if "measure" in row else [row["figure_id"]]
        return Mark(
            label=label,
            value=float(row["value"]),
            words=f"{teller.number(row)} ({time})",
            status=str(row["status"]),
            focus=focus,
            qualifier=str(row["qualifier"]),
            high=float(row["value_high"]) if not is_missing(row["value_high"]) else None,
            unit=str(row["unit"]),
            period=str(row["period"]),
            figures=" ".join(filter(None, parts)),
        )

    def bars(self, marks: Sequence[Mark], words: dict[str, str]) -> Markup:
        """A chart of bars."""
        return charts.bars(marks, self._text([(mark.label, mark) for mark in marks], words))

    def dots(
        self, rows: Sequence[Row], words: dict[str, str], scale: Scale | None = None, others: Sequence[Mark] = ()
    ) -> Markup:
        """A chart of dots, on an axis of percent unless told otherwise.

        ``others``: the marks behind the rows' grey dots, for the chart's data.
        """
        marks = [(row.label, mark) for row in rows for mark in row.marks] + [(mark.label, mark) for mark in others]
        return charts.dots(rows, self._text(marks, words), scale or percent_scale(self.teller.wording))

    def _text(self, marks: Sequence[tuple[str, Mark]], words: dict[str, str]) -> ChartText:
        figures = [figure for _, mark in marks for figure in mark.figures.split()]
        data = [(label, mark.words) for label, mark in marks]
        # A mark without a label of its own is told by its row.
        rows = [{**asdict(mark), "label": mark.label or label, "number": mark.words} for label, mark in marks]
        table = pd.DataFrame(rows)[["label", "number", *MARK_COLUMNS]]
        return self.text(data, figures, words, table.rename(columns={"high": "value_high"}))

    def text(
        self, data: Sequence[tuple[str, str]], figures: Sequence[str], words: dict[str, str], table: pd.DataFrame
    ) -> ChartText:
        """What stands around a drawing of ``data`` (label and number in words), made of the figures ``figures``.

        ``table`` is the data to download.
        """
        teller, text = self.teller, self.teller.wording.text
        sources = dict.fromkeys(str(teller.observation(figure)["source"]) for figure in figures)
        publishers = [str(teller.publisher(source)) for source in sources]
        links = Markup(", ").join(
            teller.dated_source(source) if publishers.count(publisher) > 1 else teller.source_link(source)
            for source, publisher in zip(sources, publishers, strict=True)
        )
        shown = plain_table(words["title"], [text("What"), text("Figure")], data)
        alternative = text(
            "Chart: {title}. Its {count} numbers stand in the table below it.",
            title=words["title"],
            count=len(data),
        )
        return ChartText(
            identifier=words["identifier"],
            title=words["title"],
            subtitle=words["subtitle"],
            alternative=alternative,
            source=Markup("{}: {}").format(text("Source"), links),
            data_heading=text("The same data as a table"),
            data=shown,
            csv=csv_text(table),
            csv_label=text("Download as CSV"),
        )


def coverage_sentence(teller: Teller, reporting: set[str], indicators: Sequence[str]) -> str:
    """For how many of the regions to which all ``indicators`` apply a value is reported, and to which they do not."""
    regions = read_table("regions").query("type != 'country'")["region"]
    asked = [region for region in regions if all(applies(indicator, region) for indicator in indicators)]
    count = len(reporting & set(asked))
    sentence = teller.wording.plural(
        "{count} of {asked} regions reports this.",
        "{count} of {asked} regions report this.",
        count,
        asked=str(len(asked)),
    )
    outside = [teller.wording.name("regions", region) for region in regions if region not in asked]
    if outside:
        sentence += " " + teller.wording.text("It does not apply to {regions}.", regions=", ".join(outside))
    return sentence
