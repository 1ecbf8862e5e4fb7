"""The largest deviation from ``diffusers``, by sampler, prediction and schedule.

Both run the same chain, from the same noise, with the same denoiser: the exact one of a mixture of
Gaussians, made to predict eps, x0 or v. Every x_t and every x0_hat that was used is compared; the
deviation is relative to the larger of 1 and the largest value of that tensor.

``diffusers`` keeps its coefficients in float32, where 1 - alpha_bar of the first steps has three
digits left. To compare the mathematics and not this rounding, its tables are recomputed in float64
from its own betas, and chains run on these betas; the row "betas" says how far ours are from them.
``--float32`` leaves its tables, and the chain, in float32.

    python benchmarks/deviation_from_diffusers.py
"""

import argparse
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from diffvis.diffusion import (
    Denoiser,
    GaussianMixtureDenoiser,
    NoiseSchedule,
    ReverseStep,
    convert,
    make_schedule,
    q_sample,
    training_target,
)
from diffvis.sampling.walk import ancestral, ddim, dpm_solver

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what diffusers itself imports
    from diffusers.schedulers import (
        DDIMScheduler,
        DDPMScheduler,
        DPMSolverMultistepScheduler,
        scheduling_ddim,
        scheduling_ddpm,
    )

T = 1000
SCHEDULES = {
    "linear": "linear",
    "quadratic": "scaled_linear",
    "cosine": "squaredcos_cap_v2",
    "sigmoid": "sigmoid",
}
PREDICTIONS = {"eps": "epsilon", "x0": "sample", "v": "v_prediction"}
SAMPLERS = (
    "ddpm small",
    "ddpm large",
    "ddpm learned",
    "ddim 0",
    "ddim 0.5",
    "ddim 1",
    "dpm-solver++ 2m",
)
CLIPS = (None, "static", "dynamic")
DYNAMIC_LIMIT = 1e6
BATCH = 16


@dataclass(frozen=True)
class Case:
    """One chain to run on both sides. ``times`` are 1 .. T, falling, and end in 0."""

    schedule: str
    sampler: str
    predicts: str
    clip: str | None
    spacing: str
    times: tuple[int, ...]

    def __str__(self) -> str:
        clip = self.clip or "no clip"
        return f"{self.schedule}, {self.sampler}, {self.predicts}, {clip}, {self.spacing}"


class Toy:
    """A denoiser with curved answers that learns nothing; it can also speak of its variance."""

    def __init__(self, schedule: NoiseSchedule, predicts: str, learns_variance: bool) -> None:
        means = torch.tensor([[0.9, -0.2, 0.1, 0.0], [-0.8, 0.5, 0.0, 0.3], [0.1, 0.9, -0.9, 0.2]])
        spread = torch.diag_embed(torch.tensor([[0.10, 0.02, 0.05, 0.3]]).expand(3, 4))
        weights = torch.tensor([0.5, 0.3, 0.2])
        self.exact = GaussianMixtureDenoiser(weights, means, spread, schedule)
        self.schedule = schedule
        self.predicts = predicts
        self.learns_variance = learns_variance

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        x0_hat = self.exact(x_t.flatten(1).double(), t).reshape(x_t.shape)
        found = convert(self.schedule, x_t.double(), t, x0_hat, "x0", self.predicts)
        if self.learns_variance:
            found = torch.cat([found, torch.sin(3 * x_t.double())], dim=1)
        return found.to(x_t.dtype)


def cases() -> Iterator[Case]:
    """Every combination that both sides can run."""
    for schedule in SCHEDULES:
        # Tables rather than chains: betas, x_t = q_sample(...) and v, at every t.
        for sampler, predicts in (("betas", "eps"), ("noise", "eps"), ("noise", "v")):
            yield Case(schedule, sampler, predicts, None, "every t", tuple(range(T, -1, -1)))
    for schedule, sampler, predicts in itertools.product(SCHEDULES, SAMPLERS, PREDICTIONS):
        for clip, (spacing, times) in itertools.product(CLIPS, _spacings(sampler).items()):
            yield Case(schedule, sampler, predicts, clip, spacing, times)


