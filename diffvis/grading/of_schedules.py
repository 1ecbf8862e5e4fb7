"""Tables of beta and what follows from them."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import betas as formulas
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.grading.calling import CallError
from diffvis.grading.expected import At
from diffvis.grading.judging import of_bug
from diffvis.grading.loading import TooLong, in_words, limited
from diffvis.grading.names import ROLES, snake
from diffvis.grading.of_noising import posterior_variance
from diffvis.grading.student import USUAL_T, Function, Student
from diffvis.grading.verdict import Verdict

SHORT = 100  # a T for which Ho's betas have to be rescaled
MOST_LEFT = 0.01  # of alpha_bar_T: a tenth of the contrast, as the advice of a schedule has it
CLOSE = 2e-4  # relatively
LARGEST = 0.99991  # of betas of the cosine schedule; the paper has 0.999
FLOORS = (0.0, 1e-4)  # of them; the paper has none
KINDS = {
    "linear": lambda T: formulas.linear_betas(T, rescale=False),
    "linear, rescaled": formulas.linear_betas,
    "quadratic": lambda T: formulas.quadratic_betas(T, rescale=False),
    "sigmoid": lambda T: formulas.sigmoid_betas(T, rescale=False),
    "cosine": formulas.cosine_betas,
}


def check_linear(student: Student, function: Function, hint: int | None) -> Verdict:
    """A function that makes betas for a T."""
    table = _called(function, USUAL_T)
    kind = kind_of(table)
    if kind == "cosine":
        return Verdict(
            "linear_beta_schedule", function.called, "right", "betas of the cosine schedule"
        )
    if not kind.startswith("linear") and kind:
        return Verdict("linear_beta_schedule", function.called, "right", f"{kind} betas")
    if not kind:
        return _unlike(function, table, formulas.linear_betas(USUAL_T, rescale=False))
    ends = any(role in ("beta_start", "beta_end") for _, role, _ in function.roles)
    own = student.T if student.own_schedule else USUAL_T
    short = _called(function, SHORT)
    rescales = not _alike(short, KINDS["linear"](SHORT))
    if rescales or own >= USUAL_T or (ends and not student.own_schedule):
        return Verdict(
            "linear_beta_schedule", function.called, "right",
            "as Ho et al. 2020"
            + ("" if rescales else f", for T = {USUAL_T:,}; a shorter T wants larger betas"),
        )  # fmt: skip
    made = NoiseSchedule.from_betas(_called(function, own))
    return _too_little(function.paper, function.called, made) or Verdict(
        "linear_beta_schedule", function.called, "right", "as Ho et al. 2020"
    )


def check_cosine(student: Student, function: Function, hint: int | None) -> Verdict:
    table = _called(function, USUAL_T)
    right = formulas.cosine_betas(USUAL_T)
    if not any(_alike(table[:-1], right[:-1].clamp(min=least)) for least in FLOORS):
        return _unlike(function, table, right)
    if (value := float(table[-1])) > LARGEST:
        return of_bug(
            "cosine_beta_schedule", function.called, "cosine-not-clipped",
            f"the last beta is {value:.6g} where at most 0.999 is expected",
            t=float(USUAL_T), found=value, expected=0.999, ratio=value / 0.999,
        )  # fmt: skip
    return Verdict(
        "cosine_beta_schedule", function.called, "right", "as Nichol & Dhariwal 2021, eq. 17"
    )


def check_tables(student: Student, judged: Sequence[str]) -> list[Verdict]:
    """The student's own tables: betas, where no function that makes them was judged; alpha_bar and
    the posterior variance.
    """
    found = []
    schedule = student.schedule
    if student.own_schedule and not {"linear_beta_schedule", "cosine_beta_schedule"} & {*judged}:
        wrong = _too_little("betas", student.table, schedule)
        kind = kind_of(schedule.beta[1:])
        words = f"{kind or 'a schedule of its own'}, T = {schedule.T:,}, "
        words += f"alpha_bar_T = {float(schedule.alpha_bar[-1]):.2g}"
        found.append(wrong or Verdict("betas", student.table, "right", words))
    for role, right in (("alphas_cumprod", schedule.alpha_bar), ("posterior_variance", None)):
        name, table = _table_of(student, role)
        if table is None:
            continue
        first = int(len(table) == schedule.T + 1)
        if len(table) not in (schedule.T, schedule.T + 1):
            continue
        if right is None:
            variances = [
                (At(schedule, t, t - 1), float(table[t - 1 + first]))
                for t in (2, 3, max(4, schedule.T // 2), schedule.T)
            ]
            wrong = posterior_variance("posterior", name, variances, first)
            if "posterior" not in judged and wrong is not None:
                found.append(wrong)
        elif not _alike(table, right[1 - first :], 1e-3):
            t = int((table - right[1 - first :]).abs().argmax())
            value, wanted = float(table[t]), float(right[1 - first :][t])
            found.append(
                of_bug(
                    "alphas_cumprod", name, "",
                    f"alpha_bar is {value:.4g} where the product of 1 - beta is {wanted:.4g}, "
                    f"at t = {t}",
                    t=float(t), found=value, expected=wanted,
                )
            )  # fmt: skip
    return found


def kind_of(table: Tensor) -> str:
    """The known kind of betas (T,); "" where it is none."""
    return next((name for name, made in KINDS.items() if _alike(table, made(len(table)))), "")


def _too_little(paper: str, called: str, schedule: NoiseSchedule) -> Verdict | None:
    """What to say of a schedule that leaves much of the picture in x_T."""
    left, T = float(schedule.alpha_bar[-1]), schedule.T
    if left <= MOST_LEFT:
        return None
    linear = _alike(schedule.beta[1:], KINDS["linear"](T))
    return of_bug(
        paper, called, "betas-not-rescaled" if linear else "",
        f"alpha_bar_T is {left:.2g} at T = {T}: x_T is not noise"
        + ("; Ho's betas are for T = 1,000, and grow with 1000 / T" if linear else ""),
        t=float(T), found=left, expected=0.0,
    )  # fmt: skip


def _unlike(function: Function, table: Tensor, wanted: Tensor) -> Verdict:
    if len(table) == len(wanted) + 1 and table[0] == 0:
        table = table[1:]
    if len(table) != len(wanted):
        return of_bug(
            function.paper, function.called, "",
            f"it returns {len(table):,} betas where {len(wanted):,} are expected",
        )  # fmt: skip
    t = int((table - wanted).abs().argmax())
    value, right = float(table[t]), float(wanted[t])
    return of_bug(
        function.paper, function.called, "",
        f"beta is {value:.4g} where {right:.4g} is expected: ratio {value / right:.3g}, "
        f"at t = {t + 1} of {len(wanted):,}",
        t=float(t + 1), found=value, expected=right, ratio=value / right,
    )  # fmt: skip


def _called(function: Function, T: int) -> Tensor:
    """The betas (T,) that a function makes.

    Raises:
        CallError: it makes none.
    """
    known = {"T": T, "t": T, "count": T, "beta_start": 1e-4, "beta_end": 0.02, "device": "cpu"}
    given = {}
    for name, role, optional in function.roles:
        if role in ("T", "t", "count") or (not optional and role in known):
            given[name] = known[role]
        elif not optional:
            raise CallError(f"what its parameter {name} stands for is not known")
    try:
        with limited(10):
            value = function.call(**given)
    except (Exception, TooLong) as error:  # noqa: BLE001 - any of a student's
        raise CallError(in_words(error)) from None
    tables = (
        value
        if isinstance(value, tuple | list)
        else [*value.values()]
        if isinstance(value, dict)
        else [value]
    )
    for each in tables:
        if isinstance(each, Tensor | np.ndarray) and len(np.shape(each)) >= 1:
            table = torch.as_tensor(each).detach().double().flatten()
            if len(table) > 1:
                return table[1:] if table[0] == 0 and len(table) == T + 1 else table
    raise CallError("it returns no betas (only what is returned can be judged)")


def _table_of(student: Student, role: str) -> tuple[str, Tensor | None]:
    homes = [student.names, *(vars(v) for k, v in student.names.items() if k.endswith("()"))]
    for home in homes:
        for name, value in home.items():
            if snake(name) in ROLES[role] and isinstance(value, Tensor | np.ndarray):
                return name, torch.as_tensor(value).detach().double().flatten()
    return "", None


def _alike(table: Tensor, wanted: Tensor, close: float = CLOSE) -> bool:
    return len(table) == len(wanted) and torch.allclose(
        table, wanted.double(), rtol=close, atol=1e-7
    )
