"""Symbols as they are written in text, x_0 or x_{t-1}, set with subscripts."""

import html
import re

_SUBSCRIPT = re.compile(r"(?<=\S)_(?:\{([^{}]*)\}|(\w+))")


def with_subscripts(text: str) -> str:
    """Rich text of plain ``text``: what follows an underscore, a word or braces, stands lower."""
    return _SUBSCRIPT.sub(
        lambda found: f"<sub>{found[1] or found[2]}</sub>", html.escape(text, quote=False)
    )
