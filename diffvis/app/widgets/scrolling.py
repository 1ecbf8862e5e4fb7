"""Whether a widget stands in a panel that scrolls."""

from PySide6.QtWidgets import QScrollArea, QWidget


def scrolls_around(widget: QWidget) -> bool:
    """Whether there is more in a panel around the widget than can be seen."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            bar = around.verticalScrollBar()
            if bar.maximum() > bar.minimum():
                return True
        around = around.parentWidget()
    return False
