"""The models that come with diffvis open by name and sample what their cards say."""

import json

import torch

from diffvis.data import Dataset, fresh_points, open_dataset
from diffvis.diffusion.reverse import ancestral, ddim, timesteps
from diffvis.files import shipped_models
from diffvis.training.config import make_config
from diffvis.training.model import initial_noise, open_model, shipped_names


def test_every_shipped_model_has_a_card_and_a_valid_configuration() -> None:
    assert {"digits", "swiss-roll"} <= set(shipped_names())
    for name in shipped_names():
        folder = shipped_models() / name
        config = make_config(json.loads((folder / "config.json").read_text()))
        assert config.timesteps == open_model(name).schedule.T
        assert "licence" in (folder / "card.md").read_text(encoding="utf-8")


def test_the_swiss_roll_is_one() -> None:
    model = open_model("swiss-roll")
    assert model.name == "swiss-roll"
    x_T, generator = initial_noise(model.shape, 2000, seed=0)
    chain = ancestral(model.denoiser, model.schedule, x_T, timesteps(40, 40), generator=generator)
    samples = model.scaling.to_data(list(chain)[-1].x_s)
    fresh = fresh_points("swiss-roll", 20_000, torch.Generator().manual_seed(1))
    nearest = torch.cdist(samples, fresh).min(dim=1).values
    assert nearest.median() < 0.01
    assert nearest.max() < 0.2
    torch.testing.assert_close(samples.mean(0), fresh.mean(0), atol=0.03, rtol=0)
    torch.testing.assert_close(samples.std(0), fresh.std(0), atol=0.03, rtol=0)


def test_the_digits_are_closer_to_digits_than_noise_is() -> None:
    model = open_model("digits")
    digits: Dataset = open_dataset("digits")
    x_T, _ = initial_noise(model.shape, 32, seed=0)
    chain = ddim(model.denoiser, model.schedule, x_T, timesteps(300, 20), clip=model.clip)
    samples = list(chain)[-1].x_s
    assert samples.abs().max() <= 1
    distance = torch.cdist(samples.flatten(1), digits.x0().flatten(1)).min(dim=1).values
    noise = torch.cdist(x_T.clamp(-1, 1).flatten(1), digits.x0().flatten(1)).min(dim=1).values
    assert distance.mean() < 0.5 * noise.mean()
