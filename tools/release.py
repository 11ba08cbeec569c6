"""``make release``: builds the packages into dist/, checks them, and tags the version and the edition of the data.

Code and data are released apart: ``v0.1.0`` tags the code, ``data-2026-09-18`` the data as of that day. What is tagged
already is not released again. Nothing is written before everything has been checked, and nothing is pushed.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from built_packages import SOURCES, build_packages, faults_of_packages, git
from changelog import Changelog, read_changelog

from edstats import __version__, load
from edstats.cli import main as edstats

PROJECT = Path(__file__).parent.parent
LOG = PROJECT / "CHANGELOG.md"


@dataclass(frozen=True)
class Due:
    """What is to be released: the tags, ``""`` for what is out already, and the headings of the changelog."""

    code: str
    data: str
    code_heading: str
    data_heading: str


def what_is_due(as_of: date) -> Due:
    """What HEAD has and no tag does."""
    code, data = f"v{__version__}", f"data-{as_of}"
    edition = _edition(data)
    return Due(
        "" if _tagged(code) else code, edition, f"Code {__version__}", f"Data of {edition.removeprefix('data-')}"
    )


def _edition(name: str) -> str:
    """A tag for the data: ``name``, with a number behind it where other data of the same day are tagged."""
    editions = git(PROJECT, "tag", "--list", name, f"{name}.*").split()
    if any(_same(edition, "data") for edition in editions):
        return ""
    return f"{name}.{len(editions) + 1}" if editions else name


def _tagged(tag: str) -> bool:
    return bool(git(PROJECT, "tag", "--list", tag))


def _same(tag: str, *paths: str) -> bool:
    """Whether these paths are the same in a tag as in HEAD."""
    done = subprocess.run(["git", "diff", "--quiet", tag, "HEAD", "--", *paths], cwd=PROJECT, check=False)
    return done.returncode == 0


def faults_of(due: Due, log: Changelog) -> list[str]:
    """What keeps this from being released, all at once."""
    faults = [f"{line[3:]}: not committed; commit it or put it aside" for line in _status().splitlines()]
    if subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], cwd=PROJECT, capture_output=True, check=False).returncode:
        faults.append("git does not know who you are; set user.name and user.email with git config")
    code_changed = not due.code and not _same(f"v{__version__}", *SOURCES)
    if code_changed:
        faults.append(f"src/edstats/__init__.py: v{__version__} is tagged, and the code has changed; raise __version__")
    if not (due.code or due.data or code_changed):
        faults.append(f"nothing to release: v{__version__} and these data are tagged")
    told = [(due.code, due.code_heading, "Code", log.code), (due.data, due.data_heading, "Data", log.data)]
    faults += [
        f"CHANGELOG.md: Unreleased: {part}: no entry; say what {tag} brings"
        for tag, heading, part, entries in told
        if tag and not entries and not log.section(heading)
    ]
    return faults


def _status() -> str:
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def release(due: Due, log: Changelog, today: date) -> None:
    """Turn the unreleased entries into those of this release, commit that, and tag it."""
    code, data = (
        f"{heading}, released {today}" if tag else ""
        for tag, heading in ((due.code, due.code_heading), (due.data, due.data_heading))
    )
    released = log.released(code, data)
    headings = [heading for tag, heading in ((due.code, due.code_heading), (due.data, due.data_heading)) if tag]
    if released != log:
        LOG.write_text(released.text, encoding="utf-8", newline="\n")
        git(PROJECT, "commit", "--quiet", "--message", f"Release {', '.join(headings).lower()}", "--", LOG.name)
    tags = [tag for tag in (due.code, due.data) if tag]
    for tag, heading in zip(tags, headings, strict=True):
        # Without --cleanup git would take a line that begins with a hash for a comment.
        message = f"{heading}\n\n{released.section(heading)}"
        git(PROJECT, "tag", "--annotate", "--cleanup=verbatim", "--message", message, tag)
    print(f"Tagged {' and '.join(tags)}. Look at it with: git show {tags[0]}")
    print(f"Nothing has been pushed. When it is right: git push origin HEAD {' '.join(tags)}")


def main() -> int:
    """Release what is due, or say what keeps it back; the exit code."""
    try:
        log = read_changelog(LOG.read_text(encoding="utf-8"))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if edstats(["clean", "--check", "--data", str(PROJECT / "data")]):
        return 1
    due = what_is_due(load(PROJECT / "data").as_of)
    faults = faults_of(due, log)
    if due.code and not faults:
        dist = PROJECT / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        build_packages(PROJECT, dist)
        faults = faults_of_packages(PROJECT, dist, __version__)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print("Nothing was released.", file=sys.stderr)
        return 1
    if due.code:
        for path in sorted(dist.glob("edstats-*")):
            print(f"dist/{path.name}: {path.stat().st_size:,} bytes, checked")
    release(due, log, date.today())
    return 0


if __name__ == "__main__":
    sys.exit(main())
