"""Numbers, dates, names and sentences in the reader's language.

Sentences are gettext messages (English is the message itself; a language is a folder under ``locale/``); numbers and
dates follow Babel's locale data; names of regions, indicators and units come from the codebook.
"""

import gettext
import io
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from edstats.codebook import read_table, units_of_kind
from edstats.lookups import entries_of

CATALOGUES = Path(__file__).parent / "locale"
# Plain "ru" and "kk" print KZT and other spaces than readers in Kazakhstan expect; English has no Kazakh variant.
LOCALES = {"en": "en_GB", "ru": "ru_KZ", "kk": "kk_KZ"}
BILLION, MILLION = 10**9, 10**6
# Letters in the order of each alphabet where that is not Unicode's.
ALPHABETS = {"kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя", "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"}
# How a number is rounded after each qualifier that stands before it in words: bounds outward.
ROUNDING = {"about": ROUND_HALF_UP, "at_least": ROUND_FLOOR, "at_most": ROUND_CEILING}
# "не менее 21 школы", "около 3 школ": after such words Russian counts in the genitive.
_AFTER_QUALIFIER = {"one": "other", "few": "many"}
# An undated page whose bounds lie further apart than five years says of no time what it says.
PLACED_WITHIN_DAYS = 5 * 366
# A row of a table by the names of its columns, as ``to_dict("records")`` gives it: read many times as fast as a Series.
Record = Mapping[Hashable, Any]


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue."""
    return tuple(code for code in LOCALES if (CATALOGUES / code).is_dir())


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The messages of one language. Raises ``FileNotFoundError`` for a language without a catalogue."""
    with (CATALOGUES / language / "LC_MESSAGES" / "edstats.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _unit_forms(language: str) -> dict[str, dict[str, str]]:
    """For each unit its noun by CLDR plural category; a category that a language has no column for is missing."""
    rows = read_table("units")
    columns = {"one": f"name_{language}"} | {form: f"{form}_{language}" for form in ("few", "many", "other")}
    known = {form: rows[column] for form, column in columns.items() if column in rows}
    return {unit: {form: words[index] for form, words in known.items()} for index, unit in enumerate(rows["unit"])}


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES[language])


def message(english: str) -> str:
    """Marks a message that is said elsewhere than it stands, so that catalogues have it."""
    return english


class Plural(NamedTuple):
    """A message with a count, in the two forms that English has; marks it like ``message``."""

    one: str
    many: str


def is_missing(cell: object) -> bool:
    """Whether a number or a date of a row is missing."""
    return cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell))


class PlaceName(str):
    """A region's name, which a message may ask for in a case: ``{region:in}`` is "в Актюбинской области".

    Cases: ``in`` (where) and ``of`` (whose); without one the name as it stands in a list.
    """

    __slots__ = ("cases",)
    cases: dict[str, str]

    def __format__(self, case: str) -> str:
        """The name in a case. Raises ``KeyError`` for a case that there is not."""
        return self.cases[case] if case else str(self)


@cache
def _terms(language: str) -> dict[tuple[str, str], str]:
    """Names of the codes of every list of ``terms``."""
    rows = read_table("terms")
    keys = zip(rows["list"], rows["code"], strict=True)
    return dict(zip(keys, rows[f"name_{language}"], strict=True))


