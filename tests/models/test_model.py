from dataclasses import replace
from pathlib import Path

import pytest
import torch
from short_runs import Start, until

from diffvis.data import Dataset, open_dataset
from diffvis.diffusion import make_schedule
from diffvis.diffusion.reverse import timesteps
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.blueprint import Blueprint
from diffvis.models.model import Model, exact_model, open_model
from diffvis.models.weights import save_model, write_checkpoint
from diffvis.sampling.noise import initial_noise
from diffvis.sampling.walk import ancestral
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.pass_on import pass_on
from diffvis.training.run import RunFolder
from diffvis.training.state import new_state


def _samples(model: Model, count: int = 20) -> torch.Tensor:
    x_T, generator = initial_noise(model.shape, count, seed=3)
    times = timesteps(model.schedule.T, model.schedule.T)
    chain = ancestral(
        model.denoiser, model.schedule, x_T, times, generator=generator, clip=model.clip
    )
    return list(chain)[-1].x_s


def test_a_run_folder_opens_as_the_ema_of_its_newest_checkpoint(start: Start) -> None:
    run = start()
    until(run, "step", 9)
    run.close()
    model = open_model(run.folder.path)
    assert model.steps == 9
    assert model.shape == (2,)
    assert model.data == run.dataset.source
    assert model.schedule.T == 10
    assert model.scaling == run.dataset.scaling
    assert model.path == run.folder.path
    average = run.state.ema.module.state_dict()
    opened = model.denoiser.network.state_dict()
    assert all(torch.equal(opened[name], average[name]) for name in average)
    assert torch.equal(_samples(model), _samples(open_model(run.folder.checkpoints()[0])))


