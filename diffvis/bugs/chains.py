"""Reverse chains with a bug: ``run_chain`` as it is, but for one thing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from diffvis.bugs.catalogue import BUGS, bug_named
from diffvis.bugs.denoisers import (
    AnotherTime,
    AsIfTrained,
    Misread,
    in_train_mode,
    without_average,
)
from diffvis.bugs.noisings import NOISINGS, SHORT, is_of_ddpm
from diffvis.bugs.steps import STEPS
from diffvis.diffusion.clipping import Clipping, clip_x0
from diffvis.diffusion.noise import draw_noise
from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.chain import ChainPlan, RunChain, plan_chain, run_chain
from diffvis.sampling.mixing import is_still, mean_of
from diffvis.sampling.settings import ChainSettings

FIRST_ORDER = ("ddpm", "ddim")


@lru_cache
def chain_with(name: str) -> RunChain:
    """``run_chain`` with the bug of that name; itself where the name is empty.

    What it returns raises UserError where the model or the settings cannot show the bug.

    Raises:
        UserError: there is no such bug, or no chain can show it.
    """
    if not name:
        return run_chain
    bug = bug_named(name)
    if bug.compare is None:
        raise UserError(
            f"{name} cannot be shown in a chain", f"it can in {' and '.join(bug.places)}"
        )

    def run(
        model: Model,
        settings: ChainSettings,
        device: torch.device | str = "cpu",
        *,
        x: Tensor | None = None,
        begin: int | None = None,
    ) -> Iterator[ReverseStep]:
        _check(name, model, settings)
        model = CHANGED.get(name, _same)(model)
        plan = plan_chain(model, settings, device, x=x, begin=begin)
        return _walked(name, plan)

    return run


def _check(name: str, model: Model, settings: ChainSettings) -> None:
    """Raises UserError where the bug would not be one, or not the only difference."""
    wanted = BUGS[name].sampler
    if wanted and settings.sampler != wanted:
        raise UserError(
            f"{name} is a bug of {wanted}, not of {settings.sampler}",
            f"choose {wanted} for both sides",
            field="sampler",
        )
    if settings.sampler not in FIRST_ORDER:
        raise UserError(
            f"the bugs are those of ddpm and ddim, not of {settings.sampler}",
            "choose one of these",
            field="sampler",
        )
    schedule = model.schedule
    if not is_of_ddpm(schedule):
        raise UserError(
            f"the bugs are those of DDPM, and {model.name} has a {schedule.kind} schedule that is "
            "none of it",
            "choose a model whose path preserves variance and keeps some signal",
        )
    if name == "betas-not-rescaled" and model.schedule.T >= SHORT:
        raise UserError(
            f"{model.name} has T = {model.schedule.T:,}, for which these betas were made",
            "choose a model with a shorter T",
        )
    if name == "stride-of-one-step" and settings.steps in (None, model.schedule.T):
        raise UserError(
            "with all T steps, no step is a stride", "choose fewer steps for both sides",
            field="steps",
        )  # fmt: skip
    if name == "data-in-0-1" and model.is_points:
        raise UserError(f"{model.name} makes points, which have no range", "choose one of images")
    if name == "data-in-0-1" and model.range != (-1.0, 1.0):
        raise UserError(f"{model.name} has learned data in another range", "choose another model")


def _walked(name: str, plan: ChainPlan) -> Iterator[ReverseStep]:
    if name in STEPS:
        spoilt = STEPS[name].model_construct(right=plan.sampler)
        return replace(plan, sampler=spoilt).walk()
    if name in NOISINGS:
        noising = NOISINGS[name](plan.schedule)
        denoiser = AsIfTrained(plan.denoiser, plan.schedule, noising)
        schedule = SCHEDULES.get(name, lambda right: right)(plan.schedule)
        return replace(plan, denoiser=denoiser, schedule=schedule).walk()
    return WALKS.get(name, ChainPlan.walk)(plan)


def _noise_at_the_end(plan: ChainPlan) -> Iterator[ReverseStep]:
    """The step to s = 0 draws as all others do, with the std of its own beta."""
    schedule = plan.schedule
    for step in plan.walk():
        if step.s > 0:
            yield step
            continue
        std = float(schedule.variance_between(step.t, 0)) ** 0.5
        noise = draw_noise(step.mean, plan.generator)
        yield replace(step, std=std, noise=noise, x_s=step.mean + std * noise)


def _clipped_x_t(plan: ChainPlan) -> Iterator[ReverseStep]:
    """x_s is kept in the range of the data after each step, x0_hat is not."""
    low, high = (plan.clip.low, plan.clip.high) if isinstance(plan.clip, Clipping) else (-1.0, 1.0)
    x = plan.x
    for t, s in pairwise(plan.times):
        step = next(replace(plan, x=x, times=[t, s], clip=None).walk())
        x = step.x_s.clamp(low, high)
        yield replace(step, x_s=x)


def _divided_by_zero(plan: ChainPlan) -> Iterator[ReverseStep]:
    """beta_T is 1 and alpha_bar_T is 0, by whose root x0_hat is divided."""
    x, last = plan.x, plan.schedule.T
    for t, s in pairwise(plan.times):
        step = next(replace(plan, x=x, times=[t, s]).walk())
        if t == last:
            raw = (step.x_t - step.eps_hat) / 0
            x0_hat = raw if plan.clip is None else clip_x0(raw, plan.clip)
            weights = plan.sampler.mean(plan.schedule, t, s)
            mean = mean_of(weights, step.x_t, x0_hat, step.eps_hat)
            x_s = mean + step.std * step.noise
            step = replace(step, x0_hat_raw=raw, x0_hat=x0_hat, mean=mean, x_s=x_s)
        x = step.x_s
        yield step


def _without_last_step(plan: ChainPlan) -> Iterator[ReverseStep]:
    """The loop ends before its last time, whose x_t is taken for the sample."""
    for step in plan.walk():
        if step.s > 0:
            yield step
        else:
            still = torch.zeros_like(step.x_t)
            yield replace(step, x_s=step.x_t, mean=step.x_t, std=0.0, noise=still, calls=0)


def _told_another_time(plan: ChainPlan) -> Iterator[ReverseStep]:
    told = torch.arange(plan.schedule.T + 1)
    for t, s in pairwise(plan.times):
        told[t] = max(1, s)  # the least that it has learned
    return replace(plan, denoiser=AnotherTime(plan.denoiser, told)).walk()


def _misread(plan: ChainPlan) -> Iterator[ReverseStep]:
    return replace(plan, denoiser=Misread(plan.denoiser)).walk()


def _uniform(plan: ChainPlan) -> Iterator[ReverseStep]:
    """``rand`` for ``randn``: all noise lies in 0..1."""
    x = _as_uniform(plan.x)
    for t, s in pairwise(plan.times):
        step = next(replace(plan, x=x, times=[t, s]).walk())
        noise = step.noise if is_still(step.std) else _as_uniform(step.noise)
        x = step.mean + step.std * noise
        yield replace(step, noise=noise, x_s=x)


def _as_uniform(z: Tensor) -> Tensor:
    """What ``torch.rand`` would have drawn where ``torch.randn`` drew z: its probability."""
    return torch.special.ndtr(z)


def _same(model: Model) -> Model:
    return model


def _not_rescaled(right: NoiseSchedule) -> NoiseSchedule:
    return NoiseSchedule.linear(right.T, rescale=False)


SCHEDULES: dict[str, Callable[[NoiseSchedule], NoiseSchedule]] = {
    "betas-not-rescaled": _not_rescaled,
}
"""Of the chain, where that is wrong as well."""
CHANGED: dict[str, Callable[[Model], Model]] = {
    "train-mode": in_train_mode,
    "ema-unused": without_average,
}
WALKS: dict[str, Callable[[ChainPlan], Iterator[ReverseStep]]] = {
    "noise-in-last-step": _noise_at_the_end,
    "clip-x-t": _clipped_x_t,
    "cosine-not-clipped": _divided_by_zero,
    "last-step-missing": _without_last_step,
    "network-told-s": _told_another_time,
    "eps-read-as-v": _misread,
    "uniform-noise": _uniform,
}
