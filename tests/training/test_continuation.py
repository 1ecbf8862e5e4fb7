"""A run that is stopped, killed and resumed ends with the same bits as one that is not."""

import os
import random
import time
from functools import partial
from pathlib import Path

import pytest
from programs import begin, wait_for
from short_runs import Start, same, weights

from diffvis.models.weights import read_checkpoint
from diffvis.training.config import TrainConfig
from diffvis.training.metrics import read_metrics
from diffvis.training.run import RunFolder, train_run

DRIVER = """
import sys, time, torch
torch.set_num_threads(1)
from diffvis.training.run import RunFolder, train_run
folder = RunFolder.open(sys.argv[1])
for progress in train_run(folder.config, folder, resume=True):
    if progress.kind == "step":
        time.sleep(0.001)
"""


def has_saved(folder: RunFolder, step: int) -> bool:
    """Whether a checkpoint of this step or a later one is there."""
    return any(int(path.stem.removeprefix("step-")) >= step for path in folder.checkpoints())


@pytest.mark.parametrize("references", [0, 100])
def test_stopping_and_resuming_changes_no_bit(start: Start, references: int) -> None:
    whole = start("whole", references=references)
    list(whole)
    parts = start("parts", references=references)
    for stop_at in (3, 10, 11, 27):
        for progress in parts:
            if progress.kind == "step" and progress.step == stop_at:
                break
        parts.close()
        parts = train_run(parts.config, parts.folder, resume=True)
    list(parts)
    assert same(weights(whole), weights(parts))
    assert whole.state.validated.best == parts.state.validated.best
    losses = [
        [
            (r["step"], r["loss"])
            for r in read_metrics(run.folder.metrics)[0]
            if r["event"] == "step"
        ]
        for run in (whole, parts)
    ]
    assert losses[0] == losses[1]


@pytest.mark.slow
@pytest.mark.process
def test_killing_and_resuming_changes_no_bit(
    tmp_path: Path, config: TrainConfig, start: Start
) -> None:
    changes = {"steps": 600, "checkpoint_seconds": 0.05, "validate_every": 100}
    whole = start("whole", **changes)
    list(whole)

    killed = config.changed(**changes)
    folder = RunFolder.create(tmp_path / "killed", killed)
    chance = random.Random(0)
    for step in (100, 300):
        with begin(DRIVER, folder.path) as process:
            wait_for(partial(has_saved, folder, step))
            time.sleep(chance.uniform(0, killed.checkpoint_seconds))  # anywhere between two
            assert process.poll() is None
            process.kill()
    with begin(DRIVER, folder.path) as process:
        assert process.wait(60) == 0
    final = [run.checkpoints()[0] for run in (whole.folder, folder)]
    assert [path.name for path in final] == ["step-00000600.safetensors"] * 2
    (a_header, a), (b_header, b) = (read_checkpoint(path) for path in final)
    assert a_header["checksum"] == b_header["checksum"]
    assert same(list(a.values()), list(b.values()))
    rows, _ = read_metrics(folder.metrics)
    assert [int(r["step"]) for r in rows if r["event"] == "step"] == list(range(1, 601))


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_process_leaves_no_lock(tmp_path: Path, config: TrainConfig) -> None:
    folder = RunFolder.create(tmp_path / "run", config.changed(steps=10**6))
    with begin(DRIVER, folder.path) as process:
        wait_for(lambda: bool(folder.checkpoints()))
        process.kill()
    train_run(folder.config, folder, resume=True).close()
