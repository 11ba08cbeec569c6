"""What the body of a page may hold: the elements, attributes and addresses that pages need, and nothing else.

Text from data is escaped where it is written; this is the second lock. It names what may stand rather than what may
not, since browsers learn new ways to run and to load things.
"""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from edstats.addresses import ADDRESS

_ANYWHERE = frozenset(
    "class id lang dir hidden role tabindex style aria-label aria-labelledby aria-describedby aria-hidden".split()
)
_PLAIN = (
    "abbr b bdi blockquote br caption cite code col colgroup dd defs details div dl dt em figcaption figure h1 h2 h3 "
    "h4 h5 h6 hr i kbd li mark nav ol p pre q s section small span strong sub summary sup table tbody td tfoot th "
    "thead tr u ul"
)
_DRAWN = frozenset(
    "x y dx dy x1 x2 y1 y2 cx cy r rx ry d points width height transform fill stroke stroke-width opacity clip-path "
    "font-size font-weight text-anchor".split()
)
# Elements and the attributes that only they have. ``data-names``, ``input`` and ``label`` are the first page's search.
_ELEMENTS: dict[str, frozenset[str]] = dict.fromkeys(_PLAIN.split(), _ANYWHERE) | {
    name: _ANYWHERE | frozenset(own.split())
    for name, own in {
        "a": "href rel hreflang download",
        "details": "open",
        "input": "type autocomplete",
        "label": "for",
        "li": "data-names value",
        "ol": "start",
        "svg": "viewbox width height font-size xmlns xmlns:xlink preserveaspectratio",
        "td": "colspan rowspan headers",
        "th": "colspan rowspan headers scope abbr",
        "time": "datetime",
    }.items()
}
_SHAPES = "g path rect circle ellipse line polygon polyline text tspan clippath"
_ELEMENTS |= dict.fromkeys(_SHAPES.split(), _ANYWHERE | _DRAWN)
_ELEMENTS["use"] = _ANYWHERE | _DRAWN | {"href", "xlink:href"}
# A colour, a length; of functions only those that load nothing, and nothing that lies over the rest of the page.
_STYLE = re.compile(r"(?!(?is:.*position))(?:(?:var|rgb|calc)\(|[\w\s.,:;%#)+*-])*+", re.ASCII)
# A place on this page or on another of the edition, a file beside it, or an address of the web.
_STEP = r"[A-Za-z0-9_][\w.-]*"
_LINK = re.compile(rf"(?:(?:\.\./)?{_STEP}(?:/{_STEP})*)?(?:#[^\s\"'<>\\]*)?|{ADDRESS}", re.ASCII)
# Readers differ on any other form of a tag: quotes in an end tag, two equals signs, Unicode's kinds of space.
_TAG = re.compile(
    r'<[A-Za-z][A-Za-z0-9]*(?:[ \t\r\n\f]+[A-Za-z][A-Za-z0-9:-]*(?:="[^"<>]*+")?)*+[ \t\r\n\f]*+/?>', re.ASCII
)
_ODD_END = re.compile(r"</(?![A-Za-z][A-Za-z0-9]*[ \t\r\n\f]*>)")
_PLACE = re.compile(r"#[\w.:-]+", re.ASCII)
_HERE = re.compile(r"url\(#[\w.:-]+\)", re.ASCII)


class ForbiddenMarkup(ValueError):
    """An output that would run a script, load something from elsewhere, or is more than a page needs."""


@dataclass(frozen=True)
class Heading:
    """A section of a page: the id of its ``<h2>`` and its text."""

    id: str
    text: str


class _BodyReader(HTMLParser):
    """Collects the headings of a page's body; raises ForbiddenMarkup for what a page may not hold."""

    def __init__(self) -> None:
        # References stay as they are: else "&lt;" could not be told from a sign that opens an element.
        super().__init__(convert_charrefs=False)
        self.headings: list[Heading] = []
        self._id: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = _ELEMENTS.get(tag)
        if known is None:
            raise ForbiddenMarkup(f"a page may hold no <{tag}>")
        if not _TAG.fullmatch(self.get_starttag_text() or ""):
            raise ForbiddenMarkup(f"a page may hold no <{tag}> in such a form: {self.get_starttag_text()}")
        for name, value in attrs:
            if name not in known or (name in _READ and not _may_stand(tag, name, value or "")):
                raise ForbiddenMarkup(f'a page may hold no <{tag} {name}="{value}">')
        if tag == "h2":
            self._id, self._text = dict(attrs).get("id"), ""

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise ForbiddenMarkup(f"a page may hold no bare '<': {data.strip()[:40]}")
        self._text += data if self._id else ""

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ELEMENTS:
            raise ForbiddenMarkup(f"a page may hold no </{tag}>")
        if tag == "h2" and self._id:
            self.headings.append(Heading(self._id, " ".join(unescape(self._text).split())))
            self._id = None

    def handle_comment(self, data: str) -> None:
        # Browsers and this reader may differ on where one ends.
        raise ForbiddenMarkup(f"a page may hold no comment: {data.strip()[:40]}")

    def handle_decl(self, decl: str) -> None:
        raise ForbiddenMarkup(f"a page may hold no <!{decl[:40]}>")

    def handle_pi(self, data: str) -> None:
        raise ForbiddenMarkup(f"a page may hold no <?{data[:40]}>")

    def unknown_decl(self, data: str) -> None:
        raise ForbiddenMarkup(f"a page may hold no <![{data[:40]}]>")


# Attributes that could load something; ``fill``, ``stroke`` and ``clip-path`` may name a place by ``url(...)``.
_READ = frozenset(("style", "href", "xlink:href", "type", "fill", "stroke", "clip-path"))


def _may_stand(tag: str, attribute: str, value: str) -> bool:
    """Whether the value of an attribute that could load something does not."""
    if attribute == "style":
        return _STYLE.fullmatch(value) is not None
    if attribute in ("fill", "stroke", "clip-path"):
        return (_HERE if value.startswith("url(") else _STYLE).fullmatch(value) is not None
    if attribute == "type":
        return value == "search"
    return (_LINK if tag == "a" else _PLACE).fullmatch(value) is not None


def read_headings(body: str) -> list[Heading]:
    """The ``<h2>`` headings that have an id, in order.

    Raises ForbiddenMarkup when ``body`` holds what a page may not.
    """
    if odd := _ODD_END.search(body):
        raise ForbiddenMarkup(f"a page may hold no {body[odd.start() : odd.start() + 40]}")
    reader = _BodyReader()
    reader.feed(body)
    if "<" in reader.rawdata:  # an element that does not end here would end in what follows
        raise ForbiddenMarkup(f"a page may hold no unfinished element: {reader.rawdata[:40]}")
    reader.close()
    return reader.headings
