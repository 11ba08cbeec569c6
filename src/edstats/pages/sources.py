"""The page of sources: which documents there are, what each prints, and what contradicts what."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from edstats.dataset import Dataset
from edstats.pages.parameters import Parameters
from edstats.pages.sections import method, paragraph, section
from edstats.tables import Html, Teller, figures_table, findings_list, published, source_anchor
from edstats.wording import Wording


@dataclass(frozen=True)
class SourcesPage:
    """Parts of the sources page, in the order in which the notebook shows them."""

    dataset: Dataset
    wording: Wording

    @classmethod
    def open(cls, parameters: Parameters) -> "SourcesPage":
        """The page that the parameters ask for. Raises ``UnknownParameter`` when nothing was published by then."""
        return cls(parameters.load(), parameters.wording)

    @property
    def _teller(self) -> Teller:
        figures, sources = self.dataset.observations["figure_id"], self.dataset.sources["source"]
        return Teller(self.dataset, self.wording, frozenset(figures), frozenset(sources))

    def lead(self) -> Html:
        """How many documents and figures there are."""
        sources = self.wording.plural("{count} document", "{count} documents", len(self.dataset.sources))
        figures = self.wording.plural("{count} figure", "{count} figures", len(self.dataset.observations))
        lead = self.wording.text(
            "{sources} with {figures}, published up to {day}. The words under “Reported as” are the source's.",
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
        return Html(Markup("").join(self._document(row) for _, row in newest.iterrows()))

    def _document(self, source: pd.Series) -> Markup:
        text = self.wording.text
        title = Markup('<cite lang="{}">{}</cite>').format(source["language"], source["title"])
        if source["url"].startswith(("https://", "http://")):
            title = Markup('<a href="{}" rel="external">{}</a>').format(source["url"], title)
        details = [
            published(self._teller, source),
            self.wording.name("publisher_type", str(source["publisher_type"])),
            self.wording.name("language", str(source["language"])),
            source["note"],
        ]
        rows = self.dataset.observations[self.dataset.observations["source"] == source["source"]]
        caption = text("Figures of {publisher}", publisher=source["publisher"])
        about = Markup("<p>{}. {}.</p>").format(title, "; ".join(filter(None, details)))
        table = figures_table(self._teller, rows, caption, anchors=True, with_region=True)
        return section(source_anchor(source["source"]), source["publisher"], about, table).text

    def method(self) -> Html:
        """How numbers get here."""
        return method(self.wording)
