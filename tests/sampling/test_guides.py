"""Guidance by a weaker model: against the closed form for Gaussians, and what it says no to."""

from pathlib import Path

import pytest
import torch

from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import (
    GaussianMixtureDenoiser,
    Guided,
    NoiseSchedule,
    convert,
    make_schedule,
)
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.run_files import run_checkpoints, step_of
from diffvis.sampling.chain import run_chain
from diffvis.sampling.guides import earlier_steps, weaker_model
from diffvis.sampling.idle import idle_settings
from diffvis.sampling.samplers.ode import AdaptiveODE
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.walk import walk
from diffvis.training.config import preset_for
from diffvis.training.folder import RunFolder
from diffvis.training.run import train_run


def gaussian(variance: float, schedule: NoiseSchedule) -> GaussianMixtureDenoiser:
    one, at = torch.ones(1), torch.zeros(1, 1)
    return GaussianMixtureDenoiser(one, at, torch.full((1, 1, 1), variance), schedule)


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.0, 3.0])
@pytest.mark.parametrize(
    "schedule",
    [NoiseSchedule.cosine(1000), NoiseSchedule.flow(1000), NoiseSchedule.ve(1000, 0.01, 20)],
    ids=lambda schedule: schedule.kind,
)
def test_the_guided_ode_of_gaussians(schedule: NoiseSchedule, scale: float) -> None:
    """With y = x / signal and sigma = noise / signal, dy/dsigma = sigma y (w / (a + sigma^2) + (1 -
    w) / (b + sigma^2)) for N(0, a) guided by N(0, b), so that y goes with
    (a + sigma^2)^(w/2) (b + sigma^2)^((1 - w)/2).
    """
    a, b = 0.25, 0.8
    guided = Guided(gaussian(a, schedule), scale, gaussian(b, schedule))
    first, end = 900, 100

    def size(t: int) -> float:
        square = (float(schedule.noise[t]) / float(schedule.signal[t])) ** 2
        return (a + square) ** (scale / 2) * (b + square) ** ((1 - scale) / 2)

    x = torch.tensor([[1.0], [-0.3]], dtype=torch.float64)
    (step,) = walk(AdaptiveODE(tolerance=1e-6), guided, schedule, x, [first, end])
    ratio = float(schedule.signal[end]) / float(schedule.signal[first]) * size(end) / size(first)
    torch.testing.assert_close(step.x_s, ratio * x, rtol=1e-4, atol=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 30 steps, all of whose checkpoints are kept."""
    path = tmp_path_factory.mktemp("runs") / "roll"
    data = open_dataset("swiss-roll", n=400)
    config = preset_for(data).changed(
        steps=30, checkpoint_seconds=0, checkpoints_kept=100, timesteps=20, preview_every=0,
        validate_every=0, network_options={"width": 16, "depth": 2}, batch_size=32,
    )  # fmt: skip
    for _ in train_run(config, RunFolder.create(path, config), dataset=data):
        pass
    return path


@pytest.fixture(scope="module")
def model(run: Path) -> Model:
    return open_model(run)


def test_a_step_of_its_own_run_guides(run: Path, model: Model) -> None:
    """What the chain says is weak + 2.5 (strong - weak), asked one by one."""
    steps = earlier_steps(model)
    assert len(steps) > 3 and steps == sorted(steps) and steps[-1] < model.steps
    weak = open_model(next(path for path in run_checkpoints(run) if step_of(path) == steps[1]))
    settings = ChainSettings(sampler="ddim", steps=4, count=8, guidance=2.5)
    first = next(run_chain(model, settings.changed(guide_by=str(steps[1]))))
    x_t, t = first.x_t, torch.full((8,), 20)
    with torch.no_grad():
        told = [each.denoiser(x_t, t) for each in (weak, model)]
    said = told[0] + 2.5 * (told[1] - told[0])
    eps = convert(model.schedule, x_t, 20, said, model.denoiser.predicts, "eps")
    torch.testing.assert_close(first.eps_hat, eps, rtol=1e-5, atol=1e-5)
    named = settings.changed(guide_by=str(weak.path))
    assert torch.equal(next(run_chain(model, named)).x_s, first.x_s)


def test_a_model_that_was_opened_by_its_checkpoint_knows_its_run(run: Path, model: Model) -> None:
    steps = earlier_steps(model)
    newest = open_model(run_checkpoints(run)[0])
    assert earlier_steps(newest) == steps
    assert weaker_model(newest, str(steps[0]), "cpu").steps == steps[0]


def test_another_model_in_the_same_place_is_read_again(run: Path, model: Model, tmp_path) -> None:
    place = tmp_path / "weak.safetensors"
    found = []
    for path in run_checkpoints(run)[1:3]:
        place.write_bytes(path.read_bytes())
        found.append(weaker_model(model, str(place), "cpu").steps)
    assert found[0] != found[1]


def test_what_cannot_guide_is_said(model: Model) -> None:
    def refused(model: Model, source: str) -> str:
        settings = ChainSettings(guidance=2.0, guide_by=source, count=1)
        with pytest.raises(UserError) as told:
            run_chain(model, settings)
        assert told.value.field == "guide_by"
        return told.value.problem

    assert "has no checkpoint of step 123,456" in refused(model, "123456")
    assert "there is no model nowhere" in refused(model, "nowhere")
    assert "makes samples of 1 x 8 x 8, not of 2" in refused(model, "digits")
    assert "has another schedule" in refused(model, "swiss-roll-flow")
    exact = exact_model(open_dataset("swiss-roll", n=50), make_schedule("cosine", 20))
    assert "does not come from a run folder" in refused(exact, "10")
    assert f"predicts {model.denoiser.predicts}, not x0" in refused(exact, str(model.path))
    pinwheel = open_model("pinwheel")
    assert "knows" not in refused(model, "pinwheel")  # its schedule comes first
    assert earlier_steps(exact) == earlier_steps(pinwheel) == []


def test_with_guidance_1_it_is_idle() -> None:
    asked = ChainSettings(guide_by="10", sampler="ddim", steps=5)
    assert "guide_by" in idle_settings(asked, 20)
    assert not idle_settings(asked.changed(guidance=2.0), 20)
