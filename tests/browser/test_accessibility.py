"""axe-core finds nothing: people who see little, see no colours, or listen to the pages can use them."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from browser.pages import OPEN_DETAILS, PARTS, Open, listed, pages_in

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Some rules are off unless they are named, such as that of the least size of a target.
RUN = """
async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
  const rules = axe.getRules(tags).filter(rule => !rule.tags.includes('deprecated')).map(rule => rule.ruleId);
  const found = await axe.run(document, {runOnly: {type: 'rule', values: rules}, resultTypes: ['violations']});
  return {
    ran: rules,
    faults: found.violations.map(rule => ({
      rule: rule.id, help: rule.help, count: rule.nodes.length,
      nodes: rule.nodes.slice(0, 5).map(node =>
        `${node.target.join(' ')}: ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`)
    }))
  };
}
"""
# The shadows at a table's edges leave axe in doubt about the ground, and it says nothing about the contrast of the text
# there. Beneath the shadows, which only the edges have, is the ground that it can judge.
NO_SHADOWS = "* { background-image: none !important }"


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("scheme", "details"), [("light", "closed"), ("dark", "open")])
def test_axe_finds_nothing(edition: Path, opened: Open, part: str, scheme: str, details: str) -> None:
    """Closed and open details are looked at in one colour scheme each: neither changes the other's colours."""
    faults: list[str] = []
    # The pages forbid scripts that are not theirs; here, and only here, they must let one in.
    with opened(AXE, bypass_csp=True, color_scheme=scheme) as page:
        for path in pages_in(edition, part):
            page.goto(path.as_uri())
            page.add_style_tag(content=NO_SHADOWS)
            if details == "open":
                page.evaluate(OPEN_DETAILS)
            result: dict[str, Any] = page.evaluate(RUN)
            assert {"color-contrast", "target-size", "region", "html-has-lang"} <= set(result["ran"])
            for fault in result["faults"]:
                head = f"{path.relative_to(edition)}: {fault['rule']} ({fault['help']}), {fault['count']} times"
                faults.append("\n    ".join([head, *fault["nodes"]]))
    assert not faults, listed(faults)
