"""The command ``edstats extract``: from the documents that a person names to rows, a review page or a draft.

Results go to standard output, in UTF-8 with LF whatever the system prefers; what is wrong goes to standard error, one
line a document.
"""

import argparse
import csv
import io
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import closing, nullcontext
from pathlib import Path

from tqdm import tqdm

from edstats.executors import NoCluster, Workers, dask_workers
from edstats.exit_codes import DONE, FAULTS, INTERRUPTED
from edstats.extraction.bulk import extract_all
from edstats.extraction.documents import find_pieces, size_of
from edstats.extraction.result import FIGURE_COLUMNS, Extraction, Figure
from edstats.faults import Fault
from edstats.spreadsheets import guarded


class NotOneDocumentError(ValueError):
    """A draft is of one document, and there are more, or none."""


def run(options: argparse.Namespace, data: Path | None) -> int:
    """Extract the documents ``options.paths`` and return the exit code.

    ``data`` is the data folder where ``options.draft`` names a source, else None. Raises NotOneDocumentError where a
    draft is asked of any other number of documents than one; nothing is written then.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    faults: list[Fault] = []
    untold = "nothing was written"
    try:
        with (
            dask_workers(options.scheduler) if options.scheduler else nullcontext() as cluster,
            closing(_extractions(options, faults, cluster)) as extractions,
        ):
            if data is not None:
                return _write_draft(extractions, faults, options.draft, data)
            if options.format == "html":
                _write_page(extractions, faults)
            else:
                untold = "the rows are not all"
                _write_rows(extractions)
        sys.stdout.flush()
    except NoCluster as error:
        print(f"{error}; {untold}", file=sys.stderr)
        return FAULTS
    except BrokenPipeError:
        # `| head` has read enough. Python would flush what is left into the closed pipe as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return INTERRUPTED
    return FAULTS if faults else DONE


def _extractions(
    options: argparse.Namespace, faults: list[Fault], cluster: Workers | None
) -> Generator[Extraction, None, None]:
    """What came of the documents, in their order; what came of none is printed and added to ``faults``."""
    pieces = find_pieces(options.paths, sys.stdin.buffer)
    # Rows on the same terminal would tear the bar to pieces.
    hidden = sys.stdout.isatty() or not sys.stderr.isatty()
    bar = tqdm(
        total=None if hidden else size_of(options.paths), unit="B", unit_scale=True, file=sys.stderr, disable=hidden
    )
    with bar, closing(extract_all(pieces, options.jobs or os.cpu_count() or 1, cluster=cluster)) as outcomes:
        for outcome, size in outcomes:
            bar.update(size)
            if isinstance(outcome, Fault):
                faults.append(outcome)
                bar.write(str(outcome), file=sys.stderr)
            else:
                yield outcome


def _write_rows(extractions: Iterable[Extraction]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(FIGURE_COLUMNS)
    for extraction in extractions:
        writer.writerows(_row(extraction.document.id, figure) for figure in extraction.items)
        sys.stdout.flush()


def _row(document: str, figure: Figure) -> list[str]:
    return [guarded(document), *(_cell(getattr(figure, column)) for column in FIGURE_COLUMNS if column != "doc")]


def _cell(value: str | float | None) -> str:
    """A number without needless digits: 8200000000, 86.5. Fifteen are what a float keeps of any decimal number.

    A document's words are nobody's formula: ``edstats.spreadsheets`` says how they are kept from being one.
    """
    if not isinstance(value, float):
        return "" if value is None else guarded(str(value))
    return str(int(value)) if value.is_integer() else f"{value:.15g}"


def _write_page(extractions: Iterable[Extraction], faults: list[Fault]) -> None:
    from edstats.extraction.review import review_page  # noqa: PLC0415 - only this format needs its templates

    shown = list(extractions)
    if shown or not faults:
        print(review_page(shown))


def _write_draft(extractions: Iterable[Extraction], faults: list[Fault], source: str, data: Path) -> int:
    from edstats.drafts import write_draft  # noqa: PLC0415 - only this option needs the rules of data/raw

    found: list[Extraction] = []
    for extraction in extractions:
        found.append(extraction)
        if len(found) + len(faults) > 1:
            break
    if len(found) + len(faults) != 1:
        raise NotOneDocumentError("--draft takes one document; give the path of a single one")
    if faults:
        return FAULTS
    path, refused = write_draft(found[0], source, data)
    for fault in refused:
        print(fault, file=sys.stderr)
    if path is None:
        return FAULTS
    count = len(found[0].items)
    shown = "1 figure" if count == 1 else f"{count} figures"
    print(f"{shown} in {path}; review {'it' if count == 1 else 'them'}, then run edstats accept {source}")
    return DONE
