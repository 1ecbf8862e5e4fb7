"""The stage of the window (F11): pictures, one t and one slider fill the screen.

What stands on it is told by the workspace in front; everything else waits at the upper and right
edges. The window behind it stays as it is, so that it is there again afterwards.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QScreen
from PySide6.QtWidgets import QGridLayout, QMainWindow, QToolBar, QWidget

from diffvis.app.notices import Notice, NoticeKind
from diffvis.app.shell.header import Header
from diffvis.app.shell.layout import Layout, keep_on_screen
from diffvis.app.shell.overlay import Overlay
from diffvis.app.shell.workspaces import Workspaces
from diffvis.app.stage.curtain import Curtain
from diffvis.app.stage.edges import Edge, EdgePanel, along_right, along_top
from diffvis.app.stage.floor import Floor
from diffvis.app.stage.views import StageViews
from diffvis.app.theme import Theme
from diffvis.app.transport.transport import TransportBar

ANSWER_MS = 8_000  # that a notice which needs an answer stays
FRAME_MS = 100  # until a window that fills its screen no more has its frame again


class Stage(QWidget):
    """Lies over the whole window while it is on."""

    menu_wanted = Signal(QWidget, QPoint)  # a right click in it, at a place of the screen

    def __init__(
        self,
        window: QMainWindow,
        theme: Theme,
        workspaces: Workspaces,
        in_front: Callable[[], str],
        bars: tuple[QToolBar, ...],
        controls: tuple[Header, TransportBar],
        overlay: Overlay,
    ) -> None:
        super().__init__(window)
        self.setObjectName("stage")
        # The floor covers it all: what is behind has nothing to paint.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._window, self._theme = window, theme
        self._workspaces, self._in_front = workspaces, in_front
        self._bars, self._controls, self._overlay = bars, controls, overlay
        self.before: Layout | None = None
        """The window as it was, while the stage is on."""
        self._views: StageViews | None = None
        self._still = False
        transport = controls[1]
        self.floor = Floor(theme, transport.t, transport.slider)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.floor)
        self._curtain = Curtain(self)
        self._top = EdgePanel(self, "stage.top", "Controls")
        self._right = EdgePanel(self, "stage.right", "Settings")
        self._edges = Edge(self, "stage.top_edge"), Edge(self, "stage.right_edge")
        self._edges[0].reached.connect(partial(self._open_top, False))
        self._edges[1].reached.connect(partial(self._open_right, False))
        for left in (self._top.closed, self._right.closed, self._curtain.opened):
            left.connect(transport.take_focus)
        self._answer = QTimer(self)
        self._answer.setSingleShot(True)
        self._answer.setInterval(ANSWER_MS)
        self._answer.timeout.connect(self._hush)
        self._framed = QTimer(self)  # goes with the window, as one that nobody owns would not
        self._framed.setSingleShot(True)
        self._framed.setInterval(FRAME_MS)
        self._framed.timeout.connect(partial(keep_on_screen, window))
        self.hide()
        window.installEventFilter(self)

    @property
    def on(self) -> bool:
        return self.before is not None

    # --- on and off ----------------------------------------------------------------------

    def begin(self, screen: QScreen | None = None, full_screen: bool = True) -> None:
        """Fill a screen, by default the window's own; or, without ``full_screen``, the window."""
        if not self.on:
            self.before = Layout.of(self._window)
            for bar in self._bars:
                bar.hide()
            self._overlay.hide()
            self._overlay.stand_above(self.floor.foot)
            self._cover()
            self.show()
            self._theme.set_stage(self.floor)
            self.follow()
        if full_screen:
            if screen is not None and screen is not self._window.screen():
                self._window.showNormal()  # a full-screen window does not change its screen
                self._window.setScreen(screen)
                self._window.move(screen.geometry().topLeft())
            self._window.showFullScreen()

    @Slot()
    def end(self) -> None:
        """Everything is as it was before."""
        before = self.before
        if before is None:
            return
        self.strike()
        for bar in self._bars:
            bar.show()
        self._overlay.stand_above(self._bars[-1])
        self._overlay.show()
        self._controls[1].take_focus()
        if self._window.isFullScreen():
            self._window.showNormal()
            self._window.restoreGeometry(before.geometry)
            self._framed.start()

    def strike(self) -> None:
        """Give everything back, and leave the window as it stands."""
        self.before = None
        self._close_edges()
        self._curtain.open()
        self._answer.stop()
        self._look_at(None)
        self.floor.clear()
        self._theme.set_stage(None)
        self.hide()

    def set_on(self, on: bool, full_screen: bool = True) -> None:
        if on:
            self.begin(full_screen=full_screen)
        else:
            self.end()

    @Slot()
    def toggle(self) -> None:
        self.set_on(not self.on)

    @Slot()
    def back(self) -> None:
        """Close the controls, or end where none are open."""
        if self._top.is_open or self._right.is_open:
            self._close_edges()
        else:
            self.end()

    # --- what stands on it ---------------------------------------------------------------

    @property
    def views(self) -> StageViews:
        """Of the workspace in front."""
        return self._workspaces[self._in_front()].stage_views

    @contextmanager
    def still(self) -> Iterator[None]:
        """Whatever is turned within, the stage is arranged once, at the end."""
        outer, self._still = self._still, True
        try:
            yield
        finally:
            self._still = outer
            self.follow()

    @Slot()
    def follow(self) -> None:
        """Show the workspace that is in front now."""
        if self.on and not self._still:
            self._close_edges()
            self.raise_()  # a dock that comes to the front comes over everything
            self._overlay.raise_()
            self._look_at(self.views)
            self._arrange()
            self._controls[1].take_focus()

    def _look_at(self, views: StageViews | None) -> None:
        if self._views is not None:
            self._views.changed.disconnect(self._arrange)
        self._views = views
        if views is not None:
            views.changed.connect(self._arrange)

    @Slot()
    def _arrange(self) -> None:
        if self._still:
            return
        if self.floor.show_views(self._views.arrangement):
            self._theme.set_stage(self.floor)  # others stand on it, and some do no more
        self._raise_edges()

    def blank(self) -> None:
        """Black, until a key is pressed."""
        self._curtain.draw()

    # --- controls at the edges -----------------------------------------------------------

    def show_controls(self) -> None:
        """By a key: they stay until it is pressed again, or Esc."""
        if self._top.is_open and self._right.is_open:
            self._close_edges()
        else:
            self._open_top(True)
            self._open_right(True)

    def _open_top(self, stays: bool) -> None:
        header, transport = self._controls
        self._top.open((header, transport, *self.views.bars), stays)
        self._place()

    def _open_right(self, stays: bool) -> None:
        self._right.open((self.views.side,), stays)
        self._place()

    def _close_edges(self) -> None:
        self._top.close_panel()
        self._right.close_panel()

    def _place(self) -> None:
        """The panels at their edges, where they end above the slider."""
        room = self.rect()
        self._edges[0].setGeometry(along_top(room))
        self._edges[1].setGeometry(along_right(room))
        self._curtain.setGeometry(room)
        high = self._top.sizeHint().height() if self._top.is_open else 0
        self._top.setGeometry(0, 0, room.width(), high)
        wide = max(self._right.sizeHint().width(), self._right.minimumSizeHint().width())
        below = max(1, self.floor.foot.y() - high)
        self._right.setGeometry(room.width() - wide, high, wide, below)

    def _raise_edges(self) -> None:
        for widget in (*self._edges, self._top, self._right, self._curtain):
            widget.raise_()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.menu_wanted.emit(self, event.globalPos())

    # --- the window around it ------------------------------------------------------------

    @Slot(object)
    def take_notice(self, notice: Notice) -> None:
        """Only what needs an answer is said on stage, and goes by itself; the rest waits."""
        if self.on and (notice.action is not None or notice.kind is not NoticeKind.INFO):
            self._overlay.show()
            self._overlay.raise_()
            self._answer.start()

    @Slot()
    def _hush(self) -> None:
        if self._overlay.underMouse():
            self._answer.start()  # the answer is on its way
        elif self.on:
            self._overlay.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._cover()
        return False

    def event(self, event: QEvent) -> bool:
        known = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._place()
        return known

    def _cover(self) -> None:
        self.setGeometry(self._window.rect())

    def focus_stops(self) -> tuple[QWidget, ...]:
        """Where Tab goes, part by part."""
        panels = [panel for panel in (self._top, self._right) if panel.is_open]
        return (*panels, self.floor)
