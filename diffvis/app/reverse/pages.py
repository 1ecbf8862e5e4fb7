"""The tabs of Reverse: one step, compare, branch, nearest, and how a foreign network is read."""

from typing import Protocol

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.widgets.fields import button
from diffvis.app.widgets.flow import FlowRow

TABS = (
    ("step", "One step", "The parts of one step as an equation of pictures"),
    ("compare", "Compare", "The same noise under two settings, side by side"),
    ("branch", "Branch", "Freeze a sample at t and go on with other noise"),
    ("nearest", "Nearest", "The training images nearest to the selected sample"),
    ("reading", "Reading", "How this network is read, and which reading fits its loss"),
)


class Page(Protocol):
    """What each tab shows; it looks at the chain by itself when it is told to."""

    def refresh(self) -> None: ...

    def reset(self) -> None: ...


class Pages(QWidget):
    """One page at a time; only that one is kept up to date. ``tabs`` stands where whoever lays it
    out puts it, so that it is at the same place whatever the pages take of the room.
    """

    turned = Signal(str)

    def __init__(self, pages: dict[str, QWidget]) -> None:
        super().__init__()
        self._pages = pages
        self._group = QButtonGroup(self)
        self._tabs: dict[str, QPushButton] = {}
        self._stack = QStackedWidget()
        for key, title, tip in TABS:
            tab = button(title, f"reverse.show_{key}", title, tip, "tab")
            tab.setCheckable(True)
            tab.clicked.connect(self._clicked)
            self._group.addButton(tab)
            self._tabs[key] = tab
            self._stack.addWidget(pages[key])
        self._tabs["step"].setChecked(True)
        self.tabs = FlowRow(*self._tabs.values(), gap=2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack, 1)
        self._make_room()

    def __getitem__(self, key: str) -> QWidget:
        return self._pages[key]

    @property
    def key(self) -> str:
        """Which page is in front."""
        return next(key for key, tab in self._tabs.items() if tab.isChecked())

    @property
    def offered(self) -> dict[str, str]:
        """The pages that there are for the model on show, and what people call them."""
        return {key: tab.text() for key, tab in self._tabs.items() if not tab.isHidden()}

    def show_page(self, key: str) -> None:
        """Bring a page to the front."""
        self._tabs[key].setChecked(True)
        self._stack.setCurrentWidget(self._pages[key])
        self._make_room()
        self.turned.emit(key)
        self._pages[key].refresh()

    def offer(self, key: str, offered: bool) -> None:
        """Whether there is such a page for the model on show."""
        self._tabs[key].setVisible(offered)
        if not offered and self.key == key:
            self.show_page("step")

    def _make_room(self) -> None:
        """Only the page in front may ask for room: the others do not know their width yet."""
        for key, page in self._pages.items():
            asks = QSizePolicy.Policy.Preferred if key == self.key else QSizePolicy.Policy.Ignored
            page.setSizePolicy(asks, asks)

    def refresh(self) -> None:
        """What the page in front shows has changed."""
        self._pages[self.key].refresh()

    def reset(self) -> None:
        for page in self._pages.values():
            page.reset()
        self.show_page("step")

    @Slot()
    def _clicked(self) -> None:
        self.show_page(self.key)
