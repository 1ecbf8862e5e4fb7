"""The window's menu: open, view, theme, help."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from diffvis.app.window import MainWindow


class MainMenu(QMenu):
    """Everything that has no place of its own on the window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.addAction("Open file…\tCtrl+O", lambda: window.header.open_file())
        self.addAction("Open folder…", lambda: window.header.open_folder())
        self.addAction("Export…\tCtrl+E", window.export)
        self.addSeparator()
        self._add_theme()
        self.addAction("Presentation mode\tF11", window.toggle_presentation)
        self.addSeparator()
        view = self.addMenu("Workspaces")
        view.addAction("Forward beside Schedules", self._side_by_side("forward", "schedules"))
        view.addAction("Forward beside Reverse", self._side_by_side("forward", "reverse"))
        view.addAction("Training beside Reverse", self._side_by_side("training", "reverse"))
        view.addSeparator()
        view.addAction("Float this workspace", lambda: window.docks.float(window.in_front))
        view.addAction("Reset layout", window.reset_layout)
        self.addSeparator()
        self.addAction("Keyboard shortcuts\t?", window.show_shortcuts)
        self.addAction("Quit\tCtrl+Q", window.close)

    def _add_theme(self) -> None:
        menu = self.addMenu("Theme")
        group = QActionGroup(self)
        for name, says in (("system", "As the system"), ("dark", "Dark"), ("light", "Light")):
            action = menu.addAction(says, lambda name=name: self._window.theme.set_name(name))
            action.setCheckable(True)
            action.setChecked(self._window.theme.name == name)
            group.addAction(action)

    def _side_by_side(self, left: str, right: str):
        def arrange() -> None:
            self._window.docks.side_by_side(left, right)
            self._window.show_workspace(left)

        return arrange
