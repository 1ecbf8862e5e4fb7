"""The main window: it only assembles. Panels talk to the session, never to each other."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMimeData,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMainWindow, QToolBar, QVBoxLayout, QWidget

from diffvis.app.actions import Actions
from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice, NoticeBar
from diffvis.app.session import Session
from diffvis.app.shell.actions import of_window
from diffvis.app.shell.busy import BusyBar
from diffvis.app.shell.docks import WorkspaceDocks
from diffvis.app.shell.drop_sign import DropSign
from diffvis.app.shell.ending import Ending
from diffvis.app.shell.header import Header
from diffvis.app.shell.incoming import is_welcome, paths_of
from diffvis.app.shell.layout import VERSION, restore_layout
from diffvis.app.shell.lesson import Lesson
from diffvis.app.shell.menu import MainMenu
from diffvis.app.shell.on_show import OnShow, view_at
from diffvis.app.shell.overlay import Overlay
from diffvis.app.shell.shortcuts import Shortcuts
from diffvis.app.shell.stage import Stage
from diffvis.app.shell.tab_order import move_focus
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.wheel_places import moves_t
from diffvis.app.shell.workspaces import Workspaces
from diffvis.app.shown import FiguresShown
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.transport.history import ShownTimes
from diffvis.app.transport.player import Player
from diffvis.app.transport.transport import TransportBar
from diffvis.app.transport.transport_keys import Wheel
from diffvis.app.undo.own_undo import OwnUndo
from diffvis.app.widgets.first_hint import FirstHint
from diffvis.app.widgets.raster import RasterView
from diffvis.app.workers.jobs import Jobs
from diffvis.data.dataset import Dataset
from diffvis.data.kinds import is_picture
from diffvis.lectures.shelf import is_lecture
from diffvis.training.threads import lend_a_core

if TYPE_CHECKING:
    from diffvis.app.export.window import Exports
    from diffvis.app.lecture.lectures import Lectures
    from diffvis.app.lecture.panel import LecturePanel

FINISH_MS = 100  # between workspaces that are made while the window can be used already


class MainWindow(QMainWindow):
    """Five docked workspaces, one transport bar, one session.

    With ``staged`` only Forward is made at once, so that there is soon something to use;
    ``finish`` makes the others.
    """

    closed = Signal()  # all work has ended, or been waited for in vain

    def __init__(self, data: Dataset, theme: Theme, staged: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("diffvis")
        self.setAcceptDrops(True)
        self.theme = theme
        theme.dress(self)
        self.session = Session(data, self)
        self.jobs = Jobs(self)
        self.sources = Sources(self.session, self.jobs, self)
        self.player = Player(self.session, self)
        self.shown_times = ShownTimes(self.session, self)
        self._wheel = Wheel(self.player)
        self.ending = Ending(self)
        self.docks = WorkspaceDocks(self, TITLES)
        self.workspaces = Workspaces(
            self.session, theme, self.jobs, self.sources, self.player, self._place
        )
        self.on_show = OnShow(
            self.session, self.workspaces, lambda: self._in_front, self.pictures, self
        )
        self.registry = Actions(self)
        self.registry.add(*of_window(self))
        self._menu = MainMenu(self, self.registry)
        self.header = Header(self.session, self.sources, TITLES, self._menu, self.registry)
        self.notices = NoticeBar()
        above = self._add_bar("header", Qt.ToolBarArea.TopToolBarArea, self.header)
        self.transport = TransportBar(self.session, self.player, theme, self)
        self.transport.marks_wanted.connect(self.show_preferences)
        bar = self._add_bar("transport", Qt.ToolBarArea.BottomToolBarArea, self.transport)
        free = self._free_of_bar
        overlay = Overlay(self, bar, free, BusyBar(self.jobs), self.notices)
        self.transport.arranged.connect(overlay.place_soon)
        self.stage = Stage(
            self, theme, self.workspaces, lambda: self._in_front, (above, bar),
            (self.header, self.transport), overlay,
        )  # fmt: skip

        self._drop_sign = DropSign(self, theme)
        self.header.workspace_chosen.connect(self.open_workspace)
        self.header.export.clicked.connect(self.export)
        self.header.lecture_chosen.connect(self._open_lecture)
        self.docks.raised.connect(self._raised)
        self.docks.menu_wanted.connect(self._offer_picture)
        self.session.noticed.connect(self.notices.show_notice)
        self.session.noticed.connect(self.stage.take_notice)
        self.stage.menu_wanted.connect(self._offer_picture)
        self.session.settled.connect(self.notices.forget)
        self.session.t_changed.connect(lend_a_core)
        self._shortcuts = Shortcuts(self, self.registry)
        Lesson(self, self)
        OwnUndo(self)
        self.resize(1280, 720)
        for key in ("forward",) if staged else TITLES:
            self.workspaces[key]
        self.docks.reset()
        self._fresh_layout = self.saveState(VERSION)
        self.show_workspace("forward")

    @property
    def in_front(self) -> str:
        """Which workspace has the transport: the one chosen last."""
        return self._in_front

    def pictures(self) -> QWidget:
        """Where the pictures of the workspace in front stand."""
        return self.stage.floor if self.stage.on else self.workspaces[self._in_front]

    @property
    def idle(self) -> bool:
        """Whether nothing is being opened or computed that would change what is on screen."""
        made = self.workspaces.made
        at_work = (made[key] for key in ("reverse", "bench") if key in made)
        return self.workspaces.complete and self.jobs.idle and all(each.idle for each in at_work)

    @cached_property
    def exports(self) -> "Exports":
        """Made with the first export."""
        from diffvis.app.export.window import Exports

        return Exports(self.session, self.theme, self.jobs, self)

    @cached_property
    def lectures(self) -> "Lectures":
        """Made with the first lecture."""
        from diffvis.app.lecture.clicker import Clicker
        from diffvis.app.lecture.lectures import Lectures

        made = Lectures(self)
        Clicker(self, made)
        made.opened.connect(self._show_scenes)
        return made

    @cached_property
    def lecture_panel(self) -> "LecturePanel":
        """Made with the first lecture."""
        from diffvis.app.lecture.panel import LecturePanel

        return LecturePanel(self.lectures, self)

    @property
    def has_lecture(self) -> bool:
        """Whether one is open."""
        return "lectures" in vars(self) and self.lectures.lecture is not None

    @Slot()
    def _show_scenes(self) -> None:
        self.lecture_panel.bring_back()
        self.stage.follow()  # which lies over it

    @Slot()
    def finish(self) -> None:
        """Make the workspaces that are not there yet, one whenever there is time."""
        if not self.workspaces.all_tried and not self.ending.begun:
            QTimer.singleShot(FINISH_MS, self, self.finish)  # also where this one fails
            self.workspaces.make_next()

    def _place(self, key: str, workspace: QWidget) -> None:
        """Put a workspace that has been made into its dock."""
        self.docks[key].fill(workspace)
        for view in workspace.findChildren(RasterView):
            view.failed.connect(self._drawing_failed)

    @Slot(str)
    def show_workspace(self, key: str) -> None:
        """Bring a workspace to the front and give it the transport."""
        self.docks.bring_to_front(key)
        self._raised(key)

    def open_run(self, path: Path, go_on: bool = False) -> None:
        """Show a run that is kept, and let it go on where that is asked for."""
        self.show_workspace("training")
        self.workspaces["training"].open_run(path, go_on)

    @Slot(str)
    def open_workspace(self, key: str) -> None:
        """As a person does who wants to see something there: Reverse then walks its first chain,
        and Bench lets its first tool work.
        """
        self.show_workspace(key)
        if key in ("reverse", "bench"):
            self.workspaces[key].open()

    @Slot(str)
    def _raised(self, key: str) -> None:
        self._in_front = key
        self.header.show_workspace(key)
        self.player.lend(getattr(self.workspaces[key], "clock", None))
        if "reverse" in self.workspaces.made:
            self.workspaces["reverse"].set_in_front(key == "reverse")
        self.transport.take_focus()
        self.stage.follow()
        # Laid out before it is painted, not after: what is seen first is what stays.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    @Slot()
    def export(self) -> None:
        """Export what the person is looking at."""
        self.exports.open(self.workspaces[self._in_front].shown())

    @Slot()
    def export_figures(self) -> None:
        """Export a figure of a paper or a course."""
        self.exports.open(FiguresShown())

    @Slot()
    def save_just_shown(self) -> None:
        """What was played or scrubbed just now, as a GIF."""
        shown = self.workspaces[self._in_front].shown()
        self.exports.save_just_shown(shown, self.shown_times.frames())

    @Slot()
    def show_shortcuts(self) -> None:
        from diffvis.app.shell.help import ShortcutSheet

        ShortcutSheet(self, self.registry).open()

    @Slot()
    def show_palette(self) -> None:
        """Find an action by its words."""
        from diffvis.app.shell.palette import Palette

        Palette(self, self.registry).open()

    @Slot()
    def show_preferences(self) -> None:
        from diffvis.app.shell.preferences_dialog import PreferencesDialog

        dialog = PreferencesDialog(self.session, self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def offer_hints(self) -> None:
        """Say in each workspace what to do first, until the person has dismissed it."""
        for key in self.workspaces:
            self.docks[key].add_above(FirstHint(key, self.session.preferences))

    @Slot()
    def paste(self) -> None:
        """Open the picture, file or folder that is on the clipboard."""
        self._take(QGuiApplication.clipboard().mimeData() or QMimeData())

    @Slot()
    def reset_layout(self) -> None:
        """All workspaces docked behind one another, as on the first day."""
        self.restoreState(self._fresh_layout, VERSION)
        self.docks.reset()
        if self.has_lecture:
            self.lecture_panel.bring_back()
        self.show_workspace(self._in_front)

    def restore_layout(self) -> None:
        """The layout of last time, if there was one and it is wanted."""
        if self.session.preferences.reopen_layout and restore_layout(self):
            self.docks.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (self.transport.handle_key(event) or self._shortcuts.take(event)):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward, self.stage.focus_stops() if self.stage.on else None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel that no widget wanted moves t over the transport, and nothing elsewhere."""
        event.accept()
        if moves_t(self, event.position().toPoint()):
            self._wheel.take(event)

    @Slot(QWidget, QPoint)
    def _offer_picture(self, inside: QWidget, at: QPoint) -> None:
        """After a right click on a picture or plot, at a place of the screen."""
        view = view_at(inside, inside.mapFromGlobal(at))
        if view is not None:
            self.on_show.offer(view, at, self.registry)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if is_welcome(event.mimeData()):
            event.acceptProposedAction()
            self._drop_sign.show_for(event.mimeData())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_sign.hide()
        event.acceptProposedAction()
        self._take(event.mimeData())

    @Slot(object)
    def _open_lecture(self, path: Path) -> None:
        self.lectures.open(path)

    def _take(self, mime: QMimeData) -> None:
        """Open what was dropped or pasted."""
        self.session.settle(About.INCOMING)
        try:
            paths = paths_of(mime)
        except OSError as error:
            failure = Failure.of(error)
            self.session.notice(Notice.of(failure, About.INCOMING, "The picture could not be kept"))
            return
        if not paths:
            hint = "copy a picture, or drop a file, a folder of pictures or a run on the window"
            self.session.notice(Notice("There is no picture to paste", hint, about=About.INCOMING))
        lectures = [path for path in paths if is_lecture(path)]
        for path in lectures[:1]:
            self.lectures.open(path)
        others = [path for path in paths if path not in lectures]
        opened = [path for path in others if not self.exports.takes(path)]
        if len(opened) == 1 and is_picture(opened[0]):
            if self._in_front == "bench" and self.workspaces["bench"].take_picture(opened[0]):
                return
            self.show_workspace("forward")
        self.sources.open_paths(opened)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask every worker to stop, wait for each, save the layout."""
        self.ending.close()
        super().closeEvent(event)
        self.closed.emit()

    @Slot(object)
    def _drawing_failed(self, error: Exception) -> None:
        drawn = About.DATA | About.MODEL | About.SCHEDULE | About.FORWARD | About.REVERSE
        failure = Failure.of(error)
        self.session.notice(Notice.of(failure, drawn, "The picture could not be drawn"))

    def _free_of_bar(self) -> QRect:
        free = self.transport.free
        return free.translated(self.transport.mapTo(self, QPoint()))

    def _add_bar(self, name: str, area: Qt.ToolBarArea, widget: QWidget) -> QToolBar:
        """A fixed row of the window, above or below the workspaces."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(8, 6, 8, 6)
        column.addWidget(widget)
        bar = QToolBar(name)
        bar.setObjectName(f"bar.{name}")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(holder)
        self.addToolBar(area, bar)
        return bar
