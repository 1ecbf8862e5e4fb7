"""The parts of a painted picture as a screen reader walks them: x_t, x_0, the numbers between."""

import logging
import weakref
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from diffvis.app.widgets.symbols import in_letters
from diffvis.rendering.geometry import Rect
from diffvis.rendering.scene.said import Said

log = logging.getLogger(__name__)


@runtime_checkable
class SpokenParts(Protocol):
    """A widget that knows the parts of what it paints."""

    def spoken_parts(self) -> tuple[Said, ...]:
        """The parts of what is on show, in pixels of the widget."""

    def place_of(self, rect: Rect) -> QRect:
        """Where on the widget that is seen; empty where it is not."""

    def picture_number(self) -> int:
        """Another one for each picture that is on show."""


class _Part(QAccessibleInterface):
    """The n-th part of what is on a widget, whatever that is when it is asked."""

    def __init__(self, parts: "Parts", number: int) -> None:
        super().__init__()
        self._parts, self._number = parts, number

    def _said(self) -> Said | None:
        now = self._parts.now()
        return now[self._number] if self._number < len(now) else None

    def isValid(self) -> bool:
        return self._said() is not None

    def object(self) -> QObject | None:
        return None

    def window(self) -> QWindow | None:
        return self._parts.widget.window().windowHandle() if self._parts.there else None

    def parent(self) -> QAccessibleInterface | None:
        there = self._parts.there
        return QAccessible.queryAccessibleInterface(self._parts.widget) if there else None

    def childCount(self) -> int:
        return 0

    def child(self, _index: int) -> None:
        return None

    def childAt(self, _x: int, _y: int) -> None:
        return None

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        said = self._said()
        is_text = said is not None and not said.words
        return QAccessible.Role.StaticText if is_text else QAccessible.Role.Graphic

    def text(self, kind: QAccessible.Text) -> str:
        said = self._said()
        if said is None:
            return ""
        if kind == QAccessible.Text.Name:
            return in_letters(said.name)
        return in_letters(said.words) if kind == QAccessible.Text.Description else ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        """What is painted is not edited."""

    def rect(self) -> QRect:
        said = self._said()
        if said is None:
            return QRect()
        widget = self._parts.widget
        return widget.place_of(said.rect).translated(widget.mapToGlobal(QPoint()))

    def state(self) -> QAccessible.State:
        return QAccessible.State()


class Parts:
    """The interfaces of a widget's parts.

    Qt keeps whatever it has given a number, until it is told to let go. So those that were made
    stay for as long as the widget, and tell what is there when they are asked.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = weakref.ref(widget)  # PySide keeps interfaces when their widgets are gone
        self._made: list[_Part] = []
        self._said: tuple[Said, ...] = ()
        self._of: int | None = None  # the picture that these are parts of
        widget.destroyed.connect(partial(_let_go, self._made))

    @property
    def there(self) -> bool:
        """Whether the widget still is."""
        return self.widget is not None and isValid(self.widget)

    @property
    def widget(self) -> QWidget | None:
        return self._widget()

    def now(self) -> tuple[Said, ...]:
        """The parts of what is on show; none where they cannot be told."""
        if not self.there:
            return ()
        number = self.widget.picture_number()
        if number != self._of:
            try:
                self._said = self.widget.spoken_parts()
            except Exception:  # it may be asked in the middle of a change, and Qt cannot bear it
                log.exception("%s could not be put into words", self.widget.objectName())
                self._said = ()
            self._of = number
        return self._said

    def at(self, index: int) -> _Part | None:
        if not 0 <= index < len(self.now()):
            return None
        while len(self._made) <= index:
            self._made.append(_Part(self, len(self._made)))
        return self._made[index]

    def index(self, child: QAccessibleInterface) -> int | None:
        return next((n for n, made in enumerate(self._made) if made is child), None)

    def under(self, x: int, y: int) -> _Part | None:
        """The part at a place of the screen."""
        at = self.widget.mapFromGlobal(QPoint(x, y))
        places = enumerate(self.widget.place_of(said.rect) for said in self.now())
        found = next((n for n, rect in places if rect.contains(at)), None)
        return None if found is None else self.at(found)


def _let_go(made: list[_Part], *_: object) -> None:
    """Have Qt forget, and delete, what it may have numbered."""
    while made:
        part = made.pop()
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))
