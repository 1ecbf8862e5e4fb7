"""What a model would not have made: a picture against its healthy twin."""

from collections.abc import Iterator

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.filters import correlation, gaussian_blur
from diffvis.bench.task import Task
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.diffusion.seeds import seeded

BLUR = 1.0  # pixels, of the map: a fault is larger than one
LARGEST = 0.05  # part of the map that the score is the mean of


def twins(task: Task, x0: Tensor, t: int) -> Tensor:
    """x0 (N, ...), each noised to t with its own noise and walked back: as the model would have it
    (Wyatt et al. 2022, "AnoDDPM").
    """
    x = x0
    for step in task.walk(task.noised(x0, t), t):
        x = step.x_s
    return x


def difference_map(x0: Tensor, twin: Tensor) -> Tensor:
    """|x0 - twin| (N, 1, H, W), mean of the channels, blurred."""
    return gaussian_blur((x0 - twin).abs().mean(1, keepdim=True), BLUR)


def score_of(maps: Tensor) -> Tensor:
    """(N,): the mean of the largest twentieth of each map."""
    values = maps.flatten(1)
    return values.topk(max(1, round(LARGEST * values.shape[1])), dim=1).values.mean(1)


def scores(task: Task, x0: Tensor, t: int, draws: int = 1) -> Tensor:
    """(N,): the score of each of x0 (N, ...), its map the mean over ``draws`` of noise."""
    total: Tensor | None = None
    for k in range(draws):
        drawn = task.with_chain(seed=task.chain.seed + k)
        found = difference_map(x0, twins(drawn, x0, t))
        total = found if total is None else total + found
    assert total is not None, "there is at least one draw"
    return score_of(total / draws)


def area_under_roc(normal: Tensor, odd: Tensor) -> float:
    """How likely a faulty picture scores above a normal one; ties count half (Mann & Whitney)."""
    order = normal.sort().values
    below = torch.searchsorted(order, odd, right=False)
    up_to = torch.searchsorted(order, odd, right=True)
    return float((below + up_to).double().mean()) / (2 * len(normal))


def anomaly(task: Task, x0: Tensor, t: int, normal: Tensor | None) -> Iterator[Board]:
    """One picture as N draws of its twin: x0 (N, ...) is the same N times. ``normal`` (M, ...) are
    pictures without a fault, whose scores say how unusual this one's is.

    Results: ``twin`` (N, ...), ``map`` (1, 1, H, W), ``score`` and, with ``normal``, ``normal``
    (M,) scores and ``above``, the part of them that lies below.
    """
    calibration: Tensor | None = None
    if normal is not None:
        made = twin = normal
        for step in task.walk(task.noised(made, t), t):
            twin = step.x_s
            yield Board(
                step.s, ((Exhibit(rf"x_{{{step.s}}}", twin[:16]),),),
                f"{len(made)} normal pictures first", step.calls,
            )  # fmt: skip
        calibration = score_of(difference_map(made, twin))
    x_t = task.noised(x0, t)
    low, high = task.model.range
    for step in task.walk(x_t, t):
        last = step.s == 0
        twin = reached(step)
        found = difference_map(x0, twin).mean(0, keepdim=True)
        score = score_of(found)
        words = f"score {float(score):.3f}"
        results = {}
        if calibration is not None:
            above = (calibration < score).double().mean()
            words += f", above {float(above):.0%} of {len(calibration)} normal ones"
            results = {"normal": calibration, "above": above}
        row: Row = (
            Exhibit("x_{0}", x0[:1]),
            Exhibit(rf"x_{{{t}}}", x_t),
            Exhibit("twin" if last else symbol_of(step), twin,
                    f"r = {correlation(twin, x0):.2f}"),
            Exhibit("|x_{0} − twin|", found / (high - low), words, "share"),
        )  # fmt: skip
        yield Board(
            step.s, (row,), f"noised to t = {t} and walked back", step.calls,
            {**results, "twin": twin, "map": found, "score": score} if last else {},
        )  # fmt: skip


def plant_stroke(x0: Tensor, seed: int, value: float) -> Tensor:
    """x0 (C, H, W) with a short straight stroke of ``value``, somewhere: a fault to be found."""
    height, width = x0.shape[-2:]
    generator = seeded(seed)
    middle = torch.rand(2, generator=generator) * torch.tensor([height, width]) * 0.7
    middle += 0.15 * torch.tensor([height, width])
    angle = float(torch.rand(1, generator=generator)) * torch.pi
    length = min(height, width) / 3
    along = torch.linspace(-length / 2, length / 2, 4 * max(height, width))
    rows = (middle[0] + along * torch.sin(torch.tensor(angle))).round().long()
    columns = (middle[1] + along * torch.cos(torch.tensor(angle))).round().long()
    made = x0.clone()
    made[..., rows.clamp(0, height - 1), columns.clamp(0, width - 1)] = value
    return made
