"""Which t the samples of a step have, and what each then counts."""

import math

import torch
from torch import Tensor

from diffvis.errors import UserError

KEPT = 10  # losses of each t that are remembered (Nichol & Dhariwal 2021, section 3.3)
EVEN = 0.001  # share of all draws that stays uniform, so that no t is forgotten


class LossMemory:
    """The last losses at each t, by which t is drawn (Nichol & Dhariwal 2021, eq. 18).

    t is drawn in proportion to the root of the mean of their squares, which gives the gradient the
    least variance; a loss then counts 1 / (T p_t), so that its mean is that of a uniform t. As long
    as some t has fewer than ``KEPT`` losses, all are drawn alike.
    """

    def __init__(self, T: int) -> None:
        self.losses = torch.zeros(T, KEPT, dtype=torch.float64)
        self.counts = torch.zeros(T, dtype=torch.int64)

    @property
    def probability(self) -> Tensor:
        """(T,) float64: of t = 1..T."""
        T = len(self.counts)
        even = torch.full((T,), 1 / T, dtype=torch.float64)
        if bool((self.counts < KEPT).any()):
            return even
        root = self.losses.square().mean(1).sqrt()
        total = root.sum()
        if not total > 0:
            return even
        return (1 - EVEN) * root / total + EVEN * even

    def add(self, t: Tensor, loss: Tensor) -> None:
        """The losses (N,) at t (N,), but for those that are not finite."""
        for place, value in zip((t - 1).tolist(), loss.double().cpu().tolist(), strict=True):
            if math.isfinite(value):
                self.losses[place, self.counts[place] % KEPT] = value
                self.counts[place] += 1


def draw_times(
    law: str, T: int, count: int, generator: torch.Generator, only: int = 0,
    memory: LossMemory | None = None,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """t (N,) int64 in 1..T, and what each loss counts (N,) where that is not 1.

    ``law`` is "uniform", "logit-normal" (t/T = 1 / (1 + exp(-z)) with z ~ N(0, 1); Esser et al.
    2024, section 3.1) or "importance", which needs a ``memory``. ``only``: all have this t.
    """
    if only:
        return torch.full((count,), only), None
    if law == "logit-normal":
        share = torch.randn(count, generator=generator, dtype=torch.float64).sigmoid()
        return (T * share).ceil().long().clamp(1, T), None
    if law == "importance" and memory is not None:
        probability = memory.probability
        t = 1 + torch.multinomial(probability, count, replacement=True, generator=generator)
        return t, (1 / (T * probability[t - 1])).float()
    return torch.randint(1, T + 1, (count,), generator=generator), None


def check_only(only: int, T: int) -> None:
    """Raises UserError unless there is such a t, or 0."""
    if only > T:
        raise UserError(f"there is no t = {only}", f"this schedule has T = {T}", field="only_t")
