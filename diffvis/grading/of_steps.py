"""p_sample and ddim_step: one step from x_t towards the data."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from diffvis.grading import expected
from diffvis.grading.calling import Caller, CallError
from diffvis.grading.expected import Direction
from diffvis.grading.judging import Found, all_alike, difference, of_bug, which_bug
from diffvis.grading.of_noising import uniform_noise
from diffvis.grading.probes import Base, Probe, bases, drawn_like, fitting_base, probe
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict

STEP = ("x_t", "eps_hat", "z")
NONE = 0.02  # of the large sigma, below which no noise is added
WITHIN = 1 + 1e-6  # of what is clipped to [-1, 1]
LEAST_CUT = 0.05  # of its values that are cut off


def check_p_sample(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    base, found, right = fitting_base(caller, hint, STEP, expected.mean)
    called = function.called
    early = _clipped(function, found) or told_wrongly(function, base, found)
    if early:
        return early
    last = found[-1]
    assert caller.style is not None
    if uniform := uniform_noise(function, *drawn_like(last.answer, caller.style)):
        return uniform
    if not right:
        means = [p.found for p in found]
        made = difference("p_sample", called, means, expected.mean, expected.MEANS, base.first)
        if not made.bug and _is_forgotten(means):
            return difference("p_sample", called, means, expected.mean, (), base.first)
        return made
    return _noise_of(function, base, [p.found for p in found], student.T)


def _is_forgotten(found: Sequence[Found]) -> bool:
    return all(each.factors["eps_hat"] == 0 for each in found)


def _noise_of(function: Function, base: Base, found: Sequence[Found], T: int) -> Verdict:
    """Judge the factor of z, where the mean is right. Both variances of Ho et al. are."""
    called, (last, *others) = function.called, found
    large = [sqrt(each.at.beta) for each in others]
    if all(abs(each.factors["z"]) < NONE * std for each, std in zip(others, large, strict=True)):
        return of_bug("p_sample", called, "", "no noise is added: the factor of z is 0 at every t")
    for name, std in (("small", expected.small_std), ("large", expected.large_std)):
        if all(_is(each.factors["z"], std(each.at)) for each in others):
            return _last_of(function, base, last, name)
    for variance in (expected.small_std, expected.large_std):
        if all(_is(each.factors["z"], variance(each.at) ** 2) for each in others):
            t = others[len(others) // 2]
            return _sigma(function, base, t, variance(t.at), "sigma squared instead of sigma")
    worst = max(others, key=lambda each: abs(each.factors["z"] - expected.small_std(each.at)))
    return _sigma(function, base, worst, expected.small_std(worst.at), "")


def _sigma(function: Function, base: Base, at: Found, right: float, words: str) -> Verdict:
    value, t = at.factors["z"], base.own(at.at.t)
    numbers = {"t": float(t), "found": value, "expected": right, "ratio": value / right}
    sentence = (
        f"the factor of z is {value:.4g} where {right:.4g} is expected: "
        f"ratio {value / right:.3g} at t = {t}"
    )
    bug = "variance-for-sigma" if words else ""
    return of_bug(
        function.paper, function.called, bug, f"{words}; {sentence}" if words else sentence,
        **numbers,
    )  # fmt: skip


def _last_of(function: Function, base: Base, last: Found, variance: str) -> Verdict:
    """Judge the step to the data, where nothing is to be added."""
    t, std = base.own(last.at.t), abs(last.factors["z"])
    if std > NONE * sqrt(last.at.beta):
        return of_bug(
            function.paper, function.called, "noise-in-last-step",
            f"noise is added in the last step: the factor of z is {std:.4g} where 0 is expected, "
            f"at t = {t}",
            t=float(t), found=std, expected=0.0,
        )  # fmt: skip
    return Verdict(
        function.paper, function.called, "right",
        f"as Ho et al. 2020, algorithm 2, with the {variance} variance; t counts from {base.first}",
    )  # fmt: skip


def _is(found: float, wanted: float) -> bool:
    return abs(abs(found) - wanted) <= 1e-2 * wanted


def _clipped(function: Function, found: Sequence[Probe]) -> Verdict | None:
    """Whether x_s itself is kept in [-1, 1], where it reaches further."""
    for each in found[len(found) // 2 :]:
        reach = float(each.parts["x_t"].abs().max())
        size = each.y.abs()
        cut = float((size > 2 - WITHIN).double().mean())
        if reach > 1.5 and float(size.max()) <= WITHIN and cut > LEAST_CUT:
            return of_bug(
                function.paper, function.called, "clip-x-t",
                f"x_t is clipped instead of x0_hat: the largest value is 1 where about {reach:.1f} "
                "is expected",
                found=1.0, expected=reach,
            )  # fmt: skip
    return None


def told_wrongly(function: Function, base: Base, found: Sequence[Probe]) -> Verdict | None:
    """Whether the network hears another t, or none."""
    if not function.has("model") and not any(each.answer.told for each in found):
        return None
    told = [each.answer.told[0] if each.answer.told else None for each in found]
    if not any(each.answer.told for each in found):
        return None
    own = [base.own(each.found.at.t) for each in found]
    if any(t is None for t in told) or len({*told}) == 1:
        return of_bug(
            function.paper, function.called, "no-t",
            "the network is called without t"
            if told[0] is None
            else f"the network is told t = {told[0]:g} at every t",
        )  # fmt: skip
    ends = [base.own(each.found.at.s) for each in found]
    strided = any(a > b + 1 for a, b in zip(own, ends, strict=True))
    if (strided or (base.first, base.lowest) == (0, 1)) and told == ends:
        return of_bug(
            function.paper, function.called, "network-told-s",
            f"the network is told {told[-1]:g} at t = {own[-1]}, and {told[0]:g} at the first",
            t=float(own[-1]), found=float(told[-1] or 0), expected=float(own[-1]),
        )  # fmt: skip
    return None


def check_ddim_step(student: Student, function: Function, hint: int | None) -> Verdict:
    """With eta = 0, and where there is an eta, with eta = 1 as well."""
    caller = Caller(student, function)
    called = function.called
    verdict: Verdict | None = None
    for eta in (0.0, 1.0) if function.has("eta") else (0.0,):
        found, base = _ddim_probes(caller, hint, eta)
        if eta == 0.0:
            early = _clipped(function, found) or told_wrongly(function, base, found)
            if early:
                return early
        made = [each.found for each in found]
        direction = Direction(eta)
        if not function.has("eta"):
            direction = _own_eta(made) or direction
        if not all_alike(made, direction.right):
            return difference(
                "ddim_step", called, made, direction.right, direction.wrong(), base.first
            )
        verdict = _ddim_noise(function, base, made, direction)
        if verdict is not None:
            return verdict
    return Verdict(
        "ddim_step", called, "right", f"as Song et al. 2021, eq. 12; t counts from {base.first}"
    )


def _own_eta(found: Sequence[Found]) -> Direction | None:
    """The eta of a step that has no such parameter, by its noise."""
    for eta in (0.0, 1.0):
        direction = Direction(eta)
        inner = [each for each in found if each.at.s > 0]
        if all(
            abs(abs(each.factors["z"]) - direction.sigma(each.at)) <= 2e-2 * sqrt(each.at.small)
            for each in inner
        ):
            return direction
    return None


def _ddim_noise(
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
        _is(each.factors["z"], direction.sigma(each.at) ** 2) for each in inner
    )
    if right == 0:
        value = worst.factors["z"]
        return of_bug(
            function.paper, function.called, "",
            f"the factor of z is {value:.4g} where 0 is expected, at eta = 0",
            found=value, expected=0.0,
        )  # fmt: skip
    words = "sigma squared instead of sigma" if squared else ""
    return _sigma(function, base, worst, right, words)


def _ddim_probes(caller: Caller, hint: int | None, eta: float) -> tuple[list[Probe], Base]:
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
        direction = Direction(eta)
        if all_alike(made, direction.right) or which_bug(made, direction.wrong()):
            return found, base
        first = first or (found, base)
    if first is None:
        raise failure or CallError("it cannot be called")
    return first
