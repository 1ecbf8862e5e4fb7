import copy
import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diffvis.diffusion import (
    SCHEDULE_KINDS,
    VARIANCE_PRESERVING,
    NoiseSchedule,
    make_schedule,
)
from diffvis.diffusion.schedule import MAX_T

kinds = st.sampled_from(VARIANCE_PRESERVING)
lengths = st.integers(1, 1000)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[NoiseSchedule, int, int]:
    """A schedule and two of its times, s < t."""
    T = draw(lengths)
    t = draw(st.integers(1, T))
    return make_schedule(draw(kinds), T), t, draw(st.integers(0, t - 1))


@given(kinds, lengths)
def test_tables_follow_from_beta(kind: str, T: int) -> None:
    schedule = make_schedule(kind, T)
    assert schedule.T == T
    tables = ("beta", "alpha", "alpha_bar", "one_minus_alpha_bar", "snr", "log_snr")
    tables += ("sqrt_alpha_bar", "sqrt_one_minus_alpha_bar", "posterior_variance")
    for name in tables:
        table = getattr(schedule, name)
        assert table.shape == (T + 1,), name
        assert table.dtype == torch.float64, name
    assert schedule.beta[0] == 0
    assert schedule.alpha_bar[0] == 1
    assert schedule.snr[0] == math.inf
    assert ((schedule.beta[1:] > 0) & (schedule.beta[1:] <= 0.999)).all()
    torch.testing.assert_close(schedule.alpha_bar, (1 - schedule.beta).cumprod(0))
    torch.testing.assert_close(
        schedule.alpha_bar + schedule.one_minus_alpha_bar, torch.ones_like(schedule.beta)
    )
    torch.testing.assert_close(schedule.log_snr.exp(), schedule.snr)
    assert (schedule.alpha_bar.diff() < 0).all()


@pytest.mark.parametrize("kind", SCHEDULE_KINDS)
def test_every_length_can_be_made(kind: str) -> None:
    for T in range(1, 1001):
        assert make_schedule(kind, T).alpha_bar[-1] > 0 or kind == "flow"


def test_linear_is_hos_at_1000_and_is_rescaled_elsewhere() -> None:
    ho = NoiseSchedule.linear(1000)
    torch.testing.assert_close(ho.beta[1:], torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64))
    assert ho.alpha_bar[-1].item() == pytest.approx(4.04e-5, rel=1e-2)
    hundred = NoiseSchedule.linear(100)
    assert hundred.beta[1].item() == pytest.approx(1e-3)
    assert hundred.beta[100].item() == pytest.approx(0.2)
    unscaled = NoiseSchedule.linear(100, rescale=False)
    assert unscaled.alpha_bar[-1].item() == pytest.approx(0.36, abs=0.01)
    assert unscaled == make_schedule("linear-unscaled", 100)
    assert NoiseSchedule.linear(20).beta[-1] == 0.999


@pytest.mark.parametrize("T", [100, 500])
def test_rescaling_keeps_how_much_is_destroyed(T: int) -> None:
    for kind in ("linear", "quadratic", "sigmoid", "constant"):
        ours, reference = make_schedule(kind, T), make_schedule(kind, 1000)
        ratio = ours.alpha_bar[-1].log() / reference.alpha_bar[-1].log()
        assert 0.9 < ratio < 1.3, kind


def test_cosine_clips_only_its_last_beta_and_keeps_alpha_bar_consistent() -> None:
    T = 300
    schedule = NoiseSchedule.cosine(T)
    assert schedule.beta[-1] == 0.999
    assert (schedule.beta[:-1] < 0.999).all()
    t = torch.arange(T + 1, dtype=torch.float64)
    f = torch.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2
    torch.testing.assert_close(schedule.alpha_bar[:-1], (f / f[0])[:-1], rtol=1e-9, atol=0)
    torch.testing.assert_close(schedule.alpha_bar[-1], schedule.alpha_bar[-2] * 0.001)


