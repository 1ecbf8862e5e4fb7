"""A noisy picture, cleaned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diffvis.bench.tool import Tool, register
from diffvis.settings import setting

if TYPE_CHECKING:
    from torch import Tensor

    from diffvis.bench.board import Board
    from diffvis.bench.task import Task

MOST_NOISE = 100.0


@register(
    "denoise",
    "Denoise",
    "y = x_0 + σz is x_t / √ᾱ_t at the t where √(1−ᾱ_t) / √ᾱ_t = σ; walked from there",
    order=2,
)
class Denoise(Tool):
    """The t that has a picture's noise, and the chain from there."""

    add: float = setting(
        0.5,
        ge=0,
        le=MOST_NOISE,
        label="Add noise",
        symbol="σ",
        help="Noise that is added first, where the picture has none; 0 takes it as it is.",
        tip="σ of the noise that is added to a clean picture, in units of the model: black to "
        "white is 2",
    )
    sigma: float | None = setting(
        None,
        gt=0,
        le=MOST_NOISE,
        label="Known σ",
        none="estimated",
        help="The noise of the picture; estimated if not given.",
        tip="How strong the noise is. Estimated: the median of the finest diagonal differences, "
        "over 0.6745\n(Donoho & Johnstone 1994)",
    )

    def calls(self, task: Task) -> int:
        from diffvis.bench.filters import noise_level
        from diffvis.bench.walks.denoise import matching_time

        y, _ = self._noisy(task)
        t = matching_time(task.schedule, noise_level(y) if self.sigma is None else self.sigma)
        return task.asked(task.chain.times(task.schedule, t)) if t else 0

    def work(self, task: Task) -> Iterator[Board]:
        from diffvis.bench.walks.denoise import denoise

        y, x0 = self._noisy(task)
        task.plan()
        return denoise(task, y, self.sigma, x0)

    def _noisy(self, task: Task) -> tuple[Tensor, Tensor | None]:
        """The picture with its noise, and without, where that is known."""
        x0 = task.picture()
        if self.add == 0:
            return x0, None
        return x0 + self.add * task.noise(len(x0))[0], x0
