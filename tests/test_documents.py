"""Documents as people keep them: text files in many encodings, saved pages with menus, lines of JSON, folders."""

import io
import json
import os
import subprocess
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from edstats.extraction.decoding import NotTextError, decode
from edstats.extraction.documents import Piece, UnreadableDocument, find_pieces, read_piece, size_of
from edstats.extraction.published_dates import dateline
from edstats.extraction.result import Document
from edstats.faults import Fault

LATEST = date(2026, 11, 1)
RUSSIAN = (
    "Школы области готовы к году\n12.05.2024 18:07 1623\n\nПостроено «35» школ — на 8,5 тыс. мест, ещё № 7 в пути.\n"
)
KAZAKH = (
    "Ауыл мектептері жаңарды\n2025 жылғы 1 қыркүйек\n\nҮш мектепке ғана 1,5 млрд теңге бөлінді, «Өркен» һәм «Ән».\n"
)
ENGLISH = "Schools of the region are ready\n27 August 2020, 20:41\n\nThere are 35 schools for 8,500 pupils.\n"


def read(path: Path, standard_input: bytes = b"") -> Document:
    (piece,) = find_pieces([str(path)], io.BytesIO(standard_input))
    assert isinstance(piece, Piece), piece
    return read_piece(piece)


def fault_of(path: Path) -> Fault:
    (piece,) = find_pieces([str(path)], io.BytesIO())
    if isinstance(piece, Fault):
        return piece
    with pytest.raises(UnreadableDocument) as unreadable:
        read_piece(piece)
    return unreadable.value.fault


# --- encodings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, encoding) for text in (RUSSIAN, KAZAKH, ENGLISH) for encoding in ("utf-8", "utf-8-sig", "utf-16")),
        (RUSSIAN, "cp1251"),
        (ENGLISH, "cp1251"),
        (KAZAKH.replace("—", "-"), "kz1048"),
        (RUSSIAN, "kz1048"),
        (KAZAKH.replace("—", "-"), "ptcp154"),
    ],
)
def test_text_comes_out_in_every_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "release.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    document = read(path)
    assert document.text == text
    assert (document.id, document.title) == ("release", text.partition("\n")[0])
    assert document.published == {RUSSIAN: "2024-05-12", ENGLISH: "2020-08-27"}.get(text, "2025-09-01")


def test_big_endian_utf_16_and_a_damaged_place_in_utf_8() -> None:
    assert decode("\ufeffҚазақ".encode("utf-16-be")) == "Қазақ"
    damaged = "Построено 35 школ в области".encode().replace("ш".encode(), b"\xd1")
    assert decode(damaged) == "Построено 35 \N{REPLACEMENT CHARACTER}кол в области"
    assert decode("Построено 35 школ".encode()[:-1]) == "Построено 35 шко\N{REPLACEMENT CHARACTER}"
    assert decode("School № 7 is open".encode("cp1251")) == "School № 7 is open"


def test_what_the_bytes_say_goes_before_what_the_page_claims() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Қазақша мәтін</body></html>'
    assert decode(page.encode("utf-8")) == page
    assert decode(page.encode("kz1048")) == page
    claimed = page.replace("windows-1251", "koi8-r").replace("Қазақша мәтін", "Русский текст")
    assert decode(claimed.encode("koi8-r")) == claimed


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", "35 школ".encode("utf-16-le")])
def test_no_text_is_no_document(content: bytes) -> None:
    with pytest.raises(NotTextError, match="zero bytes"):
        decode(content)


# --- datelines

