"""The documents that a person names: files, folders or standard input, in every form that occurs in practice.

A document's ``text`` keeps its characters, so that offsets lead back into the file as an editor shows it: of a text
file only the byte order mark goes and line ends become ``\\n``; of a line of ``.jsonl`` nothing changes. The text of a
saved page is what trafilatura finds to be its main text, and offsets are into that.

Finding the documents is apart from reading them, so that other processes can do the reading.
"""

import codecs
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, dropwhile
from pathlib import Path
from typing import Any, BinaryIO

from edstats.extraction.decoding import NotTextError, decode
from edstats.extraction.published_dates import NoDate, dateline, is_dateline, page_date, read_published
from edstats.extraction.result import Document
from edstats.faults import Fault

STANDARD_INPUT = "-"
KINDS = {".txt": "text", ".html": "page", ".htm": "page", ".jsonl": "records"}
OTHER_KINDS = {".pdf", ".doc", ".docx", ".odt", ".rtf"}  # documents, but not as text: named, not passed over
LONGEST_TITLE = 200
# A press release has some thousand characters; the limits keep memory and time in bounds whatever is named. What a page
# of more elements costs grows, in the libraries that read it, with their square.
LARGEST_DOCUMENT = 16 * 1024**2  # bytes
LARGEST_PAGE = 4 * 1024**2
MOST_ELEMENTS = 20_000
LONGEST_TAG = 10_000  # characters outside quotes
LONGEST_ID = 200
_PAGE = re.compile(
    r"\s*(?:<\?xml|<!doctype html|<!--|<(?:html|head|body|div|article|main|section|h1|p|table)\b)", re.IGNORECASE
)
_SILENCE = logging.NullHandler()
_TITLE_WITHIN = 8  # lines; a title stands at the top
_BY_INPUT = "standard input"
_SAVE_AS_TEXT = "save the document as text (UTF-8) or as HTML"
_CHECK_FILE = "check the name, and that you may read it"
_RECORD_FORM = 'each line is one JSON object with "id", "text" and, where known, "title" and "published"'
_INSTALL = "install it with pip install 'edstats[extract]', or save the article itself as .txt"
_DIVIDE = "divide it into several documents, or save the text of the article alone"
_SAVE_ARTICLE = "save the article itself as .txt"
# A tag with attributes, as far as it goes without another one in it; it need not be closed, so that none is read twice.
_TAG = re.compile(r"<[a-z][a-z0-9:-]*[\s/]+(?=[\w:@\"'])(?:\"[^\"]*\"|'[^']*'|[^\"'<>])*+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_DATED_BY_FILE = date(1990, 1, 1)  # archives that pack reproducibly give every file a time before this


class UnreadableDocument(Exception):
    """A document that cannot be read; ``fault`` says which, why, and what to do."""

    def __init__(self, fault: Fault) -> None:
        """``fault``: what the person is told."""
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Piece:
    """Where one document is to be read from: a file, one line of a file or what came by standard input.

    ``file`` and ``row`` name it in messages; ``kind`` is text, page, record or "" to be told from the content;
    ``content`` is None where ``path`` is to be read; ``size`` is in bytes. ``latest`` is the last day on which the
    document can have been published, where that is known.
    """

    id: str
    file: str
    row: int
    kind: str
    size: int
    path: Path | None = None
    content: bytes | None = None
    latest: date | None = None

    def fault(self, found: str, remedy: str, code: str, column: str = "") -> Fault:
        """A fault of this document."""
        return Fault(self.file, self.row, column, found, remedy, code)


# --- finding documents


def find_pieces(paths: Sequence[str], standard_input: BinaryIO) -> Iterator[Piece | Fault]:
    """The documents of the files and folders ``paths``, in this order; ``-`` is ``standard_input``.

    A folder gives its ``.txt``, ``.html``, ``.htm`` and ``.jsonl`` files and those of its subfolders, sorted by path;
    hidden files and files of other kinds are left out, except that PDF and the like are faults. A document's id is its
    path in the folder without ending, for a file alone its name without ending, for a line of ``.jsonl`` its ``id``.
    What cannot be found is a fault in its place.
    """
    for name in paths:
        path = Path(name)
        if name == STANDARD_INPUT:
            yield from _standard_input_pieces(standard_input)
        elif _is_folder(path):
            found = _files(path)
            if not found:
                remedy = f"give it files ending in {', '.join(KINDS)}"
                yield Fault(name, 0, "", "no document in this folder", remedy, "EDS-060")
            for file in found:
                yield from _file_pieces(file, file.relative_to(path))
        else:
            yield from _file_pieces(path, Path(path.name))


def size_of(paths: Sequence[str]) -> int | None:
    """The bytes that `find_pieces` will come to, or None where standard input is among them."""
    if STANDARD_INPUT in paths:
        return None
    files = [file for name in paths for file in (_files(Path(name)) if _is_folder(Path(name)) else [Path(name)])]
    return sum(map(_size, files))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long is none of a folder; reading it will fail, and say so
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _files(folder: Path) -> list[Path]:
    """The documents' files in a folder and its subfolders. Links to folders may lead in a circle: not followed."""
    found: list[Path] = []

    def name_it(error: OSError) -> None:
        """A subfolder that cannot be listed stands for its documents: reading it will fail, and say so."""
        found.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=name_it):
        folders[:] = [name for name in folders if not name.startswith(".")]
        shown = [Path(parent, name) for name in names if not name.startswith(".")]
        found += [file for file in shown if file.suffix.lower() in {*KINDS, *OTHER_KINDS} and file.is_file()]
    return sorted(found, key=lambda file: file.relative_to(folder).parts)


