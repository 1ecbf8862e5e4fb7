"""What the curves of a plot are called: above it, so that nothing of them is covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from diffvis.app.theme import Theme, colour, in_points
from diffvis.app.widgets.spoken import say_values
from diffvis.rendering.style import Style

LINE, NEAR = 20, 5  # pixels of the piece of a curve before its name, and between them
APART = 12  # pixels between entries
EDGE = 4  # pixels left free on both sides
LEAST_LETTERS = 8  # that a name keeps, where it is longer
SHARE = 0.3  # of the height of the plot at most


@dataclass
class Entry:
    """A curve, and where it stands; its width is 0 where it has no place."""

    text: str
    pen: QPen
    x: int = 0
    row: int = 0
    width: int = 0
    shown: str = ""


class Legend(QWidget):
    """Entries in rows from left to right; long names are shortened in the middle.

    It is arranged when an entry, the type or the room changes, never for new points of a curve.
    """

    changed = Signal()  # it has to be arranged again

    def __init__(self, plot: QWidget, theme: Theme) -> None:
        super().__init__(plot)
        self._theme = theme
        self._entries: dict[str, Entry] = {}
        self._left_out, self._rest = "", 0
        self.setAccessibleName("Names of the curves")
        say_values()

    def spoken_value(self) -> str:
        return ", ".join(self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """What it says of each curve."""
        return tuple(entry.text for entry in self._entries.values())

    @property
    def shown(self) -> tuple[str, ...]:
        """What can be read of it."""
        return tuple(entry.shown for entry in self._placed())

    @property
    def wide(self) -> int:
        """Pixels from its left edge to the end of all that it says."""
        ends = [entry.x + entry.width for entry in self._placed()]
        return max(ends, default=0) + (self._rest if self._left_out else 0)

    def text(self, name: str) -> str:
        return self._entries[name].text

    def add(self, name: str, text: str, pen: QPen) -> None:
        self._entries[name] = Entry(text, pen)
        self.changed.emit()

    def remove(self, name: str) -> None:
        del self._entries[name]
        self.changed.emit()

    def set_text(self, name: str, text: str) -> None:
        if self._entries[name].text != text:
            self._entries[name].text = text
            self.changed.emit()

    def set_pen(self, name: str, pen: QPen) -> None:
        self._entries[name].pen = pen
        self.update()

    def arrange(self, plot: QSize) -> int:
        """Place the entries for a plot of this size.

        Returns:
            The height of the rows.
        """
        metrics, entries = self._metrics(), list(self._entries.values())
        before = self._line + NEAR
        wanted = [before + metrics.horizontalAdvance(entry.text) + 1 for entry in entries]
        least = before + LEAST_LETTERS * metrics.averageCharWidth()
        most = max(1, int(SHARE * plot.height() / metrics.height()))
        self._rest = metrics.horizontalAdvance(f"+{len(entries)}") + APART
        rows = rows_of(wanted, plot.width() - 2 * EDGE, most, least, self._rest)
        places = [(row, x, width) for row, line in enumerate(rows) for x, width in line]
        for entry in entries[len(places) :]:
            entry.width = 0
        for entry, (entry.row, x, entry.width) in zip(entries, places, strict=False):
            entry.x = x + EDGE
        self._shorten(metrics)
        left_out = len(entries) - len(places)
        self._left_out = f"+{left_out}" if left_out else ""
        whole = not left_out and all(e.width >= w for e, w in zip(entries, wanted, strict=True))
        self.setToolTip("" if whole else "\n".join(self.texts))
        self.update()
        return len(rows) * metrics.height()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.type)
        metrics, tone = painter.fontMetrics(), colour(self._look.text)
        for entry in self._placed():
            top = entry.row * metrics.height()
            middle = top + metrics.height() // 2
            painter.setPen(entry.pen)
            painter.drawLine(entry.x, middle, entry.x + self._line, middle)
            painter.setPen(tone)
            x = entry.x + self._line + NEAR
            painter.drawText(x, top + metrics.ascent(), entry.shown)
        if self._left_out:
            bottom_right = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight
            painter.setPen(tone)
            painter.drawText(self.rect().adjusted(0, 0, -EDGE, 0), bottom_right, self._left_out)
        painter.end()

    def _placed(self) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.width]

    def _shorten(self, metrics: QFontMetrics) -> None:
        """Where two would read alike, what is alike in them is left out."""

        def elided(text: str, entry: Entry) -> str:
            room = entry.width - self._line - NEAR
            return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)

        placed = self._placed()
        for entry in placed:
            entry.shown = elided(entry.text, entry)
        alike: dict[str, list[Entry]] = {}
        for entry in placed:
            alike.setdefault(entry.shown, []).append(entry)
        for entries in alike.values():
            for entry, text in zip(entries, unlike([e.text for e in entries]), strict=True):
                entry.shown = elided(text, entry)

    @property
    def _line(self) -> int:
        """Longer where lines are wider, so that a dashed one can be told from a solid one."""
        return round(LINE * self._look.text_scale**1.5)

    @property
    def type(self) -> QFont:
        """In which names are written."""
        return in_points(self.font(), 9, self._look)

    @property
    def _look(self) -> Style:
        return self._theme.style_of(self)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self.type)


def unlike(texts: Sequence[str]) -> list[str]:
    """The words, between hyphens, in which they differ; each text itself where there are none."""
    if len(set(texts)) < 2:
        return list(texts)
    first = _alike(texts).rfind("-") + 1
    rest = [text[first:] for text in texts]
    last = _alike([text[::-1] for text in rest]).rfind("-") + 1
    return [text[: len(text) - last] for text in rest]


def _alike(texts: Sequence[str]) -> str:
    """With what all begin."""
    columns = zip(*texts, strict=False)
    return "".join(letters[0] for letters in takewhile(lambda c: len(set(c)) == 1, columns))


def rows_of(
    wanted: Sequence[int], room: int, most: int, least: int, rest: int
) -> list[list[tuple[int, int]]]:
    """x and width of entries in at most so many rows of ``room`` pixels.

    The wide ones are made narrower, down to ``least``, until all have a place. Where that is not
    enough the last are left out, and ``rest`` pixels at the end say how many.
    """
    widest = min(max(wanted, default=0), room)
    while len(rows := _filled(wanted, widest, room)) > most and widest > least:
        widest = max(least, widest - 4)
    return rows if len(rows) <= most else _filled(wanted, least, room - rest)[:most]


def _filled(wanted: Sequence[int], widest: int, room: int) -> list[list[tuple[int, int]]]:
    rows: list[list[tuple[int, int]]] = []
    x = room
    for width in wanted:
        width = min(width, widest)
        if x + width > room:
            rows.append([])
            x = 0
        rows[-1].append((x, width))
        x += width + APART
    return rows
