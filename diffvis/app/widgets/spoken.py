"""What is only painted, said: a value for screen readers, put into words when they ask for it."""

import logging
from functools import cache
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from diffvis.app.widgets.spoken_parts import Parts, SpokenParts

log = logging.getLogger(__name__)


@runtime_checkable
class Spoken(Protocol):
    """A widget that paints for itself; it also has an accessible name. Its class makes sure with
    ``say_values`` that somebody asks.
    """

    def spoken_value(self) -> str:
        """What is on it now, in a sentence or two."""


class _Painted(QAccessibleWidget):
    """The widget as a screen reader knows it: a graphic with a value, and with what is on it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Graphic, "")
        self._parts = Parts(widget) if isinstance(widget, SpokenParts) else None

    def text(self, kind: QAccessible.Text) -> str:
        widget = self.object()
        if kind != QAccessible.Text.Value or not isinstance(widget, Spoken):
            return super().text(kind)
        try:
            return widget.spoken_value()
        except Exception:  # it may be asked in the middle of a change, and Qt cannot bear it
            log.exception("%s could not be put into words", widget.objectName())
            return ""

    def childCount(self) -> int:
        own = super().childCount()
        return own if self._parts is None else own + len(self._parts.now())

    def child(self, index: int) -> QAccessibleInterface | None:
        own = super().childCount()
        if self._parts is None or index < own:
            return super().child(index)
        return self._parts.at(index - own)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        place = None if self._parts is None else self._parts.index(child)
        return super().indexOfChild(child) if place is None else super().childCount() + place

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        own = super().childAt(x, y)
        return own if own is not None or self._parts is None else self._parts.under(x, y)


def _interface(_kind: str, thing: QObject) -> QAccessibleWidget | None:
    return _Painted(thing) if isinstance(thing, Spoken) and isinstance(thing, QWidget) else None


@cache
def say_values() -> None:
    """Let Qt find the values of those that are ``Spoken``; once is enough."""
    QAccessible.installFactory(_interface)
