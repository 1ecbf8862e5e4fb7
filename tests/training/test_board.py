"""Event files for TensorBoard, read back as TensorBoard reads them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from short_runs import Start, abandon, until

from diffvis.data import open_dataset
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, check_here
from diffvis.training.metrics import read_metrics
from diffvis.training.run import RunFolder, train_run

pytest.importorskip("tensorboard")


def read(folder: Path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    return accumulator.Reload()


def test_event_files_say_what_the_metrics_say(start: Start) -> None:
    run = start(tensorboard=True)
    list(run)
    rows, _ = read_metrics(run.folder.metrics)
    board = read(run.folder.events)
    train = [(int(r["step"]), float(r["loss"])) for r in rows if r["event"] == "step"]
    found = [(scalar.step, scalar.value) for scalar in board.Scalars("loss/train")]
    assert [step for step, _ in found] == list(range(1, 41))
    assert found == [(step, pytest.approx(loss, rel=1e-6)) for step, loss in train]
    assert [s.step for s in board.Scalars("loss/validation")] == [0, 10, 20, 30, 40]
    assert len(board.Scalars("loss_by_t/10_of_10")) == 5
    assert board.Scalars("run/memory_mb")[-1].value > 1
    assert "run/device_memory_mb" not in board.Tags()["scalars"]


def test_a_run_that_went_back_hides_what_it_takes_again(start: Start) -> None:
    run = start(tensorboard=True)
    until(run, "step", 4)
    run.checkpoint_now()
    until(run, "step", 9)
    run.pause()
    abandon(run)
    resumed = train_run(run.config, run.folder, resume=True)
    until(resumed, "step", 12)
    resumed.close()
    steps = [scalar.step for scalar in read(run.folder.events).Scalars("loss/train")]
    assert steps == list(range(1, 13))


def test_images_are_shown(tmp_path: Path) -> None:
    dataset = open_dataset("digits")
    config = TrainConfig(
        data="digits", network="unet", network_options={"channels": (8,), "blocks": 1},
        timesteps=3, steps=1, batch_size=2, validate_every=0, preview_every=1, preview_count=4,
        tensorboard=True, device="cpu",
    )  # fmt: skip
    run = train_run(config, RunFolder.create(tmp_path / "run", config), dataset=dataset)
    list(run)
    assert [image.step for image in read(run.folder.events).Images("samples")] == [0, 1]


def test_event_files_that_cannot_be_written_stop_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torch.utils.tensorboard import SummaryWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SummaryWriter, "add_scalar", full)
    run = start(tensorboard=True)
    assert list(run)[-1].kind == "stopped"
    assert run._writer.board._writer is None


def test_without_the_package_it_is_said_before_anything_begins(
    config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'package tensorboard: install "diffvis\[tensorboard\]"'):
        check_here(config.changed(tensorboard=True))
    check_here(config)


@pytest.mark.process
def test_it_is_imported_only_where_it_is_asked_for() -> None:
    program = "import sys, diffvis.training.run; print('tensorboard' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_float16_needs_a_gpu(config: TrainConfig) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(UserError, match="precision = float16 is not possible on cpu"):
        check_here(config.changed(precision="float16"))
