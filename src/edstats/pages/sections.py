"""Parts that several page kinds share: headings, charts of measures, sentences about coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from edstats import charts
from edstats.charts import PERCENT, ChartText, Mark, Row, Scale
from edstats.codebook import read_table
from edstats.tables import Html, Teller, html_table
from edstats.totals import applies
from edstats.wording import Wording

# What is so comes before what is only planned or aimed at.
STATUS_RANK = {"actual": 0, "started": 1, "planned": 2, "target": 3}


def page_name(region: str) -> str:
    """Name of a region's page, without ending: its short English name in small letters."""
    regions = read_table("regions").set_index("region")
    return str(regions.at[region, "short_en"]).lower().replace(" ", "-")


def section(identifier: str, title: str, *parts: Markup) -> Html:
    """A section with a heading that can be linked to."""
    body = Markup("").join(parts)
    return Html(Markup('<section><h2 id="{}">{}</h2>{}</section>').format(identifier, title, body))


def paragraph(text: str, kind: str = "") -> Markup:
    """A paragraph; ``kind`` is its class."""
    return Markup('<p class="{}">{}</p>').format(kind, text) if kind else Markup("<p>{}</p>").format(text)


@dataclass(frozen=True)
class ChartBuilder:
    """Makes charts whose marks, words, source line and data table all come from the same rows."""

    teller: Teller

    def measure_mark(self, row: pd.Series, label: str, focus: bool = True) -> Mark:
        """A measure as a mark."""
        teller = self.teller
        words = f"{teller.measure_value(row)} ({self._time(row)})"
        return _mark(row, label, words, focus)

    def observation_mark(self, row: pd.Series, label: str, focus: bool = True) -> Mark:
        """An observation as a mark."""
        words = f"{self.teller.wording.value(row)} ({self._time(row)})"
        return _mark(row, label, words, focus)

    def _time(self, row: pd.Series) -> str:
        numerator = self.teller.observation(row["numerator"]) if "numerator" in row else row
        return ", ".join(filter(None, [self.teller.status_words(row), self.teller.when(numerator)]))

    def bars(self, marks: Sequence[Mark], figures: Sequence[str], words: dict[str, str]) -> Markup:
        """A chart of bars; ``words`` has identifier, title and subtitle, ``figures`` the figure_ids behind it."""
        return charts.bars(marks, self.text([(mark.label, mark.words) for mark in marks], figures, words))

    def dots(
        self, rows: Sequence[Row], figures: Sequence[str], words: dict[str, str], scale: Scale = PERCENT
    ) -> Markup:
        """A chart of dots; ``words`` and ``figures`` as for bars."""
        data = [(row.label, mark.words) for row in rows for mark in row.marks]
        return charts.dots(rows, self.text(data, figures, words), scale)

    def text(self, data: Sequence[tuple[str, str]], figures: Sequence[str], words: dict[str, str]) -> ChartText:
        """What stands around a drawing of ``data`` (label and number in words)."""
        teller, text = self.teller, self.teller.wording.text
        sources = dict.fromkeys(str(teller.observation(figure)["source"]) for figure in figures)
        links = Markup(", ").join(teller.source_link(source) for source in sources)
        # Every other column says in words what the mark shows.
        table = html_table(words["title"], [text("What"), text("Figure")], [("", row) for row in data])
        listed = "; ".join(f"{label}: {number}" for label, number in data)
        return ChartText(
            identifier=words["identifier"],
            title=words["title"],
            subtitle=words["subtitle"],
            alternative=text("Chart. {subtitle}. {data}.", subtitle=words["subtitle"], data=listed),
            source=Markup("{}: {}").format(text("Source"), links),
            data_heading=text("The same data as a table"),
            data=table,
        )


def _mark(row: pd.Series, label: str, words: str, focus: bool) -> Mark:
    high = float(row["value_high"]) if pd.notna(row["value_high"]) else None
    return Mark(label, float(row["value"]), words, str(row["status"]), focus, str(row["qualifier"]), high)


def measure_figures(rows: pd.DataFrame) -> list[str]:
    """The figure_ids that measures were made of."""
    return [figure for figure in [*rows["numerator"], *rows["denominator"]] if figure]


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


def method(wording: Wording) -> Html:
    """How a number gets onto a page, in short."""
    rules = [
        wording.text("A person enters each figure as the source prints it; a program reads it, and never changes it."),
        wording.text(
            "Where the source gives no period, its date of publication stands; “about” marks undated sources."
        ),
        wording.text("Planned, begun and finished are kept apart; a plan is never shown as a result."),
        wording.text("Money is divided by schools only where one source ties the two together."),
        wording.text(
            "Where sources differ, all are kept and one is preferred: the newest period, then the finer number."
        ),
        wording.text("What is not reported is said in words; it is never zero."),
    ]
    items = Markup("").join(Markup("<li>{}</li>").format(rule) for rule in rules)
    return section("method", wording.text("How a number is made"), Markup("<ul>{}</ul>").format(items))