def test_a_damaged_newest_checkpoint_is_passed_over(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    run = start()
    until(run, "step", 9)
    run.close()
    assert open_model(run.folder.path).steps == 9
    assert not caplog.records
    newest = run.folder.checkpoints()[0]
    newest.write_bytes(b"")
    assert open_model(run.folder.path).steps == 0
    problem = f"{newest} is not a diffvis checkpoint"
    assert caplog.messages == [f"{problem}: this is the state of step 0"]


@pytest.mark.parametrize(
    ("field", "value"), [("predicts", "noise"), ("num_classes", "many"), ("schedule", {"kind": 3})]
)
def test_a_header_that_does_not_fit_is_said(
    tmp_path: Path, config: TrainConfig, roll: Dataset, field: str, value: object
) -> None:
    state = new_state(config, roll)
    tensors = {f"ema.{name}": x for name, x in state.ema.module.state_dict().items()}
    model = state.blueprint.to_json() | {field: value}
    write_checkpoint(tmp_path / "a.safetensors", tensors, {"model": model, "step": 1})
    with pytest.raises(UserError, match=r"a\.safetensors does not fit this version of diffvis"):
        open_model(tmp_path / "a.safetensors")


def test_opening_needs_neither_the_data_nor_random_numbers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(steps=2)
    list(run)
    monkeypatch.setattr("diffvis.training.run.open_dataset", lambda *_: 1 / 0)
    before = torch.get_rng_state()
    open_model(run.folder.path)
    assert torch.equal(before, torch.get_rng_state())


def test_a_model_alone_opens_as_the_same_model(
    tmp_path: Path, config: TrainConfig, roll: Dataset
) -> None:
    state = new_state(config, roll)
    for parameter in state.ema.module.parameters():
        parameter.fill_(0.1)
    save_checkpoint(tmp_path / "whole.safetensors", state)
    save_model(tmp_path / "model.safetensors", tmp_path / "whole.safetensors")
    model = open_model(tmp_path)
    assert model.name == tmp_path.name
    assert torch.equal(_samples(model), _samples(open_model(tmp_path / "model.safetensors")))


def test_what_is_not_there_is_said(tmp_path: Path, config: TrainConfig) -> None:
    with pytest.raises(UserError, match="there is no model nowhere"):
        open_model("nowhere")
    with pytest.raises(UserError, match="is not a run folder"):
        open_model(tmp_path)
    RunFolder.create(tmp_path / "run", config)
    with pytest.raises(UserError, match="holds no checkpoint yet"):
        open_model(tmp_path / "run")
    (tmp_path / "a.pt").write_bytes(b"PK\x03\x04 a pickle")
    with pytest.raises(UserError, match="is not a diffvis checkpoint"):
        open_model(tmp_path / "a.pt")


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_holds_no_model_does_not_stand_in_the_way_of_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if kind == "folder":
        Path("pinwheel").mkdir()
        Path("pinwheel", "one.png").touch()
    else:
        Path("pinwheel").touch()
    assert open_model("pinwheel").path == shipped_models() / "pinwheel"
    with pytest.raises(UserError, match=r"is not a (run folder|diffvis checkpoint)"):
        open_model(tmp_path / "pinwheel")


@pytest.mark.parametrize("passed_on", [False, True])
def test_a_model_of_the_same_name_is_opened_instead_of_a_shipped_one(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch, passed_on: bool
) -> None:
    run = start("run" if passed_on else "pinwheel", steps=5)
    list(run)
    if passed_on:
        pass_on(run.folder.path, tmp_path / "pinwheel")
    monkeypatch.chdir(tmp_path)
    model = open_model("pinwheel")
    assert model.path == Path("pinwheel") and model.data == run.dataset.source


def test_the_exact_denoiser_knows_no_more_than_it_was_given(roll: Dataset) -> None:
    model = exact_model(roll, make_schedule("linear", 100), limit=1)
    assert model.name == "Exact denoiser"
    assert model.steps is None
    samples = _samples(model)
    assert torch.cdist(samples, roll.x0(roll.train)).min(dim=1).values.max() < 1e-4
    assert (samples - samples[0]).abs().max() < 1e-4, "all are the one that it knows"


def test_a_seed_means_the_same_noise() -> None:
    a, a_generator = initial_noise((2,), 5, seed=11)
    b, b_generator = initial_noise((2,), 5, seed=11)
    assert torch.equal(a, b)
    assert torch.equal(torch.randn(3, generator=a_generator), torch.randn(3, generator=b_generator))
    assert not torch.equal(a, initial_noise((2,), 5, seed=12)[0])


@pytest.mark.parametrize("damaged", [False, True])
def test_a_finished_run_can_be_passed_on(tmp_path: Path, start: Start, damaged: bool) -> None:
    run = start(steps=5)
    list(run)
    if damaged:
        run.folder.checkpoints()[0].write_bytes(b"half")
    folder = pass_on(run.folder.path, tmp_path / "gift")
    assert open_model(folder).steps == (0 if damaged else 5)
    assert torch.equal(_samples(open_model(folder)), _samples(open_model(run.folder.path)))
    assert (folder / "model.safetensors").stat().st_size < 0.4 * (
        run.folder.checkpoints()[-1].stat().st_size
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(
    tmp_path: Path, config: TrainConfig, roll: Dataset, value: float
) -> None:
    state = new_state(config, roll)
    name, weights = list(state.ema.module.named_parameters())[-1]
    weights.view(-1)[-1] = value
    save_checkpoint(tmp_path / "whole.safetensors", state)
    with pytest.raises(UserError, match=f"not finite \\({name}\\)"):
        open_model(tmp_path / "whole.safetensors")


def test_a_model_says_how_many_values_its_pixels_have(tmp_path: Path, config: TrainConfig) -> None:
    """One that was begun before that was known counts 256 in its bound, and goes on so."""
    digits = open_dataset("digits")
    changes = {"network": "unet", "network_options": {"channels": (8, 8)}, "data": "digits"}
    config = config.changed(**changes)
    state = new_state(config, digits)
    assert state.blueprint.levels == state.blueprint.decoder_levels == 17
    for name, levels in (("now", 17), ("before", None)):
        state.blueprint = replace(state.blueprint, levels=levels)
        assert Blueprint.from_json(state.blueprint.to_json()) == state.blueprint
        save_checkpoint(tmp_path / f"{name}.safetensors", state)
        resumed = new_state(config, digits)
        restore(resumed, tmp_path / f"{name}.safetensors")
        assert resumed.blueprint.levels == levels
    assert "levels" not in state.blueprint.to_json()
    assert resumed.blueprint.decoder_levels == 256
