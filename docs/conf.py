"""How ``make docs`` builds the site: from docs/, CHANGELOG.md, CONTRIBUTING.md and the docstrings, without a network.

The source folder is the project's, so that links between documents are the same here and on a forge.
"""

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from edstats import __version__

project = "edstats"
version = release = __version__
language = "en"
root_doc = "docs/index"
include_patterns = ["docs/*.md", "CHANGELOG.md", "CONTRIBUTING.md", "notebooks/explore.ipynb"]
exclude_patterns = [".*", "site", "src", "tests", "reports", "data", "benchmarks", "tools", "dist", "docs/theme"]
extensions = ["myst_nb", "sphinx.ext.autodoc"]

nitpicky = True
# What belongs to other packages is documented there; an inventory of theirs would have to be fetched.
nitpick_ignore_regex = [("py:.*", r"(?!edstats).*")]

myst_heading_anchors = 4  # as a forge makes them
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
# Widgets would load scripts of other hosts.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

highlight_language = "none"  # of what is indented: commands mostly
default_role = "code"
smartquotes = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"edstats {version}"
templates_path = ["theme"]
html_additional_pages = {"index": "entry.html"}
pygments_dark_style = "github-dark"
html_static_path = ["theme/static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False


def setup(app: Sphinx) -> None:
    """Show the blocks of CSV as they are; Pygments knows no such language."""
    app.add_lexer("csv", TextLexer)
