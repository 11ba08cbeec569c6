"""Lay damaged raw data before ``edstats clean``, thousands of them, and see that nothing vanishes and nothing breaks.

Run ``python tools/fuzz_raw.py --cases 10000 --jobs 2``. Each case is a copy of the project's ``data/raw``, damaged as
its number says (`damaged_data`); ``--only 1234`` runs one again and keeps its folder. Of each it must be true that

- the command ends with 0 or 1 within a minute, with no traceback and no warning;
- with 1 each line on standard error is a fault with its place and a remedy, and nothing has been written;
- with 0 the files of ``data/clean`` are there and can be loaded;
- every row that stands in a raw file is in the clean tables, or a fault names it or its file.

What is not so is printed by the case's number, and the exit code is 1.
"""

import argparse
import csv
import io
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import damaged_data

import edstats
from edstats import dataset
from edstats.clean import Clean
from edstats.cli import main as edstats_command
from edstats.raw import Raw

PROJECT = Path(__file__).parent.parent
PATIENCE = 60  # seconds for one case
_FAULT = re.compile(r"(data/(?:raw|clean)[^:]*(?::[0-9 ][^:]*)*?)(?::(\d+))?: .*?; \S.*")
_SUMMARY = re.compile(r"(\d+) faults? in .*; nothing was written")
_UNTOUCHED = b"what the last run left"


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the exit code, the kinds of its faults, and what ought not to be so."""

    number: int
    code: int
    kinds: tuple[str, ...]
    wrong: tuple[str, ...]
    seconds: float


@dataclass
class _Seen:
    """What the command read and made, looked at from aside."""

    raw: Raw | None = None
    cleaned: Clean | None = None


def project_files(data: Path = PROJECT / "data") -> damaged_data.Files:
    """The files of ``data/raw``, by their names in it."""
    raw = data / "raw"
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in sorted(raw.rglob("*.csv"))}


def run_case(files: damaged_data.Files, seed: int, number: int, folder: Path) -> Outcome:
    """Damage ``files`` as the case's ``number`` says, write them below ``folder`` and clean them."""
    chance = random.Random(f"{seed} {number}")
    data = folder / "data"
    damaged = damaged_data.damaged(files, chance)
    (data / "raw" / "figures").mkdir(parents=True)
    (data / "clean").mkdir()
    (data / "clean" / "observations.csv").write_bytes(_UNTOUCHED)
    for name, content in damaged.items():
        path = data / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    started = time.perf_counter()
    try:
        code, said, seen = _cleaned(data)
    except BaseException as error:  # whatever the command raises is what is looked for here
        if isinstance(error, KeyboardInterrupt):
            raise
        return Outcome(number, -1, (), (traceback.format_exc(),), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    wrong = [*_broken_promises(data, code, said, seen), *(_lost(data, seen) if code in (0, 1) else ())]
    faults = seen.cleaned.faults if seen.cleaned else ()
    return Outcome(number, code, tuple(sorted({kind_of(fault.found) for fault in faults})), tuple(wrong), seconds)


def _cleaned(data: Path) -> tuple[int, list[str], _Seen]:
    """The exit code of ``edstats clean``, the lines that it wrote to standard error, and what it read and made."""
    seen = _Seen()
    read_raw, clean = dataset.read_raw, dataset.clean

    def reading(folder: Path) -> Raw:
        seen.raw = read_raw(folder)
        return seen.raw

    def cleaning(*arguments: object) -> Clean:
        seen.cleaned = clean(*arguments)  # type: ignore[arg-type]
        return seen.cleaned

    said = io.StringIO()
    dataset.read_raw, dataset.clean = reading, cleaning  # type: ignore[assignment]
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(said), warnings.catch_warnings():
            warnings.simplefilter("error")
            code = edstats_command(["clean", "--data", str(data)])
    finally:
        dataset.read_raw, dataset.clean = read_raw, clean
    return code, said.getvalue().split("\n")[:-1], seen


# --- what must be so


def _broken_promises(data: Path, code: int, said: list[str], seen: _Seen) -> Iterator[str]:
    """What is wrong with the exit code, the messages and what was written."""
    if code == 0:
        yield from (f"a fault with exit code 0: {line}" for line in said)
        loaded = edstats.load(data)
        if seen.cleaned is not None and len(loaded.observations) != len(seen.cleaned.observations):
            yield "the clean files do not hold the observations"
        return
    if code != 1:
        yield f"exit code {code}"
    if sorted(path.name for path in (data / "clean").iterdir()) != ["observations.csv"]:
        yield "something was written"
    elif (data / "clean" / "observations.csv").read_bytes() != _UNTOUCHED:
        yield "the clean data of the last run are no longer what they were"
    summary = _SUMMARY.fullmatch(said[-1]) if said else None
    if not summary or int(summary[1]) != len(said) - 1:
        yield f"no summary of {len(said) - 1} faults: {said[-1:]}"
    for line in said[:-1]:
        if not _FAULT.fullmatch(line):
            yield f"no place or no remedy: {line[:300]}"
        if len(line) > 2000 or not line.isprintable():
            yield f"no line that can be read, of {len(line)} characters: {line[:300]!r}"


def _lost(data: Path, seen: _Seen) -> Iterator[str]:
    """Rows of raw files that are neither in a clean table nor named by a fault."""
    assert seen.raw is not None
    assert seen.cleaned is not None
    faults: dict[str, set[int]] = {}
    for fault in seen.cleaned.faults:
        faults.setdefault(fault.file, set()).add(fault.row)
    corrections = zip(seen.raw.corrections["source"], seen.raw.corrections["figure"], strict=True)
    corrected = {f"{source}#{figure}" for source, figure in corrections}
    observations = seen.cleaned.observations
    printed: dict[str, list[str]] = {}
    for figure_id, text in zip(observations["figure_id"], observations["as_printed"], strict=True):
        printed.setdefault(figure_id, []).append(text)
    known = set(seen.cleaned.sources["source"])
    # Without any source no figure can be judged: the fault of their file is one of all figures.
    unjudged = seen.raw.sources.empty and "data/raw/sources.csv" in faults
    for path in sorted((data / "raw").rglob("*")):
        file = path.relative_to(data.parent)
        rows = faults.get(file.as_posix(), set())
        # A fault of the whole file, of its header or of a folder that it lies in is one of all its rows.
        if path.is_dir() or {0, 1} & rows or any(above.as_posix() in faults for above in file.parents):
            continue
        entries, whole = _entries(path.read_bytes())
        if not whole and not rows:
            yield f"{file} cannot be read, and no fault says so"
        end = sys.maxsize if whole else max(rows, default=0)
        unnamed = {row: entry for row, entry in entries if row not in rows and row < end}
        if path.suffix != ".csv":
            yield f"{file} was not read, and no fault says so"
        elif path.parent.name == "figures":
            for row, entry in unnamed.items():
                figure_id = f"{path.stem}#{entry['figure']}"
                found = printed.get(figure_id, [])
                if len(found) != (0 if unjudged else 1):
                    yield f"{file}:{row}: {len(found)} observations"
                elif found and figure_id not in corrected and found != [entry["as_printed"]]:
                    yield f"{file}:{row}: as_printed is not what the file holds"
        elif path.name == "sources.csv":
            yield from (f"{file}:{row}: no source" for row, entry in unnamed.items() if entry["source"] not in known)
        elif not rows and len(getattr(seen.raw, path.stem, ())) != len(unnamed):
            yield f"{file}: of its {len(unnamed)} rows not all were read"


def _entries(content: bytes) -> tuple[list[tuple[int, dict[str, str]]], bool]:
    """The rows of a CSV file with their lines, as far as they can be read, and whether that is the whole file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], False
    if "\0" in text:
        return [], False
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries = []
    try:
        header = [name.strip() for name in next(reader, [])]
        last = reader.line_num
        for cells in reader:
            row, last = last + 1, reader.line_num
            if "".join(cells).strip():
                entries.append((row, dict(zip(header, map(str.strip, cells), strict=False))))
    except csv.Error:
        return entries, False
    return entries, True


def kind_of(found: str) -> str:
    """What a fault found, without the names and numbers of the case."""
    return re.sub(r"\d+", "N", re.sub(r"'.*'|\".*\"", "'…'", found, flags=re.DOTALL))[:90]


# --- many cases


@dataclass
class _Tally:
    """The outcomes so far."""

    codes: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[Outcome] = field(default_factory=list)
    slowest: Outcome | None = None

    def add(self, outcome: Outcome) -> None:
        self.codes[outcome.code] += 1
        self.kinds.update(outcome.kinds)
        done = self.codes.total()
        if done % 1000 == 0:
            print(f"{done} cases, {len(self.wrong)} wrong", file=sys.stderr, flush=True)
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        if outcome.wrong:
            self.wrong.append(outcome)
            shown = "\n".join(text[-1500:] for text in outcome.wrong[:3])
            print(f"case {outcome.number}: {shown}", file=sys.stderr, flush=True)


def run_cases(files: damaged_data.Files, seed: int, numbers: Sequence[int], jobs: int) -> _Tally:
    """Run the cases in ``jobs`` processes; one that takes longer than a minute is ended with its process."""
    tally = _Tally()
    shares = [deque(numbers[start::jobs]) for start in range(jobs)]
    threads = [Thread(target=_watch, args=(files, seed, share, tally)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _watch(files: damaged_data.Files, seed: int, share: deque[int], tally: _Tally) -> None:
    """Have a process run the cases of a share, and a new one after it has died or had to be ended."""
    context = multiprocessing.get_context("spawn")
    while share:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(files, seed, [*share], there), daemon=True)
        process.start()
        there.close()
        while share:
            try:
                outcome = here.recv() if here.poll(PATIENCE) else None
            except EOFError:
                tally.add(Outcome(share.popleft(), -1, (), ("the process died",), 0))
                break
            if outcome is None:
                process.kill()
                tally.add(Outcome(share.popleft(), -1, (), (f"longer than {PATIENCE} seconds",), PATIENCE))
                break
            share.popleft()
            tally.add(outcome)
        process.join()


def _work(files: damaged_data.Files, seed: int, numbers: list[int], results: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for number in numbers:
        with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
            results.send(run_case(files, seed, number, Path(folder)))


def _fast_folder() -> str | None:
    """In memory where the system has such a folder: the files of a case are written and read once."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main() -> int:
    parser = argparse.ArgumentParser(description="Lay damaged raw data before edstats clean.")
    parser.add_argument("--cases", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (default: 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="run this case alone, and keep its folder")
    options = parser.parse_args()
    files = project_files()
    if options.only is not None:
        folder = Path(tempfile.mkdtemp())
        outcome = run_case(files, options.seed, options.only, folder)
        print(f"{outcome}\nits files are in {folder}")
        print(*outcome.wrong, sep="\n")
        return 1 if outcome.wrong else 0
    started = time.monotonic()
    tally = run_cases(files, options.seed, range(options.cases), options.jobs)
    seconds = time.monotonic() - started
    for kind, count in tally.kinds.most_common():
        print(f"{count:>7} {kind}")
    print(f"{len(tally.kinds)} kinds of faults")
    codes = ", ".join(f"exit {code}: {count}" for code, count in sorted(tally.codes.items()))
    print(f"{options.cases} cases with seed {options.seed} in {seconds:.0f} s: {codes}; wrong: {len(tally.wrong)}")
    if tally.slowest:
        print(f"the slowest is case {tally.slowest.number} with {tally.slowest.seconds:.1f} s")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
