"""Damaged copies of data/raw: no row vanishes, nothing is half written, no message is without place and remedy.

These are the first of the cases that ``tools/fuzz_raw.py`` runs by the thousand.
"""

from pathlib import Path

import pytest
from fuzz_raw import Outcome, project_files, run_case

CASES, AT_A_TIME = 150, 10


@pytest.mark.parametrize("first", range(0, CASES, AT_A_TIME))
def test_damaged_data_are_read_or_their_faults_named(first: int, tmp_path: Path) -> None:
    files = project_files()
    outcomes = [run_case(files, 0, number, tmp_path / f"{number}") for number in range(first, first + AT_A_TIME)]
    assert [(outcome.number, outcome.wrong) for outcome in outcomes if outcome.wrong] == []


def test_cases_are_damaged_and_sound_ones_among_them(tmp_path: Path) -> None:
    """What the other tests see is neither all refused nor all let through, and comes again by its number."""
    files = project_files()
    outcomes = [run_case(files, 0, number, tmp_path / f"{number}") for number in range(30)]
    assert {outcome.code for outcome in outcomes} == {0, 1}
    assert len({kind for outcome in outcomes for kind in outcome.kinds}) > 10
    again = run_case(files, 0, 7, tmp_path / "again")
    assert (again.code, again.kinds) == (outcomes[7].code, outcomes[7].kinds)


def test_a_vanished_row_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: a reader that leaves out each file's last row is found out."""
    from edstats import raw_tables  # noqa: PLC0415

    whole = raw_tables._read_rows

    def forgetful(text: str, *others: object) -> None:
        whole("".join(text.splitlines(keepends=True)[:-1]), *others)  # type: ignore[arg-type]

    monkeypatch.setattr(raw_tables, "_read_rows", forgetful)
    outcomes: list[Outcome] = [run_case(project_files(), 0, number, tmp_path / f"{number}") for number in range(5)]
    assert any("0 observations" in wrong for outcome in outcomes for wrong in outcome.wrong)
