import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from diffvis.diffusion import (
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NoiseSchedule,
    q_sample,
)


@pytest.fixture
def points() -> Tensor:
    return torch.randn(7, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def test_log_density_is_that_of_the_noised_mixture(
    mixture: GaussianMixtureDenoiser, points: Tensor
) -> None:
    for t in (0, 1, 20, 50):
        alpha_bar = mixture.schedule.alpha_bar[t]
        noised = alpha_bar * mixture.covariances + (1 - alpha_bar) * torch.eye(2)
        reference = MixtureSameFamily(
            Categorical(mixture.weights),
            MultivariateNormal(alpha_bar.sqrt() * mixture.means, noised),
        )
        torch.testing.assert_close(mixture.log_density(points, t), reference.log_prob(points))


def test_it_is_tweedies_formula(mixture: GaussianMixtureDenoiser, points: Tensor) -> None:
    """E[x_0 | x_t] = (x_t + (1 - alpha_bar) grad log q(x_t)) / sqrt(alpha_bar)."""
    schedule = mixture.schedule
    for t in (1, 20, 50):
        x_t = points.clone().requires_grad_()
        (score,) = torch.autograd.grad(mixture.log_density(x_t, t).sum(), x_t)
        expected = (points + schedule.one_minus_alpha_bar[t] * score) / schedule.sqrt_alpha_bar[t]
        torch.testing.assert_close(mixture(points, torch.full((7,), t)), expected)


def test_each_sample_may_have_its_own_time(
    mixture: GaussianMixtureDenoiser, points: Tensor
) -> None:
    t = torch.tensor([1, 2, 10, 20, 30, 49, 50])
    together = mixture(points, t)
    for i in range(7):
        torch.testing.assert_close(together[i : i + 1], mixture(points[i : i + 1], t[i : i + 1]))


def test_point_masses_are_a_finite_data_set(schedule: NoiseSchedule, points: Tensor) -> None:
    weights, none = torch.ones(7), torch.zeros(7, 2, 2)
    masses = GaussianMixtureDenoiser(weights, points, none, schedule)
    exact = ExactDenoiser(points, schedule)
    for t in (2, 20, 50):
        x_t = q_sample(schedule, points, t, points.flip(0))
        times = torch.full((7,), t)
        torch.testing.assert_close(masses(x_t, times), exact(x_t, times))


def test_samples_have_its_moments(mixture: GaussianMixtureDenoiser) -> None:
    x0 = mixture.sample(50_000, torch.Generator().manual_seed(0)).double()
    mean = mixture.weights @ mixture.means
    spread = mixture.means - mean
    covariance = torch.einsum("k,kde->de", mixture.weights, mixture.covariances)
    covariance += torch.einsum("k,kd,ke->de", mixture.weights, spread, spread)
    torch.testing.assert_close(x0.mean(0), mean, atol=0.02, rtol=0)
    torch.testing.assert_close(x0.T.cov(), covariance, atol=0.03, rtol=0)


def test_weights_are_scaled_to_one(schedule: NoiseSchedule) -> None:
    mixture = GaussianMixtureDenoiser(
        torch.tensor([3.0, 1.0]), torch.zeros(2, 1), torch.ones(2, 1, 1), schedule
    )
    assert mixture.weights.tolist() == [0.75, 0.25]


def test_what_is_no_mixture_is_refused(schedule: NoiseSchedule) -> None:
    one, mean, eye = torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None]
    for bad in ((torch.ones(2), mean, eye), (one, mean, eye[:, :1])):
        with pytest.raises(ValueError, match=r"\(K,\), \(K, D\)"):
            GaussianMixtureDenoiser(*bad, schedule)
    with pytest.raises(ValueError, match="weights must be positive"):
        GaussianMixtureDenoiser(-one, mean, eye, schedule)
    with pytest.raises(ValueError, match="negative eigenvalues"):
        GaussianMixtureDenoiser(one, mean, -eye, schedule)
