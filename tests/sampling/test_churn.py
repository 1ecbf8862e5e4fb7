"""Churn and the spacing of Karras et al. against k-diffusion 0.1.1.post1, by values held here."""

import warnings
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from benchmarks.equalities import Mixture, mixture, noise, paths
from diffvis.diffusion import NoiseSchedule, timesteps
from diffvis.diffusion.noise import OwnNoise
from diffvis.diffusion.reverse import karras_timesteps
from diffvis.errors import UserError
from diffvis.sampling.registry import SAMPLERS
from diffvis.sampling.samplers.churn import Churn
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk

SIGMAS = 8.0, 3.733972151, 1.587743961, 0.599268006, 0.193146357, 0.05
"""``get_sigmas_karras(6, 0.05, 8, rho=7)`` without its 0."""
ROUNDER = 8.0, 4.688325647, 2.44597587, 1.06446327, 0.335300446, 0.05
"""The same with rho=3."""


class Given(OwnNoise):
    """Draws what k-diffusion was given."""

    def __init__(self) -> None:
        self.values = iter([0.5, -1.0, 0.3, 1.2, -0.4, 0.8])

    def draw(self, shape: tuple[int, ...]) -> Tensor:
        return torch.full(shape, next(self.values))


def test_it_takes_the_steps_of_k_diffusion() -> None:
    """``sample_heun`` with the exact denoiser of N(0.7, 0.3), from 6, with s_churn 1.2 of six
    steps, s_tmin 0.1, s_tmax 6, s_noise 1.003: float64. The path has their sigma_hat among its
    times.
    """
    raised = [1.2 * sigma for sigma in SIGMAS if 0.1 <= sigma <= 6]
    levels = sorted([*SIGMAS, *raised])
    path = NoiseSchedule.from_factors([1.0] * len(levels), levels)
    times = [levels.index(sigma) + 1 for sigma in SIGMAS] + [0]
    exact = Mixture(
        torch.ones(1), torch.full((1, 1), 0.7).double(), torch.full((1, 1, 1), 0.3).double(), path
    )
    x = torch.full((1, 1), 6.0, dtype=torch.float64)
    for sampler, theirs in (
        (Churn(churn=0.2, churn_noise=1.003, churn_from=0.1, churn_to=6.0), 1.0506824086204627),
        (Churn(churn=0.0), 1.1146956637448586),
    ):
        steps = list(walk(sampler, exact, path, x, times, generator=Given()))
        assert float(steps[-1].x_s) == pytest.approx(theirs, abs=1e-7)
        assert sum(step.calls for step in steps) == sampler.calls(path, times) == 11


def test_without_churn_it_is_heun() -> None:
    for schedule in paths(60).values():
        x, times = noise(schedule), timesteps(60, 9)
        chains = [
            walk(sampler, mixture(schedule), schedule, x, times)
            for sampler in (Churn(churn=0.0), SAMPLERS["heun"]())
        ]
        for ours, heun in zip(*chains, strict=True):
            assert torch.equal(ours.x_s, heun.x_s)


def test_going_up_keeps_the_law_of_the_path() -> None:
    """A Gaussian, followed exactly: raised from t it is as wide as the path is there."""
    for schedule in paths(100).values():
        sampler, t = Churn(churn=0.3), 50
        up = sampler.raised(schedule, t)
        ratio = float(
            (schedule.noise / schedule.signal)[up] / (schedule.noise / schedule.signal)[t]
        )
        assert 1.1 < ratio < 1.6
        assert sampler.raised(schedule, 100) == 100


@pytest.mark.parametrize(("rho", "sigmas"), [(7.0, SIGMAS), (3.0, ROUNDER)])
def test_the_spacing_is_that_of_k_diffusion(rho: float, sigmas: tuple[float, ...]) -> None:
    """On a path of 20,000 times, whose sigmas are hardly apart."""
    path = NoiseSchedule.ve(20_000, 0.05, 8.0)
    times = karras_timesteps(path, 6, rho)
    assert times[-1] == 0
    assert path.noise[times[:-1]].tolist() == pytest.approx(sigmas, rel=2e-4)


def test_the_spacing_is_that_of_diffusers() -> None:
    diffusers = pytest.importorskip("diffusers")
    theirs = diffusers.EulerDiscreteScheduler(
        1000, 1e-4, 0.02, "linear", use_karras_sigmas=True, timestep_spacing="linspace"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of their numpy calls
        theirs.set_timesteps(12)
    schedule = NoiseSchedule.from_betas(theirs.betas.double())
    wanted = [float(t) + 1 for t in theirs.timesteps]
    found = karras_timesteps(schedule, 12)[:-1]
    for place, (t, fractional) in enumerate(zip(found, wanted, strict=True)):
        assert abs(t - fractional) <= 0.5001 or t == 12 - place


@pytest.mark.parametrize("kind", paths(50))
def test_it_falls_strictly_on_every_path(kind: str) -> None:
    path = paths(50)[kind]
    for n in (1, 2, 7, 49, 50):
        times = karras_timesteps(path, n)
        assert len(times) == n + 1
        assert times[0] == 50
        assert times[-1] == 0
        assert all(t > s for t, s in pairwise(times))


def test_the_setting_asks_for_a_schedule() -> None:
    settings = ChainSettings(steps=6, spacing="karras", rho=3.0)
    path = NoiseSchedule.cosine(100)
    assert settings.times(path) == karras_timesteps(path, 6, 3.0)
    with pytest.raises(TypeError):
        settings.times(100)
    with pytest.raises(UserError):
        settings.changed(steps=101).times(path)
