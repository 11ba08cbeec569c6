"""What every export says of itself: title, date, licence, how to cite it, and what a reader must know."""

from datetime import date, datetime, time

NAME = "edstats-kazakhstan-schools"
TITLE = "School systems of the regions of Kazakhstan, as officials print them"
ABSTRACT = (
    "Figures on schools that public bodies and news media of Kazakhstan printed, each with its source, date, wording, "
    "status and qualifier, and the measures and contradictions that follow from them."
)
LICENCE = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0 International"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
# What a number of this data set is not, in the order in which it misleads.
LIMITS = (
    "Not reported is not zero: an empty cell says that no source here prints the number, and a region without a row "
    "has no figure here. Nothing is filled in or estimated.",
    "A value is as exact as its qualifier says: at_least and at_most are bounds, range is from value to value_high, "
    "about is a round number. Adding bounds up as if they were exact is wrong.",
    "status says whether a thing is done (actual), under way (started), announced (planned) or aimed at (target). "
    "Never add figures of different status.",
    "region is today's code; territory says which area it stood for at the time. Before 8 June 2022 Abai, Jetisu and "
    "Ulytau were parts of other regions, before 19 June 2018 so was Shymkent.",
    "Sources contradict each other and themselves. Nothing is averaged; edstats has each contradiction in its table "
    "findings.",
    "Figures of one region may overlap: parts of programmes, districts (place) and groups stand beside the whole.",
)


def citation(as_of: date) -> str:
    """How the data set is cited, as it stood on ``as_of``."""
    return (
        f"edstats, {TITLE}, as of {as_of.isoformat()}, {LICENCE}. Keep the reference to the source document of each "
        "figure."
    )


def prepared(as_of: date) -> datetime:
    """The time at which an export says that it was made: no clock is asked, so that the same data give the same."""
    return datetime.combine(as_of, time())