TEXT = "Заголовок новости\n{}\nВ регионе открылись новые школы, рассказали в управлении.\n"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("02.12.2024 18:07:39 1623", "2024-12-02"),
        ("27 August 2020", "2020-08-27"),
        ("September 5, 2024 10:00 AM", "2024-09-05"),
        ("Sept. 5, 2024", "2024-09-05"),
        ("15 сентября 2019 года", "2019-09-15"),
        ("2025 жылғы 1 қыркүйек", "2025-09-01"),
        ("2025 ж. 1 қыркүйек", "2025-09-01"),
        ("1 қыркүйек 2025 жыл, 10:15", "2025-09-01"),
        ("2025-09-01", "2025-09-01"),
        ("2024.12.02", "2024-12-02"),
        ("2025-09-01 Қазақ тіліне аудару", "2025-09-01"),
        ("Опубликовано: 5 мая 2024 г. в 10:30", "2024-05-05"),
        ("Жарияланды: 12.05.2024", "2024-05-12"),
        ("Published on 27 August 2020 by the press service of the department", "2020-08-27"),
        ("Просмотров: 1623, 02.12.2024", "2024-12-02"),
        ("Regional News, 5 May 2024", "2024-05-05"),
        ("Астана, 27 августа 2020 года – В столице открылись три новые школы на 3 600 мест.", "2020-08-27"),
        # sentences, headings, deadlines, changes
        ("By 1 September 2025 all schools will open", ""),
        ("1 сентября 2025 года открылись школы", ""),
        ("On 1 September 2025", ""),
        ("К 1 сентября 2025 года", ""),
        ("1 сентября 2025 года — День знаний", ""),
        ("по состоянию на 01.09.2025", ""),
        ("Собрание пройдет 1 сентября 2025 года в 10:00", ""),
        ("2025 жылғы 1 қыркүйекке дейін", ""),
        ("с 01.09.2024 по 05.09.2024", ""),
        ("Обновлено: 5 мая 2024", ""),
        ("Приказ № 15 от 01.09.2024", ""),
        # no day, and a day to come
        ("31.02.2024", ""),
        ("2 November 2026", ""),
        ("2024", ""),
    ],
)
def test_only_a_line_that_is_there_for_its_date_dates_a_text(line: str, day: str) -> None:
    assert dateline(TEXT.format(line), LATEST) == day
    body = "\n".join(f"Строка {number} рассказывает о школах." for number in range(30))
    assert dateline(f"Заголовок\n{body}\n{line}", LATEST) == day


def test_a_headline_with_a_date_is_no_dateline() -> None:
    assert dateline("Schools Open 1 September 2025\nThere are 35 schools.", LATEST) == ""
    assert dateline("Kazinform. 9 March 2021, 16:43. KARAGANDA\nThere are 35 schools.", LATEST) == "2021-03-09"


def test_the_clock_of_a_site_is_believed_only_by_a_text_that_speaks_of_that_year() -> None:
    clock = "Четверг, 05 Февраля 2026\nШколы области\nВ {} году построят 35 школ.\nЧитайте также. 05.02.2026\n"
    assert dateline(clock.format(2023), LATEST) == ""
    assert dateline(clock.format(2026), LATEST) == "2026-02-05"
    later = "Четверг, 05 Февраля 2026\nШколы области\n15.09.2019\nВ 2026 году построят 35 школ.\n"
    assert dateline(later, LATEST) == "2019-09-15"


def test_dates_of_other_news_at_the_end_are_not_the_documents() -> None:
    body = "\n".join(f"Строка {number} рассказывает о школах." for number in range(30))
    assert dateline(f"{body}\nДругие новости\n01.02.2024\nПогода\n03.02.2024\nСпорт", LATEST) == ""


def test_a_document_is_not_younger_than_its_file(tmp_path: Path) -> None:
    path = tmp_path / "release.txt"
    path.write_text(TEXT.format("01.09.2025"), encoding="utf-8")
    assert read(path).published == "2025-09-01"
    written = datetime(2025, 8, 20).timestamp()
    os.utime(path, (written, written))
    assert read(path).published == ""


# --- titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Школы области\nПостроено 35 школ.", "Школы области"),
        ("Сколько школ построят?\n\nТридцать пять.", "Сколько школ построят?"),
        ("02.12.2024 18:07\n701\n\nШколы области\nПостроено 35 школ.", "Школы области"),
        ("Построено 35 школ.\nЕщё 5 строится.", ""),
        ("Школы области", ""),
        ("Школы области\n\n", ""),
        ("слово " * 40 + "\nПостроено 35 школ.", ""),
    ],
)
def test_title_is_the_first_line_that_looks_like_one_and_stays_in_the_text(
    tmp_path: Path, text: str, title: str
) -> None:
    path = tmp_path / "release.txt"
    path.write_text(text, encoding="utf-8")
    document = read(path)
    assert (document.title, document.text) == (title, text)


