"""Sizes as people type them."""

from diffvis.errors import UserError


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
