"""What is only painted, said: a value for screen readers, put into words when they ask for it."""

import logging
from functools import cache
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

log = logging.getLogger(__name__)


@runtime_checkable
class Spoken(Protocol):
    """A widget that paints for itself; it also has an accessible name. Its class makes sure with
    ``say_values`` that somebody asks.
    """

    def spoken_value(self) -> str:
        """What is on it now, in a sentence or two."""


class _Painted(QAccessibleWidget):
    """The widget as a screen reader knows it: a graphic with a value."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Graphic, "")

    def text(self, kind: QAccessible.Text) -> str:
        widget = self.object()
        if kind != QAccessible.Text.Value or not isinstance(widget, Spoken):
            return super().text(kind)
        try:
            return widget.spoken_value()
        except Exception:  # it may be asked in the middle of a change, and Qt cannot bear it
            log.exception("%s could not be put into words", widget.objectName())
            return ""


def _interface(_kind: str, thing: QObject) -> QAccessibleWidget | None:
    return _Painted(thing) if isinstance(thing, Spoken) and isinstance(thing, QWidget) else None


@cache
def say_values() -> None:
    """Let Qt find the values of those that are ``Spoken``; once is enough."""
    QAccessible.installFactory(_interface)
