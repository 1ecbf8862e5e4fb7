"""Where in the window a wheel moves t: over the transport. Over pictures and plots it zooms."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from diffvis.app.transport.transport import TransportBar


def moves_t(inside: QWidget, at: QPoint) -> bool:
    """Whether a wheel at this place inside a widget, which nobody wanted, is the transport's."""
    widget = inside.childAt(at)
    while widget is not None and widget is not inside:
        if isinstance(widget, TransportBar):
            return True
        widget = widget.parentWidget()
    return False
