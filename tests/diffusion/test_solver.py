import pytest
import torch
from torch import Tensor

from diffvis.diffusion import (
    ExactDenoiser,
    GaussianMixtureDenoiser,
    NetworkDenoiser,
    NoiseSchedule,
    ddim_inversion,
    timesteps,
)
from diffvis.sampling.walk import ddim, dpm_solver


@pytest.fixture
def exact(mixture: GaussianMixtureDenoiser) -> GaussianMixtureDenoiser:
    """The mixture over a chain long enough to study how errors fall with the stride."""
    schedule = NoiseSchedule.linear(1000)
    return GaussianMixtureDenoiser(mixture.weights, mixture.means, mixture.covariances, schedule)


@pytest.fixture
def x_T() -> Tensor:
    g = torch.Generator().manual_seed(0)
    return torch.randn(64, 2, generator=g, dtype=torch.float64)


def test_the_first_and_the_last_step_are_ddim(exact: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    schedule = exact.schedule
    for ts in ([1000, 400], [400, 0]):
        (solved,) = dpm_solver(exact, schedule, x_T, ts)
        (stepped,) = ddim(exact, schedule, x_T, ts)
        torch.testing.assert_close(solved.x_s, stepped.x_s)
    *_, last = dpm_solver(exact, schedule, x_T, [1000, 400, 0])
    torch.testing.assert_close(last.x_s, last.x0_hat)


def test_it_converges_faster_than_ddim(exact: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    """To s = 20, where the log SNR is finite: error over stride falls at order 2, DDIM's at 1."""
    schedule = exact.schedule

    def end(sampler, n: int) -> Tensor:
        ts = [20 + t for t in timesteps(980, n)]
        *_, step = sampler(exact, schedule, x_T, ts)
        return step.x_s

    truth = end(dpm_solver, 980)
    error = {
        (sampler, n): (end(sampler, n) - truth).abs().mean().item()
        for sampler in (ddim, dpm_solver)
        for n in (35, 70, 140)
    }
    assert error[dpm_solver, 70] < error[ddim, 70] / 3
    assert error[ddim, 35] / error[ddim, 140] < 6
    assert error[dpm_solver, 35] / error[dpm_solver, 140] > 8


def test_inversion_returns_to_its_start(exact: GaussianMixtureDenoiser) -> None:
    schedule = exact.schedule
    x0 = exact.sample(64, torch.Generator().manual_seed(2)).double()
    deviations = {}
    for n, iterations in ((250, 1), (25, 1), (250, 10)):
        ts = timesteps(1000, n)
        *_, up = ddim_inversion(exact, schedule, x0, ts, iterations=iterations)
        *_, down = ddim(exact, schedule, up.x_s, ts)
        deviations[n, iterations] = (down.x_s - x0).abs().max().item()
    assert deviations[250, 10] < 1e-6
    assert deviations[250, 1] < 0.1
    assert deviations[250, 1] < deviations[25, 1] / 3


def test_noise_returns_through_data_to_itself(exact: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    """The other way round: every step of the inversion undoes a step of DDIM."""
    ts = timesteps(1000, 100)
    steps = list(ddim(exact, exact.schedule, x_T, ts))
    up = list(ddim_inversion(exact, exact.schedule, steps[-1].x_s, ts, iterations=20))
    assert [(step.t, step.s) for step in up] == [(step.s, step.t) for step in steps[::-1]]
    for down, back in zip(steps[:-1], up[::-1], strict=False):
        torch.testing.assert_close(back.x_s, down.x_t, atol=1e-4, rtol=0)
    assert up[-1].x_s.std().item() == pytest.approx(1, abs=0.1)


def test_each_inverted_step_satisfies_ddims_equation(exact: GaussianMixtureDenoiser) -> None:
    x0 = exact.sample(4, torch.Generator().manual_seed(2)).double()
    for step in ddim_inversion(exact, exact.schedule, x0, timesteps(1000, 25), iterations=100):
        (again,) = ddim(exact, exact.schedule, step.x_s, [step.s, step.t])
        torch.testing.assert_close(again.x_s, step.x_t, atol=1e-6, rtol=0)


def test_inversion_never_asks_at_t_0(schedule: NoiseSchedule) -> None:
    asked = []

    class Watches(torch.nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            asked.append(t[0].item())
            assert labels is given
            return x_t

    given = torch.tensor([1, 2])
    denoiser = NetworkDenoiser(Watches(), "eps")
    for _ in ddim_inversion(denoiser, schedule, torch.ones(2, 2), [50, 7, 1, 0], labels=given):
        pass
    assert asked == [1, 7, 50]


def test_clipping_reaches_the_solver(schedule: NoiseSchedule) -> None:
    far = ExactDenoiser(torch.tensor([[3.0, -3.0]]), schedule)
    *_, last = dpm_solver(far, schedule, torch.ones(1, 2), timesteps(50, 10), clip="static")
    torch.testing.assert_close(last.x_s, torch.tensor([[1.0, -1.0]]))
