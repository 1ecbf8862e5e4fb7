"""All that a run can be told, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from diffvis.cli.settings import read_pairs
from diffvis.training.config import TrainConfig
from diffvis.training.run import RunFolder

TINY = ["--steps", "1", "--timesteps", "4", "--batch-size", "4", "--device", "cpu"]


def test_pairs_are_json_or_text() -> None:
    pairs = ["lr=1e-3", "flip=true", "schedule=linear", "network_options.channels=[8,16]"]
    assert read_pairs(pairs) == {
        "lr": 1e-3,
        "flip": True,
        "schedule": "linear",
        "network_options": {"channels": [8, 16]},
    }


def test_any_setting_can_be_given(diffvis: Callable, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ["--set", "ema_decay=0.9", "--set", "network_options.width=8", "--preset", "points"]
    done = diffvis("train", "swiss-roll?n=100", "--out", run, *options, *TINY)
    assert done.status == 0, done.err
    config = RunFolder.open(run).config
    assert (config.ema_decay, config.network_options["width"], config.lr) == (0.9, 8, 0.003)
    assert config.batch_size == 4  # an option of its own wins over the preset
    again = diffvis("train", "swiss-roll?n=100", "--out", run, "--resume", "--set", "steps=2")
    assert again.status == 0, again.err
    assert RunFolder.open(run).config.network_options["width"] == 8


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "lr"], "--set lr gives no value"),
        (["--set", "lr=-1"], "lr = -1 is not possible: give a number above 0 to 1"),
        (["--set", "learning=1"], "no training setting called learning"),
        (["--set", "network_options.wide=1"], "no option wide"),
        (["--set", "data=digits"], "--set data=digits is not possible: the data is the first arg"),
        (["--set", "data_options.n=5"], "with its options: moons?n=500"),
        (["--set", "lr.x=3"], "lr has no options: write --set lr=VALUE"),
        (["--set", "lr={}"], "lr has no options"),
        (["--set", "changed.x=3"], "no training setting called changed"),
        (
            ["--set", "network_options=3", "--set", "network_options.width=64"],
            "network_options = 3 has no options: leave out --set network_options.width=64",
        ),
        (["--preset", "cifar"], "there is no preset cifar: digits, flowers"),
    ],
)
def test_a_wrong_setting_is_named(
    diffvis: Callable, tmp_path: Path, options: list[str], said: str
) -> None:
    done = diffvis("train", "swiss-roll?n=100", "--out", tmp_path / "run", *options)
    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_run_that_goes_on_keeps_its_data(diffvis: Callable, run_folder: Path) -> None:
    options = ["--resume", "--set", 'data="digits"']
    refused = diffvis("train", "swiss-roll?n=400", "--out", run_folder, *options)
    assert "the data is the first argument" in refused.problem()
    assert RunFolder.open(run_folder).config.data == "swiss-roll?n=400"


def test_printed_settings_are_a_preset(diffvis: Callable, tmp_path: Path) -> None:
    printed = diffvis("settings", "swiss-roll?n=100", "--set", "lr=0.25")
    assert printed.status == 0
    file = tmp_path / "mine.json"
    file.write_text(printed.out)
    run = tmp_path / "run"
    done = diffvis("train", "moons?n=100", "--out", run, "--preset", file, *TINY)
    assert done.status == 0, done.err
    assert RunFolder.open(run).config.lr == json.loads(printed.out)["lr"] == 0.25


def test_all_settings_are_listed(diffvis: Callable) -> None:
    listed = diffvis("settings").out
    for name in TrainConfig.model_fields:
        assert f"\n{name} " in listed
    assert "a number from 0 to below 1" in listed
    assert "mnist-course" in listed


def test_a_run_starts_from_a_model_with_its_network_unless_another_is_given(
    diffvis: Callable, tmp_path: Path
) -> None:
    data, run = "swiss-roll?n=100", tmp_path / "run"
    done = diffvis("train", data, "--out", run, "--from", "swiss-roll", "--steps", "1")
    assert done.status == 0, done.err
    config = RunFolder.open(run).config
    assert (config.start_from, config.predict, config.timesteps) == ("swiss-roll", "v", 40)
    refused = diffvis("train", data, "--out", run, "--resume", "--from", "swiss-roll")
    assert refused.status == 2 and "leave out --from" in refused.err
    options = ["--from", "swiss-roll", "--set", "network_options.width=8"]
    wrong = diffvis("train", data, "--out", tmp_path / "none", *options)
    assert wrong.status == 2 and "the weights of swiss-roll are for network_options" in wrong.err
    assert not (tmp_path / "none").exists()
