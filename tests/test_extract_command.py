"""`edstats extract` as a person and a pipeline use it: real files, real processes, real pipes."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edstats.cli import main
from edstats.extraction.bulk import BATCH_DOCUMENTS, BATCHES_AHEAD, extract_all, extract_piece
from edstats.extraction.documents import Piece, find_pieces
from edstats.extraction.result import FIGURE_COLUMNS, Extraction
from edstats.faults import Fault

EDSTATS = Path(sys.executable).with_name("edstats")
RELEASE = """Школы области готовы к году
02.12.2024 18:07:39 1623
В области 434 школы. На ремонт направили 8,2 млрд тенге, интернетом обеспечены 86,5% школ.
"""


def edstats(*arguments: str | Path, cwd: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the installed command in a folder without data, on a system that would write neither UTF-8 nor LF."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [EDSTATS, "extract", *arguments], cwd=cwd, env=environment, capture_output=True, timeout=120, check=False,
        **options,  # type: ignore[call-overload]
    )  # fmt: skip


def rows_of(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode("utf-8"), newline="")))


def write_records(path: Path, texts: list[str]) -> Path:
    lines = [json.dumps({"id": f"d{number}", "text": text, "title": ""}) for number, text in enumerate(texts)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Enough documents for several batches, with a bad line among the first and one among the last."""
    path = write_records(tmp_path / "many.jsonl", [f"В области {100 + n} школ." for n in range(4 * BATCH_DOCUMENTS)])
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5] = "{bad"
    lines[-2] = '{"id": "without text"}'
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# --- rows


