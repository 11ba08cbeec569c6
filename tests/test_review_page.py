"""The review page and what a notebook shows: no text lost, none of it obeyed, every link leading somewhere."""

import base64
import hashlib
import math
import os
import re
import time
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from edstats.extraction.result import ACCEPTED, Document, Extraction, Figure
from edstats.extraction.review import review_fragment, review_page

GOLDEN = Path(__file__).parent / "golden" / "review.html"

ENGLISH = """Schools of Kostanay region met the new year

There are 462 schools in the region, 247 of which are small. They teach about 128,400 students.
In 2024 the region spent 8.2 billion tenge on the repair of nine schools under the programme "Auyl – El Besigi".

By 2029 hot meals will reach 90-95% of the pupils. A further 1 204 517 300 tenge is set aside for this in Rudny.
"""
RUSSIAN = """В Актюбинской области подвели итоги учебного года

В регионе работают 413 школ, из них 231 малокомплектная. Дефицит ученических мест — более 9 000.
В текущем году планируется построить двенадцать школ на 14,4 тыс. мест, на это выделено 96 млрд 495 млн тенге.
Охват дополнительным образованием вырастет с 84 до 86,5%.
"""
KAZAKH = """Түркістан облысында жаңа мектептер ашылды

Биыл облыста он бес мектеп пайдалануға берілді, онда 11 200 бала оқиды. Аудандарда 1 027 мектеп бар.
Келесі жылы 120-дан астам пән кабинетін жаңғырту жоспарланып отыр, оған 3,6 млрд теңге бөлінді.
"""


def read(text: str, as_printed: str, value: float, unit: str, indicator: str, **others: Any) -> Figure:
    """A figure at the first place where ``as_printed`` stands in ``text``."""
    start = text.index(as_printed)
    given = {
        "value_high": None, "qualifier": "exact", "detail": "", "region": "KZ-39", "place": "", "period": "2024",
        "status": "actual", "group": "", "works": "", "programme": "", "confidence": 0.99, "reason": "counted noun",
    }  # fmt: skip
    return Figure(start, start + len(as_printed), as_printed, value, unit=unit, indicator=indicator, **given | others)


def english() -> Extraction:
    planned = {"status": "planned", "period": "2029"}
    figures = (
        read(ENGLISH, "462 schools", 462, "school", "schools_total"),
        read(ENGLISH, "247", 247, "school", "schools_small", confidence=0.975, reason="part of 462 schools"),
        read(ENGLISH, "128,400 students", 128400, "student", "students_total", qualifier="about"),
        read(
            ENGLISH,
            "8.2 billion tenge",
            8.2e9,
            "KZT",
            "renovation_spending",
            works="mixed",
            programme="auyl-el-besigi",
            reason="money, repair in the sentence",
        ),
        read(ENGLISH, "nine schools", 9, "school", "schools_renovated", works="mixed", programme="auyl-el-besigi"),
        read(ENGLISH, "90-95%", 90, "percent", "hot_meals_students", value_high=95.0, qualifier="range", **planned),
        read(
            ENGLISH,
            "1 204 517 300 tenge",
            1204517300,
            "KZT",
            "hot_meals_spending",
            place="Rudny",
            confidence=0.42,
            reason='"this" stands for hot meals, two sentences back',
            **planned,
        ),
    )
    document = Document("kostanay-2024", ENGLISH, "Schools of Kostanay region met the new year", "2024-12-28")
    return Extraction(document, "en", figures)


def russian() -> Extraction:
    here: dict[str, Any] = {"region": "KZ-15", "period": "2023-2024"}
    planned = here | {"status": "planned", "period": "2024"}
    figures = (
        read(RUSSIAN, "413 школ", 413, "school", "schools_total", **here),
        read(RUSSIAN, "231 малокомплектная", 231, "school", "schools_small", group="rural", **here),
        read(RUSSIAN, "9 000", 9000, "place", "place_shortage", qualifier="at_least", **here),
        read(RUSSIAN, "двенадцать школ", 12, "school", "schools_built", **planned),
        read(RUSSIAN, "14,4 тыс. мест", 14400, "place", "school_places_built", **planned),
        read(RUSSIAN, "96 млрд 495 млн тенге", 96495e6, "KZT", "construction_spending", **planned, confidence=0.91),
        read(RUSSIAN, "84", 84, "percent", "extracurricular_coverage", **here, confidence=0.88),
        read(RUSSIAN, "86,5%", 86.5, "percent", "extracurricular_coverage", **planned | {"status": "target"}),
    )
    document = Document("aktobe-2024", RUSSIAN, "В Актюбинской области подвели итоги учебного года", "2024")
    return Extraction(document, "ru", figures)


