"""Whether a widget stands in a panel that scrolls."""

from collections.abc import Iterator

from PySide6.QtWidgets import QScrollArea, QWidget


def areas_around(widget: QWidget) -> Iterator[QScrollArea]:
    """The panels that scroll and have the widget in them, the innermost first."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            yield around
        around = around.parentWidget()


def scrolls_around(widget: QWidget) -> bool:
    """Whether there is more in a panel around the widget than can be seen."""
    bars = (area.verticalScrollBar() for area in areas_around(widget))
    return any(bar.maximum() > bar.minimum() for bar in bars)
