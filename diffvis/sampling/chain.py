"""One way to sample from a model: the window, the exporter and the command line all use it."""

from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.diffusion.guidance import Guided
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep
from diffvis.models.model import Model
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk


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
    times = settings.times(model.schedule.T, begin)
    labels, sampler = settings.labels_for(model), settings.sampler_for(model)
    noise, generator = chain_noise(model.shape, settings)
    x = (noise if x is None else x).to(device)
    labels = None if labels is None else labels.to(device)
    denoiser: Denoiser = model.denoiser
    if labels is not None and settings.guidance != 1.0:
        denoiser = Guided(denoiser, settings.guidance)
    return walk(
        sampler, denoiser, model.schedule, x, times,
        generator=generator, clip=settings.clip_for(model), labels=labels,
    )  # fmt: skip
