"""Moments of a chain as people type them."""

from diffvis.errors import UserError


def moments(text: str) -> tuple[int, ...]:
    """``0,20,50`` as numbers.

    Raises:
        UserError: it is something else.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise UserError(
            f"the times {text} are not possible", "write them as 0,20,50", field="times"
        ) from None
