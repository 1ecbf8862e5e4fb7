from dataclasses import replace
from pathlib import Path

import pytest

from diffvis.data import Dataset, open_dataset
from diffvis.errors import UserError
from diffvis.settings import settings_of
from diffvis.training.config import TrainConfig, make_config, preset_for
from diffvis.training.folder import RunFolder
from diffvis.training.presets import preset_name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lr": -1}, "lr = -1 is not possible: give a number above 0 to 1"),
        ({"lr": float("nan")}, "lr = nan is not possible: give a number above 0 to 1"),
        ({"lr": "fast"}, "lr = 'fast' is not possible: give a number above 0 to 1"),
        ({"timesteps": 0}, "timesteps = 0 is not possible: give a whole number from 1 to 100,000"),
        ({"steps": 0}, "steps = 0 is not possible: give a whole number from 1 to 1,000,000,000"),
        ({"ema_decay": 1}, "ema_decay = 1 is not possible: give a number from 0 to below 1"),
        ({"gradient_clip": -1}, "gradient_clip = -1 is not possible: give a number from 0"),
        ({"schedule": "steep"}, "schedule = 'steep' is not possible: give one of linear, cosine"),
        ({"network": "gpt"}, "network = 'gpt' is not possible: give one of mlp, unet"),
        ({"predict": "noise"}, "predict = 'noise' is not possible: give one of eps, x0, v"),
        ({"batchsize": 8}, "called batchsize: did you mean batch_size?"),
        ({"device": "tpu"}, "device = 'tpu' is not possible: give one of auto, cpu, cuda"),
        ({"data": ""}, "data = '' is not possible: give a name or a path"),
        ({"flip": "perhaps"}, "flip = 'perhaps' is not possible: give true or false"),
        ({"network_options": 3}, "network_options = 3 is not possible: give options by name"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    config: TrainConfig, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as raised:
        config.changed(**wrong)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.field == next(iter(wrong))


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


def test_every_setting_says_what_it_means_and_what_it_may_be() -> None:
    for name, setting in settings_of(TrainConfig).items():
        assert setting.help, name
        assert setting.allowed() != "text", name


def test_another_network_begins_with_its_own_options(config: TrainConfig) -> None:
    assert config.changed(network="unet").network_options == {}
    kept = config.changed(network="unet", network_options={"blocks": 1})
    assert kept.network_options == {"blocks": 1}


def test_a_preset_can_be_named_or_be_a_file(tmp_path: Path, roll: Dataset) -> None:
    assert preset_for(roll, "points").timesteps == 100
    file = tmp_path / "mine.json"
    file.write_text('{"steps": 7, "lr": 0.5}')
    mine = preset_for(roll, str(file))
    assert (mine.steps, mine.lr, mine.network, mine.data) == (7, 0.5, "mlp", roll.source)


def test_the_settings_of_a_run_are_a_preset_for_other_data(
    tmp_path: Path, config: TrainConfig
) -> None:
    run = RunFolder.create(tmp_path / "run", config)
    other = preset_for(open_dataset("moons", n=100), str(run.path / "run.json"))
    assert other.data == "moons?n=100"
    assert other.network_options == config.network_options


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no preset .*mine.json"),
        ("{'steps': 3}", "is no preset .*: write JSON"),
        ("[1]", "is no preset"),
        ('{"stepz": 3}', "no training setting called stepz: did you mean steps?"),
    ],
)
def test_a_preset_that_cannot_be_used_says_why(
    tmp_path: Path, roll: Dataset, content: str | None, said: str
) -> None:
    file = tmp_path / "mine.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UserError, match=said):
        preset_for(roll, str(file))


def test_the_hybrid_loss_refuses_averaged_targets(config: TrainConfig) -> None:
    assert config.changed(references=10, loss="min-snr").references == 10
    for changes in ({"references": 10, "loss": "hybrid"}, {"references": -1}):
        with pytest.raises(UserError, match="references"):
            config.changed(**changes)
