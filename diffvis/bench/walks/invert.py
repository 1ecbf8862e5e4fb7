"""DDIM inversion: a picture's own noise, and the way back."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit
from diffvis.bench.task import Task
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.diffusion.inversion import ddim_inversion
from diffvis.diffusion.reverse import ReverseStep

UNCLIPPED = {"sampler": "ddim", "eta": 0.0, "clip": "none"}
"""The chain that is inverted: a clipped one has no inverse."""


def upwards(task: Task, x0: Tensor, iterations: int = 1) -> Iterator[ReverseStep]:
    """The steps from x0 (N, ...) to the noise of which DDIM makes it, at the times of the chain."""
    plan = task.plan(x0, task.schedule.T)
    return ddim_inversion(
        plan.denoiser, plan.schedule, plan.x, plan.times, iterations=iterations, labels=plan.labels
    )


def invert(
    task: Task, x0: Tensor, counts: Sequence[int], iterations: int, back: int | None
) -> Iterator[Board]:
    """x0 (N, ...) to x_T and back by DDIM, in each of ``counts`` steps; the error falls with their
    number, in the first order (Song et al. 2021, section 5.4 and table 2).

    ``back`` is the class that is told on the way back, where it is another. Results: ``x0``
    (counts, N, ...), ``x_T`` (N, ...) of the last count, ``error`` (counts,): root mean squares.
    """
    done: list[Exhibit] = []
    made: list[Tensor] = []
    errors: list[float] = []
    for steps in counts:
        there = task.with_chain(steps=steps, **UNCLIPPED)
        x_T = x0
        for step in upwards(there, x0, iterations):
            x_T = step.x_s
            yield Board(
                step.s, ((*done, Exhibit(rf"x_{{{step.s}}}", x_T)),), f"up in {steps} steps",
                iterations * step.calls,
            )  # fmt: skip
        way = there if back is None else there.with_chain(label=back)
        for step in way.walk(x_T, task.schedule.T):
            last = step.s == 0
            x = reached(step)
            error = float((x - x0).square().mean().sqrt())
            shown = Exhibit(symbol_of(step), x,
                            f"{steps} steps: error {error:.3f}")  # fmt: skip
            results = {}
            if last:
                made.append(x.cpu())
                errors.append(error)
                done.append(shown)
                results = {"x0": torch.stack(made), "x_T": x_T, "error": torch.tensor(errors)}
            row = (Exhibit("the picture", x0[:1]), *(done if last else (*done, shown)))
            yield Board(step.s, (row, (Exhibit("x_{T}", x_T),)), f"back in {steps} steps",
                        step.calls, results)  # fmt: skip