@given(pairs())
def test_posterior_is_bayes_rule(case: tuple[NoiseSchedule, int, int]) -> None:
    """Precisions add: q(x_s | x_t, x_0) is q(x_t | x_s) times q(x_s | x_0), normalised."""
    schedule, t, s = case
    found = schedule.posterior(t, s)
    if s == 0:
        assert found == (1, 0, 0)
        return
    a = float(schedule.alpha_bar[t] / schedule.alpha_bar[s])
    prior_precision = 1 / float(schedule.one_minus_alpha_bar[s])
    seen_precision = a / (1 - a)
    variance = 1 / (prior_precision + seen_precision)
    assert found.variance == pytest.approx(variance, rel=1e-6)
    assert found.x0 == pytest.approx(
        variance * prior_precision * float(schedule.sqrt_alpha_bar[s]), rel=1e-6
    )
    assert found.x_t == pytest.approx(variance * seen_precision / math.sqrt(a), rel=1e-6)


@given(pairs())
def test_posterior_fits_the_marginals(case: tuple[NoiseSchedule, int, int]) -> None:
    """Drawing x_t and then x_s gives q(x_s | x_0): in mean and in variance."""
    schedule, t, s = case
    found = schedule.posterior(t, s)
    mean = found.x0 + found.x_t * schedule.sqrt_alpha_bar[t].item()
    variance = found.variance + found.x_t**2 * schedule.one_minus_alpha_bar[t].item()
    assert mean == pytest.approx(schedule.sqrt_alpha_bar[s].item(), abs=1e-9)
    assert variance == pytest.approx(schedule.one_minus_alpha_bar[s].item(), abs=1e-9)


def test_small_and_large_variance() -> None:
    schedule = NoiseSchedule.linear(100)
    for t in (2, 50, 100):
        small, large = schedule.posterior(t, t - 1).variance, schedule.variance_between(t, t - 1)
        assert schedule.posterior_variance[t].item() == small
        assert large == pytest.approx(schedule.beta[t].item(), rel=1e-9)
        assert small < large
    assert schedule.posterior_variance[1] == 0


def test_log_variance_at_1_is_that_at_2() -> None:
    schedule = NoiseSchedule.linear(100)
    logs = schedule.posterior_log_variance
    assert logs[1] == logs[2]
    torch.testing.assert_close(logs[2:].exp(), schedule.posterior_variance[2:])
    assert NoiseSchedule.linear(1).posterior_log_variance.isfinite().all()


@pytest.mark.parametrize("t, s", [(5, 5), (3, 4), (11, 2), (3, -1)])
def test_times_out_of_order_or_range_are_refused(t: int, s: int) -> None:
    with pytest.raises(ValueError, match=r"0 <= s < t <= 10"):
        NoiseSchedule.linear(10).posterior(t, s)


@pytest.mark.parametrize("T", [0, -1, 1.5, 300.0, "100", None, True])
def test_a_length_that_is_none_is_refused(T: object) -> None:
    for kind in SCHEDULE_KINDS:
        with pytest.raises(ValueError, match="T must be a whole number from 1"):
            make_schedule(kind, T)  # type: ignore[arg-type]


@pytest.mark.parametrize("T", [MAX_T + 1, 10**9, 10**12, 10**30])
def test_a_length_that_would_fill_the_memory_is_refused(T: int) -> None:
    for kind in SCHEDULE_KINDS:
        with pytest.raises(ValueError, match=r"T must be .* to 100,000"):
            make_schedule(kind, T)
    with pytest.raises(ValueError, match=r"T must be .* to 100,000"):
        NoiseSchedule.from_json({"kind": "cosine", "T": T})
    with pytest.raises(ValueError, match="T must be at most 100,000"):
        NoiseSchedule.from_log_snr([(1, 5), (T, -5)])


def test_the_longest_schedule_can_be_made() -> None:
    assert make_schedule("cosine", MAX_T).T == MAX_T
    with pytest.raises(ValueError, match="T must be at most 100,000, but there are 100,001 betas"):
        NoiseSchedule.from_betas([1e-4] * (MAX_T + 1))


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'cubic'.*linear, cosine"):
        make_schedule("cubic", 10)


@pytest.mark.parametrize(
    "betas",
    [[], [0.1, 0.0], [1.0, 0.1], [0.1, 1.1], [-0.1], [0.1, math.nan], [[0.1]], ["a"], None, "0.1"],
)
def test_betas_that_are_none_are_refused(betas: object) -> None:
    with pytest.raises(ValueError, match="beta"):
        NoiseSchedule.from_betas(betas)  # type: ignore[arg-type]


