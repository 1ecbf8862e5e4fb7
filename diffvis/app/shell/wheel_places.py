"""Where in the window a wheel moves t: over the transport. Over pictures and plots it zooms."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QScrollArea, QWidget

from diffvis.app.transport.transport import TransportBar

PLACES = (TransportBar,)


def moves_t(inside: QWidget, at: QPoint) -> bool:
    """Whether a wheel at this place inside a widget, which nobody wanted, is the transport's.

    Never over forms and texts, nor in what scrolls: there it would go on with t at the end.
    """
    widget, found = inside.childAt(at), False
    while widget is not None and widget is not inside:
        if isinstance(widget, QScrollArea) and _scrolls(widget):
            return False
        found = found or isinstance(widget, PLACES)
        widget = widget.parentWidget()
    return found


def _scrolls(area: QScrollArea) -> bool:
    """Whether there is more in it than can be seen."""
    bar = area.verticalScrollBar()
    return bar.maximum() > bar.minimum()
