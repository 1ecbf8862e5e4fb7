"""p_losses: x_t is made, the network is asked, and its answer compared."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from diffvis.diffusion.forward import q_sample
from diffvis.diffusion.prediction import Prediction
from diffvis.grading import expected
from diffvis.grading.calling import Answer, Caller, CallError, Style
from diffvis.grading.fitting import fit
from diffvis.grading.judging import Found, all_alike, difference, of_bug
from diffvis.grading.of_noising import uniform_noise
from diffvis.grading.of_steps import told_wrongly
from diffvis.grading.probes import Base, Probe, bases, call_at
from diffvis.grading.student import Function, Student
from diffvis.grading.verdict import Verdict

LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "the mean square": functional.mse_loss,
    "the mean of |.|": functional.l1_loss,
    "the Huber loss": functional.smooth_l1_loss,
    "the sum of squares": lambda a, b: (a - b).square().sum(),
    "the sum of squares over the batch": lambda a, b: (a - b).square().sum() / len(a),
    "half of the mean square": lambda a, b: (a - b).square().mean() / 2,
    "the root of the mean square": lambda a, b: (a - b).square().mean().sqrt(),
}
CLOSE = 1e-3  # relatively
TAKEN = 0.02  # of x_t, that its parts may leave, for noise to be the one that made it


def check_p_losses(student: Student, function: Function, hint: int | None) -> Verdict:
    caller = Caller(student, function)
    if not function.has("t"):
        return _with_its_own_t(student, function, hint, caller)
    first: tuple[Base, list[Probe]] | None = None
    for base in bases(hint):
        try:
            found = [_probe(caller, base, t) for t in expected.chosen_times(student.T, base.lowest)]
        except CallError:
            if base is bases(hint)[-1] and first is None:
                raise
            continue
        first = first or (base, found)
        if all_alike([each.found for each in found], expected.noising):
            first = base, found
            break
    assert first is not None
    base, found = first
    made = [each.found for each in found]
    if wrong := told_wrongly(function, base, found):
        return wrong
    assert caller.style is not None
    if wrong := _uniform(function, found[-1].answer, caller.style):
        return wrong
    if not all_alike(made, expected.noising):
        return difference(
            "p_losses", function.called, made, expected.noising, expected.NOISINGS, base.first
        )
    return _compared(student, function, found[len(found) // 2], base.first)


def _probe(caller: Caller, base: Base, t: int) -> Probe:
    """What the network was asked at t, by x_0 and the noise that explains it best."""
    if caller.style is None:
        call_at(caller, base, t, t - 1, {})  # which finds out how it wants to be called
    assert caller.style is not None
    draw = torch.Generator().manual_seed(1000 + t)
    said = torch.randn(caller.style.shape, generator=draw)  # not the noise: no loss may be 0
    answer, kept, style = call_at(caller, base, t, t - 1, {"answer": said})
    x_t = _asked(answer, style)
    noises = _noises(answer, kept, style)
    fits = [fit(x_t, {"x0": kept["x0"], "noise": noise}) for noise in noises]
    best = min(range(len(fits)), key=lambda k: fits[k].left)
    if fits[best].left > TAKEN:
        raise CallError("what it asks the network is no sum of x_0 and its noise")
    parts = {**kept, "noise": noises[best], "answer": said}
    at = expected.At(caller.student.schedule, t, t - 1)
    return Probe(Found(at, fits[best].factors), answer, parts, x_t, fits[best].left)


def _asked(answer: Answer, style: Style) -> Tensor:
    if not answer.asked:
        raise CallError("it asks no network that diffvis could put in its place")
    return torch.as_tensor(answer.asked[-1][0]).detach().double()


def _noises(answer: Answer, kept: dict[str, Tensor], style: Style) -> list[Tensor]:
    """All noise of the shape of x that the loss can be of."""
    drawn = [*answer.drawn.normal, *answer.drawn.uniform]
    return [kept["noise"].double(), *(each for each in drawn if tuple(each.shape) == style.shape)]


def _uniform(function: Function, answer: Answer, style: Style) -> Verdict | None:
    shaped = [each for each in answer.drawn.uniform if tuple(each.shape) == style.shape]
    return uniform_noise(function, shaped[-1] if shaped else None, bool(shaped))


def _compared(student: Student, function: Function, probe: Probe, first: int) -> Verdict:
    """What the loss is of."""
    numbers = probe.answer.tensors
    if not numbers:
        raise CallError("it returns no number")
    loss, called = numbers[0].mean(), function.called
    n, eps, x0 = probe.found.at, probe.parts["noise"].double(), probe.parts["x0"].double()
    said = probe.parts["answer"].double()
    v = n.a**0.5 * eps - n.noise**0.5 * x0
    targets: tuple[tuple[Prediction, str, Tensor], ...] = (
        ("eps", "eps", eps), ("x0", "x_0", x0), ("v", "v", v)
    )  # fmt: skip
    for predicts, name, target in targets:
        if kind := _kind(loss, target, said):
            student.predicts = predicts
            sentence = f"{kind} of {name} and the network's answer; t counts from {first}"
            return Verdict("p_losses", called, "right", sentence)
    drawn = [each for each in probe.answer.drawn.normal if each.shape == eps.shape]
    for other in drawn:
        if _kind(loss, other, said):
            return of_bug(
                "p_losses", called, "other-noise-in-loss",
                "the loss compares with other noise than that in x_t",
                found=float(loss), expected=float((eps - said).square().mean()),
            )  # fmt: skip
    x_t = probe.y.double()
    if _kind(loss, x_t, said):
        return of_bug("p_losses", called, "", "the loss compares with x_t, where eps is expected")
    raise CallError("x_t is right, but the loss is none that is known: weighted by t, perhaps")


def _kind(loss: Tensor, target: Tensor, said: Tensor) -> str:
    return next(
        (
            name
            for name, made in LOSSES.items()
            if abs(float(loss - made(said, target))) <= CLOSE * float(made(said, target))
        ),
        "",
    )


def _with_its_own_t(
    student: Student, function: Function, hint: int | None, caller: Caller
) -> Verdict:
    """A loss that draws t itself: each sample is looked at by the t that the network was told."""
    call_at(caller, bases(hint)[0], 1, 0, {})
    draw = torch.Generator().manual_seed(7)
    assert caller.style is not None
    said = torch.randn(caller.style.shape, generator=draw)
    answer, kept, style = call_at(caller, bases(hint)[0], 1, 0, {"answer": said})
    x_t = _asked(answer, style)
    if wrong := _uniform(function, answer, style):
        return wrong
    times = _told_times(answer, student.T)
    if times is None:
        return of_bug("p_losses", function.called, "no-t", "the network is called without t")
    x0 = kept["x0"].double()
    for eps in _noises(answer, kept, style):
        for base in bases(hint):
            t = (times + 1 - base.first).clamp(0, student.T)
            right = q_sample(student.schedule, x0, t, eps)
            if torch.allclose(right, x_t, atol=2e-3):
                at = expected.At(student.schedule, max(1, int(t[0])), max(1, int(t[0])) - 1)
                parts = {"noise": eps, "x0": x0, "answer": said}
                made = Probe(Found(at, {}), answer, parts, x_t, 0.0)
                return _compared(student, function, made, base.first)
    for eps in _noises(answer, kept, style):
        for bug, formula in expected.NOISINGS:
            t = (times + 1 - bases(hint)[0].first).clamp(1, student.T)
            rows = [formula(expected.At(student.schedule, k, k - 1)) for k in t.tolist()]
            shape = (-1, *[1] * (x0.ndim - 1))
            a, b = (
                torch.tensor([row[name] for row in rows]).double().reshape(shape)
                for name in ("x0", "noise")
            )
            if torch.allclose(a * x0 + b * eps, x_t, atol=2e-3):
                return of_bug(
                    "p_losses", function.called, bug, "x_t is made as the bug says, at every t"
                )
    return of_bug("p_losses", function.called, "", "x_t is not that of Ho et al. 2020, eq. 4")


def _told_times(answer: Answer, T: int) -> Tensor | None:
    """The t (N,) int64 of the last call of the network, in the student's numbers."""
    for each in answer.asked[-1][1:]:
        if isinstance(each, Tensor) and each.numel() == len(torch.as_tensor(answer.asked[-1][0])):
            t = each.detach().flatten().double()
            part = bool(t.max() <= 1) and not bool((t == t.round()).all())
            return (t * T if part else t).round().long()
    return None
