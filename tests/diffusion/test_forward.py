import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffvis.diffusion import (
    VARIANCE_PRESERVING,
    NoiseSchedule,
    make_schedule,
    q_path,
    q_posterior,
    q_sample,
    q_step,
)


def test_closed_form(schedule: NoiseSchedule, generator: torch.Generator) -> None:
    x0, eps = torch.randn(2, 3, 1, 4, 4, generator=generator, dtype=torch.float64)
    for t in (0, 1, 25, 50):
        expected = schedule.alpha_bar[t].sqrt() * x0 + (1 - schedule.alpha_bar[t]).sqrt() * eps
        torch.testing.assert_close(q_sample(schedule, x0, t, eps), expected)
    assert torch.equal(q_sample(schedule, x0, 0, eps), x0)


def test_each_sample_may_have_its_own_time(
    schedule: NoiseSchedule, generator: torch.Generator
) -> None:
    x0, eps = torch.randn(2, 4, 2, generator=generator, dtype=torch.float64)
    t = torch.tensor([0, 1, 25, 50])
    together = q_sample(schedule, x0, t, eps)
    alone = [q_sample(schedule, x0[i : i + 1], int(t[i]), eps[i : i + 1]) for i in range(4)]
    torch.testing.assert_close(together, torch.cat(alone))
    together = q_step(schedule, x0[1:], t[1:], eps[1:])
    alone = [q_step(schedule, x0[i : i + 1], int(t[i]), eps[i : i + 1]) for i in range(1, 4)]
    torch.testing.assert_close(together, torch.cat(alone))


@settings(max_examples=15)
@given(st.sampled_from(VARIANCE_PRESERVING), st.integers(2, 1000))
def test_chain_and_closed_form_have_the_same_marginals(kind: str, T: int) -> None:
    """Exactly: the chain's mean and variance, followed step by step through q_step."""
    schedule = make_schedule(kind, T)
    signal, variance = torch.ones(1, 1).double(), torch.zeros(1, 1).double()
    zero, one = torch.zeros(1, 1).double(), torch.ones(1, 1).double()
    for t in range(1, T + 1):
        signal = q_step(schedule, signal, t, zero)
        kept = q_step(schedule, one, t, zero)
        variance = kept**2 * variance + q_step(schedule, zero, t, one) ** 2
    torch.testing.assert_close(signal[0, 0], schedule.sqrt_alpha_bar[T], rtol=1e-9, atol=0)
    torch.testing.assert_close(variance[0, 0], schedule.one_minus_alpha_bar[T], rtol=1e-9, atol=0)


def test_chains_drawn_have_the_marginals_of_the_closed_form(generator: torch.Generator) -> None:
    schedule = NoiseSchedule.linear(20)
    x0 = torch.full((20_000, 1), 0.7)
    for t, x_t in enumerate(q_path(schedule, x0, generator)):
        assert x_t.mean().item() == pytest.approx(0.7 * schedule.sqrt_alpha_bar[t].item(), abs=0.03)
        assert x_t.std().item() == pytest.approx(
            schedule.sqrt_one_minus_alpha_bar[t].item(), abs=0.03
        )


def test_the_path_is_a_markov_chain_from_x0_to_x_T(generator: torch.Generator) -> None:
    schedule = NoiseSchedule.cosine(30)
    x0 = torch.ones(5, 2)
    path = list(q_path(schedule, x0, generator))
    assert len(path) == 31
    assert torch.equal(path[0], x0)
    again = torch.Generator().manual_seed(0)
    for t, (before, after) in enumerate(itertools.pairwise(path), start=1):
        eps = torch.randn(5, 2, generator=again)
        torch.testing.assert_close(after, q_step(schedule, before, t, eps))


def test_posterior_of_any_stride(schedule: NoiseSchedule, generator: torch.Generator) -> None:
    x0, x_t = torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    mean, variance = q_posterior(schedule, x0, x_t, 40, 10)
    found = schedule.posterior(40, 10)
    torch.testing.assert_close(mean, found.x0 * x0 + found.x_t * x_t)
    assert variance == found.variance
    mean, variance = q_posterior(schedule, x0, x_t, 40, 0)
    assert torch.equal(mean, x0)
    assert variance == 0


def test_posterior_with_a_time_for_each_sample(
    schedule: NoiseSchedule, generator: torch.Generator
) -> None:
    x0, x_t = torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    t = torch.tensor([1, 2, 50])
    mean, variance = q_posterior(schedule, x0, x_t, t)
    for i in range(3):
        one_mean, one_variance = q_posterior(schedule, x0[i : i + 1], x_t[i : i + 1], int(t[i]))
        torch.testing.assert_close(mean[i : i + 1], one_mean)
        assert variance[i].item() == pytest.approx(one_variance)
    with pytest.raises(ValueError, match="s must be left out"):
        q_posterior(schedule, x0, x_t, t, 0)


def test_shapes_that_would_broadcast_are_refused(schedule: NoiseSchedule) -> None:
    x0 = torch.zeros(4, 2)
    for other in (torch.zeros(1, 2), torch.zeros(2), torch.zeros(4, 1)):
        with pytest.raises(ValueError, match="shaped like the data"):
            q_sample(schedule, x0, 3, other)
        with pytest.raises(ValueError, match="shaped like the data"):
            q_step(schedule, x0, 3, other)
        with pytest.raises(ValueError, match="shaped like the data"):
            q_posterior(schedule, x0, other, 3)


def test_gradients_flow_through_noising(schedule: NoiseSchedule) -> None:
    x0 = torch.ones(3, 2, dtype=torch.float64, requires_grad=True)
    eps = torch.zeros(3, 2, dtype=torch.float64, requires_grad=True)
    q_sample(schedule, x0, torch.tensor([1, 25, 50]), eps).sum().backward()
    torch.testing.assert_close(x0.grad[:, 0], schedule.sqrt_alpha_bar[[1, 25, 50]])
    torch.testing.assert_close(eps.grad[:, 0], schedule.sqrt_one_minus_alpha_bar[[1, 25, 50]])
