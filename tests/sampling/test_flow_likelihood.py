"""Likelihood by the ODE against densities that are known in closed form, and against the bound."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from benchmarks.equalities import Mixture, mixture, paths
from diffvis.diffusion import NoiseSchedule
from diffvis.diffusion.likelihood import bound_terms
from diffvis.errors import UserError
from diffvis.sampling.flow_likelihood import flow_likelihood

COVARIANCE = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
MEAN = torch.tensor([0.4, -0.6], dtype=torch.float64)


def gaussian(schedule: NoiseSchedule) -> Mixture:
    return Mixture(torch.ones(1), MEAN[None], COVARIANCE[None], schedule)


@pytest.mark.parametrize("kind", paths(10))
def test_a_gaussian_to_a_thousandth_of_a_bit(kind: str) -> None:
    """What the ODE makes of N(0, prior_std^2 I), which is the data where nothing of them is left at
    T: (x - signal mu) in units of the covariance stays what it is on the whole way.
    """
    schedule = paths(1000)[kind]
    signal, noise = float(schedule.signal[1000]), float(schedule.noise[1000])
    spread, axes = torch.linalg.eigh(COVARIANCE)
    gain = axes @ (spread / (signal**2 * spread + noise**2)).sqrt().diag() @ axes.T
    law = MultivariateNormal(MEAN - signal * gain @ MEAN, schedule.prior_std**2 * gain @ gain.T)
    drawn = torch.randn(16, 2, generator=torch.Generator().manual_seed(0)).double()
    x0 = MEAN + drawn * spread.sqrt() @ axes.T
    found = flow_likelihood(gaussian(schedule), schedule, x0).bits(2)
    expected = -law.log_prob(x0) / (2 * math.log(2))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)
    if kind in ("flow", "cosine", "zero terminal"):
        data = -MultivariateNormal(MEAN, COVARIANCE).log_prob(x0) / (2 * math.log(2))
        torch.testing.assert_close(found, data, rtol=0, atol=1e-3)


def test_a_mixture_and_what_the_bound_leaves_between() -> None:
    """The ODE knows the density, the bound is above it on average."""
    schedule = NoiseSchedule.cosine(400)
    exact = mixture(schedule)
    x0 = exact.sample(400, torch.Generator().manual_seed(1)).double()
    density = -exact.log_density(x0, 0) / (2 * math.log(2))
    found = flow_likelihood(exact, schedule, x0).bits(2)
    assert float((found - density).abs().mean()) < 2e-3
    terms = bound_terms(exact, schedule, x0, generator=torch.Generator().manual_seed(2))
    bound = torch.stack([term.bits for term in terms]).sum(0)
    assert float(found.mean()) < float(bound.mean())


def test_a_random_direction_is_right_on_average() -> None:
    """Of a Gaussian the trace is that of a matrix, of which one direction sees e^T A e."""
    schedule = NoiseSchedule.flow(200)
    x0 = MEAN.repeat(400, 1)
    g = torch.Generator().manual_seed(0)
    estimated = flow_likelihood(gaussian(schedule), schedule, x0, generator=g).log_likelihood
    exact = flow_likelihood(gaussian(schedule), schedule, x0[:1]).log_likelihood
    assert float(estimated.std()) > 0.1
    spread = float(estimated.std()) / math.sqrt(len(x0))
    assert abs(float(estimated.mean() - exact)) < 4 * spread


def test_what_cannot_be_differentiated_is_said() -> None:
    class Closed:
        predicts = "x0"

        def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            return 0.5 * x_t.detach()

    with pytest.raises(UserError, match="cannot be differentiated"):
        flow_likelihood(Closed(), NoiseSchedule.flow(50), torch.zeros(2, 2))
