"""Observations as plain records, for what looks at them one by one.

A row of a data frame costs some hundred times what a tuple costs, and a filter of the whole frame for each row makes
time grow with the square of the rows. Comparisons therefore group records once, and look figures up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

Item = TypeVar("Item")
Key = TypeVar("Key")


class Figure(NamedTuple):
    """One observation: columns of ``observations`` under their names, and ``row``, its place in the frame.

    Days are midnights; ``published`` is NaT, ``value_high`` and ``precision`` are NaN where there is none.
    """

    row: int
    figure_id: str
    source: str
    region: str
    territory: str
    indicator: str
    group: str
    works: str
    counted: str
    share_of: str
    programme: str
    place: str
    status: str
    value: float
    value_high: float
    qualifier: str
    unit: str
    precision: float
    period: str
    period_start: datetime
    period_end: datetime
    period_basis: str
    published: datetime
    published_latest: datetime
    as_printed: str


def figures_of(observations: pd.DataFrame) -> list[Figure]:
    """The rows of ``observations`` in their order; ``row`` counts from 0 whatever the index."""
    columns = (_plain(observations[name]) for name in Figure._fields[1:])
    return list(map(Figure._make, zip(range(len(observations)), *columns, strict=True)))


def _plain(column: pd.Series) -> list[Any]:
    """The column's values; equal ones are one object, of which a large table has few and many rows."""
    numbers, values = pd.factorize(column, use_na_sentinel=False)
    distinct = values.to_pydatetime() if isinstance(values, pd.DatetimeIndex) else values.to_numpy(dtype="object")
    return cast("list[Any]", np.asarray(distinct, dtype="object")[numbers].tolist())


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Figures, or what stands for them, by ``key``: groups in the order of their first, each in the order given."""
    groups = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)
