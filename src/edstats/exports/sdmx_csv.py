"""The observations as an SDMX-CSV 2.0.0 data message, beside the structure message that says what its columns are.

https://github.com/sdmx-twg/sdmx-csv. The rows are written by pandas, which takes a million of them in its stride; the
structure message by sdmx1.
"""

import pandas as pd

from edstats.columns import plain_csv_text
from edstats.dataset import Dataset
from edstats.exports.sdmx_codes import Component, codelists, components
from edstats.exports.sdmx_structure import AGENCY, FLOW, VERSION, structure_message
from edstats.exports.sdmx_times import time_period


class ClashingKeys(ValueError):
    """Two observations that no dimension tells apart; the message names them."""


def sdmx_files(dataset: Dataset) -> dict[str, bytes]:
    """The files by name: ``observations.csv`` and ``structure.xml``. Raises ``ClashingKeys``."""
    table = data_message(dataset)
    return {"observations.csv": plain_csv_text(table).encode(), "structure.xml": structure_message(dataset)}


def data_message(dataset: Dataset) -> pd.DataFrame:
    """A row for each observation: ``STRUCTURE``, ``STRUCTURE_ID``, ``ACTION``, then a column for each component.

    Numbers are numbers and dates are dates; all else is text, codes where a component has a code list. Raises
    ``ClashingKeys``.
    """
    ids = {name: {code.text: code.id for code in codes} for name, codes in codelists(dataset).items()}
    table = pd.DataFrame(
        {
            "STRUCTURE": "dataflow",
            "STRUCTURE_ID": f"{AGENCY}:{FLOW}({VERSION})",
            "ACTION": "I",  # information: the rows as they are, as opposed to changes of rows sent before
            **{each.id: _column(dataset.observations[each.column], each, ids) for each in components()},
        },
        index=dataset.observations.index,
    )
    _check_keys(table, dataset.observations["figure_id"])
    return table


def _column(column: pd.Series, component: Component, ids: dict[str, dict[str, str]]) -> pd.Series:
    if component.role == "time":
        return column.map(time_period)
    if not component.codelist:
        return column
    # One list may serve columns whose empty cells have different codes.
    codes = {**ids[component.codelist], "": component.empty}
    return pd.Series([codes[text] for text in column.astype("str")], index=column.index, dtype="str")


def _check_keys(table: pd.DataFrame, figures: pd.Series) -> None:
    key = [component.id for component in components() if component.is_key]
    alike = table.duplicated(key, keep=False)
    if alike.any():
        rows = table[alike].groupby(key, sort=False, observed=True).ngroup()
        clash = figures[alike][rows == 0].tolist()
        raise ClashingKeys(f"no dimension of SDMX tells these figures apart: {', '.join(clash)}")
