"""Sizes and numbers as people type them."""

from diffvis.errors import UserError


def whole_number(text: str) -> int | None:
    """The number that is written, or None where it is none, or longer than any number here."""
    return int(text) if text.isdecimal() and len(text) < 20 else None


def parse_size(text: str) -> tuple[int, int]:
    """``1280x720`` as (1280, 720).

    Raises:
        UserError: it is not two positive numbers.
    """
    width, _, height = text.lower().replace("×", "x").partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        size = (0, 0)
    if min(size) < 1:
        raise UserError(f"the size {text} is not possible", "write it as 1280x720")
    return size


def parse_frame_size(text: str) -> tuple[int, int]:
    """The name of a size, or ``1280x720``."""
    from diffvis.rendering.export_settings import SIZES

    return SIZES.get(text.lower()) or parse_size(text)
