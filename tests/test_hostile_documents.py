"""Documents that are none, or are made to be in the way: each is named with its fault, and the others go on."""

import io
import json
import os
import resource
from datetime import date
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edstats.cli import main
from edstats.drafts import accept
from edstats.extraction import published_dates
from edstats.extraction.documents import (
    LARGEST_DOCUMENT,
    LARGEST_PAGE,
    LONGEST_ID,
    MOST_ELEMENTS,
    Piece,
    UnreadableDocument,
    find_pieces,
    read_piece,
)
from edstats.extraction.engine import extract_document

ARTICLE = "<p>В области 434 школы, из них 280 сельских, сообщили в управлении образования области.</p>"


def read_all(*paths: Path | str, standard_input: bytes = b"") -> list[str]:
    """The text of each document, or its fault."""
    outcomes = []
    for piece in find_pieces([str(path) for path in paths], io.BytesIO(standard_input)):
        try:
            outcomes.append(read_piece(piece).text if isinstance(piece, Piece) else piece.message)
        except UnreadableDocument as unreadable:
            outcomes.append(unreadable.fault.message)
    return outcomes


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>Школы</title></head><body><h1>Школы</h1>{ARTICLE}{body}</body></html>"


def read_page(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "page.html"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (outcome,) = read_all(path)
    return outcome.removeprefix(f"{path}: ")


# --- lines of JSON


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a", "text": "35 школ", "text": "36 школ"}', "text: stands twice; "),
        (f'{{"id": {"9" * 5000}, "text": "35 школ"}}', "a number of thousands of digits; "),
        (f'{{"id": "a", "text": "35 школ", "more": {"[" * 50_000}', "no JSON that can be read: nested too deeply; "),
        (f'{{"id": "a", "text": {"[" * 900}{"]" * 900}}}', "text: a list or an object is no text; "),
        ('{"id": "a", "text": {"a": 1}}', "text: a list or an object is no text; "),
        ('{"id": NaN, "text": "35 школ"}', "id: NaN is no text; "),
        ('{"id": 1e999, "text": "35 школ"}', "id: Infinity is no text; "),
        ('{"id": true, "text": "35 школ"}', "id: true is no text; "),
        (f'{{"id": "{"a" * 100_000}", "text": "35 школ"}}', f"id: 100000 characters; {LONGEST_ID} at most"),
        ('{"id": "a\\udc00", "text": "35 школ"}', "id: holds half a character"),
        ('{"id": "a", "text": "35 школ", "title": "\\ud800"}', "title: holds half a character"),
    ],
)
def test_a_line_that_hides_or_breaks_something_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(f'{line}\n{{"id": "next", "text": "35 школ"}}\n', encoding="utf-8")
    fault, text = read_all(path)
    assert fault.startswith(f"{path}:1: {said}")
    assert text == "35 школ"


def test_a_line_of_fifty_megabytes_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("wb") as lines:
        lines.write(b'{"id": "large", "text": "')
        for _ in range(50):
            lines.write(b"a" * 1024**2)
        lines.write(b'"}\n{"id": "next", "text": "35"}\n')
    fault, text = read_all(path)
    assert fault.startswith(f"{path}:1: larger than 16 MB; ")
    assert text == "35"


# --- files


def test_what_has_no_end_is_read_no_further_than_a_document_is_long() -> None:
    (fault,) = read_all("/dev/zero")
    assert fault.startswith("/dev/zero: larger than 16 MB; ")


