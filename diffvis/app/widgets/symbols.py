"""Symbols as they are written in text, x_0 or x_{t-1}, set with subscripts."""

import html
import re
from unicodedata import normalize

_SUBSCRIPT = re.compile(r"(?<=\S)_(?:\{([^{}]*)\}|(\w+))")
_LOWERED = str.maketrans("0123456789+-−ts", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₜₛ")
"""Of the characters that Unicode has as subscripts those that symbols here take; T is not one."""
_HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"
_MARKS = {"hat": _HAT, "bar": "\N{COMBINING MACRON}", "tilde": "\N{COMBINING TILDE}"}
_ROOT = re.compile(r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}")
_HELD_HAT = f"\N{ZERO WIDTH JOINER}{_HAT}"


def with_subscripts(text: str) -> str:
    """Rich text of plain ``text``: what follows an underscore, a word or braces, stands lower."""
    lowered = _SUBSCRIPT.sub(
        lambda found: f"<sub>{found[1] or found[2]}</sub>", html.escape(text, quote=False)
    )
    return with_hats(lowered)


def of_report(text: str) -> str:
    """Rich text of what the core reports, a line for each of its lines: alpha_bar_T becomes ᾱ_T."""
    return with_subscripts(text.replace("alpha_bar", "ᾱ")).replace("\n", "<br>")


def in_plain(text: str) -> str:
    """Plain text for where Qt offers no other: x_0 becomes x₀. What cannot be set lower stays."""

    def lower(found: re.Match[str]) -> str:
        lowered = (found[1] or found[2]).translate(_LOWERED)
        return found[0] if any(c.isascii() for c in lowered) else lowered

    return with_hats(_SUBSCRIPT.sub(lower, text))


def in_letters(text: str) -> str:
    r"""What is set as a formula, ``\hat{x}_{0}``, in letters for a screen reader: x̂_0."""
    marked = re.sub(r"\\(hat|bar|tilde)\{(.)\}", lambda found: found[2] + _MARKS[found[1]], text)
    marked = _ROOT.sub(
        lambda found: f"√({found[1]})" if "−" in found[1] else f"√{found[1]}", marked
    )
    return normalize("NFC", marked.replace("{", "").replace("}", ""))


def with_hats(text: str) -> str:
    """The same text with hats of x that can be seen.

    Qt with FreeType turns the anchor that the font has for a mark on x upside down, and draws the
    hat above the line of text, where it is cut off. With a joiner before it the hat has no anchor,
    and stands where it was drawn, which is over the letter.
    """
    return text.replace(f"x{_HAT}", f"x{_HELD_HAT}")
