"""The line below an exported picture: a large t, how far it is, and what made it."""

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, fill
from diffvis.rendering.style import Style
from diffvis.rendering.text import text_width, write

HEIGHT = 3.4  # em


def split(size: tuple[int, int], em: int, footed: bool) -> tuple[Rect, Rect | None]:
    """The room for pictures, and that for the footer where one is wanted."""
    width, height = size
    margin = max(2, round(0.9 * em))
    if not footed:
        return Rect(0, 0, width, height).inset(margin), None
    tall = round(HEIGHT * em)
    body = Rect(margin, margin, max(1, width - 2 * margin), max(1, height - tall - margin))
    return body, Rect(margin, height - tall, max(1, width - 2 * margin), tall)


def draw_footer(
    frame: Pixels, rect: Rect, t: int, T: int, caption: str, em: int, style: Style
) -> None:
    """``t = 100`` large, ``of 300`` small, ``caption`` on the right, and a bar as long as t."""
    middle = rect.y + rect.height // 2 + round(0.1 * em)
    large = round(1.9 * em)
    x = rect.x + write(frame, f"t = {t}", rect.x, middle, large, style.signal, bold=True)
    # The place of what follows does not depend on t's digits.
    x = max(x, rect.x + text_width("t = " + "0" * len(str(T)), large, bold=True))
    x += round(0.7 * em)
    x += write(frame, f"of {T}", x, middle + round(0.25 * em), em, style.muted)
    room = rect.right - x - em
    if caption and text_width(caption, em) <= room:
        below = middle + round(0.25 * em)
        write(frame, caption, rect.right, below, em, style.muted, align="right")
    thick = max(2, round(0.2 * em))
    bar = Rect(rect.x, rect.y, rect.width, thick)
    fill(frame, bar, style.border)
    fill(frame, Rect(bar.x, bar.y, round(bar.width * t / max(1, T)), thick), style.signal)
