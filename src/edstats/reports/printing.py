"""Prints finished pages as PDF with a headless Chromium: tagged, with bookmarks, as the style for paper says."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

# By what names Chromium and its kin are installed; all take the same options.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",  # the page's style prints its own page numbers
    "--generate-pdf-document-outline",
)
# On paper a link to another page leads nowhere, and would name a folder of this machine.
_LOCAL_LINK = re.compile(r'<a (?=[^>]*href="(?!https?:|#))[^>]*?(?=>)')
TIME_LIMIT = 120  # seconds a page


class NoBrowser(FileNotFoundError):
    """There is no Chromium to print with."""


class PrintingFailed(RuntimeError):
    """Chromium ended without a PDF."""


def find_browser() -> Path:
    """The Chromium to print with. Raises ``NoBrowser``."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoBrowser(
        f"no Chromium to print with: install it (Debian: apt-get install chromium); looked for {', '.join(BROWSERS)}"
    )


def print_page(html: str, name: str, browser: Path) -> bytes:
    """The PDF of a page; ``name``: the stem of its file. Raises PrintingFailed."""
    # As root, as in most containers, Chromium refuses to run in its sandbox; the pages are our own and run no script.
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory(prefix="edstats-print-", ignore_cleanup_errors=True) as profile:
        # Not in the edition itself: a browser that outlives a killed build would write into the next one.
        source, printed = Path(profile, f"{name}.html"), Path(profile, f"{name}.pdf")
        source.write_text(_LOCAL_LINK.sub("<a ", html), encoding="utf-8")
        command = [browser, *OPTIONS, *root, f"--user-data-dir={profile}", f"--print-to-pdf={printed}", source.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
        except subprocess.TimeoutExpired as error:
            raise PrintingFailed(f"{browser.name} took more than {TIME_LIMIT} seconds") from error
        if done.returncode or not printed.is_file():
            last = done.stderr.strip().rpartition("\n")[2]
            raise PrintingFailed(f"{browser.name} ended with {done.returncode}: {last}")
        return printed.read_bytes()
