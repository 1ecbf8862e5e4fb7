"""The dialog of preferences (Ctrl+,)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from diffvis.app.preference_settings import PREFERENCES, THEME
from diffvis.app.session import Session, default_device
from diffvis.app.theme import Theme
from diffvis.app.widgets.controls import Tick
from diffvis.app.widgets.fields import button, identify, label
from diffvis.app.widgets.form import Form
from diffvis.errors import UserError


class PreferencesDialog(QDialog):
    """Shows the preferences as they are; OK keeps what was changed, Cancel nothing."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self.setObjectName("preferences.dialog")
        self.setWindowTitle("Preferences")
        self._form = Form([THEME, *PREFERENCES], "preferences.", roles={"memory_mb": "memory"})
        self._form.show(preferred(session, theme))
        self._form.changed.connect(self._check)
        self._complaint = label("", "warning")
        self._complaint.setObjectName("preferences.complaint")
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
        self._arrange()

    def _arrange(self) -> None:
        """A row for each setting; what belongs to one stands below it."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        rows: dict[str, QVBoxLayout] = {}
        for control in self._form:
            if isinstance(control.widget, QComboBox):
                box = control.widget
                longest = max(len(box.itemText(n)) for n in range(box.count()))
                box.setMinimumContentsLength(longest)
            row = self._row(grid, rows, control.setting.group or control.setting.title)
            row.addWidget(control.widget)
            if not isinstance(control, Tick):
                caption = grid.itemAtPosition(len(rows) - 1, 0).widget()
                caption.setBuddy(control.widget)
            if control.setting.name == "marks":
                row.addWidget(self._complaint)
        hints = QHBoxLayout()
        hints.addWidget(self._hints)
        hints.addStretch(1)
        self._row(grid, rows, "Hints").addLayout(hints)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(20)
        whole.addLayout(grid)
        whole.addWidget(self._buttons)
        self._complaint.hide()
        self.setMinimumWidth(480)

    def _row(self, grid: QGridLayout, rows: dict[str, QVBoxLayout], words: str) -> QVBoxLayout:
        if words not in rows:
            rows[words] = QVBoxLayout()
            rows[words].setSpacing(4)
            grid.addWidget(label(words, "muted"), len(rows) - 1, 0)
            grid.addLayout(rows[words], len(rows) - 1, 1)
        return rows[words]

    @Slot()
    def _check(self) -> None:
        """What cannot be is said at once, where it stands."""
        wrong = None
        for control in self._form:
            try:
                control.setting.check(control.value())
            except UserError as error:
                wrong = error
        if wrong is not None:
            self._complaint.setText(f"{wrong.remedy[:1].upper()}{wrong.remedy[1:]}.")
        self._form.mark_wrong(wrong.field if wrong else None)
        self._complaint.setVisible(wrong is not None)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(wrong is None)

    @Slot()
    def _show_hints_again(self) -> None:
        self._session.preferences.show_hints_again()
        self._hints.setEnabled(False)

    def accept(self) -> None:
        before = preferred(self._session, self._theme)
        chosen = {n: value for n, value in self._form.values().items() if value != before[n]}
        prefer(self._session, self._theme, chosen)
        if chosen:
            was = {name: before[name] for name in chosen}
            back = partial(prefer, self._session, self._theme, was)
            again = partial(prefer, self._session, self._theme, chosen)
            self._session.history.did("preferences", back, again)
        super().accept()


def preferred(session: Session, theme: Theme) -> dict[str, Any]:
    """All that the dialog shows."""
    return {"theme": theme.name, **session.preferences.values()}


def prefer(session: Session, theme: Theme, chosen: Mapping[str, Any]) -> None:
    """Keep these, and let the window be so."""
    others = dict(chosen)
    theme.set_name(str(others.pop("theme", theme.name)))
    before = session.preferences.device
    session.preferences.change(**others)
    if session.preferences.device != before:
        session.set_device(default_device(session.preferences.device))
