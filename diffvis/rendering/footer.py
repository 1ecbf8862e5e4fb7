"""The line below an exported picture: a large t, how far it is, and what made it."""

from dataclasses import dataclass

from diffvis.rendering.geometry import Rect
from diffvis.rendering.pixels import Pixels, fill
from diffvis.rendering.style import Style
from diffvis.rendering.text import text_width, write

HEIGHT = 3.4  # em
ABOVE = 0.7  # em between the picture and the footer
AROUND = 0.7  # em between pictures and the edge of the frame


@dataclass(frozen=True)
class Foot:
    """``t`` of ``T``, and a few words (markup) about what made the picture."""

    t: int
    T: int
    caption: str = ""
    counts: str = "t"
    """What is counted: the time ``t``, or each ``step`` of a training."""

    @property
    def now(self) -> str:
        return f"t = {self.t}" if self.counts == "t" else f"{self.counts} {self.t:,}"

    @property
    def whole(self) -> str:
        """``of 300``."""
        return f"of {self.T}" if self.counts == "t" else f"of {self.T:,}"

    @property
    def widest(self) -> str:
        """As wide as it gets: digits are all equally wide."""
        return Foot(self.T, self.T, counts=self.counts).now


def split(
    size: tuple[int, int], em: int, footed: bool, around: float = AROUND
) -> tuple[Rect, Rect]:
    """The room for pictures, and that for the footer (of no height where none is wanted)."""
    width, height = size
    margin = max(2, round(around * em))
    tall = round(HEIGHT * em) if footed else 0
    across = max(1, width - 2 * margin)
    below = tall + round(ABOVE * em) if footed else margin
    body = Rect(margin, margin, across, max(1, height - margin - below))
    return body, Rect(margin, height - tall, across, tall)


def above(size: tuple[int, int], em: int, footed: bool) -> tuple[int, int]:
    """Width and height of what the footer leaves of a frame, for what has margins of its own."""
    return size[0], max(1, size[1] - round(HEIGHT * em)) if footed else size[1]


def draw_footer(frame: Pixels, foot: Foot, em: int, style: Style) -> None:
    """``t = 100`` large, ``of 300`` small, the caption on the right, and a bar as long as t."""
    height, width = frame.shape[:2]
    _, rect = split((width, height), em, True)
    middle = rect.y + rect.height // 2 + round(0.1 * em)
    large = round(1.9 * em)
    x = rect.x + write(frame, foot.now, rect.x, middle, large, style.signal, bold=True)
    # The place of what follows does not depend on t's digits.
    x = max(x, rect.x + text_width(foot.widest, large, bold=True))
    x += round(0.7 * em)
    below = middle + round(0.25 * em)
    x += write(frame, foot.whole, x, below, em, style.muted)
    if foot.caption and text_width(foot.caption, em) <= rect.right - x - em:
        write(frame, foot.caption, rect.right, below, em, style.muted, align="right")
    thick = max(2, round(0.2 * em))
    fill(frame, Rect(rect.x, rect.y, rect.width, thick), style.border)
    reached = round(rect.width * foot.t / max(1, foot.T))
    fill(frame, Rect(rect.x, rect.y, reached, thick), style.signal)
