"""All that is known of the data on show, in one place, and how to open them otherwise."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.session import Session
from diffvis.app.sources import Sources
from diffvis.app.widgets.fields import button, discard, identify, label
from diffvis.data.dataset import Dataset
from diffvis.data.facts import facts
from diffvis.data.options import split_source

WIDTH = 620  # pixels, so that most lines stay whole
TONES = {"warning": "warning", "skipped": "warning"}


class DataSheet(QDialog):
    """Stays while other data come; the options are those that follow the question mark."""

    def __init__(self, session: Session, sources: Sources, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._sources = session, sources
        self.setWindowTitle("Data")
        self.setObjectName("data.sheet")
        self._title = label("", "title")
        self._title.setObjectName("data.title")
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(16)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnStretch(1, 1)
        self._options = QLineEdit()
        tip = "As after the question mark of a source: size=64&label=none"
        identify(self._options, "data.options", "Options of the data", tip)
        self._options.setPlaceholderText("options, such as size=64&label=none")
        self._options.returnPressed.connect(self._open_again)
        again = button("Open again", "data.open_again", "Open again with these options")
        again.setAutoDefault(False)
        again.clicked.connect(self._open_again)
        row = QHBoxLayout()
        row.addWidget(self._options, 1)
        row.addWidget(again)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addLayout(self._rows)
        column.addLayout(row)
        session.data_changed.connect(self.show_data)
        self.show_data(session.data)

    @Slot(object)
    def show_data(self, data: Dataset) -> None:
        """Show another set."""
        while self._rows.count():
            discard(self._rows.takeAt(0).widget())
        self._title.setText(data.title)
        for row, (word, lines) in enumerate(facts(data)):
            said = _words("\n".join(lines), TONES.get(word, ""))
            said.setObjectName(f"data.{word}")
            self._rows.addWidget(label(word, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._rows.addWidget(said, row, 1)
        options = split_source(data.source)[1]
        self._options.setText("&".join(f"{name}={value}" for name, value in options.items()))
        self.adjustSize()
        self.resize(max(WIDTH, self.width()), self.heightForWidth(max(WIDTH, self.width())))

    @Slot()
    def _open_again(self) -> None:
        name = split_source(self._session.data.source)[0]
        options = self._options.text().strip().lstrip("?")
        self._sources.open_data(f"{name}?{options}" if options else name)


def _words(text: str, role: str) -> QLabel:
    made = label(text, role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setWordWrap(True)
    return made
