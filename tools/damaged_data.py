"""Damaged copies of ``data/raw``: what mistakes of people and programs make of it, and worse, each by its number.

``damaged(files, chance)`` takes the files of a sound ``data/raw`` and gives those of a damaged one. What is done to
them is drawn from ``chance`` alone, so that a case is had again by its seed. Some damage is of tables (rows, columns,
cells changed, moved, left out or doubled), some of the text of a file (quotes, line ends, encodings, signs and bytes),
some of the folder (files missing, renamed, run together). A few sources are drawn from all of them, which is faster and
more varied; in a tenth of the cases all of them are kept.
"""

import csv
import io
import random
from collections.abc import Callable, Mapping

Files = dict[str, bytes]  # by their names in data/raw: "sources.csv", "figures/NAME.csv"
Table = list[list[str]]  # the header is its first row
BY_SOURCE = {"sources.csv": "source", "corrections.csv": "source", "doubts.csv": "source"}
OWN_FOLDER = "figures/"

# What stands in cells that ought to hold something else.
NASTY = (
    *("", " ", "\u00a0", "\u200b", "\ufeff", "\0", "\x1b[31m", "\t", "\r", "\n", "\u2028", "\x85", "\ufffd", "0", "-0"),
    *("9" * 16, "9" * 5000, "0." + "0" * 400 + "1", "1e400", "1e999999", "1e-999999999", "0x1F", "1_000", "+5", "1e5"),
    *("nan", "NaN", "inf", "-inf", "Infinity", "None", "null", "NA", "<NA>", "True", "NaT"),
    *("٣٤", "१२", "５６", "²", "5²", "½", "2½", "Ⅻ", "XII", "\N{MINUS SIGN}5", "-5", "5-3", "5 – 3", "12 of 15", "5/3"),
    *(
        "(((5)))",
        "1,000",
        "1.000",
        "1 000",
        "1\u202f000",
        "1'000",
        "86,5%",
        "8.2 billion tenge",
        "много",
        "70%",
        "-70%",
    ),
    *("2024", "2024-2025", "2024/2020", "2024-02-30", "30 февраля 2024", "2023-02-29", "0000", "0", "99999", "1600"),
    *(
        "3000",
        "1677-09-21",
        "2262-04-12",
        "9999-12-31",
        "10000-01-01",
        "-2024",
        "~",
        "~2024",
        "~~",
        "2024-13",
        "2024-Q9",
    ),
    *("KZ-15", "kz-15", "KZ-99", "KZ-", "Almaty", "Алматы", "Aktobee", "Карагандинская область", "KZ-15 KZ-15", "*"),
    *("schools_total", "SCHOOLS_TOTAL", "school_total", "other", "planed", "actual", "printed as", "range", "school"),
    *(
        "{}",
        "{0}",
        "{value:g}",
        "%s",
        "\\",
        "\\N",
        "'",
        '"',
        '""',
        "a,b",
        "a;b",
        'a"b',
        "a\nb",
        "a\r\nb",
        "a\rb",
        "#",
        "a#1",
    ),
    *("=1+1", "@SUM(1)", "<script>alert(1)</script>", "&amp;", "../../etc/passwd", "C:\\x", "http://", "https://a b"),
    *(
        "e\u0301" * 50,
        "\u202e5 schools",
        "\U0001f3eb" * 20,
        "x" * 300,
        "x " * 2000,
        "x" * 100_000,
        "(" * 5000,
        "1," * 3000,
    ),
)
# Bytes that no sound file holds.
ODD_BYTES = (
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\x1a",
    b"\r",
    b"\n",
    b'"',
    b",",
    b"\x85",
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1251", "koi8-r", "utf-8-sig", "utf-7")


def damaged(files: Mapping[str, bytes], chance: random.Random) -> Files:
    """The files of a damaged copy of ``data/raw``."""
    tables = {name: _read(content) for name, content in files.items()}
    if chance.random() >= 0.1:
        tables = _some_sources(tables, chance)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        chance.choice(TABLE_DAMAGE)(tables, chance)
    damaged_files = {name: _written(table) for name, table in tables.items()}
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        _damage_text(damaged_files, chance)
    if chance.random() < 0.15:
        chance.choice(FOLDER_DAMAGE)(damaged_files, chance)
    return damaged_files


def _read(content: bytes) -> Table:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def _written(table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _some_sources(tables: Mapping[str, Table], chance: random.Random) -> dict[str, Table]:
    """The tables of a few sources, with those that they reprint."""
    header, *rows = tables["sources.csv"]
    origin = header.index("origin")
    kept = {row[0] for row in chance.sample(rows, chance.choice((1, 2, 5, 10, 20, 40)))}
    kept |= {row[origin] for row in rows if row[0] in kept}
    some = {}
    for name, table in tables.items():
        if name in BY_SOURCE:
            place = table[0].index(BY_SOURCE[name])
            some[name] = [table[0], *([*row] for row in table[1:] if row[place] in kept)]
        elif not name.startswith(OWN_FOLDER) or name.removeprefix(OWN_FOLDER).removesuffix(".csv") in kept:
            some[name] = [[*row] for row in table]
    return some


# --- damage of tables


def _any_table(tables: dict[str, Table], chance: random.Random) -> Table:
    """A table that has rows; figures as often as all others together."""
    named = [name for name, table in tables.items() if len(table) > 1]
    figures = [name for name in named if name.startswith(OWN_FOLDER)]
    return tables[chance.choice(figures if figures and chance.random() < 0.5 else named)]


def _any_cell(table: Table, chance: random.Random) -> tuple[list[str], int]:
    row = chance.choice(table if chance.random() < 0.05 else table[1:])
    return row, chance.randrange(len(row)) if row else 0


def _nasty_cells(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    for _ in range(chance.choice((1, 1, 1, 5))):
        row, place = _any_cell(table, chance)
        row[place : place + 1] = [chance.choice(NASTY)]


def _cell_from_elsewhere(tables: dict[str, Table], chance: random.Random) -> None:
    (row, place), (other, there) = (_any_cell(_any_table(tables, chance), chance) for _ in range(2))
    row[place : place + 1] = other[there : there + 1]


def _swapped_cells(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    (row, place), (other, there) = (_any_cell(table, chance) for _ in range(2))
    row[place : place + 1], other[there : there + 1] = other[there : there + 1], row[place : place + 1]


def _empty_cell(tables: dict[str, Table], chance: random.Random) -> None:
    row, place = _any_cell(_any_table(tables, chance), chance)
    row[place : place + 1] = [""]


def _mistyped_cell(tables: dict[str, Table], chance: random.Random) -> None:
    """Signs changed, left out, put in or moved, as fingers do; or digits alone, which a reader would not see."""
    row, place = _any_cell(_any_table(tables, chance), chance)
    text = "".join(row[place : place + 1])
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(len(text) + 1)
        sign = chance.choice("0123456789.,-– ~#'\"аеopKZ\u00a0%")
        text = chance.choice(
            (
                text[:at] + sign + text[at:],
                text[:at] + text[at + 1 :],
                text[:at] + sign + text[at + 1 :],
                text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
                "".join(chance.choice("0123456789") if letter.isdigit() else letter for letter in text),
                text.upper(),
                text * 2,
            )
        )
    row[place : place + 1] = [text]


def _row_gone(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    del table[chance.randrange(len(table))]


def _row_twice(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    table.insert(chance.randrange(len(table) + 1), [*chance.choice(table)])


def _row_elsewhere(tables: dict[str, Table], chance: random.Random) -> None:
    row = chance.choice(_any_table(tables, chance))
    _any_table(tables, chance).append([*row])


def _rows_shuffled(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    kept = table[: chance.choice((0, 1))]
    rest = table[len(kept) :]
    chance.shuffle(rest)
    table[:] = kept + rest


def _rows_numbered_anew(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    for number, row in enumerate(table[1:], start=chance.choice((0, 1, 2, 10**18, 10**30))):
        row[:1] = [str(number)]


def _row_of_other_length(tables: dict[str, Table], chance: random.Random) -> None:
    row = chance.choice(_any_table(tables, chance))
    if chance.random() < 0.5:
        row.extend(chance.choice(NASTY) for _ in range(chance.choice((1, 1, 30))))
    else:
        del row[chance.randrange(len(row) + 1) :]


def _column_gone(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    place = chance.randrange(max(len(table[0]), 1))
    for row in table:
        del row[place : place + 1]


def _column_twice(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    place, there = (chance.randrange(max(len(table[0]), 1)) for _ in range(2))
    for row in table:
        row[there:there] = row[place : place + 1]


def _columns_swapped(tables: dict[str, Table], chance: random.Random) -> None:
    """Without the header, so that cells stand under the wrong name; with it, only the order is another."""
    table = _any_table(tables, chance)
    place, there = (chance.randrange(max(len(table[0]), 1)) for _ in range(2))
    for row in table[chance.choice((0, 1)) :]:
        if max(place, there) < len(row):
            row[place], row[there] = row[there], row[place]


def _transposed(tables: dict[str, Table], chance: random.Random) -> None:
    table = _any_table(tables, chance)
    table[:] = [list(cells) for cells in zip(*table, strict=False)] or [[]]


def _run_together(tables: dict[str, Table], chance: random.Random) -> None:
    """Two files in one, the header of the second in the middle or not."""
    other = _any_table(tables, chance)
    _any_table(tables, chance).extend([*row] for row in other[chance.choice((0, 1)) :][:200])


def _correction(tables: dict[str, Table], chance: random.Random) -> None:
    """A correction that fits, or all but; the project's data may have none."""
    sources = [name for name, table in tables.items() if name.startswith(OWN_FOLDER) and len(table) > 1]
    if "corrections.csv" not in tables or not sources:
        return
    name = chance.choice(sources)
    header, *rows = tables[name]
    row, column = chance.choice(rows), chance.choice(header or [""])
    expected = dict(zip(header, row, strict=False)).get(column, "")
    corrected = chance.choice((expected, chance.choice(NASTY)))
    source = name.removeprefix(OWN_FOLDER).removesuffix(".csv")
    entry = [source, "".join(row[:1]), column, expected, corrected, "misread"]
    tables["corrections.csv"].append(entry)


TABLE_DAMAGE: tuple[Callable[[dict[str, Table], random.Random], None], ...] = (
    *(_nasty_cells, _nasty_cells, _nasty_cells, _cell_from_elsewhere, _swapped_cells, _empty_cell, _mistyped_cell),
    *(_mistyped_cell, _row_gone, _row_twice, _row_elsewhere, _rows_shuffled, _rows_numbered_anew, _row_of_other_length),
    *(_column_gone, _column_twice, _columns_swapped, _transposed, _run_together, _correction),
)


# --- damage of a file's text


def _damage_text(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    files[name] = chance.choice(TEXT_DAMAGE)(files[name], chance)


def _bytes_changed(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 5, 50))):
        at = chance.randrange(len(content) + 1)
        odd = chance.choice((chance.randbytes(1), *chance.choices(ODD_BYTES, k=2)))
        content = content[:at] + odd + content[at + chance.choice((0, 0, 1, 20)) :]
    return content


def _cut(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return chance.choice((content[:at], content[at:], content[:at] + content[at : at + 200] + content[at:]))


def _other_line_ends(content: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return content.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"\x0b", b" ", b"")))
    return b"".join(line + chance.choice((b"\n", b"\r\n", b"\r")) for line in content.split(b"\n"))


def _other_encoding(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _other_quotes(content: bytes, chance: random.Random) -> bytes:
    old, new = chance.choice(
        (
            (b'"', b""),
            (b'"', b"'"),
            (b",", b";"),
            (b",", b"\t"),
            (b",", b', "'),
            (b'"', b'""'),
            (b",", b'","'),
            (b'"', b"\\"),
        )
    )
    return content.replace(old, new)


def _something_else(content: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (
            chance.randbytes(chance.choice((0, 1, 10, 10_000))),
            b"\0" * 1000,
            b"\n" * 1000,
            b"," * 1000,
            b'"' * 999,
            b"\xef\xbb\xbf" * 3 + content,
            content + content,
            content[::-1],
            b"{}",
            b"<html><body>404 Not Found</body></html>\n",
            b"PK\x03\x04" + content,
            content + b'"' + b"x" * 200_000,
        )
    )


TEXT_DAMAGE = (_bytes_changed, _bytes_changed, _cut, _other_line_ends, _other_encoding, _other_quotes, _something_else)


# --- damage of the folder


def _file_gone(files: Files, chance: random.Random) -> None:
    del files[chance.choice(sorted(files))]


def _file_renamed(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    other = chance.choice(
        (name[:-5] + name[-4:], name.upper(), f"{name}.bak", name[:-4], f"figures/figures/{name}", "x.csv")
    )
    files[other] = files.pop(name)


def _file_copied(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    files[chance.choice((f"{name[:-4]} (1).csv", f"figures/copy-{len(files)}.csv", "figures/Ақтөбе.csv"))] = files[name]


def _files_swapped(files: Files, chance: random.Random) -> None:
    one, other = chance.choices(sorted(files), k=2)
    files[one], files[other] = files[other], files[one]


FOLDER_DAMAGE = (_file_gone, _file_renamed, _file_copied, _files_swapped)
