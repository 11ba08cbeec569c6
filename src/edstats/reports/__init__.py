"""The published pages: what must be built (plan), run (papermill), published (nbconvert) and put in place (build)."""
