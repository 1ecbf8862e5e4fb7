"""The brackets around the range that is played: drawn over the slider, and dragged."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from diffvis.app.theme import Theme, colour
from diffvis.app.transport.player import Player

TOP, BOTTOM, HOOK = 1.05, 0.55, 0.4  # of a bracket: above, below and along the groove, in ems
REACH = 0.6  # of the mouse, in ems
HANDLE = 0.75  # its radius
HANDLE_TOP = 0.65  # above this only the bracket is there, where both stand at one t


class SpanBrackets:
    """Places are pixels of the slider: ``ends`` are those of the range, ``axis`` is its groove."""

    def __init__(self, player: Player, theme: Theme) -> None:
        self._player = player
        self._theme = theme

    def fixed_end(
        self, at: QPointF, ends: tuple[float, float], handle: float, axis: float, em: float
    ) -> int | None:
        """The t that stays when the mouse pulls from ``at``; None where there is nothing to pull.

        Args:
            ends: where the lower and the higher t of the range stand.
            handle: where the handle of t stands, which comes first.
        """
        span = self._player.span
        if span is None:
            return None
        off = [abs(end - at.x()) for end in ends]
        nearest = off.index(min(off))
        above = at.y() < axis - HANDLE_TOP * em
        on_handle = abs(handle - at.x()) <= HANDLE * em
        if off[nearest] > REACH * em or (on_handle and not above):
            return None
        return span[1 - nearest]

    def paint(self, painter: QPainter, ends: tuple[float, float], axis: float, em: float) -> None:
        left, right = sorted(ends)
        top, bottom = axis - TOP * em, axis + BOTTOM * em
        painter.setPen(QPen(colour(self._theme.style.text), max(2.0, em / 5)))
        for x, inward in ((left, 1), (right, -1)):
            hook = HOOK * em * inward
            painter.drawPolyline(
                [
                    QPointF(x + hook, top),
                    QPointF(x, top),
                    QPointF(x, bottom),
                    QPointF(x + hook, bottom),
                ]
            )
        painter.drawLine(QPointF(left, top), QPointF(right, top))
