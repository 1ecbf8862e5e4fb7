"""The palette (Ctrl+K): everything that can be done, found by its words."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.actions import Actions
from diffvis.app.keys import spelled
from diffvis.app.shell.matching import Found, matching, offered
from diffvis.app.shell.palette_rows import FOUND, MARGIN, TYPED, RowDelegate, row_height
from diffvis.app.widgets.fields import identify, label

ROWS = 12  # that are seen at once, where there is room
WIDTH = 46  # times the height of a line
TOP = 56  # pixels from the top of the window
HOW = "↑ ↓ choose   ·   Return runs it   ·   Esc goes back"
KEYS = Qt.Key
MOVES = {KEYS.Key_Up: -1, KEYS.Key_Down: 1}


class Palette(QFrame):
    """Words that are typed find actions, arrows choose, Return runs, Esc gives the focus back."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette.frame")
        self.setProperty("role", "palette")
        self.setAccessibleName("Find an action")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window = window
        self._offered = offered(actions)
        self._field = QLineEdit()
        self._field.setPlaceholderText("What do you want to do?")
        self._field.setProperty("role", "find")
        identify(self._field, "palette.field", "Words of an action")
        self._field.textChanged.connect(self._find)
        self._field.installEventFilter(self)
        self._list = QListWidget()
        identify(self._list, "palette.list", "Actions that were found")
        self._list.setProperty("role", "palette")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setItemDelegate(RowDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._run)
        self._list.currentItemChanged.connect(self._say)
        self._none: QLabel = label("Nothing is called so; try fewer letters", "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        self._how: QLabel = label(HOW, "hint")
        self._how.setIndent(MARGIN)
        for widget in (self._field, self._list, self._none, self._how):
            column.addWidget(widget)
        self._find("")

    def open(self) -> None:
        """In the middle of the window, near its top."""
        window = self._window
        self.resize(min(WIDTH * self.fontMetrics().height(), window.width() - 40), 0)
        self._fit()
        left = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(left, TOP)))
        self.show()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that are the list's."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take(event)
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on in the list; there is nowhere else to go."""
        self._move(1 if forward else -1)
        return True

    def _take(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in MOVES:
            self._move(MOVES[key])
        elif key in (KEYS.Key_PageUp, KEYS.Key_PageDown):
            page = max(1, self._list.height() // row_height(self._list.fontMetrics()) - 1)
            self._move(page if key == KEYS.Key_PageDown else -page, around=False)
        elif key in (KEYS.Key_Return, KEYS.Key_Enter):
            self._run(self._list.currentItem())
        elif key == KEYS.Key_Escape:
            self.close()
        else:
            return False
        return True

    def _move(self, rows: int, around: bool = True) -> None:
        count = self._list.count()
        if count:
            row = self._list.currentRow() + rows
            self._list.setCurrentRow(row % count if around else min(max(row, 0), count - 1))

    def _fit(self) -> None:
        """As high as what was found, up to what there is room for."""
        row = row_height(self._list.fontMetrics())
        others = self._field.sizeHint().height() + self._how.sizeHint().height()
        room = self._window.height() - TOP - others - 40
        self._list.setFixedHeight(min(self._list.count(), ROWS, max(1, room // row)) * row)
        self._none.setFixedHeight(2 * row)
        self.layout().activate()
        self.resize(self.width(), self.sizeHint().height())

    @Slot(str)
    def _find(self, typed: str) -> None:
        self._list.clear()
        for found in matching(typed, self._offered):
            item = QListWidgetItem(found.title)
            item.setData(FOUND, found)
            item.setData(TYPED, typed)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _said(found))
            self._list.addItem(item)
        there = self._list.count() > 0
        self._list.setVisible(there)
        self._none.setVisible(not there)
        self._list.setCurrentRow(0 if there else -1)
        self._fit()

    @Slot()
    def _say(self) -> None:
        """To those who hear the field, which keeps the focus: what Return would run."""
        item = self._list.currentItem()
        says = item.data(Qt.ItemDataRole.AccessibleTextRole) if item else self._none.text()
        self._field.setAccessibleDescription(says)

    @Slot(QListWidgetItem)
    def _run(self, item: QListWidgetItem | None) -> None:
        """Once the palette has gone, so that the action finds the focus where it was."""
        if item is not None and item.data(FOUND).possible:
            action = item.data(FOUND).action
            self.close()
            QTimer.singleShot(0, self._window, partial(action.run))


def _said(found: Found) -> str:
    """What a screen reader says of a row."""
    able = "" if found.possible else "not now"
    on = "on" if found.action.checked is not None and found.action.checked() else ""
    keys = " or ".join(map(spelled, found.action.keys))
    return ", ".join(part for part in (found.title, on, able, found.about, keys) if part)
