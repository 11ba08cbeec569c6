"""Many documents at once: read and extracted in parallel processes, with the results in the order of the input.

A document that fails becomes a `Fault` in its place, and the others go on. Documents go to the processes in batches, so
that small ones do not drown in the cost of sending, and only a few batches are under way at any time, so that a file
larger than the memory can be read.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain

from edstats.extraction.documents import Piece, UnreadableDocument, read_piece
from edstats.extraction.engine import extract_document
from edstats.extraction.result import Extraction
from edstats.faults import Fault

# About a tenth of a second of work, many times the cost of sending it.
BATCH_BYTES, BATCH_DOCUMENTS = 128 * 1024, 100
BATCHES_AHEAD = 3  # for each process
_REPORT_IT = "this is a mistake in edstats: report it with the document; the others are not touched"
_SPLIT_IT = "is it very large? free some memory, or divide it into several documents"

Outcome = Extraction | Fault
Work = Callable[[Piece], Extraction]
_Batch = list[Piece | Fault]


def extract_piece(piece: Piece) -> Extraction:
    """Read one document and extract its figures. Raises UnreadableDocument."""
    return extract_document(read_piece(piece))


def extract_all(
    pieces: Iterable[Piece | Fault], jobs: int, work: Work = extract_piece
) -> Generator[tuple[Outcome, int], None, None]:
    """Each document's extraction, or the fault for which there is none, and the document's size in bytes.

    ``jobs`` processes share the work; with one, or with no more than one batch of documents, it is done in this
    process. ``work`` must be a function of a module, which other processes can import. A second document with an id
    that was there before is a fault: its rows could not be told from the first one's.
    """
    known: set[str] = set()
    for piece, outcome in _outcomes(pieces, jobs, work):
        size = piece.size if isinstance(piece, Piece) else 0
        if isinstance(piece, Piece) and isinstance(outcome, Extraction):
            identity = outcome.document.id
            yield (_repeated(piece, identity) if identity in known else outcome), size
            known.add(identity)
        else:
            yield outcome, size


def _repeated(piece: Piece, identity: str) -> Fault:
    remedy = "give it another id or name, or leave it out"
    return piece.fault(f"a second document with the id {identity!r}", remedy, "EDS-070")


def _outcomes(pieces: Iterable[Piece | Fault], jobs: int, work: Work) -> Iterator[tuple[Piece | Fault, Outcome]]:
    if jobs == 1:
        for piece in pieces:
            yield piece, _attempt(piece, work)
        return
    batches = _batches(pieces)
    first = next(batches, [])
    second = next(batches, None)
    if second is None:
        for piece in first:
            yield piece, _attempt(piece, work)
        return
    for batch, outcomes in _in_processes(chain([first, second], batches), jobs, work):
        yield from zip(batch, outcomes, strict=True)


def _batches(pieces: Iterable[Piece | Fault]) -> Iterator[_Batch]:
    batch: _Batch = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += piece.size if isinstance(piece, Piece) else 0
        if size >= BATCH_BYTES or len(batch) >= BATCH_DOCUMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _attempt(piece: Piece | Fault, work: Work) -> Outcome:
    if isinstance(piece, Fault):
        return piece
    try:
        return work(piece)
    except UnreadableDocument as unreadable:
        return unreadable.fault
    except Exception as error:  # the others must go on, whatever one document does
        return piece.fault(f"{type(error).__name__}: {error}", _REPORT_IT, "EDS-071")


def _run_batch(batch: _Batch, work: Work) -> list[Outcome]:
    """What a process does with a batch."""
    return [_attempt(piece, work) for piece in batch]


def _in_processes(batches: Iterator[_Batch], jobs: int, work: Work) -> Iterator[tuple[_Batch, list[Outcome]]]:
    under_way: deque[tuple[_Batch, Future[list[Outcome]]]] = deque()
    pool = _pool(jobs)
    try:
        while True:
            while len(under_way) < jobs * BATCHES_AHEAD and (batch := next(batches, None)) is not None:
                under_way.append((batch, _submit(pool, batch, work)))
            if not under_way:
                return
            batch, future = under_way[0]
            try:
                outcomes = future.result()
            except BrokenProcessPool:
                pool.shutdown()
                yield from _one_by_one([batch for batch, _ in under_way], work)
                under_way.clear()
                pool = _pool(jobs)
            else:
                under_way.popleft()
                yield batch, outcomes
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, batch: _Batch, work: Work) -> Future[list[Outcome]]:
    try:
        return pool.submit(_run_batch, batch, work)
    except BrokenProcessPool as error:  # a process died while we were at it: the same as dying later
        failed: Future[list[Outcome]] = Future()
        failed.set_exception(error)
        return failed


def _one_by_one(batches: list[_Batch], work: Work) -> Iterator[tuple[_Batch, list[Outcome]]]:
    """The batches that were under way when a process died: which document was it? Each by itself will tell."""
    pool = _pool(1)
    try:
        for batch in batches:
            outcomes: list[Outcome] = []
            for piece in batch:
                try:
                    outcomes += pool.submit(_run_batch, [piece], work).result()
                except BrokenProcessPool:
                    assert isinstance(piece, Piece)  # passing a fault on kills no process
                    outcomes.append(piece.fault("the process that read it died", _SPLIT_IT, "EDS-072"))
                    pool.shutdown()
                    pool = _pool(1)
            yield batch, outcomes
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the first one is to answer it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
