"""How many raw figures a second become observations, measures, findings and files, and how much memory that takes.

Run ``python benchmarks/raw_figures.py 10000 100000``; 1000000 on request. ``--only clean`` leaves off after cleaning.
The figures are made anew, always the same: those of data/raw told again of made-up schools and districts, 500 in a
source, each district's schools by four sources of different days that agree about most numbers. Each size is measured
in a process of its own; ``peak`` is the most memory that the process has held up to the end of the step.
"""

import argparse
import csv
import random
import re
import resource
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import count as numbers
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from edstats.checks import find
from edstats.clean import clean
from edstats.dataset import Dataset, newest, translated_notes, write_clean
from edstats.findings import worded
from edstats.measures import compute_measures
from edstats.raw import read_raw
from edstats.raw_tables import CORRECTION_COLUMNS, DOUBT_COLUMNS, FIGURE_COLUMNS, SOURCE_COLUMNS
from edstats.wording import Wording

DATA = Path(__file__).parent.parent / "data"
PER_SOURCE = 500  # figures
SOURCES_OF_A_PLACE = 4
REGIONAL = 50  # one figure in so many is about the whole region
DISTRICTS = 10  # one in so many about a district
DISAGREEING = 20  # one number in so many differs between the sources of a place
# After the last change of the regions' borders, and not after any day on which this is run.
FIRST_DAY, DAYS = date(2022, 9, 1), 1200
Row = dict[str, str]
Result = TypeVar("Result")


def write_raw_figures(folder: Path, count: int) -> Path:
    """Write ``count`` figures as ``data/raw`` in ``folder``, without faults; returns the folder ``data``."""
    data = folder / "data"
    (data / "raw" / "figures").mkdir(parents=True)
    for name in ("prices.csv", "translations.csv"):
        shutil.copy(DATA / "raw" / name, data / "raw" / name)
    real = {row["source"]: row for row in _table(DATA / "raw" / "sources.csv")}
    stock: dict[str, list[Row]] = defaultdict(list)
    for name, source in real.items():
        figures = _table(DATA / "raw" / "figures" / f"{name}.csv")
        stock[source["language"]] += [_adaptable(figure) for figure in figures]
    said = sorted({row["doubt"] for row in _table(DATA / "raw" / "doubts.csv")})
    sources, corrections, doubts = [], [], []
    left = count
    for number in numbers():
        if not left:
            break
        source = _source(number, list(real.values()))
        rows = _figures(number, stock[source["language"]], date.fromisoformat(source["published"]))[:left]
        _write(data / "raw" / "figures" / f"{source['source']}.csv", FIGURE_COLUMNS, rows)
        sources.append(source)
        doubts.append({"source": source["source"], "figures": "1", "doubt": said[number % len(said)]})
        entry = {"source": source["source"], "figure": "1", "column": "note", "expected": rows[0]["note"]}
        corrections.append({**entry, "corrected": rows[0]["note"], "reason": "the figure was compared with the page"})
        left -= len(rows)
    _write(data / "raw" / "sources.csv", SOURCE_COLUMNS, sources)
    _write(data / "raw" / "doubts.csv", DOUBT_COLUMNS, doubts)
    _write(data / "raw" / "corrections.csv", CORRECTION_COLUMNS, corrections)
    return data


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _adaptable(figure: Row) -> Row:
    """A figure that may stand on any day of publication: only whether it had a period of its own is kept."""
    return figure | {"period": "printed" if figure["period"] else ""}


def _source(number: int, real: list[Row]) -> Row:
    """A source with the words of a real one; the sources of the same places have one language."""
    block = number // SOURCES_OF_A_PLACE
    published = FIRST_DAY + timedelta(days=number * 37 % DAYS)
    cells = {"published_earliest": "", "published_latest": "", "date_basis": "printed on the page", "origin": ""}
    own = {"source": f"source-{number + 1:06}", "published": f"{published}"}
    return real[block * 7 % len(real)] | cells | own


