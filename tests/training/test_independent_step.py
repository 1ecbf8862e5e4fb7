"""A training step beside one that was written without the library: all its settings at once."""

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from diffvis.data import Dataset, open_dataset
from diffvis.training.config import TrainConfig
from diffvis.training.loop import train_step
from diffvis.training.state import TrainState, new_state

from .plain_step import PlainTraining

T, STEPS, BATCH = 10, 2, 16
LR = 1e-2


@pytest.fixture(scope="module")
def moons() -> Dataset:
    return open_dataset("moons", n=200)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return open_dataset("digits")


def settings(**first: object) -> Iterator[dict[str, object]]:
    """Everything that decides how the gradient becomes a step."""
    choices = itertools.product(("adam", "adamw"), (0.0, 0.3), (0.0, 0.05), (0.0, 0.25))
    for seed, (optimizer, decay, clip, ema) in enumerate(choices):
        yield {
            **first, "optimizer": optimizer, "weight_decay": decay, "gradient_clip": clip,
            "ema_decay": ema, "seed": seed,
        }  # fmt: skip


def begun(
    config: TrainConfig, dataset: Dataset, chosen: dict[str, object], spread: float = 0.3
) -> TrainState:
    config = config.changed(
        data=dataset.source, timesteps=T, steps=STEPS, batch_size=BATCH, lr=LR, warmup=1,
        label_dropout=0.4, **chosen,
    )  # fmt: skip
    state = new_state(config, dataset)
    with torch.no_grad():  # networks begin at zero, where most has no gradient
        for place, parameter in enumerate(state.parameters):
            parameter.normal_(0, spread, generator=torch.Generator().manual_seed(place))
        for average, weight in zip(state.ema.module.parameters(), state.parameters, strict=True):
            average.copy_(weight)
    return state


def compare(state: TrainState, dataset: Dataset) -> set[int]:
    """Take all steps both ways; returns the times that were drawn."""
    config, seen = state.config, set()
    plain = PlainTraining(state.network, T, state.blueprint.num_classes, config.model_dump())
    streams = [torch.Generator().manual_seed(0) for _ in range(2)]
    for stream, own in zip(streams, (state.generators.time, state.generators.noise), strict=True):
        stream.set_state(own.get_state())
    for index in torch.arange(STEPS * BATCH).chunk(STEPS):
        x0 = dataset.x0(index)
        labels = dataset.labels[index] if config.conditional else None
        step = train_step(state, x0, labels)
        t, loss, norm = plain.step(x0, labels, *streams)
        told = f"{config.loss} {config.predict} {config.optimizer} {step.step}"
        assert torch.equal(step.t, t), told
        close(step.loss_by_sample, loss, 1e-5, told)
        close(step.loss, loss.mean(), 1e-5, told)
        close(step.gradient_norm, norm, 1e-5, told)
        seen |= set(t.tolist())
    told = f"after {told} with {chosen(config)}"
    close(flat(state.network), flat(plain.network), 1e-3 * LR, f"weights {told}")
    close(flat(state.ema.module), flat(plain.average), 1e-3 * LR, f"average {told}")
    return seen


def chosen(config: TrainConfig) -> dict[str, object]:
    names = ("conditional", "weight_decay", "gradient_clip", "ema_decay")
    return {name: getattr(config, name) for name in names}


def flat(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters())


def close(a: torch.Tensor, b: torch.Tensor, atol: float, told: str) -> None:
    torch.testing.assert_close(
        a, b, rtol=1e-5, atol=atol, msg=lambda m: f"{told}: {m}", check_dtype=False
    )


@pytest.mark.parametrize("conditional", [False, True], ids=["unlabelled", "labelled"])
@pytest.mark.parametrize("predict", ["eps", "x0", "v"])
@pytest.mark.parametrize("loss", ["simple", "min-snr", "hybrid"])
def test_a_step_is_the_one_written_by_hand(
    config: TrainConfig, moons: Dataset, loss: str, predict: str, conditional: bool
) -> None:
    seen = set()
    for chosen in settings(loss=loss, predict=predict, conditional=conditional):
        seen |= compare(begun(config, moons, chosen), moons)
    assert seen == set(range(1, T + 1)), "the first and the last t are special"


@pytest.mark.parametrize("loss", ["simple", "hybrid"])
def test_a_step_on_images_is_the_one_written_by_hand(
    config: TrainConfig, digits: Dataset, loss: str
) -> None:
    chosen = {"network": "unet", "network_options": {"channels": (8, 8)}, "precision": "float32"}
    state = begun(config, digits, {**chosen, "loss": loss, "conditional": True}, spread=0.1)
    assert {1, T} <= compare(state, digits)


def test_t_is_drawn_evenly_from_all_of_1_to_T(config: TrainConfig, roll: Dataset) -> None:
    count = 70_000
    config = config.changed(timesteps=7, batch_size=count, network_options={"width": 8, "depth": 1})
    drawn = train_step(new_state(config, roll), torch.zeros(count, 2), None).t
    often = drawn.bincount(minlength=9).double()
    assert often[0] == often[8] == 0
    spread = (count / 7 * 6 / 7) ** 0.5
    assert ((often[1:8] - count / 7).abs() < 4 * spread).all(), often
    pairs = (7 * (drawn[1:] - 1) + drawn[:-1] - 1).bincount(minlength=49).double()
    assert ((pairs - count / 49).abs() < 5 * (count / 49) ** 0.5).all(), (
        "one says nothing of the next"
    )


def test_t_is_another_one_at_every_step(config: TrainConfig, roll: Dataset) -> None:
    state = new_state(config.changed(timesteps=1000), roll)
    first, second = (train_step(state, roll.x0(slice(0, 16)), None).t for _ in range(2))
    assert (first != second).sum() > 10
