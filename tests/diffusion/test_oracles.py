"""What a chain must do exactly, or in distribution, when its denoiser is exact."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffvis.diffusion import (
    SCHEDULE_KINDS,
    VARIANCE_PRESERVING,
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NoiseSchedule,
    make_schedule,
    timesteps,
)
from diffvis.sampling.walk import ancestral, ddim, dpm_solver


def last_of(
    sampler: str, denoiser: object, schedule: NoiseSchedule, x_T: Tensor, ts: list, seed: int = 0
) -> Tensor:
    """x_0 of a chain with the sampler of that name."""
    g = torch.Generator().manual_seed(seed)
    family, _, option = sampler.partition(" ")
    if family == "ancestral":
        chain = ancestral(denoiser, schedule, x_T, ts, generator=g, variance=option)
    elif family == "ddim":
        chain = ddim(denoiser, schedule, x_T, ts, eta=float(option), generator=g)
    else:
        chain = dpm_solver(denoiser, schedule, x_T, ts)
    *_, last = chain
    return last.x_s


# Schedules whose first steps are small: the last step then has only one member to choose.
FINE_KINDS = ("linear", "cosine", "quadratic", "sigmoid")
SAMPLERS = ("ancestral small", "ancestral large", "ddim 0", "ddim 0.5", "ddim 1", "solver")


@given(st.sampled_from(SCHEDULE_KINDS), st.sampled_from(SAMPLERS), st.data())
def test_a_point_mass_lands_exactly(kind: str, sampler: str, data: st.DataObject) -> None:
    T = data.draw(st.integers(2, 1000))
    n = data.draw(st.integers(1, min(T, 50)))
    schedule = make_schedule(kind, T)
    point = torch.tensor([[0.3, -0.7, 1.0]], dtype=torch.float64)
    x_T = torch.randn(4, 3, generator=torch.Generator().manual_seed(n), dtype=torch.float64)
    x0 = last_of(sampler, ExactDenoiser(point, schedule), schedule, x_T, timesteps(T, n))
    assert torch.equal(x0, point.expand_as(x0))


@given(st.sampled_from(FINE_KINDS), st.sampled_from(SAMPLERS), st.data())
@settings(max_examples=15)
def test_a_finite_data_set_returns_its_members(
    kind: str, sampler: str, data: st.DataObject
) -> None:
    T = data.draw(st.integers(100, 300))
    n = data.draw(st.integers(T // 3, T))
    schedule = make_schedule(kind, T)
    members = torch.tensor([[0.9, -0.2], [-0.8, 0.5], [0.1, 0.9], [-0.3, -0.9]])
    x_T = torch.randn(32, 2, generator=torch.Generator().manual_seed(n))
    x0 = last_of(sampler, ExactDenoiser(members, schedule), schedule, x_T, timesteps(T, n))
    distance, nearest = torch.cdist(x0, members).min(dim=1)
    # A sample on the watershed between two members may stay between them.
    assert distance.quantile(0.9) < 1e-3
    assert len(nearest.unique()) >= 3


@pytest.mark.parametrize("kind", VARIANCE_PRESERVING)
@pytest.mark.parametrize("T, n", [(1000, 37), (200, 200), (50, 50), (10, 3)])
def test_standard_normal_data_stay_standard_normal(kind: str, T: int, n: int) -> None:
    """Followed exactly: with data N(0, I) each step is linear, x_s = k x_t + std z."""
    schedule = make_schedule(kind, T)
    normal = GaussianMixtureDenoiser(torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None], schedule)
    x_T = torch.ones(1, 2, dtype=torch.float64)
    ts = timesteps(T, n)
    for step in ddim(normal, schedule, x_T, ts):
        torch.testing.assert_close(step.x0_hat, schedule.sqrt_alpha_bar[step.t] * step.x_t)
    # The large variance is the exact one where the data are N(0, I), except at the last step, which
    # adds none; the small one loses a little at each step.
    variance = {"large": 1.0, "small": 1.0}
    for name in variance:
        chain = ancestral(
            normal, schedule, x_T, ts, generator=torch.Generator().manual_seed(0), variance=name
        )
        for step in chain:
            gain = (step.mean / step.x_t)[0, 0].item()
            variance[name] = gain**2 * variance[name] + step.std**2
            if name == "large" and step.s > 0:
                assert variance[name] == pytest.approx(1, abs=1e-9)
    assert variance["small"] <= variance["large"] <= 1 + 1e-9
    assert variance["large"] == pytest.approx(schedule.alpha_bar[ts[-2]].item(), abs=1e-9)


def test_ddim_keeps_a_standard_normal_in_the_limit_of_small_steps() -> None:
    spread = []
    for T in (20, 100, 1000):
        schedule = NoiseSchedule.cosine(T)
        normal = GaussianMixtureDenoiser(
            torch.ones(1), torch.zeros(1, 1), torch.eye(1)[None], schedule
        )
        x_T = torch.ones(1, 1, dtype=torch.float64)
        spread.append(last_of("ddim 0", normal, schedule, x_T, timesteps(T, T)).item())
    errors = [abs(value - 1) for value in spread]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.01


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_mixture_is_reproduced(mixture: GaussianMixtureDenoiser, sampler: str) -> None:
    """Mean, covariance and weights of each component, within sampling error."""
    schedule = NoiseSchedule.cosine(200)
    exact = GaussianMixtureDenoiser(mixture.weights, mixture.means, mixture.covariances, schedule)
    n = 10_000
    g = torch.Generator().manual_seed(1)
    x_T = torch.randn(n, 2, generator=g)
    x0 = last_of(sampler, exact, schedule, x_T, timesteps(200, 200)).double()
    nearest = torch.cdist(x0, exact.means).argmin(dim=1)
    for k in range(3):
        mine = x0[nearest == k]
        share = len(mine) / n
        assert share == pytest.approx(exact.weights[k].item(), abs=0.02)
        torch.testing.assert_close(mine.mean(0), exact.means[k], atol=0.03, rtol=0)
        torch.testing.assert_close(mine.T.cov(), exact.covariances[k], atol=0.02, rtol=0)
