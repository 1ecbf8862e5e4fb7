"""The step back from one x_t to any s, as the window shows it: looked at from any t."""

from collections.abc import Callable
from math import inf

import torch
from torch import Tensor

from diffvis.diffusion import GaussianMixtureDenoiser
from diffvis.rendering.factors import reach
from diffvis.rendering.heat import heat_of, law_of
from diffvis.rendering.heatmap import HeatScene, draw_heatmap
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.read import Axes, Drawn
from diffvis.rendering.scene.noted import Shown
from diffvis.rendering.step_back import draw_step_back, step_back
from diffvis.rendering.style import Style
from diffvis.rendering.true_step import (
    Divergence,
    Report,
    Step,
    mixture_for,
    over_strides,
    over_times,
    step_along,
    widest,
)
from diffvis.viewing.noising import Noising

SOME = 300  # points of a finite set: the slider must not wait for more


class StepBack:
    """Begins at x_t of the first sample of a ``noising``, or at a place that was clicked.

    The data are the mixture that they are drawn from, or some of them as a finite set.
    """

    def __init__(self, noising: Noising) -> None:
        self._noising = noising
        self.clicked: tuple[float, ...] | None = None
        self.stride: int | None = None
        """t - s; None: half of t. Where it is too long the step leads to s = 1."""
        self._mixture: GaussianMixtureDenoiser | None = None
        self._scene: HeatScene | None = None

    @property
    def mixture(self) -> GaussianMixtureDenoiser:
        if self._mixture is None:
            self._mixture = mixture_for(self._noising.data, self._noising.schedule, SOME)
        return self._mixture

    def click(self, place: tuple[float, ...] | None) -> None:
        """Begin there, if the data have as many dimensions; None: at the first sample."""
        fits = place is not None and len(place) == self._noising.x0.shape[1]
        self.clicked = place if fits else None

    def s(self, t: int) -> int:
        """Where the step from t leads."""
        return max(1, t - (t // 2 if self.stride is None else self.stride))

    def place(self, t: int) -> tuple[float, ...]:
        """x_t."""
        if self.clicked is not None:
            return self.clicked
        return tuple(self._noising.at(t).x_t[0].tolist())

    def seen(self, t: int, s: int) -> Step:
        """The step along the direction in which the longest one from t varies most."""
        return step_along(self.mixture, self._x(t), t, s, self._direction(t))

    def measuring(self, t: int, s: int) -> Callable[[Report], tuple[Divergence, Divergence]]:
        """Work for another thread: how far the steps from t are from Gaussians over their stride;
        and from the same place at any t, by the stride t - s.
        """
        mixture, x, direction = self.mixture, self._x(t), self._direction(t)

        def measure(report: Report) -> tuple[Divergence, Divergence]:
            found = over_strides(mixture, x, t, direction, report)
            return found, over_times(mixture, x, t - s, report)

        return measure

    def draw(self, t: int, size: tuple[int, int], style: Style) -> Pixels:
        """Points at t with the place and where the step may lead; on a line, the map over t."""
        noising, place, s = self._noising, self.place(t), self.s(t)
        assert noising.extent is not None
        x_t = noising.at(t).x_t
        if len(place) == 1:
            x = to_numpy(torch.cat([x_t[:, 0], torch.tensor(place)]))
            return draw_heatmap(self._map(), t, x, size, style, selected=len(x) - 1)
        std = noising.schedule.variance_between(t, s) ** 0.5
        return draw_step_back(
            step_back(self.mixture, place, t, s), std, place, s, x_t, size, style,
            colours=noising.colours, extent=noising.extent, reach=reach(noising.schedule, t),
        )  # fmt: skip

    def at(
        self, shown: Shown, t: int, pixel: tuple[float, float]
    ) -> tuple[int, tuple[float, ...]] | None:
        """The t and the place at a pixel of what ``draw`` drew at t, in three dimensions the
        nearest point; None beside it.
        """
        if isinstance(shown, Axes):
            place = shown.place_at(*pixel)
            if place is None:
                return None
            t = max(2, place[0])
            return t, (place[1] * reach(self._noising.schedule, t),)
        if not isinstance(shown, Drawn):
            return None
        if self._noising.x0.shape[1] == 3:
            found = shown.sample_at(*pixel, within=inf)
            return None if found is None else (t, tuple(shown.x[found].tolist()))
        return t, shown.place_at(*pixel)

    def _map(self) -> HeatScene:
        if self._scene is None:
            noising, law = self._noising, law_of(self._noising.data)
            assert noising.extent is not None
            heat = heat_of(law, noising.schedule, noising.extent)
            self._scene = HeatScene(heat, (), noising.schedule, law)
        return self._scene

    def _x(self, t: int) -> Tensor:
        return torch.tensor(self.place(t), dtype=torch.float64)

    def _direction(self, t: int) -> Tensor:
        return widest(self.mixture, self._x(t), t, 1)
