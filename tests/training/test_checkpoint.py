import json
from pathlib import Path

import pytest
import torch

from diffvis.data import Dataset
from diffvis.errors import UserError
from diffvis.models import weights
from diffvis.models.weights import read_checkpoint, read_header, save_model, write_checkpoint
from diffvis.training.checkpoint import restore, save_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.state import new_state


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    tensors = {"x": torch.arange(6.0).view(2, 3), "n": torch.tensor(3)}
    write_checkpoint(path, tensors, {"answer": 42})
    header, read = read_checkpoint(path)
    assert header["answer"] == 42
    assert header["format"] == weights.FORMAT
    assert all(torch.equal(read[name], tensors[name]) for name in tensors)


def test_a_truncated_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, {"x": torch.ones(1000)}, {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="is damaged"):
        read_checkpoint(path)


def test_a_single_flipped_bit_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, {"x": torch.ones(1000)}, {})
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello world, I am text", b"\xff" * 64])
def test_other_files_are_not_checkpoints(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is not a diffvis checkpoint"):
        read_header(path)


def test_a_foreign_safetensors_file_is_not_a_checkpoint(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    save_file({"x": torch.ones(2)}, path)
    with pytest.raises(UserError, match="is not a diffvis checkpoint"):
        read_header(path)


@pytest.mark.parametrize("header", ["[]", "3", "{}", '{"format": "x"}', '{"format": null}'])
def test_a_header_of_another_kind_is_not_ours(tmp_path: Path, header: str) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    save_file({"x": torch.ones(2)}, path, {"diffvis": header})
    with pytest.raises(UserError, match="is not a diffvis checkpoint"):
        read_header(path)


@pytest.mark.parametrize("header", ['{"format": 1}', '{"format": 1, "checksum": [1]}'])
def test_tensors_without_checksums_are_not_trusted(tmp_path: Path, header: str) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    save_file({"x": torch.ones(2)}, path, {"diffvis": header})
    with pytest.raises(UserError, match="is damaged"):
        read_checkpoint(path)


def test_a_newer_format_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    monkeypatch.setattr(weights, "FORMAT", 2)
    write_checkpoint(path, {}, {})
    monkeypatch.setattr(weights, "FORMAT", 1)
    with pytest.raises(UserError, match=r"newer diffvis \(format 2\): update"):
        read_header(path)


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors"
    write_checkpoint(path, {"x": torch.zeros(3)}, {})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, {"x": torch.ones(3)}, {})
    assert torch.equal(read_checkpoint(path)[1]["x"], torch.zeros(3))
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]


def test_the_optimiser_keeps_its_memory_layout(
    tmp_path: Path, config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.networks.layout.image_layout", lambda _: torch.channels_last)
    from diffvis.data import open_dataset
    from diffvis.training.loop import train_step

    digits = open_dataset("digits")
    changes = {"network": "unet", "network_options": {"channels": (8, 8)}, "data": "digits"}
    state = new_state(config.changed(**changes), digits)
    train_step(state, digits.x0(slice(0, 4)), None)
    save_checkpoint(tmp_path / "a.safetensors", state)
    other = new_state(config.changed(**changes), digits)
    restore(other, tmp_path / "a.safetensors")
    for mine, its in zip(state.parameters, other.parameters, strict=True):
        saved, restored = state.optimizer.state[mine], other.optimizer.state[its]
        assert saved.keys() == restored.keys()
        assert all(torch.equal(saved[name], restored[name]) for name in saved)
        assert all(saved[name].stride() == restored[name].stride() for name in saved)


def test_a_model_alone_is_smaller_and_cannot_be_continued(
    tmp_path: Path, config: TrainConfig, roll: Dataset
) -> None:
    state = new_state(config, roll)
    save_checkpoint(tmp_path / "whole.safetensors", state)
    save_model(tmp_path / "model.safetensors", tmp_path / "whole.safetensors")
    header, tensors = read_checkpoint(tmp_path / "model.safetensors")
    assert all(name.startswith("ema.") for name in tensors)
    assert json.loads(json.dumps(header["model"]))["data"] == roll.source
    with pytest.raises(UserError, match="not continued"):
        restore(state, tmp_path / "model.safetensors")
