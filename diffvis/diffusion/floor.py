"""The loss that no network can get below, at each t."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from diffvis.diffusion.estimate import estimate
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.prediction import (
    Denoiser,
    Prediction,
    check_prediction,
    convert,
    training_target,
)
from diffvis.diffusion.schedule import NoiseSchedule


def loss_floor(
    exact: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    timesteps: Iterable[int],
    *,
    predicts: Prediction,
    generator: torch.Generator,
    labels: Tensor | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """(t, L_simple (N,)) of the ``exact`` denoiser on x0 (N, ...), for each t asked for, in 1..T.

    What is left of L_simple when x0_hat = E[x_0 | x_t]: the variance of what is predicted, given
    x_t. ``exact`` may predict x0; the loss is that of ``predicts``, to be drawn under a network's.
    """
    check_prediction(predicts)
    return _loss_floor(exact, schedule, x0, timesteps, predicts, generator, labels)


@torch.no_grad()
def _loss_floor(
    exact: Denoiser,
    schedule: NoiseSchedule,
    x0: Tensor,
    timesteps: Iterable[int],
    predicts: Prediction,
    generator: torch.Generator,
    labels: Tensor | None,
) -> Iterator[tuple[int, Tensor]]:
    for t in timesteps:
        eps = draw_noise(x0, generator)
        x_t = q_sample(schedule, x0, t, eps)
        x0_hat = estimate(exact, schedule, x_t, t, labels=labels).x0_hat
        error = convert(schedule, x_t, t, x0_hat, "x0", predicts)
        error = error - training_target(schedule, x0, eps, t, predicts)
        yield t, error.square().flatten(1).mean(1)
