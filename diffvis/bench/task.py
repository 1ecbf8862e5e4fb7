"""What a tool is given: a model, how its chains are walked, and pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.noise import NoiseSource
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.sampleable import Model
from diffvis.sampling.chain import ChainPlan, plan_chain
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.settings import ChainSettings


@dataclass(frozen=True, eq=False)
class Task:
    """A model with what is to be done about some pictures.

    ``x0`` and ``other`` are one picture (C, H, W) or point (2,), or several (N, ...), in the
    model's units; ``known`` (bool, of the height and width of a picture, or (2,) of a point) says
    which values are given. ``normal`` (M, ...) are pictures without a fault.
    """

    model: Model
    chain: ChainSettings
    x0: Tensor | None = None
    other: Tensor | None = None
    known: Tensor | None = None
    normal: Tensor | None = None
    device: str = "cpu"

    @property
    def schedule(self) -> NoiseSchedule:
        return self.model.schedule

    @property
    def span(self) -> float:
        """From black to white."""
        low, high = self.model.range
        return high - low

    def with_chain(self, **values: Any) -> Self:
        """The same with other settings of its chains."""
        return replace(self, chain=self.chain.changed(**values))

    def picture(self) -> Tensor:
        """x_0 (N, ...): the one picture as often as there are samples, or all that are given.

        Raises:
            UserError: none is given, or none that the model could have made.
        """
        return self._given(self.x0, "a picture")

    def second(self) -> Tensor:
        """The other picture, likewise."""
        return self._given(self.other, "a second picture")

    def alone(self) -> tuple[Tensor, Tensor]:
        """The picture and the second one, (...) each, of tools that work on no more than these.

        Raises:
            UserError: as ``picture``, or there are several.
        """
        return self._single(self.picture(), self.x0), self._single(self.second(), self.other)

    def one(self) -> Tensor:
        """x_0 (N, ...), the one picture as often as there are samples.

        Raises:
            UserError: as ``picture``, or there are several.
        """
        x0 = self.picture()
        self._single(x0, self.x0)
        return x0

    def normals(self) -> Tensor | None:
        """Pictures without a fault (M, ...), where there are any.

        Raises:
            UserError: the model could not have made them.
        """
        if self.normal is None or not len(self.normal):
            return None
        return self._given(self.normal, "a normal picture")

    def _single(self, x0: Tensor, given: Tensor | None) -> Tensor:
        if given is not None and given.ndim == x0.ndim and len(given) > 1:
            raise UserError(
                f"this tool works on one picture, not on {len(given)}", "give them one by one"
            )
        return x0[0]

    def _given(self, x0: Tensor | None, what: str) -> Tensor:
        shape = tuple(self.model.shape)
        if x0 is None:
            raise UserError(f"{what} is missing", "choose one of the data, or open one")
        if tuple(x0.shape[-len(shape) :]) != shape or x0.ndim not in (len(shape), len(shape) + 1):
            raise UserError(
                f"a picture of {words_of(tuple(x0.shape))} does not fit {self.model.name}",
                f"it makes {words_of(shape)}",
            )
        if not torch.isfinite(x0).all():
            raise UserError("the picture has values that are no numbers", "choose another")
        return x0.to(self.device).expand(self.chain.count, *shape) if x0.ndim == len(shape) else x0

    def time(self, t: int | None, usual: float = 0.5) -> int:
        """``t``, or the usual part of the way to T.

        Raises:
            UserError: there is no such time to begin at.
        """
        t = max(1, round(usual * self.schedule.T)) if t is None else t
        if not 1 <= t <= self.schedule.T:
            raise UserError(
                f"a strength of t = {t} is not possible",
                f"choose 1 to {self.schedule.T}",
                field="strength",
            )
        return t

    def times(self, times: Sequence[int] | None, usual: Sequence[float]) -> tuple[int, ...]:
        """Several times, likewise."""
        if times is None:
            return tuple(dict.fromkeys(self.time(None, part) for part in usual))
        return tuple(self.time(t) for t in times)

    def noise(self, count: int) -> tuple[Tensor, NoiseSource]:
        """eps (count, ...) of the seed, and what the rest of a chain draws from."""
        eps, source = chain_noise(tuple(self.model.shape), self.chain.changed(count=count))
        return eps.to(self.device), source

    def noised(self, x0: Tensor, t: int) -> Tensor:
        """x_t of x0 (N, ...) with the noise of the seed."""
        return q_sample(self.schedule, x0, t, self.noise(len(x0))[0])

    def plan(self, x: Tensor | None = None, begin: int | None = None) -> ChainPlan:
        """The chain of x (N, ...) from ``begin``, or from noise; its first step is not yet taken.

        Raises:
            UserError: the settings do not fit the model.
        """
        count = self.chain.count if x is None else len(x)
        return plan_chain(
            self.model, self.chain.changed(count=count), self.device, x=x, begin=begin
        )

    def asked(self, times: Sequence[int]) -> int:
        """How often a chain that visits ``times`` asks the network."""
        return self.chain.sampler_for(self.model).calls(self.schedule, times)

    def walk(self, x: Tensor, begin: int) -> Iterator[ReverseStep]:
        """That chain, walked."""
        return self.plan(x, begin).walk()


def words_of(shape: tuple[int, ...]) -> str:
    """``1 x 28 x 28``."""
    return " x ".join(map(str, shape))