def _figures(number: int, stock: list[Row], published: date) -> list[Row]:
    """The figures of one source, each about a place of its block or, once in a source, about the whole region."""
    block, turn = divmod(number, SOURCES_OF_A_PLACE)
    told, own = random.Random(block), random.Random(-number - 1)
    regional = set()
    rows = []
    for position in range(PER_SOURCE):
        place_number = block * PER_SOURCE + position
        figure = stock[place_number % len(stock)]
        place = f"School {place_number}" if place_number % DISTRICTS else f"District {place_number // DISTRICTS}"
        fact = tuple(figure[column] for column in FIGURE_COLUMNS[1:-1] if column != "as_printed")
        if position % REGIONAL == 0 and fact not in regional:
            regional.add(fact)
            place = ""
        phrase = _other_number(figure, told)
        if own.randrange(DISAGREEING) == 0:
            phrase = _other_number(figure, own)
        period = _period(figure, published.year - turn % 2)
        rows.append(figure | {"figure": f"{position + 1}", "place": place, "period": period, "as_printed": phrase})
    return rows


def _period(figure: Row, year: int) -> str:
    """No period where the real figure has none; else a year before publication, or one after for what is planned."""
    if not figure["period"]:
        return ""
    return f"{max(year, FIRST_DAY.year)}" if figure["status"] in ("actual", "started") else f"{year + 2}"


def _other_number(figure: Row, chance: random.Random) -> str:
    """The phrase with another number of the same length, where it holds one number and its row says nothing of it."""
    phrase = figure["as_printed"]
    plain = re.fullmatch(r"(\D*[1-9])(\d{0,2}(?:[ \xa0]\d{3})*)(\D*)", phrase)
    if plain is None or figure["value"] or "%" in phrase or not plain[2]:
        return phrase
    return plain[1] + re.sub(r"\d", lambda _: f"{chance.randrange(10)}", plain[2]) + plain[3]


def measure(count: int, only: str = "") -> None:
    """Print how long each step takes for ``count`` figures; ``only`` is ``clean`` to leave off after it."""
    with tempfile.TemporaryDirectory() as folder:
        data = write_raw_figures(Path(folder), count)
        raw = _timed("read_raw", count, lambda: read_raw(data))
        cleaned = _timed("clean", count, lambda: clean(raw, date.today()))
        if cleaned.faults:
            raise SystemExit("\n".join(map(str, cleaned.faults[:10])))
        if only == "clean":
            return
        observations, sources = cleaned.observations, cleaned.sources
        measures = _timed("compute_measures", count, lambda: compute_measures(observations, sources))
        doubts = raw.doubts.assign(figures=raw.doubts["source"] + "#" + raw.doubts["figures"])
        as_of, wording = newest(sources), Wording("en", translated_notes(raw.translations, "en"))
        found = _timed("find", count, lambda: find(observations, sources, doubts, measures, as_of))
        findings = _timed("worded", count, lambda: worded(found, wording))
        entered = {name: getattr(raw, name) for name in ("prices", "corrections", "declarations", "translations")}
        tables = {**entered, "observations": observations, "sources": sources, "doubts": doubts}
        tables["measures"] = measures.table
        dataset = Dataset(**tables, findings=findings, as_of=as_of)
        _timed("write_clean", count, lambda: write_clean(dataset, data))


def _timed(name: str, count: int, step: Callable[[], Result]) -> Result:
    start = time.process_time()
    result = step()
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{count:>9,} {name:<17} {seconds:>8.2f} s {count / seconds:>11,.0f} rows/s {peak:>7.2f} GB peak", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast raw figures are cleaned, measured, checked and written.")
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000], help="how many figures")
    parser.add_argument("--only", choices=["clean"], default="", help="leave off after this step")
    options = parser.parse_args()
    for count in options.counts:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            process.submit(measure, count, options.only).result()


if __name__ == "__main__":
    main()
