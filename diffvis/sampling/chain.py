"""One way to sample from a model: the window, the exporter and the command line all use it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from diffvis.diffusion.clipping import Clip, Clipping
from diffvis.diffusion.noise import NoiseSource
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.models.model import Model
from diffvis.sampling.guides import guided
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.sampler import Sampler
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk


@dataclass(frozen=True, eq=False)
class ChainPlan:
    """All that decides a chain which has not begun: the arguments of ``walk``."""

    sampler: Sampler
    denoiser: Denoiser
    schedule: NoiseSchedule
    x: Tensor
    """(N, ...), at the first of the times."""
    times: Sequence[int]
    generator: NoiseSource
    clip: Clip | Clipping | None
    labels: Tensor | None

    def walk(self) -> Iterator[ReverseStep]:
        """The chain, step by step."""
        return walk(
            self.sampler, self.denoiser, self.schedule, self.x, self.times,
            generator=self.generator, clip=self.clip, labels=self.labels,
        )  # fmt: skip


class RunChain(Protocol):
    """``run_chain``, or what walks as it does but for one thing."""

    def __call__(
        self,
        model: Model,
        settings: ChainSettings,
        device: torch.device | str = "cpu",
        *,
        x: Tensor | None = None,
        begin: int | None = None,
    ) -> Iterator[ReverseStep]: ...


def run_chain(
    model: Model,
    settings: ChainSettings,
    device: torch.device | str = "cpu",
    *,
    x: Tensor | None = None,
    begin: int | None = None,
) -> Iterator[ReverseStep]:
    """The reverse chain of ``settings.count`` samples, step by step; tensors on ``device``.

    It begins with noise at T, or with ``x`` (count, ...) at the time ``begin``: a noised picture,
    or the middle of another chain, which another seed continues in another way.

    Raises:
        UserError: the settings do not fit the model. At once, before the first step.
    """
    return plan_chain(model, settings, device, x=x, begin=begin).walk()


def plan_chain(
    model: Model,
    settings: ChainSettings,
    device: torch.device | str = "cpu",
    *,
    x: Tensor | None = None,
    begin: int | None = None,
) -> ChainPlan:
    """What ``run_chain`` walks.

    Raises:
        UserError: as ``run_chain``.
    """
    times = settings.times(model.schedule, begin)
    labels, sampler = settings.labels_for(model), settings.sampler_for(model)
    noise, generator = chain_noise(model.shape, settings)
    x = (noise * model.schedule.prior_std if x is None else x).to(device)
    labels = None if labels is None else labels.to(device)
    denoiser = guided(model, settings, labels is not None, device)
    return ChainPlan(
        sampler, denoiser, model.schedule, x, times, generator, settings.clip_for(model), labels
    )
