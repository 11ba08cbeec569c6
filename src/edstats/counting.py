"""Numbers of things as the command line says them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edstats.dataset import Dataset


def counted(count: int, noun: str) -> str:
    """``1 fault``, ``2 faults``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def size(dataset: "Dataset") -> str:
    """How many observations, sources, measures and findings a data set has."""
    return (
        f"{counted(len(dataset.observations), 'observation')} from {counted(len(dataset.sources), 'source')}, "
        f"{counted(len(dataset.measures), 'measure')}, {counted(len(dataset.findings), 'finding')}"
    )
