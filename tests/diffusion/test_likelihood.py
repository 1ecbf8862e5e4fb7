import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from torch import Tensor, nn

from diffvis.diffusion import (
    DECODERS,
    BoundTerm,
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    bound_terms,
    discretised_log_likelihood,
    gaussian_log_likelihood,
    normal_kl,
    prior_bits,
)


def gaussian(std: float, schedule: NoiseSchedule) -> GaussianMixtureDenoiser:
    return GaussianMixtureDenoiser(
        torch.ones(1), torch.zeros(1, 2), std**2 * torch.eye(2)[None], schedule
    )


def total(terms: list[BoundTerm]) -> Tensor:
    return torch.stack([term.bits for term in terms]).sum(0)


@given(st.floats(-1.5, 1.5), st.floats(-12.0, 0.5), st.sampled_from([2, 17, 256]))
def test_the_decoders_bins_sum_to_one(mean: float, log_variance: float, levels: int) -> None:
    x0 = torch.linspace(-1, 1, levels, dtype=torch.float64)
    logs = discretised_log_likelihood(
        x0, torch.full_like(x0, mean), torch.full_like(x0, log_variance), levels
    )
    assert logs.exp().sum().item() == pytest.approx(1, abs=1e-9)


def test_a_bin_is_the_integral_of_the_density() -> None:
    x0 = torch.linspace(-1, 1, 256, dtype=torch.float64)
    mean, std = 0.1, 0.05
    logs = discretised_log_likelihood(
        x0, torch.full_like(x0, mean), torch.full_like(x0, 2 * math.log(std))
    )
    normal = torch.distributions.Normal(torch.tensor(mean).double(), std)
    inside = normal.cdf(x0 + 1 / 255) - normal.cdf(x0 - 1 / 255)
    middle = (x0 - mean).abs() < 0.1
    torch.testing.assert_close(logs.exp()[middle], inside[middle], rtol=1e-6, atol=0)
    # The density times the bin's width, where the bin is narrow beside the standard deviation.
    width = math.log(2 / 255)
    density = gaussian_log_likelihood(
        x0, torch.full_like(x0, mean), torch.full_like(x0, 2 * math.log(std))
    )
    torch.testing.assert_close(logs[middle], (density + width)[middle], atol=5e-3, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_decoder_and_its_gradients_are_finite_far_away(dtype: torch.dtype) -> None:
    x0 = torch.tensor([-1.0, 1.0, 0.5 / 127.5, -1.0, 1.0], dtype=dtype)
    mean = torch.tensor([1.0, -1.0, -1.0, -1.0, 3.0], dtype=dtype, requires_grad=True)
    log_variance = torch.full((5,), -9.0, dtype=dtype, requires_grad=True)
    found = discretised_log_likelihood(x0, mean, log_variance)
    found.sum().backward()
    for tensor in (found, mean.grad, log_variance.grad):
        assert tensor.isfinite().all()
    assert (mean.grad[:3].sign() == torch.tensor([-1, 1, 1])).all()


def test_gaussian_decoder_is_a_density() -> None:
    g = torch.Generator().manual_seed(0)
    x0, mean, log_variance = torch.randn(3, 5, generator=g)
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    torch.testing.assert_close(gaussian_log_likelihood(x0, mean, log_variance), normal.log_prob(x0))


def test_normal_kl() -> None:
    g = torch.Generator().manual_seed(0)
    a, b, c, d = torch.randn(4, 5, generator=g, dtype=torch.float64)
    one = torch.distributions.Normal(a, (0.5 * b).exp())
    other = torch.distributions.Normal(c, (0.5 * d).exp())
    torch.testing.assert_close(normal_kl(a, b, c, d), torch.distributions.kl_divergence(one, other))
    assert not normal_kl(a, b, a, b).any()


@pytest.mark.parametrize("shape, decoder", [((2,), "gaussian"), ((1, 4, 4), "discretised")])
def test_the_terms_come_one_by_one_from_noise_to_data(shape: tuple, decoder: str) -> None:
    schedule = NoiseSchedule.cosine(20)
    members = (
        torch.randint(0, 256, (5, *shape), generator=torch.Generator().manual_seed(0)) / 127.5 - 1
    ).float()
    exact = ExactDenoiser(members, schedule)

    def run(**options: object) -> list[BoundTerm]:
        g = torch.Generator().manual_seed(0)
        return list(bound_terms(exact, schedule, members, generator=g, **options))

    terms = run()
    assert [term.name for term in terms] == ["L_T", *(f"L_{t - 1}" for t in range(20, 0, -1))]
    assert [term.t for term in terms] == [20, *range(20, 0, -1)]
    assert all(term.bits.shape == (5,) for term in terms)
    assert all((term.bits > -1e-6).all() for term in terms[:-1])
    torch.testing.assert_close(terms[0].bits, prior_bits(schedule, members))
    assert torch.equal(total(terms), total(run(decoder=decoder)))
    other = next(name for name in DECODERS if name != decoder)
    assert not torch.equal(terms[-1].bits, run(decoder=other)[-1].bits)


def test_kl_terms_vanish_for_a_perfect_model() -> None:
    """Of one image everything is known: only the decoder's own width costs bits."""
    schedule = NoiseSchedule.linear(100)
    g = torch.Generator().manual_seed(0)
    image = (torch.randint(0, 256, (1, 1, 4, 4), generator=g) / 127.5 - 1).double()
    exact = ExactDenoiser(image, schedule)
    terms = list(bound_terms(exact, schedule, image, generator=torch.Generator().manual_seed(0)))
    assert all(abs(term.bits.item()) < 1e-12 for term in terms[1:-1])
    assert terms[-1].bits.item() > 0


def test_a_term_is_the_weighted_squared_error_of_eps() -> None:
    """Ho et al. 2020, eq. 12: beta^2 / (2 sigma^2 alpha (1 - alpha_bar)) |eps - eps_hat|^2."""

    class Guess(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return torch.full_like(x_t, 0.3)

    schedule = NoiseSchedule.linear(50)
    x0 = torch.rand(6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    g, again = (torch.Generator().manual_seed(2) for _ in range(2))
    terms = bound_terms(NetworkDenoiser(Guess(), "eps"), schedule, x0, generator=g)
    next(terms)
    for t, term in zip(range(50, 1, -1), terms, strict=False):
        eps = torch.randn(6, 3, generator=again).double()
        beta, alpha = schedule.beta[t], schedule.alpha[t]
        weight = beta**2 / (
            2 * schedule.posterior_variance[t] * alpha * schedule.one_minus_alpha_bar[t]
        )
        nats = weight * (eps - 0.3).square().mean(1)
        torch.testing.assert_close(term.bits, nats / math.log(2))


@pytest.mark.parametrize("std", [0.5, 1.0])
def test_the_bound_lies_above_the_truth_and_reaches_it(std: float) -> None:
    """Gaussian data, exact denoiser, large variance: the gap closes as T grows."""
    gaps = []
    for T in (10, 50, 400):
        schedule = NoiseSchedule.linear(T)
        exact = gaussian(std, schedule)
        g = torch.Generator().manual_seed(0)
        x0 = exact.sample(4000, g).double()
        truth = -exact.log_density(x0, 0) / 2 / math.log(2)
        found = total(list(bound_terms(exact, schedule, x0, generator=g, variance="large")))
        gap = found - truth
        error = gap.std().item() / math.sqrt(len(x0))
        assert gap.mean().item() > -3 * error
        gaps.append(gap.mean().item())
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.03


def test_a_worse_model_has_a_worse_bound() -> None:
    schedule = NoiseSchedule.linear(100)
    x0 = gaussian(0.5, schedule).sample(500, torch.Generator().manual_seed(0))

    def bits(model: GaussianMixtureDenoiser, variance: str) -> float:
        g = torch.Generator().manual_seed(0)
        terms = list(bound_terms(model, schedule, x0, generator=g, variance=variance))
        return total(terms).mean().item()

    for variance in ("small", "large"):
        assert bits(gaussian(0.5, schedule), variance) < bits(gaussian(1.5, schedule), variance)


def test_learned_variance_enters_the_bound(schedule: NoiseSchedule) -> None:
    """v = -1 is the small variance, v = 1 the large one, but for that of the decoder, which is not
    beta_1 where it is fixed.
    """

    class Says(nn.Module):
        def __init__(self, v: float) -> None:
            super().__init__()
            self.v = v

        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return torch.cat([0.5 * x_t, torch.full_like(x_t, self.v)], dim=1)

    x0 = torch.rand(3, 1, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for v, name in ((-1.0, "small"), (1.0, "large")):
        denoiser = NetworkDenoiser(Says(v), "x0", learns_variance=True)
        chains = [
            bound_terms(
                denoiser,
                schedule,
                x0,
                generator=torch.Generator().manual_seed(0),
                variance=variance,
            )
            for variance in ("learned", name)
        ]
        for learned, fixed in zip(*chains, strict=True):
            if (name, learned.name) != ("large", "L_0"):
                torch.testing.assert_close(learned.bits, fixed.bits)


def test_clipping_helps_a_wild_model(schedule: NoiseSchedule) -> None:
    class Wild(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return 5 * torch.ones_like(x_t)

    x0 = torch.ones(1, 1, 2, 2)
    bits = []
    for clip in (None, "static"):
        g = torch.Generator().manual_seed(0)
        denoiser = NetworkDenoiser(Wild(), "x0")
        bits.append(total(list(bound_terms(denoiser, schedule, x0, generator=g, clip=clip))).item())
    assert bits[1] < 1 < bits[0]


def test_arguments_are_checked_before_the_first_term(schedule: NoiseSchedule) -> None:
    exact, x0, g = ExactDenoiser(torch.zeros(1, 2), schedule), torch.zeros(1, 2), torch.Generator()
    with pytest.raises(ValueError, match="decoder is one of"):
        bound_terms(exact, schedule, x0, generator=g, decoder="linear")
    with pytest.raises(ValueError, match="variance is one of"):
        bound_terms(exact, schedule, x0, generator=g, variance="middle")
    with pytest.raises(ValueError, match="learns its variance"):
        bound_terms(exact, schedule, x0, generator=g, variance="learned")
    with pytest.raises(ValueError, match="2 levels or more"):
        bound_terms(exact, schedule, x0, generator=g, levels=1)
    with pytest.raises(ValueError, match="clip is"):
        bound_terms(exact, schedule, x0, generator=g, clip="hard")


def test_the_callers_state_is_left_alone(schedule: NoiseSchedule) -> None:
    exact = ExactDenoiser(torch.zeros(1, 2), schedule)
    state = torch.get_rng_state()
    terms = bound_terms(exact, schedule, torch.zeros(3, 2), generator=torch.Generator())
    for _ in range(3):
        next(terms)
        assert torch.is_grad_enabled()
    terms.close()
    assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), state)


def test_schedules_of_a_single_step_have_a_bound() -> None:
    schedule = NoiseSchedule.linear(1)
    exact = ExactDenoiser(torch.zeros(1, 2), schedule)
    terms = list(bound_terms(exact, schedule, torch.zeros(1, 2), generator=torch.Generator()))
    assert [term.name for term in terms] == ["L_T", "L_0"]
    assert total(terms).isfinite().all()


@pytest.mark.parametrize("levels", [2, 17, 256])
@pytest.mark.parametrize("variance", ["small", "large"])
def test_the_bound_of_images_is_that_of_the_papers_code(variance: str, levels: int) -> None:
    """The terms of one image as the code of Ho et al. 2020 and Nichol & Dhariwal 2021 has them, in
    numpy: with the large variance it is log(append(posterior_variance[1], betas[1:])).
    """
    T = 12
    schedule = NoiseSchedule.linear(T)
    betas = schedule.beta[1:].numpy()  # from here on index 0 is t = 1, as there
    bars = np.cumprod(1 - betas)
    before = np.append(1.0, bars[:-1])
    posterior_variance = betas * (1 - before) / (1 - bars)
    of_x0 = betas * np.sqrt(before) / (1 - bars)
    of_x_t = (1 - before) * np.sqrt(1 - betas) / (1 - bars)
    small = np.log(np.append(posterior_variance[1], posterior_variance[1:]))
    large = np.log(np.append(posterior_variance[1], betas[1:]))
    log_variance = {"small": small, "large": large}[variance]

    class Half(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            return 0.5 * x_t

    g, again = (torch.Generator().manual_seed(4) for _ in range(2))
    x0 = torch.randint(0, levels, (1, 1, 5, 5), generator=torch.Generator().manual_seed(1)).double()
    x0 = x0 * (2 / (levels - 1)) - 1
    denoiser = NetworkDenoiser(Half(), "x0")
    terms = list(bound_terms(denoiser, schedule, x0, generator=g, variance=variance, levels=levels))
    x = x0.numpy()
    for term in terms[1:]:
        i = term.t - 1
        eps = torch.randn(x0.shape, generator=again).double().numpy()
        x_t = np.sqrt(bars[i]) * x + np.sqrt(1 - bars[i]) * eps
        true, mean = (of_x0[i] * known + of_x_t[i] * x_t for known in (x, 0.5 * x_t))
        if i > 0:
            nats = 0.5 * (
                -1.0 + log_variance[i] - small[i] + np.exp(small[i] - log_variance[i])
                + (true - mean) ** 2 * np.exp(-log_variance[i])
            )  # fmt: skip
        else:
            below, above = (
                (x - mean + side / (levels - 1)) * np.exp(-0.5 * log_variance[i])
                for side in (-1, 1)
            )
            above[x > 0.999], below[x < -0.999] = np.inf, -np.inf
            # On the side where the tail is small, so that no digits cancel.
            flip = below > 0
            low, high = np.where(flip, -above, below), np.where(flip, -below, above)
            nats = -np.log(ndtr(high) - ndtr(low))
        assert term.bits.item() == pytest.approx(nats.mean() / np.log(2), rel=1e-6), term.name


def test_values_rounded_to_bytes_are_at_their_levels() -> None:
    """Sixteenths of 255 are no whole numbers: what they are rounded to means the same level."""
    exact = torch.linspace(-1, 1, 17, dtype=torch.float64)
    stored = ((exact + 1) * 127.5).round().byte().double() / 127.5 - 1
    assert (stored != exact).sum() > 10
    mean, log_variance = torch.full_like(exact, 0.05), torch.full_like(exact, -5.0)
    torch.testing.assert_close(
        discretised_log_likelihood(stored, mean, log_variance, 17),
        discretised_log_likelihood(exact, mean, log_variance, 17),
    )


def test_256_levels_are_as_they_were() -> None:
    """What uint8 images become in model units is each level to the bit."""
    x0 = torch.arange(256).float().mul_(2 / 255).sub_(1)
    mean, log_variance = torch.full_like(x0, 0.3), torch.full_like(x0, -6.0)
    found = discretised_log_likelihood(x0, mean, log_variance)
    half = 1 / 255
    normal = torch.distributions.Normal(mean.double(), math.exp(-3.0))
    inner = (normal.cdf(x0.double() + half) - normal.cdf(x0.double() - half)).log()
    near = (x0 - mean).abs() < 0.2
    torch.testing.assert_close(found[near], inner[near].float(), rtol=1e-4, atol=1e-4)


def closed_form_gap(std: float, T: int, variance: str) -> float:
    """Bits between the bound and -log p of N(0, std^2) for its exact denoiser, with the Gaussian
    decoder, from betas alone: every term is an expectation of squares.
    """
    betas = NoiseSchedule.cosine(T).beta.numpy()[1:]
    bars = np.cumprod(1 - betas)
    before = np.append(1.0, bars[:-1])
    small = betas * (1 - before) / (1 - bars)
    small[0] = small[1]
    var = {"small": small, "large": betas}[variance]
    known = std**2 * (1 - bars) / (bars * std**2 + 1 - bars)  # E (x_0 - E[x_0 | x_t])^2
    squared = betas**2 * before / (1 - bars) ** 2 * known / var
    squared[0] = known[0] / var[0]
    kl = 0.5 * (small / var - 1 - np.log(small / var) + squared)
    decoder = 0.5 * (np.log(2 * np.pi * var[0]) + squared[0])
    prior = 0.5 * (bars[-1] * (std**2 - 1) - np.log(1 - bars[-1]))
    truth = 0.5 * np.log(2 * np.pi * np.e * std**2)
    return float((prior + kl[1:].sum() + decoder - truth) / np.log(2))


@pytest.mark.parametrize("variance", ["small", "large"])
def test_only_with_the_large_variance_the_bound_reaches_the_likelihood(variance: str) -> None:
    gaps = [closed_form_gap(0.5, T, variance) for T in (100, 1000, 3000, 10_000)]
    assert gaps == sorted(gaps, reverse=True)
    if variance == "large":
        assert gaps[-1] == pytest.approx(0, abs=2e-4)
    else:
        assert gaps[-1] > 0.6
    schedule = NoiseSchedule.cosine(100)  # and this is what bound_terms draws around
    exact, g = gaussian(0.5, schedule), torch.Generator().manual_seed(0)
    x0 = exact.sample(20_000, g).double()
    found = total(list(bound_terms(exact, schedule, x0, generator=g, variance=variance)))
    truth = -exact.log_density(x0, 0) / 2 / math.log(2)
    assert (found - truth).mean().item() == pytest.approx(gaps[0], abs=0.03)
