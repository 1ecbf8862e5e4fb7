"""Data that only a model names is neither fetched nor searched for."""

from pathlib import Path

import pytest

from diffvis.models.weights import read_checkpoint, write_checkpoint
from diffvis.training.run import RunFolder

from .conftest import Call


@pytest.fixture
def of_cifar(run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model that says it has learned CIFAR-10, on a machine that has none."""
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "diffvis.data.catalogue.fetch", lambda *_, **__: pytest.fail("it downloads")
    )
    header, tensors = read_checkpoint(RunFolder.open(run_folder).checkpoints()[0], ["ema."])
    path = tmp_path / "model.safetensors"
    write_checkpoint(path, tensors, {**header, "model": {**header["model"], "data": "cifar10"}})
    return path


@pytest.mark.parametrize(
    "command",
    [
        ["evaluate"],
        ["export", "forward", "--out", "a.png"],
        ["export", "reverse", "--begin", "5", "--out", "a.png"],
        ["export", "nearest", "--out", "a.png"],
    ],
)
def test_nothing_is_fetched_for_a_model(
    diffvis: Call, of_cifar: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(of_cifar.parent)
    assert diffvis(*command, of_cifar).problem() == (
        "diffvis: the data of model cannot be opened (CIFAR-10 is not on this machine): give "
        "--data with the folder that holds them, or --data cifar10 to fetch them"
    )
