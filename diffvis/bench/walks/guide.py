"""Chains that a differentiable loss of x0_hat steers."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from diffvis.bench.board import Board, Exhibit
from diffvis.bench.task import Task
from diffvis.bench.walks.pairs import chain_with
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.bench.walks.steered import GuidedByLoss, Loss


def brightness(target: float) -> Loss:
    """How far the mean of the values is from ``target``, squared, times their number: as the log of
    a normal density would be.
    """

    def loss(x0: Tensor) -> Tensor:
        values = x0.flatten(1)
        return (values.mean(1) - target).square() * values.shape[1]

    return loss


def symmetry(x0: Tensor) -> Tensor:
    """How unlike its mirror image a picture is: the sum of squares."""
    return (x0 - x0.flip(-1)).square().flatten(1).sum(1)


def logit(network: nn.Module, label: int, span: tuple[float, float] = (-1.0, 1.0)) -> Loss:
    """-log p(label | x0_hat) by a classifier of pictures in [-1, 1]; those of the model lie in
    ``span``.
    """
    low, high = span

    def loss(x0: Tensor) -> Tensor:
        logits: Tensor = network(2 * (x0 - low) / (high - low) - 1)
        return -logits.log_softmax(1)[:, label]

    return loss


def guide(task: Task, loss: Loss, weight: float, wish: str) -> Iterator[Board]:
    """The chain from the same noise with ``loss`` and without. Results: ``x0`` and ``plain`` (N,
    ...), ``loss`` (N,) of both, (2, N).
    """
    plan = task.plan()
    plain: Tensor = plan.x
    for step in task.walk(plan.x, task.schedule.T):
        plain = reached(step)
        without = Exhibit(symbol_of(step), plain, f"loss {float(loss(plain).mean()):.2f}")
        yield Board(step.s, ((without,),), "without guidance", step.calls)
    alone = Exhibit("without", plain, f"loss {float(loss(plain).mean()):.2f}")
    guided = GuidedByLoss(plan.denoiser, task.schedule, loss, weight)
    for step in chain_with(task, guided, plan.x):
        x = reached(step)
        assert guided.gradient is not None
        scale = float(guided.gradient.abs().max()) or 1.0
        row = (
            Exhibit(rf"x_{{{step.t}}}", step.x_t),
            Exhibit("−∇ loss", -guided.gradient / scale, f"largest {scale:.2g}", "signed"),
            Exhibit(symbol_of(step), x, f"loss {float(loss(x).mean()):.2f}"),
            alone,
        )
        results = {}
        if step.s == 0:
            losses = torch.stack([loss(x), loss(plain)]).detach()
            results = {"x0": x, "plain": plain, "loss": losses}
        yield Board(step.s, (row,), wish, step.calls, results)
