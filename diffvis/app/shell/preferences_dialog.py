"""The dialog of preferences (Ctrl+,)."""

import re

import torch
from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.preferences import AUTOMATIC, MARKS, Preferences
from diffvis.app.session import Session, default_device
from diffvis.app.settings import LEAST_MEMORY_MB, MOST_MEMORY_MB
from diffvis.app.theme import THEMES, Theme
from diffvis.app.widgets.fields import button, combo, identify, label, show_choice, spin

NO_MARKS = "Give whole numbers of at least 1, such as 20, 50, 100, 300."


class PreferencesDialog(QDialog):
    """Shows the preferences as they are; OK keeps what was changed, Cancel nothing."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self.setObjectName("preferences.dialog")
        self.setWindowTitle("Preferences")
        self._make_widgets(session.preferences)
        self._arrange()

    def _make_widgets(self, kept: Preferences) -> None:
        self._look = combo("preferences.theme", "Theme", THEMES, "Dark suits a dimmed room")
        show_choice(self._look, self._theme.name)
        self._marks = QLineEdit(", ".join(map(str, kept.marks)))
        says = (
            "Shown on the slider and as the film strip of Forward. On a schedule with fewer steps"
            " they keep their proportions."
        )
        identify(self._marks, "preferences.marks", "Marked timesteps", says)
        self._marks.textChanged.connect(self._check)
        self._complaint = label("", "warning")
        self._complaint.setObjectName("preferences.complaint")
        self._snap = QCheckBox("a dragged t catches at them")
        identify(self._snap, "preferences.snap", "Catch at marked timesteps", "Alt lets go")
        self._snap.setChecked(kept.snap)
        self._memory = spin(
            "preferences.memory",
            "Memory limit of recordings in MB",
            LEAST_MEMORY_MB,
            MOST_MEMORY_MB,
            kept.memory_limit // 2**20,
            "Of a chain that would take more, every second step is kept, or every third, and so on;"
            " it is walked all the same",
            step=64,
        )
        self._memory.setSuffix(" MB")
        self._device = combo("preferences.device", "Device", _devices(), "Where models compute")
        show_choice(self._device, kept.device)
        for box in (self._look, self._device):
            box.setMinimumContentsLength(max(len(box.itemText(n)) for n in range(box.count())))
        self._layout = QCheckBox("open with the layout of last time")
        identify(self._layout, "preferences.reopen_layout", "Open with the layout of last time")
        self._layout.setChecked(kept.reopen_layout)
        says = "Every workspace says again what to do first"
        self._hints = button("Show the hints again", "preferences.hints", "Show hints again", says)
        self._hints.clicked.connect(self._show_hints_again)
        choices = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(choices.Ok | choices.Cancel)
        for choice, name in ((choices.Ok, "ok"), (choices.Cancel, "cancel")):
            made = self._buttons.button(choice)
            identify(made, f"preferences.{name}", made.text().replace("&", ""))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        marks = QVBoxLayout()
        marks.setSpacing(4)
        for widget in (self._marks, self._complaint, self._snap):
            marks.addWidget(widget)
        hints = QHBoxLayout()
        hints.addWidget(self._hints)
        hints.addStretch(1)
        rows = (
            ("Theme", self._look),
            ("Marked timesteps", marks),
            ("Recordings take at most", self._memory),
            ("Device", self._device),
            ("Window", self._layout),
            ("Hints", hints),
        )
        for row, (words, control) in enumerate(rows):
            caption = label(words, "muted")
            grid.addWidget(caption, row, 0)
            if isinstance(control, QWidget):
                caption.setBuddy(control)
                grid.addWidget(control, row, 1)
            else:
                grid.addLayout(control, row, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(20)
        whole.addLayout(grid)
        whole.addWidget(self._buttons)
        self._complaint.hide()
        self.setMinimumWidth(460)

    @Slot()
    def _check(self) -> None:
        """Marks that cannot be are said at once, where they stand."""
        wrong = _parse_marks(self._marks.text()) is None
        self._complaint.setText(NO_MARKS)
        self._complaint.setVisible(wrong)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)

    @Slot()
    def _show_hints_again(self) -> None:
        self._session.preferences.show_hints_again()
        self._hints.setEnabled(False)

    def accept(self) -> None:
        kept = self._session.preferences
        self._theme.set_name(self._look.currentData())
        kept.set_marks(_parse_marks(self._marks.text()) or MARKS)
        kept.set_snap(self._snap.isChecked())
        kept.set_memory_mb(self._memory.value())
        kept.set_reopen_layout(self._layout.isChecked())
        if self._device.currentData() != kept.device:
            kept.set_device(self._device.currentData())
            self._session.set_device(default_device(kept.device))
        super().accept()


def _parse_marks(text: str) -> tuple[int, ...] | None:
    """Numbers apart by commas or spaces; nothing at all means the usual ones. None: not numbers."""
    words = re.split(r"[\s,;]+", text.strip()) if text.strip() else []
    if any(not word.isdecimal() or int(word) < 1 for word in words):
        return None
    return tuple(map(int, words)) or MARKS


def _devices() -> list[tuple[str, str]]:
    """What this machine has to compute on."""
    found = [("Automatic (a GPU if there is one)", AUTOMATIC), ("CPU", "cpu")]
    found += [
        (f"{torch.cuda.get_device_name(n)} (cuda:{n})", f"cuda:{n}")
        for n in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append(("Apple GPU (mps)", "mps"))
    return found
