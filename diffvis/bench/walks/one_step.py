"""x_0 noised to several t and found again: by a blur, at once, and by the chain."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.filters import best_blur, decibels
from diffvis.bench.task import Task
from diffvis.bench.walks.reached import reached, symbol_of


def one_step(task: Task, x0: Tensor, times: Sequence[int]) -> Iterator[Board]:
    """A row for each of ``times``: x_t; the best Gaussian blur of x_t / signal_t, an
    unbiased guess of x_0; one prediction x0_hat; and what the chain makes of x_t in its own steps
    below t. Results: ``x_t``, ``blurred``, ``one`` and ``many``, each (times, N, ...).
    """
    done: list[Row] = []
    found: dict[str, list[Tensor]] = {"x_t": [], "blurred": [], "one": [], "many": []}
    for t in times:
        plan = task.plan(task.noised(x0, t), t)
        steps = len(plan.times) - 1
        x_t = plan.x
        blurred, width = best_blur(x_t / task.schedule.at("signal", t, x_t), x0)
        row: Row = (
            Exhibit(rf"x_{{{t}}}", x_t, decibels(x_t, x0, task.span)),
            Exhibit("blur", blurred, f"σ = {width:.1f}: {decibels(blurred, x0, task.span)}"),
        )
        one: Tensor | None = None
        for step in plan.walk():
            if one is None:
                one = step.x0_hat
                row = (*row, Exhibit(r"\hat{x}_{0}", one, f"1 step: {_db(task, one, x0)}"))
            calls = step.calls
            last = step.s == 0
            many = reached(step)
            words = f"{steps} step{'s' * (steps != 1)}"
            shown = Exhibit(
                symbol_of(step),
                many,
                f"{words}: {_db(task, many, x0)}",
            )
            rows = (*done, (*row, shown))
            if last:
                done.append(rows[-1])
                for name, value in zip(found, (x_t, blurred, one, many), strict=True):
                    found[name].append(value.cpu())
            yield Board(
                step.s, rows, f"from t = {t}", calls,
                {name: torch.stack(values) for name, values in found.items() if values},
            )  # fmt: skip


def _db(task: Task, x: Tensor, x0: Tensor) -> str:
    return decibels(x, x0, task.span)
