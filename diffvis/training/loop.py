"""The training loop as an iterator: one ``next`` is one optimiser step (Ho et al. 2020, alg. 1)."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.data.batches import batches, draws
from diffvis.data.dataset import Dataset
from diffvis.diffusion.guidance import drop_labels
from diffvis.diffusion.losses import Loss, loss_of
from diffvis.errors import UserError, is_out_of_memory
from diffvis.networks.layout import image_layout
from diffvis.training.config import TrainConfig
from diffvis.training.pairing import nearest_noise
from diffvis.training.progress import Step
from diffvis.training.state import TrainState
from diffvis.training.targets import averaged
from diffvis.training.times import draw_times

Batch = tuple[Tensor, Tensor | None]  # x0 (N, ...), labels (N,) int64 or None

# Devices that are told how to take a step, and whether; another one is asked, which waits for it.
# PyTorch's fused kernels for mps pass over what they are told (pytorch/pytorch#186360).
TOLD = ("cpu", "cuda")


def train(state: TrainState, dataset: Dataset) -> Iterator[Step]:
    """Take the steps that are left of the run, one for each ``next``; how many there are may be
    changed on the way.

    Pausing is not calling ``next``. Nothing here waits for the device, so that reading a loss is
    the caller's choice.
    """
    config = state.config
    place = (state.generators.data, state.device, state.step, config.flip)
    learned = dataset if state.pairs is None else state.pairs
    source = batches(learned, config.batch_size, *place)
    references = draws(dataset, config.references, *place) if config.references else None
    while state.step < state.config.steps:
        yield train_step(state, *next(source), None if references is None else next(references))


def train_step(
    state: TrainState, x0: Tensor, labels: Tensor | None, references: Batch | None = None
) -> Step:
    """One optimiser step on x0 (N, ...) in model units, on all processes together; of a reflow on
    x0 and eps (N, 2, ...).

    A step whose loss or gradient is not finite is skipped: it counts as a step, its samples, t and
    noise are gone and the learning rate goes on, but nothing is learned from it.
    """
    config, generators, ranks = state.config, state.generators, state.ranks
    count = len(x0)
    t, counts = draw_times(
        config.times, state.blueprint.schedule.T, count, generators.time, config.only_t,
        state.memory,
    )  # fmt: skip
    if state.pairs is not None:
        x0, eps = x0.unbind(1)
    else:
        eps = torch.randn(x0.shape, device=state.device, generator=generators.noise)
    if config.pairing == "optimal":
        eps = nearest_noise(x0, eps, labels if state.blueprint.num_classes else None)
    labels = _training_labels(state, labels)

    part = ranks.part(count)
    x0, eps = x0[part], eps[part]
    part_t = t[part].to(state.device, non_blocking=True)
    part_labels = None if labels is None else labels[part]
    part_counts = None if counts is None else counts[part].to(state.device)
    unlearnable: Tensor | float = 0.0
    if references is not None:
        x0, eps, unlearnable = averaged(state, x0, part_t, eps, part_labels, references)
    x0, eps = laid_out(state, x0), laid_out(state, eps)
    if state.has_dropout:
        with torch.random.fork_rng(devices=[state.device] if state.device.type == "cuda" else []):
            seed = int(torch.randint(2**62, (), generator=generators.time))
            torch.manual_seed(seed + ranks.rank)
            loss = gradients(state, x0, part_t, eps, part_labels, part_counts)
    else:
        loss = gradients(state, x0, part_t, eps, part_labels, part_counts)

    learning_rate = learning_rate_at(config, state.step) * state.lr_factor
    state.optimizer.param_groups[0]["lr"] = learning_rate
    loss_by_sample = ranks.gathered(loss + unlearnable, count)
    if state.memory is not None:
        state.memory.add(t, loss_by_sample)
    loss = loss_by_sample.mean()
    gradient_norm, taken = _optimise(state, loss)
    state.step += 1
    return Step(
        state.step,
        config.steps,
        loss=loss,
        loss_by_sample=loss_by_sample,
        t=t,
        gradient_norm=gradient_norm,
        taken=taken,
        learning_rate=learning_rate,
    )


def laid_out(state: TrainState, images: Tensor) -> Tensor:
    """Images as the network of the run wants them in memory; points as they are."""
    if state.blueprint.is_points:
        return images
    return images.contiguous(memory_format=image_layout(state.device))


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


def gradients(
    state: TrainState,
    x0: Tensor,
    t: Tensor,
    eps: Tensor,
    labels: Tensor | None,
    counts: Tensor | None = None,
) -> Tensor:
    """Gradients of the mean loss over the batch, of which this process has a part; returns the loss
    per sample (N,). ``counts`` (N,) is what each loss counts in the mean, 1 where it is None.

    Where the batch does not fit into memory, it goes through in halves, quarters, ..., which
    changes the result only by rounding. The smaller size is kept for the steps to come.

    Raises:
        UserError: not even one sample fits, or one of several processes has too little memory.
    """
    count = state.ranks.share(len(x0), state.config.batch_size)
    while True:
        try:
            parts = []
            for start in range(0, len(x0), state.micro_batch):
                part = slice(start, start + state.micro_batch)
                loss = losses(
                    state, x0[part], t[part], eps[part], None if labels is None else labels[part]
                )
                mean = (loss if counts is None else loss * counts[part]).sum() / count
                torch.autograd.backward(mean if state.scaler is None else state.scaler.scale(mean))
                parts.append(loss.detach())
            return parts[0] if len(parts) == 1 else torch.cat(parts)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # Outside the handler: the traceback there keeps the graph, and its memory, alive.
        state.optimizer.zero_grad(set_to_none=True)
        if not state.ranks.alone:  # the others cannot take back what they have averaged already
            raise UserError(
                f"{len(x0)} samples do not fit into the memory of process {state.ranks.rank}",
                "choose a smaller batch size, or more processes",
            )
        if state.micro_batch == 1:
            raise UserError("one sample does not fit into memory", "choose a smaller network")
        state.micro_batch = (min(state.micro_batch, len(x0)) + 1) // 2
        state.forward = state.network  # what was compiled was compiled for whole batches
        if state.device.type == "cuda":
            torch.cuda.empty_cache()


def losses(
    state: TrainState, x0: Tensor, t: Tensor, eps: Tensor, labels: Tensor | None, ema: bool = False
) -> Tensor:
    """The run's loss per sample (N,) of the network, or L_simple of its EMA copy."""
    denoiser = state.denoiser if ema else state.blueprint.denoiser(state.forward)
    if state.fault is not None:
        loss: Loss = state.fault.loss
    else:
        loss = loss_of("simple" if ema else state.config.loss, state.blueprint.decoder_levels)
    with torch.autocast(state.device.type, state.autocast, enabled=state.autocast is not None):
        return loss(denoiser, state.blueprint.schedule, x0, t, eps, labels)


