"""The window's menu: open, view, theme, help."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from diffvis.app.preference_settings import THEME
from diffvis.app.recent import forget_all, recent
from diffvis.app.shell.frame import Frame
from diffvis.app.shell.titles import TITLES


class MainMenu(QMenu):
    """Everything that has no place of its own on the window."""

    def __init__(self, window: Frame) -> None:
        super().__init__(window)
        self._window = window
        self.addAction("Open file…\tCtrl+O", lambda: window.header.open_file())
        self.addAction("Open folder…", lambda: window.header.open_folder())
        self._recent = self._sub_menu("Open recent", self._fill_recent)
        self.addAction("Paste a picture\tCtrl+V", window.paste)
        self.addAction("Export…\tCtrl+E", window.export)
        self.addSeparator()
        self._theme = self._sub_menu("Theme", self._fill_theme)
        self._themes = QActionGroup(self)
        self.addAction("Presentation mode\tF11", window.toggle_presentation)
        self._screens = self._sub_menu("Present on", self._fill_screens)
        self._workspaces = self._sub_menu("Workspaces", self._fill_workspaces)
        self.addAction("Preferences…\tCtrl+,", window.show_preferences)
        self.addSeparator()
        self.addAction("Keyboard shortcuts\t?", window.show_shortcuts)
        self.addAction("Show the hints again", window.session.preferences.show_hints_again)
        self.addAction("Quit\tCtrl+Q", window.close)
        self.aboutToShow.connect(self._look)

    def _sub_menu(self, title: str, fill) -> QMenu:
        """A menu that is filled whenever it is about to be shown."""
        menu = self.addMenu(title)
        menu.aboutToShow.connect(fill)
        return menu

    @Slot()
    def _fill_workspaces(self) -> None:
        window, view = self._window, self._workspaces
        view.clear()
        for left, right in (
            ("forward", "schedules"),
            ("forward", "reverse"),
            ("training", "reverse"),
        ):
            words = f"{TITLES[left]} beside {TITLES[right]}"
            view.addAction(words, partial(self._side_by_side, left, right))
        view.addSeparator()
        view.addAction("Float this workspace", lambda: window.docks.float(window.in_front))
        view.addAction("Reset layout", window.reset_layout)
        view.addSeparator()
        for key, workspace in window.workspaces.items():
            if hasattr(workspace, "reset"):
                view.addAction(f"Reset {TITLES[key]}", workspace.reset)

    @Slot()
    def _look(self) -> None:
        """Offer only what there is."""
        self._recent.setEnabled(bool(recent()))
        self._screens.menuAction().setVisible(len(QGuiApplication.screens()) > 1)

    @Slot()
    def _fill_recent(self) -> None:
        menu, sources = self._recent, self._window.sources
        menu.clear()
        for item in recent():
            opener = sources.open_model if item.kind == "model" else sources.open_data
            words = f"{item.kind.capitalize()}: {item.title}".replace("&", "&&")
            menu.addAction(words, partial(opener, item.source))
        menu.addSeparator()
        menu.addAction("Forget these", forget_all)

    @Slot()
    def _fill_theme(self) -> None:
        menu, theme = self._theme, self._window.theme
        menu.clear()
        for choice in THEME.offered():
            action = menu.addAction(choice.title, partial(theme.set_name, choice.value))
            action.setCheckable(True)
            action.setChecked(theme.name == choice.value)
            self._themes.addAction(action)

    @Slot()
    def _fill_screens(self) -> None:
        self._screens.clear()
        for screen in QGuiApplication.screens():
            size = screen.geometry().size()
            words = f"{screen.name()}, {size.width()} × {size.height()}"
            self._screens.addAction(words, partial(self._window.present_on, screen))

    def _side_by_side(self, left: str, right: str) -> None:
        self._window.docks.side_by_side(left, right)
        self._window.show_workspace(left)
