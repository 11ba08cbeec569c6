"""What a browser is told that a page may do: show its own style, and follow the links that a reader follows."""

import base64
import hashlib


def policy(style: str) -> str:
    """The Content-Security-Policy of a page whose one ``<style>`` element holds ``style``.

    Nothing is loaded, run, framed or sent. Of style sheets only that one holds; attributes may place and colour, which
    drawings need. ``style-src`` speaks to browsers that do not know of the two apart.
    """
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; style-src-elem 'sha256-{digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    """What a policy names a script or a style sheet by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