def test_standard_input_without_end_is_left_off(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            buffer[:] = b"a" * len(buffer)
            self.taken += len(buffer)
            return len(buffer)

    stream = Endless()
    (piece,) = find_pieces(["-"], cast(BinaryIO, io.BufferedReader(stream)))
    assert isinstance(piece, Piece)
    with pytest.raises(UnreadableDocument, match="larger than 16 MB"):
        read_piece(piece)
    assert stream.taken < 2 * LARGEST_DOCUMENT


def test_blank_lines_and_an_endless_line_of_records() -> None:
    content = (
        b"\n" * 1000
        + b'{"id": "a", "text": "35"}\n'
        + b"{" * (LARGEST_DOCUMENT + 10)
        + b"\n"
        + b'{"id": "b", "text": "36"}'
    )
    first, fault, last = read_all("-", standard_input=content)
    assert (first, last) == ("35", "36")
    assert fault.startswith("standard input:2: larger than 16 MB; ")


@pytest.mark.parametrize("time", [1e12, -1e12, 253_402_300_799])
def test_a_time_of_a_file_that_no_calendar_has_dates_nothing(tmp_path: Path, time: float) -> None:
    path = tmp_path / "release.txt"
    path.write_text("Школы области\n02.12.2024\nПостроено 35 школ.", encoding="utf-8")
    try:
        os.utime(path, (time, time))
    except OSError:
        pytest.xfail("the file system keeps no such time")
    (piece,) = find_pieces([str(path)], io.BytesIO())
    assert isinstance(piece, Piece)
    assert read_piece(piece).published == "2024-12-02"


def test_a_name_that_is_too_long_is_that_of_no_file() -> None:
    name = "a" * 5000
    assert read_all(name) == [f"{name}: file name too long; check the name, and that you may read it"]


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\0x", b"PK\x03\x04\0\0", b"%PDF-1.7\n\0", b"", b"\0" * 1000])
def test_other_files_under_the_name_of_a_page_are_named(tmp_path: Path, content: bytes) -> None:
    outcome = read_page(tmp_path, content)
    assert "; " in outcome
    assert "mistake" not in outcome


# --- pages


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<div>" * 300 + "<p>Последняя школа</p>", "a page nested too deeply to be read to its end; "),
        ("<p>5 школ</p>" * (MOST_ELEMENTS + 1), f"a page of {MOST_ELEMENTS + 7} elements, more than {MOST_ELEMENTS}; "),
        ("<h1>x</h1>" * 50_000, "a page of 50006 elements"),
        (
            f"<p {' '.join(f'a{number}=1' for number in range(300_000))}>x</p>",
            "a page with a tag that is longer than any; ",
        ),
        (f"<p {' '.join(f'a{number}' for number in range(300_000))}", "a page with a tag that is longer than any; "),
        ("<!--" + "x" * LARGEST_PAGE + "-->", "larger than 4 MB; "),
    ],
    ids=["deep", "many", "headlines", "attributes", "open tag", "large"],
)
def test_a_page_that_could_not_be_read_whole_or_soon_is_named(tmp_path: Path, body: str, said: str) -> None:
    assert read_page(tmp_path, page(body)).startswith(said)


@pytest.mark.parametrize(
    "body",
    [
        "<!--" * 20_000,
        "<" * 100_000,
        "</div>" * 20_000,
        "&amp;" * 20_000,
        '<a "' * 20_000,
        "<a '" * 20_000 + '"',
        "<p class='" + "a " * 100_000 + "'>x</p>",
        "<img src='data:image/png;base64," + "A" * 1_000_000 + "'>",
        "<script>" + "x<y;" * 50_000 + "</script>",
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        f'<script type="application/ld+json">{{"datePublished": {"9" * 10_000}}}</script>',
        f'<meta name="date" content="Mon, 02 Dec {"9" * 30} 18:07:39 +0500">',
        f'<meta name="date" content="Mon, 02 Dec 2024 18:07:39 +{"9" * 30}">',
        f'<meta name="date" content="{"(" * 20_000}">',
    ],
)
def test_a_page_with_odd_parts_gives_its_article(tmp_path: Path, body: str) -> None:
    assert "434 школы" in read_page(tmp_path, page(body))


