"""docs/errors.md explains every code, with a message that the program prints."""

import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import PROJECT, make_dataset, write_raw
from test_gates import HELD_BACK

from edstats.cli import main
from edstats.codebook import read_table
from edstats.dataset import Dataset
from edstats.editions import UnreadableHistory, read_history
from edstats.extraction import bulk
from edstats.extraction.bulk import BATCH_DOCUMENTS, extract_all, extract_piece
from edstats.extraction.documents import MOST_ELEMENTS, Piece, find_pieces
from edstats.extraction.result import Extraction
from edstats.faults import Fault
from edstats.raw import read_raw
from edstats.row_faults import lost_rows

ERRORS = PROJECT / "docs" / "errors.md"
FAULTY = Path(__file__).parent / "faulty"
CODE = re.compile(r"EDS-\d{3}")
SECTION = re.compile(
    r"^### (EDS-\d{3}) ([^\n]+)\n\n(.*?)\n\n```text\n(.*?)```\n\n(.*?)\n(?=\n#|\Z)", re.DOTALL | re.MULTILINE
)
NAMES = {code: name for table in ("faults", "codes") for code, name in read_table(table)[["code", "name"]].to_numpy()}
RELEASE = "Schools are ready\n02.12.2024\nThere are 434 schools in Aktobe region.\n"


def _sections() -> Mapping[str, tuple[str, str, str, str]]:
    """By code: its name, what it means, its example, what to do."""
    return {
        found[1]: (found[2], found[3], found[4], found[5])
        for found in SECTION.finditer(ERRORS.read_text(encoding="utf-8"))
    }


def _explained(code: str, printed: list[str]) -> None:
    """The example of ``code`` is printed. After a wanted change: UPDATE_GOLDEN=1 pytest tests/test_errors.py."""
    own = [line for line in printed if code in line]
    assert own, f"nothing prints {code}: {printed}"
    if "UPDATE_GOLDEN" in os.environ and not _shown(code) <= set(own):
        text = ERRORS.read_text(encoding="utf-8")
        renewed = re.sub(
            rf"(^### {code} .*?^```text\n).*?(^```$)",
            lambda found: f"{found[1]}{own[0]}\n{found[2]}",
            text,
            count=1,
            flags=re.DOTALL | re.MULTILINE,
        )
        ERRORS.write_text(renewed, encoding="utf-8", newline="\n")
    assert _shown(code)
    assert _shown(code) <= set(own)


def _shown(code: str) -> set[str]:
    """The lines of the example of ``code``."""
    return set(_sections()[code][2].splitlines())


# --- the codes -------------------------------------------------------------------------------------------------------


def test_the_codes_of_the_codebook_are_those_that_the_code_gives() -> None:
    used = set()
    for path in sorted((PROJECT / "src" / "edstats").rglob("*.py")):
        used |= set(re.findall(r'"(EDS-\d{3})"', path.read_text(encoding="utf-8")))
    assert used == set(NAMES)


def test_no_code_stands_twice_and_each_has_its_hundred() -> None:
    faults, findings = read_table("faults"), read_table("codes")
    codes = [*faults["code"], *findings["code"]]
    assert len(codes) == len(set(codes)) == len(NAMES)
    assert list(faults["code"]) == sorted(faults["code"])
    hundreds = {"data": "0", "draft": "0", "document": "0", "always": "2", "edition": "2"}
    assert [code for code, checked in faults[["code", "checked"]].to_numpy() if code[4] != hundreds[checked]] == []
    assert {code[4] for code in findings["code"]} == {"1"}


def test_every_code_is_explained_under_its_name_and_no_other() -> None:
    assert {code: section[0] for code, section in _sections().items()} == NAMES
    assert set(CODE.findall(ERRORS.read_text(encoding="utf-8"))) == set(NAMES)
    assert list(_sections()) == sorted(NAMES), "in the order of their numbers"


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    for code, (_, meaning, _, remedy) in _sections().items():
        assert meaning.endswith((".", ":")), code
        assert remedy.endswith("."), code


