"""The true step back is Bayes' rule, and a Gaussian where the step is small."""

import math

import pytest
import torch

from diffvis.diffusion import (
    GaussianMixtureDenoiser,
    NoiseSchedule,
    TrueReverse,
    q_posterior,
    true_reverse,
)

PATHS = {
    "linear": NoiseSchedule.linear(200),
    "flow": NoiseSchedule.flow(200),
    "ve": NoiseSchedule.ve(200, 0.01, 20),
    "zero terminal": NoiseSchedule.cosine(200).with_zero_snr(),
}
every_path = pytest.mark.parametrize("schedule", PATHS.values(), ids=PATHS.keys())


def spikes(schedule: NoiseSchedule, spread: float = 0.04) -> GaussianMixtureDenoiser:
    """Two narrow humps of unequal weight on a line."""
    return GaussianMixtureDenoiser(
        torch.tensor([0.4, 0.6]),
        torch.tensor([[-1.0], [1.0]], dtype=torch.float64),
        torch.full((2, 1, 1), spread, dtype=torch.float64),
        schedule,
    )


@every_path
@pytest.mark.parametrize("t, s", [(100, 99), (100, 60), (100, 0), (200, 150), (7, 2)])
def test_it_is_bayes_rule(schedule: NoiseSchedule, t: int, s: int) -> None:
    """q(x_s) q(x_t | x_s) over its integral, on a fine grid."""
    mixture = spikes(schedule)
    x_t = torch.tensor([0.3 * float(schedule.power[t]) ** 0.5], dtype=torch.float64)
    found = true_reverse(mixture, x_t, t, s)
    wide = 8 * math.sqrt(float(found.covariance))
    x = torch.linspace(-wide, wide, 200_001, dtype=torch.float64)[:, None] + found.mean
    keep = float(schedule.signal[t] / schedule.signal[s])
    noise = math.sqrt(schedule.variance_between(t, s))
    likelihood = -0.5 * ((x_t - keep * x[:, 0]) / noise) ** 2
    joint = mixture.log_density(x, s) + likelihood
    joint = joint - torch.trapezoid((joint - joint.max()).exp(), x[:, 0]).log() - joint.max()
    torch.testing.assert_close(found.log_density(x).exp(), joint.exp(), rtol=1e-5, atol=1e-6)


@every_path
def test_its_mean_is_that_of_the_chain(schedule: NoiseSchedule) -> None:
    mixture = GaussianMixtureDenoiser(
        torch.tensor([0.3, 0.7]), torch.tensor([[1.0, 0.5], [-1.0, 0.0]]),
        torch.tensor([[[0.2, 0.1], [0.1, 0.3]], [[0.1, 0.0], [0.0, 0.05]]]), schedule,
    )  # fmt: skip
    x_t = torch.tensor([[0.4, -0.2]], dtype=torch.float64)
    for t, s in ((200, 120), (150, 149), (80, 0), (40, 10)):
        x0_hat = mixture(x_t, torch.tensor([t]))
        mean, _ = q_posterior(schedule, x0_hat, x_t, t, s)
        torch.testing.assert_close(
            true_reverse(mixture, x_t[0], t, s).mean, mean[0], rtol=1e-9, atol=1e-9
        )


@every_path
def test_one_point_has_the_small_variance(schedule: NoiseSchedule) -> None:
    point = GaussianMixtureDenoiser(
        torch.ones(1), torch.tensor([[0.3]]), torch.zeros(1, 1, 1), schedule
    )
    for t, s in ((200, 100), (90, 89)):
        found = true_reverse(point, torch.tensor([0.5]), t, s)
        expected = schedule.posterior(t, s).variance
        assert float(found.covariance) == pytest.approx(expected, rel=1e-9)


def test_standard_normal_data_has_the_large_variance() -> None:
    schedule = PATHS["linear"]
    normal = GaussianMixtureDenoiser(torch.ones(1), torch.zeros(1, 2), torch.eye(2)[None], schedule)
    for t, s in ((200, 100), (90, 89)):
        found = true_reverse(normal, torch.tensor([0.5, -1.0]), t, s)
        expected = schedule.variance_between(t, s) * torch.eye(2, dtype=torch.float64)
        torch.testing.assert_close(found.covariance, expected)


def kurtosis(law: TrueReverse) -> float:
    """The fourth standardised moment: 3 for a bell, 1 for two equal spikes."""
    away, spread = law.means[:, 0] - law.mean, law.covariances[:, 0, 0]
    fourth = away**4 + 6 * away**2 * spread + 3 * spread**2
    return float((law.weights * fourth).sum() / law.covariance**2)


def test_it_is_a_bell_where_the_step_is_small_and_two_humps_where_it_is_large() -> None:
    mixture, x_t = spikes(PATHS["linear"], 0.001), torch.tensor([0.05])
    found = [kurtosis(true_reverse(mixture, x_t, 80, s)) for s in (79, 60, 40, 1)]
    assert found[0] == pytest.approx(3, abs=0.01)
    assert found == sorted(found, reverse=True)
    assert found[-1] < 1.3


def test_along_a_direction_it_is_the_marginal() -> None:
    mixture = GaussianMixtureDenoiser(
        torch.tensor([0.3, 0.7]), torch.tensor([[1.0, 0.5], [-1.0, 0.0]]),
        torch.tensor([[[0.2, 0.1], [0.1, 0.3]], [[0.1, 0.0], [0.0, 0.05]]]), PATHS["flow"],
    )  # fmt: skip
    law = true_reverse(mixture, torch.tensor([0.2, 0.1]), 120, 40)
    direction = torch.tensor([0.6, 0.8], dtype=torch.float64)
    along = law.along(direction)
    assert float(along.mean) == pytest.approx(float(law.mean @ direction))
    assert float(along.covariance) == pytest.approx(float(direction @ law.covariance @ direction))


def test_samples_of_it_have_its_mean_and_covariance() -> None:
    turned = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
    step = TrueReverse(
        torch.tensor([0.3, 0.7], dtype=torch.float64),
        torch.tensor([[-2.0, 1.0], [1.0, 0.0]], dtype=torch.float64),
        torch.stack([turned, torch.zeros(2, 2, dtype=torch.float64)]),
    )
    x = step.draw(40_000, torch.Generator().manual_seed(1))
    torch.testing.assert_close(x.mean(0), step.mean, atol=0.03, rtol=0)
    torch.testing.assert_close(x.T.cov(), step.covariance, atol=0.04, rtol=0)
