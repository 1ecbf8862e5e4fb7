"""Jump and walk beside each other: one value of x_t, path by path and in distribution."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import label
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.workers.jobs import Report
from diffvis.diffusion import NoiseSchedule, q_path, q_sample
from diffvis.rendering.density import histogram

CHAINS = 1_000
DRAWN = 8  # walks drawn as lines
LOW, HIGH, BINS = -4.0, 4.0, 64
CENTRES = LOW + (np.arange(BINS) + 0.5) * (HIGH - LOW) / BINS
STEEPEST = 4.0  # density at the top of the plot: near t = 0 there is no end to it
GRID = np.linspace(LOW, HIGH, 401)
LEAST_LINES = 12  # of text, as high as the whole must be for the words to find room


@dataclass(frozen=True, eq=False)
class Comparison:
    """One value x_0 noised a thousand times by either way."""

    schedule: NoiseSchedule
    x0: float
    walks: np.ndarray
    """(T + 1, CHAINS): the true chains."""
    eps: np.ndarray
    """(CHAINS,): the one noise of each jump."""

    def jumps(self, t: int) -> np.ndarray:
        x0 = torch.full((CHAINS,), self.x0)
        return q_sample(self.schedule, x0, t, torch.from_numpy(self.eps)).numpy()

    def moments(self, t: int) -> tuple[float, float]:
        """Mean and standard deviation of q(x_t | x_0) (Ho et al. 2020, eq. 4)."""
        return (
            float(self.schedule.sqrt_alpha_bar[t]) * self.x0,
            float(self.schedule.sqrt_one_minus_alpha_bar[t]),
        )


def compare(
    schedule: NoiseSchedule, x0: float, seed: int, report: Report | None = None
) -> Comparison:
    """Walk ``CHAINS`` true chains from x0 and draw as many jumps."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.full((CHAINS, 1), x0)
    walks = np.empty((schedule.T + 1, CHAINS), np.float32)
    for t, x_t in enumerate(q_path(schedule, start, generator)):
        walks[t] = x_t[:, 0].numpy()
        if report is not None and t % 32 == 0:
            report(t, schedule.T)
    return Comparison(schedule, x0, walks, torch.randn(CHAINS, generator=generator).numpy())


class CompareView(QWidget):
    """Left the paths over t, right where they all are at this t."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: Comparison | None = None
        self._paths = CurvePlot(theme, "one value of x_t over t", cursor=True)
        self._paths.setObjectName("forward.compare_paths")
        for i in range(DRAWN):
            self._paths.curve(f"walk {i}", f"accent{i % 2 + 1}", alpha=0.75, thin=True)
        self._paths.curve("mean", "signal")
        for name in ("mean + 2σ", "mean − 2σ"):
            self._paths.curve(name, "muted", "dot")
        for i in range(2):
            self._paths.curve(f"jump {i}", "noise", "dash")
        self._paths.setYRange(LOW, HIGH, padding=0)
        self._places = CurvePlot(theme, "walks and jumps at this t")
        self._places.setObjectName("forward.compare_places")
        self._places.set_bars("walks", CENTRES, np.zeros(BINS), "accent1")
        self._places.curve("jumps", "noise")
        self._places.curve("formula", "text", "dash")
        self._places.setXRange(LOW, HIGH, padding=0)
        self._words = label("", "muted")
        self._words.setObjectName("forward.compare_words")
        self._words.setWordWrap(True)
        plots = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        plots.addWidget(self._paths, 1)
        plots.addWidget(self._places, 1)
        column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(plots, 1)
        column.addWidget(self._words)

    @property
    def words(self) -> QLabel:
        return self._words

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._words.setVisible(self.height() >= LEAST_LINES * self.fontMetrics().height())

    def show_comparison(self, made: Comparison, t: int) -> None:
        self._shown = made
        schedule = made.schedule
        times = np.arange(schedule.T + 1)
        mean = schedule.sqrt_alpha_bar.numpy() * made.x0
        std = schedule.sqrt_one_minus_alpha_bar.numpy()
        self._paths.set_curve("mean", times, mean)
        self._paths.set_curve("mean + 2σ", times, mean + 2 * std)
        self._paths.set_curve("mean − 2σ", times, mean - 2 * std)
        for i in range(DRAWN):
            self._paths.set_curve(f"walk {i}", times, made.walks[:, i])
        for i in range(2):
            self._paths.set_curve(f"jump {i}", times, mean + std * made.eps[i])
        self._paths.setXRange(0, schedule.T, padding=0.01)
        self.show_t(t)

    def show_t(self, t: int) -> None:
        made = self._shown
        if made is None or t > made.schedule.T:
            return
        self._paths.set_cursor(t)
        walks, jumps = made.walks[t], made.jumps(t)
        mean, std = made.moments(t)
        self._places.set_bars("walks", CENTRES, histogram(walks, LOW, HIGH, BINS), "accent1")
        steps = histogram(jumps, LOW, HIGH, BINS)
        edges = np.repeat(LOW + np.arange(BINS + 1) * (HIGH - LOW) / BINS, 2)[1:-1]
        self._places.set_curve("jumps", edges, np.repeat(steps, 2))
        narrow = max(std, 1e-3)
        formula = np.exp(-(((GRID - mean) / narrow) ** 2) / 2) / (narrow * math.sqrt(2 * math.pi))
        self._places.set_curve("formula", GRID, np.minimum(formula, 1.5 * STEEPEST))
        top = min(STEEPEST, max(0.6, 0.56 / narrow))
        self._places.setYRange(0, top, padding=0)
        self._places.set_title(f"at t = {t}: one distribution")
        self._words.setText(
            f"x₀ = {made.x0:.2f}.  {CHAINS:,} walks (bars): mean {walks.mean():.2f}, "
            f"variance {walks.var():.3f}.  {CHAINS:,} jumps (line): mean {jumps.mean():.2f}, "
            f"variance {jumps.var():.3f}.  q(xₜ | x₀) (dashed): mean √ᾱ x₀ = {mean:.2f}, "
            f"variance 1−ᾱ = {std**2:.3f}."
        )
