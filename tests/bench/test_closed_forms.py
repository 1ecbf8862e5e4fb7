"""Edit, invert, interpolate, guide and enlarge against what is known in closed form."""

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch

from diffvis.bench.filters import block_mean, repeat_blocks
from diffvis.bench.registry import TOOLS, tool_of
from diffvis.bench.walks.guide import guide
from diffvis.bench.walks.interpolate import lerp, slerp
from diffvis.diffusion import ExactDenoiser, NoiseSchedule

from .bench_models import Gaussian, task_of

POINTS = 4_000


@pytest.mark.parametrize(("sampler", "power"), [("ddim", 0.5), ("ddpm", 1.0)])
def test_an_edit_keeps_root_alpha_bar_with_ddim_and_alpha_bar_with_ddpm(
    sampler: str, power: float
) -> None:
    schedule = NoiseSchedule.cosine(100)
    denoiser = Gaussian(torch.zeros(2), torch.eye(2), schedule)
    x0 = torch.randn((POINTS, 2), generator=torch.Generator().manual_seed(1))
    task = task_of(denoiser, schedule, (2,), x0=x0, sampler=sampler, variance="small")
    times = (20, 50, 80)
    *_, last = tool_of("edit")(strengths=times).walk(task)
    kept = [float(schedule.alpha_bar[t]) ** power for t in times]
    error = 3 / math.sqrt(2 * POINTS)
    assert last["correlation"].tolist() == pytest.approx(kept, abs=error + 0.005)


def order_of(counts: Sequence[int], errors: Sequence[float]) -> float:
    """By which power of the step the error falls: the mean slope between neighbours."""
    pairs = list(pairwise(zip(counts, errors, strict=True)))
    return sum(math.log(e / f) / math.log(m / n) for (n, e), (m, f) in pairs) / len(pairs)


def test_the_error_of_an_inversion_falls_in_the_first_order() -> None:
    schedule = NoiseSchedule.cosine(1000)
    denoiser = Gaussian(torch.tensor([0.5, -1.0]), torch.diag(torch.tensor([0.2, 1.5])), schedule)
    x0 = torch.randn((200, 2), generator=torch.Generator().manual_seed(2)) + 0.3
    task = task_of(denoiser, schedule, (2,), x0=x0)
    counts = (50, 100, 200, 400)
    *_, last = tool_of("invert")(step_counts=counts).walk(task)
    assert order_of(counts, last["error"].tolist()) == pytest.approx(1, abs=0.25)
    *_, exact = tool_of("invert")(step_counts=(200,), iterations=12).walk(task)
    assert float(exact["error"]) < float(last["error"][2]) / 4, "nearer to the inverse"


def test_between_two_noises_the_sphere_keeps_the_length() -> None:
    a, b = torch.randn((2, 1, 28, 28), generator=torch.Generator().manual_seed(3))
    half = torch.tensor([0.5])
    assert float(lerp(a, b, half).norm() / a.norm()) == pytest.approx(math.sqrt(0.5), abs=0.03)
    assert float(slerp(a, b, half).norm() / a.norm()) == pytest.approx(1, abs=0.03)
    for mix in (lerp, slerp):
        ends = mix(a, b, torch.tensor([0.0, 1.0]))
        assert torch.allclose(ends, torch.stack([a, b]), atol=1e-6)
    assert torch.allclose(slerp(a, a, half)[0], a)


def test_mixtures_at_both_ends_are_the_chains_of_both_pictures(
    exact: ExactDenoiser, digits: torch.Tensor
) -> None:
    task = task_of(
        exact, exact.schedule, (1, 8, 8), x0=digits[0], other=digits[20], sampler="ddim", count=1
    )
    *_, last = tool_of("interpolate")(mixtures=5, strengths=(10, 30)).walk(task)
    assert tuple(last["x0"].shape) == (2, 5, 1, 8, 8)
    for place, picture in ((0, digits[0]), (-1, digits[20])):
        assert torch.allclose(last["x0"][0, place], picture, atol=1e-4), "so little noise"


