"""The edition that all of these tests look at, and the browser in which they do."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import IN_CI
from playwright.sync_api import Browser, sync_playwright

from browser.pages import ACROSS, LANGUAGES, Open, open_pages, pages_in

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Without these Chromium asks its maker's servers for news and updates, which a closed machine refuses.
OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REGIONS = 20
NO_CHROMIUM = (
    "no Chromium on this machine: how the pages look, print and work with a keyboard and a screen reader is left "
    "unchecked; on Debian and Ubuntu: apt-get install chromium fonts-dejavu-core"
)


def chromium() -> str | None:
    """The path of the browser, where there is one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """What needs Chromium is skipped where there is none, before an edition is built; in CI it goes on, and fails."""
    if not IN_CI and "browser" in getattr(item, "fixturenames", ()) and chromium() is None:
        item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an edition of the project's own data, built as a reader builds it, in a process of its own.

    The variable EDSTATS_EDITION names a folder to take instead: a build takes minutes, which is long for someone who is
    at work on the pages, and for CI, which has just built them.
    """
    given = os.environ.get("EDSTATS_EDITION")
    reports = Path(given).resolve() if given else _built_once(tmp_path_factory)
    for language in LANGUAGES:
        names = {page.stem for page in pages_in(reports, language)}
        missing = {"index", *ACROSS} - names
        assert not missing, f"{language}/ has no page {sorted(missing)}"
        assert len(names) == 1 + len(ACROSS) + REGIONS, f"{language}/ has the pages {sorted(names)}"
    return reports


def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the processes that pytest-xdist runs, the first to come builds, and the others wait for it.

    An xdist_group would keep the tests in one process, but pytest 9.2 takes no notice of how pytest-xdist 3.8 marks it.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "project"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            folder.mkdir()
            _build(folder)
    # When the build failed, that was told in full by the process that made it.
    assert (folder / "reports").is_dir(), "edstats build failed in another process of this run"
    return folder / "reports"


def _build(folder: Path) -> None:
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    command = Path(sys.executable).with_name("edstats")
    done = subprocess.run(
        [command, "build", "--data", folder / "data"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=2400,
        check=False,
    )
    assert done.returncode == 0, f"edstats build failed:\n{done.stderr}"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests fail here in CI, and were skipped before elsewhere.

    It ends with these tests, not with the session: Playwright's event loop runs as long as it does, and would be in the
    way of tests in the same process that start one.
    """
    program = chromium()
    if program is None:
        pytest.fail(NO_CHROMIUM)
    # Root, as in a container, has no sandbox of Chromium's.
    options = [*OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else list(OPTIONS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=options)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Browser) -> Open:
    """Opens an empty page in a context of its own: ``with opened(color_scheme="dark") as page``."""
    return open_pages(browser)
