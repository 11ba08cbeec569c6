"""What strangers may put into names, addresses and text: a located fault, and nothing outside of the folder."""

from pathlib import Path

import pytest
from conftest import Rows, write_raw

from edstats.cli import main
from edstats.drafts import accept, write_draft
from edstats.extraction import extract
from edstats.pages import UnknownParameter, read_parameters
from edstats.raw import read_raw
from edstats.unseen import are_seen, cut_at_unseen, with_unseen_named, without_unseen

SOURCE = {"source": "a", "published": "2024-12-02"}
FIGURE = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}
UNSEEN_CHARACTERS = [
    *("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f"),
    *("\u061c", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\x07", "\x1b", "\x7f", "\x85", "\x9b"),
    *("\u2028", "\u2029", "\ue000", "\ufdd0", "\uffff", "\U000e0041", "\U0010fffe", "\u180e", "\u3164", "\u115f"),
]
SEEN = ["no\u00a0break", "7\u202f000", "two\nlines", "tab\there", "Қазақстан", "مدرسة", "בית", "✔\ufe0f", "−5", "№ 7"]
NO_ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://example.org/x",
    "//example.org/x",
    "/\\example.org/x",
    "\\\\example.org\\x",
    "https:example.org",
    "https:///example.org",
    "https://",
    "https:///",
    "https://?x",
    "https://user:word@example.org/",
    "https://user@example.org/",
    "https://example.org\\@evil.example/",
    "https://example.org/a b",
    "https://example.org/a\nb",
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/<script>",
    "https://example.org/`x`",
    "https://exаmple.org/",  # a Cyrillic а
    "https://аррӏе.com/",
    "https://a.рф/",
    "https://-example.org/",
    "https://exa mple.org/",
    "https://example.org:port/",
    "example.org",
]
ADDRESSES = [
    "",
    "https://example.org",
    "http://example.org:8080/",
    "https://xn--e1afmkfd.xn--80ao21a/",
    "https://www.gov.kz./memleket/entities/aqtobe/press/news/details/1?lang=ru&page=2#top",
    "https://example.org/мектеп/'a'(1)?q=a|b",
    "https://пример.қаз/",
    "https://қостанай.рф",
]


def found(folder: Path, sources: Rows, figures: Rows | None = None, **more: Rows) -> list[str]:
    """The faults of a data set, as they are told, without their codes."""
    faults = read_raw(write_raw(folder, sources, {"a": figures or [FIGURE]}, **more)).faults
    return sorted(fault.message for fault in faults)


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_address_that_is_none_is_a_fault(url: str, tmp_path: Path) -> None:
    price = {"year": "2024", "average": "8.7", "source": "Bureau", "url": url}
    faults = found(tmp_path, [SOURCE | {"url": url}], prices=[price])
    for file in ("sources", "prices"):
        assert any(fault.startswith(f"data/raw/{file}.csv:2: url: '") for fault in faults) or not url.strip(), faults


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_of_the_web_is_none(url: str, tmp_path: Path) -> None:
    price = {"year": "2024", "average": "8.7", "source": "Bureau", "url": url}
    assert found(tmp_path, [SOURCE | {"url": url}], prices=[price]) == []


@pytest.mark.parametrize("character", UNSEEN_CHARACTERS, ids=lambda character: f"{ord(character):04X}")
def test_what_nobody_sees_is_a_fault_that_names_it(character: str, tmp_path: Path) -> None:
    text = f"some{character}thing"
    faults = found(
        tmp_path,
        [SOURCE | {"title": text}],
        [FIGURE | {"note": text, "as_printed": f"434{character} schools"}],
        doubts=[{"source": "a", "figures": "1", "doubt": text}],
        translations=[{"text": "x", "ru": text, "kk": "x"}],
        prices=[{"year": "2024", "average": "8.7", "source": text}],
        corrections=[
            {"source": "a", "figure": "1", "column": "note", "expected": text, "corrected": "x", "reason": text}
        ],
    )
    named = f"U+{ord(character):04X}"
    places = [
        "corrections.csv:2: expected", "corrections.csv:2: reason", "doubts.csv:2: doubt",
        "figures/a.csv:2: as_printed", "figures/a.csv:2: note",
        "prices.csv:2: source", "sources.csv:2: title", "translations.csv:2: ru",
    ]  # fmt: skip
    told = [fault for fault in faults if "holds what nobody sees" in fault]
    assert [fault.split(": holds")[0] for fault in told] == [f"data/raw/{place}" for place in places]
    assert all(f"{named}" in fault and fault.endswith("; remove it") for fault in told)
    assert are_seen(faults), "a terminal would obey what the message repeats"


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_is_no_fault(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, [SOURCE | {"title": text}], [FIGURE | {"note": text}]) == []
    assert without_unseen(text) == text