def test_rows_come_as_csv_and_lead_back_into_the_text(tmp_path: Path) -> None:
    path = tmp_path / "release.txt"
    path.write_bytes(RELEASE.replace("\n", "\r\n").encode("cp1251"))
    done = edstats(path, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(",".join(FIGURE_COLUMNS).encode() + b"\n")
    assert b"\r" not in done.stdout
    rows = rows_of(done.stdout)
    assert [RELEASE[int(row["start"]) : int(row["end"])] for row in rows] == [row["as_printed"] for row in rows]
    assert [row["value"] for row in rows] == ["434", "8200000000", "86.5"]
    assert {row["doc"] for row in rows} == {"release"}
    assert {row["value_high"] for row in rows} == {""}


def test_a_document_without_figures_gives_the_header_alone(tmp_path: Path) -> None:
    (tmp_path / "release.txt").write_text("Школы открыты.", encoding="utf-8")
    done = edstats("release.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ",".join(FIGURE_COLUMNS).encode() + b"\n")


def test_standard_input_is_read(tmp_path: Path) -> None:
    done = edstats("-", cwd=tmp_path, input=RELEASE.encode("utf-16"))
    assert done.returncode == 0
    assert {row["doc"] for row in rows_of(done.stdout)} == {"stdin"}


def test_failing_documents_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text(RELEASE, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"PK\x03\x04\0")
    (tmp_path / "d.jsonl").write_text('{bad\n{"id": "d", "text": "В области 35 школ."}\n{"id": "a", "text": "35 школ"}')
    done = edstats(".", "missing.txt", cwd=tmp_path)
    assert done.returncode == 1
    assert list(dict.fromkeys(row["doc"] for row in rows_of(done.stdout))) == ["a", "c", "d"]
    said = done.stderr.decode().splitlines()
    assert [line.partition(": ")[0] for line in said] == ["b.txt", "d.jsonl:1", "d.jsonl:3", "missing.txt"]
    assert "a second document with the id 'a'; give it another id" in said[2]
    assert all("; " in line for line in said)


def test_processes_give_the_same_rows_in_the_same_order_as_none(many: Path) -> None:
    alone = edstats(many, "--jobs", "1", cwd=many.parent)
    together = edstats(many, "--jobs", "2", cwd=many.parent)
    assert alone.returncode == together.returncode == 1
    assert together.stdout == alone.stdout
    assert together.stderr == alone.stderr
    assert [row["value"] for row in rows_of(alone.stdout)] == [
        str(100 + n) for n in range(4 * BATCH_DOCUMENTS) if n not in {5, 4 * BATCH_DOCUMENTS - 2}
    ]
    assert [line.split(":")[1] for line in alone.stderr.decode().splitlines()] == ["6", f"{4 * BATCH_DOCUMENTS - 1}"]


# --- what can happen to a process


def _stumble(piece: Piece) -> Extraction:
    if b"stumbles" in (piece.content or b""):
        raise ZeroDivisionError("what no document\nmay do")
    return extract_piece(piece)


def _die(piece: Piece) -> Extraction:
    if b"kills" in (piece.content or b""):
        os._exit(9)
    return extract_piece(piece)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_of_ours_costs_one_document(tmp_path: Path, jobs: int) -> None:
    texts = ["35 schools"] * 3 * BATCH_DOCUMENTS
    texts[120] = "this one stumbles"
    path = write_records(tmp_path / "many.jsonl", texts)
    outcomes = [outcome for outcome, _ in extract_all(find_pieces([str(path)], io.BytesIO()), jobs, _stumble)]
    faults = [outcome for outcome in outcomes if isinstance(outcome, Fault)]
    assert [str(fault) for fault in faults] == [
        f"{path}:121: ZeroDivisionError: what no document may do; this is a mistake in edstats: report it with the "
        "document; the others are not touched [EDS-071]"
    ]
    assert outcomes.index(faults[0]) == 120
    assert len(outcomes) == 3 * BATCH_DOCUMENTS


def test_a_process_that_dies_costs_the_document_that_killed_it(tmp_path: Path) -> None:
    texts = ["35 schools"] * 8 * BATCH_DOCUMENTS
    for number in (120, 790):
        texts[number] = "this one kills"
    path = write_records(tmp_path / "many.jsonl", texts)
    outcomes = [outcome for outcome, _ in extract_all(find_pieces([str(path)], io.BytesIO()), 2, _die)]
    assert [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Fault)] == [120, 790]
    assert str(outcomes[120]).startswith(f"{path}:121: the process that read it died; ")
    read = [outcome.document.id for outcome in outcomes if isinstance(outcome, Extraction)]
    assert read == [f"d{number}" for number in range(len(texts)) if number not in {120, 790}]


def test_only_a_few_batches_are_under_way_at_a_time() -> None:
    taken = 0

    def endless() -> Iterator[Piece]:
        nonlocal taken
        while True:
            taken += 1
            content = json.dumps({"id": f"d{taken}", "text": "35 schools"}).encode()
            yield Piece("", "endless", taken, "record", len(content), content=content)

    outcomes = extract_all(endless(), 2)
    for _ in range(5 * BATCH_DOCUMENTS):
        next(outcomes)
    outcomes.close()
    assert taken <= (5 + 2 * BATCHES_AHEAD + 1) * BATCH_DOCUMENTS


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_who_has_seen_enough_ends_it_quietly(tmp_path: Path, jobs: str) -> None:
    path = write_records(tmp_path / "many.jsonl", ["35 schools"] * 30 * BATCH_DOCUMENTS)
    pipe = f"set -o pipefail; '{EDSTATS}' extract '{path}' --jobs {jobs} | head -1"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == ",".join(FIGURE_COLUMNS) + "\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_quietly_and_leaves_no_process(tmp_path: Path, jobs: str) -> None:
    path = write_records(tmp_path / "many.jsonl", ["35 schools"] * 10 * BATCH_DOCUMENTS)
    with subprocess.Popen(
        [EDSTATS, "extract", "-", "--jobs", jobs],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as command:  # fmt: skip
        assert command.stdin
        assert command.stdout
        assert command.stderr
        command.stdin.write(path.read_bytes())  # and it stays open: the command waits for more
        command.stdin.flush()
        assert command.stdout.readline().startswith(b"doc,")
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does
        _, said = command.communicate(timeout=60)
        assert (command.returncode, said) == (130, b"")
    assert _ends(command.pid)


def _ends(group: int) -> bool:
    """Whether the last process of a group ends within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_progress_is_shown_on_a_terminal_and_nowhere_else(many: Path) -> None:
    terminal, seen_by_command = os.openpty()
    termios.tcsetwinsize(seen_by_command, (24, 100))
    command = subprocess.Popen([EDSTATS, "extract", many], stdout=subprocess.PIPE, stderr=seen_by_command)
    os.close(seen_by_command)
    shown = b""
    try:
        output, _ = command.communicate(timeout=120)
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(terminal)
    assert b"100%" in shown
    assert shown.count(b"no JSON") == 1
    assert len(rows_of(output)) == 4 * BATCH_DOCUMENTS - 2


# --- other ways out


def test_review_page_of_many_documents(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(RELEASE.replace("434", "434 <b>"), encoding="utf-8")
    done = edstats(".", "--format", "html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    page = done.stdout.decode("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert page.count("Школы области готовы к году") >= 2
    assert "434 &lt;b&gt;" in page


def test_nothing_needs_what_only_saved_pages_need(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(RELEASE, encoding="utf-8")
    (tmp_path / "b.html").write_text(f"<html><body><p>{RELEASE}</p></body></html>", encoding="utf-8")
    without = "import sys; sys.modules.update(dict.fromkeys(['lxml', 'lxml.html', 'trafilatura'])); "
    script = without + "from edstats.cli import main; sys.exit(main(['extract', 'a.txt', 'b.html']))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert {row["doc"] for row in rows_of(done.stdout)} == {"a"}
    assert done.stderr.decode() == (
        "b.html: a saved page needs trafilatura; install it with pip install 'edstats[extract]', or save the article "
        "itself as .txt [EDS-068]\n"
    )


def test_draft_and_accept(
    tmp_path: Path, sound_data: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = sound_data(tmp_path)
    release = tmp_path / "release.txt"
    release.write_text("Schools of Aktobe region\n02.12.2024\nThere are 434 schools in Aktobe region.\n")
    assert main(["extract", str(release), "--draft", "new-source", "--data", str(data)]) == 0
    draft = data / "drafts" / "new-source.csv"
    assert capsys.readouterr().out == f"1 figure in {draft}; review it, then run edstats accept new-source\n"
    assert "434 schools" in draft.read_text(encoding="utf-8")

    assert main(["extract", str(release), "--draft", "new-source", "--data", str(data)]) == 1
    assert "data/drafts/new-source.csv: " in capsys.readouterr().err

    assert main(["accept", "new-source", "--data", str(data)]) == 1  # sources.csv does not know it
    printed = capsys.readouterr()
    assert "sources.csv" in printed.err
    assert printed.err.endswith("nothing was accepted\n")
    assert not (data / "raw" / "figures" / "new-source.csv").exists()

    with (data / "raw" / "sources.csv").open("a", encoding="utf-8") as sources:
        sources.write("new-source,Akimat,akimat,Schools of Aktobe region,,2024-12-02,,,printed,en,,,\n")
    assert main(["accept", "new-source", "--data", str(data)]) == 0
    accepted = data / "raw" / "figures" / "new-source.csv"
    assert capsys.readouterr().out == f"1 row in {accepted}; next: edstats check\n"
    assert "434 schools" in accepted.read_text(encoding="utf-8")
    assert not draft.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["."], "--draft takes one document"),
        (["a.txt", "--format", "html"], "not allowed with argument"),
        (["a.txt", "--jobs", "none"], "'none' is no count"),
        (["a.txt", "--data", "no-such-folder"], "there is no folder 'no-such-folder'"),
    ],
)
def test_wrong_use_writes_nothing(
    tmp_path: Path, sound_data: Callable[[Path], Path], arguments: list[str], said: str
) -> None:
    data = sound_data(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(RELEASE, encoding="utf-8")
    done = edstats(*arguments, "--draft", "new-source", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert not (data / "drafts").exists()


def test_a_draft_of_a_document_that_cannot_be_read_is_not_written(
    tmp_path: Path, sound_data: Callable[[Path], Path]
) -> None:
    data = sound_data(tmp_path)
    done = edstats("missing.txt", "--draft", "new-source", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("missing.txt: no such file")
    assert not (data / "drafts").exists()
