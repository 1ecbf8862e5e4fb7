"""One way to sample from a model: the window, the exporter and the command line all use it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from diffvis.diffusion.reverse import ReverseStep, ancestral, ddim, timesteps
from diffvis.errors import UserError
from diffvis.training.model import Model, initial_noise

SAMPLERS = ("ddpm", "ddim")
MAX_COUNT = 100_000


@dataclass(frozen=True)
class ChainSettings:
    """What decides a reverse chain, beside the model. ``steps`` None walks through every t.

    Raises:
        UserError: a setting is unknown or out of range.
    """

    sampler: str = "ddpm"
    steps: int | None = None
    eta: float = 0.0  # of DDIM: 0 is deterministic, 1 is as noisy as DDPM with the small variance
    seed: int = 0
    count: int = 16

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            raise UserError(
                f"there is no sampler {self.sampler}", f"choose {' or '.join(SAMPLERS)}"
            )
        if self.steps is not None and self.steps < 1:
            raise UserError(f"{self.steps} steps are not possible", "take at least 1")
        if not 0.0 <= self.eta <= 1.0:
            raise UserError(f"eta = {self.eta} is not possible", "choose a value from 0 to 1")
        if not 0 <= self.seed < 2**63:
            raise UserError(f"seed {self.seed} is not possible", "choose 0 to 2^63 - 1")
        if not 1 <= self.count <= MAX_COUNT:
            raise UserError(f"{self.count} samples are not possible", f"choose 1 to {MAX_COUNT:,}")

    def times(self, T: int) -> list[int]:
        """The times that the chain visits, from T down to 0.

        Raises:
            UserError: more steps are asked for than there are timesteps.
        """
        if self.steps is not None and self.steps > T:
            raise UserError(f"{self.steps} steps are not possible", f"this model has T = {T}")
        return timesteps(T, self.steps or T)


def run_chain(
    model: Model, settings: ChainSettings, device: torch.device | str = "cpu"
) -> Iterator[ReverseStep]:
    """The reverse chain of ``settings.count`` samples, step by step; tensors on ``device``."""
    times = settings.times(model.schedule.T)
    x_T, generator = initial_noise(model.shape, settings.count, settings.seed)
    x_T = x_T.to(device)
    if settings.sampler == "ddim":
        return ddim(
            model.denoiser, model.schedule, x_T, times,
            eta=settings.eta, generator=generator, clip=model.clip,
        )  # fmt: skip
    return ancestral(
        model.denoiser, model.schedule, x_T, times, generator=generator, clip=model.clip
    )
