"""Looking at a run from outside: its validation loss and its samples, a bounded piece at a time.

Both use the EMA copy and random numbers of their own, so that looking never changes the run.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.data.dataset import Dataset, sampled
from diffvis.diffusion.guidance import Guided
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import timesteps
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.walk import ddim
from diffvis.training.config import TrainConfig
from diffvis.training.loop import losses
from diffvis.training.progress import Chain, Working
from diffvis.training.state import TrainState

BINS = 10  # of the loss by t
CHAIN_IMAGES, CHAIN_POINTS = 4, 500  # samples of a preview whose whole way is kept
_SEED = 20_201_209  # the same noise for every run, so that their validation losses compare


def validate(state: TrainState, dataset: Dataset) -> Iterator[Working | Tensor]:
    """L_simple of the EMA copy on fixed validation samples, t and eps.

    The timesteps are spread evenly over 1..T. Where there are fewer samples than
    ``config.validation_count``, they are used again with another t and eps. A reflow is measured
    on pairs that were held back.

    Yields:
        Working after each batch but the last, then the losses, float32 (count,) on the CPU. The
        i-th is that of the (i + 1/2)/count quantile of 1..T; see ``loss_by_t``.
    """
    config, count = state.config, state.config.validation_count
    dataset = dataset if state.pairs is None else state.pairs
    order = sampled(dataset.validation, len(dataset.validation))  # every class at every t
    index = order[torch.arange(count) % len(order)]
    t = _even_times(state.blueprint.schedule.T, count)
    generator = torch.Generator().manual_seed(_SEED)
    found = []
    for start in range(0, count, config.batch_size):
        part = slice(start, start + config.batch_size)
        x0 = dataset.x0(index[part])
        if state.pairs is not None:
            x0, eps = x0.unbind(1)
        else:
            eps = torch.randn(x0.shape, generator=generator)
        labels = None
        if state.blueprint.num_classes and dataset.labels is not None:
            labels = dataset.labels[index[part]].to(state.device)
        found.append(_losses(state, x0, t[part], eps, labels).float().cpu())
        if start + config.batch_size < count:
            yield Working(state.step, config.steps, "validation", (start + len(x0)) / count)
    yield torch.cat(found)


@torch.no_grad()
def _losses(state: TrainState, x0: Tensor, t: Tensor, eps: Tensor, labels: Tensor | None) -> Tensor:
    return losses(state, x0.to(state.device), t, eps.to(state.device), labels, ema=True)


def loss_by_t(loss: Tensor) -> tuple[float, ...]:
    """Means of the losses from ``validate`` over ``BINS`` equal parts of 1..T, small t first."""
    bins = min(BINS, len(loss))
    return tuple(float(part.mean()) for part in torch.tensor_split(loss, bins))


def preview_is_due(config: TrainConfig, step: int) -> bool:
    """At every ``preview_every``-th step and the last, and a few times soon after the start, when
    most is changing.
    """
    every = config.preview_every
    if every == 0:
        return False
    return step % every == 0 or step == config.steps or step in (every // 8, every // 4, every // 2)


def preview(state: TrainState) -> Iterator[Working | tuple[Tensor, Chain]]:
    """Samples of the EMA copy on the run's own fixed noise, by a short DDIM chain. Before the first
    step of a network that begins from nothing they are that noise: it has learned nothing, and its
    chain would only keep the first step waiting.

    Yields:
        Working after each reverse step but the last, then x0 (N, ...) in model units, float32 on
        the CPU, and the way that the first of them took.
    """
    config, blueprint, T = state.config, state.blueprint, state.blueprint.schedule.T
    eps, _ = initial_noise(blueprint.shape, config.preview_count, config.seed)
    x_T = eps * blueprint.schedule.prior_std
    walked = timesteps(T, min(config.preview_steps, T))
    followed = CHAIN_POINTS if blueprint.is_points else CHAIN_IMAGES
    if state.step == 0 and not config.start_from:
        yield x_T, Chain(tuple(walked), x_T[:followed].repeat(len(walked), *[1] * x_T.ndim))
        return
    labels: Tensor | None = None
    denoiser: Denoiser = state.denoiser
    if blueprint.num_classes:
        labels = (torch.arange(config.preview_count) % blueprint.num_classes).to(state.device)
        denoiser = Guided(denoiser, config.preview_guidance)
    chain = ddim(
        denoiser,
        blueprint.schedule,
        x_T.to(state.device),
        walked,
        clip=blueprint.clip,
        labels=labels,
    )
    times, way = [T], [x_T[:followed]]
    for step in chain:
        times.append(step.s)
        way.append(step.x_s[:followed].float().cpu())
        if step.s == 0:
            yield step.x_s.float().cpu(), Chain(tuple(times), torch.stack(way))
            return
        yield Working(state.step, config.steps, "preview", 1 - step.s / T)


def _even_times(T: int, count: int) -> Tensor:
    """``count`` timesteps in 1..T, ascending, as evenly spread as they can be."""
    return 1 + torch.div((2 * torch.arange(count) + 1) * T, 2 * count, rounding_mode="floor")
