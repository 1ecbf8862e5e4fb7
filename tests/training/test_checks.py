"""What is looked at while a run goes on, and what it is compared with."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from diffvis.data import Dataset
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.diffusion.prediction import NetworkDenoiser
from diffvis.diffusion.reverse import timesteps
from diffvis.models.model import exact_model
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.walk import ddim
from diffvis.training import checks
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.floor import floor
from diffvis.training.ranks import Ranks
from diffvis.training.state import TrainState, new_state


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


def validated(state: TrainState, data: Dataset) -> Tensor:
    *_, losses = checks.validate(state, data)
    return losses


def previewed(state: TrainState, _: Dataset) -> Tensor:
    *_, (x0, _chain) = checks.preview(state)
    return x0


@pytest.mark.parametrize("look", [validated, previewed])
def test_looks_are_at_the_average(
    config: TrainConfig, roll: Dataset, look: Callable[[TrainState, Dataset], Tensor]
) -> None:
    state = new_state(config, roll)
    state.step = 1  # before the first one a preview is the noise alone
    before = look(state, roll)
    shake(state.network)
    assert torch.equal(look(state, roll), before)
    shake(state.ema.module)
    assert not torch.equal(look(state, roll), before)


@torch.no_grad()
def shake(network: nn.Module) -> None:
    for parameter in network.parameters():
        parameter.normal_(0, 0.3, generator=torch.Generator().manual_seed(1))


def test_a_preview_is_guided_as_far_as_it_is_told(config: TrainConfig, by_class: Dataset) -> None:
    """Against a chain of the same noise whose every answer is put together by hand."""
    plain = config.changed(conditional=True, preview_count=6, preview_steps=4)
    state = new_state(plain.changed(preview_guidance=2.5), by_class)
    state.step = 1
    shake(state.ema.module)
    network, labels = state.ema.module, torch.arange(6) % 2

    def guided(x_t: Tensor, t: Tensor, _: Tensor | None) -> Tensor:
        return 2.5 * network(x_t, t, labels) - 1.5 * network(x_t, t, None)

    x_T, _ = initial_noise((2,), 6, plain.seed)
    denoiser = NetworkDenoiser(guided, plain.predict)
    *_, last = ddim(denoiser, state.blueprint.schedule, x_T, timesteps(plain.timesteps, 4))
    torch.testing.assert_close(previewed(state, by_class), last.x_s, rtol=1e-4, atol=1e-4)
    state.config = plain
    assert not torch.allclose(previewed(state, by_class), last.x_s, atol=1e-2)


def test_validations_see_every_t_alike(config: TrainConfig, roll: Dataset) -> None:
    seen: list[Tensor] = []

    class Watches(nn.Module):
        def forward(self, x_t: Tensor, t: Tensor, labels: Tensor | None) -> Tensor:
            seen.append(t)
            return torch.zeros_like(x_t)

    state = new_state(config.changed(timesteps=8, validation_count=40, predict="x0"), roll)
    state.ema.module = Watches()
    losses = validated(state, roll)
    assert torch.cat(seen).bincount(minlength=10).tolist() == [0, *[5] * 8, 0]
    x0 = roll.x0(roll.validation[:40])
    # It answered 0, so that the loss of a sample is its own mean square, whatever its t.
    expected = x0.square().mean(1).sort().values
    torch.testing.assert_close(losses.sort().values, expected)
