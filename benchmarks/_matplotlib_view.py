"""The figure of the Forward workspace as a notebook would draw it: with matplotlib.

The same parts at the same size: x_t, x_0 and eps with their factors, the film strip, the two
factors over t with a cursor, and the histogram against N(0, 1). Artists are made once and only
their data is set. ``blit`` draws anew only those that move with t over a kept background, which is
the fastest that matplotlib offers; without it the whole figure is drawn, which is what ``draw`` and
sliders in notebooks do.
"""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from benchmarks._drag import Drag, Result
from benchmarks._window import SIZE
from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.viewing.noising import Noising

DPI = 100
SLIDER = 40  # pixels below the figure
BINS = np.linspace(-3.5, 3.5, 36)
STRIP = (0.0, 1 / 15, 1 / 6, 1 / 3, 1.0)


class MatplotlibView(QWidget):
    painted = Signal()

    def __init__(self, data: Dataset, schedule: NoiseSchedule, count: int, *, blit: bool) -> None:
        super().__init__()
        self._noising = Noising(data, schedule, count, seed=0)
        self._schedule = schedule
        self._blit = blit
        self._background = None
        self._t = 0
        width, height = SIZE[0], SIZE[1] - SLIDER
        self._figure = Figure((width / DPI, height / DPI), DPI)
        self._canvas = FigureCanvasAgg(self._figure)
        self._make(data.is_points)
        self._moving = [self._x_t, self._cursor, self._title, *self._bars]

    def show_t(self, t: int) -> None:
        self._t = t
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self._set(self._t)
        if self._blit:
            self._draw_moving()
        else:
            self._canvas.draw()
        width, height = self._canvas.get_width_height()
        pixels = self._canvas.buffer_rgba()
        image = QImage(pixels, width, height, QImage.Format.Format_RGBA8888)
        painter = QPainter(self)
        painter.drawImage(0, 0, image)
        painter.end()
        self.painted.emit()

    def _draw_moving(self) -> None:
        if self._background is None:
            for artist in self._moving:
                artist.set_animated(True)
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self._figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in self._moving:
            self._figure.draw_artist(artist)

    def _set(self, t: int) -> None:
        now = self._noising.at(t)
        if self._noising.extent is None:
            self._x_t.set_data(_mosaic(now.x_t.numpy()))
        else:
            self._x_t.set_offsets(now.x_t.numpy())
        self._cursor.set_xdata([t, t])
        signal, noise = self._schedule.sqrt_alpha_bar[t], self._schedule.sqrt_one_minus_alpha_bar[t]
        self._title.set_text(f"t = {t}: {float(signal):.3f} x_0 + {float(noise):.3f} eps")
        heights, _ = np.histogram(now.x_t.numpy().ravel(), BINS, density=True)
        for bar, height in zip(self._bars, heights, strict=True):
            bar.set_height(height)

    def _make(self, is_points: bool) -> None:
        grid = self._figure.add_gridspec(2, 8, height_ratios=(3, 1), width_ratios=[1] * 6 + [1, 1])
        noising, T = self._noising, self._schedule.T
        places = [grid[0, 0:2], grid[0, 2:4], grid[0, 4:6]]
        shown = [self._show(self._figure.add_subplot(place), x, is_points) for place, x in zip(
            places, (noising.x0, noising.x0, noising.eps), strict=True)]  # fmt: skip
        self._x_t = shown[0]
        strip = grid[1, :6].subgridspec(1, len(STRIP))
        for place, part in enumerate(STRIP):
            x = noising.at(round(part * T)).x_t
            axes = self._figure.add_subplot(strip[0, place])
            self._show(axes, x if is_points else x[:1], is_points)
            axes.set_title(f"t = {round(part * T)}")
        side = grid[:, 6:].subgridspec(2, 1)
        curves = self._figure.add_subplot(side[0])
        t = np.arange(T + 1)
        curves.plot(t, self._schedule.sqrt_alpha_bar.numpy())
        curves.plot(t, self._schedule.sqrt_one_minus_alpha_bar.numpy(), "--")
        self._cursor = curves.axvline(0)
        values = self._figure.add_subplot(side[1])
        centres = (BINS[1:] + BINS[:-1]) / 2
        self._bars = list(values.bar(centres, np.zeros(len(centres)), BINS[1] - BINS[0]))
        line = np.linspace(-3.5, 3.5, 141)
        values.plot(line, np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi), "--")
        values.set_ylim(0, 0.8)
        self._title = self._figure.suptitle("")

    def _show(self, axes, x, is_points: bool):
        if is_points:
            extent = self._noising.extent
            axes.set(xlim=(-extent, extent), ylim=(-extent, extent), aspect="equal")
            colours = self._noising.colours[: len(x)] / 255
            return axes.scatter(*x.numpy().T, s=2, c=colours, linewidths=0)
        axes.set_axis_off()
        return axes.imshow(_mosaic(x.numpy()), cmap="gray", vmin=-1, vmax=1)


def _mosaic(x: np.ndarray) -> np.ndarray:
    """Images (N, 1, H, W) as one picture, N a square number."""
    side = round(len(x) ** 0.5)
    rows = [np.concatenate(list(x[i * side : (i + 1) * side, 0]), 1) for i in range(side)]
    return np.concatenate(rows, 0)


def measure_matplotlib(
    name: str, data: Dataset, schedule: NoiseSchedule, count: int, seconds: float, *, blit: bool
) -> Result:
    """The same drag as the window's own, over the figure of matplotlib."""
    window = QWidget()
    view = MatplotlibView(data, schedule, count, blit=blit)
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, schedule.T)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(view, 1)
    layout.addWidget(slider)
    slider.valueChanged.connect(view.show_t)
    window.resize(*SIZE)
    window.show()
    QTest.qWaitForWindowExposed(window)
    result = Drag(name, slider, slider.valueChanged, view.painted, seconds).run()
    window.close()
    window.deleteLater()
    return result
