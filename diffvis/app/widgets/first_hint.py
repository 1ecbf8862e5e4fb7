"""What to do first in a workspace, said once."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from diffvis.app.preferences import Preferences
from diffvis.app.widgets.fields import button, label
from diffvis.app.widgets.symbols import with_subscripts

HINTS = {
    "forward": "Drag the slider, or press Space, and watch x_0 drown in noise. "
    "Drop a picture of your own on the window, or choose other data.",
    "reverse": "The chain walks from noise to data and is recorded: drag t back and forth, "
    "click a sample to see its step.",
    "schedules": "Choose a schedule and its T; lay others over it to compare. "
    "The same t moves the cursor here and the pictures everywhere else.",
    "training": "Press Start, or Space, to train from nothing; samples appear as it learns, and "
    "the slider goes back in them. Stop whenever you like, then step the reverse chain of it.",
    "bench": "Choose a tool and a picture and press Run, or Space; the slider goes back over its "
    "steps. Inpaint hides what you draw over.",
}


class FirstHint(QFrame):
    """A line above a workspace until the person has dismissed it."""

    def __init__(self, workspace: str, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName(f"{workspace}.hint")
        self.setProperty("kind", "info")
        self._workspace = workspace
        self._preferences = preferences
        text = label(with_subscripts(HINTS[workspace]))
        text.setAccessibleName(HINTS[workspace])
        text.setWordWrap(True)
        tip = "Do not say this again (Preferences can bring it back)"
        dismiss = button("Got it", f"{workspace}.hint_dismiss", "Dismiss this hint", tip)
        dismiss.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.addWidget(text, 1)
        row.addWidget(dismiss)
        preferences.hints_changed.connect(self._show)
        self._show()

    @Slot()
    def _dismiss(self) -> None:
        self._preferences.dismiss_hint(self._workspace)

    @Slot()
    def _show(self) -> None:
        self.setVisible(self._preferences.hint_wanted(self._workspace))
