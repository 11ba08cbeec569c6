"""How many rows a second the three readers of printed words take, from ten thousand rows to a million.

Run ``python benchmarks/readers.py``. The rows are made anew from a fixed seed: figures of every size in the phrases of
all three languages, days of twenty years, and the codebook's names of regions.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from edstats.codebook import read_table
from edstats.numerals import read_numbers
from edstats.periods import read_periods
from edstats.places import read_places

SIZES = (10_000, 100_000, 1_000_000)
LOCALES = {"en": "en_GB", "ru": "ru_KZ", "kk": "kk_KZ"}
PHRASES = {  # {w} is a whole number, {d} one with a decimal
    "en": "{w} students|more than {w} places|{d} billion tenge|{d}%|KZT {d} million|about {w} teachers|{w} new schools",
    "ru": "{w} учащихся|почти на {w} мест|{d} млрд тенге|{d} %|свыше {w} млн тенге|{w} школ|от {w} до 1 000 000 детей",
    "kk": "{w} оқушы|{d} мыңнан астам бала|{d} млрд теңге|{d} пайыз|шамамен {w} орын|{w} мектеп|{w}-ға жуық мұғалім",
}
DATES = {"en": "d MMMM y", "ru": "d MMMM y 'года'", "kk": "y 'жылғы' d MMMM"}


def numbers(count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Phrases with figures, and their languages."""
    # Babel takes longer to print a number than we take to read it, so that figures are drawn from a stock.
    stock = {
        (language, places): [
            format_decimal(10 ** chance.uniform(0, 5.9), "#,##0.0" if places else "#,##0", locale)
            for _ in range(20_000)
        ]
        for language, locale in LOCALES.items()
        for places in (0, 1)
    }
    for _ in range(count):
        language = chance.choice(list(LOCALES))
        phrase = chance.choice(PHRASES[language].split("|"))
        yield phrase.format(w=chance.choice(stock[language, 0]), d=chance.choice(stock[language, 1])), language


def days(count: int, chance: random.Random) -> Iterator[str]:
    """Days, in codes and in words."""
    stock = [date(2010, 1, 1) + timedelta(days=number) for number in range(7300)]
    printed = [format_date(day, DATES[language], LOCALES[language]) for day in stock for language in LOCALES]
    printed += [day.isoformat() for day in stock]
    return iter(chance.choices(printed, k=count))


def names(count: int, chance: random.Random) -> Iterator[str]:
    """Names of regions, in cases and languages."""
    regions = read_table("regions")
    known = [name for column in ("region", "name_en", "in_ru", "of_kk") for name in regions[column]]
    return iter(chance.choices(known, k=count))


def report(name: str, size: int, read: Callable[[], pd.DataFrame]) -> None:
    start = time.perf_counter()
    result = read()
    seconds = time.perf_counter() - start
    faults = int(result["fault"].ne("").sum())
    print(f"{name:<8} {size:>9,} rows {seconds:>7.2f} s {size / seconds:>12,.0f} rows/s {faults:>7,} not read")


def main() -> None:
    for size in SIZES:
        chance = random.Random(size)
        figures = pd.DataFrame(numbers(size, chance), columns=["text", "language"])
        periods, places = pd.Series(list(days(size, chance))), pd.Series(list(names(size, chance)))
        report("numbers", size, partial(read_numbers, figures["text"], figures["language"]))
        report("periods", size, partial(read_periods, periods))
        report("places", size, partial(read_places, places))


if __name__ == "__main__":
    main()
