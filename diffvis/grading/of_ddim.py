"""ddim_step: x0_hat noised to s again, over any stride."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from diffvis.diffusion.prediction import Prediction
from diffvis.grading import expected
from diffvis.grading.calling import Caller, CallError
from diffvis.grading.expected import Direction
from diffvis.grading.judging import Found, all_alike, difference, of_bug, which_bug
from diffvis.grading.of_steps import (
    STEP,
    as_read,
    clipped,
    is_sigma,
    told_wrongly,
    wrong_sigma,
)
from diffvis.grading.probes import Base, Probe, bases, probe
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict


def check_ddim_step(student: Student, function: Function, hint: int | None) -> Verdict:
    """With eta = 0, and where there is an eta, with eta = 1 as well."""
    caller = Caller(student, function)
    return as_read(caller, lambda: _ddim_step(caller, hint))


def _ddim_step(caller: Caller, hint: int | None) -> Verdict:
    """Judge the step with the network read as the caller has it."""
    function, predicts = caller.function, caller.predicts
    for eta in (0.0, 1.0) if function.has("eta") else (0.0,):
        found, base = _probes(caller, hint, eta)
        if eta == 0.0:
            early = clipped(function, found) or told_wrongly(function, base, found)
            if early:
                return early
        made = [each.found for each in found]
        direction = Direction(eta, predicts)
        if not function.has("eta"):
            direction = _own_eta(made, predicts) or direction
        if not all_alike(made, direction.right):
            wrong = direction.wrong()
            return difference(
                "ddim_step", function.called, made, direction.right, wrong, base.first
            )
        if (noise := _noise_of(function, base, made, direction)) is not None:
            return noise
    sentence = f"as Song et al. 2021, eq. 12; t counts from {base.first}"
    return Verdict("ddim_step", function.called, "right", sentence)


def _own_eta(found: Sequence[Found], predicts: Prediction) -> Direction | None:
    """The eta of a step that has no such parameter, by its noise."""
    for eta in (0.0, 1.0):
        direction = Direction(eta, predicts)
        inner = [each for each in found if each.at.s > 0]
        if all(
            abs(abs(each.factors["z"]) - direction.sigma(each.at)) <= 2e-2 * sqrt(each.at.small)
            for each in inner
        ):
            return direction
    return None


def _noise_of(
    function: Function, base: Base, found: Sequence[Found], direction: Direction
) -> Verdict | None:
    """Judge the factor of z, where the mean is right."""
    inner = [each for each in found if each.at.s > 0]
    if all(
        abs(abs(each.factors["z"]) - direction.sigma(each.at)) <= 1e-2 * sqrt(each.at.small)
        for each in inner
    ):
        return None
    worst = max(inner, key=lambda each: abs(each.factors["z"] - direction.sigma(each.at)))
    right = direction.sigma(worst.at)
    squared = right > 0 and all(
        is_sigma(each.factors["z"], direction.sigma(each.at) ** 2) for each in inner
    )
    if right == 0:
        value = worst.factors["z"]
        return of_bug(
            function.paper, function.called, "",
            f"the factor of z is {value:.4g} where 0 is expected, at eta = 0",
            found=value, expected=0.0,
        )  # fmt: skip
    words = "sigma squared instead of sigma" if squared else ""
    return wrong_sigma(function, base, worst, right, words)


def _probes(caller: Caller, hint: int | None, eta: float) -> tuple[list[Probe], Base]:
    """Probes of a step over a stride where the function is told s, else of one to t - 1.

    Raises:
        CallError: there is no way.
    """
    function, T = caller.function, caller.student.T
    given: Mapping[str, Any] = {"eta": eta}
    stride = max(1, T // 10) if function.has("s") else 1
    failure: CallError | None = None
    first: tuple[list[Probe], Base] | None = None
    for base in bases(hint):
        # The step to the data, whose s may have no place in a table, only where s is not told.
        ends = base.lowest if function.has("s") else base.lowest - 1
        pairs = [
            (t, t - stride)
            for t in expected.chosen_times(T, base.lowest)
            if t - stride >= max(ends, 0)
        ]
        try:
            found = [probe(caller, base, t, STEP, given, s=s) for t, s in pairs]
        except CallError as error:
            failure = failure or error
            continue
        made = [each.found for each in found]
        direction = Direction(eta, caller.predicts)
        if all_alike(made, direction.right) or which_bug(made, direction.wrong()):
            return found, base
        first = first or (found, base)
    if first is None:
        raise failure or CallError("it cannot be called")
    return first