def test_text_is_cut_and_told_without_loss() -> None:
    text = "a\u202eb\u200b\u200bc"
    assert "".join(cut_at_unseen(text)) == text
    assert cut_at_unseen(text)[1::2] == ["\u202e", "\u200b", "\u200b"]
    assert with_unseen_named(text) == "a<U+202E>b<U+200B><U+200B>c"
    assert without_unseen("a\u2028b\x0bc\u00add") == "a b cd"


NAMES = [
    "../../x", "../x", "/etc/x", "..", ".", "", "a/b", "a\\b", "a\0b", "C:x", "con", "NUL", "com1.report", "aux.",
    "report.", "a" * 101, "a" * 5000, "~x", "-x", "a b", "a\nb", "а",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:20])
def test_a_name_that_is_none_drafts_and_accepts_nothing(name: str, tmp_path: Path) -> None:
    data = write_raw(tmp_path / "inner", [SOURCE], {"a": [FIGURE]})
    before = sorted(tmp_path.rglob("*"))
    extraction = extract("There are 521 schools in Akmola region.")
    path, faults = write_draft(extraction, name, data)
    assert (path, len(faults)) == (None, 1)
    assert accept(name, data)[0] == 0
    assert "is no name of a source" in str(faults[0])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["con", "Nul.2024", "com1", "report.", "a" * 101])
def test_a_source_that_can_name_no_file_is_a_fault(name: str, tmp_path: Path) -> None:
    (fault, *_) = [fault for fault in found(tmp_path, [SOURCE, SOURCE | {"source": name}]) if "sources.csv:3" in fault]
    assert name in fault


def test_a_link_that_leads_out_of_the_data_is_not_read(tmp_path: Path) -> None:
    data = write_raw(tmp_path, [SOURCE], {"a": [FIGURE]})
    secret = tmp_path / "secret.csv"
    (data / "raw" / "figures" / "a.csv").rename(secret)
    (data / "raw" / "figures" / "a.csv").symlink_to(secret)
    (fault,) = read_raw(data).faults
    told = "data/raw/figures/a.csv: a link that leads out of the data folder; put the file itself here"
    assert fault.message == told


def test_a_link_within_the_data_and_a_linked_data_folder_are_read(tmp_path: Path) -> None:
    data = write_raw(tmp_path / "real", [SOURCE], {"a": [FIGURE]})
    kept = data / "kept.csv"
    (data / "raw" / "figures" / "a.csv").rename(kept)
    (data / "raw" / "figures" / "a.csv").symlink_to(kept)
    (tmp_path / "data").symlink_to(data)
    assert not read_raw(tmp_path / "data").faults


@pytest.mark.parametrize("linked", ["clean/observations.csv", "clean/measures.parquet", "clean"])
def test_nothing_is_written_through_a_link(linked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_raw(tmp_path, [SOURCE], {"a": [FIGURE]})
    outside = tmp_path / "outside"
    (data / linked).parent.mkdir(exist_ok=True)
    if linked == "clean":
        outside.mkdir()
    else:
        outside.write_text("mine")
    (data / linked).symlink_to(outside)
    assert main(["clean", "--data", str(data)]) == 1
    assert f"data/{linked}: a link" in capsys.readouterr().err
    assert not list(outside.iterdir()) if outside.is_dir() else outside.read_text() == "mine"


def test_a_draft_is_freed_of_what_nobody_sees(tmp_path: Path) -> None:
    data = write_raw(tmp_path, [SOURCE], {"a": [FIGURE]})
    text = "Schools\u200b of Akmola\u202e region\n\nThere are 5\u00ad21 sch\u200bools in Akmola region.\n"
    document = tmp_path / "release.txt"
    document.write_text(text, encoding="utf-8")
    assert main(["extract", str(document), "--draft", "b", "--data", str(data)]) == 0
    drafted = "".join(path.read_text(encoding="utf-8") for path in (data / "drafts").iterdir())
    assert are_seen([drafted])
    assert "521 schools" in drafted
    assert "Schools of Akmola region" in drafted


@pytest.mark.parametrize("value", ["../../x", "/etc/passwd", "KZ-15/../x", "<script>", "x" * 5000])
@pytest.mark.parametrize("name", ["region", "language", "as_of"])
def test_a_parameter_of_a_page_names_no_file(name: str, value: str) -> None:
    with pytest.raises(UnknownParameter, match=name):
        read_parameters({name: value})
