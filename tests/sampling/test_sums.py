"""What is said of a free sampler's step is how it is made: its sums, worked out, are its step."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from benchmarks.equalities import mixture, noise, paths
from diffvis.diffusion import estimate, timesteps
from diffvis.diffusion.noise import draw_noise
from diffvis.rendering.formula import step_phrases
from diffvis.sampling.flow_field import FlowField
from diffvis.sampling.free import EPS_HAT, X0_HAT, FreeSampler, Sum
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.samplers.churn import Churn
from diffvis.sampling.samplers.langevin import Langevin
from diffvis.sampling.samplers.ode import AdaptiveODE
from diffvis.sampling.samplers.predictor_corrector import PredictorCorrector
from diffvis.sampling.walk import step

KINDS = ["cosine", "flow", "ve"]
T = 200


def worked_out(made: Sum, known: Mapping[str, Tensor], without: str = "") -> Tensor:
    """The sum of what is known, without the part of one symbol."""
    return sum(weight * known[name] for weight, name in made.parts if name != without)


class Asked:
    """One step of a sampler, and what was found on its way."""

    def __init__(self, sampler: FreeSampler, kind: str, t: int, s: int) -> None:
        self.schedule = paths(T)[kind]
        self.exact, x_T = mixture(self.schedule), noise(self.schedule)
        self.x_t = x_T * float(self.schedule.power[t]) ** 0.5 / self.schedule.prior_std
        generator = torch.Generator().manual_seed(5)
        self.z = draw_noise(self.x_t, torch.Generator().manual_seed(5))
        self.made = step(sampler, self.exact, self.schedule, self.x_t, t, s, generator=generator)
        self.sums = sampler.sums(self.schedule, t, s)
        self.known = {f"x_{{{t}}}": self.x_t, "z": self.z, "x": self.x_t} | self.at(self.x_t, t)

    def at(self, x: Tensor, t: int, of: str = "") -> dict[str, Tensor]:
        found = estimate(self.exact, self.schedule, x, t)
        return {X0_HAT + of: found.x0_hat, EPS_HAT + of: found.eps_hat}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("predictor", ["ddim", "ddpm"])
def test_a_step_and_its_correction(kind: str, predictor: str) -> None:
    it = Asked(PredictorCorrector(predictor=predictor), kind, 120, 80)
    first, again = it.sums
    x = worked_out(first, it.known)
    mean = worked_out(again, {"x": x} | it.at(x, 80), without="z")
    torch.testing.assert_close(mean, it.made.mean)
    assert (again.parts[-1][0], again.after) == (pytest.approx(it.made.std), " at t = 80")
    last = Asked(PredictorCorrector(predictor=predictor), kind, 40, 0)
    torch.testing.assert_close(worked_out(last.sums[0], last.known), last.made.x_s)


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_of_langevin(kind: str) -> None:
    it = Asked(Langevin(updates=1), kind, 120, 80)
    update, on = it.sums
    x = worked_out(update, it.known)
    torch.testing.assert_close(worked_out(on, {"x": x}), it.made.x_s)
    assert ", 7 times" in Langevin(updates=7).sums(it.schedule, 120, 80)[0].after
    last = Asked(Langevin(updates=1), kind, 40, 0)
    x = worked_out(last.sums[0], last.known)
    torch.testing.assert_close(worked_out(last.sums[1], last.at(x, 40)), last.made.x_s)


@pytest.mark.parametrize("kind", KINDS)
def test_up_and_down_by_heun(kind: str) -> None:
    sampler = Churn(gamma=0.3)
    it = Asked(sampler, kind, 100, 80)
    up = sampler.raised(it.schedule, 100)
    above, down = it.sums
    x = worked_out(above, it.known)
    found = it.at(x, up)
    there = float(it.schedule.signal[80]) * found[X0_HAT]
    there = there + float(it.schedule.noise[80]) * found[EPS_HAT]  # DDIM leads there
    known = {f"x_{{{up}}}": x} | found | it.at(there, 80, " of t = 80")
    torch.testing.assert_close(worked_out(down, known), it.made.mean)
    (only,) = Churn(gamma=0.0).sums(it.schedule, 100, 80)
    assert only.parts[0][1] == "x_{100}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_slope_of_the_ode(kind: str) -> None:
    """Over one t it is a line, nearly."""
    it = Asked(AdaptiveODE(tolerance=1e-7), kind, 120, 119)
    scaled, slope, back = it.sums
    field = FlowField(it.schedule)
    assert slope.after == f", w from {field.w[120]:.3f} to {field.w[119]:.3f}"
    y = worked_out(scaled, it.known)
    y = y + (field.w[119] - field.w[120]) * worked_out(slope, it.known)
    moved = (it.made.x_s - it.x_t).abs().max()
    torch.testing.assert_close(worked_out(back, {"y": y}), it.made.x_s, rtol=0, atol=0.05 * moved)
    last = Asked(AdaptiveODE(), kind, 1, 0)
    torch.testing.assert_close(worked_out(last.sums[0], last.known), last.made.x_s)


def test_every_sampler_that_comes_with_it_says_how_each_step_is_made() -> None:
    for kind in KINDS:
        schedule = paths(T)[kind]
        times = timesteps(T, 7)
        for sampler in SAMPLERS.values():
            for t, s in pairwise(times):
                words = "".join(words for words, *_ in step_phrases(schedule, sampler(), t, s))
                assert "nan" not in words and words.count("=") + words.count("←") >= 1, words
