"""The training loop as an iterator: one ``next`` is one optimiser step (Ho et al. 2020, alg. 1)."""

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from diffvis.diffusion.guidance import drop_labels
from diffvis.diffusion.losses import LOSSES
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig
from diffvis.training.device import image_layout, is_out_of_memory
from diffvis.training.progress import Step
from diffvis.training.state import TrainState

Batch = tuple[Tensor, Tensor | None]  # x0 (N, ...), labels (N,) int64 or None


def train(state: TrainState, batches: Iterable[Batch], config: TrainConfig) -> Iterator[Step]:
    """Take the steps that are left of ``config.steps``, one for each ``next``.

    Pausing is not calling ``next``. Nothing here waits for the device, so that reading a loss is
    the caller's choice.
    """
    source = iter(batches)
    while state.step < config.steps:
        x0, labels = next(source)
        yield train_step(state, x0, labels)


def train_step(state: TrainState, x0: Tensor, labels: Tensor | None) -> Step:
    """One optimiser step on x0 (N, ...) in model units."""
    config, generators = state.config, state.generators
    t = torch.randint(1, state.blueprint.schedule.T + 1, (len(x0),), generator=generators.time)
    eps = torch.randn(x0.shape, device=state.device, generator=generators.noise)
    labels = _training_labels(state, labels)
    if not state.blueprint.is_points:
        layout = image_layout(state.device)
        x0, eps = x0.contiguous(memory_format=layout), eps.contiguous(memory_format=layout)

    if state.has_dropout:
        with torch.random.fork_rng(devices=[state.device] if state.device.type == "cuda" else []):
            torch.manual_seed(int(torch.randint(2**62, (), generator=generators.time)))
            loss_by_sample = _gradients(state, x0, t, eps, labels)
    else:
        loss_by_sample = _gradients(state, x0, t, eps, labels)

    gradient_norm = _clip_gradients(state, config.gradient_clip)
    learning_rate = learning_rate_at(config, state.step) * state.lr_factor
    state.optimizer.param_groups[0]["lr"] = learning_rate
    state.optimizer.step()
    state.optimizer.zero_grad(set_to_none=True)
    state.ema.update()
    state.step += 1
    return Step(
        state.step,
        config.steps,
        loss=loss_by_sample.mean(),
        loss_by_sample=loss_by_sample,
        t=t,
        gradient_norm=gradient_norm,
        learning_rate=learning_rate,
    )


def learning_rate_at(config: TrainConfig, step: int) -> float:
    """The learning rate of the step after ``step`` steps: linear warm-up, then constant or half a
    cosine down to zero.
    """
    lr = config.lr * min(1.0, (step + 1) / (config.warmup + 1))
    if config.lr_schedule == "cosine":
        lr *= 0.5 * (1 + math.cos(math.pi * step / config.steps))
    return lr


def _training_labels(state: TrainState, labels: Tensor | None) -> Tensor | None:
    """Labels with some replaced by the null class, which classifier-free guidance needs."""
    num_classes = state.blueprint.num_classes
    if labels is None or num_classes == 0:
        return None
    return drop_labels(labels, num_classes, state.config.label_dropout, state.generators.time)


def _gradients(
    state: TrainState, x0: Tensor, t: Tensor, eps: Tensor, labels: Tensor | None
) -> Tensor:
    """Gradients of the mean loss over the batch; returns the loss per sample (N,).

    Where the batch does not fit into memory, it goes through in halves, quarters, ..., which
    changes the result only by rounding. The smaller size is kept for the steps to come.
    """
    while True:
        try:
            parts = []
            for start in range(0, len(x0), state.micro_batch):
                part = slice(start, start + state.micro_batch)
                loss = losses(
                    state, x0[part], t[part], eps[part], None if labels is None else labels[part]
                )
                (loss.sum() / len(x0)).backward()
                parts.append(loss.detach())
            return parts[0] if len(parts) == 1 else torch.cat(parts)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # Outside the handler: the traceback there keeps the graph, and its memory, alive.
        state.optimizer.zero_grad(set_to_none=True)
        if state.micro_batch == 1:
            raise UserError("one sample does not fit into memory", "choose a smaller network")
        state.micro_batch = (min(state.micro_batch, len(x0)) + 1) // 2
        if state.device.type == "cuda":
            torch.cuda.empty_cache()


def losses(
    state: TrainState, x0: Tensor, t: Tensor, eps: Tensor, labels: Tensor | None, ema: bool = False
) -> Tensor:
    """The run's loss per sample (N,) of the network, or L_simple of its EMA copy."""
    denoiser = state.denoiser if ema else state.blueprint.denoiser(state.network)
    loss = LOSSES["simple" if ema else state.config.loss]
    with torch.autocast(state.device.type, state.autocast, enabled=state.autocast is not None):
        return loss(denoiser, state.blueprint.schedule, x0, t, eps, labels)


@torch.no_grad()
def _clip_gradients(state: TrainState, limit: float) -> Tensor:
    """Scale the gradients so that their norm is at most ``limit``; returns the norm before ()."""
    gradients = [p.grad for p in state.parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    if limit > 0:
        torch._foreach_mul_(gradients, (limit / (norm + 1e-6)).clamp(max=1.0))
    return norm