# --- saved pages

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | {site}</title>{head}
<script>var today = "31.12.2025";</script></head>
<body>
<header><div class="top">{clock}</div><nav><ul><li><a href="/">{menu}</a></li>
<li><a href="/a">1 234</a></li></ul></nav></header>
<main><article><h1>{title}</h1>{visible}
<p>{first}</p><p>{second}</p>
<table><tr><td>{cell}</td><td>34</td></tr></table>
</article></main>
<aside><h3>{menu}</h3><p><a href="/other">{other}</a></p><time datetime="2025-12-30">30.12.2025</time></aside>
<footer><p>© 2026 {site}. +7 7172 55-55-55</p></footer>
</body></html>
"""
PAGES = {
    "en": {
        "title": "Twelve schools open in the region",
        "site": "Regional Herald",
        "clock": "Friday, 30 January 2026",
        "menu": "Home and news",
        "first": "Twelve new schools for 6 thousand pupils have been opened in the region this year, officials say.",
        "second": "Another 30 schools are being repaired for 4.5 billion tenge, and 12 of them stand in villages.",
        "cell": "Alga district",
        "other": "A hundred and one buses arrive",
    },
    "ru": {
        "title": "В области открыли двенадцать школ",
        "site": "Областной вестник",
        "clock": "Пятница, 30 января 2026",
        "menu": "Главная и новости",
        "first": "Двенадцать новых школ на 6 тысяч мест открыли в этом году в области, сообщили в управлении.",
        "second": "Ещё 30 школ ремонтируют, на это выделили 4,5 млрд тенге; 12 из них находятся в сёлах.",
        "cell": "Алгинский район",
        "other": "В город прибыл сто один автобус",
    },
    "kk": {
        "title": "Облыста он екі мектеп ашылды",
        "site": "Облыс жаршысы",
        "clock": "Жұма, 30 қаңтар 2026",
        "menu": "Басты бет және жаңалықтар",
        "first": "Биыл облыста 6 мың орындық он екі жаңа мектеп ашылды, деп хабарлады білім басқармасы.",
        "second": "Тағы 30 мектеп жөнделіп жатыр, оған 4,5 млрд теңге бөлінді; оның 12-сі ауылда орналасқан.",
        "cell": "Алға ауданы",
        "other": "Қалаға жүз бір автобус келді",
    },
}
VISIBLE = {
    "en": '<div class="info"><span>1 September 2025, 10:00</span> <span>701</span></div>',
    "ru": '<div class="info"><span>1 сентября 2025 года</span></div>',
    "kk": '<div class="info">2025 жылғы 1 қыркүйек</div>',
}


def page(language: str, head: str = "", visible: str = "") -> str:
    return PAGE.format(language=language, head=head, visible=visible, **PAGES[language])


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("ending", ["html", "htm"])
def test_a_page_gives_its_article_without_what_is_around_it(tmp_path: Path, language: str, ending: str) -> None:
    path = tmp_path / f"saved.{ending}"
    path.write_text(page(language, visible=VISIBLE[language]), encoding="utf-8")
    document = read(path)
    said = PAGES[language]
    assert (document.id, document.title, document.published) == ("saved", said["title"], "2025-09-01")
    assert said["first"] in document.text
    assert said["second"] in document.text
    assert said["cell"] in document.text
    for elsewhere in (said["site"], said["menu"], said["other"], said["clock"], "1 234", "55-55-55"):
        assert elsewhere not in document.text


@pytest.mark.parametrize(("language", "encoding"), [("ru", "cp1251"), ("kk", "kz1048"), ("kk", "utf-16")])
def test_a_page_in_another_encoding(tmp_path: Path, language: str, encoding: str) -> None:
    path = tmp_path / "saved.html"
    text = page(language, visible=VISIBLE[language]).replace('charset="utf-8"', 'charset="windows-1251"')
    path.write_bytes(text.encode(encoding))
    document = read(path)
    assert PAGES[language]["first"] in document.text
    assert (document.title, document.published) == (PAGES[language]["title"], "2025-09-01")


@pytest.mark.parametrize(
    ("head", "visible"),
    [
        ('<meta property="article:published_time" content="2025-09-01T10:00:00+05:00">', ""),
        ('<meta name="date" content="2025-12-31"><meta name="DC.date.issued" content="01.09.2025">', ""),
        ('<meta name="pubdate" content="Mon, 01 Sep 2025 10:00:00 +0500">', ""),
        ('<meta property="article:modified_time" content="2025-12-31">', VISIBLE["kk"]),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00">', VISIBLE["kk"]),
        ('<meta property="article:published_time" content="2099-01-01T00:00:00">', VISIBLE["kk"]),
        ('<script type="application/ld+json">{"@graph": [{"@type": "ItemList", "itemListElement": [{"datePublished":'
         ' "2025-12-30"}]}, {"@type": "NewsArticle", "datePublished": "2025-09-01"}]}</script>', ""),
        ('<script type="application/ld+json">{"datePublished": "2025-</script>', VISIBLE["kk"]),
        ("", '<time datetime="2025-09-01T10:00">кеше</time>'),
        ("", '<p>Жарияланған күні: <b>01.09.2025</b></p>'),
        ("", '<meta itemprop="datePublished" content="2025-09-01">'),
    ],
)  # fmt: skip
def test_a_page_says_when_it_was_published_in_many_ways(tmp_path: Path, head: str, visible: str) -> None:
    path = tmp_path / "saved.html"
    path.write_text(page("kk", head, visible), encoding="utf-8")
    assert read(path).published == "2025-09-01"


def test_a_page_that_does_not_say_when_has_no_date(tmp_path: Path) -> None:
    path = tmp_path / "saved.html"
    without_aside = page("kk").replace('<time datetime="2025-12-30">30.12.2025</time>', "30.12.2025")
    path.write_text(without_aside, encoding="utf-8")
    assert read(path).published == ""


@pytest.mark.parametrize(
    "body", ["<title>Nothing</title><body><script>x = 35</script></body>", "<!-- nothing -->", "<b>"]
)
def test_a_page_without_an_article_is_named(tmp_path: Path, body: str) -> None:
    path = tmp_path / "saved.html"
    path.write_text(body, encoding="utf-8")
    said = "no main text found in this page; save the article itself as .txt"
    assert str(fault_of(path)) == f"{path}: {said} [EDS-069]"


# --- lines of JSON


def test_lines_of_json_are_taken_as_they_are(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a", "text": "Построено\r\n35 школ.", "title": "Школы", "published": "2024-12-02T10:00:00"},
        {"id": 7, "text": "Школы области\n02.12.2024\nПостроено 35 школ.", "url": "left alone"},
        {"id": "c", "text": "Школы области\n02.12.2024\nПостроено 35 школ.", "title": "", "published": ""},
        {"id": "d", "text": "35 \u2028 школ", "title": None, "published": "2021"},
    ]
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode())
    pieces = list(find_pieces([str(path)], io.BytesIO()))
    documents = [read_piece(piece) for piece in pieces if isinstance(piece, Piece)]
    assert documents == [
        Document("a", "Построено\r\n35 школ.", "Школы", "2024-12-02"),
        Document("7", lines[1]["text"], "Школы области", "2024-12-02"),
        Document("c", lines[2]["text"], "", ""),
        Document("d", "35 \u2028 школ", "", "2021"),
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-16")
    pieces = list(find_pieces([str(path)], io.BytesIO()))
    assert [read_piece(piece) for piece in pieces if isinstance(piece, Piece)] == documents


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{bad", "no JSON"),
        ('["a"]', "no JSON object"),
        ("[" * 100_000, "no JSON"),
        ('{"id": "a"}', "text: not given"),
        ('{"text": "35 школ"}', "id: not given"),
        ('{"id": "a", "text": " "}', "text: empty"),
        ('{"id": "a", "text": 35}', "text: 35 is no text"),
        ('{"id": "a", "text": "35 \\ud83d школ"}', "text: holds half a character"),
        ('{"id": "a", "text": "35 школ", "published": "вчера"}', "published: 'вчера' is no date"),
        ('{"id": "a", "text": "35 школ", "published": "31.02.2024"}', "published: '31.02.2024' is no date"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(f'\n{{"id": "first", "text": "35 школ"}}\n{line}\n', encoding="utf-8")
    good, bad = find_pieces([str(path)], io.BytesIO())
    assert isinstance(good, Piece)
    assert read_piece(good).id == "first"
    assert isinstance(bad, Piece)
    with pytest.raises(UnreadableDocument) as unreadable:
        read_piece(bad)
    assert str(unreadable.value.fault).startswith(f"{path}:3: {said}")
    assert unreadable.value.fault.remedy


def test_lines_are_read_as_they_are_asked_for() -> None:
    with subprocess.Popen(["yes", '{"id": "a", "text": "35"}'], stdout=subprocess.PIPE) as endless:
        assert endless.stdout
        pieces = find_pieces(["-"], cast(BinaryIO, endless.stdout))
        rows = [piece.row for piece in islice(pieces, 1000) if isinstance(piece, Piece)]
        endless.kill()
    assert rows == list(range(1, 1001))


# --- folders and other places


def test_a_folder_gives_its_documents_in_a_stable_order(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.html", "a/b/c.txt", "a-b.txt", "C.TXT", "many.jsonl", ".hidden.txt", "picture.png", "d.pdf"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"id": "line", "text": "35"}' if name.endswith("jsonl") else "35 школ", encoding="utf-8")
    (tmp_path / "circle").symlink_to(tmp_path)
    found = list(find_pieces([str(tmp_path)], io.BytesIO()))
    shown = [piece.id or f"line {piece.row}" if isinstance(piece, Piece) else Path(piece.file).name for piece in found]
    assert shown == ["C", "a/b/c", "a/z", "a-b", "b", "d.pdf", "line 1"]
    assert size_of([str(tmp_path)]) == sum(
        (tmp_path / name).stat().st_size for name in names if not name.startswith(".") and "png" not in name
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "no text in it"),
        ("blank.txt", b"\xef\xbb\xbf \n", "no text in it"),
        ("word.txt", b"PK\x03\x04\0", "zero bytes"),
        ("report.pdf", b"%PDF-1.4", ".pdf files cannot be read"),
        ("missing.txt", None, "no such file"),
    ],
)
def test_a_file_that_is_no_document_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    fault = fault_of(path)
    assert (fault.file, fault.row) == (str(path), 0)
    assert said in fault.found
    assert fault.remedy


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    (fault,) = find_pieces([str(tmp_path)], io.BytesIO())
    assert str(fault).startswith(f"{tmp_path}: no document in this folder; give it files ending in .txt")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (RUSSIAN.encode("cp1251"), [("stdin", RUSSIAN)]),
        (b"\n\n" + ENGLISH.encode(), [("stdin", ENGLISH)]),
        (b'\n{"id": "a", "text": "35"}\n{"id": "b", "text": "36"}', [("a", "35"), ("b", "36")]),
        ('{"id": "a", "text": "35"}\n{"id": "b", "text": "36"}'.encode("utf-16"), [("a", "35"), ("b", "36")]),
    ],
)
def test_standard_input_is_known_by_its_content(content: bytes, expected: list[tuple[str, str]]) -> None:
    documents = [read_piece(piece) for piece in find_pieces(["-"], io.BytesIO(content)) if isinstance(piece, Piece)]
    assert [(document.id, document.text) for document in documents] == expected


def test_a_page_by_standard_input_and_by_a_name_without_ending(tmp_path: Path) -> None:
    saved = page("kk", visible=VISIBLE["kk"])
    (piece,) = find_pieces(["-"], io.BytesIO(saved.encode()))
    assert isinstance(piece, Piece)
    path = tmp_path / "saved"
    path.write_text(saved, encoding="utf-8")
    by_name = read(path)
    assert by_name.title == PAGES["kk"]["title"]
    assert (read_piece(piece).text, read_piece(piece).published) == (by_name.text, by_name.published)
