"""Workspaces as docks: behind one another, side by side, or floating in windows of their own."""

from functools import partial

from PySide6.QtCore import QObject, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QVBoxLayout, QWidget

MOST_ASKED = QSize(960, 520)
"""What a workspace may ask for: the window must not grow because of one that is behind others."""
WANTED = QSize(640, 480)
"""What every workspace would like, whatever is in it."""
TRANSPORT = 150
"""Of the window's height: the header and the transport, and a little more."""


class Holder(QWidget):
    """Holds a workspace, and keeps the room it asks for within what a small screen has."""

    def sizeHint(self) -> QSize:
        """The same for every workspace, so that two side by side are as wide."""
        return WANTED

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().boundedTo(MOST_ASKED)


class WorkspaceDock(QDockWidget):
    """A dock that hands keys it does not use to the main window, also when it floats."""

    menu_wanted = Signal(QWidget, QPoint)  # a right click in it, at a place of the screen

    def __init__(self, key: str, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.key = key
        self.setObjectName(f"dock.{key}")
        self._window = window
        # Qt leaves docks behind others visible, outside of the window. What is in this one is then
        # hidden, so that it does no work for nobody and knows when it is seen again.
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        holder = Holder()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.addWidget(self._page)
        self.setWidget(holder)
        self.visibilityChanged.connect(self._page.setVisible)
        self._no_title = QWidget(self)
        self.show_title(False)

    def fill(self, content: QWidget) -> None:
        """Put the workspace in."""
        self._page.layout().addWidget(content, 1)

    def add_above(self, widget: QWidget) -> None:
        """Put something above the workspace."""
        self._page.layout().insertWidget(0, widget)

    def show_title(self, visible: bool) -> None:
        """With a title bar the dock can be dragged; alone or behind others it needs none."""
        wanted = None if visible else self._no_title
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isFloating():
            self._window.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # Qt's own menu would hide docks and bars
        self.menu_wanted.emit(self, event.globalPos())


class WorkspaceDocks(QObject):
    """Arranges the docks and says when one of them is brought to the front by its tab."""

    raised = Signal(str)
    menu_wanted = Signal(QWidget, QPoint)  # as of one of them

    def __init__(self, window: QMainWindow, titles: dict[str, str]) -> None:
        super().__init__(window)
        self._window = window
        window.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AnimatedDocks
        )
        self._docks: dict[str, WorkspaceDock] = {}
        for key, title in titles.items():
            dock = WorkspaceDock(key, title, window)
            if self._docks:
                window.tabifyDockWidget(next(iter(self._docks.values())), dock)
            else:
                window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
            dock.topLevelChanged.connect(self._changed)
            dock.dockLocationChanged.connect(self._changed)
            dock.visibilityChanged.connect(self._changed)
            dock.menu_wanted.connect(self.menu_wanted)
            self._docks[key] = dock
        # Docks report changes before the layout has taken them in.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.refresh)

    def __getitem__(self, key: str) -> WorkspaceDock:
        return self._docks[key]

    def bring_to_front(self, key: str) -> None:
        dock = self._docks[key]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()

    @Slot()
    def reset(self) -> None:
        """All behind one another."""
        first, *others = self._docks.values()
        for dock in (first, *others):
            dock.setFloating(False)
            dock.show()
        for dock in others:  # never all in a row, which would make the window wider
            self._window.tabifyDockWidget(first, dock)
        first.raise_()
        self.refresh()

    def side_by_side(self, left: str, right: str) -> None:
        """Two workspaces next to each other; the others stay behind the left one."""
        for dock in self._docks.values():  # a dock that is stacked cannot be split from its stack
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        first, second = self._docks[left], self._docks[right]
        self._window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, first)
        self._window.splitDockWidget(first, second, Qt.Orientation.Horizontal)
        for dock in self._docks.values():
            if dock not in (first, second):
                self._window.tabifyDockWidget(first, dock)
            dock.show()
        self.bring_to_front(left)
        self.refresh()
        QTimer.singleShot(0, self, partial(self._make_even, first, second))

    def _make_even(self, *docks: WorkspaceDock) -> None:
        """Make docks that the layout has taken in as wide as each other."""
        self._window.resizeDocks(list(docks), [1] * len(docks), Qt.Orientation.Horizontal)

    def widen(self, key: str, times: float) -> None:
        """Give a workspace that stands beside another so much of its width, as dragging the border
        between them does.
        """
        dock = self._docks[key]
        self._window.resizeDocks([dock], [round(times * dock.width())], Qt.Orientation.Horizontal)

    def float(self, key: str) -> None:
        """A window of its own, which can stand on a second screen."""
        dock = self._docks[key]
        dock.setFloating(True)
        room = self._window.size() - QSize(40, TRANSPORT)
        dock.resize(QSize(1000, 620).boundedTo(room))
        dock.move(self._window.mapToGlobal(QPoint(20, 60)))  # never over the transport
        dock.show()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show title bars where they are needed and hide the dock tabs, which the header has."""
        open_docks = [d for d in self._docks.values() if not d.isHidden() and not d.isFloating()]
        stacked = {d for d in open_docks if self._window.tabifiedDockWidgets(d)}
        alone = len(open_docks) - len(stacked) == 0 and self._one_stack(stacked)
        for dock in self._docks.values():
            # Once only: taking a title off a floating dock and giving it back hides and shows it.
            dock.show_title(dock.isFloating() or not (alone or len(open_docks) == 1))
        for bar in self._window.findChildren(
            QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly
        ):
            role = "hidden" if alone else ""
            if bar.property("role") != role:
                bar.setProperty("role", role)
                bar.style().unpolish(bar)
                bar.style().polish(bar)
                bar.setUsesScrollButtons(not alone)
                bar.updateGeometry()

    def _one_stack(self, stacked: set[WorkspaceDock]) -> bool:
        """Whether all stacked docks are in the same stack."""
        if not stacked:
            return True
        first = next(iter(stacked))
        return len(self._window.tabifiedDockWidgets(first)) + 1 == len(stacked)

    @Slot()
    def _changed(self) -> None:
        self._later.start()
