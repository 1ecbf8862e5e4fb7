"""Where the file goes: a path that follows what is chosen, until the person types another."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from diffvis.app.export.path import as_path, suggest
from diffvis.app.widgets.fields import button, identify, label
from diffvis.errors import UserError
from diffvis.rendering.formats.registry import FORMATS


class FileRow(QWidget):
    changed = Signal()
    submitted = Signal()  # Return in the field
    browse_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._path = QLineEdit()
        identify(self._path, "export.path", "File", "The file to write")
        browse = button("Browse…", "export.browse", "Browse", "Choose the file")
        self._folder: Path | None = None
        self._proposed = ""
        caption = label("File", "muted")
        caption.setBuddy(self._path)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(caption)
        row.addWidget(self._path, 1)
        row.addWidget(browse)
        self._path.textChanged.connect(self.changed)
        self._path.returnPressed.connect(self.submitted)
        browse.clicked.connect(self.browse_asked)

    @property
    def text(self) -> str:
        return self._path.text()

    def set_text(self, path: str) -> None:
        self._path.setText(path)

    def propose_in(self, folder: Path) -> None:
        """From now on names are proposed, in this folder."""
        self._folder = folder

    def follow(self, stem: str, suffix: str) -> None:
        """What is chosen has changed: propose a free name that says it, or give the name that the
        person has typed another ending.
        """
        if self._folder is not None and self.text == self._proposed:
            self._proposed = str(suggest(stem, suffix, self._folder))
            self._path.setText(self._proposed)
            return
        with suppress(UserError):  # there may be no name yet
            self._path.setText(str(as_path(self.text, suffix, tuple(FORMATS))))
