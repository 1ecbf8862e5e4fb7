from dataclasses import replace

import pytest

from diffvis.data import Dataset, open_dataset
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, make_config, preset_for, preset_name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lr": -1}, "lr = -1 is not possible: should be greater than 0"),
        ({"lr": float("nan")}, "lr = nan is not possible: should be a finite number"),
        ({"timesteps": 0}, "timesteps = 0 is not possible: should be greater than or equal to 1"),
        ({"schedule": "steep"}, "choose one of linear, cosine"),
        ({"network": "gpt"}, "choose one of mlp, unet"),
        ({"predict": "noise"}, "predict = 'noise' is not possible: should be 'eps', 'x0' or 'v'"),
        ({"batchsize": 8}, "called batchsize: did you mean batch_size?"),
        ({"device": "tpu"}, "choose one of auto, cpu, cuda"),
        ({"data": ""}, "data = '' is not possible"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    config: TrainConfig, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as raised:
        config.changed(**wrong)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(UserError, match="the training setting network is missing"):
        make_config({"data": "digits"})


def test_json_gives_the_same_configuration_back(config: TrainConfig) -> None:
    changed = config.changed(network_options={"width": 8}, conditional=True)
    assert make_config(changed.model_dump(mode="json")) == changed


@pytest.mark.parametrize("name", ["swiss-roll", "digits"])
def test_the_presets_fit_the_data_of_the_catalogue(name: str) -> None:
    dataset = open_dataset(name)
    config = preset_for(dataset)
    assert config.data == dataset.source
    assert config.network == ("mlp" if dataset.is_points else "unet")


def test_a_preset_never_asks_for_more_samples_than_there_are(roll: Dataset) -> None:
    few = open_dataset("swiss-roll", n=20)
    assert preset_for(few).batch_size <= len(few.train)
    assert preset_for(roll).batch_size <= len(roll.train)


def test_sets_of_one_name_but_other_samples_get_a_preset_that_fits(roll: Dataset) -> None:
    images = open_dataset("digits")
    assert preset_name(images) == "digits" and preset_name(roll) == "swiss-roll"
    assert preset_name(replace(images, name="kmnist")) == "mnist"
    assert preset_name(replace(images, name="swiss-roll")) == "images-tiny"
    assert preset_name(replace(roll, name="mnist")) == "points"
