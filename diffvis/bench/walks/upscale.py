"""Enlarging: what is known of a picture is the means of its blocks."""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit
from diffvis.bench.filters import bicubic, block_mean, decibels, repeat_blocks
from diffvis.bench.task import Task
from diffvis.bench.walks.steered import Projected
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.noise import draw_noise
from diffvis.errors import UserError
from diffvis.sampling.mixing import is_still
from diffvis.sampling.walk import step

By = Literal["replacement", "projection"]


def check_factor(task: Task, factor: int) -> None:
    """Raises UserError where the picture has no such blocks."""
    height, width = task.model.shape[1:]
    if height % factor or width % factor or factor >= max(height, width):
        able = [n for n in range(2, min(height, width)) if height % n == width % n == 0]
        raise UserError(
            f"{height} x {width} pixels have no blocks of {factor} x {factor}",
            f"choose a scale of {', '.join(map(str, able)) or 'none: they are prime'}",
            field="scale",
        )


def upscale(task: Task, y: Tensor, factor: int, by: By, x0: Tensor | None) -> Iterator[Board]:
    """Pictures (N, C, H, W) whose block means are y (N, C, H / factor, W / factor).

    ``replacement``: at each step the low frequencies of x_s are those of y noised to s, x_s + P
    (y_s - x_s), where P gives each block its mean (Choi et al. 2021, "ILVR", algorithm 1).
    ``projection``: x0_hat + P (y - x0_hat) is what each step is made of (Wang et al. 2023, "DDNM",
    eq. 8). Both end with the means exact. x0, where it is known, is for the PSNR. Results: ``x0``.
    """
    large = repeat_blocks(y, factor)
    smooth = bicubic(y, factor)
    eps, source = task.noise(len(y))
    plan = task.plan(eps, task.schedule.T)
    denoiser = plan.denoiser
    if by == "projection":
        denoiser = Projected(plan.denoiser, task.schedule, large, factor)
    x, before = plan.x, None
    given = (
        Exhibit("y", large, f"means of {factor} x {factor}"),
        Exhibit("bicubic", smooth, _against(task, smooth, x0)),
    )
    for t, s in zip(plan.times, plan.times[1:], strict=False):
        with torch.no_grad():
            made = step(
                plan.sampler, denoiser, plan.schedule, x, t, s,
                before=before, generator=source, clip=plan.clip, labels=plan.labels,
            )  # fmt: skip
        low = block_mean(made.x_s, factor)
        if by == "replacement" or s == 0:
            noise = draw_noise(x, source) if s > 0 and is_still(made.std) else made.noise
            wanted = block_mean(q_sample(task.schedule, large, s, noise), factor)
            x = made.x_s + repeat_blocks(wanted - low, factor)
        else:
            wanted, x = low, made.x_s
        before = made
        last = s == 0
        shown = x if last else made.x0_hat
        row = (
            Exhibit(rf"x_{{{s}}} of the chain", made.x_s),
            "−", Exhibit("its means", repeat_blocks(low, factor)),
            "+", Exhibit(rf"y_{{{s}}}", repeat_blocks(wanted, factor)),
            "=", Exhibit(rf"x_{{{s}}}", x),
        )  # fmt: skip
        found = Exhibit("x_{0}" if last else rf"\hat{{x}}_{{0}}, t = {t}", shown,
                        _against(task, shown, x0))  # fmt: skip
        yield Board(s, (row, (*given, found)), f"{factor} times larger", made.calls,
                    {"x0": x, "bicubic": smooth} if last else {})  # fmt: skip


def _against(task: Task, x: Tensor, x0: Tensor | None) -> str:
    return "" if x0 is None else decibels(x, x0, task.span)
