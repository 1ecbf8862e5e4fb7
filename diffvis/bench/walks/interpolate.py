"""Between two pictures: at some t, or between the noises that they are made of."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.task import Task
from diffvis.bench.walks.invert import UNCLIPPED, upwards
from diffvis.bench.walks.reached import reached

Between = Literal["x_t", "linear", "spherical"]


def lerp(a: Tensor, b: Tensor, shares: Tensor) -> Tensor:
    """(K, ...) of a and b (...): a at the share 0, b at 1, straight between."""
    shares = shares.reshape(-1, *[1] * a.ndim)
    return (1 - shares) * a + shares * b


def slerp(a: Tensor, b: Tensor, shares: Tensor) -> Tensor:
    """(K, ...) of a and b (...) along the great circle (Shoemake 1985; Song et al. 2021, appendix
    D.5), so that noise in between is as long as noise is. Straight where there is no angle.
    """
    cosine = float((a * b).sum() / (a.norm() * b.norm()).clamp(min=1e-12))
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if math.sin(angle) < 1e-6:
        return lerp(a, b, shares)
    shares = shares.reshape(-1, *[1] * a.ndim)
    return (((1 - shares) * angle).sin() * a + (shares * angle).sin() * b) / math.sin(angle)


def interpolate_noised(
    task: Task, a: Tensor, b: Tensor, shares: Tensor, times: Sequence[int]
) -> Iterator[Board]:
    """a and b (...) noised to each of ``times`` with the same noise, mixed straight by ``shares``
    (K,), and walked back (Ho et al. 2020, section 4.4 and figure 8): a row for each time.

    With one eps for both the mixture of x_t is the noised mixture of x_0, so that it is as noisy as
    any x_t. Results: ``x0`` (times, K, ...).
    """
    count = len(shares)
    done: list[Row] = []
    made: list[Tensor] = []
    for t in times:
        eps = task.noise(1)[0].expand(2, *a.shape)
        signal, noise = (task.schedule.at(name, t, eps) for name in ("signal", "noise"))
        ends = signal * torch.stack([a, b]) + noise * eps
        x_t = lerp(ends[0], ends[1], shares)
        for step in task.walk(x_t, t):
            last = step.s == 0
            x = reached(step)
            row: Row = _row(x, shares, f"t = {t}: " if len(times) > 1 else "")
            if last:
                made.append(x.cpu())
            yield Board(
                step.s, (*done, row), f"{count} mixtures at t = {t}", step.calls,
                {"x0": torch.stack(made)} if last else {},
            )  # fmt: skip
            if last:
                done.append(row)


def interpolate_noise(
    task: Task, a: Tensor | None, b: Tensor | None, shares: Tensor, between: Between
) -> Iterator[Board]:
    """Between two x_T: those of which DDIM makes a and b (...), by inversion, or drawn ones where
    no pictures are given (Song et al. 2021, section 5.3).

    Half way between two independent noises the straight mixture is shorter by sqrt(2) than any
    noise that the network knows. Results: ``x_T`` and ``x0`` (K, ...), ``length`` (K,): |x_T|
    over the square root of the number of values and ``prior_std``, 1 for noise.
    """
    if a is None or b is None:
        x_T = task.schedule.prior_std * task.noise(2)[0]
    else:
        x_T = torch.stack([a, b])
        for step in upwards(task, x_T):
            x_T = step.x_s
            yield Board(
                step.s, ((Exhibit(rf"x_{{{step.s}}}", x_T),),), "inverted to its noise", step.calls
            )
    mixed = (lerp if between == "linear" else slerp)(x_T[0], x_T[1], shares)
    prior = task.schedule.prior_std
    length = mixed.flatten(1).norm(dim=1) / (prior * math.sqrt(mixed[0].numel()))
    words = (
        f"|x_T|/{'' if prior == 1 else f'({prior:g} '}√d{'' if prior == 1 else ')'} = "
        + " ".join(f"{value:.2f}" for value in length.tolist())
    )
    noise = _row(mixed, shares, "", [f"{value:.2f}" for value in length.tolist()])
    way = task if a is None else task.with_chain(**UNCLIPPED)
    for step in way.walk(mixed, task.schedule.T):
        last = step.s == 0
        x = reached(step)
        yield Board(
            step.s, (noise, _row(x, shares, "")), words, step.calls,
            {"x0": x, "x_T": mixed, "length": length} if last else {},
        )  # fmt: skip


def _row(x: Tensor, shares: Tensor, before: str, notes: Sequence[str] | None = None) -> Row:
    return tuple(
        Exhibit(
            f"{before if k == 0 else ''}λ = {float(share):.2g}", x[k : k + 1],
            "" if notes is None else notes[k],
        )
        for k, share in enumerate(shares)
    )  # fmt: skip
