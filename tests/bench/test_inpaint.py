"""Inpainting against what is known in closed form, and against diffusers."""

import itertools
import math

import pytest
import torch

from diffvis.bench.registry import tool_of
from diffvis.bench.walks.inpaint import noised_on, repaint_places, replaced
from diffvis.diffusion import ExactDenoiser, NoiseSchedule
from diffvis.errors import UserError

from .bench_models import Gaussian, task_of

Inpaint = tool_of("inpaint")
COVARIANCE = torch.tensor([[1.0, 0.8], [0.8, 1.0]])


def test_the_jumps_are_those_of_the_paper() -> None:
    places = repaint_places(250, 10, 10)
    calls = sum(b < a for a, b in itertools.pairwise(places))
    assert (len(places) - 1, calls) == (4570, 2410)
    assert places[0] == 250
    assert places[-1] == 0
    assert all(abs(a - b) == 1 for a, b in itertools.pairwise(places))


@pytest.mark.parametrize(("steps", "jump", "times"), [(250, 10, 10), (50, 5, 3), (7, 3, 2)])
def test_the_jumps_are_those_of_diffusers(steps: int, jump: int, times: int) -> None:
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.RePaintScheduler(num_train_timesteps=1000)
    scheduler.set_timesteps(steps, jump_length=jump, jump_n_sample=times)
    stride = 1000 // steps
    theirs = [int(t) // stride + 1 for t in scheduler.timesteps]  # 0-based there
    assert theirs == repaint_places(steps, jump, times)[:-1]


def test_a_stride_forward_is_many_steps_forward() -> None:
    schedule = NoiseSchedule.linear(40)
    x = torch.full((200_000, 1), 2.0)
    generator = torch.Generator().manual_seed(0)
    jumped = noised_on(schedule, x, 5, 20, torch.randn(x.shape, generator=generator))
    alpha = math.prod(float(schedule.alpha[t]) for t in range(6, 21))
    assert jumped.mean() == pytest.approx(2 * math.sqrt(alpha), abs=0.01)
    assert jumped.var() == pytest.approx(1 - alpha, rel=0.02)


def test_resampling_comes_to_the_conditional_of_a_gaussian_and_the_naive_way_does_not() -> None:
    schedule = NoiseSchedule.cosine(100)
    denoiser = Gaussian(torch.zeros(2), COVARIANCE, schedule)
    x0, known = torch.tensor([1.5, 0.0]), torch.tensor([True, False])
    task = task_of(
        denoiser, schedule, (2,), x0=x0, known=known, count=2_000, seed=3, variance="small"
    )
    mean, std = 0.8 * 1.5, math.sqrt(1 - 0.8**2)
    errors = {}
    for resamplings in (1, 4, 16):
        *_, last = Inpaint(jump=1, resamplings=resamplings, beside=False).walk(task)
        made = last["x0"]
        assert torch.equal(made[:, 0], torch.full((2_000,), 1.5)), "what is known is exact"
        errors[resamplings] = abs(float(made[:, 1].mean()) - mean)
    assert errors[1] > 0.15, "each step of the naive way is for a known part that came too late"
    assert errors[16] < errors[4] < errors[1]
    assert errors[16] < 0.06
    assert float(made[:, 1].std()) == pytest.approx(std, rel=0.1)


def test_a_member_is_found_from_half_of_it(exact: ExactDenoiser, digits: torch.Tensor) -> None:
    known = torch.zeros(8, 8, dtype=torch.bool)
    known[:, :4] = True
    for number in (3, 17, 30):
        task = task_of(
            exact, exact.schedule, (1, 8, 8), x0=digits[number], known=known, count=3, steps=30
        )
        *_, last = Inpaint(jump=5, resamplings=3, beside=False).walk(task)
        assert torch.allclose(last["x0"], digits[number].expand(3, -1, -1, -1), atol=1e-5)


def test_each_step_is_that_of_diffusers_with_the_same_noise(digits: torch.Tensor) -> None:
    """But for their way up, which takes the betas one place early (``undo_step``: betas[t + i] of a
    0-based t that has been lowered already), so that the steps down are compared.
    """
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.RePaintScheduler(
        num_train_timesteps=40, beta_schedule="linear", beta_start=1e-3, beta_end=0.2, eta=1.0,
        clip_sample=False,
    )  # fmt: skip
    scheduler.set_timesteps(40, jump_length=40, jump_n_sample=1)
    schedule = NoiseSchedule.from_betas(scheduler.betas.double())
    denoiser = Gaussian(torch.zeros(64), torch.eye(64) * 0.4, schedule)
    known = torch.zeros(8, 8, dtype=torch.bool)
    known[2:, :5] = True
    task = task_of(
        denoiser, schedule, (1, 8, 8), x0=digits[5], known=known, count=2, sampler="ddim", eta=1.0
    )
    x0, mask = digits[5].expand(2, -1, -1, -1), known.float().expand(2, 1, -1, -1)
    for step in replaced(task, x0, known.float(), repaint_places(40, 1, 1)):
        theirs = _their_step(scheduler, step, x0, mask)
        assert torch.allclose(step.x_s, theirs, atol=2e-6), f"t = {step.t}"


def _their_step(scheduler, step, x0, mask):
    """With the noise of ours in place of what they draw."""
    from unittest.mock import patch

    module = "diffusers.schedulers.scheduling_repaint.randn_tensor"
    with patch(module, lambda *_, **__: step.noise):
        return scheduler.step(step.eps_hat, step.t - 1, step.x_t, x0, mask).prev_sample


def test_masks_that_cannot_be(exact: ExactDenoiser, digits: torch.Tensor) -> None:
    def message(known: torch.Tensor | None, x0: torch.Tensor | None = digits[0]) -> str:
        task = task_of(exact, exact.schedule, (1, 8, 8), x0=x0, known=known, count=1)
        with pytest.raises(UserError) as caught:
            Inpaint().walk(task)
        return str(caught.value)

    assert "hides nothing" in message(torch.ones(8, 8, dtype=torch.bool))
    assert "hides all" in message(torch.zeros(8, 8, dtype=torch.bool))
    assert "4 x 4" in message(torch.ones(4, 4, dtype=torch.bool))
    assert "no mask" in message(None)
    assert "picture is missing" in message(torch.ones(8, 8, dtype=torch.bool), None)
    assert "3 x 8 x 8 does not fit" in message(None, torch.zeros(3, 8, 8))
