"""q_sample, predict_x0 and posterior: what follows from x_0, x_t and eps without a step."""

from collections.abc import Sequence

import torch

from diffvis.grading import expected
from diffvis.grading.calling import Caller
from diffvis.grading.fitting import EXACT
from diffvis.grading.judging import difference, of_bug
from diffvis.grading.probes import Probe, call_at, drawn_like, fitting_base
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict

STEEP = 0.05  # 1 - a: relative difference below which two variances are one


def check_q_sample(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    own = not function.has("noise")
    parts = ("x0", "z") if own else ("x0", "noise")

    def formula(n: expected.At) -> expected.Factors:
        made = expected.noising(n)
        return {"x0": made["x0"], "z": made["noise"]} if own else made

    base, found, right = fitting_base(caller, hint, parts, formula)
    called = function.called
    if (noise := _uniform(caller, base, function, found)) is not None:
        return noise
    if unexplained := _unexplained(function, found):
        return unexplained
    if right:
        return Verdict(
            "q_sample", called, "right", f"as Ho et al. 2020, eq. 4; {_says(base.first)}"
        )
    bugs = [(name, _renamed(made) if own else made) for name, made in expected.NOISINGS]
    return difference("q_sample", called, [p.found for p in found], formula, bugs, base.first)


def _renamed(formula: expected.Formula) -> expected.Formula:
    def made(n: expected.At) -> expected.Factors:
        factors = formula(n)
        return {"x0": factors["x0"], "z": factors["noise"]}

    return made


def _uniform(caller: Caller, base, function: Function, found: Sequence[Probe]) -> Verdict | None:
    """Where it draws noise itself, that has to be normal."""
    answer = found[-1].answer
    if function.has("noise"):
        optional = any(role == "noise" and can for _, role, can in function.roles)
        if not optional:
            return None
        bare = Function(
            function.paper, function.called, function.call,
            [each for each in function.roles if each[1] != "noise"],
        )  # fmt: skip
        other = Caller(caller.student, bare)
        other.style = caller.style
        answer, _, _ = call_at(other, base, caller.student.T, caller.student.T - 1, {})
    assert caller.style is not None
    return uniform_noise(function, *drawn_like(answer, caller.style))


def uniform_noise(function: Function, z: torch.Tensor | None, uniform: bool) -> Verdict | None:
    """What to say of noise that is uniform."""
    if z is None or not uniform:
        return None
    return of_bug(
        function.paper, function.called, "uniform-noise",
        f"rand instead of randn: the noise has the mean {float(z.mean()):.2f} where 0 is expected",
        found=float(z.mean()), expected=0.0,
    )  # fmt: skip


def check_predict_x0(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    parts = ("x_t", "eps_hat")
    base, found, right = fitting_base(caller, hint, parts, expected.clean)
    if right:
        sentence = f"as Ho et al. 2020, eq. 15; {_says(base.first)}"
        return Verdict("predict_x0", function.called, "right", sentence)
    return difference(
        "predict_x0", function.called, [p.found for p in found],
        expected.clean, expected.CLEANS, base.first,
    )  # fmt: skip


def check_posterior(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    base, found, right = fitting_base(caller, hint, ("x0", "x_t"), expected.posterior_mean)
    if not right:
        return difference(
            "posterior", function.called, [p.found for p in found],
            expected.posterior_mean, expected.POSTERIORS, base.first,
        )  # fmt: skip
    variances = [(p.found.at, float(_variance(p))) for p in found if _variance(p) is not None]
    wrong = posterior_variance("posterior", function.called, variances, base.first)
    sentence = f"as Ho et al. 2020, eq. 7; {_says(base.first)}"
    return wrong or Verdict("posterior", function.called, "right", sentence)


def posterior_variance(
    paper: str, called: str, found: Sequence[tuple[expected.At, float]], first: int
) -> Verdict | None:
    """What to say of a variance that is not beta~; None where it is, or its logarithm."""
    found = [(n, value) for n, value in found if n.t > 1]
    if all(_close(value, n.small) for n, value in found):
        return None
    if all(_close(torch.tensor(value).exp().item(), n.small) for n, value in found):
        return None
    n, value = found[0]
    ratio, t = value / n.small, n.t - 1 + first
    numbers = {"t": float(t), "found": value, "expected": n.small, "ratio": ratio}
    if all(_close(value, n.beta) for n, value in found):
        sentence = f"it uses beta_t where beta~_t is expected: ratio {ratio:.3g} at t = {t}"
        return of_bug(paper, called, "beta-for-posterior-variance", sentence, **numbers)
    if all(_close(value, n.small**0.5) for n, value in found):
        sentence = f"it gives sigma where sigma^2 is expected: ratio {ratio:.3g} at t = {t}"
        return of_bug(paper, called, "", sentence, **numbers)
    sentence = (
        f"the variance is {value:.4g} where {n.small:.4g} is expected: ratio {ratio:.3g} at t = {t}"
    )
    return of_bug(paper, called, "", sentence, **numbers)


def _close(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= 1e-2 * abs(wanted)


def _variance(probe: Probe) -> torch.Tensor | None:
    """The first number that an answer has beside the mean."""
    others = [each for each in probe.answer.tensors if each is not probe.y]
    others = [each for each in others if each.shape != probe.y.shape or _is_flat(each)]
    return others[0].flatten()[0] if others else None


def _is_flat(values: torch.Tensor) -> bool:
    return bool((values - values.flatten()[0]).abs().max() < 1e-12)


def _unexplained(function: Function, found: Sequence[Probe]) -> Verdict | None:
    worst = max(found, key=lambda each: each.left)
    if worst.left < 10 * EXACT:
        return None
    return Verdict(
        function.paper, function.called, "differs",
        f"{worst.left:.0%} of its answer is no sum of {' and '.join(worst.parts)}, "
        f"at t = {worst.found.at.t}",
    )  # fmt: skip


def _says(first: int) -> str:
    return f"t counts from {first}"
