"""``run_chain`` beside the samplers as their papers write them, over all settings."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from diffvis.data.scaling import IMAGES
from diffvis.diffusion import NoiseSchedule
from diffvis.models.model import Model
from diffvis.sampling.chain import run_chain
from diffvis.sampling.registry import SAMPLERS as REGISTERED
from diffvis.sampling.settings import ChainSettings

from .plain_chain import PlainChain, plain_times
from .plain_noise import plain_noise

T, CLASSES, COUNT = 12, 3, 4
ALPHA_BAR = [1.0, *(0.985 ** (t + 1) * (1 - t / (T + 1)) for t in range(T))]
POINTS, PICTURES = (2,), (1, 4, 4)
SAMPLERS = {
    "ddpm auto": {"sampler": "ddpm"},
    "ddpm small": {"sampler": "ddpm", "variance": "small"},
    "ddpm large": {"sampler": "ddpm", "variance": "large"},
    "ddpm learned": {"sampler": "ddpm", "variance": "learned"},
    "ddim 0": {"sampler": "ddim"},
    "ddim 0.4": {"sampler": "ddim", "eta": 0.4},
    "ddim 1": {"sampler": "ddim", "eta": 1.0},
    "dpm-solver": {"sampler": "dpm-solver"},
    "heun": {"sampler": "heun"},
    "heun along t": {"sampler": "heun", "slopes": "t"},
    "euler": {"sampler": "euler"},
    "euler-maruyama": {"sampler": "euler-maruyama"},
    "euler-maruyama 0.6": {"sampler": "euler-maruyama", "sde_noise": 0.6},
    "ode": {"sampler": "ode", "tolerance": 1e-3},
    "ode rk23": {"sampler": "ode", "solver": "rk23", "tolerance": 1e-2},
    "predictor-corrector": {"sampler": "predictor-corrector"},
    "predictor-corrector ddim": {
        "sampler": "predictor-corrector",
        "predictor": "ddim",
        "corrections": 3,
        "corrector_snr": 0.3,
    },
    "langevin": {"sampler": "langevin", "updates": 3},
    "langevin at one level": {"sampler": "langevin", "level": 4, "langevin_snr": 0.2},
    "churn": {"sampler": "churn"},
    "churn within": {
        "sampler": "churn",
        "churn": 0.4,
        "churn_noise": 1.1,
        "churn_from": 0.2,
        "churn_to": 3.0,
    },
}


def answer(x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
    """Some network: what it says depends on all that it is told. The second half is v."""
    number = torch.full((len(x_t),), CLASSES) if labels is None else labels
    told = (t / T + 0.7 * number).reshape(-1, *[1] * (x_t.ndim - 1))
    said = 1.3 * torch.sin(1.7 * x_t + told) - 0.4 * x_t.roll(1, -1)
    return torch.cat([said, torch.cos(3 * x_t + told)], dim=1)


class Answers:
    """The same as a denoiser, with or without its second half."""

    def __init__(self, predicts: str, learns_variance: bool) -> None:
        self.predicts, self.learns_variance = predicts, learns_variance

    def __call__(self, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        said = answer(x_t, t, labels)
        return said if self.learns_variance else said.chunk(2, dim=1)[0]


@pytest.fixture(params=[POINTS, PICTURES], ids=["points", "pictures"])
def model(request: pytest.FixtureRequest) -> Model:
    alpha_bar = torch.tensor(ALPHA_BAR, dtype=torch.float64)
    return Model(
        name="Some", denoiser=Answers("eps", False), shape=request.param, data="", scaling=IMAGES,
        schedule=NoiseSchedule.from_betas(1 - alpha_bar[1:] / alpha_bar[:-1]), num_classes=CLASSES,
    )  # fmt: skip


def by_hand(
    model: Model, settings: dict, x: Tensor | None = None, begin: int | None = None
) -> list[Tensor]:
    """x_s after each step of the chain that these settings ask for."""
    denoiser, points = model.denoiser, len(model.shape) == 1
    auto = "learned" if denoiser.learns_variance else "large" if points else "small"
    variance = settings.get("variance", "auto")
    clip = settings.get("clip", "auto")
    chain = PlainChain(
        answer, denoiser.predicts, ALPHA_BAR, settings["sampler"], settings.get("eta", 0.0),
        auto if variance == "auto" else variance,
        ("none" if points else "static") if clip == "auto" else clip,
        settings.get("guidance", 1.0), settings.get("slopes", "sigma"),
        settings.get("sde_noise", 1.0), settings,
    )  # fmt: skip
    times = plain_times(T, settings.get("steps") or T, settings.get("shift", 1.0))
    if begin is not None:
        times = [begin, *(t for t in times if t < begin)]
    draw = drawn(settings["noise"], settings["seed"], (COUNT, *model.shape))
    noise = draw()
    label = settings.get("label")
    labels = None if label is None else torch.full((COUNT,), label)
    if label == -1:
        labels = torch.arange(COUNT) % CLASSES
    return chain.walk(noise if x is None else x, times, labels, draw)


def drawn(noise: str, seed: int, shape: tuple[int, ...]) -> Callable[[], Tensor]:
    """What each draw of a chain gives."""
    if noise == "together":
        generator = torch.Generator().manual_seed(seed)
        return lambda: torch.randn(shape, generator=generator)
    number = itertools.count()

    def draw() -> Tensor:
        at, size = next(number), math.prod(shape[1:])
        values = [plain_noise(seed, at, sample, size) for sample in range(shape[0])]
        return torch.from_numpy(np.stack(values)).reshape(shape)

    return draw


def close(found: list[Tensor], expected: list[Tensor], told: object, limit: float = 1e-4) -> None:
    assert len(found) == len(expected), told
    for place, (a, b) in enumerate(zip(found, expected, strict=True)):
        worst = ((a - b).abs() / (1 + b.abs())).max().item()
        assert worst < limit, f"{told}: step {place + 1} is off by {worst:.1e}"


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_setting_gives_the_chain_of_the_papers(model: Model, name: str) -> None:
    """Each with each; where the chain begins and what the network predicts go round."""
    kinds = itertools.cycle(["eps", "x0", "v"])
    for seed, (course, clip, label) in enumerate(
        itertools.product(
            ({}, {"steps": 5, "shift": 3.0}, {"steps": 9, "shift": 0.25}),
            ("auto", "none", "static", "dynamic"),
            ({}, {"label": 2}, {"label": -1, "guidance": 2.5}, {"label": 1, "guidance": 0.0}),
        )
    ):
        if name.startswith("ode") and seed % 5:
            continue  # it asks a hundred times in every chain
        begins = seed % 3 == 1
        settings = {**SAMPLERS[name], **course, **label, "clip": clip, "seed": seed}
        settings["noise"] = "together" if seed % 2 else "each"
        learns = settings.get("variance") == "learned" or seed % 5 == 4
        sampled = replace(model, denoiser=Answers(next(kinds), learns))
        middle = {}
        if begins:
            x = torch.linspace(-1.5, 1.5, COUNT).reshape(-1, *[1] * len(model.shape))
            middle = {"x": x.expand(COUNT, *model.shape).contiguous(), "begin": 7}
        steps = list(run_chain(sampled, ChainSettings(count=COUNT, **settings), **middle))
        found, expected = [step.x_s for step in steps], by_hand(sampled, settings, **middle)
        # Those that ask more often carry the rounding of float32 further.
        limit = 1e-2 if name.startswith(("ode", "churn", "predictor", "langevin")) else 1e-4
        close(found, expected, (settings, sampled.denoiser.predicts, learns, begins), limit)
        assert steps[0].t == (7 if begins else T)
        assert steps[-1].s == 0


def test_every_sampler_that_comes_with_diffvis_is_compared() -> None:
    ours = {n for n, made in REGISTERED.items() if made.__module__.startswith("diffvis.")}
    assert {chosen["sampler"] for chosen in SAMPLERS.values()} == ours


def test_the_settings_of_one_sampler_change_nothing_of_another(model: Model) -> None:
    for sampler, others in (
        ("ddpm", {"eta": 0.7}),
        ("ddim", {"variance": "small"}),
        ("dpm-solver", {"eta": 0.7, "variance": "large"}),
    ):
        settings = ChainSettings(sampler=sampler, count=COUNT, steps=6)
        plain, told = (
            [step.x_s for step in run_chain(model, chosen)]
            for chosen in (settings, settings.changed(**others))
        )
        assert all(map(torch.equal, plain, told))


def test_a_step_says_how_it_was_made(model: Model) -> None:
    """x_s is the mean and std times the noise; x0_hat and eps_hat together are x_t."""
    for chosen in SAMPLERS.values():
        sampled = replace(model, denoiser=Answers("v", learns_variance=True))
        for clip in ("none", "static", "dynamic"):
            settings = ChainSettings(count=COUNT, steps=6, clip=clip, **chosen)
            before = None
            for step in run_chain(sampled, settings):
                assert before is None or torch.equal(before, step.x_t)
                assert torch.allclose(step.x_s, step.mean + step.std * step.noise)
                signal, noise = ALPHA_BAR[step.t] ** 0.5, (1 - ALPHA_BAR[step.t]) ** 0.5
                again = signal * step.x0_hat + noise * step.eps_hat
                assert torch.allclose(again, step.x_t, rtol=1e-4, atol=1e-4)
                before = step.x_s
