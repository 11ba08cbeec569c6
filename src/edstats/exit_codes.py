"""What commands tell a shell or a scheduler; argparse itself exits with 2 for wrong use."""

DONE = 0
# The input has faults, a page cannot be made, a release is held back: nothing was published.
FAULTS = 1
# Done, and there is what --fail-on asks to be told of.
WARNINGS = 3
# What shells give for Ctrl-C.
INTERRUPTED = 130
