"""Samplers whose step is not one mean of x_t, x0_hat and eps_hat."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from diffvis.sampling.sampler import Mean, Sampler

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


X0_HAT, EPS_HAT = r"\hat{x}_{0}", r"\hat{ε}"
"""How formulas write them, in the markup of pictures."""


@dataclass(frozen=True)
class Sum:
    """One line of how a step is made, with its numbers: ``left`` ``sign`` weight times symbol + ...
    ``after``; all but the weights in the markup of pictures.
    """

    left: str
    parts: tuple[tuple[float, str], ...]
    after: str = ""
    sign: str = "="


def parts_of(mean: Mean, t: int, s: int) -> tuple[tuple[float, str], ...]:
    """What a mean that takes of x_t, and perhaps corrects eps_hat, is the sum of."""
    nearer = mean.correction
    found = (
        (mean.x0_hat, X0_HAT),
        (mean.x_t, f"x_{{{t}}}"),
        (mean.eps_hat * (1 - nearer), EPS_HAT),
        (mean.eps_hat * nearer, rf"{EPS_HAT} of t = {s}"),
    )
    return tuple(part for part in found if part[0])


def langevin_sum(noise: float, snr: float, steps: int, t: int) -> Sum:
    """So many steps of Langevin dynamics at t (``langevin.langevin``), of which the last is shown
    before its noise.
    """
    times = "" if steps == 1 else f", {steps} times"
    parts = ((1.0, "x"), (-2 * snr**2 * noise, EPS_HAT), (2 * snr * noise, "z"))
    return Sum("x", parts, f" at t = {t}{times}", sign="←")


class FreeSampler(Sampler):
    """One that asks, and draws, where and as often as it likes between x_t and x_s."""

    def sums(self, schedule: NoiseSchedule, t: int, s: int) -> tuple[Sum, ...]:
        """How the step from t to s is made, one thing after the other, for people; empty: nobody
        has written it.
        """
        return ()

    @abstractmethod
    def move(self, here: Here) -> Moved:
        """The step from x_t (N, ...) at t to s."""
