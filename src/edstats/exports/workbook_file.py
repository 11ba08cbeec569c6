"""Workbooks as files: the same bytes at any time, and a mark by which an export is known again.

openpyxl and zip write the time of the clock into a file; here the time is given. The mark is the comment of the zip
archive that an xlsx file is. No spreadsheet program keeps it, so a workbook that a person saved bears none.
"""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

_FIRST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def workbook_bytes(book: Workbook, made: datetime) -> bytes:
    """A workbook as an xlsx file that says it was made at ``made``."""
    book.properties.created = book.properties.modified = made
    timed = BytesIO()
    # Workbook.save() would put in the time of the clock.
    _InMemory(book, ZipFile(timed, "w", ZIP_DEFLATED)).save()
    timeless = BytesIO()
    with ZipFile(timed) as parts, ZipFile(timeless, "w", ZIP_DEFLATED) as archive:
        for part in parts.infolist():
            archive.writestr(_entry(part.filename), parts.read(part))
        archive.comment = _mark(archive)
    return timeless.getvalue()


class _InMemory(ExcelWriter):
    """A writer of workbooks without files in the system's temporary folder, which may be full."""

    def write_worksheet(self, ws: Worksheet) -> None:
        """Write one sheet into the archive."""
        writer = WorksheetWriter(ws, BytesIO())
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], writer.read())
        self.manifest.append(ws)


def is_exported(path: Path) -> bool:
    """Whether a file is a workbook that edstats exported, and that nobody saved since. Raises OSError."""
    try:
        with ZipFile(path) as archive:
            return archive.comment == _mark(archive)
    except (BadZipFile, ValueError, NotImplementedError):
        return False


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _FIRST_ZIP_TIME)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 0  # the system on which it was made makes no difference
    return entry


def _mark(archive: ZipFile) -> bytes:
    """The mark of an archive, from the names and checksums of what it holds."""
    held = "".join(f"{part.filename} {part.CRC} {part.file_size}\n" for part in archive.infolist())
    return f"edstats export {hashlib.sha256(held.encode()).hexdigest()}".encode()