# --- the examples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(read_table("faults").query("checked == 'data'")["code"]))
def test_a_fault_of_the_data_is_shown_as_it_is_printed(code: str) -> None:
    """Each line of an ``expected.txt`` is what the program prints of the data beside it (test_faulty_data)."""
    lines = [line for path in sorted(FAULTY.glob("*/expected.txt")) for line in path.read_text("utf-8").splitlines()]
    _explained(code, [line for line in lines if line.endswith(f"[{code}]")])


def _edstats(*arguments: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        assert main(list(arguments)) == 1

    return run


def _extracting(name: str, content: bytes) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / name).write_bytes(content)
        assert main(["extract", name]) == 1

    return run


def _records(*records: object) -> Callable[[Path], None]:
    return _extracting("releases.jsonl", "\n".join(json.dumps(record) for record in records).encode())


def _drafting(text: str, source: str, times: int = 1) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / "release.txt").write_text(text)
        for _ in range(times):
            last = main(["extract", "release.txt", "--draft", source])
        assert last == 1

    return run


def _accepting(source: str, damage: tuple[str, str] = ("", "")) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / "release.txt").write_text(RELEASE)
        assert main(["extract", "release.txt", "--draft", source]) == 0
        draft = folder / "data" / "drafts" / f"{source}.csv"
        draft.write_text(draft.read_text().replace(*damage))
        assert main(["accept", source]) == 1

    return run


def _no_folder_for_drafts(folder: Path) -> None:
    (folder / "data" / "drafts").write_text("")
    _drafting(RELEASE, "akmola-report")(folder)


def _without_package(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "trafilatura", None)
        _extracting("release.html", b"<p>There are 434 schools.</p>")(folder)


def _with_a_mistake_of_ours(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "extract_document", lambda document: 1 / 0)
        _extracting("release.txt", RELEASE.encode())(folder)


def _die(piece: Piece) -> Extraction:
    if piece.row == BATCH_DOCUMENTS:
        os.kill(os.getpid(), signal.SIGKILL)
    return extract_piece(piece)


def _with_a_process_that_dies(folder: Path) -> None:
    texts = [json.dumps({"id": f"d{number}", "text": "35 schools"}) for number in range(2 * BATCH_DOCUMENTS)]
    (folder / "releases.jsonl").write_text("\n".join(texts))
    for outcome, _ in extract_all(find_pieces(["releases.jsonl"], io.BytesIO()), 2, _die):
        if isinstance(outcome, Fault):
            print(outcome, file=sys.stderr)


def _empty_folder(folder: Path) -> None:
    (folder / "releases").mkdir()
    _edstats("extract", "releases")(folder)


# What goes wrong with drafts and documents, by code; run in a folder with sound data.
PROVOKED: dict[str, Callable[[Path], None]] = {
    "EDS-050": _drafting(RELEASE, "akmola report"),
    "EDS-051": _drafting(RELEASE, "akmola-report", 2),
    "EDS-052": _drafting(RELEASE, "aktobe-report"),
    "EDS-053": _drafting("Schools are ready\n02.12.2024\nAll is well.\n", "akmola-report"),
    "EDS-054": _edstats("accept", "akmola-report"),
    "EDS-055": _accepting("akmola-report", ("schools_total", "other")),
    "EDS-056": _accepting("akmola-report"),
    "EDS-057": _no_folder_for_drafts,
    "EDS-060": _empty_folder,
    "EDS-061": _edstats("extract", "relaese.txt"),
    "EDS-062": _extracting("release.pdf", b"%PDF-1.4"),
    "EDS-063": _extracting("release.txt", b"\0\1\2 434 schools"),
    "EDS-064": _extracting("release.txt", b" \n"),
    "EDS-065": _extracting("releases.jsonl", b"There are 434 schools."),
    "EDS-066": _records({"id": "a", "title": "Schools are ready"}),
    "EDS-067": _records({"id": "a", "text": RELEASE, "published": "yesterday"}),
    "EDS-068": _without_package,
    "EDS-069": _extracting("release.html", b"<title>Nothing</title><body></body>"),
    "EDS-070": _records({"id": "a", "text": RELEASE}, {"id": "a", "text": RELEASE}),
    "EDS-071": _with_a_mistake_of_ours,
    "EDS-072": _with_a_process_that_dies,
    "EDS-073": _extracting("release.html", b"<p>There are 434 schools.</p>" + b"<i></i>" * MOST_ELEMENTS),
}


