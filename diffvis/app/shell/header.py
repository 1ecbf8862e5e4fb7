"""The top row: workspaces, model, data, export, menu."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QWidget,
)

from diffvis.app.asking import ask_file, ask_folder
from diffvis.app.session import Session
from diffvis.app.shell.data_sheet import DataSheet
from diffvis.app.shell.model_picker import OPEN_FILE, OPEN_FOLDER, ModelPicker
from diffvis.app.sources import Sources
from diffvis.app.widgets.fields import button, combo, identify, label, show_choice
from diffvis.data.catalogue import entries
from diffvis.data.options import split_source

DATA_FILES = (
    "Data (*.npy *.npz *.csv *.tsv *.mat *.zip *.tar *.tgz *.tar.gz *.parquet *ubyte *ubyte.gz);;"
    "Pictures and films (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff *.mp4 *.mov *.avi"
    " *.mkv *.webm);;All files (*)"
)


class DataPicker:
    """Fills a drop-down with the data sets there are and opens the one that is chosen.

    Shared by the header and the Training workspace, which show the same choice.
    """

    def __init__(self, box: QComboBox, session: Session, sources: Sources) -> None:
        self._box = box
        self._session = session
        self._sources = sources
        box.activated.connect(self._chosen)
        session.data_changed.connect(self.show)
        session.datasets_changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        self._box.clear()
        known = {entry.name: entry.title for entry in entries()}
        for source, data in self._session.datasets.items():
            known[source] = data.title
            others = [title for other, title in known.items() if other != source]
            if data.title in others:
                options = ", ".join(f"{k} = {v}" for k, v in split_source(source)[1].items())
                known[source] = f"{data.title} ({options})" if options else data.title
        for source, title in known.items():
            self._box.addItem(title, source)
        self._box.insertSeparator(self._box.count())
        self._box.addItem("Open folder…", OPEN_FOLDER)
        self._box.addItem("Open file…", OPEN_FILE)
        self.show()

    def show(self, *_: object) -> None:
        show_choice(self._box, self._session.data.source)

    def _chosen(self, _index: int) -> None:
        source = self._box.currentData()
        if source in (OPEN_FILE, OPEN_FOLDER):
            self.show()
            source = ask_for_path(self._box, source, "Open data", DATA_FILES)
        if source:
            self._sources.open_data(source)


def ask_for_path(parent: QWidget, what: str, title: str, files: str) -> str:
    """Ask for a folder or a file; an empty string when the person thought better of it."""
    if what == OPEN_FOLDER:
        return ask_folder(parent, title, "open")
    return ask_file(parent, title, files, "open")


class Header(QWidget):
    """Says which workspace is in front and which model and data are in use."""

    workspace_chosen = Signal(str)

    def __init__(
        self, session: Session, sources: Sources, workspaces: dict[str, str], menu: QMenu
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
        for place, (key, title) in enumerate(workspaces.items()):
            tip = f"Show the {title} workspace (Ctrl+{place + 1})"
            tab = button(title, f"workspace.{key}", title, tip, "tab")
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
        about = button("i", "source.about", "About the data", "All that is known of the data")
        about.clicked.connect(self.show_data_sheet)
        row.addWidget(about)
        self.export = button(
            "Export…", "export.open", "Export", "Export what I am looking at (Ctrl+E)"
        )
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
        """Ask for a model or data file and open it."""
        path = ask_for_path(self, OPEN_FILE, "Open a model or data", "All files (*)")
        if path:
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
