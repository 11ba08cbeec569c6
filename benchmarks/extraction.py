"""How fast figures are read from text, and whether the time grows in step with length, also on hostile input.

Run ``python benchmarks/extraction.py``. Ordinary text is that of tests/press_releases with every number, and the names
of people and schools in it, drawn anew from a fixed seed, so that no cache flatters the result; hostile texts repeat
one thing. Each is read at an eighth, a quarter, a half and the whole of a megabyte. A quotient of two between one
size and the next is growth in step with length; four is growth with its square. One process, the best of two runs.

Names on the command line pick the texts, ``--profile`` shows where their time goes: ``extraction.py --profile dates``.
"""

import argparse
import cProfile
import json
import pstats
import random
import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from edstats import extract

FOLDER = Path(__file__).parent.parent / "tests" / "press_releases"
LANGUAGES = ("en", "ru", "kk")
SIZE = 1_000_000  # characters
PARTS = (16, 8, 4, 2, 1)  # what part of the whole is read
PATIENCE = 60  # seconds
LEAST_SPEED = 1_000_000  # bytes a second and process: what issue 4 asks for
MOST_GROWTH = 2.6  # twice the time for twice the length, and the noise of a shared machine
LETTERS = {"en": "abdegiklmnoprstuz", "ru": "абвгдеиклмнорстуя", "kk": "абғдежиқкңлмнөрстұы"}
Text = Callable[[random.Random, int], str]