def _spacings(sampler: str) -> dict[str, tuple[int, ...]]:
    leading = (*range(961, 0, -40), 0)
    trailing = tuple(range(T, -1, -40))
    if sampler.startswith("ddim"):
        return {"all steps": tuple(range(T, -1, -1)), "leading": leading, "trailing": trailing}
    # With a timestep list of its own, DDPM adds noise at every t but the first: end at t = 1.
    uneven = (1000, 977, 800, 799, 500, 320, 111, 60, 17, 9, 2, 1, 0)
    return {"all steps": tuple(range(T, -1, -1)), "leading": leading, "uneven": uneven}


def deviation(case: Case, dtype: torch.dtype = torch.float64, seed: int = 0) -> float:
    """The largest deviation over the whole chain of ``case``."""
    betas = _betas(case.schedule)
    if case.sampler == "betas":
        named = make_schedule(case.schedule, T).beta[1:]
        return float((named / betas - 1).abs().max())
    schedule = NoiseSchedule.from_betas(betas)
    generator = torch.Generator().manual_seed(seed)
    x_T = torch.randn(BATCH, 1, 2, 2, generator=generator).to(dtype)
    if case.sampler == "noise":
        return _noise_deviation(case, schedule, x_T, generator)
    toy = Toy(schedule, case.predicts, case.sampler == "ddpm learned")
    ours = _ours(case, toy, schedule, x_T, generator.clone_state())
    theirs = _theirs(case, toy, x_T, generator)
    # The same noise as ours, also where they would draw it in float64.
    with (
        patch.object(scheduling_ddpm, "randn_tensor", _draw),
        patch.object(scheduling_ddim, "randn_tensor", _draw),
    ):
        return max(
            max(_relative(step.x_s, x_s), _relative(step.x0_hat, x0_hat))
            for step, (x_s, x0_hat) in zip(ours, theirs, strict=True)
        )


def _draw(shape: torch.Size, generator: torch.Generator, dtype: torch.dtype, **_: Any) -> Tensor:
    return torch.randn(shape, generator=generator).to(dtype)


def _ours(
    case: Case, toy: Denoiser, schedule: NoiseSchedule, x_T: Tensor, generator: torch.Generator
) -> Iterator[ReverseStep]:
    family, _, option = case.sampler.partition(" ")
    if family == "ddpm":
        return ancestral(
            toy, schedule, x_T, case.times, generator=generator, clip=case.clip, variance=option
        )
    if family == "ddim":
        eta = float(option)
        return ddim(toy, schedule, x_T, case.times, eta=eta, generator=generator, clip=case.clip)
    return dpm_solver(toy, schedule, x_T, case.times, clip=case.clip)


