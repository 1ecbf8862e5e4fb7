"""p_sample: one step from x_t towards the data; and what all steps have in common."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import sqrt

from diffvis.bugs.misreadings import mistaken
from diffvis.diffusion.prediction import Prediction
from diffvis.grading import expected
from diffvis.grading.calling import Caller
from diffvis.grading.judging import Found, difference, of_bug
from diffvis.grading.of_noising import uniform_noise
from diffvis.grading.probes import Base, Probe, drawn_like, fitting_base
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict

STEP = ("x_t", "eps_hat", "z")
READINGS: tuple[Prediction, ...] = ("eps", "v", "x0")
NONE = 0.02  # of the large sigma, below which no noise is added
WITHIN = 1 + 1e-6  # of what is clipped to [-1, 1]
LEAST_CUT = 0.05  # of its values that are cut off


def check_p_sample(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    return as_read(caller, lambda: _p_sample(caller, hint))


def as_read(caller: Caller, judge: Callable[[], Verdict]) -> Verdict:
    """The verdict of the reading of the network that its loss has trained. Where no loss tells, any
    reading with which the step is right is.
    """
    told = caller.student.predicts
    found: dict[Prediction, Verdict] = {}
    first = told or "eps"
    others = () if caller.function.has("eps_hat") else tuple(p for p in READINGS if p != first)
    for predicts in (first, *others):
        caller.predicts = predicts
        made = found[predicts] = judge()
        if made.status != "right" and not (told and predicts == told and made.bug):
            continue
        if predicts == first:
            return made
        if told is None:
            return replace(made, sentence=f"{made.sentence}; the network is read as {predicts}")
        return of_bug(
            made.function, made.called, mistaken(told, predicts),
            f"the network is trained to say {told}, and its answer is read as {predicts}",
        )  # fmt: skip
    named = next((each for each in found.values() if each.bug), found[first])
    return found[first] if told else named


def _p_sample(caller: Caller, hint: int | None) -> Verdict:
    """Judge the step with the network read as the caller has it."""
    function, predicts = caller.function, caller.predicts
    formula = expected.READ_AS[predicts]
    base, found, right = fitting_base(caller, hint, STEP, formula)
    early = clipped(function, found) or told_wrongly(function, base, found)
    if early:
        return early
    assert caller.style is not None
    if uniform := uniform_noise(function, *drawn_like(found[-1].answer, caller.style)):
        return uniform
    made = [p.found for p in found]
    if right:
        return _noise_of(function, base, made)
    bugs = expected.MEANS if predicts == "eps" else ()
    return difference("p_sample", function.called, made, formula, bugs, base.first)


def _noise_of(function: Function, base: Base, found: Sequence[Found]) -> Verdict:
    """Judge the factor of z, where the mean is right. Both variances of Ho et al. are."""
    called, (last, *others) = function.called, found
    large = [sqrt(each.at.beta) for each in others]
    if all(abs(each.factors["z"]) < NONE * std for each, std in zip(others, large, strict=True)):
        return of_bug("p_sample", called, "", "no noise is added: the factor of z is 0 at every t")
    for name, std in (("small", expected.small_std), ("large", expected.large_std)):
        if all(is_sigma(each.factors["z"], std(each.at)) for each in others):
            return _last_of(function, base, last, name)
    for variance in (expected.small_std, expected.large_std):
        if all(is_sigma(each.factors["z"], variance(each.at) ** 2) for each in others):
            t = others[len(others) // 2]
            return wrong_sigma(function, base, t, variance(t.at), "sigma squared instead of sigma")
    worst = max(others, key=lambda each: abs(each.factors["z"] - expected.small_std(each.at)))
    return wrong_sigma(function, base, worst, expected.small_std(worst.at), "")


def wrong_sigma(function: Function, base: Base, at: Found, right: float, words: str) -> Verdict:
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


def is_sigma(found: float, wanted: float) -> bool:
    return abs(abs(found) - wanted) <= 1e-2 * wanted


def clipped(function: Function, found: Sequence[Probe]) -> Verdict | None:
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
