"""A picture with nothing to show yet says what will be here, and how it comes."""

from diffvis.rendering.pixels import Pixels, blank
from diffvis.rendering.style import SMALLEST, TYPE, Style
from diffvis.rendering.text import line_height, text_width, write


def draw_empty(words: str, size: tuple[int, int], style: Style) -> Pixels:
    """``words`` in the middle, in as many lines as they need; uint8 (height, width, 3).

    They are smaller only where the picture has no room for them otherwise.
    """
    frame = blank(size, style.panel)
    width, height = size
    least = style.least or SMALLEST
    for em in range(max(least, round(TYPE * style.text_scale)), least - 1, -1):
        lines = _lines(words, em, round(0.9 * width))
        tall = line_height(em) * len(lines)
        if tall <= height and max(text_width(line, em) for line in lines) <= width:
            break
    first = (height - tall + line_height(em)) // 2
    for k, line in enumerate(lines):
        write(frame, line, width // 2, first + k * line_height(em), em, style.muted, align="centre")
    return frame


def _lines(words: str, em: int, width: int) -> list[str]:
    """Broken between words, each line as long as ``width`` pixels allow."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, em) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
