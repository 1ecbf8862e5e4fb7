"""Inpainting: what is known is set anew at each step, and the chain goes back and forth."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from diffvis.bench.board import Board, Exhibit, Row
from diffvis.bench.task import Task, words_of
from diffvis.bench.walks.reached import reached, symbol_of
from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.sampling.mixing import is_still
from diffvis.sampling.walk import step


def repaint_places(steps: int, jump: int, resamplings: int) -> list[int]:
    """The places that the chain comes to, from ``steps`` (noise) to 0 (data), each one away from
    the last: after each ``jump`` steps down it goes as many up again, ``resamplings`` - 1 times
    (Lugmayr et al. 2022, "RePaint", appendix B).

    Raises ValueError unless all three are at least 1.
    """
    if min(steps, jump, resamplings) < 1:
        raise ValueError("steps, jump and resamplings are at least 1")
    left = dict.fromkeys(range(1, steps - jump + 1, jump), resamplings - 1)
    place, places = steps, [steps]
    while place > 0:
        place -= 1
        places.append(place)
        if left.get(place, 0) > 0:
            left[place] -= 1
            places += range(place + 1, place + jump + 1)
            place += jump
    return places


def known_mask(task: Task, x0: Tensor) -> Tensor:
    """1 where values are known, 0 where they are made, of a shape that spreads over x0 (N, ...).

    Raises:
        UserError: it does not fit the picture, or leaves nothing to do.
    """
    known = task.known
    shape = tuple(x0.shape[1:])
    if known is None:
        raise UserError("there is no mask", "mark what is to be made anew", field="mask")
    wanted = shape if len(shape) == 1 else shape[1:]
    if tuple(known.shape) != wanted:
        raise UserError(
            f"a mask of {words_of(tuple(known.shape))} does not fit",
            f"give one of {words_of(wanted)}",
            field="mask",
        )  # fmt: skip
    if bool(known.all()):
        raise UserError("the mask hides nothing", "mark what is to be made anew", field="mask")
    if not bool(known.any()):
        raise UserError("the mask hides all", "sample the model instead", field="mask")
    return known.to(x0.device, x0.dtype)


def inpaint(
    task: Task, x0: Tensor, known: Tensor, jump: int, resamplings: int, beside: bool
) -> Iterator[Board]:
    """New values where ``known`` is 0: x_s = known (x0 noised to s) + (1 - known) (the chain's x_s)
    (Lugmayr et al. 2022, eq. 8), going forward again by q(x_t | x_s).

    ``beside``: the same without going back, from the same noise, for comparison. At 0 the known
    values are exact. Results: ``x0`` and, beside, ``naive`` (N, ...).
    """
    steps = len(task.plan().times) - 1
    naive: Tensor | None = None
    if beside and resamplings > 1:
        straight = repaint_places(steps, 1, 1)
        for k, found in enumerate(replaced(task, x0, known, straight)):
            naive = found.x_s
            rows = _formula(task, x0, known, found), (_guess(found), _path(straight[: k + 2]))
            yield Board(found.s, rows, "without going back", found.calls)
    places = repaint_places(steps, jump, resamplings)
    for k, found in enumerate(replaced(task, x0, known, places)):
        words = f"{k + 1:,} of {len(places) - 1:,}"
        if found.s > found.t:
            words = rf"forward again: q(x_{{{found.s}}} | x_{{{found.t}}}), {words}"
        row: Row = (_guess(found), _path(places[: k + 2]))
        results = {"x0": found.x_s} if found.s == 0 else {}
        if naive is not None:
            row = (*row, Exhibit("naive", naive, "never goes back"))
            results = {**results, "naive": naive} if results else {}
        yield Board(found.s, (_formula(task, x0, known, found), row), words, found.calls, results)


def replaced(task: Task, x0: Tensor, known: Tensor, places: Sequence[int]) -> Iterator[ReverseStep]:
    """The steps of that chain. Down, ``x_s`` is with the known values, ``mean`` the chain's own
    x_s. Up, s > t, and ``x_s`` is noised from ``x_t``.
    """
    eps, source = task.noise(len(x0))
    plan = task.plan(eps, task.schedule.T)
    rising = list(reversed(plan.times))
    x, before = plan.x, None
    for here, there in pairwise(places):
        t, s = rising[here], rising[there]
        if t < s:
            noise = draw_noise(x, source)
            before, x_t = None, x
            x = noised_on(task.schedule, x_t, t, s, noise)
            yield ReverseStep(t, s, x_t, x, x_t, x_t, noise, x, 0.0, noise, calls=0)
            continue
        with torch.no_grad():
            made = step(
                plan.sampler, plan.denoiser, plan.schedule, x, t, s,
                before=before, generator=source, clip=plan.clip, labels=plan.labels,
            )  # fmt: skip
        # No value is both known and made, so that one draw does for both.
        noise = draw_noise(x, source) if s > 0 and is_still(made.std) else made.noise
        given = q_sample(task.schedule, x0, s, noise)
        x = torch.where(known > 0, given, made.x_s)
        before = made
        yield ReverseStep(
            t, s, made.x_t, x, made.x0_hat, made.x0_hat_raw, made.eps_hat, made.x_s, made.std,
            noise, made.calls,
        )  # fmt: skip


def noised_on(schedule: NoiseSchedule, x: Tensor, t: int, s: int, noise: Tensor) -> Tensor:
    """x_s ~ q(x_s | x_t) of x (N, ...) at t < s, in one stride."""
    keep = float(schedule.signal[s] / schedule.signal[t])
    return keep * x + math.sqrt(schedule.variance_between(s, t)) * noise


def _formula(task: Task, x0: Tensor, known: Tensor, found: ReverseStep) -> Row:
    """The known values and the chain's own, as they make x_s."""
    s, black = found.s, task.model.range[0]
    given = q_sample(task.schedule, x0, s, found.noise)
    return (
        Exhibit("known x_{0}", torch.where(known > 0, x0[:1], black)),
        Exhibit(rf"known x_{{{s}}}", torch.where(known > 0, given, black)),
        "+",
        Exhibit(rf"made x_{{{s}}}", torch.where(known > 0, black, found.mean)),
        "=",
        Exhibit(rf"x_{{{s}}}", found.x_s),
    )


def _guess(found: ReverseStep) -> Exhibit:
    return Exhibit(symbol_of(found), reached(found))


def _path(places: Sequence[int]) -> Exhibit:
    return Exhibit("t over calls", torch.tensor([places], dtype=torch.float32), meaning="path")
