"""``python -m edstats``: the command line, of the Python that is running."""

import sys

from edstats.cli import main

sys.exit(main())
