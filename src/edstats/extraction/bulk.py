"""Many documents at once: read and extracted by several workers, with the results in the order of the input.

A document that fails becomes a `Fault` in its place, and the others go on. Documents go to the workers in batches, so
that small ones do not drown in the cost of sending, and only a few batches are under way at any time, so that a file
larger than the memory can be read. Workers are processes of this machine or those of a cluster, which are sent the
documents' bytes.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from itertools import chain

from edstats.executors import Workers, kept_busy, processes
from edstats.extraction.documents import Piece, UnreadableDocument, loaded, read_piece
from edstats.extraction.engine import extract_document
from edstats.extraction.result import Extraction
from edstats.faults import Fault

# About a tenth of a second of work, many times the cost of sending it.
BATCH_BYTES, BATCH_DOCUMENTS = 128 * 1024, 100
BATCHES_AHEAD = 3  # for each worker
_REPORT_IT = "this is a mistake in edstats: report it with the document; the others are not touched"
_SPLIT_IT = "is it very large? free some memory, or divide it into several documents"

Outcome = Extraction | Fault
Work = Callable[[Piece], Extraction]
# So many workers, or as many as there are.
_Start = Callable[[int], AbstractContextManager[Workers]]
_Batch = list[Piece | Fault]


def extract_piece(piece: Piece) -> Extraction:
    """Read one document and extract its figures. Raises UnreadableDocument."""
    return extract_document(read_piece(piece))


def extract_all(
    pieces: Iterable[Piece | Fault], jobs: int, work: Work = extract_piece, cluster: Workers | None = None
) -> Generator[tuple[Outcome, int], None, None]:
    """Each document's extraction, or the fault for which there is none, and the document's size in bytes.

    ``jobs`` processes share the work; with one, or with no more than one batch of documents, it is done in this
    process. With a ``cluster`` it is all done there. ``work`` must be a function of a module, which other processes can
    import. A second document with an id that was there before is a fault: its rows could not be told from the first
    one's.
    """
    known: set[str] = set()
    for piece, outcome in _outcomes(pieces, jobs, work, cluster):
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


def _outcomes(
    pieces: Iterable[Piece | Fault], jobs: int, work: Work, cluster: Workers | None
) -> Iterator[tuple[Piece | Fault, Outcome]]:
    if cluster:
        for batch, outcomes in _on_workers(_batches(pieces), jobs, lambda _: nullcontext(cluster), work):
            yield from zip(batch, outcomes, strict=True)
        return
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
    for batch, outcomes in _on_workers(chain([first, second], batches), jobs, processes, work):
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
    """What a worker does with a batch."""
    return [_attempt(piece, work) for piece in batch]


def _on_workers(
    batches: Iterator[_Batch], count: int, start: _Start, work: Work
) -> Iterator[tuple[_Batch, list[Outcome]]]:
    suspects: list[_Batch] | None = []
    while suspects is not None:
        yield from _one_by_one(suspects, start, work)
        with start(count) as workers:
            suspects = yield from _until_death(batches, workers, work)


def _until_death(
    batches: Iterator[_Batch], workers: Workers, work: Work
) -> Generator[tuple[_Batch, list[Outcome]], None, list[_Batch] | None]:
    """What comes of the batches; returns None at their end, and those that were under way when a worker died."""
    submit = partial(_submit, workers, work=work)
    with closing(kept_busy(batches, submit, workers.count * BATCHES_AHEAD)) as rounds:
        for under_way in rounds:
            batch, future = under_way[0]
            try:
                outcomes = future.result()
            except workers.death:
                return [batch for batch, _ in under_way]
            yield batch, outcomes
    return None


def _submit(workers: Workers, batch: _Batch, work: Work) -> Future[list[Outcome]]:
    if workers.remote:
        batch = [_loaded(piece) for piece in batch]
    try:
        return workers.executor.submit(_run_batch, batch, work)
    except workers.death as error:  # a process died while we were at it: the same as dying later
        failed: Future[list[Outcome]] = Future()
        failed.set_exception(error)
        return failed


def _loaded(piece: Piece | Fault) -> Piece | Fault:
    try:
        return loaded(piece) if isinstance(piece, Piece) else piece
    except UnreadableDocument as unreadable:
        return unreadable.fault


def _one_by_one(batches: list[_Batch], start: _Start, work: Work) -> Iterator[tuple[_Batch, list[Outcome]]]:
    """The batches that were under way when a worker died: which document was it? Each by itself will tell."""
    for batch in batches:
        outcomes: list[Outcome] = []
        while len(outcomes) < len(batch):
            with start(1) as workers:
                outcomes += _up_to_the_killer(batch[len(outcomes) :], workers, work)
        yield batch, outcomes


def _up_to_the_killer(batch: _Batch, workers: Workers, work: Work) -> list[Outcome]:
    """What comes of a batch's documents, up to the first that kills what reads it."""
    outcomes: list[Outcome] = []
    for piece in batch:
        try:
            outcomes += _submit(workers, [piece], work).result()
        except workers.death:
            assert isinstance(piece, Piece)  # passing a fault on kills no process
            return [*outcomes, piece.fault("the process that read it died", _SPLIT_IT, "EDS-072")]
    return outcomes
