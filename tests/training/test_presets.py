"""The set-ups that come as files: each can be trained, and the taught ones are as taught."""

import json

import pytest

from diffvis.data import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.files import resource
from diffvis.networks import NETWORKS, network_options
from diffvis.training.chosen import settings_for
from diffvis.training.config import TrainConfig, make_config
from diffvis.training.presets import preset

PRESETS = sorted(path.stem for path in resource("presets").glob("*.json"))


def config_of(name: str) -> TrainConfig:
    return make_config({**preset(name), "data": "x"})


def test_the_taught_set_ups_are_there_by_name() -> None:
    assert {"swiss-roll", "mnist-course", "mnist", "flowers", "digits"} <= set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_trained(name: str) -> None:
    config = config_of(name)
    shape = next(s for s in ((2,), (1, 28, 28)) if NETWORKS[config.network].fits(s))
    network_options(config.network, shape, config.network_options)
    schedule = make_schedule(config.schedule, config.timesteps)
    values = preset(name)  # what the window begins with, before there is a configuration
    assert make_schedule(values["schedule"], values["timesteps"]) == schedule
    assert json.loads(resource(f"presets/{name}.json").read_text())["network"] == config.network


def test_the_swiss_roll_has_forty_steps_and_a_perceptron() -> None:
    config = config_of("swiss-roll")
    assert (config.timesteps, config.network) == (40, "mlp")


def test_flowers_have_a_thousand_steps_and_are_mirrored() -> None:
    config = config_of("flowers")
    assert (config.timesteps, config.flip, config.conditional) == (1000, True, True)


def test_mnist_as_courses_teach_it_comes_with_its_warning() -> None:
    config = config_of("mnist-course")
    assert (config.network, config.timesteps, config.predict) == ("unet-classic", 300, "eps")
    assert (config.optimizer, config.lr, config.lr_schedule) == ("adam", 1e-3, "constant")
    assert (config.patience, config.ema_decay, config.conditional) == (5, 0, False)
    schedule = make_schedule(config.schedule, config.timesteps)
    assert schedule.beta[1].item() == pytest.approx(1e-4)
    assert schedule.beta[300].item() == pytest.approx(0.02)
    (warning,) = schedule.warnings()
    assert "alpha_bar_T = 0.05 of the signal's power" in warning


def test_mnist_while_people_watch_is_done_in_minutes() -> None:
    config = config_of("mnist-live")
    assert 0 < config.minutes <= 3 and config.conditional and config.preview_guidance > 1


@pytest.mark.parametrize("name", [name for name in PRESETS if name.endswith("-live")])
def test_what_is_trained_while_people_watch_is_the_same_in_less_time(name: str) -> None:
    config, whole = config_of(name), config_of(name.removesuffix("-live"))
    assert 0 < config.minutes <= 5
    for same in ("schedule", "timesteps", "conditional", "flip"):
        assert getattr(config, same) == getattr(whole, same)
    # Of the passes through the network that previews take, each without a gradient.
    walked = config.preview_count * config.preview_steps * (1 + (config.preview_guidance != 1))
    assert walked < 0.05 * 3 * config.batch_size * config.preview_every


def test_the_best_mnist_is_conditional_with_attention() -> None:
    config = config_of("mnist")
    assert config.conditional and config.network_options["attention"] is True
    assert make_schedule(config.schedule, config.timesteps).warnings() == []


def test_steps_that_are_given_are_taken_whatever_the_minutes_of_a_preset() -> None:
    digits = open_dataset("digits")
    assert settings_for(digits, "mnist-live", {}).minutes == 3
    given = settings_for(digits, "mnist-live", {"steps": 12})
    assert (given.steps, given.minutes) == (12, 0)
    both = settings_for(digits, "mnist-live", {"steps": 12, "minutes": 1.0})
    assert both.minutes == 1, "steps are the first guess"
