"""Fields in two columns, under titles that fold them away, in a form that scrolls."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.widgets.controls import Control
from diffvis.app.widgets.fields import identify, labelled


class Group(QWidget):
    """Fields under a title that folds them away. Its button is called by ``name``, or the title."""

    def __init__(self, title: str, content: QWidget, unfolded: bool, name: str = "") -> None:
        super().__init__()
        name = name or title.lower().replace(" ", "_")
        self._title, self._content = title, content
        self._fold = QPushButton()
        self._fold.setProperty("role", "fold")
        identify(self._fold, f"training.group_{name}", title, f"Show or hide: {title.lower()}")
        self._fold.setCheckable(True)
        self._fold.setFlat(True)
        self._fold.toggled.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(content)
        self._fold.setChecked(unfolded)
        self._show(unfolded)

    def call(self, title: str) -> None:
        """Give it another title; its button keeps its name."""
        self._title = title
        self._show(self._fold.isChecked())

    @Slot(bool)
    def _show(self, unfolded: bool) -> None:
        self._fold.setText(f"{'▾' if unfolded else '▸'}  {self._title}")
        self._content.setVisible(unfolded)


class FormScroll(QScrollArea):
    """Scrolls a form up and down where it is too high; it is never too narrow for the form."""

    def __init__(self, form: QWidget) -> None:
        super().__init__()
        self.setWidget(form)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the arrows to the transport
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        width = self.widget().minimumSizeHint().width()
        return QSize(width + self.verticalScrollBar().sizeHint().width(), 60)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The scroll area watches its form, and so learns when that becomes wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def two_columns(cells: list) -> QGridLayout:
    """Two columns of controls."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(6)
    for place, cell in enumerate(cells):
        row, column = divmod(place, 2)
        if isinstance(cell, QWidget):
            grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignBottom)
        else:
            grid.addLayout(cell, row, column, Qt.AlignmentFlag.AlignTop)  # labels in a row
    for column in (0, 1):
        grid.setColumnStretch(column, 1)
    return grid


def cell_of(control: Control) -> QWidget | QVBoxLayout:
    """A control with its words; a check box has them itself."""
    alone = isinstance(control.widget, QCheckBox)
    return control.widget if alone else labelled(control.setting.title, control.widget)
