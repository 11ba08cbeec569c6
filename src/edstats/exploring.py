"""What an analyst asks of a data set in a notebook: a part of it, regions side by side, where a number comes from.

Regions, indicators and measures go by their codes or by their names in English, Russian or Kazakh.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from markupsafe import Markup

from edstats.counting import counted
from edstats.dataset import Dataset, PartOfDataset, translated_notes
from edstats.editions import History
from edstats.entries import described, figure_facts
from edstats.faults import nearest
from edstats.lookups import codes_by_name, entries_of
from edstats.pages.comparison import ComparisonPage
from edstats.places import UnknownPlace, read_place
from edstats.tables import Html
from edstats.teller import Teller
from edstats.wording import Record, Wording, languages

# Links to places on a page of the reports, which a notebook does not have.
_LINK_WITHIN = re.compile(r'<a href="(?:[a-z]+\.html)?#[^"]*">(.*?)</a>', re.DOTALL)
# Of the rows behind a comparison, what an analyst goes on with; the rest stands in the data set.
_COMPARED = (
    *("what", "area", "region", "territory", "value", "value_high", "qualifier", "unit", "status", "group"),
    *("works", "counted", "share_of", "programme", "period", "period_start", "period_end", "use", "figures"),
)
_PRINTED = ("what", "area", "value", "value_high", "qualifier", "unit", "status", "group", "works", "period", "use")
_TRACED = (
    *("figure_id", "region", "territory", "place", "indicator", "group", "works", "counted", "share_of", "programme"),
    *("value", "value_high", "qualifier", "unit", "status", "period"),
    *("as_printed", "publisher", "title", "url", "published_latest", "file"),
)


class UnknownName(ValueError):
    """There is no region, indicator, measure or figure of that name; the message offers the nearest one."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """Measures or indicators of several regions; Jupyter shows them as the page of the comparison does.

    ``rows``: the numbers, in order of preference within a region; columns: ``what`` (the code of the measure or
    indicator), ``area`` (the name of the territory), ``region``, ``territory``, ``value`` and ``value_high`` in
    ``unit``, ``qualifier``, ``status``, ``group``, ``works``, ``counted``, ``share_of``, ``programme``, ``period`` with
    its first and last day, ``use`` and ``figures`` (the figure_ids that it was made of, parted by spaces). ``use`` is
    "shown", or for the ticks behind the number that is shown "older", or "beside" when they are of the same time.
    """

    rows: pd.DataFrame
    html: Html

    def __repr__(self) -> str:
        """What tells the rows apart, as a table of text."""
        regions = self.rows.query("region != 'KZ'")["region"].nunique()
        shown = self.rows[[*_PRINTED]].to_string(max_rows=60, na_rep="") if len(self.rows) else ""
        return f"{counted(len(self.rows), 'number')} of {counted(regions, 'region')}\n{shown}"

    def _repr_html_(self) -> str:
        return self.html._repr_html_()


@dataclass(frozen=True, repr=False)
class Trace:
    """Where a number comes from; Jupyter shows each figure with its printed words, its source and its doubts.

    ``rows``: the figures that it was made of; columns: ``figure_id``, ``region``, ``territory``, ``place``,
    ``indicator``, ``group``, ``works``, ``counted``, ``share_of``, ``programme``, ``value`` and ``value_high`` in
    ``unit``, ``qualifier``, ``status``, ``period``, ``as_printed``, the source's ``publisher``, ``title``, ``url`` and
    latest date of publication, and ``file``, in which the figure was entered.
    """

    rows: pd.DataFrame
    html: Html

    def __repr__(self) -> str:
        """A line for each figure."""
        return "\n".join(
            f"{row['figure_id']}: {row['as_printed']!r} ({row['publisher']}, {row['title']}, {row['url']})"
            for row in self.rows.to_dict("records")
        )

    def _repr_html_(self) -> str:
        return self.html._repr_html_()


def select(
    data: Dataset,
    regions: str | Iterable[str] = (),
    indicators: str | Iterable[str] = (),
    status: str | Iterable[str] = (),
) -> Dataset:
    """The part of a data set about some regions, indicators and statuses.

    ``regions``, ``indicators`` and ``status`` are one name or several; what is not named is not narrowed. ``data`` is
    what ``edstats.load`` gives.

    Measures are those that were made of the figures that remain, and of no others; findings and doubts those that are
    about one of them, and what is said of a region or a document as a whole; sources those that print one. All tables
    keep their columns. An empty list narrows nothing. A part cannot tell how many regions report something: for that
    give ``compare`` the whole data set. Raises UnknownName.

    >>> import edstats
    >>> part = edstats.select(edstats.load(), regions="Aktobe", indicators=["schools_total", "schools_small"])
    >>> sorted(part.observations["region"].unique())
    ['KZ-15']
    """
    rows = data.observations
    chosen = {
        "region": [_region(name) for name in _several(regions)],
        "indicator": [_indicator(name) for name in _several(indicators)],
        "status": [_code(name, codes_by_name("terms", "code", "status")) for name in _several(status)],
    }
    for column, codes in chosen.items():
        rows = rows[rows[column].isin(codes)] if codes else rows
    figures = frozenset(rows["figure_id"])
    made_of = [data.measures[side].isin(figures | {""}) for side in ("numerator", "denominator")]
    # A finding or a doubt without figures is about a region or a document as a whole.
    of_region, of_source = data.findings["region"].isin(rows["region"]), data.doubts["source"].isin(rows["source"])
    part = replace(
        data,
        observations=_renumbered(rows),
        measures=_renumbered(data.measures[made_of[0] & made_of[1]]),
        findings=_renumbered(data.findings[_about(data.findings["figures"], figures, of_region)]),
        sources=_renumbered(data.sources[data.sources["source"].isin(rows["source"])]),
        doubts=_renumbered(data.doubts[_about(data.doubts["figures"], figures, of_source)]),
        corrections=_renumbered(data.corrections[_figure_ids(data.corrections).isin(figures)]),
    )
    return PartOfDataset(**vars(part)) if len(rows) < len(data.observations) else part


def _about(cells: pd.Series, figures: frozenset[str], otherwise: pd.Series) -> pd.Series:
    """Whether a cell names one of ``figures``; ``otherwise`` where it names none at all."""
    named = ~cells.str.split().map(figures.isdisjoint).astype(bool)
    return named | ((cells == "") & otherwise)


def _renumbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a part, whose columns of codes know no codes but those that are there."""
    known = {str(name): cells.cat.remove_unused_categories() for name, cells in rows.select_dtypes("category").items()}
    return rows.assign(**known).reset_index(drop=True)