@torch.no_grad()
def _optimise(state: TrainState, loss: Tensor) -> tuple[Tensor, Tensor]:
    """Let the optimiser take its step with a gradient no longer than allowed, and the average
    follow, if the mean ``loss`` () and the gradient's norm are finite; otherwise weights, moments
    and average stay as they are.

    Clipping by an infinite norm would set every other gradient to 0. All processes have the same
    loss and norm here, and decide alike.

    Returns:
        The norm before clipping (), and whether the step was taken, bool ().
    """
    if state.scaler is not None:
        state.scaler.unscale_(state.optimizer)
    gradients = [p.grad for p in state.parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    limit = state.config.gradient_clip
    divisor = ((norm + 1e-6) / limit).clamp(min=1.0) if limit > 0 else None
    taken = (loss + norm).abs() < math.inf  # which NaN is not either
    if state.device.type in TOLD:
        # As GradScaler tells it, which looks at the gradients alone.
        state.optimizer.grad_scale = divisor  # type: ignore[attr-defined]  # declared by none
        state.optimizer.found_inf = (~taken).float()  # type: ignore[attr-defined]
        state.optimizer.step()
        known = taken
    elif known := bool(taken):
        if divisor is not None:
            torch._foreach_div_(gradients, divisor)
        state.optimizer.step()
    if state.ranks.first:
        state.ema.update(known)
    if state.scaler is not None:
        state.scaler.update()  # scales less where a gradient was not finite
    state.optimizer.zero_grad(set_to_none=True)
    return norm, taken
