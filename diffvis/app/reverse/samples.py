"""The samples of the chain at the shared t: images in a grid, or points with what is around."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.reverse.around import BARE, Around
from diffvis.app.reverse.chain import Chain
from diffvis.app.reverse.form import ReverseForm
from diffvis.app.reverse.whole_chain import SPACE, WholeChain, kind_of_whole
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.undo.reading import filled
from diffvis.app.widgets.fields import combo, show_choice
from diffvis.app.widgets.flow import FlowRow
from diffvis.app.widgets.raster import RasterView
from diffvis.app.widgets.symbols import in_letters
from diffvis.app.workers.jobs import Jobs
from diffvis.models.model import Model
from diffvis.rendering.chain_cloud import Layers, draw_chain_cloud
from diffvis.rendering.factors import reach
from diffvis.rendering.field import Field
from diffvis.rendering.guidance import Guidance
from diffvis.rendering.read import Axes, Drawn
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.style import Style
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.sampling.extent import extent_of
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.settings import ChainSettings

NAME = "The samples x_t of the reverse chain; click one to select it"
NAME_IN_SPACE = (
    "Points of the reverse chain in space; pull or arrow keys turn them, click one to select it"
)
SHOWN = (("x_t", "x_t"), ("x̂₀", "x0_hat"))


class SamplesPanel(QWidget):
    """Draws x_t or x0_hat of the chain; a click selects a sample, another one enlarges it.

    ``controls``, what is shown of them, stands where whoever lays it out puts it.
    """

    painted = Signal()

    def __init__(
        self, session: Session, theme: Theme, chain: Chain, form: ReverseForm, jobs: Jobs
    ) -> None:
        super().__init__()
        self._session = session
        self._chain = chain
        self._form = form
        self._enlarged = False
        self._started: tuple[tuple[object, ...], tuple[Tensor, int]] | None = None
        self._tones: tuple[Tensor, np.ndarray] | None = None
        self.view = RasterView(theme, self._draw, self._words, QSize(160, 100))
        self.view.setObjectName("reverse.view")
        self.view.setAccessibleName(NAME)
        self.view.setToolTip("Click a sample to select it; click it again to enlarge it, or back")
        self.view.clicked.connect(self._clicked)
        self.view.painted.connect(self.painted)
        self._shown = combo(
            "reverse.shown", "What is shown of the samples", SHOWN,
            "x_t, or x̂₀: where the model thinks that it goes;\n"
            "of points on a line the map over (t, x): the density, and ways with and without\n"
            "noise; of other points space, which the mouse turns, or the arrow keys after Tab:\n"
            "flat ones have t as an axis",
        )  # fmt: skip
        self._shown.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._shown.setMinimumContentsLength(0)
        self.around = Around(session, self)
        self.around.changed.connect(self.refresh)
        self._shown.activated.connect(self._shown_chosen)
        self._whole = WholeChain(session, chain, self.around, jobs, self)
        self._whole.changed.connect(self.refresh)
        self.view.turned.connect(self._whole.turn)
        self.controls = FlowRow(self._shown, *self.around.controls)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        chain.selected_changed.connect(self.refresh)
        self.fit()

    def fit(self) -> None:
        """Offer what the session's model has to show."""
        self._whole.offer(self._shown)
        self._fit_view(wanted=False)
        self._enlarged = False
        self.refresh()

    def reset(self) -> None:
        self.around.reset()
        self._shown.setCurrentIndex(0)
        self._enlarged = False
        self.refresh()

    @property
    def exported_as(self) -> str | None:
        """The view of the subject that files begin with, where it is not the usual one."""
        shown = self._shown.currentData()
        return {"x_t": None, "x0_hat": "prediction"}.get(shown, shown)

    @property
    def angles(self) -> tuple[float, float]:
        """How points in space are turned and tilted, in degrees."""
        return self._whole.angles

    def look(self) -> dict[str, object]:
        """Which samples are on show and what surrounds them, which is nothing to undo."""
        look = {"shown": self._shown.currentData(), "enlarged": self._enlarged}
        return look | self.around.look()

    def show_look(self, look: Mapping[str, Any]) -> None:
        """Show them so again, and as at first what it does not say.

        Raises:
            UserError: a value is not possible.
        """
        usual = {"shown": self._shown.itemData(0), "enlarged": False, **BARE}
        found = filled(usual, look)
        show_choice(self._shown, found["shown"])
        self._fit_view(wanted=False)
        self._enlarged = found["enlarged"]
        self.around.show_look(found)

    @Slot()
    def refresh(self) -> None:
        self.view.refresh()

    @property
    def model(self) -> Model:
        """Of what is on show: the chain's own as long as there is one, whatever is chosen already,
        or that which the form's settings are of.

        A picture can be painted between two signals of one change.
        """
        main = self._chain.main
        return self._form.model if main is None else main.model

    def colours(self) -> np.ndarray | None:
        """Points keep the colour of the direction in which their noise x_T lay."""
        if not self.model.is_points:
            return None
        main = self._chain.main
        x_T = self._start()[0] if main is None or not main.steps else main.steps[0].x_t
        if self._tones is None or self._tones[0] is not x_T:
            self._tones = x_T, colour_of_noise(x_T)
        return self._tones[1]

    def extent(self) -> float | None:
        """Points stand on the same axes from x_T to x_0."""
        return (extent_of(self.model) or DEFAULT_EXTENT) if self.model.is_points else None

    # --- what is drawn -------------------------------------------------------------------

    def _start(self) -> tuple[Tensor, int]:
        """What the chain would start from, and at which t."""
        model, settings, start = self.model, self._form.settings(), self._form.start
        key = (model, settings.count, settings.seed, settings.noise, start.key)
        if self._started is None or self._started[0] != key:
            beginning = start.beginning()
            if beginning is None:
                noise, _ = chain_noise(tuple(model.shape), settings)
                found = noise * model.schedule.prior_std, model.schedule.T
            else:
                found = beginning.noised(model.schedule, settings), beginning.t
            self._started = key, found
        return self._started[1]

    def on_show(self) -> tuple[Tensor, str]:
        """The samples on show and their symbol."""
        main, t = self._chain.main, self._session.t
        if main is None or not main.steps:
            x, t = self._start()
            return x, f"x_{{{t}}}"
        if self._shown.currentData() == "x0_hat":
            x, symbol = main.x0_hat_at(t), r"\hat{x}_{0}"
            return x, f"{symbol} seen from t = {main.shown_time(t)}"
        return main.x_at(t), f"x_{{{main.shown_time(t)}}}"

    def _draw(self, size: tuple[int, int], style: Style) -> np.ndarray:
        x, symbol = self.on_show()
        main = self._chain.main
        if self._shows_whole and main is not None and main.steps:
            return self._whole.draw(main, size, style, self.extent(), self.colours())
        points, far = self.model.is_points, self._reach()
        style = style.showing(self.model.range if far == 1 else (-far, far))
        seed = self._form.settings().seed if main is None else main.settings.seed
        selected = min(self._chain.selected, len(x) - 1)
        if self._enlarged and not points:
            caption = f"{symbol} · sample {selected + 1} of {len(x)}, seed {seed}"
            return draw_samples(x[selected : selected + 1], size, style, caption=caption)
        what = "points" if points else "samples" if len(x) > 1 else "sample"
        caption = f"{symbol} · {len(x):,} {what}, seed {seed}"
        layers = self._layers() if points else Layers()
        if layers:
            return draw_chain_cloud(
                x, layers, size, style, caption=caption, extent=far * self.extent(),
                colours=self.colours(), selected=selected,
            )  # fmt: skip
        return draw_samples(
            x, size, style, caption=caption, selected=selected,
            colours=self.colours(), extent=far * self.extent() if points else None,
        )  # fmt: skip

    @property
    def _shows_whole(self) -> bool:
        """Whether the chain is wanted over all of its t, of a model that has such a view."""
        return self._shown.currentData() == kind_of_whole(self.model)

    def _fit_view(self, wanted: bool) -> None:
        """What stands around the points is for one view; ``wanted``: on a line the density of the
        data comes with it, where it is known.
        """
        whole, space = self._shows_whole, self._shown.currentData() == SPACE
        self.view.turns = whole and space
        self.view.setAccessibleName(NAME_IN_SPACE if self.view.turns else NAME)
        self.around.fit()
        self.around.offer_shade(whole and not space, wanted)
        if self.view.turns:
            self.around.hide()

    def _reach(self) -> float:
        """How far what is on show lies from 0, over data."""
        main, t = self._chain.main, self._session.t
        if main is None or not main.steps:
            return reach(self.model.schedule, self._start()[1])
        if self._shown.currentData() == "x0_hat":
            return 1.0
        return reach(self.model.schedule, main.shown_time(t))

    def _words(self) -> str:
        x, symbol = self.on_show()
        what = "points" if self.model.is_points else "samples"
        chosen = min(self._chain.selected, len(x) - 1) + 1
        return (
            f"{in_letters(symbol)}: {len(x):,} {what}, mean {float(x.mean()):z.2f}, "
            f"standard deviation {float(x.std(correction=0)):.2f}; no. {chosen} is selected"
            f"{f'; {self._whole.words}' if self.view.turns else ''}"
        )

    def _layers(self) -> Layers:
        main, t = self._chain.main, self._session.t
        walked = main is not None and main.steps
        shown = main.shown_time(t) if walked else self._start()[1]
        return self.around.layers(self.model, self._settings(), main if walked else None, t, shown)

    def field_at(self, t: int, kind: str) -> Field | Guidance:
        return self.around.field_at(self.model, self._settings(), t, kind)

    def _settings(self) -> ChainSettings:
        """Of the chain on show, or of the one that Run would walk."""
        main = self._chain.main
        return self._form.settings() if main is None else main.settings

    # --- what the person does ------------------------------------------------------------

    @Slot()
    def _shown_chosen(self) -> None:
        self._fit_view(wanted=self._session.model_is_exact)
        self.refresh()

    @Slot(QPoint)
    def _clicked(self, at: QPoint) -> None:
        """Select the picture that was clicked, or the point nearest to the click."""
        if self.view.frame is None:  # nothing is drawn yet
            return
        if self._enlarged:
            self._enlarged = False
            self.refresh()
            return
        shown = self.view.shown_at(at)
        if isinstance(shown, Axes):
            self._whole.go_to(*shown.place_at(at.x(), at.y()))
            return
        if not isinstance(shown, Drawn):
            return
        index = shown.sample_at(at.x(), at.y(), math.inf)
        if index is None:
            return
        if shown.grid is not None and index == self._chain.selected and len(shown.x) > 1:
            self._enlarged = True
            self.refresh()
        self._chain.select(index)