def compare(
    data: Dataset, what: str | Iterable[str], regions: str | Iterable[str] = (), language: str = "en"
) -> Comparison:
    """Measures or indicators of several regions, as the page of the comparison sets them out.

    ``what`` is one measure or indicator in ``data``, or several; ``regions`` one region or several (default: all);
    ``language`` that of the words: ``en``, ``ru`` or ``kk``.

    The newest number of each region is shown, facts and plans apart, kinds of works and education facilities apart,
    older and other numbers behind them; how many regions report it is said of all regions. Numbers of places, of former
    borders and of no known time are not set side by side. Raises UnknownName.

    >>> import edstats
    >>> shares = edstats.compare(edstats.load(), "small_school_share", regions=["Aktobe", "Turkistan"])
    >>> shares.rows.query("use == 'shown' and status == 'actual'")["unit"].unique().tolist()
    ['percent']
    """
    measures, indicators = codes_by_name("measures", "measure"), codes_by_name("indicators", "indicator")
    codes = [_code(name, {**indicators, **measures}) for name in _several(what)]
    if not codes:
        raise UnknownName("name a measure or an indicator")
    chosen = frozenset(_region(name) for name in _several(regions))
    page = ComparisonPage(data, _wording(data, language), History.empty(), chosen)
    rows, html = [], Markup("")
    for code in codes:
        if code in measures.values():
            found = page.newest_measures(code)
            found = found.assign(share_of="")
            figures = (found["numerator"] + " " + found["denominator"]).str.strip()
            html += page.measure(code).text
        else:
            found = page.newest_observations(code)
            figures = found["figure_id"]
            html += page.indicator(code).text
        area = [page.wording.name("territories", str(territory)) for territory in found["territory"]]
        found = found.assign(what=code, area=area, figures=figures)[list(_COMPARED)]
        rows.append(found.astype(dict.fromkeys(found.select_dtypes("category"), "str")))
    return Comparison(pd.concat(rows, ignore_index=True), _by_itself(html))