def test_a_linear_loss_tilts_a_gaussian() -> None:
    """exp(w b.x0) times N(mu, s^2 I) is N(mu + w s^2 b, s^2 I), and here x0_hat is as good as x0:
    the rest of log E[exp(w b.x0) | x_t] does not depend on x_t.
    """
    schedule, variance, weight = NoiseSchedule.cosine(200), 0.25, 1.7
    denoiser = Gaussian(torch.tensor([0.4, -0.2]), variance * torch.eye(2), schedule)
    direction = torch.tensor([1.0, -0.5])
    task = task_of(denoiser, schedule, (2,), count=POINTS, variance="small")
    *_, last = guide(task, lambda x0: -(x0 @ direction), weight, "along a line")
    wanted = torch.tensor([0.4, -0.2]) + weight * variance * direction
    assert torch.allclose(last["x0"].mean(0), wanted, atol=0.04)
    assert torch.allclose(last["x0"].var(0), torch.full((2,), variance), rtol=0.1)
    assert torch.allclose(last["plain"].mean(0), torch.tensor([0.4, -0.2]), atol=0.04)


@pytest.mark.parametrize("by", ["replacement", "projection"])
def test_enlarging_a_gaussian_comes_to_its_conditional_mean(by: str) -> None:
    """Pixels with one covariance rho and blocks of 2 x 2 of which the mean is known."""
    schedule, rho, size = NoiseSchedule.cosine(60), 0.3, 4
    covariance = (1 - rho) * torch.eye(size**2) + rho * torch.ones(size**2, size**2)
    denoiser = Gaussian(torch.zeros(size**2), covariance, schedule)
    x0 = torch.randn((1, size, size), generator=torch.Generator().manual_seed(4))
    task = task_of(
        denoiser, schedule, (1, size, size), x0=x0, count=2_000, sampler="ddpm", variance="small"
    )
    *_, last = tool_of("upscale")(scale=2, by=by).walk(task)
    made, y = last["x0"], block_mean(x0[None], 2)
    assert torch.allclose(block_mean(made, 2), y.expand(2_000, -1, -1, -1), atol=1e-5)
    # Within a block the pixels are alike: the best guess of each is the mean of its block.
    assert torch.allclose(made.mean(0), repeat_blocks(y, 2)[0], atol=0.08)
    within = (made - repeat_blocks(block_mean(made, 2), 2)).var(0).mean()
    assert float(within) == pytest.approx((1 - rho) * 3 / 4, rel=0.1)


def test_every_tool_says_how_often_it_asks(exact: ExactDenoiser, digits: torch.Tensor) -> None:
    known = torch.ones(8, 8, dtype=torch.bool)
    known[4:] = False
    seen = set()
    for name, tool in TOOLS.items():
        counted = Counting(exact)
        task = task_of(
            counted, exact.schedule, (1, 8, 8), x0=digits[1], other=digits[9], known=known,
            normal=digits[:6], count=2, sampler="ddim", steps=6,
        )  # fmt: skip
        own = {"upright": 1, "turned": 2} if name == "anagram" else {}
        if name in ("upscale", "invert"):
            own = {"upscale": {"scale": 2}, "invert": {"step_counts": (3, 6)}}[name]
        if name == "guide":
            continue  # this denoiser has no gradient
        made = tool(**own)
        calls = sum(board.calls for board in made.walk(task))
        assert calls == counted.calls == made.calls(task), name
        seen.add(name)
    assert len(seen) >= 10


class Counting:
    """Counts how often another denoiser is asked."""

    predicts, learns_variance = "x0", False

    def __init__(self, denoiser: ExactDenoiser) -> None:
        self.denoiser, self.calls = denoiser, 0
        self.num_classes = denoiser.num_classes

    def __call__(self, x_t, t, labels=None):
        self.calls += 1
        return self.denoiser(x_t, t, labels)
