"""Langevin dynamics, alone and as a corrector, against what is known of it for exact scores."""

import pytest
import torch

from benchmarks.equalities import Mixture, paths
from diffvis.diffusion import NoiseSchedule, timesteps
from diffvis.diffusion.noise import OwnNoise
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.langevin import langevin
from diffvis.sampling.samplers.ddim import DDIM
from diffvis.sampling.samplers.ddpm import DDPM
from diffvis.sampling.samplers.langevin import Langevin
from diffvis.sampling.samplers.predictor_corrector import PredictorCorrector
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk

VARIANCE = 0.3


class OneByOne(OwnNoise):
    """Draw k is 1 in row k and 0 elsewhere: what a step makes of each of its draws."""

    def __init__(self) -> None:
        self.number = -1

    def draw(self, shape: tuple[int, ...]) -> torch.Tensor:
        self.number += 1
        drawn = torch.zeros(shape)
        drawn[self.number] = 1
        return drawn


def gaussian(schedule: NoiseSchedule) -> Mixture:
    return Mixture(torch.ones(1), torch.zeros(1, 1), VARIANCE * torch.ones(1, 1, 1), schedule)


@pytest.mark.parametrize("r", [0.05, 0.16, 0.4])
@pytest.mark.parametrize("kind", ["flow", "linear", "ve"])
def test_what_stays_at_one_level_is_the_closed_form(kind: str, r: float) -> None:
    """Of N(0, C) with steps x + a score + sqrt(2a) z the variance ends at C / (1 - a / 2C), and a
    is half of what Song & Ermon call alpha: 2 (r sigma)^2.
    """
    schedule, level = paths(100)[kind], 40
    signal, noise = float(schedule.signal[level]), float(schedule.noise[level])
    spread = signal**2 * VARIANCE + noise**2
    a = 2 * (r * noise) ** 2
    sampler, exact = Langevin(level=level, updates=1, langevin_snr=r), gaussian(schedule)
    x = torch.ones(1, 1, dtype=torch.float64)
    steps = list(walk(sampler, exact, schedule, x, [2, 1, 0], generator=torch.Generator()))
    gain, std = float(steps[0].mean / (spread_of(schedule, level) / spread_of(schedule, 2))), 0.0
    std = steps[0].std
    assert gain == pytest.approx(1 - a / spread)
    assert std**2 / (1 - gain**2) == pytest.approx(spread / (1 - a / (2 * spread)))
    # The last step divides by the signal of the level.
    assert float(steps[1].mean / steps[1].x_t) == pytest.approx(gain / signal)
    assert steps[1].std == pytest.approx(std / signal)


def spread_of(schedule: NoiseSchedule, t: int) -> float:
    return float(schedule.power[t]) ** 0.5


def test_at_little_noise_alone_the_weights_stay_wrong_and_annealed_come_right() -> None:
    """Song & Ermon 2019, figure 3: humps of weight 0.2 and 0.8, far apart."""
    schedule = NoiseSchedule.ve(100, 0.05, 8)
    two = Mixture(
        torch.tensor([0.2, 0.8]),
        torch.tensor([[-2.0], [2.0]]),
        0.01 * torch.ones(2, 1, 1),
        schedule,
    )
    g = torch.Generator().manual_seed(0)
    x_T = schedule.prior_std * torch.randn(1500, 1, generator=g, dtype=torch.float64)
    share = {}
    for name, sampler in {
        "annealed": Langevin(),
        "one level": Langevin(level=30),  # sigma 0.22
    }.items():
        *_, last = walk(sampler, two, schedule, x_T, timesteps(100, 100), generator=g)
        share[name] = float((last.x_s < 0).double().mean())
    assert share["annealed"] == pytest.approx(0.2, abs=0.07)
    assert share["one level"] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("predictor", ["ddpm", "ddim"])
@pytest.mark.parametrize("kind", ["flow", "cosine", "ve"])
def test_a_correction_brings_a_variance_nearer_to_where_it_stays(kind: str, predictor: str) -> None:
    """Of data N(0, c) at s, C = s^2 c + n^2: by (1 - a / C)^2 with each step, a = 2 (r n)^2."""
    schedule, r, count = paths(100)[kind], 0.3, 3
    sampler = PredictorCorrector(predictor=predictor, corrections=count, corrector_snr=r)
    first = {"ddpm": DDPM(variance="small"), "ddim": DDIM()}[predictor]
    exact = gaussian(schedule)
    for t, s in ((100, 70), (70, 20), (20, 3)):
        found = []
        for one in (first, sampler):
            x = torch.zeros(count + 2, 1, dtype=torch.float64)
            x[-1] = 1.5
            (made,) = walk(one, exact, schedule, x, [t, s], generator=OneByOne())
            found.append(float(made.x_s.square().sum()))
        noise = float(schedule.noise[s])
        spread = float(schedule.signal[s]) ** 2 * VARIANCE + noise**2
        a = 2 * (r * noise) ** 2
        stays = spread / (1 - a / (2 * spread))
        nearer = (1 - a / spread) ** (2 * count)
        assert found[1] == pytest.approx(stays + nearer * (found[0] - stays))


def test_the_corrector_is_that_of_diffusers_where_the_norms_agree() -> None:
    """``ScoreSdeVeScheduler.step_correct`` takes the norms of the draw and of the score; they agree
    with what is expected of them where eps_hat is as long as z.
    """
    diffusers = pytest.importorskip("diffusers")
    theirs = diffusers.ScoreSdeVeScheduler(snr=0.16)
    schedule, t = NoiseSchedule.ve(50), 20
    noise = float(schedule.noise[t])
    x = torch.randn(1, 64, generator=torch.Generator().manual_seed(2))
    z = torch.randn(1, 64, generator=torch.Generator().manual_seed(1))
    eps = z.flip(1)

    class Found:
        eps_hat = eps

    mean, std, drawn = langevin(
        lambda x, t: Found(), schedule, x, t, 1, 0.16, lambda like: z.to(like)
    )
    expected = theirs.step_correct(-eps / noise, x, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(mean + std * drawn, expected.prev_sample, rtol=1e-5, atol=1e-6)


def test_it_says_where_it_forgets_too_slowly() -> None:
    """Of a beginning that is too wide, ``left`` is what a chain of a point mass at 0 has left."""
    schedule = NoiseSchedule.linear(100)
    point = Mixture(torch.ones(1), torch.zeros(1, 1), torch.zeros(1, 1, 1), schedule)
    for updates in (1, 20):
        sampler = Langevin(updates=updates)
        times = timesteps(100, 10)
        x = torch.full((1, 1), float(schedule.noise[100]), dtype=torch.float64)
        x = x.expand(2000, 1)
        chain = list(walk(sampler, point, schedule, x, times, generator=torch.Generator()))
        left = float((chain[-1].x_t / schedule.signal[times[-2]]).mean())
        assert bool(sampler.doubt(schedule, times)) == (left > 0.05)


def test_there_is_no_level_beyond_the_last() -> None:
    model = open_model("swiss-roll-flow")
    with pytest.raises(UserError) as told:
        run_chain(model, ChainSettings(sampler="langevin", level=model.schedule.T))
    assert told.value.field == "level"
