"""A figure over its caption, and charts beside each other."""

from collections.abc import Callable, Sequence

from diffvis.rendering.chart import Chart
from diffvis.rendering.course.figure import Drawn, Table
from diffvis.rendering.export_settings import SMALLEST
from diffvis.rendering.pixels import Pixels, blank, paste
from diffvis.rendering.style import Style
from diffvis.rendering.text import escape, line_height, text_width, write

BESIDE = 1.3  # how much larger the type of charts is that share the width

Charts = Callable[[tuple[int, int], Style], Sequence[Chart]]


def draw_page(drawn: Drawn, size: tuple[int, int], look: Style, captioned: bool) -> Pixels:
    """As wide as ``size``; as high, unless the figure has a height of its own."""
    if not captioned:
        return drawn.draw(size, look)
    em = look.legible(max(11, min(size[0] / 75, 22)) * look.text_scale)
    lines = broken(drawn.caption, size[0] - 2 * em, em)
    room = line_height(em) * len(lines) + em
    high = max(SMALLEST[1], size[1] // 3, size[1] - room)
    body = drawn.draw((size[0], high), look)
    page = blank((size[0], body.shape[0] + room), look.panel)
    paste(page, body, 0, 0)
    for row, line in enumerate(lines):
        y = body.shape[0] + round((row + 0.5) * line_height(em))
        write(page, escape(line), em, y, em, look.muted)
    return page


def broken(words: str, width: int, em: int) -> list[str]:
    """The words in as many lines as they need."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(escape(longer), em) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def of_charts(charts: Charts, caption: str, table: Callable[[], Table] | None = None) -> Drawn:
    """Charts beside each other; ``charts`` is told the size of each, and the look."""

    def draw(size: tuple[int, int], look: Style) -> Pixels:
        from diffvis.rendering.figure import draw_chart  # matplotlib takes its time

        count = len(charts(size, look))
        frame = blank(size, look.panel)
        larger = look.scaled(BESIDE) if count > 1 else look
        for place, chart in enumerate(charts((size[0] // count, size[1]), larger)):
            paste(frame, draw_chart(chart), place * (size[0] // count), 0)
        return frame

    def numbers() -> Table:
        from diffvis.rendering.style import LIGHT

        return charts((400, 300), LIGHT)[0].table()

    return Drawn(draw, caption, table or numbers)
