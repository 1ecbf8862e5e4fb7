"""Wheel and drag zoom and move a plot, a button or a double click shows it whole; values under the
mouse are said beside it.
"""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

from diffvis.app.widgets.plot_words import say_at
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.zoom_buttons import CornerButtons

AWAY = 14  # pixels of the words from the mouse
Range = list[list[float]]


class PlotZoom(QObject):
    """Of a plot whose owner says no more than what it shows as a whole."""

    def __init__(self, plot: CurvePlot, *, values: bool = True) -> None:
        super().__init__(plot)
        self._plot = plot
        self._box = plot.getPlotItem().getViewBox()
        self._before: tuple[Range, list[bool]] | None = None
        self._home: tuple[Range, list[bool]] | None = None  # while a part is shown
        self._mine: Range = []  # what was chosen last by hand
        self._values = values
        self._pointed = False
        self._buttons: CornerButtons | None = None
        self._words = QLabel(plot)
        self._words.setProperty("role", "pointed")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()
        plot.passing.append(self._words)
        plot.setMouseEnabled(x=True, y=True)
        self._box.sigRangeChangedManually.connect(self._changed_by_hand)
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)

    @property
    def whole(self) -> bool:
        return self._home is None

    @Slot()
    def show_whole(self) -> None:
        """What the owner wants to show. An axis that it has set since stays as it is."""
        if self._home is None:
            return
        home, automatic = self._home
        now = self._box.viewRange()
        self._home = None
        for axis in (0, 1):
            if not np.allclose(now[axis], self._mine[axis]):
                continue
            if automatic[axis]:
                self._box.enableAutoRange(axis=axis)
            elif axis == 0:
                self._box.setXRange(*home[0], padding=0)
            else:
                self._box.setYRange(*home[1], padding=0)
        self._show_buttons()

    @Slot(float)
    def enlarge(self, by: float) -> None:
        self._remember()
        self._box.scaleBy((1 / by, 1 / by))
        self._changed_by_hand()

    @Slot(float, float)
    def move(self, x: float, y: float) -> None:
        """What is shown goes to the right and down, by parts of the plot."""
        self._remember()
        (left, right), (low, high) = self._box.viewRange()
        self._box.translateBy(x=-x * (right - left), y=y * (high - low))
        self._changed_by_hand()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = QEvent.Type
        kind = event.type()
        if kind in (kinds.Wheel, kinds.MouseButtonPress):
            self._remember()
        elif kind == kinds.MouseButtonDblClick and not self.whole:
            self.show_whole()
            return True
        elif kind == kinds.MouseMove and isinstance(event, QMouseEvent):
            self._point_at(event.position())
        elif kind == kinds.Leave:
            self._pointed = False
            self._words.hide()
            self._show_buttons()
        elif kind == kinds.Resize and self._buttons is not None:
            self._buttons.place()
        return False

    def _remember(self) -> None:
        self._before = self._box.viewRange(), [bool(x) for x in self._box.autoRangeEnabled()]

    @Slot()
    def _changed_by_hand(self, *_: object) -> None:
        if self._home is None:
            self._home = self._before
        self._mine = self._box.viewRange()
        self._show_buttons()

    def _point_at(self, at: QPointF) -> None:
        if not self._pointed:
            self._pointed = True
            self._show_buttons()
        if not self._values:
            return
        place = self._box.mapSceneToView(self._plot.mapToScene(at.toPoint()))
        inside = self._box.sceneBoundingRect().contains(self._plot.mapToScene(at.toPoint()))
        words = say_at(*self._plot.drawn(), place.x()) if inside else ""
        self._words.setVisible(bool(words))
        if words:
            self._words.setText(words)
            self._words.adjustSize()
            x, y = round(at.x()) + AWAY, round(at.y()) + AWAY
            if x + self._words.width() > self._plot.width():
                x = max(0, round(at.x()) - AWAY - self._words.width())
            y = min(y, self._plot.height() - self._words.height())
            self._words.move(x, y)

    def _show_buttons(self) -> None:
        if self._buttons is None:
            if not self._pointed and self.whole:
                return
            self._buttons = CornerButtons(self._plot)
            self._plot.passing.append(self._buttons)
            self._buttons.enlarged.connect(self.enlarge)
            self._buttons.moved.connect(self.move)
            self._buttons.whole_wanted.connect(self.show_whole)
        self._buttons.show_for(pointed=self._pointed, zoomed=not self.whole)
