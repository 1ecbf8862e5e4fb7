"""What happened during a run, marked in a plot over its steps."""

import re
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from diffvis.app.theme import colour
from diffvis.app.widgets.controls import in_short
from diffvis.rendering.style import Style
from diffvis.viewing.training_record import Event

EVENTS = 12  # marked at most, the newest
BESIDE = 3  # pixels between a line and its words
APART = 6  # pixels between words in one row


class Marks:
    """A dotted line at each step where something happened, and words above the curves.

    What happened at one step is said together. Words stand beside their line, in the next row where
    others are in the way, and not at all where no row is free: pointing at the plot says them too.
    """

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._plot = plot
        self._events: tuple[Event, ...] = ()
        self._lines: list[pg.InfiniteLine] = []
        self._texts: dict[float, tuple[str, pg.TextItem]] = {}  # by step
        self._font = QFont()

    @property
    def speak(self) -> bool:
        """Whether there are words, which need room."""
        return bool(self._texts)

    @property
    def shown(self) -> tuple[str, ...]:
        """The words that can be read."""
        return tuple(t.toPlainText() for _, t in self._texts.values() if t.isVisible())

    def show(self, events: tuple[Event, ...], texts: bool) -> bool:
        """Mark these; ``texts`` writes beside each what happened.

        Returns:
            Whether they are others than before.
        """
        if events is self._events:
            return False
        self._events = events
        for item in (*self._lines, *(text for _, text in self._texts.values())):
            self._plot.removeItem(item)
        at: dict[float, list[str]] = {}
        for event in events[-EVENTS:]:
            at.setdefault(event.step, []).append(_short(event))
        self._lines = [pg.InfiniteLine(step, 90) for step in at]
        spoken = at if texts else {}
        self._texts = {step: (", ".join(words), _text()) for step, words in spoken.items()}
        for item in (*self._lines, *(text for _, text in self._texts.values())):
            self._plot.addItem(item, ignoreBounds=True)
        return True

    def restyle(self, style: Style, font: QFont, wide: float) -> None:
        self._font = font
        dotted = pg.mkPen(colour(style.muted), width=wide, style=Qt.PenStyle.DotLine)
        for line in self._lines:
            line.setPen(dotted)
        for _, text in self._texts.values():
            text.setColor(colour(style.muted))
            text.setFont(font)
            text.fill = pg.mkBrush(colour(style.panel))  # over the lines of others

    def arrange(self, highest: float) -> None:
        """Place the words between the top of the plot and the highest curve, in its units."""
        box = self._plot.getPlotItem().getViewBox()
        (low, high), (bottom, top) = box.viewRange()
        room, tall = box.width(), box.height()
        if not self._texts or min(room, tall) <= 0:
            return
        metrics = QFontMetrics(self._font)
        rows = max(1, int((top - highest) / (top - bottom) * tall / metrics.height()))
        taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
        for step, (words, text) in sorted(self._texts.items(), reverse=True):  # the newest first
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room))
            x, wide = (step - low) / (high - low) * room, metrics.horizontalAdvance(words) + 1
            found = free_place(x, wide, room, taken) if 0 <= x <= room else None
            text.setVisible(found is not None)
            if found is not None:
                row, start = found
                text.setText(words)
                text.setAnchor(((x - start) / wide, 0))
                text.setPos(step, top - row * metrics.height() / tall * (top - bottom))


def free_place(
    x: float, wide: float, room: float, taken: Sequence[list[tuple[float, float]]]
) -> tuple[int, float] | None:
    """Row and start of words beside ``x``, right of it, left of it or at an edge; they take it."""
    starts = x + BESIDE, x - BESIDE - wide, min(max(0.0, x - wide / 2), room - wide)
    for row, others in enumerate(taken):
        for start in starts:
            end = start + wide
            inside = start >= 0 and end <= room
            if inside and all(end + APART <= a or b + APART <= start for a, b in others):
                others.append((start, end))
                return row, start
    return None


def _text() -> pg.TextItem:
    text = pg.TextItem()
    text.setZValue(1)
    text.textItem.document().setDocumentMargin(0)
    return text


def _short(event: Event) -> str:
    """An event in few words."""
    if event.kind == "learning rate":
        return "lr " + re.sub(r"[\d.][\d.e-]*", lambda found: in_short(float(found[0])), event.text)
    if event.kind == "notice":
        return event.text[:40] + ("…" if len(event.text) > 40 else "")
    if event.kind == "finished":
        return "finished" if "all steps" in event.text else "stopped early"
    return event.kind
