"""Heun's method: of second order, the slopes of both ends, and what diffusers makes of it."""

import warnings

import pytest
import torch
from torch import Tensor

from diffvis.diffusion import Denoiser, GaussianMixtureDenoiser, NoiseSchedule, convert, timesteps
from diffvis.models.model import open_model
from diffvis.rendering.frames import chain_words
from diffvis.sampling.chain import run_chain
from diffvis.sampling.recording import Recording
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import ddim, walk

T = 1000


@pytest.fixture(scope="module")
def mixture() -> GaussianMixtureDenoiser:
    """Two narrow Gaussians, whose best denoiser is known exactly."""
    weights, means = torch.tensor([0.4, 0.6]), torch.tensor([[1.0, 0.0], [-0.5, 0.8]])
    spread = torch.stack([0.1 * torch.eye(2)] * 2)
    return GaussianMixtureDenoiser(weights, means, spread, NoiseSchedule.linear(T))


@pytest.fixture
def x_T() -> Tensor:
    return torch.randn(64, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def end(denoiser: Denoiser, name: str, x_T: Tensor, times: list[int]) -> Tensor:
    *_, last = walk(SAMPLERS[name](), denoiser, denoiser.schedule, x_T, times)
    return last.x_s


def test_the_error_falls_at_order_two(mixture: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    """To s = 20, where the slope is finite: a quarter of the stride, a sixteenth of the error."""

    def times(n: int) -> list[int]:
        return [20 + t for t in timesteps(980, n)]

    truth = end(mixture, "heun", x_T, times(980))
    error = {
        (name, n): float((end(mixture, name, x_T, times(n)) - truth).abs().mean())
        for name in ("heun", "ddim")
        for n in (35, 140)
    }
    assert 12 < error["heun", 35] / error["heun", 140] < 20
    assert 3 < error["ddim", 35] / error["ddim", 140] < 6
    assert error["heun", 35] < error["ddim", 140]


def test_a_step_is_the_mean_of_two_slopes(mixture: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    """In sigma = noise / signal and x / signal, where eps_hat is the slope."""
    schedule, t, s = mixture.schedule, 700, 600
    (step,) = walk(SAMPLERS["heun"](), mixture, schedule, x_T, [t, s])
    (first,) = ddim(mixture, schedule, x_T, [t, s])
    answer = mixture(first.x_s, torch.full((len(x_T),), s))
    ahead = convert(schedule, first.x_s, s, answer, "x0", "eps")
    signal = schedule.sqrt_alpha_bar
    sigma = schedule.sqrt_one_minus_alpha_bar / signal
    scaled = x_T / signal[t] + (sigma[s] - sigma[t]) * (step.eps_hat + ahead) / 2
    torch.testing.assert_close(step.x_s, scaled * signal[s])


def test_all_but_the_last_step_ask_twice(mixture: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    asked: list[int] = []

    class Counting:
        predicts = "x0"

        def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            asked.append(int(t[0]))
            return mixture(x_t, t)

    heun, times = SAMPLERS["heun"](), timesteps(T, 5)
    steps = list(walk(heun, Counting(), mixture.schedule, x_T, times))
    assert [step.calls for step in steps] == [2, 2, 2, 2, 1]
    assert asked == [1000, 800, 800, 600, 600, 400, 400, 200, 200]
    assert heun.calls(mixture.schedule, times) == len(asked)
    torch.testing.assert_close(steps[-1].x_s, steps[-1].x0_hat)


def test_diffusers_takes_the_same_steps(mixture: GaussianMixtureDenoiser, x_T: Tensor) -> None:
    diffusers = pytest.importorskip("diffusers")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of their numpy calls
        reference = diffusers.HeunDiscreteScheduler(T, 1e-4, 0.02, "linear")
    schedule = NoiseSchedule.from_betas(reference.betas.double())
    exact = GaussianMixtureDenoiser(mixture.weights, mixture.means, mixture.covariances, schedule)
    times = [1000, 977, 800, 799, 500, 320, 111, 60, 17, 9, 2, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the same
        reference.set_timesteps(timesteps=[t - 1 for t in times[:-1]])
    alpha_bar = schedule.alpha_bar[torch.tensor(times)]
    sigma = ((1 - alpha_bar) / alpha_bar).sqrt()
    # As they lay them out: every one but the first and the last twice; here in float64.
    reference.sigmas = torch.cat([sigma[:1], sigma[1:-1].repeat_interleave(2), sigma[-1:]])
    x = x_T * (sigma[0] ** 2 + 1).sqrt()
    for t in reference.timesteps:
        x_t = reference.scale_model_input(x, t)
        count = torch.full((len(x),), int(t) + 1)
        eps = convert(schedule, x_t, int(t) + 1, exact(x_t, count), "x0", "eps")
        x = reference.step(eps, t, x).prev_sample
    ours = end(exact, "heun", x_T, times)
    torch.testing.assert_close(ours, x, rtol=1e-6, atol=1e-6)


def test_what_is_recorded_is_what_was_walked() -> None:
    model, settings = open_model("digits"), ChainSettings(sampler="heun", steps=4, count=2)
    recording = Recording(model, settings)
    for walked in run_chain(model, settings):
        recording.append(walked)
        step = recording.step_from(walked.t)
        assert step is not None
        assert step.calls == walked.calls
        for name in ("x_s", "x0_hat", "x0_hat_raw", "mean", "noise"):
            assert torch.equal(getattr(step, name), getattr(walked, name)), name


def test_captions_count_the_calls_of_the_network() -> None:
    words = chain_words(ChainSettings(sampler="heun", steps=20), open_model("digits"))
    assert words.startswith("Heun, 20 steps (39 network calls)")


def test_it_says_where_it_is_worse_than_ddim() -> None:
    """Data N(0, 1/4), whose eps and whose end of the deterministic process are known exactly."""
    spread = 0.5

    class Gaussian:
        predicts = "eps"

        def __init__(self, schedule: NoiseSchedule) -> None:
            self.schedule = schedule

        def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
            a = self.schedule.alpha_bar[t][:, None]
            return (1 - a).sqrt() / (a * spread**2 + 1 - a) * x_t

    for schedule, doubted in ((NoiseSchedule.linear(T), False), (NoiseSchedule.cosine(T), True)):
        times, last = timesteps(T, 10), schedule.alpha_bar[T]
        exact = spread / (last * spread**2 + 1 - last).sqrt()
        x_T = torch.ones(1, 1, dtype=torch.float64)
        error = {
            name: abs(float(end(Gaussian(schedule), name, x_T, times) - exact))
            for name in ("heun", "ddim")
        }
        assert (error["heun"] > error["ddim"]) == doubted
        assert bool(SAMPLERS["heun"]().doubt(schedule, times)) == doubted
        assert not SAMPLERS["heun"]().doubt(schedule, list(range(T, -1, -1)))
        assert not SAMPLERS["ddim"]().doubt(schedule, times)
