"""Editing by noising and walking back (SDEdit)."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit
from diffvis.bench.filters import correlation
from diffvis.bench.task import Task
from diffvis.bench.walks.reached import reached, symbol_of


def edit(task: Task, x0: Tensor, times: Sequence[int]) -> Iterator[Board]:
    """x0 (N, ...) noised to each of ``times`` with the same noise, and walked back (Meng et al.
    2022, "SDEdit", algorithm 1).

    Of independent normal values DDIM keeps the correlation sqrt(alpha_bar_t) with x_0, ancestral
    sampling alpha_bar_t: the noise is thrown away and drawn anew. Results: ``x0`` (times, N, ...)
    and ``correlation`` (times,).
    """
    above: list[Exhibit | str] = []
    below: list[Exhibit | str] = []
    made: list[Tensor] = []
    kept: list[float] = []
    for t in times:
        x_t = task.noised(x0, t)
        noise = Exhibit(rf"x_{{{t}}}", x_t, keeps(task, t))
        for step in task.walk(x_t, t):
            last = step.s == 0
            x = reached(step)
            found = correlation(x, x0)
            shown = Exhibit(symbol_of(step), x, f"r = {found:.2f}")
            results = {}
            if last:
                made.append(x.cpu())
                kept.append(found)
                results = {"x0": torch.stack(made), "correlation": torch.tensor(kept)}
            yield Board(
                step.s,
                ((*above, noise), (*below, shown)),
                f"noised to t = {t}",
                step.calls,
                results,
            )
            if last:
                above.append(noise)
                below.append(shown)


def keeps(task: Task, t: int) -> str:
    """What of independent normal values the way back would keep: ``√ᾱ = 0.42``. On a path that does
    not preserve variance ᾱ is the signal's share of it.
    """
    share = float(task.schedule.signal_share[t])
    symbol = "ᾱ" if task.schedule.preserves_variance else "(share)"
    sampler = task.chain.sampler_for(task.model)
    if not sampler.adds_noise:
        return f"√{symbol} = {share**0.5:.2f}"
    return f"{symbol} = {share:.2f}" if sampler.name == "ddpm" else ""
