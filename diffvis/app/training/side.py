"""The panel beside the plots: set a run up, steer it, choose between runs; and its buttons."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from diffvis.app.training.controls import RunControls
from diffvis.app.training.folds import FormScroll
from diffvis.app.training.run_page import RunPage
from diffvis.app.training.runs import RunsPage
from diffvis.app.training.setup_page import SetupPage
from diffvis.app.widgets.elided import ElidedLabel
from diffvis.app.widgets.fields import button

LOW = 25  # lines of text: where there is less height, the page gets what is not needed
PAGES = (
    ("setup", "Set up", "What to train, and how"),
    ("run", "Run", "How the run on show goes, and what can be changed while it does"),
    ("runs", "Runs", "All runs that are kept: show, lay over each other, rename, delete"),
)


class TrainingSide(QWidget):
    """Three pages under one title; the buttons that start and stop are always in sight."""

    def __init__(self, setup: SetupPage, run: RunPage, runs: RunsPage) -> None:
        super().__init__()
        self.controls = RunControls()
        self._setup, self._low = setup, False
        self._title = ElidedLabel("New run", "title", Qt.TextElideMode.ElideMiddle)
        self._title.setObjectName("training.title")
        self._tabs = QButtonGroup(self)
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(2)
        for place, (key, title, tip) in enumerate(PAGES):
            tab = button(title, f"training.page_{key}", title, tip, "tab")
            tab.setCheckable(True)
            self._tabs.addButton(tab, place)
            row.addWidget(tab, 1)
        for page in (setup, FormScroll(run), runs):
            self._stack.addWidget(page)
        self._tabs.idClicked.connect(self.show_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        column.addWidget(self.controls)
        self.show_page(0)

    @property
    def title(self) -> QWidget:
        """Of the run on show."""
        return self._title

    def set_title(self, text: str) -> None:
        self._title.setText(text)

    @Slot(int)
    def show_page(self, place: int) -> None:
        """0 sets up, 1 steers, 2 lists."""
        self._tabs.button(place).setChecked(True)
        self._stack.setCurrentIndex(place)
        self._show_title()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < LOW * self.fontMetrics().lineSpacing()
        if low != self._low:
            self._low = low
            self.controls.set_low(low)
            self._setup.set_low(low)
            self._show_title()

    def _show_title(self) -> None:
        """A form that sets up another run needs its room more than the name of this one."""
        self._title.setHidden(self._low and self._stack.currentIndex() == 0)
