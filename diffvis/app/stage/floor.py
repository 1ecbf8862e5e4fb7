"""The floor of the stage: the pictures, one large t, and one slider on a line of its own."""

from math import ceil

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from diffvis.app.stage.loan import Loan
from diffvis.app.stage.views import Arrangement, Place
from diffvis.app.theme import Theme, colour
from diffvis.app.transport.time_slider import NUMBERS

T_LINES = 11  # of the large t, as high as the stage
AROUND = 24  # lines as high as the stage: the room at both ends of the slider, and beside t
CENTRE = Qt.AlignmentFlag.AlignCenter
CORNER = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight
CELLS = {
    Place.BELOW: (1, 0, 1, 2, CENTRE),
    Place.BESIDE: (0, 1, CORNER),
    Place.CORNER: (0, 0, CORNER),
}
"""Of the grid: pictures in the first row, the slider in the last."""


class Floor(QWidget):
    """Borrows what it shows from the workspaces and the transport.

    All type in it is large; who draws here asks ``Theme.style_of`` how large.
    """

    def __init__(self, theme: Theme, t: QWidget, slider: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._t_of_bar, self._slider_of_bar = t, slider
        self._transport: tuple[Loan, ...] = ()
        self._pictures: tuple[Loan, ...] = ()
        self._shown: Arrangement | None = None
        self.setObjectName("stage.floor")
        self.setAutoFillBackground(True)
        theme.changed.connect(self._paint_ground)
        self.foot = QWidget()
        self.foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._line = QHBoxLayout(self.foot)
        self._number = QWidget(self)
        self._around_t = QHBoxLayout(self._number)
        self._room: QWidget | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setRowStretch(0, 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.foot, 2, 0, 1, 2)

    def show_views(self, arrangement: Arrangement) -> bool:
        """Let this stand here instead of what did. True where other pictures do."""
        if not self._transport:
            self._transport = Loan(self._t_of_bar), Loan(self._slider_of_bar)
            self._transport[0].lend_to(self._around_t)
            self._transport[1].lend_to(self._line)
        others = self._shown is None or arrangement.rows != self._shown.rows
        if others:
            self._give_back_pictures()
            self._take_pictures(arrangement)
        self._grid.removeWidget(self._number)
        self._grid.addWidget(self._number, *CELLS[arrangement.t])
        self._number.raise_()
        self._shown = arrangement
        return others

    def clear(self) -> None:
        """Give everything back."""
        self._give_back_pictures()
        for loan in self._transport:
            loan.give_back()
        self._transport = ()

    def _take_pictures(self, arrangement: Arrangement) -> None:
        self._room = QWidget()
        column = QVBoxLayout(self._room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        shares = arrangement.shares or (1,) * len(arrangement.rows)
        taken = []
        for row, share in zip(arrangement.rows, shares, strict=True):
            beside = QHBoxLayout()
            beside.setSpacing(8)
            column.addLayout(beside, share)
            for widget in row:
                taken.append(Loan(widget))
                taken[-1].lend_to(beside, 1)
        self._pictures = tuple(taken)
        self._grid.addWidget(self._room, 0, 0)

    def _give_back_pictures(self) -> None:
        for loan in self._pictures:
            loan.give_back()
        self._pictures, self._shown = (), None
        if self._room is not None:
            self._grid.removeWidget(self._room)
            self._room.hide()
            self._room.deleteLater()
            self._room = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._enlarge()

    @Slot()
    def _paint_ground(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, colour(self._theme.style_of(self.foot).panel))
        self.setPalette(palette)

    def _enlarge(self) -> None:
        """Type that follows the height: of labels, of the slider's numbers, of t."""
        height = self.height()
        style = self._theme.style.staged(height)
        beside = ceil(height / AROUND)
        self._line.setContentsMargins(beside, 0, beside, 2)
        self._around_t.setContentsMargins(beside, 0, beside, 0)
        points = 72 / self.logicalDpiY()
        sizes = {
            "QLabel": style.least,
            "QSlider": style.least / NUMBERS,
            'QSpinBox[role="t"]': height / T_LINES,
        }
        rules = [f"{who} {{ font-size: {size * points:.2f}pt; }}" for who, size in sizes.items()]
        rules.append(f"QLabel {{ padding: 0 {style.least // 2}px; }}")
        self.setStyleSheet("\n".join(rules))
        self._paint_ground()
        self._theme.stage_resized()
