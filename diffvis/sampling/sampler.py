"""What a sampler is: what the mean of a step takes of what is known, and how much noise it adds.

A sampler is one file. In ``samplers/``, or in a module of one's own, a class with its settings as
fields joins by a decorator; the loop, recordings, the formula on screen, options, forms, captions
and recipes follow from it:

@register("euler", "Euler", "one's own", 2026)
class Euler(Sampler):
    def mean(self, schedule, t, s, t_before=None):
        ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, Self, TypeVar

from diffvis.joining import Registry
from diffvis.settings import Settings

if TYPE_CHECKING:  # choices are offered, and settings checked, before torch is worth loading
    from torch import Tensor

    from diffvis.diffusion.prediction import Denoiser
    from diffvis.diffusion.schedule import NoiseSchedule

Made = TypeVar("Made", bound="type[Sampler]")


class Sampled(Protocol):
    """What a sampler may ask of the model that it samples."""

    @property
    def name(self) -> str: ...
    @property
    def denoiser(self) -> Denoiser: ...
    @property
    def variance(self) -> Literal["small", "large"]: ...
    @property
    def schedule(self) -> NoiseSchedule: ...


@dataclass(frozen=True)
class Mean:
    """The mean of the step from t to s: x_t, x0_hat and eps_hat, each times its weight.

    Of second order in one of three ways: x0_hat is taken further away from that of the step before,
    x0_hat + ``extrapolation`` (x0_hat - x0_before), or eps_hat nearer to that of a second look,
    eps_hat + ``correction`` (eps_ahead - eps_hat), or both that the second look has found have
    weights of their own, ``x0_ahead`` and ``eps_ahead``.
    """

    x_t: float = 0.0
    x0_hat: float = 0.0
    eps_hat: float = 0.0
    extrapolation: float = 0.0
    correction: float = 0.0
    x0_ahead: float = 0.0
    eps_ahead: float = 0.0

    @property
    def is_second_order(self) -> bool:
        """Whether it takes of more than x_t and what is found there."""
        return bool(self.extrapolation or self.correction or self.x0_ahead or self.eps_ahead)


class Sampler(Settings):
    """One way back from noise. Its fields are settings of its own."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    also: ClassVar[str] = ""
    """What it is called besides, where there is room for it."""
    about: ClassVar[str] = ""
    """How it makes a step, with its source, in one line."""
    year: ClassVar[int] = 9999
    """Of its publication: samplers are offered in this order."""

    def mean(self, schedule: NoiseSchedule, t: int, s: int, t_before: int | None = None) -> Mean:
        """The weights of the mean of the step from t to s < t; the step before began at
        ``t_before``, None for the first.
        """
        raise NotImplementedError

    def std(
        self, schedule: NoiseSchedule, t: int, s: int, v: Tensor | None = None
    ) -> float | Tensor:
        """The standard deviation of the noise that is added: one number, or of each value (N, ...)
        where the network's output for it, ``v`` (N, ...), decides. No noise is added at s = 0.
        """
        return 0.0

    def look_ahead(self, schedule: NoiseSchedule, t: int, s: int) -> Mean | None:
        """Where at s the denoiser is asked a second time; None where it is asked once."""
        return None

    def code(self) -> tuple[str, ...]:
        """One step in plain PyTorch, for people to copy: lines that make ``x`` at s of ``x`` at t,
        where ``x0`` and ``eps`` are x0_hat and eps_hat (``v`` what the network says of the
        variance), ``a_t`` and ``a_s`` alpha_bar as numbers, k the number of the step from 1 and
        ``noise(k)`` what it draws. ``look(x, t)`` asks again, ``before`` is None in the first step
        and stays as it is left. Empty: nobody has written it.
        """
        return ()

    @property
    def adds_noise(self) -> bool:
        """Whether the seed matters once the chain has begun."""
        return False

    @property
    def has_own_std(self) -> bool:
        """Whether the standard deviation is one for each value."""
        return False

    def fitted(self, model: Sampled) -> Self:
        """The same for this model: what ``auto`` stands for.

        Raises:
            UserError: the model does not have what a setting asks for.
        """
        return self

    def doubt(self, schedule: NoiseSchedule, times: Sequence[int]) -> str:
        """Why a chain that visits ``times`` will hardly be good, for people; "" where it may be."""
        return ""

    def calls(self, schedule: NoiseSchedule, times: Sequence[int]) -> int:
        """How often the denoiser is asked in a chain that visits ``times``."""
        steps = list(pairwise(times))
        return len(steps) + sum(self.look_ahead(schedule, t, s) is not None for t, s in steps)


REGISTERED: Registry[type[Sampler]] = Registry("diffvis.samplers", lambda made: made.year)
"""Those that have registered; ``registry.SAMPLERS`` has all."""


def register(name: str, title: str, about: str, year: int = 9999) -> Callable[[Made], Made]:
    """Decorate a ``Sampler`` to offer it under a name; one given again replaces the earlier."""

    def decorate(made: Made) -> Made:
        made.name, made.title, made.about, made.year = name, title, about, year
        REGISTERED.add(name, made)
        return made

    return decorate
