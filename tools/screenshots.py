"""Pictures of the built pages for the README: ``make screenshots``, after ``make reports``."""

import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).parents[1]
# Name of the picture, the page, the part of it (nothing: from the top), width and height in px, and the colours.
PICTURES = (
    ("aktobe-report", "en/aktobe.html", "headlines", 1280, 960, "light"),
    ("aktobe-phone", "kk/aktobe.html", "small_rural", 360, 900, "light"),
    ("aktobe-phone-dark", "ru/aktobe.html", "small_rural", 360, 900, "dark"),
    ("comparison", "ru/comparison.html", "overview", 1280, 760, "light"),
)
COLOURS = 128  # enough for pages, and a third of the size


def main() -> None:
    """Take every picture, from ``reports/`` into ``docs/images/``."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if root else [])
        for name, page, part, width, height, colours in PICTURES:
            target = PROJECT / "docs" / "images" / f"{name}.png"
            take(browser, PROJECT / "reports" / page, part, (width, height), colours, target)
            print(target.relative_to(PROJECT))
        browser.close()


def take(browser: Browser, page: Path, part: str, size: tuple[int, int], colours: str, target: Path) -> None:
    """A picture of what a window of ``size`` shows of a page, with few colours, so that the file is small."""
    with browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if colours == "dark" else "light"
    ) as shown:
        shown.goto(f"{page.as_uri()}#{part}" if part else page.as_uri())
        shown.screenshot(path=target)
    picture = Image.open(target).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(target, optimize=True)


if __name__ == "__main__":
    main()