def test_betas_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing of the data is left"):
        NoiseSchedule.from_betas([0.999] * 20)


def test_given_betas_are_copied() -> None:
    betas = torch.full((10,), 0.1, dtype=torch.float64)
    schedule = NoiseSchedule.from_betas(betas)
    betas.zero_()
    assert schedule.beta[1] == 0.1
    with pytest.raises(FrozenInstanceError):
        schedule.kind = "other"  # type: ignore[misc]


@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=12), st.floats(-3.0, 6.0))
def test_a_drawn_log_snr_is_met(steps: list[float], start: float) -> None:
    values = [start]
    for step in steps:
        values.append(values[-1] - step)
    points = [(1 + 7 * i, value) for i, value in enumerate(values)]
    schedule = NoiseSchedule.from_log_snr(points)
    assert points[-1][0] == schedule.T
    for t, value in points:
        assert schedule.log_snr[t].item() == pytest.approx(value, abs=1e-9)
    middle = schedule.log_snr[1:9].tolist()
    expected = torch.linspace(values[0], values[1], 8, dtype=torch.float64).tolist()
    assert middle == pytest.approx(expected, abs=1e-9)


def test_a_schedule_drawn_from_its_own_log_snr_is_itself() -> None:
    cosine = NoiseSchedule.cosine(100)
    drawn = NoiseSchedule.from_log_snr([(t, cosine.log_snr[t].item()) for t in range(1, 101)])
    torch.testing.assert_close(drawn.beta, cosine.beta)


