"""The side panel of a lecture: its scenes, what is said of each, and what can be done with them."""

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.lecture.cover import pictures_of
from diffvis.app.lecture.frame import DOCK
from diffvis.app.lecture.lectures import Lectures
from diffvis.app.widgets.fields import button, combo, identify, label, labelled, show_choice
from diffvis.app.widgets.flow import FlowRow
from diffvis.lectures.scene import Scene, Unplayable

WIDTH, WIDEST = 230, 380  # pixels: what room there is more is the pictures'
NOTES_LINES = 5


class LecturePanel(QDockWidget):
    """Beside the workspaces; a stage lies over it, so that the class does not see the notes."""

    def __init__(self, lectures: Lectures, window: QMainWindow) -> None:
        super().__init__("Lecture", window)
        self.setObjectName(DOCK)
        self._lectures, self._window = lectures, window
        self._make_widgets()
        self._arrange()
        lectures.changed.connect(self.refresh)
        self._place()
        self.refresh()

    @Slot()
    def bring_back(self) -> None:
        """Show it, also where it was closed or another layout has been restored."""
        if self._window.dockWidgetArea(self) is Qt.DockWidgetArea.NoDockWidgetArea:
            self._place()
        self.show()

    def _place(self) -> None:
        """Beside the workspaces, from top to bottom."""
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self._window.setCorner(Qt.Corner.TopRightCorner, right)
        self._window.addDockWidget(right, self)
        self._window.resizeDocks([self], [WIDTH], Qt.Orientation.Horizontal)

    # --- widgets -----------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        lectures = self._lectures
        self._scenes = identify(
            QListWidget(), "lecture.scenes", "Scenes of the lecture",
            "Return or a double click shows a scene; F2 changes its name; drag it elsewhere",
        )  # fmt: skip
        self._scenes.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._scenes.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._scenes.setWordWrap(True)
        self._scenes.currentRowChanged.connect(self._selected)
        self._scenes.itemDoubleClicked.connect(self._show_selected)
        self._scenes.itemChanged.connect(self._renamed)
        self._scenes.model().rowsMoved.connect(self._dragged)
        self._notes = identify(
            QPlainTextEdit(), "lecture.notes", "Notes of the scene", "What to say, what to do"
        )
        self._notes.setPlaceholderText("what to say, what to do")
        self._notes.setTabChangesFocus(True)
        self._notes.setMaximumHeight((NOTES_LINES + 1) * self.fontMetrics().lineSpacing())
        self._notes.installEventFilter(self)
        self._cover = combo(
            "lecture.cover_choice", "Covered until it is revealed",
            tip="Predict, then reveal: this picture is covered until R, Space or a click",
        )  # fmt: skip
        self._cover.activated.connect(self._cover_chosen)
        made = (
            ("Keep this scene", "keep", "Keep what is on show as a scene", lectures.keep),
            ("Update", "update", "What is on show takes the place of the scene", lectures.update),
            ("‹", "previous", "Previous scene", lectures.previous),
            ("Show", "go", "Show the selected scene", self._show_selected),
            ("›", "next", "Next scene", lectures.next),
            ("↑", "up", "Move the scene up", lambda: self._move(-1)),
            ("↓", "down", "Move the scene down", lambda: self._move(1)),
            ("Delete", "delete", "Delete the scene", self._delete),
        )
        self._buttons = {}
        for text, role, says, does in made:
            self._buttons[role] = button(text, f"lecture.{role}", says, says)
            self._buttons[role].clicked.connect(does)

    def _arrange(self) -> None:
        self._title: QLabel = label("", "muted")
        self._title.setObjectName("lecture.title")
        self._title.setWordWrap(True)
        inside = QWidget()
        inside.setMinimumWidth(WIDTH)
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 6, 8, 0)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._scenes, 1)
        column.addWidget(FlowRow(*(self._buttons[r] for r in ("previous", "go", "next"))))
        column.addWidget(self._notes)
        column.addLayout(labelled("Cover", self._cover))
        column.addWidget(FlowRow(*(self._buttons[r] for r in ("up", "down", "delete"))))
        column.addWidget(FlowRow(self._buttons["keep"], self._buttons["update"]))
        self.setWidget(inside)

    # --- what is shown -----------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """The lecture is another one, or another scene is on show."""
        lecture, place = self._lectures.lecture, self._lectures.place
        self._write_notes()
        with QSignalBlocker(self._scenes):
            self._scenes.clear()
            for number, scene in enumerate(lecture.scenes if lecture else (), 1):
                self._scenes.addItem(_item(number, scene, on_show=number - 1 == place))
            self._scenes.setCurrentRow(place)
        where = "" if lecture is None or lecture.path is None else f" ({lecture.path.name})"
        self._title.setText("No lecture is open" if lecture is None else lecture.title + where)
        self._selected()

    @Slot()
    def _selected(self, *_: object) -> None:
        place, scene = self._scenes.currentRow(), self._scene()
        there = self._scenes.count()
        with QSignalBlocker(self._notes):
            self._notes.setPlainText("" if scene is None else scene.notes)
        self._notes.setReadOnly(not isinstance(scene, Scene))
        self._offer_covers(scene)
        self._buttons["up"].setEnabled(place > 0)
        self._buttons["down"].setEnabled(0 <= place < there - 1)
        for role in ("delete", "go"):
            self._buttons[role].setEnabled(place >= 0)
        self._buttons["update"].setEnabled(self._lectures.scene is not None)
        self._buttons["previous"].setEnabled(self._lectures.place > 0)
        self._buttons["next"].setEnabled(self._lectures.place < there - 1)

    def _scene(self) -> Scene | Unplayable | None:
        lecture, place = self._lectures.lecture, self._scenes.currentRow()
        return lecture.scenes[place] if lecture is not None and 0 <= place < len(lecture) else None

    def _offer_covers(self, scene: Scene | Unplayable | None) -> None:
        """The pictures that the workspace of the scene has."""
        self._cover.clear()
        self._cover.addItem("nothing", "")
        self._cover.setEnabled(isinstance(scene, Scene))
        if not isinstance(scene, Scene):
            return
        inside = self._window.workspaces[scene.workspace]
        for view in pictures_of(inside):
            name = view.objectName()
            if view.isVisibleTo(inside) or name == scene.cover:
                self._cover.addItem(name.partition(".")[2].replace("_", " "), name)
        show_choice(self._cover, scene.cover)

    # --- what the person does ----------------------------------------------------------------

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self._notes and event.type() == event.Type.FocusOut:
            self._write_notes()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Those of the list that it does not use itself."""
        on_list = self._scenes.hasFocus()
        if on_list and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._show_selected()
        elif on_list and event.key() == Qt.Key.Key_Delete:
            self._delete()
        else:
            super().keyPressEvent(event)

    def _write_notes(self) -> None:
        """What was typed is the scene's as soon as the person goes elsewhere."""
        scene, typed = self._scene(), self._notes.toPlainText()
        if isinstance(scene, Scene) and self._notes.document().isModified():
            self._notes.document().setModified(False)
            self._lectures.write(self._scenes.currentRow(), notes=typed)

    @Slot()
    def _show_selected(self) -> None:
        self._lectures.go(self._scenes.currentRow())

    @Slot(QListWidgetItem)
    def _renamed(self, item: QListWidgetItem) -> None:
        typed = item.text().partition(". ")[2] if _is_numbered(item.text()) else item.text()
        self._lectures.write(self._scenes.row(item), title=typed.strip() or "Scene")

    @Slot()
    def _dragged(self, _from: object, first: int, _last: int, _to: object, to: int) -> None:
        self._lectures.move(first, to - (to > first))

    def _move(self, by: int) -> None:
        place = self._scenes.currentRow()
        self._lectures.move(place, place + by)
        self._scenes.setCurrentRow(place + by)

    def _delete(self) -> None:
        self._lectures.remove(self._scenes.currentRow())

    @Slot()
    def _cover_chosen(self) -> None:
        self._lectures.write(self._scenes.currentRow(), cover=self._cover.currentData())


def _item(number: int, scene: Scene | Unplayable, on_show: bool) -> QListWidgetItem:
    item = QListWidgetItem(f"{number}. {scene.title}")
    flags = item.flags()
    if isinstance(scene, Unplayable):
        item.setText(f"{number}. {scene.title} !")
        item.setToolTip(str(scene.problem))
    else:
        flags |= Qt.ItemFlag.ItemIsEditable
        item.setToolTip(scene.notes)
    item.setFlags(flags & ~Qt.ItemFlag.ItemIsDropEnabled)
    font = item.font()
    font.setBold(on_show)
    item.setFont(font)
    return item


def _is_numbered(text: str) -> bool:
    number, dot, _ = text.partition(". ")
    return bool(dot) and number.isdecimal()