def test_everything_that_goes_wrong_with_drafts_and_documents_is_tried() -> None:
    assert set(PROVOKED) == set(read_table("faults").query("checked in ('draft', 'document')")["code"])


@pytest.mark.parametrize("code", PROVOKED)
def test_a_fault_of_a_draft_or_document_is_shown_as_it_is_printed(
    code: str,
    tmp_path: Path,
    sound_data: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sound_data(tmp_path)
    monkeypatch.chdir(tmp_path)
    PROVOKED[code](tmp_path)
    _explained(code, [line for line in capsys.readouterr().err.splitlines() if line.endswith(f"[{code}]")])


ONE = [{"source": "aktobe-report", "published": "2024-05-01"}]
POINTS = {"unit": "percentage_point", "programme": "p", "note": "printed as percent", "region": "KZ-15"}
TIED = {"programme": "Auyl", "period": "2024", "region": "KZ-15"}
# Findings that the project's data do not have.
CONTRADICTING = [
    {"indicator": "learning_gap", "as_printed": "15%", "period": "2023-01", **POINTS},
    {"indicator": "learning_gap", "as_printed": "11.5%", "period": "2023-03", **POINTS},
    {"indicator": "learning_gap_decrease", "as_printed": "4.5%", "period": "2023-03", **POINTS},
    {"indicator": "schools_small", "as_printed": "500 schools", "region": "KZ-15"},
    {"indicator": "schools_total", "as_printed": "434 schools", "region": "KZ-15"},
    {"indicator": "renovation_spending", "as_printed": "6 billion tenge", **TIED},
    {"indicator": "schools_renovated", "as_printed": "134 schools", "counted": "school", **TIED},
    {"indicator": "schools_renovated", "as_printed": "204 facilities", "counted": "facility", **TIED},
]


@pytest.fixture(scope="module")
def findings(project: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines in which check tells the findings of the project and of the data that contradict themselves."""
    made = make_dataset(tmp_path_factory.mktemp("findings"), ONE, {"aktobe-report": CONTRADICTING})
    return [
        f"ADVISORY  {row['code']}  {row['region']}: {row['message']}"
        + (f" [{row['figures']}]" if row["figures"] else "")
        for dataset in (project, made)
        for row in dataset.findings.to_dict("records")
    ]


@pytest.mark.parametrize("code", list(read_table("codes")["code"]))
def test_a_finding_is_shown_as_it_is_printed(code: str, findings: list[str]) -> None:
    _explained(code, [line for line in findings if line.startswith(f"ADVISORY  {code}")])


@pytest.mark.parametrize("code", ["EDS-202", "EDS-203", "EDS-204"])
def test_a_gate_is_shown_as_it_is_printed(code: str) -> None:
    """``HELD_BACK`` is what the gates print (test_gates)."""
    _explained(code, [line for _, told, _ in HELD_BACK.values() for line in told])


def test_a_lost_row_is_shown_as_it_is_printed(tmp_path: Path) -> None:
    row = {"region": "KZ-15", "indicator": "schools_total", "as_printed": "434 schools"}
    figures = read_raw(write_raw(tmp_path, ONE, {"aktobe-report": [row]})).figures
    _explained("EDS-201", [str(fault) for fault in lost_rows(figures, figures.iloc[:0], [])])


def test_a_damaged_history_is_shown_as_it_is_printed(tmp_path: Path) -> None:
    published = tmp_path / "reports" / "data"
    published.mkdir(parents=True)
    (published / "editions.csv").write_text("edition\n")
    with pytest.raises(UnreadableHistory) as raised:
        read_history(published)
    _explained("EDS-205", [str(raised.value)])