def _theirs(
    case: Case, toy: Denoiser, x_t: Tensor, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """(x_s, x0_hat) of each step. Their time runs over 0 .. T - 1."""
    family, _, option = case.sampler.partition(" ")
    times = [t - 1 for t in case.times[:-1]]
    reference = _scheduler(case, family, option)
    if family == "ddim":
        reference.set_timesteps(len(times))
        assert reference.timesteps.tolist() == times
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of their numpy call
            reference.set_timesteps(timesteps=times)
    if x_t.dtype == torch.float64:
        _widen(reference)
    for t in times:
        output = toy(x_t, torch.full((len(x_t),), t + 1))
        if family == "ddim":
            found = reference.step(
                output, t, x_t, float(option), use_clipped_model_output=True, generator=generator
            )
            x_t, x0_hat = found.prev_sample, found.pred_original_sample
        elif family == "ddpm":
            found = reference.step(output, t, x_t, generator=generator)
            x_t, x0_hat = found.prev_sample, found.pred_original_sample
        else:
            x_t = reference.step(output, t, x_t).prev_sample
            x0_hat = reference.model_outputs[-1]
        yield x_t, x0_hat


def _scheduler(case: Case, family: str, option: str) -> Any:
    # Their dynamic thresholding limited to 1 is static clipping, which DPM-Solver++ has not itself.
    common = {
        "num_train_timesteps": T,
        "trained_betas": _betas(case.schedule).numpy(),  # not all of theirs know it by name
        "prediction_type": PREDICTIONS[case.predicts],
        "thresholding": case.clip == "dynamic" or (case.clip == "static" and family[:3] == "dpm"),
        "sample_max_value": DYNAMIC_LIMIT if case.clip == "dynamic" else 1.0,
    }
    if family == "ddpm":
        variance = {"small": "fixed_small", "large": "fixed_large", "learned": "learned_range"}
        return DDPMScheduler(
            **common, clip_sample=case.clip == "static", variance_type=variance[option]
        )
    if family == "ddim":
        spacing = "trailing" if case.spacing == "trailing" else "leading"
        return DDIMScheduler(**common, clip_sample=case.clip == "static", timestep_spacing=spacing)
    return DPMSolverMultistepScheduler(**common, final_sigmas_type="zero")


def _betas(schedule: str) -> Tensor:
    """Theirs, rounded to float32. Both sides of a chain start from these."""
    return DDPMScheduler(T, 1e-4, 0.02, SCHEDULES[schedule]).betas.double()


def _widen(reference: Any) -> None:
    """Its tables again, from its own betas, in float64."""
    reference.alphas_cumprod = (1 - reference.betas.double()).cumprod(0)
    if hasattr(reference, "sigmas"):
        alpha_bar = reference.alphas_cumprod[reference.timesteps]
        sigmas = ((1 - alpha_bar) / alpha_bar).sqrt()
        reference.sigmas = torch.cat([sigmas, sigmas.new_zeros(1)])


def _noise_deviation(
    case: Case, schedule: NoiseSchedule, x0: Tensor, generator: torch.Generator
) -> float:
    """Of x_t at every t, or of the v that they make of x_0 and eps."""
    reference = _scheduler(case, "ddpm", "small")
    if x0.dtype == torch.float64:
        _widen(reference)
    eps = torch.randn(x0.shape, generator=generator).to(x0.dtype)
    largest = 0.0
    for t in range(1, T + 1):
        times = torch.full((len(x0),), t)
        if case.predicts == "v":
            ours = training_target(schedule, x0, eps, times, "v")
            theirs = reference.get_velocity(x0, eps, times - 1)
        else:
            ours = q_sample(schedule, x0, times, eps)
            theirs = reference.add_noise(x0, eps, times - 1)
        largest = max(largest, _relative(ours, theirs))
    return largest


def _relative(ours: Tensor, theirs: Tensor) -> float:
    scale = max(1.0, float(theirs.abs().max()))
    return float((ours - theirs).abs().max()) / scale


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--float32", action="store_true", help="leave diffusers in float32")
    dtype = torch.float32 if parser.parse_args().float32 else torch.float64
    torch.set_num_threads(1)
    found = {case: deviation(case, dtype) for case in cases()}
    width = max(map(len, SAMPLERS)) + 4
    print(f"{'':{width}}", *(f"{name:>10}" for name in SCHEDULES), f"{'cases':>8}")
    for sampler, predicts in dict.fromkeys((case.sampler, case.predicts) for case in found):
        row = {c: d for c, d in found.items() if (c.sampler, c.predicts) == (sampler, predicts)}
        largest = [max(d for c, d in row.items() if c.schedule == name) for name in SCHEDULES]
        label = f"{sampler} {predicts}"
        print(f"{label:{width}}", *(f"{value:10.1e}" for value in largest), f"{len(row):8}")
    worst = max(found, key=lambda case: found[case])
    print(f"largest deviation of {len(found)} cases: {found[worst]:.1e} ({worst})")


if __name__ == "__main__":
    main()
