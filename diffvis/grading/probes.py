"""Calls of a function at some t, and the factors that its answers have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.prediction import Prediction, training_target
from diffvis.grading.calling import Answer, Caller, CallError, Style
from diffvis.grading.expected import At, Formula, chosen_times
from diffvis.grading.fitting import fit
from diffvis.grading.judging import Found, all_alike
from diffvis.grading.student import Student

SEED = 20
ANSWERS: dict[Prediction, str] = {"eps": "noise", "x0": "x0", "v": "v"}
"""What of a sample a network answers that predicts this."""
CALM = 0.5  # of x_0: then no sound clipping changes anything


@dataclass(frozen=True)
class Base:
    """How a student counts: t = ``first`` is x_1; the chain ends with x at ``lowest`` of 1, 2."""

    first: int
    lowest: int = 1

    def own(self, t: int) -> int:
        """The student's number for the papers' t."""
        return t - 1 + self.first


@dataclass(frozen=True)
class Probe:
    """One call at the papers' t, with what went in by the papers' names, and the factors."""

    found: Found
    answer: Answer
    parts: Mapping[str, Tensor]
    y: Tensor
    left: float
    """What the parts do not explain."""


def bases(hint: int | None) -> Sequence[Base]:
    """How a student may count, the likely first. Who draws t from 1 on may have tables from 0 on,
    and never uses their first.
    """
    if hint == 0:
        return (Base(0),)
    return (Base(1), Base(0, lowest=2)) if hint == 1 else (Base(0), Base(1))


def samples(student: Student, style: Style, t: int) -> dict[str, Tensor]:
    """x0, eps, the v and the x_t of both at the papers' t."""
    draw = torch.Generator().manual_seed(SEED + t)
    x0 = CALM * (2 * torch.rand(style.shape, generator=draw) - 1)
    eps = torch.randn(style.shape, generator=draw)
    v = training_target(student.schedule, x0, eps, t, "v")
    return {"x0": x0, "noise": eps, "v": v, "x_t": q_sample(student.schedule, x0, t, eps)}


def shaped(answer: Answer, style: Style, not_this: Tensor | None = None) -> Tensor:
    """The first tensor of the shape of x, other than one that was given."""
    for each in answer.tensors:
        if tuple(each.shape) != style.shape:
            continue
        if not_this is None or not torch.allclose(each, not_this.double(), atol=1e-6):
            return each
    raise CallError("it returns nothing of the shape of x")


def drawn_like(answer: Answer, style: Style) -> tuple[Tensor | None, bool]:
    """The last noise of the shape of x that was drawn, and whether it was uniform."""
    for kept, uniform in ((answer.drawn.normal, False), (answer.drawn.uniform, True)):
        for each in reversed(kept):
            if tuple(each.shape) == style.shape:
                return each, uniform
    return None, False


def call_at(
    caller: Caller, base: Base, t: int, s: int, given: Mapping[str, Any]
) -> tuple[Answer, dict[str, Tensor], Style]:
    """Call at the papers' t (and s), with x_t, x0 and eps and what else is ``given``."""
    function, student = caller.function, caller.student
    kept: dict[str, Tensor] = {}

    def values(style: Style) -> dict[str, Any]:
        kept.clear()
        kept.update(samples(student, style, t))
        eps, said = kept["noise"], kept[ANSWERS[caller.predicts]]
        made: dict[str, Any] = {**kept, "eps_hat": eps, "answer": said, "t": base.own(t)}
        made["s"] = base.own(s)
        if function.has("t_index"):
            made["t_index"] = base.own(t)
        return {**made, **given}

    answer = caller.try_styles(values)
    assert caller.style is not None
    return answer, kept, caller.style


def probe(
    caller: Caller,
    base: Base,
    t: int,
    parts: Sequence[str],
    given: Mapping[str, Any] | None = None,
    s: int | None = None,
) -> Probe:
    """Call at t, and fit the answer by ``parts``: x0, x_t, noise, eps_hat, and z that was drawn."""
    s = t - 1 if s is None else s
    answer, kept, style = call_at(caller, base, t, s, given or {})
    said = kept["noise" if caller.function.has("eps_hat") else ANSWERS[caller.predicts]]
    known = {**kept, "eps_hat": said}
    z, _ = drawn_like(answer, style)
    if z is not None:
        known["z"] = z
    y = shaped(answer, style, kept["noise"] if "noise" in parts else None)
    used = {name: known[name] for name in parts if name in known}
    made = fit(y, used)
    factors = dict.fromkeys(parts, 0.0) | dict(made.factors)
    return Probe(Found(At(caller.student.schedule, t, s), factors), answer, used, y, made.left)


def probes(
    caller: Caller, base: Base, parts: Sequence[str], given: Mapping[str, Any] | None = None
) -> list[Probe]:
    """At a few t over the whole schedule."""
    T = caller.student.T
    return [probe(caller, base, t, parts, given) for t in chosen_times(T, base.lowest)]


def fitting_base(
    caller: Caller,
    hint: int | None,
    parts: Sequence[str],
    formula: Formula,
    given: Mapping[str, Any] | None = None,
) -> tuple[Base, list[Probe], bool]:
    """How the function counts: the first way in which its factors are those of the formula, or else
    the likely one; and whether they are.

    Raises:
        CallError: there is no way.
    """
    first: tuple[Base, list[Probe]] | None = None
    failure: CallError | None = None
    for base in bases(hint):
        try:
            found = probes(caller, base, parts, given)
        except CallError as error:
            failure = failure or error
            continue
        if all_alike([each.found for each in found], formula):
            return base, found, True
        first = first or (base, found)
    if first is None:
        raise failure or CallError("it cannot be called")
    return *first, False