def ordinary(language: str) -> Text:
    """Press releases one after another, each with other numbers and other words among its own."""

    def make(chance: random.Random, size: int) -> str:
        lines = (FOLDER / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        return _filled((_varied(chance.choice(texts), language, chance) for _ in iter(int, 1)), size)

    return make


def _varied(text: str, language: str, chance: random.Random) -> str:
    """The text with other digits, and a word that no list knows now and then."""

    def name() -> str:
        return "".join(chance.choices(LETTERS[language], k=chance.randint(4, 11))).capitalize()

    # A year stays one, and no number begins with a nought, so that as much is found as in the text as it was.
    text = re.sub(r"(?<!\d)(?!20\d\d)[1-9]\d*", lambda match: _number(match[0], chance), text)
    return re.sub(r" (?=[a-zа-я]{5})", lambda _: f" {name()} " if chance.random() < 0.04 else " ", text) + "\n\n"


def _number(printed: str, chance: random.Random) -> str:
    return str(chance.randint(10 ** (len(printed) - 1), 10 ** len(printed) - 1))


def repeated(*parts: str) -> Text:
    """The parts over and over in any order; ``{}`` in a part is another number each time."""

    def make(chance: random.Random, size: int) -> str:
        return _filled((chance.choice(parts).replace("{}", str(chance.randint(1, 9999))) for _ in iter(int, 1)), size)

    return make


def _filled(pieces: Iterator[str], size: int) -> str:
    """The pieces one behind another, cut off at ``size`` characters."""
    found, length = [], 0
    for piece in pieces:
        found.append(piece)
        length += len(piece)
        if length >= size:
            break
    return "".join(found)[:size]


MONTHS = ("января", "марта", "мая", "июля", "сентября", "ноября")
TEXTS: dict[str, Text] = {
    **{f"press releases, {language}": ordinary(language) for language in LANGUAGES},
    "digits": lambda chance, size: "".join(chance.choices("0123456789", k=size)),
    "digits in threes": repeated("123 ", "456 ", "789 "),
    "digits and commas": repeated("1,", "2.", "345,"),
    "spaces": repeated("        "),
    "newlines": repeated("\n"),
    "newlines and spaces": repeated("\n ", "\r\n", "\n\t"),
    "tabs between numbers": repeated("{}\t"),
    "soft hyphens": repeated("шко\u00adла ", "{} "),
    "combining accents": repeated("а\u0301"),
    "no-break spaces": repeated("{}\u00a0"),
    "quotation marks": repeated('"'),
    "quoted names": repeated("«Школа {}» "),
    "open quotation marks": repeated("«слово {} школ "),
    "brackets": repeated("("),
    "signs": repeated(*"!?.,;:-+%№#/*"),
    "one word": lambda _, size: "ш" * size,
    "million million": repeated("million "),
    "миллион миллион": repeated("миллион "),
    "number words": repeated("двести ", "тридцать ", "пять ", "тысяч "),
    "сөзбен сандар": repeated("екі ", "жүз ", "отыз ", "мың "),
    "and and": repeated("and "),
    "from 1 to": repeated("from 1 to "),
    "от 1 до": repeated("от {} до "),
    "endless sentence, en": repeated("and {} schools of the region with {} pupils, ", "where {} are being built "),
    "endless sentence, ru": repeated("и {} школ области на {} мест, ", "из которых {} планируется построить "),
    "endless sentence, kk": repeated("және {} мектеп пен {} орын, ", "оның {} салынып жатыр "),
    "bare numbers in one sentence": repeated("{}, ", "{} и "),
    "nouns without numbers": repeated("школ учащихся мест "),
    "percentages": repeated("{}% ", "на {}% "),
    "list under a colon": lambda chance, size: "Построено школ:\n" + repeated("- {}\n")(chance, size),
    "table": repeated("| {} | {} школ |\n", "| район | {} |\n"),
    "table of one line": repeated("{} | "),
    "table without nouns": repeated("{} | {}\n"),
    "dates": repeated(*(f"{{}} {month} 2024 года, " for month in MONTHS), "01.09.2025 "),
    "years": repeated("2024-2025 ", "2023 ", "с 2019 по 2025 "),
    "school numbers": repeated("школа № {}, ", "школ №{} и №{}, "),
    "regions": repeated("Актюбинская область, ", "в Астане {} школ, ", "область Абай "),
    "districts of many regions": repeated("Абайский район, ", "Жамбылский район {} школ, "),
    "short headings": repeated("Абай\n", "Астана\n", "{} школ\n"),
    "telephones": repeated("8 (7172) 74-20-31, ", "+7 701 {} "),
    "links to other news": repeated("Read also\n", "{} schools opened\n"),
    "full stops": repeated("А. ", "г. ", "{}. "),
    "planned": repeated("планируется построить ", "{} "),
    "adjectives behind a number": lambda chance, size: "12 " + repeated("новых ", "сельских ")(chance, size),
}


def seconds(text: str) -> tuple[float, int]:
    """The least time of two runs, or of one long one, and the number of figures."""
    taken: list[float] = []
    figures = 0
    while len(taken) < 2 and sum(taken) < PATIENCE / 10:
        start = time.perf_counter()
        figures = len(extract(text, published="2024-09-02").items)
        taken.append(time.perf_counter() - start)
    return min(taken), figures


def report(name: str, make: Text) -> None:
    whole = make(random.Random(name), SIZE)
    times: list[float] = []
    text, figures = "", 0
    for part in PARTS:
        if times and times[-1] * max(2, times[-1] / times[-2] if len(times) > 1 else 2) > PATIENCE:
            break
        text = whole[: SIZE // part]
        taken, figures = seconds(text)
        times.append(taken)
    size = len(text.encode())
    growth = [after / before for before, after in pairwise(times)]
    faults = ["slow"] * (size / times[-1] < LEAST_SPEED)
    faults += ["faster than the text"] * (max(growth[-3:], default=0.0) > MOST_GROWTH)
    columns = (
        f"{name:<29} {size / 1e6:>5.2f} MB {times[-1]:>6.2f} s",
        f"{len(text) / times[-1]:>11,.0f} {size / times[-1]:>11,.0f}",
        f"{' '.join(f'{quotient:5.2f}' for quotient in growth):<23} {figures:>8,}  {', '.join(faults)}",
    )
    print(*columns, flush=True)


def profile(name: str, make: Text) -> None:
    """The functions that take the most time of their own, for a quarter of a megabyte."""
    text = make(random.Random(name), SIZE // 4)
    with cProfile.Profile() as watched:
        extract(text, published="2024-09-02")
    print(f"\n{name}")
    pstats.Stats(watched).strip_dirs().sort_stats("tottime").print_stats(12)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast figures are read from text.")
    parser.add_argument("names", nargs="*", metavar="name", help="words of the texts' names; all texts without")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    options = parser.parse_args()
    chosen = {name: TEXTS[name] for name in TEXTS if not options.names or any(word in name for word in options.names)}
    for language, text in (("en", "5 schools"), ("ru", "5 школ"), ("kk", "5 мектеп салынды, өңірде")):
        if extract(text).language != language:  # the lists are made ready once; that is no part of the speed
            parser.error(f"{text!r} is not read as {language}")
    if not options.profile:
        heads = (f"{'text':<29} {'size':>8} {'time':>8}", f"{'chars/s':>11} {'bytes/s':>11}")
        print(*heads, f"{'growth at each doubling':<23} {'figures':>8}  what is amiss")
    for name, make in chosen.items():
        (profile if options.profile else report)(name, make)


if __name__ == "__main__":
    main()
