"""What is looked at while a run goes on, and what it is compared with."""

from dataclasses import replace

import pytest
import torch

from diffvis.data import Dataset
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import exact_model
from diffvis.training import checks
from diffvis.training.config import preset_for
from diffvis.training.floor import floor
from diffvis.training.ranks import Ranks
from diffvis.training.state import new_state


@pytest.fixture
def by_class() -> Dataset:
    """Two classes, one after the other, as a folder of pictures has them."""
    moons = open_dataset("moons?n=1000")
    order = moons.labels.argsort()
    return replace(moons, values=moons.values[order], labels=moons.labels[order])


def test_every_class_is_validated_at_every_t(
    by_class: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the loss by t would be one by class; with few samples, of the first classes only."""
    monkeypatch.setattr(checks, "losses", lambda state, x0, t, eps, labels, ema: labels)
    for count in (60, 400):
        config = preset_for(by_class).changed(conditional=True, validation_count=count)
        *_, classes = checks.validate(new_state(config, by_class, Ranks()), by_class)
        assert len(classes) == count
        assert min(checks.loss_by_t(classes)) > 0 and max(checks.loss_by_t(classes)) < 1


def test_a_denoiser_that_knows_a_part_knows_all_classes(by_class: Dataset) -> None:
    model = exact_model(by_class, make_schedule("cosine", 5), limit=100)
    known, first = model.denoiser.x0, by_class.x0(by_class.train[:100])
    assert len(known) == 100
    spread = by_class.x0(by_class.train).std(0)
    assert torch.allclose(known.std(0), spread, atol=0.15)
    assert not torch.allclose(first.std(0), spread, atol=0.15)


def test_the_floor_of_many_samples_is_that_of_all_classes(
    by_class: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = preset_for(by_class).changed(timesteps=5, predict="x0")
    *_, whole = floor(config, by_class)
    monkeypatch.setattr("diffvis.training.floor.KNOWN_NUMBERS", 400)
    *_, part = floor(config, by_class)
    assert (part.known, whole.known) == (200, 800)
    assert part.loss[-1] == pytest.approx(whole.loss[-1], rel=0.15)