@dataclass(frozen=True)
class Wording:
    """Everything that is said to a reader of one language (``en``, ``ru``, ``kk``).

    ``notes``: what people wrote beside the figures, in this language, by the English text of ``data/raw``.
    """

    language: str
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def locale(self) -> Locale:
        """Babel's locale for numbers and dates."""
        return _locale(self.language)

    def text(self, message: str, **parts: object) -> str:
        """The message in this language, with its parts filled in."""
        translated = translation(self.language).gettext(message)
        return translated.format(**parts) if parts else translated

    def note(self, english: str) -> str:
        """A text of ``data/raw`` in this language; as it stands there when nobody has translated it."""
        return self.notes.get(english, english)

    def plural(self, one: str, many: str, count: int, **parts: object) -> str:
        """The message in the form that ``count`` asks for; ``{count}`` is filled in as a formatted number."""
        translated = translation(self.language).ngettext(one, many, count)
        return translated.format(count=self.number(count, 0), **parts)

    def name(self, table: str, code: str) -> str:
        """Name of a codebook entry: ``name("indicators", "schools_small")``; ``table`` may be a list of ``terms``."""
        if table in ("indicators", "groups", "units", "measures", "topics", "regions", "programmes"):
            return entries_of(table, table.removesuffix("s"))[code][f"name_{self.language}"]
        if table == "territories":
            return entries_of(table, "territory")[code][f"name_{self.language}"]
        return _terms(self.language)[table, code]

    def facility_measure(self, measure: str) -> str:
        """Name of a measure where education facilities stand in the place of schools; empty where it needs none."""
        return entries_of("measures", "measure")[measure][f"facility_{self.language}"]

    def alphabetical(self, name: str) -> tuple[int, ...]:
        """A key that sorts names as readers of the language expect them."""
        letters = ALPHABETS.get(self.language, "")
        return tuple(letters.find(sign) if sign in letters else ord(sign) - 0x110000 for sign in name.lower())

    def place(self, region: str) -> PlaceName:
        """The region's name with its cases."""
        row = entries_of("regions", "region")[region]
        place = PlaceName(row[f"name_{self.language}"])
        # English has no case for "whose"; a preposition does it.
        place.cases = {"in": row[f"in_{self.language}"], "of": row.get(f"of_{self.language}", f"of {place}")}
        return place

    def former_place(self, territory: str) -> PlaceName:
        """The name of an area that has been divided; it is declined by a bracket: "(Almaty region with Jetisu)"."""
        place = PlaceName(self.name("territories", territory))
        place.cases = {"in": f"({place})", "of": f"({place})"}
        return place

    def number(self, value: float, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
        """A number with at most ``decimals`` decimal places and the language's separators."""
        exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
        return str(format_decimal(exact.normalize() if exact % 1 else exact.to_integral(), locale=self.locale))

    def quantity(
        self, value: float, unit: str, decimals: int, rounding: str = ROUND_HALF_UP, after_qualifier: bool = False
    ) -> str:
        """A number with its unit: "46.3%", "36.28 million tenge", "1 school"; money is scaled to two decimals.

        ``after_qualifier``: words such as "at least" stand before it, after which Russian nouns take another case.
        """
        if unit == "percent":
            exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
            return str(format_percent(exact / 100, locale=self.locale, decimal_quantization=False))
        if unit in units_of_kind("money"):
            return self._money(value, unit, rounding)
        exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
        return f"{self.number(value, decimals, rounding)} {self.unit(unit, exact, after_qualifier)}"

    def _money(self, value: float, unit: str, rounding: str) -> str:
        currency = self.unit(unit, value)
        if value >= BILLION:
            amount = self.number(value / BILLION, 2, rounding)
            return self.text("{amount} billion {currency}", amount=amount, currency=currency)
        if value >= MILLION:
            amount = self.number(value / MILLION, 2, rounding)
            return self.text("{amount} million {currency}", amount=amount, currency=currency)
        return f"{self.number(value, 0, rounding)} {currency}"

    def _money_low(self, low: float, high: float, unit: str) -> str:
        """The lower end of a range, its scale and currency left to the upper end where they are the same."""
        for scale in (BILLION, MILLION):
            if low >= scale:
                return self.number(low / scale, 2, ROUND_FLOOR)
            if high >= scale:
                return self._money(low, unit, ROUND_FLOOR)
        return self.number(low, 0, ROUND_FLOOR)

    def unit(self, unit: str, count: float | Decimal, after_qualifier: bool = False) -> str:
        """The unit's noun beside a count, in the form that CLDR's plural rules ask for."""
        forms = _unit_forms(self.language)[unit]
        exact = Decimal(str(count))
        form = self.locale.plural_form(exact.normalize() if exact % 1 else exact.to_integral())
        if after_qualifier and self.language == "ru":
            form = _AFTER_QUALIFIER.get(form, form)
        return forms.get(form) or forms["one"]

    def value(self, row: Record | pd.Series, decimals: int | None = None, with_unit: bool = True) -> str:
        """The number of an observation or measure with qualifier and unit: "at least 7,000 video cameras".

        Bounds are rounded outward. ``decimals`` None: as many as the number was printed with (``precision``).
        """
        if decimals is None:
            step = row["precision"]
            decimals = 0 if is_missing(step) or step >= 1 else round(-math.log10(step))
        unit, qualifier = str(row["unit"]), str(row["qualifier"])

        def shown(value: float, rounding: str) -> str:
            if with_unit:
                return self.quantity(value, unit, decimals, rounding, qualifier in ROUNDING)
            return self.number(value, decimals, rounding)

        if qualifier == "range":
            if unit in units_of_kind("money") and with_unit:
                low = self._money_low(row["value"], row["value_high"], unit)
            else:
                low = self.number(row["value"], decimals, ROUND_FLOOR)
            return f"{low}–{shown(row['value_high'], ROUND_CEILING)}"
        number = shown(row["value"], ROUNDING.get(qualifier, ROUND_HALF_UP))
        return {
            "about": self.text("about {number}", number=number),
            "at_least": self.text("at least {number}", number=number),
            "at_most": self.text("at most {number}", number=number),
        }.get(qualifier, number)

    def day(self, day: date) -> str:
        """A date in words: "2 December 2024"."""
        return str(format_date(day, "long", locale=self.locale))

    def _month(self, day: date) -> str:
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def period(self, row: Record | pd.Series) -> str:
        """The time that an observation or measure is about: "2023–2029", "2 December 2024", "about March 2023".

        "About" stands where only the bounds of an undated page tell the time, and where a person inferred it.
        """
        start, end, basis = row["period_start"].date(), row["period_end"].date(), row.get("period_basis", "printed")
        if basis == "published" and (end - start).days > PLACED_WITHIN_DAYS:
            return self.text("time not known")
        if basis == "published" and is_missing(row.get("published")):
            return self.text("about {time}", time=self._span(start, end))
        time = self._time(start, end, str(row["period"]))
        return self.text("about {time}", time=time) if basis == "inferred" else time

    def _time(self, start: date, end: date, code: str) -> str:
        if start == end:
            return self.day(start)
        if len(code) == len("2024-2025") and code[4] == "-":
            return self.text("school year {years}", years=code.replace("-", "–"))
        return self._span(start, end)

    def _span(self, start: date, end: date) -> str:
        whole_years = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
        if whole_years:
            return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
        if (start.year, start.month) == (end.year, end.month):
            return self._month(start)
        # English puts thin spaces around the dash, which files and other fonts show as boxes.
        return str(format_interval(start, end, skeleton="yMMMM", locale=self.locale)).replace("\u2009", " ")

    def bounds(self, first: date, last: date) -> tuple[str, str]:
        """Two dates between which something was; where they are whole months, one time and nothing."""
        if first.day == 1 and (last + timedelta(days=1)).day == 1:
            return self._span(first, last), ""
        return self.day(first), self.day(last)

    def published(self, source: Record | pd.Series) -> str:
        """When a source was published: its day, or "about" the months or years between which it must have been."""
        first, last = source["published_earliest"].date(), source["published_latest"].date()
        if not is_missing(source["published"]):
            return self.day(first)
        if (last - first).days > PLACED_WITHIN_DAYS:
            return self.text("time not known")
        return self.text("about {time}", time=self._span(first, last))
