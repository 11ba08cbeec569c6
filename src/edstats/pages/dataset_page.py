"""What pages about the whole data set have in common: what they are made of, and how they are opened."""

from dataclasses import dataclass
from typing import Self

from edstats.dataset import Dataset
from edstats.editions import History
from edstats.pages.parameters import Parameters
from edstats.pages.views import dataset_view
from edstats.wording import Wording


@dataclass(frozen=True)
class DatasetPage:
    """A page about the whole data set, in the words of one language, with the editions up to now."""

    dataset: Dataset
    wording: Wording
    history: History

    @classmethod
    def open(cls, parameters: Parameters) -> Self:
        """The page that the parameters ask for. Raises ``UnknownParameter`` when nothing was published by then."""
        dataset = parameters.load()
        view = dataset_view(dataset).of(dataset, parameters.language)
        return cls(view, parameters.wording(view), parameters.read_history())