def kazakh() -> Extraction:
    here: dict[str, Any] = {"region": "KZ-61", "period": ""}
    planned = here | {"status": "planned", "period": "2025"}
    figures = (
        read(KAZAKH, "он бес мектеп", 15, "school", "schools_built", **here),
        read(KAZAKH, "11 200 бала", 11200, "child", "school_places_built", **here, confidence=0.61),
        read(KAZAKH, "1 027 мектеп", 1027, "school", "schools_total", **here),
        read(KAZAKH, "120", 120, "classroom", "classrooms_equipped", **planned, qualifier="at_least"),
        read(KAZAKH, "3,6 млрд теңге", 3.6e9, "KZT", "other", **planned, confidence=0.3),
    )
    return Extraction(Document("turkistan", KAZAKH, "Түркістан облысында жаңа мектептер ашылды"), "kk", figures)


HOSTILE = (
    "\n  <script>alert(1)</script> & <b>7</b> \u202e8 schools\u200f \t\"9' $5 and $6 {{ 7 * 7 }} {% raw %}\n\n"
    + "ү" * 3000
    + " 12</div></article>\n"
)


def hostile() -> Extraction:
    figures = (
        read(HOSTILE, "7", 7, "<i>", 'a"b', region="<KZ>", reason="</td><script>", programme="<p>", period="x" * 200),
        read(HOSTILE, "8 schools\u200f", math.inf, "school", "other", confidence=0.2),
        read(HOSTILE, "12", 1e30, "KZT", "other", confidence=math.nextafter(ACCEPTED, 0)),
    )
    return Extraction(Document('"><script>x</script>', HOSTILE, "<script>title</script>", "<soon>"), "ru", figures)


EVERY = [english, russian, kazakh, hostile]
VOID = {"meta", "link", "wbr"}


