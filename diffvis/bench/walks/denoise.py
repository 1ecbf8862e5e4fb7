"""A noisy picture: the t that has its noise, and the chain from there."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.filters import best_blur, decibels, finest_band, median_filter, noise_level
from diffvis.bench.task import Task
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError

MEDIANS = (3, 5, 7)


def noise_levels(schedule: NoiseSchedule) -> Tensor:
    """noise_t / signal_t of t = 0..T, float64 (T + 1,): noise over signal."""
    return (schedule.noise_variance / schedule.alpha_bar).sqrt()


def matching_time(schedule: NoiseSchedule, sigma: float) -> int:
    """The t whose noise over signal is nearest to ``sigma`` by ratio; 0 where the picture has less
    than half of the noise of t = 1.
    """
    levels = noise_levels(schedule)[1:]
    if sigma < float(levels[0]) / 2:
        return 0
    return 1 + int((levels.log() - math.log(sigma)).abs().argmin())


def denoise(task: Task, y: Tensor, sigma: float | None, x0: Tensor | None) -> Iterator[Board]:
    """y (N, ...) = x_0 + sigma z: x_t = signal_t y at the matching t, walked to 0.

    ``sigma`` is in model units; None: estimated from the finest band. x0 is the clean picture,
    where it is known, for the PSNR and the best blur. Results: ``x0``, ``sigma`` and ``t``.

    Raises:
        UserError: the picture has no noise to speak of, or more than the noisiest t.
    """
    level = noise_level(y) if sigma is None else sigma
    t = matching_time(task.schedule, level)
    if t == 0:
        raise UserError(
            f"there is no noise to speak of in the picture (σ = {level:.3f})",
            "give its σ, or add noise to it",
            field="sigma",
        )
    most = float(noise_levels(task.schedule)[-1])
    if level > 2 * most:
        raise UserError(
            f"σ = {level:.3g} is more than the noise of t = T, {most:.3g}",
            "give a smaller σ",
            field="sigma",
        )
    return _denoise(task, y, level, sigma is None, t, x0)


def _denoise(
    task: Task, y: Tensor, level: float, estimated: bool, t: int, x0: Tensor | None
) -> Iterator[Board]:
    signal = task.schedule.at("signal", t, y)
    x_t = signal * y
    own = float(noise_levels(task.schedule)[t])
    shown: Row = (
        Exhibit("y", y, _against(task, y, x0)),
        Exhibit("finest band", _tiled(finest_band(y)), f"median / 0.6745 = {noise_level(y):.3f}",
                "signed"),
        Exhibit(rf"x_{{{t}}} = √ᾱ y", x_t, f"√(1−ᾱ)/√ᾱ = {own:.3f}"),
    )  # fmt: skip
    others: list[Exhibit] = []
    if x0 is not None:
        blurred, width = best_blur(y, x0)
        others.append(
            Exhibit("blur", blurred, f"σ = {width:.1f}: {decibels(blurred, x0, task.span)}")
        )
        medians = {size: median_filter(y, size) for size in MEDIANS}
        best = min(medians, key=lambda size: float((medians[size] - x0).square().mean()))
        filtered = medians[best]
        others.append(
            Exhibit("median", filtered, f"{best} x {best}: {decibels(filtered, x0, task.span)}")
        )
    how = "estimated" if estimated else "given"
    results = {"sigma": torch.tensor(level), "t": torch.tensor(t)}
    for step in task.walk(x_t, t):
        last = step.s == 0
        x = reached(step)
        symbol = symbol_of(step)
        rows = (shown, (*others, Exhibit(symbol, x, _against(task, x, x0))))
        yield Board(
            step.s, rows, f"σ = {level:.3f} ({how}) is that of t = {t}", step.calls,
            {**results, "x0": x} if last else results,
        )  # fmt: skip


def _against(task: Task, x: Tensor, x0: Tensor | None) -> str:
    return "" if x0 is None else decibels(x, x0, task.span)


def _tiled(band: Tensor) -> Tensor:
    """As large as the picture, so that it stands beside it."""
    return band.repeat_interleave(2, -2).repeat_interleave(2, -1)