def _file_pieces(path: Path, shown: Path) -> Iterator[Piece | Fault]:
    """``shown`` is the path by which the document is known."""
    kind = KINDS.get(path.suffix.lower(), "")
    if path.suffix.lower() in OTHER_KINDS:
        yield Fault(str(path), 0, "", f"{path.suffix} files cannot be read", _SAVE_AS_TEXT, "EDS-062")
        return
    try:
        if kind == "records":
            with path.open("rb") as stream:
                yield from _record_pieces(stream, str(path))
        else:
            name = os.fsencode(shown.with_suffix("").as_posix() if kind else shown.as_posix()).decode(
                "utf-8", "replace"
            )
            yield Piece(name, str(path), 0, kind, path.stat().st_size, path)
    except OSError as error:
        yield Fault(str(path), 0, "", _reason(error), _CHECK_FILE, "EDS-061")


def _standard_input_pieces(stream: BinaryIO) -> Iterator[Piece]:
    first = stream.readline(LARGEST_DOCUMENT + 1)
    while first and not first.strip():
        first = stream.readline(LARGEST_DOCUMENT + 1)
    # No press release begins with a brace. UTF-16 has a zero byte beside it.
    if re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*{", first):
        yield from _record_pieces(stream, _BY_INPUT, first)
    else:
        content = first + stream.read(LARGEST_DOCUMENT + 1 - len(first))
        yield Piece("stdin", _BY_INPUT, 0, "", len(content), content=content)


def _record_pieces(stream: BinaryIO, file: str, first: bytes = b"") -> Iterator[Piece]:
    """One piece a line that is not blank, made when it is asked for: such files may be larger than the memory.

    ``first`` is what has been read of the stream's first line.
    """
    for row, line in enumerate(_utf8_lines(_lines(stream, first)), start=1):
        if line.strip():
            yield Piece("", file, row, "record", len(line), content=line)


def _lines(stream: BinaryIO, first: bytes) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long as much as shows that it is."""
    line = first or stream.readline(LARGEST_DOCUMENT + 1)
    while line:
        yield line
        rest = line
        while len(rest) > LARGEST_DOCUMENT and not rest.endswith(b"\n"):
            rest = stream.readline(LARGEST_DOCUMENT + 1)
        line = stream.readline(LARGEST_DOCUMENT + 1)


def _utf8_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines as they are, or, where the first begins as UTF-16 does, all of them in UTF-8."""
    waiting = iter(lines)
    first = next(waiting, b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = decode(b"".join(chain([first], waiting)))
        yield from (line.encode("utf-8", "replace") for line in text.split("\n"))
    else:
        yield from chain([first], waiting)


# --- reading one


def read_piece(piece: Piece) -> Document:
    """Read one document. Raises UnreadableDocument, which names it and says what to do."""
    try:
        content = _content(piece)
        text = decode(content)
    except OSError as error:
        raise _unopened(piece, error) from None
    except NotTextError as error:
        raise UnreadableDocument(piece.fault(str(error), _SAVE_AS_TEXT, "EDS-063")) from None
    if not text.strip():
        raise UnreadableDocument(piece.fault("no text in it", "remove it, or save the document again", "EDS-064"))
    if piece.kind == "record":
        return _read_record(piece, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if piece.kind == "page" or (not piece.kind and _PAGE.match(text)):
        return _read_page(piece, text)
    return Document(piece.id, text, title_of(text), dateline(text, _latest(piece)))


def loaded(piece: Piece) -> Piece:
    """The same with all that can be known of it here alone, to be read elsewhere. Raises UnreadableDocument."""
    try:
        return replace(piece, path=None, content=_content(piece), latest=_latest(piece))
    except OSError as error:
        raise _unopened(piece, error) from None


def _unopened(piece: Piece, error: OSError) -> UnreadableDocument:
    return UnreadableDocument(piece.fault(_reason(error), _CHECK_FILE, "EDS-061"))


def _content(piece: Piece) -> bytes:
    """The bytes of a document. Raises OSError, and UnreadableDocument for more than are read."""
    limit = LARGEST_PAGE if piece.kind == "page" else LARGEST_DOCUMENT
    if piece.path:
        with piece.path.open("rb") as stream:
            content = stream.read(limit + 1)  # and no more: some files have no end
    else:
        content = piece.content or b""
    if len(content) > limit:
        raise UnreadableDocument(piece.fault(f"larger than {limit // 1024**2} MB", _DIVIDE, "EDS-073"))
    return content


def title_of(text: str) -> str:
    """The text's first line, datelines and counters aside, where it looks like a title, else "".

    It does when more text follows it, it is short and it does not end as a sentence.
    """
    lines = [line.strip() for line in text.split("\n", maxsplit=_TITLE_WITHIN) if line.strip()]
    lines = list(dropwhile(is_dateline, lines))
    if len(lines) < 2 or len(lines[0]) > LONGEST_TITLE or lines[0].endswith((".", ",", ";", ":")):
        return ""
    return lines[0]


def _latest(piece: Piece) -> date:
    """The last day on which the document can have been published: it cannot be younger than its file."""
    if piece.latest:
        return piece.latest
    tomorrow = date.today() + timedelta(days=1)  # where the document was written, the day may have begun already
    if piece.path is None:
        return tomorrow
    try:
        written = date.fromtimestamp(piece.path.stat().st_mtime) + timedelta(days=1)
    except (OverflowError, ValueError):  # a time of the file that no calendar has
        return tomorrow
    return min(tomorrow, written) if written > _DATED_BY_FILE else tomorrow


def _read_record(piece: Piece, line: str) -> Document:
    """The document of one line of ``.jsonl``; title and date that it does not give are looked for in the text."""
    try:
        record = json.loads(line, object_pairs_hook=_Object)
    except json.JSONDecodeError as error:
        raise UnreadableDocument(piece.fault(f"no JSON: {error.msg}", _RECORD_FORM, "EDS-065")) from None
    except RecursionError:
        raise UnreadableDocument(
            piece.fault("no JSON that can be read: nested too deeply", _RECORD_FORM, "EDS-065")
        ) from None
    except ValueError:  # what Python takes for no number
        raise UnreadableDocument(piece.fault("a number of thousands of digits", _RECORD_FORM, "EDS-065")) from None
    if not isinstance(record, _Object):
        raise UnreadableDocument(piece.fault("no JSON object", _RECORD_FORM, "EDS-065"))
    if record.twice:
        remedy = "give each name once; of two texts one would be lost"
        raise UnreadableDocument(piece.fault("stands twice", remedy, "EDS-066", record.twice[:LONGEST_ID]))
    text = _field(piece, record, "text")
    identity = f"{record['id'] if type(record.get('id')) is int else _field(piece, record, 'id')}"
    if len(identity) > LONGEST_ID:
        raise UnreadableDocument(piece.fault(f"{len(identity)} characters", f"{LONGEST_ID} at most", "EDS-066", "id"))
    title = title_of(text) if record.get("title") is None else _field(piece, record, "title")
    if record.get("published") is None:
        published = dateline(text, _latest(piece))
    else:
        published = _published(piece, _field(piece, record, "published"))
    return Document(identity, text, title, published)


class _Object(dict[str, Any]):
    """An object of JSON, and the first name that stands twice in it, or ""."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs)
        self.twice = next((name for name, count in counts.items() if count > 1), "")


def _field(piece: Piece, record: Mapping[str, Any], name: str) -> str:
    """A field of a line. ``id`` and ``text`` must say something."""
    value = record.get(name)
    if value is None:
        raise UnreadableDocument(piece.fault("not given", _RECORD_FORM, "EDS-066", name))
    if not isinstance(value, str):
        shown = "a list or an object" if isinstance(value, list | dict) else json.dumps(value)[:40]
        raise UnreadableDocument(piece.fault(f"{shown} is no text", "put it in quotes", "EDS-066", name))
    if name in {"id", "text"} and not value.strip():
        raise UnreadableDocument(piece.fault("empty", _RECORD_FORM, "EDS-066", name))
    if re.search("[\ud800-\udfff]", value):
        found = "holds half a character (a lone surrogate)"
        raise UnreadableDocument(piece.fault(found, "write it again", "EDS-066", name))
    return value


def _published(piece: Piece, value: str) -> str:
    """A date as a line gives it, as an ISO date, a year or ""."""
    try:
        return read_published(value)
    except NoDate as error:
        raise UnreadableDocument(
            piece.fault(f"{value[:40]!r} is no date", f"{error}", "EDS-067", "published")
        ) from None


def _read_page(piece: Piece, text: str) -> Document:
    try:
        import lxml.etree  # noqa: PLC0415
        import lxml.html  # noqa: PLC0415 - comes with the extra; text files do without
        import trafilatura  # noqa: PLC0415
    except ImportError:
        raise UnreadableDocument(piece.fault("a saved page needs trafilatura", _INSTALL, "EDS-068")) from None
    for name in ("trafilatura", "htmldate"):  # what they find odd in a page is no message for our reader
        logging.getLogger(name).addHandler(_SILENCE)
    parser = lxml.html.HTMLParser(encoding="utf-8")
    nothing = UnreadableDocument(piece.fault("no main text found in this page", _SAVE_ARTICLE, "EDS-069"))
    if len(text) > LARGEST_PAGE:  # one that came by a name without ending
        raise UnreadableDocument(
            piece.fault(f"a page larger than {LARGEST_PAGE // 1024**2} MB", _SAVE_ARTICLE, "EDS-073")
        )
    if any(len(_QUOTED.sub("", tag[0])) > LONGEST_TAG for tag in _TAG.finditer(text)):
        raise UnreadableDocument(piece.fault("a page with a tag that is longer than any", _SAVE_ARTICLE, "EDS-073"))
    try:
        page = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:
        raise nothing from None
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        # The parser leaves off there, and says so nowhere else: what follows would be lost.
        raise UnreadableDocument(
            piece.fault("a page nested too deeply to be read to its end", _SAVE_ARTICLE, "EDS-073")
        )
    count = sum(1 for _ in page.iter())
    if count > MOST_ELEMENTS:
        raise UnreadableDocument(
            piece.fault(f"a page of {count} elements, more than {MOST_ELEMENTS}", _SAVE_ARTICLE, "EDS-073")
        )
    published = page_date(page, _latest(piece))
    found = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)
    if not isinstance(found, trafilatura.settings.Document) or not found.text:
        raise nothing
    return Document(piece.id, found.text, found.title or "", published or dateline(found.text, _latest(piece)))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
