"""Paths that do not preserve variance, and those that end in noise alone: held against the papers'
formulas, written out here, and against closed forms.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from diffvis.diffusion import (
    PREDICTIONS,
    SCHEDULE_KINDS,
    VARIANCE_PRESERVING,
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    bound_terms,
    check_path,
    convert,
    loss_floor,
    make_schedule,
    min_snr_loss,
    q_path,
    q_sample,
    simple_loss,
    training_target,
)

OTHERS = tuple(kind for kind in SCHEDULE_KINDS if kind not in VARIANCE_PRESERVING)
PATHS = {
    "flow": NoiseSchedule.flow(60),
    "ve": NoiseSchedule.ve(60, 0.01, 20),
    "karras": NoiseSchedule.karras(60, 0.02, 20),
    "zero terminal": NoiseSchedule.linear(60).with_zero_snr(),
    "cosine": NoiseSchedule.cosine(60),
    "own": NoiseSchedule.from_factors(
        torch.linspace(0.99, 0.3, 60), torch.linspace(0.02, 3.0, 60), "own"
    ),
}
every_path = pytest.mark.parametrize("schedule", PATHS.values(), ids=PATHS.keys())


@st.composite
def pairs(draw: st.DrawFn) -> tuple[NoiseSchedule, int, int]:
    """A schedule of any kind and two of its times, s < t."""
    T = draw(st.integers(1, 1000))
    schedule = make_schedule(draw(st.sampled_from(SCHEDULE_KINDS)), T)
    if schedule.preserves_variance and draw(st.booleans()):
        schedule = schedule.with_zero_snr()
    t = draw(st.one_of(st.just(T), st.integers(1, T)))
    return schedule, t, draw(st.integers(0, t - 1))


def normal(schedule: NoiseSchedule, mean: float = 0.7, variance: float = 0.3):
    """The exact denoiser of one Gaussian."""
    return GaussianMixtureDenoiser(
        torch.ones(1),
        torch.tensor([[mean]], dtype=torch.float64),
        torch.tensor([[[variance]]], dtype=torch.float64),
        schedule,
    )


# The factors


@pytest.mark.parametrize("T", [1, 2, 37, 1000])
def test_the_factors_are_the_papers(T: int) -> None:
    t = np.arange(1, T + 1)
    flow = NoiseSchedule.flow(T)
    np.testing.assert_allclose(flow.signal[1:], 1 - t / T, atol=1e-15)
    np.testing.assert_allclose(flow.noise[1:], t / T, atol=1e-15)
    part = (t - 1) / max(1, T - 1) if T > 1 else np.ones(1)
    np.testing.assert_allclose(NoiseSchedule.ve(T).noise[1:], 0.01 * (50 / 0.01) ** part)
    karras = (0.002 ** (1 / 7) + part * (80 ** (1 / 7) - 0.002 ** (1 / 7))) ** 7
    np.testing.assert_allclose(NoiseSchedule.karras(T).noise[1:], karras)
    for kind in ("ve", "ve-karras"):
        assert (make_schedule(kind, T).signal == 1).all()
    for kind in OTHERS:
        schedule = make_schedule(kind, T)
        assert (schedule.signal[0], schedule.noise[0]) == (1, 0)
        assert not schedule.preserves_variance


@every_path
def test_steps_make_the_closed_form(schedule: NoiseSchedule) -> None:
    """Followed exactly: the mean and the variance of a chain of steps."""
    mean, variance = 1.0, 0.0
    for t in range(1, schedule.T + 1):
        alpha, beta = float(schedule.alpha[t]), float(schedule.beta[t])
        mean, variance = math.sqrt(alpha) * mean, alpha * variance + beta
        assert mean == pytest.approx(float(schedule.signal[t]), rel=1e-9, abs=1e-12)
        assert variance == pytest.approx(float(schedule.noise[t]) ** 2, rel=1e-9)


@every_path
def test_the_true_chain_has_its_marginals(schedule: NoiseSchedule) -> None:
    x0 = torch.full((20_000, 1), 0.8, dtype=torch.float64)
    for t, x_t in enumerate(q_path(schedule, x0, torch.Generator().manual_seed(0))):
        if t in (1, 20, 59, 60):
            signal, noise = float(schedule.signal[t]), float(schedule.noise[t])
            assert float(x_t.mean()) == pytest.approx(0.8 * signal, abs=0.03 * noise)
            assert float(x_t.std()) == pytest.approx(noise, rel=0.03)


@given(pairs())
def test_the_posterior_is_bayes_rule_on_every_path(case: tuple[NoiseSchedule, int, int]) -> None:
    """Of two Gaussians: that of x_s given x_0, and that of x_t given x_s."""
    schedule, t, s = case
    found = schedule.posterior(t, s)
    if s == 0:
        assert found == (1, 0, 0)
        return
    keep = float(schedule.signal[t] / schedule.signal[s])
    before, after = float(schedule.noise[s]) ** 2, float(schedule.noise[t]) ** 2
    gain = keep * before / after  # cov(x_s, x_t) / var(x_t)
    assert found.x_t == pytest.approx(gain, rel=1e-9, abs=1e-300)
    mean = float(schedule.signal[s]) - gain * float(schedule.signal[t])
    assert found.x0 == pytest.approx(mean, rel=1e-6, abs=1e-9)
    assert found.variance == pytest.approx(before - gain * keep * before, rel=1e-6, abs=1e-9)


@given(pairs())
def test_the_posterior_fits_the_marginals_on_every_path(
    case: tuple[NoiseSchedule, int, int],
) -> None:
    schedule, t, s = case
    found = schedule.posterior(t, s)
    mean = found.x0 + found.x_t * float(schedule.signal[t])
    variance = found.variance + found.x_t**2 * float(schedule.noise[t]) ** 2
    assert mean == pytest.approx(float(schedule.signal[s]), rel=1e-9, abs=1e-9)
    assert variance == pytest.approx(float(schedule.noise[s]) ** 2, rel=1e-9, abs=1e-9)


@every_path
def test_the_prior_is_what_a_chain_begins_with(schedule: NoiseSchedule) -> None:
    q = torch.distributions.Normal(0.7 * schedule.signal[-1], schedule.noise[-1])
    p = torch.distributions.Normal(0.0, schedule.prior_std)
    nats = torch.distributions.kl_divergence(q, p).item()
    assert schedule.prior_kl(0.49) == pytest.approx(nats / math.log(2), abs=1e-12)
    assert schedule.prior_std == (1 if schedule.preserves_variance else schedule.noise[-1])


def test_the_derivative_is_that_of_the_path() -> None:
    T = 1000
    t = np.arange(1, T + 1)
    flow = NoiseSchedule.flow(T)
    np.testing.assert_allclose(flow.signal_rate, -1, rtol=1e-12)
    np.testing.assert_allclose(flow.noise_rate, 1, rtol=1e-12)
    np.testing.assert_allclose(flow.turning, 1, rtol=1e-12)
    ve = NoiseSchedule.ve(T)
    np.testing.assert_allclose(
        ve.noise_rate[2:-1], ve.noise[2:-1] * math.log(5000) * T / (T - 1), rtol=2e-5
    )
    cosine = NoiseSchedule.cosine(T)
    u = t / T
    for table, of in (
        (cosine.signal_rate, lambda u: np.cos((u + 0.008) / 1.008 * np.pi / 2)),
        (cosine.noise_rate, lambda u: np.sin(np.arccos(of_cosine(u)))),
    ):
        true = (of(u + 1e-6) - of(u - 1e-6)) / 2e-6
        if table is cosine.signal_rate:
            true = true / np.cos(0.008 / 1.008 * np.pi / 2)
        np.testing.assert_allclose(table[50:-5], true[49:-5], rtol=1e-3)


def of_cosine(u: np.ndarray) -> np.ndarray:
    f = np.cos((u + 0.008) / 1.008 * np.pi / 2) / np.cos(0.008 / 1.008 * np.pi / 2)
    return np.clip(f, 0, 1)


# Noise alone at the end


@pytest.mark.parametrize("kind", VARIANCE_PRESERVING)
def test_rescaling_leaves_nothing_at_the_end(kind: str) -> None:
    schedule = make_schedule(kind, 200)
    rescaled = schedule.with_zero_snr()
    assert rescaled.ends_in_noise and not schedule.ends_in_noise
    assert (rescaled.alpha_bar[-1], rescaled.noise[-1], rescaled.beta[-1]) == (0, 1, 1)
    assert rescaled.snr[-1] == 0
    # Lin et al. 2024, algorithm 1, as it is printed.
    root = schedule.alpha_bar.sqrt()[1:]
    first, last = root[0].clone(), root[-1].clone()
    torch.testing.assert_close(rescaled.signal[1:], (root - last) * first / (first - last))
    assert rescaled.with_zero_snr() is rescaled
    assert NoiseSchedule.from_json(rescaled.to_json()) == rescaled
    assert rescaled.warnings() == [] or kind == "linear-unscaled"


def test_it_is_the_rescaling_of_diffusers() -> None:
    scheduling = pytest.importorskip("diffusers.schedulers.scheduling_ddim")
    for kind in VARIANCE_PRESERVING:
        schedule = make_schedule(kind, 1000)
        theirs = scheduling.rescale_zero_terminal_snr(schedule.beta[1:])
        torch.testing.assert_close(schedule.with_zero_snr().beta[1:], theirs, rtol=0, atol=1e-10)


def test_a_path_of_another_kind_is_not_rescaled() -> None:
    assert NoiseSchedule.flow(10).with_zero_snr() == NoiseSchedule.flow(10)
    with pytest.raises(ValueError, match="ve path cannot be rescaled"):
        NoiseSchedule.ve(10).with_zero_snr()


@pytest.mark.parametrize("schedule", [PATHS["flow"], PATHS["zero terminal"]])
def test_eps_says_nothing_where_there_is_no_signal(schedule: NoiseSchedule) -> None:
    x, T = torch.ones(2, 3), schedule.T
    for predicts in ("eps", "score"):
        with pytest.raises(
            ValueError, match=rf"x_T is noise alone, and no x0 follows .*{predicts}"
        ):
            check_path(schedule, predicts)
        for t in (T, torch.tensor([1, T])):
            with pytest.raises(ValueError, match="no x0 follows"):
                convert(schedule, x, t, x, predicts, "x0")
        assert convert(schedule, x, T - 1, x, predicts, "x0").isfinite().all()
        check_path(PATHS["cosine"], predicts)
    for predicts in ("x0", "v", "velocity"):
        check_path(schedule, predicts)
        for target in PREDICTIONS:
            assert convert(schedule, x, T, x, predicts, target).isfinite().all()


# Files and refusals


@every_path
def test_json_brings_the_path_back(schedule: NoiseSchedule) -> None:
    assert NoiseSchedule.from_json(schedule.to_json()) == schedule
    assert schedule != NoiseSchedule.linear(60)


def test_a_path_with_a_name_is_told_by_its_name() -> None:
    assert NoiseSchedule.flow(40).to_json() == {"kind": "flow", "T": 40}
    assert set(NoiseSchedule.ve(40, 0.1, 3).to_json()) == {"kind", "T", "signal", "noise"}
    assert NoiseSchedule.ve(40) != NoiseSchedule.ve(40, 0.1, 3)


@pytest.mark.parametrize(
    "signal, noise, message",
    [
        ([1, 1], [0.1, 0.1], "noise / signal must rise from 0"),
        ([1, 1], [0.2, 0.1], "signal_2 = 1 and noise_2 = 0.1"),
        ([0.5, 0], [0.0, 1], "noise_1 = 0"),
        ([0.5, -0.1], [0.5, 1], "signal_2 = -0.1"),
        ([0, 0], [0.5, 1], "signal_2 = 0"),
        ([1, math.nan], [0.1, 0.2], "signal_2 = nan"),
        ([1, 1], [0.1, math.inf], "noise_2 = inf"),
        ([1, 1, 1], [0.1, 0.2], "of one length, not 3 and 2"),
        ([], [], "signal must be a list of T numbers"),
        (["a"], [0.1], "signal must be a list of numbers"),
    ],
)
def test_factors_that_are_no_path_are_refused(signal: list, noise: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NoiseSchedule.from_factors(signal, noise)


def test_names_of_variance_preserving_paths_are_theirs_alone() -> None:
    for name in ("one_minus_alpha_bar", "sqrt_one_minus_alpha_bar"):
        with pytest.raises(ValueError, match=f"{name} is that of a path that preserves variance"):
            getattr(NoiseSchedule.flow(10), name)
        torch.testing.assert_close(
            getattr(NoiseSchedule.cosine(10), name) ** (2 if name.startswith("sqrt") else 1),
            NoiseSchedule.cosine(10).noise ** 2,
        )


# What a network predicts


@every_path
def test_targets_are_linear_in_x0_and_eps(schedule: NoiseSchedule) -> None:
    x0, eps = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    for t in (1, 30, 60):
        signal, noise = float(schedule.signal[t]), float(schedule.noise[t])
        rates = float(schedule.signal_rate[t]), float(schedule.noise_rate[t])
        expected = {
            "eps": (0, 1), "x0": (1, 0), "v": (-noise, signal), "velocity": rates,
            "score": (0, -1 / noise),
        }  # fmt: skip
        assert set(expected) == set(PREDICTIONS)
        for predicts, parts in expected.items():
            found = training_target(schedule, x0, eps, t, predicts)
            torch.testing.assert_close(found, torch.tensor([parts], dtype=found.dtype))


def test_on_the_straight_path_the_velocity_is_eps_minus_x0() -> None:
    x0, eps = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    for t in (1, 37, 100):
        found = training_target(NoiseSchedule.flow(100), x0, eps, t, "velocity")
        assert torch.equal(found, eps - x0)


@pytest.mark.parametrize("kind", VARIANCE_PRESERVING)
def test_a_network_of_v_is_one_of_velocity(kind: str) -> None:
    """Where variance is preserved one is the other times the rate of the angle."""
    for schedule in (make_schedule(kind, 100), make_schedule(kind, 100).with_zero_snr()):
        x0, eps = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0)).double()
        angle = torch.atan2(schedule.noise, schedule.signal)
        for t in range(2, 100):
            turning = float(angle[t + 1] - angle[t - 1]) * 100 / 2
            v, velocity = (training_target(schedule, x0, eps, t, p) for p in ("v", "velocity"))
            torch.testing.assert_close(velocity, turning * v, rtol=1e-10, atol=1e-12)


@every_path
def test_the_marginal_velocity_of_a_gaussian(schedule: NoiseSchedule) -> None:
    """E[velocity | x_t] moves N(s m, s^2 c + n^2) as its mean and its standard deviation move."""
    mean, variance = 0.7, 0.3
    exact = normal(schedule, mean, variance)
    x_t = torch.linspace(-3, 3, 7, dtype=torch.float64)[:, None]
    for t in (1, 20, 45, 60):
        s, n = float(schedule.signal[t]), float(schedule.noise[t])
        ds, dn = float(schedule.signal_rate[t]), float(schedule.noise_rate[t])
        spread = s**2 * variance + n**2
        expected = ds * mean + (s * ds * variance + n * dn) / spread * (x_t - s * mean)
        x0_hat = exact(x_t, torch.full((7,), t))
        found = convert(schedule, x_t, t, x0_hat, "x0", "velocity")
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
        score = convert(schedule, x_t, t, x0_hat, "x0", "score")
        torch.testing.assert_close(score, -(x_t - s * mean) / spread, rtol=1e-9, atol=1e-9)


# Exact denoisers and losses


@every_path
def test_exact_denoisers_are_bayes_rule(schedule: NoiseSchedule) -> None:
    g = torch.Generator().manual_seed(0)
    members = torch.randn(9, 2, generator=g, dtype=torch.float64)
    x_t = torch.randn(6, 2, generator=g, dtype=torch.float64)
    for t in (1, 25, 59, 60):
        s, n = float(schedule.signal[t]), float(schedule.noise[t])
        squared = torch.cdist(x_t, s * members).square()
        expected = torch.softmax(-squared / (2 * n**2), dim=1) @ members
        found = ExactDenoiser(members, schedule)(x_t, torch.full((6,), t))
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
        points = GaussianMixtureDenoiser(torch.ones(9), members, torch.zeros(9, 2, 2), schedule)
        torch.testing.assert_close(points(x_t, torch.full((6,), t)), expected, atol=1e-9, rtol=1e-9)


@every_path
def test_the_mixture_is_tweedies_formula(schedule: NoiseSchedule) -> None:
    exact = GaussianMixtureDenoiser(
        torch.tensor([0.3, 0.7]), torch.tensor([[1.0, 0.5], [-1.0, 0.0]]),
        torch.tensor([[[0.2, 0.1], [0.1, 0.3]], [[0.1, 0.0], [0.0, 0.05]]]), schedule,
    )  # fmt: skip
    x_t = torch.randn(8, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for t in (1, 30, 59):
        at = x_t.clone().requires_grad_()
        (score,) = torch.autograd.grad(exact.log_density(at, t).sum(), at)
        expected = (x_t + schedule.noise[t] ** 2 * score) / schedule.signal[t]
        found = exact(x_t, torch.full((8,), t))
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(convert(schedule, x_t, t, found, "x0", "score"), score)


class Answers(torch.nn.Module):
    def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
        return torch.sin(x_t) + 0.1 * t[:, None]


@every_path
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_losses_weigh_the_error_of_x0(schedule: NoiseSchedule, predicts: str) -> None:
    g = torch.Generator().manual_seed(2)
    x0, eps = torch.randn(2, 5, 3, generator=g, dtype=torch.float64)
    t = torch.tensor([1, 7, 30, 58, 59])
    denoiser = NetworkDenoiser(Answers(), predicts)
    x_t = q_sample(schedule, x0, t, eps)
    said = denoiser(x_t, t)
    x0_hat = convert(schedule, x_t, t, said, predicts, "x0")
    error = (x0 - x0_hat).square().mean(1)
    snr = (schedule.signal[t] / schedule.noise[t]) ** 2
    found = min_snr_loss(denoiser, schedule, x0, t, eps)
    torch.testing.assert_close(found, snr.clamp(max=5) * error, rtol=1e-7, atol=1e-12)
    target = training_target(schedule, x0, eps, t, predicts)
    simple = simple_loss(denoiser, schedule, x0, t, eps)
    torch.testing.assert_close(simple, (said - target).square().mean(1))


def test_the_simple_loss_of_a_velocity_is_flow_matching() -> None:
    """Lipman et al. 2023, eq. 23, and Liu et al. 2023, eq. 1, with sigma_min = 0; written out."""
    T = 50
    x0, eps = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    t = torch.tensor([1, 10, 20, 30, 49, 50])
    u = t[:, None].double() / T
    network = Answers()
    expected = (network((1 - u) * x0 + u * eps, t, None) - (eps - x0)).square().mean(1)
    found = simple_loss(NetworkDenoiser(network, "velocity"), NoiseSchedule.flow(T), x0, t, eps)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@every_path
def test_the_floor_of_gaussian_data_is_known_on_every_path(schedule: NoiseSchedule) -> None:
    exact = normal(schedule, 0.0, 0.25)
    x0 = exact.sample(20_000, torch.Generator().manual_seed(0)).double()
    for predicts in PREDICTIONS:
        g = torch.Generator().manual_seed(1)
        floors = loss_floor(exact, schedule, x0, [5, 30, 55], predicts=predicts, generator=g)
        for t, floor in floors:
            s, n = float(schedule.signal[t]), float(schedule.noise[t])
            turning = float(schedule.turning[t])
            of_x0 = 0.25 * n**2 / (s**2 * 0.25 + n**2)
            factor = {
                "x0": 1, "eps": s / n, "v": (s**2 + n**2) / n, "velocity": turning / n,
                "score": s / n**2,
            }[predicts]  # fmt: skip
            assert float(floor.mean()) == pytest.approx(factor**2 * of_x0, rel=0.05)


def test_the_bound_holds_on_the_straight_path() -> None:
    """Above the entropy of the data, and closer the finer the steps: as where variance is kept."""
    entropy = 0.5 * math.log2(2 * math.pi * math.e * 0.25)
    gaps = []
    for T in (50, 200):
        schedule = NoiseSchedule.flow(T)
        exact = normal(schedule, 0.0, 0.25)
        x0 = exact.sample(4000, torch.Generator().manual_seed(0)).double()
        x0 = (x0 - x0.mean()) / x0.std(correction=0) / 2
        terms = bound_terms(
            exact, schedule, x0, generator=torch.Generator().manual_seed(1), variance="large"
        )
        gaps.append(float(sum(term.bits.mean() for term in terms)) - entropy)
    assert 0 < gaps[0] < 0.1
    assert abs(gaps[1]) < gaps[0] / 3
