"""The step back from a clicked x_t: the true q(x_s | x_t) beside the Gaussian of DDPM."""

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import identify, label
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.steady import Steady
from diffvis.app.workers.jobs import Jobs
from diffvis.rendering.step_curves import (
    LARGE,
    OF_BEST,
    OF_LARGE,
    OF_SMALL,
    SMALL,
    TRUE,
    density_curves,
    divergence_curves,
)
from diffvis.rendering.style import Style
from diffvis.rendering.true_step import Divergence
from diffvis.viewing.step_back import StepBack

SHORT = {TRUE: "true", LARGE: OF_LARGE, SMALL: OF_SMALL, OF_BEST: "best σ²"}
"""What the legend says of curves whose plot is narrow."""
JOB = "forward.step"
LEAST_KL = 1e-7  # nats: below it is rounding
TICKS = (1, 3, 10, 30, 100, 300, 1000)  # strides that are written


class StepPage(QWidget):
    """Points to click, the densities of the step with a slider for s, and how far they are apart
    over the stride and over t.
    """

    changed = Signal()  # the person has chosen another x_t or s

    def __init__(self, session: Session, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._theme, self._jobs = session, theme, jobs
        self._step: StepBack | None = None
        self._asked: tuple[object, ...] | None = None  # what the curves on their way are of
        self.view = RasterView(theme, self._draw, self._words, QSize(160, 120))
        identify(
            self.view, "forward.step_view",
            "Points x_t; click where the step begins", "Click where the step back begins",
        )  # fmt: skip
        self.view.setCursor(Qt.CursorShape.CrossCursor)
        self.view.clicked.connect(self._clicked)
        self._density = _plot(theme, "forward.step_density")
        self._strides = _plot(theme, "forward.step_kl", cursor=True)
        self._strides.set_log(x=True, y=True)
        self._times = _plot(theme, "forward.step_kl_over_t", cursor=True)
        self._times.set_log(y=True)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        identify(self._slider, "forward.step_s", "The s to which the step leads", "From 1 to t − 1")
        self._slider.valueChanged.connect(self._dragged)
        self._s: QLabel = label("", "value")
        self._arrange()
        theme.changed.connect(self._suit_stage)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._suit_stage()
        self.show_t()

    @Slot()
    def _suit_stage(self) -> None:
        """There a curve is large enough for the last row, or it is not shown."""
        self._times.setVisible(not self._theme.style_of(self).least)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(label("s", "muted"))
        row.addWidget(self._slider, 1)
        row.addWidget(Steady(self._s))
        middle, right = QVBoxLayout(), QVBoxLayout()
        middle.addWidget(self._density, 1)
        middle.addLayout(row)
        right.addWidget(self._strides, 1)
        right.addWidget(self._times, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(4, 4, 4, 4)
        whole.addWidget(self.view, 4)
        whole.addLayout(middle, 5)
        whole.addLayout(right, 4)

    # --- for the workspace ---------------------------------------------------------------

    @property
    def place(self) -> tuple[float, ...] | None:
        """x_t as it was clicked; None for that of the first sample."""
        return None if self._step is None else self._step.clicked

    @property
    def stride(self) -> int | None:
        """t - s as it was chosen; None for half of t."""
        return None if self._step is None else self._step.stride

    @property
    def shown(self) -> tuple[tuple[float, ...], int] | None:
        """x_t and s on show."""
        step = self._step
        return None if step is None else (step.place(self._t), step.s(self._t))

    def use(self, step: StepBack) -> None:
        """Other data, samples or schedule; a choice that fits them is kept."""
        if self._step is not None:
            step.stride = self._step.stride
            step.click(self._step.clicked)
        self._step = step
        self._asked = None

    def choose(self, place: tuple[float, ...] | None, stride: int | None) -> None:
        """As it was chosen once."""
        if self._step is not None:
            self._step.click(None if place is None else tuple(place))
            self._step.stride = stride

    def show_t(self) -> None:
        """Show the step from the shared t."""
        step = self._step
        if step is None or not self.isVisible():
            return
        t, s = self._t, step.s(self._t)
        with QSignalBlocker(self._slider):
            self._slider.setRange(1, max(1, t - 1))
            self._slider.setValue(s)
        self._s.setText(f"s = {s}")
        self.view.refresh()
        self._show_density(t, s)
        self._ask(t, s)

    # --- what is shown -------------------------------------------------------------------

    @property
    def _t(self) -> int:
        """A step needs a t of two at least: at s = 0 there are the data, which may be points."""
        return max(2, min(self._session.t, self._session.schedule.T))

    def _show_density(self, t: int, s: int) -> None:
        assert self._step is not None
        seen = self._step.seen(t, s)
        curves = density_curves(seen)
        x, top = curves[0].x, 1.15 * float(max(curves[0].y.max(), curves[1].y.max()))
        for curve in curves:
            cut = replace(curve, y=np.minimum(curve.y, 1.2 * top))
            self._density.show_curve(cut, says=SHORT[curve.name])
        self._density.setYRange(0, top, padding=0)
        self._density.setXRange(float(x[0]), float(x[-1]), padding=0)
        self._density.set_title(f"from t = {t} to s = {s}, along x_s")

    def _ask(self, t: int, s: int) -> None:
        """Have the curves of divergences made in the background, unless they are on show."""
        step = self._step
        assert step is not None
        stride, place = t - s, step.place(t)
        self._strides.set_cursor(float(np.log10(stride)))
        self._strides.set_ticks("bottom", [(float(np.log10(k)), str(k)) for k in TICKS if k < t])
        self._times.set_cursor(t)
        wanted = (step, t, stride, place)
        if wanted == self._asked:
            return
        self._asked = wanted

        self._jobs.run(
            JOB, step.measuring(t, s), partial(self._show_divergence, wanted), self._failed,
            "Measuring steps back",
        )  # fmt: skip

    def _show_divergence(
        self, wanted: tuple[object, ...], found: tuple[Divergence, Divergence]
    ) -> None:
        if wanted != self._asked:
            return
        _, t, stride, _ = wanted
        for plot, made in zip((self._strides, self._times), found, strict=True):
            for curve in divergence_curves(made):
                seen = replace(curve, y=np.maximum(curve.y, LEAST_KL))
                plot.show_curve(seen, says=SHORT.get(curve.name, ""))
        self._strides.set_title(f"KL in nats over t − s, from t = {t}")
        self._times.set_title(f"KL in nats over t, steps by {stride}")
        self._times.setXRange(0, self._session.schedule.T, padding=0.02)

    def _failed(self, failure: Failure) -> None:
        self._asked = None
        about = "How far the steps are from Gaussians could not be measured"
        self._session.notice(Notice.of(failure, About.FORWARD, about))

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        assert self._step is not None
        return self._step.draw(self._t, size, style)

    def _words(self) -> str:
        step = self._step
        if step is None:
            return ""
        t = self._t
        at = ", ".join(f"{value:.2f}" for value in step.place(t))
        return f"the step back from x_t = ({at}) at t = {t} to s = {step.s(t)}"

    # --- what the person does ------------------------------------------------------------

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        shown = self.view.shown_at(at)
        if shown is None or self._step is None:
            return
        found = self._step.at(shown, self._t, (at.x(), at.y()))
        if found is None:
            return
        t, place = found
        self._step.click(place)
        if t != self._t:
            self._session.set_t(t)
        self.show_t()
        self.changed.emit()

    @Slot(int)
    def _dragged(self, s: int) -> None:
        if self._step is not None:
            self._step.stride = self._t - s
            self.show_t()
            self.changed.emit()


def _plot(theme: Theme, name: str, cursor: bool = False) -> CurvePlot:
    made = CurvePlot(theme, "", cursor=cursor, legend=True)
    made.setObjectName(name)
    PlotZoom(made)
    return made
