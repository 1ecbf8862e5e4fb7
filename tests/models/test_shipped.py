"""The models that come with diffvis open by name and sample what their cards say."""

import json
import os
from pathlib import Path

import pytest
import torch
from PIL import Image

from diffvis.data import Dataset, fresh_points, open_dataset
from diffvis.diffusion.reverse import timesteps
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.model import open_model, shipped_names
from diffvis.models.shipped import (
    FIGURES,
    SAMPLES,
    TRAINING,
    Shipped,
    learned_by,
    own_samples,
    shipped,
    shipped_as,
    with_a_model,
)
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.walk import ancestral, ddim
from diffvis.training.config import make_config


def test_every_shipped_model_has_a_card_and_a_valid_configuration() -> None:
    assert {"digits", "swiss-roll", "checkerboard", "pinwheel"} <= set(shipped_names())
    for name in shipped_names():
        folder = shipped_models() / name
        config = make_config(json.loads((folder / "config.json").read_text()))
        assert config.timesteps == open_model(name).schedule.T
        assert "licence" in (folder / "card.md").read_text(encoding="utf-8")


def test_what_is_known_of_a_model_is_true_of_its_weights() -> None:
    described = [known for known in shipped() if known.figures]
    assert described
    for known in described:
        figures = json.loads((known.folder / FIGURES).read_text(encoding="utf-8"))
        model = open_model(known.name)
        assert (known.T, known.steps) == (model.schedule.T, model.steps)
        assert figures["data"] == model.data == _config(known)["data"]
        assert figures["classes"] == list(model.classes)
        weights = sum(p.numel() for p in model.denoiser.network.state_dict().values())
        assert figures["weights"] == weights
        assert figures["rounding"] < 0.005, "half precision must not show"
        for evaluation in figures["evaluations"].values():
            for key, figure in evaluation["figures"].items():
                for column in {"samples", "data", "noise"} & set(figure):
                    values = figure[column]["values"]
                    images = len(values) if key == "bits" else 1  # each has a bound of its own
                    assert len(values) in (images, evaluation["seeds"])
                    assert figure[column]["mean"] == pytest.approx(sum(values) / len(values))


def test_the_card_says_what_the_figures_say() -> None:
    for known in shipped():
        if not known.figures:
            continue
        card = (known.folder / "card.md").read_text(encoding="utf-8")
        figures = json.loads((known.folder / FIGURES).read_text(encoding="utf-8"))
        for evaluation in figures["evaluations"].values():
            for figure in evaluation["figures"].values():
                assert figure["title"] in card
        assert f"{figures['weights']:,} weights" in card
        assert f"recipes train {known.name}" in card
        for picture in ("samples.png", "curve.png", "thumbnail.png"):
            with Image.open(known.folder / picture) as opened:
                opened.verify()


def test_all_together_are_small() -> None:
    files = [path for path in shipped_models().rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 40e6


def test_samples_that_stand_in_for_data_are_those_of_the_model() -> None:
    for known in shipped():
        if not (known.folder / SAMPLES).is_file():
            continue
        data, model = own_samples(known.name), open_model(known.name)
        assert data.shape == model.shape and len(data) >= 64
        assert data.classes == model.classes
    with pytest.raises(UserError, match="no samples"):
        own_samples("swiss-roll")


def test_pictures_that_travel_with_a_model_are_of_its_training(tmp_path: Path) -> None:
    for known in shipped():
        if not (known.folder / TRAINING).is_file():
            continue
        data, model = learned_by(known.name), open_model(known.name)
        assert data.shape == model.shape and len(data.train) == len(data) >= 1_000
        assert not len(data.test) and not data.is_points
        assert len(data.values.flatten(1).unique(dim=0)) == len(data), "each is another picture"
        assert (known.folder / "training.txt").read_text(encoding="utf-8").count("http") == 1
        assert with_a_model(data.source) is data
    assert "mnist" in {each.name for each in shipped() if (each.folder / TRAINING).is_file()}
    with pytest.raises(UserError, match="no picture that flowers learned"):
        learned_by("flowers")
    assert with_a_model("digits") is None
    assert shipped_as(shipped_models() / "mnist") == "mnist"
    assert shipped_as(tmp_path / "mnist") is None


@pytest.mark.skipif("DIFFVIS_TEST_DATA" not in os.environ, reason="needs MNIST")
def test_they_are_members_of_the_training_split() -> None:
    data = open_dataset(Path(os.environ["DIFFVIS_TEST_DATA"]) / "mnist")
    known = {picture.numpy().tobytes() for picture in data.values[data.train]}
    kept = learned_by("mnist").values
    assert all(picture.numpy().tobytes() in known for picture in kept)


def _config(known: Shipped) -> dict:
    return json.loads((known.folder / "config.json").read_text(encoding="utf-8"))


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
