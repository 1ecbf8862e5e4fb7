"""A mouse that drags a slider at a steady rate, and the window that does nothing but paint."""

import math
import time
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QVBoxLayout, QWidget

from benchmarks._window import SIZE

PERIOD_MS = 16  # 62.5 events a second
PIXELS = 5  # that the mouse moves between two events
WARM_UP_S = 1.0


@dataclass
class Result:
    """Latencies in milliseconds of one case, one for each event that moved t."""

    name: str
    view: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)
    paints: int = 0
    cpu: float = 0.0
    """Seconds of processor time that the window's thread took from the first paint to the last."""

    @property
    def cpu_ms_per_paint(self) -> float:
        """What a frame costs, however busy the machine is."""
        return 1000 * self.cpu / max(1, self.paints - 1)


class Drag(QObject):
    """Drags a slider to and fro; hears when t changed and when the view was painted."""

    finished = Signal()
    _swept = Signal()

    def __init__(
        self, name: str, slider: QSlider, changed: Signal, painted: Signal, seconds: float
    ):
        super().__init__()
        self.result = Result(name)
        self._slider = slider
        self._seconds = seconds
        self._sent: list[float] = []  # when the events on their way were due
        self._handled: float | None = None  # the event on its way, until it has moved t
        self._before = 0
        self._cpu_before = 0.0
        self._unpainted: list[float] = []
        self._painted: list[float] = []
        self._events = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._move)
        self._swept.connect(self._frame_done, Qt.ConnectionType.QueuedConnection)
        slider.installEventFilter(self)
        changed.connect(self._changed)
        painted.connect(self._view_painted)

    def run(self) -> Result:
        loop = QEventLoop()
        self.finished.connect(loop.quit)
        QTest.mousePress(self._slider, Qt.MouseButton.LeftButton, pos=self._at(0).toPoint())
        self._start = time.perf_counter()
        self._timer.start(0)
        loop.exec()
        QTest.mouseRelease(self._slider, Qt.MouseButton.LeftButton)
        self._slider.removeEventFilter(self)
        return self.result

    def _at(self, event: int) -> QPointF:
        """Where the mouse is: a triangle over the slider's whole width."""
        span = self._slider.width() - 20
        place = (event * PIXELS) % (2 * span)
        return QPointF(10 + min(place, 2 * span - place), self._slider.height() / 2)

    @Slot()
    def _move(self) -> None:
        """Post the events that are due by now, and come back when the next one is.

        A timer with an interval would come back late for good after it was late once, as a mouse
        does not.
        """
        now = time.perf_counter()
        if now - self._start > self._seconds + WARM_UP_S:
            QTimer.singleShot(500, self.finished.emit)
            return
        while self._events == 0 or self._due(self._events) <= now:
            at = self._at(self._events)
            left = Qt.MouseButton.LeftButton
            event = QMouseEvent(
                QEvent.Type.MouseMove, at, QPointF(self._slider.mapToGlobal(at)), left, left,
                Qt.KeyboardModifier.NoModifier,
            )  # fmt: skip
            self._sent.append(min(now, self._due(self._events)))
            self._events += 1
            QApplication.postEvent(self._slider, event)
        self._timer.start(math.ceil(1000 * max(0.0, self._due(self._events) - now)))

    def _due(self, event: int) -> float:
        return self._start + event * PERIOD_MS / 1000

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.MouseMove and self._sent:
            self._handled, self._before = self._sent.pop(0), self._slider.value()
        return False

    @Slot()
    def _changed(self) -> None:
        if self._handled is not None:
            self._unpainted.append(self._handled)
            self._handled = None

    @Slot()
    def _view_painted(self) -> None:
        now = time.perf_counter()
        if self._slider.value() != self._before:  # painted before all others heard of the change
            self._changed()
        counted = [due for due in self._unpainted if due > self._start + WARM_UP_S]
        self._unpainted.clear()
        if counted:
            if self.result.paints == 0:
                self._cpu_before = time.thread_time()
            self.result.paints += 1
            self.result.cpu = time.thread_time() - self._cpu_before
            self.result.view += [1000 * (now - due) for due in counted]
            self._painted += counted
            self._swept.emit()

    @Slot()
    def _frame_done(self) -> None:
        """Runs as soon as the paint, of which the view is a part, has returned to the loop."""
        now = time.perf_counter()
        self.result.frame += [1000 * (now - due) for due in self._painted]
        self._painted.clear()


class BareView(QWidget):
    """Copies a prepared picture to the screen and does nothing else."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        noise = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
        self._image = QImage(noise.data, *SIZE, 3 * SIZE[0], QImage.Format.Format_RGB888).copy()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()
        self.painted.emit()


def measure_bare(seconds: float) -> Result:
    """The reference: a slider and a picture in a window without anything else."""
    window, view, slider = QWidget(), BareView(), QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 300)
    layout = QVBoxLayout(window)
    layout.addWidget(view, 1)
    layout.addWidget(slider)
    slider.valueChanged.connect(view.update)
    window.resize(*SIZE)
    window.show()
    QTest.qWaitForWindowExposed(window)
    result = Drag("bare Qt window", slider, slider.valueChanged, view.painted, seconds).run()
    window.close()
    window.deleteLater()
    return result