def test_entities_of_a_page_read_no_files_and_do_not_grow(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("what nobody may read", encoding="utf-8")
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    for doctype in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', f'<!ENTITY b0 "школа">{bomb}<!ENTITY x "&b11;">'):
        content = f'<?xml version="1.0"?><!DOCTYPE html [{doctype}]>' + page("<p>&x; и ещё несколько слов</p>")
        text = read_page(tmp_path, content)
        assert "nobody" not in text
        assert len(text) < 1000


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from('Mon , Dec 02 2024 18:07:39 +0500 99999999999 ( " \\'.split())).map(" ".join)
)
def test_any_date_field_of_a_page_is_a_day_or_none(value: str) -> None:
    day = published_dates._machine_day(value, date(2026, 11, 1))
    assert day == "" or date.fromisoformat(day) <= date(2026, 11, 1)


# --- text


def test_ten_megabytes_of_one_word_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "word.txt"
    path.write_text("ш" * 5_000_000 + " 434 школы", encoding="utf-8")
    (piece,) = find_pieces([str(path)], io.BytesIO())
    assert isinstance(piece, Piece)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    items = extract_document(read_piece(piece)).items
    assert [(item.value, item.unit) for item in items] == [(434, "school")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KB


def test_what_cannot_be_read_ends_with_one_and_the_others_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deep.html").write_text(page("<div>" * 300), encoding="utf-8")
    (tmp_path / "twice.jsonl").write_text('{"id": "a", "text": "1", "text": "2"}', encoding="utf-8")
    (tmp_path / "zeros.txt").write_bytes(b"\0" * 10)
    (tmp_path / "sound.txt").write_text("В области 434 школы.", encoding="utf-8")
    assert main(["extract", "--jobs", "1", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert [line.split(",")[0] for line in printed.out.splitlines()] == ["doc", "sound"]
    assert len(printed.err.splitlines()) == 3


# --- drafts


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe", b'"' * 999, b"," * 1000, b"figure\n" * 5, b"x" * 200_000])
def test_a_draft_of_any_bytes_is_refused_and_stays(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    (data / "raw" / "figures").mkdir(parents=True)
    (data / "drafts").mkdir()
    draft = data / "drafts" / "odd.csv"
    draft.write_bytes(content)
    rows, faults = accept("odd", data)
    assert rows == 0
    assert any(fault.file == "data/drafts/odd.csv" for fault in faults)
    assert draft.read_bytes() == content
    assert list((data / "raw" / "figures").iterdir()) == []


def test_a_draft_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "data" / "drafts").mkdir(parents=True)
    os.mkfifo(tmp_path / "data" / "drafts" / "odd.csv")
    _, faults = accept("odd", tmp_path / "data")
    assert [fault.found for fault in faults if fault.file == "data/drafts/odd.csv"] == ["no regular file"]


def test_the_draft_of_a_hostile_text_passes_or_its_faults_are_named(tmp_path: Path) -> None:
    """Whatever stands around a figure: the rows of a draft are read as data/raw is, and no row breaks it."""
    from conftest import write_raw  # noqa: PLC0415

    from edstats.drafts import write_draft  # noqa: PLC0415
    from edstats.extraction.result import Document  # noqa: PLC0415

    odd = ('"', "\r", "\0", "\u2028", "=1+1,", "\x1b[31m", "\ufeff", "', '", "\\", "<b>", "\ud800")
    sound = [{"source": "odd", "published": "2024-12-02"}]
    data = write_raw(tmp_path, sound, {})
    text = "".join(
        f"There are {number}00 schools {sign} in Aktobe region {sign}. " for number, sign in enumerate(odd, 1)
    )
    path, faults = write_draft(extract_document(Document("odd", text, "", "2024-12-02")), "odd", data)
    assert path, faults
    rows, faults = accept("odd", data)
    assert bool(rows) != bool(faults)
    assert all(fault.file == "data/drafts/odd.csv" for fault in faults)


def test_records_are_made_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"{n}", "text": "35"}) for n in range(1000)), encoding="utf-8")
    pieces = find_pieces([str(path)], io.BytesIO())
    assert [piece.row for piece in islice(pieces, 3) if isinstance(piece, Piece)] == [1, 2, 3]