@pytest.mark.parametrize(
    "points, message",
    [
        ([], "at least one point"),
        ([(1, 2), (5, 3)], "log SNR must fall as t grows, but goes from 2 at t = 1 to 3 at t = 5"),
        ([(1, 2), (5, 2)], "must fall"),
        ([(1, 2), (1, 1)], "t must rise"),
        ([(2, 2), (5, 1)], "first point must be at t <= 1"),
        ([(1, 2), (5.5, 1)], "whole number"),
        ([(0, 2), (0.5, 1)], "whole number"),
        ([(1, math.nan), (5, 1)], "finite"),
    ],
)
def test_a_log_snr_that_is_not_one_is_refused(points: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NoiseSchedule.from_log_snr(points)


@pytest.mark.parametrize("kind", SCHEDULE_KINDS)
def test_json_round_trip_by_name(kind: str) -> None:
    schedule = make_schedule(kind, 40)
    assert schedule.to_json() == {"kind": kind, "T": 40}
    assert NoiseSchedule.from_json(schedule.to_json()) == schedule


def test_json_round_trip_by_betas() -> None:
    drawn = NoiseSchedule.from_log_snr([(0, 5), (30, -6)])
    for schedule in (drawn, NoiseSchedule.quadratic(40, rescale=False)):
        data = schedule.to_json()
        assert len(data["beta"]) == schedule.T
        assert NoiseSchedule.from_json(data) == schedule


@pytest.mark.parametrize(
    "data", [None, {}, {"kind": "linear"}, {"kind": "nothing", "T": 3}, {"kind": "x", "beta": None}]
)
def test_json_that_is_none_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        NoiseSchedule.from_json(data)  # type: ignore[arg-type]


def test_equality_is_by_kind_and_beta() -> None:
    assert NoiseSchedule.linear(50) == make_schedule("linear", 50)
    assert hash(NoiseSchedule.linear(50)) == hash(make_schedule("linear", 50))
    assert NoiseSchedule.linear(50) != NoiseSchedule.linear(50, rescale=False)
    assert NoiseSchedule.linear(50) != NoiseSchedule.from_betas(NoiseSchedule.linear(50).beta[1:])
    assert NoiseSchedule.linear(50) != "linear"
    assert copy.deepcopy(NoiseSchedule.linear(50)) == NoiseSchedule.linear(50)
    assert repr(NoiseSchedule.linear(50)) == "NoiseSchedule('linear', T=50)"


def test_prior_kl_is_the_divergence_from_a_standard_normal() -> None:
    schedule = NoiseSchedule.linear(50, rescale=False)
    mean = 0.7 * schedule.sqrt_alpha_bar[-1]
    q = torch.distributions.Normal(mean, schedule.sqrt_one_minus_alpha_bar[-1])
    p = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    nats = torch.distributions.kl_divergence(q, p).item()
    assert schedule.prior_kl(0.49) == pytest.approx(nats / math.log(2))
    assert NoiseSchedule.cosine(1000).prior_kl() < 1e-5


@pytest.mark.parametrize("T", [20, 300, 1000])
def test_the_sigmoid_of_jabri(T: int) -> None:
    """As the paper writes it (Jabri et al. 2022, its gamma of t): start -3, end 3, tau 1."""
    t, start, end, tau = np.linspace(0, 1, T + 1), -3, 3, 1.0

    def logistic(x: np.ndarray | float) -> np.ndarray:
        return 1 / (1 + np.exp(-np.asarray(x) / tau))

    gamma = (logistic(end) - logistic(t * (end - start) + start)) / (
        logistic(end) - logistic(start)
    )
    gamma = np.clip(gamma, 1e-9, 1.0)
    schedule = make_schedule("sigmoid-alpha-bar", T)
    assert schedule == NoiseSchedule.sigmoid_alpha_bar(T)
    np.testing.assert_allclose(schedule.alpha_bar[:-1].numpy(), gamma[:-1], rtol=1e-6)
    # A beta of 1 - 3e-6 would end there; it is 0.999 at most, as in every schedule.
    np.testing.assert_allclose(float(schedule.alpha_bar[-1]), 0.001 * gamma[-2], rtol=1e-6)
    others = NoiseSchedule.sigmoid(1000).alpha_bar[::10].numpy()
    apart = np.abs(others - NoiseSchedule.sigmoid_alpha_bar(1000).alpha_bar[::10].numpy()).max()
    assert apart == pytest.approx(0.26, abs=0.01)


def test_sound_schedules_do_not_warn_and_others_say_why() -> None:
    for kind in SCHEDULE_KINDS:
        for T in (200, 1000) if kind != "linear-unscaled" else (1000,):
            assert make_schedule(kind, T).warnings() == [], (kind, T)
    assert NoiseSchedule.linear(40).warnings() == []
    (message,) = NoiseSchedule.linear(50, rescale=False).warnings()
    assert "not pure noise" in message
    assert "78%" in message
    (course,) = make_schedule("linear-unscaled", 300).warnings()
    assert "alpha_bar_T = 0.05 of the signal's power" in course
    assert any("nothing but noise" in text for text in NoiseSchedule.linear(8).warnings())
    assert any("first step" in text for text in NoiseSchedule.constant(20).warnings())


@pytest.mark.parametrize("t", [-1, 11, torch.tensor([1, 11]), torch.tensor([-1, 3])])
def test_a_coefficient_outside_the_range_is_refused(t: object) -> None:
    with pytest.raises(ValueError, match=r"0\.\.10"):
        NoiseSchedule.linear(10).at("beta", t, torch.zeros(2, 3))  # type: ignore[arg-type]


@pytest.mark.parametrize("t", [torch.tensor([1.0, 2.0]), torch.tensor([1]), torch.tensor(1)])
def test_times_that_do_not_fit_the_batch_are_refused(t: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="t must be int64"):
        NoiseSchedule.linear(10).at("beta", t, torch.zeros(2, 3))


def test_coefficients_take_the_type_and_shape_of_what_they_meet() -> None:
    schedule = NoiseSchedule.linear(10)
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        x = torch.zeros(2, 3, 4, 4, dtype=dtype)
        found = schedule.at("beta", torch.tensor([3, 7]), x)
        assert found.dtype == dtype
        assert found.shape == (2, 1, 1, 1)
        torch.testing.assert_close(found.flatten(), schedule.beta[[3, 7]].to(dtype))
    assert schedule.at("beta", 3, x) == schedule.beta[3].item()


def test_tables_first_used_in_inference_mode_serve_training() -> None:
    schedule = NoiseSchedule.linear(10)
    x = torch.ones(2, 3, requires_grad=True)
    t = torch.tensor([3, 7])
    with torch.inference_mode():
        schedule.at("alpha_bar", t, x)
    (schedule.at("alpha_bar", t, x) * x * x).sum().backward()
    assert x.grad is not None