class Page(HTMLParser):
    """Reads a page, or a piece of one, and fails where a tag is not closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # of each block of quoted text: language and content
        self.rows: list[list[str]] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"<{tag}> says something twice"
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if given.get("class") == "text":
            self.texts.append((str(given["lang"]), ""))
            self._depth = len(self.open)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if self.texts and len(self.open) < self._depth:
            self._depth = math.inf

    def handle_data(self, data: str) -> None:
        if self.texts and len(self.open) >= self._depth:
            language, text = self.texts[-1]
            self.texts[-1] = (language, text + data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    _depth = math.inf

    def values(self, name: str) -> list[str]:
        """What the attribute ``name`` says, wherever it stands."""
        return [str(given[name]) for _, given in self.tags if name in given]

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [given for _, given in self.tags if name in (given.get("class") or "").split()]


def without_style(html: str) -> str:
    html = re.sub(r"(?s)<style>.*</style>", "<style></style>", html)
    return re.sub(r"sha256-[^&']*", "sha256-", html)


def test_a_small_page_is_as_approved() -> None:
    """After a wanted change: UPDATE_GOLDEN=1 pytest tests/test_review_page.py, and look at the difference."""
    page = without_style(review_page([english(), russian(), kazakh()]))
    if "UPDATE_GOLDEN" in os.environ:
        GOLDEN.write_text(page, encoding="utf-8", newline="\n")
    assert page == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", EVERY)
def test_the_text_is_there_unchanged_in_its_own_language(make: Any) -> None:
    extraction = make()
    for html in (review_page([extraction]), extraction._repr_html_()):
        assert Page(html).texts == [(extraction.language, extraction.document.text)]


def test_every_link_leads_to_a_place_that_is_there_once() -> None:
    page = Page(review_page([make() for make in EVERY]))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = [link for link in page.values("href") if link != "data:,"]
    assert {link.removeprefix("#") for link in links} <= set(ids)
    figures = page.with_class("figure")
    marked = [figure for figure in figures if "href" in figure]
    assert len(marked) == sum(len(make().items) for make in EVERY)
    # From the figure to its row, and from there back.
    for figure in marked:
        row = str(figure["href"]).removeprefix("#")
        assert ("tr", row) in [(tag, given.get("id")) for tag, given in page.tags]
        assert f"#{figure['id']}" in links


def test_two_documents_in_one_notebook_share_no_anchor() -> None:
    pieces = [make()._repr_html_() for make in EVERY]
    ids = [name for piece in pieces for name in Page(piece).values("id")]
    assert len(ids) == len(set(ids))
    assert pieces == [make()._repr_html_() for make in EVERY]


@pytest.mark.parametrize("show", [lambda extraction: review_page([extraction]), review_fragment])
def test_nothing_in_a_document_becomes_markup(show: Any) -> None:
    page = Page(show(hostile()))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "link",
        "style",
        "body",
        "main",
        "article",
        "h1",
        "h2",
        "h3",
        "bdi",
        "p",
    }
    allowed |= {
        "a",
        "strong",
        "div",
        "mark",
        "table",
        "caption",
        "span",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "wbr",
    }
    assert {tag for tag, _ in page.tags} <= allowed
    assert not [name for _, given in page.tags for name in given if name.startswith("on") or name in {"src", "style"}]


def test_a_page_may_load_and_run_nothing() -> None:
    html = review_page([english()])
    (style,) = re.findall("(?s)<style>(.*?)</style>", html)
    (told,) = re.findall('http-equiv="Content-Security-Policy" content="(.*?)"', html)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert unescape(told).split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"style-src-elem 'sha256-{digest}'",
        *("img-src data:", "base-uri 'none'", "form-action 'none'"),
    ]
    assert '<meta name="referrer" content="no-referrer">' in html
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("show", [lambda extraction: review_page([extraction]), review_fragment])
def test_what_nobody_sees_is_named_where_it_stands(show: Any) -> None:
    page = Page(show(hostile()))
    signs = [given["data-sign"] for given in page.with_class("unseen")]
    # In the text, and in the table's column of printed words.
    assert signs == ["U+202E RIGHT-TO-LEFT OVERRIDE", *2 * ["U+200F RIGHT-TO-LEFT MARK"]]


def test_a_row_says_what_a_figure_was_read_as() -> None:
    rows = Page(review_page([english()])).rows
    head = "No.|As printed|Value|Unit|Indicator|Region|Period|Status|Works|Programme|Confidence|Reason"
    assert "|".join(rows[0]) == head
    assert [" ".join(cell.split()) for cell in rows[4]] == [
        "4",
        "8.2 billion tenge",
        "8.2 billion tenge",
        "tenge KZT",
        "Renovation spending renovation_spending",
        "Kostanay region KZ-39",
        "2024",
        "fact actual",
        "capital and current repair mixed",
        "Auyl – El Besigi auyl-el-besigi",
        "99% accepted",
        "money, repair in the sentence",
    ]
    assert [row[2] for row in rows[1:]] == [
        "462",
        "247",
        "about 128,400",
        "8.2 billion tenge",
        "9",
        "90–95%",
        "1.2 billion tenge 1,204,517,300",  # rounded for reading, so to the last digit too
    ]


def test_the_column_of_groups_stands_where_a_figure_has_one() -> None:
    assert "Group" in Page(review_page([russian()])).rows[0]
    assert "Group" not in Page(review_page([kazakh()])).rows[0]


@pytest.mark.parametrize(
    ("read_as", "said"),
    [
        ({"value": 0.5, "unit": "percent"}, "0.5%"),
        ({"value": 1.5, "unit": "times"}, "1.5"),
        ({"value": 999.0, "unit": "KZT"}, "999 tenge"),
        ({"value": 1.235e9, "unit": "KZT"}, "1.24 billion tenge 1,235,000,000"),
        ({"value": 12.5e6, "value_high": 14e6, "qualifier": "range", "unit": "KZT"}, "12.5–14 million tenge"),
        ({"value": 40.0, "qualifier": "at_most", "unit": ""}, "at most 40"),
        ({"value": math.nan, "unit": "school"}, "nan"),
        ({"value": 1e30, "unit": "KZT"}, "1e+30"),
    ],
)
def test_values_are_said_as_people_write_them(read_as: dict[str, Any], said: str) -> None:
    assert Page(review_page([one(**read_as)])).rows[1][2] == said


@pytest.mark.parametrize(
    ("period", "said"),
    [("2024", "2024"), ("2024-2025", "school year 2024–2025"), ("2023/2029", "2023–2029"), ("", "–"), ("soon", "soon")],
)
def test_periods_are_said_as_people_write_them(period: str, said: str) -> None:
    assert Page(review_page([one(period=period)])).rows[1][6] == said


def test_the_finer_indicator_is_named_with_the_one_of_the_csv() -> None:
    finer = one(indicator="education_budget", detail="education_budget_increase")
    said = "Growth of the education budget education_budget / education_budget_increase"
    assert Page(review_page([finer])).rows[1][4] == said


def one(**read_as: Any) -> Extraction:
    given: dict[str, Any] = {"value": 462, "unit": "school", "indicator": "schools_total"}
    figure = read(ENGLISH, "462 schools", **given | read_as)
    return Extraction(Document("one", ENGLISH), "en", (figure,))


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "100% accepted"),
        (ACCEPTED, "93% accepted"),
        (math.nextafter(ACCEPTED, 0), "92% to check"),
        (0.0, "0% to check"),
    ],
)
def test_accepted_begins_at_the_threshold_and_no_figure_to_check_seems_to_reach_it(
    confidence: float, said: str
) -> None:
    page = Page(review_page([one(confidence=confidence)]))
    assert page.rows[1][-2] == said
    label = page.values("data-reading")[0]
    assert ("to check" in label) == ("to check" in said)
    (marked,) = (figure for figure in page.with_class("figure") if "href" in figure)
    assert marked["class"] == ("figure check" if "to check" in said else "figure accepted")


def test_labels_name_what_where_when_and_whether_it_is_a_plan() -> None:
    labels = Page(review_page([english()])).values("data-reading")
    assert [label.replace("\u00a0", " ") for label in labels[-3:]] == [
        "School renovations · Kostanay · 2024",
        "Students with free hot meals · Kostanay · 2029 · planned",
        "Spending on hot meals · Rudny · 2029 · planned · to check: 42% sure",
    ]


def test_no_label_parts_a_figure_from_its_ending() -> None:
    assert ">120</mark>-дан</a> астам" in review_page([kazakh()])
    assert ">128,400 students</mark>.</a>" in review_page([english()])


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 5), (3, 8)],
        [(0, 8), (2, 4), (5, 8)],
        [(2, 4), (0, 8)],
        [(0, 4), (0, 4)],
        [(4, 4)],
        [(20, 90), (95, 99)],
        [],
    ],
)
def test_overlapping_or_wrong_spans_lose_no_text(spans: list[tuple[int, int]]) -> None:
    text = "10 20 30 schools and so on"
    whole = one().items[0]
    figures = tuple(replace(whole, start=start, end=end) for start, end in spans)
    page = Page(review_page([Extraction(Document("x", text), "en", figures)]))
    assert page.texts == [("en", text)]
    assert len([figure for figure in page.with_class("figure") if "href" in figure]) == len(spans)


def test_documents_are_listed_with_their_counts_when_there_are_many() -> None:
    html = review_page([english(), russian(), kazakh()])
    assert "What edstats read from 3 documents. 20 figures: 15 accepted, 5 to check." in html
    listed = re.findall(r'<li><a href="#(.*?)"><bdi lang="(.*?)">.*?</bdi></a><span>(.*?)</span></li>', html)
    assert listed == [
        ("d1", "en", "7 figures: 6 accepted, 1 to check"),
        ("d2", "ru", "8 figures: 6 accepted, 2 to check"),
        ("d3", "kk", "5 figures: 3 accepted, 2 to check"),
    ]
    assert 'class="contents"' not in review_page([english()])


def test_dates_are_in_words_and_an_unknown_one_is_said_to_be() -> None:
    html = review_page([english(), russian(), kazakh()])
    assert "kostanay-2024</bdi> · published 28 December 2024 · English" in html
    assert "aktobe-2024</bdi> · published 2024 · Russian" in html
    assert "turkistan</bdi> · date of publication not known · Kazakh" in html


def test_a_document_without_figures_and_a_page_without_documents_are_pages_too() -> None:
    html = review_page([Extraction(Document("nothing", "No number here."), "", ())])
    assert Page(html).texts == [("", "No number here.")]
    assert "<strong>No figures</strong>" in html
    assert not Page(html).rows
    assert "What edstats read from 0 documents. No figures." in review_page([])
    assert not Page(review_page([])).texts


@pytest.mark.parametrize(
    "words", ["1 234 schools of the region, ", "9 ", "9"], ids=["sentences", "numbers", "no spaces"]
)
def test_time_grows_in_step_with_length(words: str) -> None:
    def seconds(length: int) -> float:
        text = words * (length // len(words))
        figure = one().items[0]
        figures = tuple(
            replace(figure, start=place, end=place + 1, value=float(place))
            for place in range(0, length // 4, len(words))
        )
        begun = time.perf_counter()
        review_page([Extraction(Document("x", text), "en", figures)])
        return time.perf_counter() - begun

    seconds(1000)
    short, long = seconds(4_000), seconds(32_000)
    assert long < 8 * 3 * short + 0.5


def test_text_has_enough_contrast_in_light_and_in_dark() -> None:
    """At least 4.5:1, WCAG 2.2 success criterion 1.4.3."""
    style = review_fragment(english())
    colours = {
        name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", style)
    }
    grounds = {"ink": ["paper", "accepted-ground", "check-ground"], "soft": ["paper"], "link": ["paper"]}
    grounds |= {"accepted": ["paper", "accepted-ground"], "check": ["paper", "check-ground"]}
    for text, behind in grounds.items():
        for ground in behind:
            for theme in (0, 1):
                assert contrast(colours[text][theme], colours[ground][theme]) >= 4.5, (text, ground, theme)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
