"""How many raw figures and characters of documents the commands take a second, at several sizes, and with what memory.

Run ``make bench``, or ``python benchmarks/throughput.py``. Each line is one run of a command as a whole, with its
start: ``edstats clean`` on made-up figures (``raw_figures.py``), ``edstats extract`` on made-up press releases in
three languages (``extraction.py``), in one process and in one a core. Memory is the most that its processes hold.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from extraction import LANGUAGES, ordinary
from memory import PeakMemory
from raw_figures import write_raw_figures

EDSTATS = Path(sys.executable).parent / "edstats"
FIGURES = (10_000, 100_000, 1_000_000)
MEGABYTES = (2.5, 5, 10)
DOCUMENT = 3_000  # characters


def write_documents(file: Path, megabytes: float) -> int:
    """Write documents of ``megabytes`` in all as JSON lines; returns the number of their characters."""
    chance = random.Random(0)
    characters = size = 0
    texts = {language: ordinary(language)(chance, int(megabytes * 400_000)) for language in LANGUAGES}
    with file.open("w", encoding="utf-8") as lines:
        for number in range(int(megabytes * 400_000) // DOCUMENT):
            for language, text in texts.items():
                part = text[number * DOCUMENT : (number + 1) * DOCUMENT]
                if size < megabytes * 1e6:
                    size += len(part.encode())
                    characters += len(part)
                    entry = {"id": f"{language}-{number}", "text": part, "published": "2024-09-02"}
                    print(json.dumps(entry, ensure_ascii=False), file=lines)
    return characters


def report(name: str, amount: int, unit: str, *arguments: str) -> None:
    """Run a command and print a line of the table."""
    start = time.perf_counter()
    with PeakMemory() as memory:
        subprocess.run([str(EDSTATS), *arguments], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    print(
        f"| {name} | {amount:,} {unit} | {seconds:.1f} | {amount / seconds:,.0f} | {memory.peak:.0f} |",
        flush=True,
    )


def main() -> None:
    print("| command | of | seconds | a second | peak MB |\n| --- | ---: | ---: | ---: | ---: |", flush=True)
    for count in FIGURES:
        with tempfile.TemporaryDirectory() as folder:
            data = write_raw_figures(Path(folder), count)
            report("edstats clean", count, "figures", "clean", "--data", str(data))
    for jobs in sorted({1, os.cpu_count() or 1}):
        for megabytes in MEGABYTES:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "documents.jsonl")
                characters = write_documents(file, megabytes)
                command = ("extract", str(file), "--jobs", str(jobs))
                report(f"edstats extract --jobs {jobs}, {megabytes} MB", characters, "characters", *command)


if __name__ == "__main__":
    main()
