"""The wheel and the source distribution: how they are built, and what is wrong with them."""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import Metadata

# What the packages are made of. The time of its last change is the time that the files in them bear.
SOURCES = ("src/edstats", "pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA")
Files = Mapping[str, bytes]


def build_packages(project: Path, dist: Path) -> None:
    """Build the source distribution into ``dist``, and the wheel from it; the same tree gives the same bytes.

    No network: the backend is that which is installed. Raises CalledProcessError.
    """
    _build(project, project, dist, "--sdist")
    (sdist,) = dist.glob("*.tar.gz")
    _build(project, sdist, dist, "--wheel")


def _build(project: Path, source: Path, dist: Path, kind: str) -> None:
    changed = git(project, "log", "-1", "--format=%ct", "--", *SOURCES)
    uv = Path(sys.executable).with_name("uv")
    closed = ("--offline", "--no-build-isolation", "--python", sys.executable)
    command: list[str | Path] = [uv, "build", kind, *closed, "--no-build-logs", "--quiet", "--out-dir", dist, source]
    subprocess.run(command, env=os.environ | {"SOURCE_DATE_EPOCH": changed}, check=True)


def git(project: Path, *arguments: str) -> str:
    """What a git command prints. Raises CalledProcessError."""
    done = subprocess.run(["git", *arguments], cwd=project, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def faults_of_packages(project: Path, dist: Path, version: str) -> list[str]:
    """What is wrong with the packages in ``dist``, all at once; nothing when they may be published."""
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    tracked = git(project, "ls-files", "-z", "--", *SOURCES).split("\0")
    committed = {name: (project / name).read_bytes() for name in tracked if name}
    package = {name.removeprefix("src/"): text for name, text in committed.items() if name.startswith("src/")}
    wheel_files, sdist_files = _of_wheel(wheel), _of_sdist(sdist)
    about = {name: text for name, text in wheel_files.items() if name.startswith(f"edstats-{version}.dist-info/")}
    return [
        *_differing(wheel.name, {n: text for n, text in wheel_files.items() if n not in about}, package),
        *_differing(sdist.name, {n: text for n, text in sdist_files.items() if n != "PKG-INFO"}, committed),
        *_faults_of_metadata(wheel.name, about, f"edstats-{version}.dist-info", version),
        *_faults_of_rebuilding(project, wheel),
    ]


def _of_wheel(path: Path) -> Files:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _of_sdist(path: Path) -> Files:
    with tarfile.open(path) as archive:
        files = {member.name.partition("/")[2]: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def _differing(package: str, packed: Files, committed: Files) -> list[str]:
    return [
        *(f"{package}: {name} is missing" for name in sorted(committed.keys() - packed.keys())),
        *(f"{package}: {name} is not in git" for name in sorted(packed.keys() - committed.keys())),
        *(f"{package}: {name} is another in git" for name in sorted(packed.keys() & committed.keys())
          if packed[name] != committed[name]),
    ]  # fmt: skip


def _faults_of_metadata(package: str, about: Files, folder: str, version: str) -> list[str]:
    expected = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE", "licenses/LICENSE-DATA"}
    there = {name.removeprefix(f"{folder}/") for name in about}
    if there != expected:
        return [f"{package}: its dist-info has {', '.join(sorted(there ^ expected))} too much or too little"]
    try:
        metadata = Metadata.from_email(about[f"{folder}/METADATA"])
    except ExceptionGroup as wrong:
        return [f"{package}: METADATA: {fault}" for fault in wrong.exceptions]
    commands = ConfigParser()
    commands.read_string(about[f"{folder}/entry_points.txt"].decode("utf-8"))
    told = [
        (str(metadata.version), version, "version"),
        (metadata.license_expression or "", "MIT", "license"),
        (str(metadata.requires_python), ">=3.11", "Python"),
        (commands.get("console_scripts", "edstats", fallback=""), "edstats.cli:main", "command"),
        ("Typing :: Typed" in (metadata.classifiers or []), True, "classifier of typed packages"),
        (bool(metadata.description), True, "description"),
    ]
    return [f"{package}: METADATA: {what} is {found!r}, not {right!r}" for found, right, what in told if found != right]


def _faults_of_rebuilding(project: Path, wheel: Path) -> list[str]:
    """The wheel was built from the source distribution; straight from the tree it must be the same."""
    with tempfile.TemporaryDirectory() as folder:
        _build(project, project, Path(folder), "--wheel")
        same = (Path(folder) / wheel.name).read_bytes() == wheel.read_bytes()
    return [] if same else [f"{wheel.name}: another when it is built from the tree than from the source distribution"]
