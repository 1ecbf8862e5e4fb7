"""Runs that begin with the weights of a model: what they take from it, and what does not fit."""

import shutil
from pathlib import Path

import pytest
import torch
from short_runs import Start, same, until, weights

from diffvis.data import Dataset, open_dataset
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.models.weights import write_checkpoint
from diffvis.training.config import TrainConfig, preset_for
from diffvis.training.metrics import read_metrics
from diffvis.training.pass_on import pass_on
from diffvis.training.run import RunFolder, TrainingRun, train_run
from diffvis.training.start_from import check_start, started_from


def parts(module: torch.nn.Module) -> list[torch.Tensor]:
    return list(module.state_dict().values())


@pytest.fixture
def teacher(start: Start) -> Path:
    """A run of 40 steps that predicts v at T = 10."""
    run = start("teacher", predict="v", ema_decay=0.5, lr=0.03)
    list(run)
    return run.folder.path


def train(config: TrainConfig, path: Path, dataset: Dataset, resume: bool = False) -> TrainingRun:
    folder = RunFolder.open(path) if resume else RunFolder.create(path, config)
    return train_run(config, folder, resume=resume, dataset=dataset)


def test_a_run_begins_with_the_weights_of_another(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    config = started_from(preset_for(roll), str(teacher)).changed(steps=10)
    assert (config.predict, config.timesteps, config.schedule) == ("v", 10, "cosine")
    assert config.network_options == {"width": 16, "depth": 1}
    run = train(config, tmp_path / "run", roll)
    taught = parts(open_model(teacher).denoiser.network)
    assert same(parts(run.state.network), taught)
    assert same(parts(run.state.ema.module), taught)
    assert until(run, "step").step == 1
    assert not same(parts(run.state.network), taught)
    run.close()
    folder = RunFolder.open(tmp_path / "run")
    assert folder.config.start_from == str(teacher)
    said = (folder.path / "log.txt").read_text()
    assert f"started from the weights of {teacher}/checkpoints/step-00000040" in said


def test_its_first_loss_is_the_last_one_of_the_other(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    def first_loss(config: TrainConfig, name: str) -> float:
        run = train(config, tmp_path / name, roll)
        loss = until(run, "validation").loss
        run.close()
        return loss

    config = started_from(preset_for(roll), str(teacher))
    rows, _ = read_metrics(teacher / "metrics.csv")
    reached = [float(row["loss"]) for row in rows if row["event"] == "validation"][-1]
    config = config.changed(validation_count=40, seed=0)
    assert first_loss(config, "from") == pytest.approx(reached, abs=1e-4)
    assert abs(first_loss(config.changed(start_from=""), "fresh") - reached) > 0.01


def test_it_starts_from_a_model_that_was_passed_on(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    model = pass_on(teacher, tmp_path / "model")
    config = started_from(preset_for(roll), str(model)).changed(steps=3)
    run = train(config, tmp_path / "run", roll)
    assert same(parts(run.state.network), parts(open_model(model).denoiser.network))
    assert list(run)[-1].step == 3


def test_a_shipped_model_keeps_its_name_where_a_folder_is_called_so(
    tmp_path: Path, roll: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swiss-roll").mkdir()
    monkeypatch.chdir(tmp_path)
    assert started_from(preset_for(roll), "swiss-roll").start_from == "swiss-roll"


def test_a_damaged_checkpoint_is_passed_over(
    tmp_path: Path, teacher: Path, roll: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    newest, older = RunFolder.open(teacher).checkpoints()
    for whole in (newest.read_bytes()[:-1], b""):  # damaged tensors, and no header either
        newest.write_bytes(whole)
        config = started_from(preset_for(roll), str(teacher)).changed(steps=3)
        check_start(config, roll)
        assert not caplog.records
        run = train(config, tmp_path / f"run-{len(whole)}", roll)
        assert same(parts(run.state.network), parts(open_model(older).denoiser.network))
        run.close()
        (warning,) = caplog.messages
        assert warning.startswith(str(newest)) and warning.endswith("the state of step 0")
        assert str(older) in (run.folder.path / "log.txt").read_text()
        caplog.clear()


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"classifier": {}}, "is not a model: give a run folder"),
        ({"model": {"name": "x"}, "step": 3}, "does not fit this version of diffvis"),
        ({"model": [], "step": 3}, "does not fit this version of diffvis"),
    ],
)
def test_a_file_that_is_no_model_is_refused(
    tmp_path: Path, roll: Dataset, config: TrainConfig, header: dict[str, object], said: str
) -> None:
    file = tmp_path / "a.safetensors"
    write_checkpoint(file, {}, header)
    with pytest.raises(UserError, match=rf"a\.safetensors {said}"):
        started_from(preset_for(roll), str(file))
    with pytest.raises(UserError, match=said):
        check_start(config.changed(start_from=str(file)), roll)
    with pytest.raises(UserError, match=said):
        open_model(file)


def test_killed_and_resumed_it_is_the_same_although_the_model_has_gone(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    config = started_from(preset_for(roll), str(teacher)).changed(steps=20, checkpoint_seconds=0)
    whole = train(config, tmp_path / "whole", roll)
    list(whole)
    run = train(config, tmp_path / "run", roll)
    until(run, "step", 7)
    run.close()
    shutil.rmtree(teacher)
    again = train(config, tmp_path / "run", roll, resume=True)
    list(again)
    assert same(weights(again), weights(whole))


def test_killed_before_its_first_checkpoint_it_begins_with_the_weights_again(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    config = started_from(preset_for(roll), str(teacher)).changed(steps=20)
    RunFolder.create(tmp_path / "run", config)
    run = train(config, tmp_path / "run", roll, resume=True)
    assert same(parts(run.state.network), parts(open_model(teacher).denoiser.network))
    run.close()


def test_another_start_is_refused_when_it_goes_on(
    tmp_path: Path, teacher: Path, roll: Dataset
) -> None:
    config = started_from(preset_for(roll), str(teacher))
    train(config, tmp_path / "run", roll).close()
    with pytest.raises(UserError, match=r"begun with start_from = .*teacher, not "):
        train(config.changed(start_from=""), tmp_path / "run", roll, resume=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start_from": "nothing"}, "there is no model nothing"),
        (
            {"start_from": "mnist"},
            r"learned samples of shape \(1, 28, 28\), but .*\(2,\)",
        ),
        ({"network": "unet"}, "for the network mlp, not unet: train mlp"),
        ({"network_options": {"width": 24, "depth": 1}}, r"are for network_options = .*16.*24"),
        ({"loss": "hybrid"}, "has learned no variance, unlike this run: set loss=simple"),
    ],
)
def test_what_does_not_fit_is_said(
    teacher: Path, roll: Dataset, changes: dict[str, object], said: str
) -> None:
    config = started_from(preset_for(roll), str(teacher))
    check_start(config, roll)
    with pytest.raises(UserError, match=said):
        check_start(config.changed(**changes), roll)


def test_a_run_that_cannot_begin_leaves_no_random_numbers_behind(
    roll: Dataset, config: TrainConfig
) -> None:
    before = torch.random.get_rng_state()
    check_start(config, roll)
    with pytest.raises(UserError, match="unet cannot learn"):
        check_start(config.changed(network="unet"), roll)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_classes_and_network_have_to_be_those_of_the_model(tmp_path: Path) -> None:
    pinwheel, digits = open_dataset("pinwheel?n=100"), open_dataset("digits")
    config = started_from(preset_for(pinwheel), "pinwheel")
    assert config.conditional and config.start_from == "pinwheel"
    check_start(config, pinwheel)
    unlabelled = open_dataset("swiss-roll?n=100")
    with pytest.raises(UserError, match="learned 5 classes, but this run learns no classes"):
        check_start(config, unlabelled)
    other = started_from(preset_for(digits), "digits").changed(network="unet-classic")
    with pytest.raises(UserError, match="for the network unet, not unet-classic: train unet"):
        check_start(other, digits)
