"""The runs that are kept: which to show, which to lay over each other, to rename, to delete."""

import shutil
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.widgets.fields import button, identify, label
from diffvis.errors import UserError
from diffvis.models.run_files import is_run
from diffvis.training.lock import is_held
from diffvis.training.run import runs_folder
from diffvis.viewing.run_card import run_card

PATH = Qt.ItemDataRole.UserRole
MOST = 200  # runs listed, the newest
THUMBNAIL = 40  # pixels wide and high


class RunsPage(QWidget):
    """A click shows a run; its tick lays it over the one on show."""

    chosen = Signal(object)  # Path of the run to show
    laid_over = Signal(object)  # list of Paths
    renamed = Signal(object, object)  # Path before, Path now
    named = Signal(object, object)  # the same two: a person has done so
    deleted = Signal(object)  # Path
    refused = Signal(object)  # UserError: what was asked for is not possible
    listed = Signal(object)  # list of Paths: the newest previews of the runs, for ``show_picture``

    def __init__(self) -> None:
        super().__init__()
        self._elsewhere: list[Path] = []  # opened from outside the usual place
        self._ours: set[Path] = set()
        self._ticked_paths: set[Path] = set()
        self._together: set[Path] = set()  # those that were ticked by ``lay_together``
        self._shown: Path | None = None
        self._just_ticked = False
        self._pictured: dict[Path, QListWidgetItem] = {}  # by the file of the preview
        self.list = QListWidget()
        identify(
            self.list, "training.runs", "Runs", "Click: show a run.  Tick: lay it over that one"
        )
        self.list.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(60)
        self.list.itemClicked.connect(self._clicked)
        self.list.itemActivated.connect(self._clicked)
        self.list.itemChanged.connect(self._ticked)
        self.list.currentItemChanged.connect(self._current_changed)
        self._empty: QLabel = label("No runs yet. What is trained here is kept here.", "hint")
        self._empty.setWordWrap(True)
        self._name = QLineEdit()
        identify(self._name, "training.run_name", "Name of the run", "Type a name, press Rename")
        self._name.returnPressed.connect(self._rename_clicked)
        self._rename = button("Rename", "training.rename", "Rename the run", "Rename its folder")
        self._rename.clicked.connect(self._rename_clicked)
        self._delete = button("Delete…", "training.delete", "Delete the run", "Asks once more")
        self._delete.clicked.connect(self._delete_clicked)
        self._question: QLabel = label("", "warning")
        self._question.setObjectName("training.delete_question")
        self._question.setWordWrap(True)
        self._really = button(
            "Delete for good", "training.delete_really", "Delete for good", "Cannot be undone"
        )
        self._really.clicked.connect(self._really_clicked)
        self._keep = button("Keep it", "training.delete_keep", "Keep the run", "Nothing happens")
        self._keep.clicked.connect(self._ask_no_more)
        self._arrange()
        self._ask_no_more()
        self.refresh()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addWidget(self._name)
        for pair in ((self._rename, self._delete), (self._really, self._keep)):
            row = QHBoxLayout()
            row.setSpacing(6)
            for control in pair:
                row.addWidget(control, 1)
            if pair[0] is self._really:
                column.addWidget(self._question)
            column.addLayout(row)

    # --- for the workspace ------------------------------------------------------------------

    def add(self, path: Path) -> None:
        """List a run that is not in the usual place."""
        if path.parent != runs_folder() and path not in self._elsewhere:
            self._elsewhere.append(path)
        self.refresh()

    def set_ours(self, paths: set[Path]) -> None:
        """Which runs are being trained in this window."""
        self._ours = paths
        self.refresh()

    def lay_together(self, paths: set[Path]) -> None:
        """Tick runs that have just begun to take turns, in the place of those before."""
        self._ticked_paths = self._ticked_paths - self._together | paths
        self._together = paths
        self.refresh()

    def select(self, path: Path | None) -> None:
        """Show which run is on show, without choosing it."""
        self._shown = path
        self.refresh()

    def ticked(self) -> list[Path]:
        """Those of the list, and those that have just begun and have no folder yet."""
        there = [Path(item.data(PATH)) for item in self._items()]
        there += sorted(self._ours.difference(there))
        return [path for path in there if path in self._ticked_paths]

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    @Slot()
    def refresh(self) -> None:
        """List what is there now; ticks stay, and the run on show is the current one."""
        shown = self._shown
        found = sorted(runs_folder().glob("*/run.json"), key=_changed_at, reverse=True)
        paths = [file.parent for file in found[:MOST]]
        paths += [path for path in self._elsewhere if is_run(path)]
        with QSignalBlocker(self.list):
            self.list.clear()
            self._pictured.clear()
            for path in paths:
                card = run_card(path)
                item = QListWidgetItem(f"{card.title}{self._mark(path)}\n{card.progress}")
                item.setData(PATH, str(path))
                if card.preview is not None:
                    self._pictured[card.preview] = item
                item.setToolTip(str(path))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                on = path in self._ticked_paths
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
                self.list.addItem(item)
                if path == shown:
                    self.list.setCurrentItem(item)
        self._empty.setVisible(not paths)
        self._current_changed()
        self.listed.emit(list(self._pictured))

    def show_picture(self, preview: Path, icon: QIcon) -> None:
        """Show what a run has made beside its name."""
        item = self._pictured.get(preview)
        if item is not None:
            with QSignalBlocker(self.list):
                item.setIcon(icon)

    def _mark(self, path: Path) -> str:
        if path in self._ours:
            return "  ● training here"
        return "  ● training elsewhere" if is_held(path) else ""

    # --- what the person does ---------------------------------------------------------------

    def _current(self) -> Path | None:
        item = self.list.currentItem()
        return None if item is None else Path(item.data(PATH))

    @Slot()
    def _current_changed(self) -> None:
        path = self._current()
        for control in (self._rename, self._delete, self._name):
            control.setEnabled(path is not None)
        self._name.setText("" if path is None else run_card(path).name)
        self._ask_no_more()

    @Slot(QListWidgetItem)
    def _clicked(self, item: QListWidgetItem) -> None:
        if self._just_ticked:  # a click on the tick is one on the row as well
            return
        self._shown = Path(item.data(PATH))
        self.chosen.emit(self._shown)

    @Slot()
    def _ticked(self) -> None:
        self._just_ticked = True
        for item in self._items():
            on, path = item.checkState() is Qt.CheckState.Checked, Path(item.data(PATH))
            (self._ticked_paths.add if on else self._ticked_paths.discard)(path)
        QTimer.singleShot(0, self, self._forget_tick)
        self.laid_over.emit(self.ticked())

    @Slot()
    def _forget_tick(self) -> None:
        self._just_ticked = False

    @Slot()
    def _rename_clicked(self) -> None:
        path, name = self._current(), self._name.text().strip()
        if path is None or name in (path.name, run_card(path).name):
            return
        try:
            now = self.rename(path, name)
        except UserError as error:
            self.refused.emit(error)
            return
        self.named.emit(path, now)

    def rename(self, path: Path, name: str) -> Path:
        """Give a run another name, wherever it is spoken of; returns where it is now.

        Raises:
            UserError: as ``rename_run``.
        """
        shown = self._shown
        now = rename_run(path, name)
        self._elsewhere = [now if other == path else other for other in self._elsewhere]
        self._ticked_paths = {now if other == path else other for other in self._ticked_paths}
        self.refresh()
        self.renamed.emit(path, now)
        self.select(now if path == shown else shown)
        return now

    @Slot()
    def _delete_clicked(self) -> None:
        path = self._current()
        if path is None:
            return
        self._question.setText(f"Delete {run_card(path).name} with its checkpoints and previews?")
        for widget in (self._question, self._really, self._keep):
            widget.show()

    @Slot()
    def _ask_no_more(self) -> None:
        for widget in (self._question, self._really, self._keep):
            widget.hide()

    @Slot()
    def _really_clicked(self) -> None:
        path = self._current()
        self._ask_no_more()
        if path is None:
            return
        try:
            delete_run(path)
        except UserError as error:
            self.refused.emit(error)
            return
        self._ticked_paths.discard(path)
        self.deleted.emit(path)
        self.refresh()


def rename_run(path: Path, name: str) -> Path:
    """Give the folder of a run another name; returns where it is now.

    Raises:
        UserError: the name is not possible or taken, or the run is being trained.
    """
    now = (
        path.with_name(name)
        if name and Path(name).name == name and name not in (".", "..")
        else None
    )
    if now is None:
        raise UserError(f"a run cannot be called {name!r}", "give a name without / in it")
    if now.exists():
        raise UserError(f"there is a run called {name} already", "give another name")
    _not_in_use(path)
    try:
        return path.rename(now)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path.name} cannot be renamed ({reason})", "check its folder") from error


def delete_run(path: Path) -> None:
    """Delete the folder of a run, and nothing that is not one.

    Raises:
        UserError: it is no run, or it is being trained, or it cannot be deleted.
    """
    if path.is_symlink() or not is_run(path):
        raise UserError(f"{path} is not a run folder", "delete it by hand")
    _not_in_use(path)
    try:
        shutil.rmtree(path)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path.name} cannot be deleted ({reason})", "check its folder") from error


def _not_in_use(path: Path) -> None:
    if is_held(path):
        raise UserError(f"{path.name} is being trained", "stop it first")


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0  # deleted meanwhile
