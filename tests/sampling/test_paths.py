"""Equalities between formulations, in float64 with exact denoisers, and orders of convergence.

``python -m benchmarks.equalities`` prints the largest deviation of each.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.equalities import EQUALITIES, Mixture, last, mixture, paths
from benchmarks.orders import FIXED, LONG, TOLERANCES, Problem, adaptive, told_its_steps
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule, convert, timesteps
from diffvis.models.model import exact_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.samplers.euler_maruyama import EulerMaruyama
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk


@pytest.mark.parametrize("name", EQUALITIES)
def test_it_holds_to_1e_10(name: str) -> None:
    assert EQUALITIES[name]() < 1e-10


def test_another_step_is_told_apart() -> None:
    """The deviations are of what is compared: DDIM is not Euler where the path is curved."""
    schedule = NoiseSchedule.cosine(200)
    x_T = torch.randn(8, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ends = [last(name, mixture(schedule), schedule, x_T, 20) for name in ("ddim", "euler")]
    assert (ends[0] - ends[1]).abs().max() > 1e-3


@pytest.mark.parametrize("kind", ["flow", "cosine", "ve"])
def test_orders_of_convergence(kind: str) -> None:
    """Slopes of log error over log evaluations against the exact solution for a Gaussian."""
    problem = Problem(paths(LONG)[kind])
    found = {name: told_its_steps(problem, name).order for name in FIXED}
    for name in ("DDIM", "Euler"):
        assert found[name] == pytest.approx(1, abs=0.15), name
    for name in ("Heun", "Heun along t", "DPM-Solver++(2M)"):
        assert found[name] == pytest.approx(2, abs=0.25), name


@pytest.mark.parametrize(("name", "order"), [("Adaptive, RK23", 3), ("Adaptive, RK45", 5)])
def test_a_tolerance_buys_its_error_at_the_order_of_the_solver(name: str, order: int) -> None:
    """The error falls with the tolerance, and at least as steeply with the evaluations as that of a
    method of this order: while steps are few, each is worth more."""
    found = adaptive(Problem(paths(LONG)["ve"]), name)
    slope = np.polyfit(np.log(TOLERANCES), np.log(found.errors), 1)[0]
    assert slope == pytest.approx(1, abs=0.5)
    assert found.order > order - 0.25


@pytest.mark.parametrize("path", paths(200).items(), ids=lambda item: item[0])
@pytest.mark.parametrize("name", ["ddpm", "ddim", "dpm-solver", "heun", "euler", "euler-maruyama"])
def test_a_point_mass_lands_exactly(path: tuple[str, NoiseSchedule], name: str) -> None:
    schedule = path[1]
    point = torch.tensor([[0.3, -0.7]], dtype=torch.float64)
    exact = Mixture(torch.ones(1), point, torch.zeros(1, 2, 2), schedule)
    x_T = schedule.prior_std * torch.randn(
        4, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64
    )
    for n in (1, 3, 40, 200):
        x0 = last(name, exact, schedule, x_T, n)
        torch.testing.assert_close(x0, point.expand_as(x0), rtol=0, atol=1e-9)


def gaussian_variance(sampler: object, schedule: NoiseSchedule, n: int) -> float:
    """The variance of x_0 of a chain over data N(0, 0.3), followed exactly: each step is linear."""
    exact = Mixture(torch.ones(1), torch.zeros(1, 1), 0.3 * torch.ones(1, 1, 1), schedule)
    variance = schedule.prior_std**2
    g = torch.Generator().manual_seed(0)
    for t, s in pairwise(timesteps(schedule.T, n)):
        x = torch.ones(1, 1, dtype=torch.float64)
        (step,) = walk(sampler, exact, schedule, x, [t, s], generator=g)
        variance = float(step.mean) ** 2 * variance + float(step.std) ** 2
    return variance


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("kind", ["flow", "cosine", "zero terminal", "linear"])
def test_any_amount_of_noise_has_the_same_marginals(kind: str, noise: float) -> None:
    """What Euler-Maruyama leaves of a Gaussian comes closer as steps get smaller, whatever the
    noise (Song et al. 2021; Huang et al. 2021)."""
    sampler = EulerMaruyama(sde_noise=noise)
    errors = []
    for T in (100, 1200):
        schedule = paths(T)[kind]
        errors.append(abs(gaussian_variance(sampler, schedule, T) - 0.3))
    assert errors[1] < min(0.01, errors[0])


def test_without_noise_it_is_euler() -> None:
    schedule = NoiseSchedule.cosine(100)
    for t, s in pairwise(timesteps(100, 7)):
        without = EulerMaruyama(sde_noise=0.0)
        assert without.mean(schedule, t, s) == SAMPLERS["euler"]().mean(schedule, t, s)
        assert without.std(schedule, t, s) == 0
    assert not without.adds_noise


def test_its_noise_is_that_of_the_papers_sde() -> None:
    """g^2 = beta(u) where variance is preserved, d sigma^2/du where it explodes (Song et al. 2021,
    eq. 9 and 11), over a stride in the middle of the path."""
    T, t, s = 1000, 500, 490
    linear, ve = NoiseSchedule.linear(T), NoiseSchedule.ve(T)
    sampler = EulerMaruyama()
    beta = float(linear.beta[t]) * (t - s)
    assert sampler.std(linear, t, s) ** 2 == pytest.approx(beta, rel=0.02)
    spread = float(ve.noise_variance[t]) * 2 * math.log(5000) * (t - s) / (T - 1)
    assert sampler.std(ve, t, s) ** 2 == pytest.approx(spread, rel=0.001)


def test_no_step_adds_more_than_there_is() -> None:
    flow = NoiseSchedule.flow(100)
    for t, s in ((100, 50), (100, 99), (99, 10), (60, 0)):
        std = EulerMaruyama(sde_noise=2.0).std(flow, t, s)
        assert std <= float(flow.noise[t])


def test_heun_meets_scipys_solution() -> None:
    """The probability-flow ODE of a mixture on the straight path, with its velocity at any u."""
    integrate = pytest.importorskip("scipy.integrate")
    fine = NoiseSchedule.flow(4000)
    exact = mixture(fine)
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)

    def slope(u: float, flat) -> Tensor:
        signal, noise = 1 - u, u
        x_t = torch.as_tensor(flat).reshape(4, 2)
        # E[x_0 | x_t] of each component and its weight, written out.
        parts, logs = [], []
        for weight, mean, spread in zip(exact.weights, exact.means, exact.covariances, strict=True):
            covariance = signal**2 * spread + noise**2 * torch.eye(2, dtype=torch.float64)
            law = torch.distributions.MultivariateNormal(signal * mean, covariance)
            logs.append(weight.log() + law.log_prob(x_t))
            away = torch.linalg.solve(covariance, (x_t - signal * mean).T).T
            parts.append(mean + signal * away @ spread)
        share = torch.stack(logs).softmax(0)[..., None]
        x0_hat = (share * torch.stack(parts)).sum(0)
        return ((x_t - x0_hat) / u).flatten().numpy()

    truth = integrate.solve_ivp(
        slope, (1.0, 0.02), x.flatten().numpy(), rtol=1e-11, atol=1e-12, method="DOP853"
    ).y[:, -1]
    ts = [4000 - 20 * k for k in range(197)]  # to u = 0.02, by Heun along t
    *_, step = walk(SAMPLERS["heun"](slopes="t"), exact, fine, x, ts)
    assert step.s == 80
    found = step.x_s.flatten()
    torch.testing.assert_close(found, torch.as_tensor(truth), rtol=0, atol=2e-4)


def test_the_scheduler_of_diffusers_takes_these_steps() -> None:
    """``FlowMatchEulerDiscreteScheduler``, which computes in float32, is Euler on the straight
    path. Its own times are not asked for.
    """
    diffusers = pytest.importorskip("diffusers")
    flow, times = NoiseSchedule.flow(1000), timesteps(1000, 8)
    theirs = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=1.0)
    theirs.set_timesteps(sigmas=[t / 1000 for t in times[:-1]])
    x = torch.randn(16, 2, generator=torch.Generator().manual_seed(0))
    ours = walk(SAMPLERS["euler"](), mixture(flow), flow, x, times)
    for step, t in zip(ours, theirs.timesteps, strict=True):
        assert float(t) == pytest.approx(step.t)
        velocity = convert(flow, x, step.t, mixture(flow)(x, torch.full((16,), step.t)), "x0",
                           "velocity")  # fmt: skip
        x = theirs.step(velocity, t, x).prev_sample
        torch.testing.assert_close(step.x_s, x, rtol=1e-5, atol=1e-5)


def test_their_shift_acts_twice_at_its_low_end() -> None:
    """The times of four steps with shift 3 are not 3u / (1 + 2u) of u = 1, 3/4, 1/2, 1/4, as ours:
    sigma_min has been shifted before the line to it is drawn and shifted again. We do not copy it.
    """
    diffusers = pytest.importorskip("diffusers")
    theirs = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=3.0)
    theirs.set_timesteps(4)
    assert theirs.sigmas.tolist() == pytest.approx([1, 0.858, 0.602, 0.0089, 0], abs=1e-3)
    assert timesteps(1000, 4, shift=3.0) == [1000, 900, 750, 500, 0]
    plain = diffusers.FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=1.0)
    plain.set_timesteps(4)
    assert plain.sigmas.tolist() == pytest.approx([1, 0.667, 0.334, 0.001, 0], abs=1e-3)
    assert timesteps(1000, 4) == [1000, 750, 500, 250, 0]


@pytest.mark.parametrize("kind", ["flow", "ve", "cosine"])
def test_a_chain_begins_with_the_noise_of_its_path(kind: str) -> None:
    """And ends on a member of the data, by every sampler."""
    schedule = paths(60)[kind]
    model = exact_model(open_dataset("moons", n=200), schedule)
    for name in SAMPLERS:
        steps = list(run_chain(model, ChainSettings(sampler=name, count=200, seed=1)))
        assert float(steps[0].x_t.std()) == pytest.approx(schedule.prior_std, rel=0.1)
        distance = torch.cdist(steps[-1].x_s, model.denoiser.x0).min(dim=1).values
        assert distance.quantile(0.9) < 0.05, name


def test_first_steps_from_noise_alone_are_sound() -> None:
    """Along sigma Heun has no slope where it is infinite: its first step is DDIM."""
    schedule = NoiseSchedule.flow(100)
    x_T = torch.ones(2, 2, dtype=torch.float64)
    steps = {
        name: next(iter(walk(SAMPLERS[name](), mixture(schedule), schedule, x_T, [100, 60, 0])))
        for name in ("ddim", "heun")
    }
    assert steps["heun"].calls == 1
    torch.testing.assert_close(steps["heun"].x_s, steps["ddim"].x_s)
    assert SAMPLERS["heun"]().doubt(schedule, timesteps(100, 10)) == ""
