"""A checkpoint whose header or training state is not what was written is never taken for sound."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from short_runs import Start, same, until, weights

from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.models.weights import read_checkpoint, write_checkpoint
from diffvis.training.checkpoint import save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.run import train_run
from diffvis.training.state import new_state

FLIPS = 400


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small, with everything in its header that a run writes."""
    from diffvis.data import open_dataset

    roll = open_dataset("swiss-roll", n=50)
    config = TrainConfig(
        data=roll.source, network="mlp", network_options={"width": 8, "depth": 1}, timesteps=4
    )
    path = tmp_path_factory.mktemp("sealed") / "a.safetensors"
    save_checkpoint(path, new_state(config, roll))
    return path


def test_no_flipped_bit_of_the_header_changes_what_is_read(
    checkpoint: Path, tmp_path: Path
) -> None:
    content = checkpoint.read_bytes()
    header, tensors = read_checkpoint(checkpoint)
    end = 8 + int.from_bytes(content[:8], "little")
    path, accepted = tmp_path / "flipped.safetensors", 0
    for flip in random.Random(24).sample(range(8 * end), FLIPS):
        damaged = bytearray(content)
        damaged[flip // 8] ^= 1 << flip % 8
        path.write_bytes(damaged)
        try:
            found, values = read_checkpoint(path)
        except UserError:
            continue
        accepted += 1
        assert found == header, f"bit {flip} of the header"
        assert values.keys() == tensors.keys()
        assert all(torch.equal(values[name], tensors[name]) for name in values)
    assert accepted < FLIPS // 20, "most flips change something"


def test_a_checkpoint_of_an_earlier_diffvis_still_opens(checkpoint: Path, tmp_path: Path) -> None:
    header, tensors = read_checkpoint(checkpoint)
    earlier = {name: header[name] for name in ("format", "model", "step", "training", "checksum")}
    save_file(tensors, tmp_path / "a.safetensors", {"diffvis": json.dumps(earlier)})
    old, new = open_model(tmp_path / "a.safetensors"), open_model(checkpoint)
    x, t = torch.ones(3, 2), torch.tensor([1, 2, 4])
    assert torch.equal(old.denoiser.network(x, t), new.denoiser.network(x, t))


def test_a_header_of_a_few_bytes_cannot_ask_for_gigabytes(checkpoint: Path, tmp_path: Path) -> None:
    header, tensors = read_checkpoint(checkpoint)
    model = {**header["model"], "network_options": {"width": 2048, "depth": 32}}
    path = tmp_path / "large.safetensors"
    write_checkpoint(path, tensors, {"model": model, "step": 0})
    with pytest.raises(UserError, match=r"a network of [\d,]+ weights has only"):
        open_model(path)


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda training: training.pop(name) and None


def _with(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda training: training.update({name: value})


@pytest.mark.parametrize(
    "change",
    [
        *(_without(name) for name in ("validated", "ema_updates", "lr_factor", "seconds")),
        _with("validated", {"at": 8, "best": "low", "best_step": 3, "without_best": 0}),
        _with("validated", {"at": 8}),
        _with("ema_updates", "many"),
        _with("lr_factor", [1]),
    ],
)
def test_a_training_state_that_is_not_known_falls_back_to_the_one_before(
    start: Start, change: Callable[[dict[str, Any]], None]
) -> None:
    run = start()
    until(run, "step", 8)
    run.checkpoint_now()
    until(run, "step", 12)
    run.close()
    newest = run.folder.checkpoints()[0]
    header, tensors = read_checkpoint(newest)
    change(header["training"])
    write_checkpoint(newest, tensors, header)
    resumed = train_run(run.config, run.folder, resume=True)
    assert resumed.state.step == 8
    assert f"the training state in {newest} does not fit the run" in next(resumed).problem
    whole = start("whole")
    list(whole)
    list(resumed)
    assert same(weights(whole), weights(resumed))


@pytest.mark.parametrize("name", ["optimizer.0.exp_avg", "generator.data", "network."])
def test_a_training_state_that_lacks_a_tensor_is_a_sentence(start: Start, name: str) -> None:
    run = start()
    until(run, "step", 5)
    run.checkpoint_now()
    until(run, "step", 6)
    run.close()
    for path in run.folder.checkpoints():
        header, tensors = read_checkpoint(path)
        tensors = {key: value for key, value in tensors.items() if not key.startswith(name)}
        write_checkpoint(path, tensors, header)
    with pytest.raises(UserError, match=r"the training state in .* does not fit the run"):
        train_run(run.config, run.folder, resume=True)


def test_the_seal_holds_what_each_tensor_is(tmp_path: Path) -> None:
    """The same bytes in another shape are something else."""
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, {"x": torch.arange(6.0).view(2, 3)}, {})
    content = path.read_bytes()
    assert content.count(b'"shape":[2,3]') == 1
    path.write_bytes(content.replace(b'"shape":[2,3]', b'"shape":[3,2]'))
    with pytest.raises(UserError, match="is damaged"):
        read_checkpoint(path)
