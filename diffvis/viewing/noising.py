"""What the Forward workspace shows at any t: x0, eps and x_t of some samples of a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule, q_path, q_sample
from diffvis.diffusion.seeds import seeded
from diffvis.rendering.origin import apparent_noise, choose_samples
from diffvis.rendering.paths import Paths, corner_times, forward_paths
from diffvis.rendering.style import Colour

PATH_LIMIT_BYTES = 512 * 2**20


@dataclass(frozen=True)
class Noised:
    """One moment of the forward process; all tensors are (n, ...) of the same shape."""

    t: int
    x0: Tensor
    eps: Tensor
    x_t: Tensor


class Noising:
    """A fixed choice of samples and noise, looked at at any t.

    The closed form uses one eps for all t. The true chain adds fresh noise at every step; its eps
    is the one that the closed form would need to arrive at the same x_t.
    """

    def __init__(
        self,
        data: Dataset,
        schedule: NoiseSchedule,
        count: int,
        seed: int,
        first: int = 0,
        of_class: int | None = None,
        spread: bool = False,
        span: tuple[float, float] = (-1.0, 1.0),
    ):
        """``span`` holds the values of black and white in images, as the model in use sees them."""
        origin = choose_samples(data, count, first, seed, of_class, spread, span)
        self._origin = origin
        self.data = data
        self.span = span
        self.schedule = schedule
        self.x0 = origin.x0
        self.eps = origin.eps
        self.colours = origin.colours
        self.extent = origin.extent
        self._seed = seed
        self._path: Tensor | None = None
        self._now: Noised | None = None

    @property
    def walks(self) -> bool:
        """Whether this is the true chain."""
        return self._path is not None

    @property
    def path_bytes(self) -> int:
        """Memory that the recorded true chain takes."""
        return (self.schedule.T + 1) * self.x0.numel() * 4

    def walk(self, report: Callable[[int, int], None] | None = None) -> Tensor:
        """The true chain x_0 ... x_T from this seed, (T + 1, n, ...).

        ``report(done, total)`` hears how far it is, and may raise to end it.
        """
        generator = seeded(self._seed)
        path = torch.empty((self.schedule.T + 1, *self.x0.shape))
        for t, x_t in enumerate(q_path(self.schedule, self.x0, generator)):
            path[t] = x_t
            if report is not None and t % 16 == 0:
                report(t, self.schedule.T)
        return path

    def use_path(self, path: Tensor | None) -> None:
        """Show this recorded chain instead of the closed form (None: the closed form)."""
        self._path = path
        self._now = None

    def at(self, t: int) -> Noised:
        """The same object again for the t asked for last: views and readouts share it."""
        if self._now is None or self._now.t != t:
            self._now = self._moment(t)
        return self._now

    def paths(self, index: Sequence[int], colours: Sequence[Colour]) -> Paths:
        """The way of these points from x_0 to x_T."""
        if self._path is None:
            return forward_paths(self.schedule, self._origin, index, colours)
        times = corner_times(self.schedule.T)
        places = self._path[times][:, torch.as_tensor(list(index))]
        return Paths(np.asarray(index), times, places.numpy(), colours)

    def _moment(self, t: int) -> Noised:
        if self._path is None:
            return Noised(t, self.x0, self.eps, q_sample(self.schedule, self.x0, t, self.eps))
        x_t = self._path[t]
        return Noised(t, self.x0, apparent_noise(self.schedule, self.x0, x_t, t), x_t)
