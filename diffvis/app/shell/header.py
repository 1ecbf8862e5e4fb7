"""The top row: workspaces, model, data, export, menu."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QWidget,
)

from diffvis.app.actions import Actions
from diffvis.app.asking import OPEN_FILE, OPEN_FOLDER, ask_for_path
from diffvis.app.data_picker import DataPicker
from diffvis.app.session import Session
from diffvis.app.shell.data_sheet import DataSheet
from diffvis.app.shell.model_picker import ModelPicker
from diffvis.app.sources import Sources
from diffvis.app.widgets.fields import button, combo, identify, label
from diffvis.lectures.shelf import is_lecture


class Header(QWidget):
    """Says which workspace is in front and which model and data are in use."""

    workspace_chosen = Signal(str)
    lecture_chosen = Signal(object)  # its Path

    def __init__(
        self,
        session: Session,
        sources: Sources,
        workspaces: dict[str, str],
        menu: QMenu,
        actions: Actions,
    ) -> None:
        super().__init__()
        self._session, self._sources = session, sources
        self._sheet: DataSheet | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label("diffvis", "brand"))
        self._tabs = QButtonGroup(self)
        self._tab_of: dict[str, QWidget] = {}
        for key, title in workspaces.items():
            name = f"workspace.{key}"
            tab = button(title, name, title, actions[name].hint, "tab")
            tab.setCheckable(True)
            tab.clicked.connect(self._tab_clicked)
            self._tabs.addButton(tab)
            self._tab_of[key] = tab
            row.addWidget(tab)
        row.addStretch(1)
        row.addWidget(label("Model", "muted"))
        row.addWidget(ModelPicker(session, sources))
        row.addWidget(label("Data", "muted"))
        data = combo("source.data", "Data", tip="What the forward process noises")
        data.setMinimumContentsLength(12)
        row.addWidget(data)
        about = button("i", "source.about", "About the data", actions["source.about"].hint)
        about.clicked.connect(self.show_data_sheet)
        row.addWidget(about)
        self.export = button("Export…", "export.open", "Export", actions["export.open"].hint)
        row.addWidget(self.export)
        more = QToolButton()
        more.setText("☰")
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(identify(more, "header.menu", "Menu", "Open, view, theme, help"))

        self._data_picker = DataPicker(data, session, sources)

    def show_workspace(self, key: str) -> None:
        self._tab_of[key].setChecked(True)

    @Slot()
    def show_data_sheet(self) -> None:
        """All that is known of the data on show; it stays open beside the window."""
        if self._sheet is None:
            self._sheet = DataSheet(self._session, self._sources, self.window())
        self._sheet.show()
        self._sheet.raise_()

    @Slot()
    def open_file(self) -> None:
        """Ask for a model, data or a lecture and open it."""
        path = ask_for_path(self, OPEN_FILE, "Open a model, data or a lecture", "All files (*)")
        if path and is_lecture(Path(path)):
            self.lecture_chosen.emit(Path(path))
        elif path:
            self._sources.open_path(Path(path))

    @Slot()
    def open_folder(self) -> None:
        """Ask for a run folder or a folder of pictures and open it."""
        path = ask_for_path(self, OPEN_FOLDER, "Open a run or a folder of pictures", "")
        if path:
            self._sources.open_path(Path(path))

    @Slot()
    def _tab_clicked(self) -> None:
        chosen = self._tabs.checkedButton()
        self.workspace_chosen.emit(next(key for key, tab in self._tab_of.items() if tab is chosen))
