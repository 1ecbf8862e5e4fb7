r"""The tiny markup of formulas: ``x_{t}``, ``x^{2}``, ``\bar{α}``, ``\hat{x}``, ``\sqrt{...}``."""

from dataclasses import dataclass

ACCENTS = ("bar", "hat", "tilde", "sqrt")
MARKS = ("\\", "_", "^", "{", "}")


def escape(words: str) -> str:
    r"""``words`` so that they stand as they are: ``my_run`` becomes ``my\_run``."""
    return "".join(f"\\{letter}" if letter in MARKS else letter for letter in words)


@dataclass(frozen=True)
class Piece:
    """Letters, or a mark with the pieces that it stands at."""

    kind: str  # "text", "sub", "sup" or one of ACCENTS
    text: str = ""
    inside: tuple["Piece", ...] = ()


def parse(markup: str) -> tuple[Piece, ...]:
    """The pieces of ``markup`` from left to right.

    Raises:
        ValueError: nothing follows a mark, or a brace is not closed.
    """
    pieces: list[Piece] = []
    plain = ""
    at = 0
    while at < len(markup):
        mark = markup[at]
        kind = {"_": "sub", "^": "sup"}.get(mark)
        if mark == "\\" and markup[at + 1 : at + 2] in MARKS:
            plain += markup[at + 1]
            at += 2
            continue
        if mark == "\\":
            kind = next((name for name in ACCENTS if markup.startswith(name + "{", at + 1)), None)
        if kind is None:
            plain += mark
            at += 1
            continue
        if plain:
            pieces.append(Piece("text", plain))
            plain = ""
        at += 1 + (len(kind) if mark == "\\" else 0)
        inside, at = _group(markup, at)
        pieces.append(Piece(kind, inside=parse(inside)))
    if plain:
        pieces.append(Piece("text", plain))
    return tuple(pieces)


def _group(markup: str, at: int) -> tuple[str, int]:
    """What stands in the braces at ``at``, or the one letter there; and where it ends."""
    if at >= len(markup):
        raise ValueError(f"nothing follows the mark at the end of {markup!r}")
    if markup[at] != "{":
        return markup[at], at + 1
    depth = 0
    for end in range(at, len(markup)):
        depth += {"{": 1, "}": -1}.get(markup[end], 0)
        if depth == 0:
            return markup[at + 1 : end], end + 1
    raise ValueError(f"a brace is not closed in {markup!r}")


OVER = {"bar": "\u0304", "hat": "\u0302", "tilde": "\u0303"}
"""Combining marks, which stand over the letter before them."""
SQUARED = {"2": "²", "-1": "⁻¹"}


def plain(markup: str) -> str:
    """``markup`` as letters alone, for a terminal: ``√ᾱ_t x_0``."""
    return "".join(_plain(piece) for piece in parse(markup))


def _plain(piece: Piece) -> str:
    if piece.kind == "text":
        return piece.text
    inside = "".join(_plain(each) for each in piece.inside)
    if piece.kind in OVER:
        return inside[:1] + OVER[piece.kind] + inside[1:]
    if piece.kind == "sqrt":
        return f"√({inside})" if set(" −") & set(inside) else f"√{inside}"
    if piece.kind == "sup":
        return SQUARED.get(inside, f"^{inside}")
    return f"_{inside}"
