"""``edstats build --pdf``: each page as a PDF with bookmarks and tags, whose links lead out or nowhere."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from edstats.reports import printing

PAGE = """<!doctype html><html lang="kk"><head><meta charset="utf-8"><title>Ақтөбе</title></head><body>
<h1>Ақтөбе облысы</h1><h2 id="new">Не жаңарды</h2><p><a href="sources.html#a">Дереккөз</a>
<a class="x" href="../ru/aktobe.html">Русский</a> <a href="https://www.gov.kz/x">gov.kz</a></p></body></html>"""


def test_a_page_is_printed(browser: Browser) -> None:
    assert browser.is_connected()  # there is a Chromium
    printed = PdfReader(BytesIO(printing.print_page(PAGE, "aktobe", printing.find_browser())))
    # Letters of other fonts come out apart.
    assert "Ақтөбеоблысы" in printed.pages[0].extract_text().replace(" ", "")
    root = printed.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    assert "/StructTreeRoot" in root, "no tags for those who listen"
    assert printed.outline, "no bookmarks"
    addresses = [
        note.get_object()["/A"]["/URI"]
        for note in printed.pages[0].get("/Annots", [])
        if isinstance(note.get_object().get("/A"), DictionaryObject)
    ]
    assert addresses == ["https://www.gov.kz/x"], "a link names a folder of this machine"


def test_a_page_that_cannot_be_printed_says_so() -> None:
    with pytest.raises(printing.PrintingFailed, match="false ended with 1"):
        printing.print_page(PAGE, "aktobe", Path("/bin/false"))


def test_without_chromium_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(printing.NoBrowser, match="apt-get install chromium"):
        printing.find_browser()
