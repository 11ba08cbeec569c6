"""Names and titles of pages: what links to them need to know, without what it takes to make them."""

import pandas as pd

from edstats.lookups import entries_of
from edstats.selection import in_present_borders, unplaced
from edstats.wording import PlaceName, Wording


def page_name(region: str) -> str:
    """Name of a region's page, without ending: its short English name in small letters."""
    return entries_of("regions", "region")[region]["short_en"].lower().replace(" ", "-")


def years_between(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """The years of two days: "2024", "2018–2026"."""
    return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"


def region_heading(observations: pd.DataFrame, place: PlaceName, wording: Wording) -> str:
    """The title of a region's page, with the years that its facts are about. ``observations``: the region's."""
    whole = observations[in_present_borders(observations) & (observations["place"] == "")]
    placed = whole[~unplaced(whole)]
    facts = placed[placed["status"] == "actual"]
    placed = next(rows for rows in (facts, placed, observations) if len(rows))
    years = years_between(placed["period_start"].min(), placed["period_end"].max())
    return wording.text("Schools {region:of}: what is reported, {years}", region=place, years=years)


def comparison_heading(wording: Wording) -> str:
    """The title of the page."""
    return wording.text("Kazakhstan's regions compared: schools as reported")


def sources_heading(wording: Wording) -> str:
    """The title of the page."""
    return wording.text("Sources, their figures, and what contradicts what")


def changes_heading(wording: Wording) -> str:
    """The title of the page of changes."""
    return wording.text("Changes from edition to edition")