def trace(data: Dataset, number: str | pd.Series | pd.DataFrame, language: str = "en") -> Trace:
    """Where a number comes from: the printed words, the source and the file of each figure that it was made of.

    ``data`` is the data set that holds it, ``language`` that of the words: ``en``, ``ru`` or ``kk``.
    ``number`` is a figure_id, several parted by spaces, or a row of observations, measures, findings or of a
    ``Comparison``, or several rows. Raises UnknownName.

    >>> import edstats
    >>> data = edstats.load()
    >>> edstats.trace(data, "aktobe-rural-schools-2024#4").rows["as_printed"].tolist()
    ['201']
    """
    figures = number.split() if isinstance(number, str) else _figures_of(number)
    if not figures:
        raise UnknownName("no figure is named: there are no rows, or they are about a region or a document as a whole")
    teller = Teller(data, _wording(data, language), frozenset(data.observations["figure_id"]))
    known = dict.fromkeys(data.observations["figure_id"])
    found = [teller.observation(_known_figure(figure, known)) for figure in figures]
    rows = [
        {**teller.source(str(row["source"])), **row, "file": f"data/raw/figures/{row['source']}.csv"} for row in found
    ]
    html = Markup("").join(_traced(teller, row) for row in rows)
    return Trace(pd.DataFrame(rows, columns=list(_TRACED)), _by_itself(html))


def _by_itself(html: Markup) -> Html:
    """A piece of a page for a notebook, with the words of links that would lead nowhere."""
    return Html(Markup(_LINK_WITHIN.sub(r"\1", html)))


def _traced(teller: Teller, row: Record) -> Markup:
    """A figure and all that is known of it, with the document itself and where the figure was entered."""
    text = teller.wording.text
    title = row["title"] or row["url"] or row["source"]
    document = Markup('<a href="{}" rel="external">{}</a>').format(row["url"], title) if row["url"] else title
    area = teller.wording.name("territories", str(row["territory"]))
    head = Markup("<p><b>{}, {}: {} {}</b> <small>{}</small></p>").format(
        area, teller.indicator(row), teller.number(row), teller.status(row), teller.when(row)
    )
    where = text("{file}, figure {number}", file=row["file"], number=row["figure"])
    facts = [*figure_facts(teller, row), (text("Document"), document), (text("Entered in"), where)]
    return head + described(facts)


def _figures_of(row: Mapping[Hashable, Any] | pd.Series | pd.DataFrame) -> list[str]:
    """The figure_ids that a row names, or several rows."""
    if isinstance(row, pd.DataFrame):
        return list(dict.fromkeys(figure for each in row.to_dict("records") for figure in _figures_of(each)))
    cells = dict(row) if isinstance(row, Mapping | pd.Series) else {}
    for columns in (("figures",), ("numerator", "denominator"), ("figure_id",)):
        if all(column in cells for column in columns):
            return " ".join(str(cells[column]) for column in columns).split()
    raise UnknownName(
        "this names no figures: give a figure_id, or a row of observations, measures, findings or a comparison"
    )


def _known_figure(figure: str, known: Iterable[str]) -> str:
    if figure in known:
        return figure
    if any(each.startswith(f"{figure}#") for each in known):
        raise UnknownName(f"'{figure}' is a source; name one of its figures, such as '{figure}#1'")
    raise UnknownName(f"there is no figure '{figure}'{_hint(figure, known)}")


def _figure_ids(corrections: pd.DataFrame) -> pd.Series:
    return corrections["source"] + "#" + corrections["figure"]


def _several(names: str | Iterable[str]) -> list[str]:
    if isinstance(names, str):
        return [names] if names else []
    several = list(names) if isinstance(names, Iterable) else [names]
    if not all(isinstance(name, str) for name in several):
        raise UnknownName(f"{names!r} is neither a name nor a list of names")
    return several


def _region(name: str) -> str:
    try:
        place = read_place(name)
    except UnknownPlace as error:
        raise UnknownName(f"regions: {error}") from error
    if place.territory:
        today = place.territory.replace("+", " and ")
        raise UnknownName(f"regions: '{name}' is no region today; its area is that of {today}")
    return place.region


def _indicator(name: str) -> str:
    measures = codes_by_name("measures", "measure")
    try:
        return _code(name, codes_by_name("indicators", "indicator"))
    except UnknownName:
        if name not in measures:
            raise
    rule = entries_of("measures", "measure")[measures[name]]
    made_of = " and ".join(rule[side] for side in ("numerator", "denominator") if rule[side])
    raise UnknownName(f"'{name}' is a measure, made of {made_of}: select these, or compare(data, '{measures[name]}')")


def _code(name: str, codes: Mapping[str, str]) -> str:
    """The code of what goes by a name, in any case of letters."""
    folded = {known.casefold(): code for known, code in codes.items()}
    if name.casefold() in folded:
        return folded[name.casefold()]
    raise UnknownName(f"there is no '{name}'{_hint(name, codes) or '; the data dictionary lists all codes'}")


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""


def _wording(data: Dataset, language: str) -> Wording:
    if language not in languages():
        raise UnknownName(f"there is no language '{language}'; the languages are {', '.join(languages())}")
    return Wording(language, translated_notes(data.translations, language))
