"""The page of sources: which documents there are, what each prints, and what contradicts what."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from edstats.entries import figure_entries
from edstats.listings import about_source, findings_list
from edstats.pages import closing
from edstats.pages.dataset_page import DatasetPage
from edstats.pages.headings import changes_heading, sources_heading
from edstats.pages.news import changes_of_all_editions, what_is_new
from edstats.pages.sections import paragraph, section
from edstats.tables import Html, source_anchor
from edstats.teller import Teller
from edstats.wording import Record


@dataclass(frozen=True)
class SourcesPage(DatasetPage):
    """Parts of the sources page, in the order in which the notebook shows them."""

    @cached_property
    def _teller(self) -> Teller:
        figures, sources = self.dataset.observations["figure_id"], self.dataset.sources["source"]
        return Teller(self.dataset, self.wording, frozenset(figures), frozenset(sources))

    def lead(self) -> Html:
        """How many documents and figures there are."""
        sources = self.wording.plural("{count} document", "{count} documents", len(self.dataset.sources))
        figures = self.wording.plural("{count} figure", "{count} figures", len(self.dataset.observations))
        lead = self.wording.text(
            "{sources} with {figures}, published up to {day}. Each figure opens to the words it was printed in.",
            sources=sources,
            figures=figures,
            day=self.wording.day(self.dataset.as_of),
        )
        return Html(paragraph(lead, "lead"))

    def findings(self) -> Html:
        """All contradictions and doubts."""
        return section(
            "findings",
            self.wording.text("Contradictions and doubts"),
            findings_list(self._teller, self.dataset.findings),
        )

    def documents(self) -> Html:
        """A section for each document, the newest first, with all its figures."""
        newest = self.dataset.sources.sort_values(["published_latest", "source"], ascending=[False, True])
        figures = dict(iter(self.dataset.observations.groupby("source", observed=True)))
        none = self.dataset.observations.head(0)
        documents = (self._document(row, figures.get(row["source"], none)) for row in newest.to_dict("records"))
        return Html(Markup("").join(documents))

    def _document(self, source: Record, rows: pd.DataFrame) -> Markup:
        about = paragraph(about_source(self._teller, source))
        entries = figure_entries(self._teller, rows, anchors=True, with_region=True)
        name = f"{self._teller.publisher(str(source['source']))}, {self.wording.published(source)}"
        return section(source_anchor(source["source"]), name, about, entries).text

    def new(self) -> Html:
        """What has changed since the edition before."""
        return what_is_new(self._teller, self.history)

    def download(self) -> Html:
        """Everything as CSV."""
        text = self.wording.text
        tables = {
            "observations": (text("All figures"), self.dataset.observations),
            "sources": (text("Sources"), self.dataset.sources),
            "measures": (text("Measures computed from them"), self.dataset.measures),
            "findings": (text("Contradictions and doubts"), self.dataset.findings),
        }
        return closing.download(self.wording, tables)

    def method(self) -> Html:
        """How numbers get here."""
        return closing.method(self.wording)

    def limits(self) -> Html:
        """What the numbers are good for and what not."""
        return closing.limits(self._teller, self.dataset.observations)

    def cite(self) -> Html:
        """How to name the page as a source."""
        return closing.cite(self._teller, sources_heading(self.wording))


@dataclass(frozen=True)
class ChangesPage(DatasetPage):
    """Parts of the page that tells what each edition changed."""

    def lead(self) -> Html:
        """What an edition is."""
        lead = self.wording.text(
            "Each time these pages are made from other figures than before, that is an edition. A figure is new, "
            "revised (its source or its reading was entered otherwise), corrected (an error of the source was "
            "declared), or gone; where people have given a reason, it stands in brackets."
        )
        return Html(paragraph(lead, "lead"))

    def editions(self) -> Html:
        """The editions, the newest first."""
        return changes_of_all_editions(Teller(self.dataset, self.wording), self.history)

    def download(self) -> Html:
        """The changes as CSV."""
        text = self.wording.text
        tables = {
            "editions": (text("Editions"), self.history.editions),
            "changes": (text("Changes"), self.history.changes),
        }
        return closing.download(self.wording, tables)

    def cite(self) -> Html:
        """How to name the page as a source."""
        return closing.cite(Teller(self.dataset, self.wording), changes_heading(self.wording))
