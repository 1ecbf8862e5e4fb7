"""Branches: freeze a sample at t and go on many times with other noise; what is decided by then?"""

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from diffvis.app.notices import About, Notice
from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.form import random_seed
from diffvis.app.reverse.samples import SamplesPanel
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.widgets.fields import button, label, spin
from diffvis.app.widgets.plot_zoom import PlotZoom
from diffvis.app.widgets.plots import CurvePlot
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_plain
from diffvis.errors import UserError
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.factors import reach
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.style import Style
from diffvis.sampling.recording import Recording

X_S, X0_HAT = "x_t of the branches", "x̂₀ of the branches"
MOST = 64


class BranchPanel(QWidget):
    """The branches at the shared t, and how far they are from each other over t."""

    title = "Branch"

    def __init__(self, session: Session, theme: Theme, chain: Chain, samples: SamplesPanel) -> None:
        super().__init__()
        self._session, self._chain, self._samples = session, chain, samples
        self._spread: tuple[Recording | None, list[tuple[int, float, float]]] = (None, [])
        self._count = spin(
            "reverse.branches", "How many branches", 2, MOST, 16, "How often the chain goes on"
        )
        self._branch = button(
            "Branch here", "reverse.branch", "Branch here",
            "Freeze the selected sample at this t and go on with other noise z each time",
        )  # fmt: skip
        self._noisy = button(
            "With η = 1", "reverse.branch_noise", "Branch with noise",
            "This sampler adds no noise, so that all branches are the same: let them go on by DDIM "
            "with η = 1, which adds it",
        )  # fmt: skip
        self._branch.clicked.connect(self.branch_here)
        self._noisy.clicked.connect(self.branch_with_noise)
        self._noisy.hide()  # until a chain is there that adds none
        self._words = label("", "muted")
        self.view = RasterView(theme, self._draw, self._in_words, QSize(200, 60))
        self.view.setObjectName("reverse.branch_view")
        self.view.setAccessibleName("The branches at the shared t")
        self.plot = CurvePlot(theme, "branches' spread: x_t (line), x̂₀ (dashed)", cursor=True)
        self.plot.setObjectName("reverse.spread_plot")
        self.plot.setMinimumHeight(60)
        PlotZoom(self.plot)
        self.plot.curve(X_S, "signal")
        self.plot.curve(X0_HAT, "noise", "dash")
        self.plot.getPlotItem().getViewBox().invertX(True)
        self.plot.setToolTip(in_plain(
            "Standard deviation over the branches, root mean square over the values.\n"
            "x_t spreads as noise comes in; the spread of x̂₀ is what is not yet decided"
        ))  # fmt: skip
        self.controls = QWidget()
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._branch)
        row.addWidget(self._count)
        row.addWidget(label("times", "muted"))
        row.addWidget(self._noisy)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignRight)
        self._count.setMaximumWidth(110)
        self._count.valueChanged.connect(self.view.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.controls)
        column.addWidget(self.view, 3)
        column.addWidget(self.plot, 2)

    def refresh(self) -> None:
        """Draw the branches at the shared t, and what has become known of their spread."""
        branches, t = self._chain.branches, self._session.t
        main = self._chain.main
        possible = main is not None and bool(main.steps) and t > 0
        self._branch.setEnabled(possible)
        self._noisy.setEnabled(possible)
        self._noisy.setVisible(main is not None and not main.settings.adds_noise)
        self._grow(branches)
        known = np.array(self._spread[1], float).reshape(-1, 3)
        self.plot.set_curve(X_S, known[:, 0], known[:, 1])
        self.plot.set_curve(X0_HAT, known[:, 0], known[:, 2])
        self.plot.setXRange(0, self._session.schedule.T, padding=0.02)
        self.plot.set_cursor(t)
        self.view.refresh()
        self._say()

    def reset(self) -> None:
        self._count.setValue(16)
        self._chain.forget_branches()

    def spread(self) -> list[tuple[int, float, float]]:
        """(t, spread of x_t, spread of x0_hat seen from t), falling, as far as is known."""
        return list(self._spread[1])

    @Slot()
    def branch_here(self) -> None:
        self._go_on(noisy=False)

    @Slot()
    def branch_with_noise(self) -> None:
        self._go_on(noisy=True)

    def _go_on(self, noisy: bool) -> None:
        t, chain = self._session.t, self._chain
        try:
            chain.branch(t, chain.selected, self._count.value(), random_seed(), noisy)
        except UserError as error:
            self._session.notice(Notice.refusing(error, About.REVERSE | About.MODEL))

    def _grow(self, branches: Recording | None) -> None:
        """Measure the steps that have been recorded since the last look."""
        if self._spread[0] is not branches:
            self._spread = branches, []
        if branches is None:
            return
        known = self._spread[1]
        steps = branches.steps
        for step in steps[len(known) :]:
            x0_hat = branches.x0_hat_at(step.t)
            known.append((step.t, _spread_of(step.x_t), _spread_of(x0_hat)))
        if branches.complete and len(known) == len(steps):
            last = _spread_of(steps[-1].x_s)
            known.append((0, last, last))

    def _say(self) -> None:
        branches = self._chain.branches
        if branches is None:
            self._words.setText("")
            return
        words = f"from t = {branches.start}"
        self._words.setText(
            words if branches.settings.adds_noise else f"{words}: this sampler adds no noise"
        )

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        branches, t = self._chain.branches, self._session.t
        x = None if branches is None else branches.x_at(t)
        if x is None or branches is None:
            return draw_empty(self._what_for(), size, style)
        caption = f"x_{{{branches.shown_time(t)}}} · {len(x)} branches from t = {branches.start}"
        if t > branches.start:
            caption += ", all the same until then"
        far, extent = reach(branches.model.schedule, branches.shown_time(t)), self._samples.extent()
        style = style.showing(branches.model.range if far == 1 else (-far, far))
        wide = None if extent is None else far * extent
        return draw_samples(x, size, style, caption=caption, extent=wide)

    def _in_words(self) -> str:
        branches, t = self._chain.branches, self._session.t
        x = None if branches is None else branches.x_at(t)
        if x is None or branches is None:
            return self._what_for()
        spread = _spread_of(x)
        return f"{len(x)} branches from t = {branches.start}, at t = {t} {spread:.3f} apart"

    def _what_for(self) -> str:
        main = self._chain.main
        if main is not None and self._branch.isEnabled():
            t = main.shown_time(self._session.t)
            return (
                f"Branch here: the selected sample is frozen at t = {t} and goes on "
                f"{self._count.value()} times, {_how(main, t)}"
            )
        if main is None:
            return "Run the chain, then go to the t from which it is to branch"
        return "Nothing is left to be decided at t = 0: go back to an earlier moment"


def _how(main: Recording, t: int) -> str:
    """How branches of a chain at one of its times differ."""
    if not main.settings.adds_noise:
        return "each time to the same end: this sampler adds no noise"
    if t == main.times[1]:
        return "each time to the same end: the last step adds no noise"
    return "each time with other noise"


def _spread_of(x) -> float:
    """The standard deviation over the samples (N, ...), root mean square over the values."""
    return float(x.var(0, correction=0).mean().sqrt())
