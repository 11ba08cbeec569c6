"""CHANGELOG.md, in which code and data stand apart: what is not released yet, and how a release takes it over."""

import re
from dataclasses import dataclass

_UNRELEASED = re.compile(
    r"^## Unreleased\n\n### Code\n(?P<code>.*?)^### Data\n(?P<data>.*?)(?=^## |\Z)", re.DOTALL | re.M
)


@dataclass(frozen=True)
class Changelog:
    """The text of CHANGELOG.md, and the entries under "Unreleased": lists in Markdown, ``""`` where there are none."""

    text: str
    code: str
    data: str

    def released(self, code: str, data: str) -> "Changelog":
        """The changelog with the unreleased entries under the headings ``code`` and ``data``.

        Without a heading the entries stay where they are.
        """
        headed = [(code, self.code), (data, self.data)]
        sections = "".join(f"\n## {heading}\n\n{entries}\n" for heading, entries in headed if heading and entries)
        left = [f"\n{entries}\n" if entries and not heading else "" for heading, entries in headed]
        unreleased = f"## Unreleased\n\n### Code\n{left[0]}\n### Data\n{left[1]}{sections}"
        text, rest = _UNRELEASED.sub("\0", self.text).split("\0")
        return read_changelog(f"{text}{unreleased}\n{rest}".rstrip("\n") + "\n")

    def section(self, heading: str) -> str:
        """The entries under a heading of a release, ``""`` where there is none."""
        found = re.search(rf"^## {re.escape(heading)}(?:,[^\n]*)?\n(.*?)(?=^## |\Z)", self.text, re.DOTALL | re.M)
        return found[1].strip() if found else ""


def read_changelog(text: str) -> Changelog:
    """The changelog of its text. Raises ValueError when it has no "Unreleased" with "Code" and "Data"."""
    found = _UNRELEASED.search(text)
    if found is None:
        raise ValueError("CHANGELOG.md: no '## Unreleased' with '### Code' and '### Data'; add the three headings")
    return Changelog(text, found["code"].strip(), found["data"].strip())
