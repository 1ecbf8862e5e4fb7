"""What the Forward workspace shows at any t: x0, eps and x_t of some samples of a data set."""

from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule, q_path, q_sample

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
        self, data: Dataset, schedule: NoiseSchedule, count: int, seed: int, first: int = 0
    ):
        total = len(data)
        order = torch.arange(first, first + min(count, total)) % total
        self.data = data
        self.schedule = schedule
        self.indices = order
        self.x0 = data.x0(order)
        self._seed = seed
        self.eps = torch.randn(self.x0.shape, generator=torch.Generator().manual_seed(seed))
        self._path: Tensor | None = None

    @property
    def path_bytes(self) -> int:
        """Memory that the recorded true chain takes."""
        return (self.schedule.T + 1) * self.x0.numel() * 4

    def walk(self) -> Tensor:
        """The true chain x_0 ... x_T from this seed, (T + 1, n, ...). Takes up to a second."""
        generator = torch.Generator().manual_seed(self._seed)
        path = torch.empty((self.schedule.T + 1, *self.x0.shape))
        for t, x_t in enumerate(q_path(self.schedule, self.x0, generator)):
            path[t] = x_t
        return path

    def use_path(self, path: Tensor | None) -> None:
        """Show this recorded chain instead of the closed form (None: the closed form)."""
        self._path = path

    def at(self, t: int) -> Noised:
        if self._path is None:
            return Noised(t, self.x0, self.eps, q_sample(self.schedule, self.x0, t, self.eps))
        x_t = self._path[t]
        sigma = float(self.schedule.sqrt_one_minus_alpha_bar[t])
        signal = float(self.schedule.sqrt_alpha_bar[t])
        eps = (x_t - signal * self.x0) / sigma if sigma > 0 else torch.zeros_like(x_t)
        return Noised(t, self.x0, eps, x_t)
