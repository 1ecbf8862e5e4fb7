"""Samplers whose step is not one mean of x_t, x0_hat and eps_hat."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from diffvis.sampling.sampler import Sampler

if TYPE_CHECKING:
    from torch import Tensor

    from diffvis.diffusion.estimate import Estimate
    from diffvis.diffusion.schedule import NoiseSchedule


class Ask(Protocol):
    """Asks the denoiser of a chain about x (N, ...) at t in 1..T."""

    def __call__(self, x: Tensor, t: int) -> Estimate: ...


Draw = Callable[["Tensor"], "Tensor"]
"""Noise like x (N, ...), the next that the chain draws."""


@dataclass(frozen=True, eq=False)
class Here:
    """Where a step begins, and what it may do."""

    ask: Ask
    schedule: NoiseSchedule
    x_t: Tensor
    t: int
    s: int
    """Where it leads, below t."""
    draw: Draw
    carried: object
    """Of the step that made x_t, None where none did."""


@dataclass(frozen=True, eq=False)
class Moved:
    """Where a step has led: x_s = mean + std noise."""

    found: Estimate
    """What is shown of the step: x0_hat, and the eps_hat that x_t has with it."""
    mean: Tensor
    """Before the last noise was added."""
    std: float = 0.0
    noise: Tensor | None = None
    """None: nothing was drawn last."""
    carried: object = None
    """What the sampler wants to know in the next step."""


class FreeSampler(Sampler):
    """One that asks, and draws, where and as often as it likes between x_t and x_s."""

    @abstractmethod
    def move(self, here: Here) -> Moved:
        """The step from x_t (N, ...) at t to s."""
