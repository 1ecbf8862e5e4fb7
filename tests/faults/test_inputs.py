"""Damaged files are refused in a sentence, or give what they gave before.

A part of ``python -m benchmarks.faults --only inputs``, in this process.
"""

import gzip
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from limits import memory_below, within
from short_runs import Start

from benchmarks._faults.mutation import mutate
from diffvis.data import open_dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import open_model
from diffvis.models.run_files import read_run
from diffvis.models.schedule_file import load_schedule, save_schedule
from diffvis.rendering.recipe import read_recipe
from diffvis.training.folder import RunFolder, read_preview
from diffvis.training.metrics import read_metrics
from diffvis.training.presets import preset

TIMES = 30


def damage(path: Path, read: Callable[[], object], seed: int, times: int = TIMES) -> list[object]:
    """What ``read`` gives of damaged versions of a file that it does not refuse."""
    draw, sound, given = random.Random(seed), path.read_bytes(), []
    try:
        for _ in range(times):
            path.write_bytes(mutate(sound, draw))
            with within(20), memory_below(300):
                try:
                    given.append(read())
                except UserError as error:
                    assert "\n" not in str(error)
    finally:
        path.write_bytes(sound)
    return given


@pytest.fixture
def folder(start: Start) -> Path:
    """Of a short run with everything in it."""
    run = start(steps=12, preview_every=4)
    list(run)
    return run.folder.path


def test_checkpoints(folder: Path) -> None:
    path = RunFolder.open(folder).checkpoints()[0]
    x, t = torch.ones(3, 2), torch.tensor([1, 2, 4])
    sound = open_model(path).denoiser.network(x, t)
    for model in damage(path, lambda: open_model(path), seed=1):
        assert torch.equal(model.denoiser.network(x, t), sound)


def test_files_of_a_run(folder: Path) -> None:
    run, seed = RunFolder.open(folder), 2
    damage(folder / "run.json", lambda: (read_run(folder), RunFolder.open(folder)), seed)
    damage(folder / "environment.json", run.environment, seed)
    damage(folder / "environment.json", run.data_fingerprint, seed)
    damage(run.metrics, lambda: read_metrics(run.metrics), seed)
    damage(run.previews()[0], lambda: read_preview(run.previews()[0]), seed)
    shutil.copy(folder / "run.json", folder / "preset.json")
    damage(folder / "preset.json", lambda: preset(str(folder / "preset.json")), seed)


def test_schedules(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    save_schedule(NoiseSchedule.from_betas([0.1, 0.2, 0.3], "own"), path)
    for found in damage(path, lambda: load_schedule(path), seed=3):
        assert ((found.beta[1:] > 0) & (found.beta < 1)[1:]).all()


def test_data(tmp_path: Path) -> None:
    images = np.arange(6 * 6 * 6, dtype=np.uint8).reshape(6, 6, 6)
    idx = bytes([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 6, 0, 0, 0, 6]) + images.tobytes()
    (tmp_path / "plain-ubyte").write_bytes(idx)
    (tmp_path / "packed.idx.gz").write_bytes(gzip.compress(idx))
    np.save(tmp_path / "images.npy", images)
    np.savez(tmp_path / "images.npz", x0=images)
    rows = "".join(f"{i},{i * i}\n" for i in range(20))
    (tmp_path / "points.csv").write_text(f"x,y\n{rows}")
    for path in sorted(tmp_path.iterdir()):
        for found in damage(path, lambda path=path: open_dataset(path), seed=4):
            assert found.x0().isfinite().all()


def test_pickles(tmp_path: Path) -> None:
    from diffvis.data.plain_pickle import load_plain

    path = tmp_path / "batch"
    for protocol in range(6):
        batch = {b"data": np.zeros((2, 6), np.uint8), b"labels": [1, 2], b"name": "one"}
        path.write_bytes(pickle.dumps(batch, protocol=min(protocol, 4)))
        damage(path, lambda: load_plain(path), seed=protocol)


def test_recipes(tmp_path: Path, home: Path) -> None:
    from diffvis.cli import main

    for suffix in (".gif", ".png", ".svg", ".npz", ".zip"):
        path = tmp_path / f"a{suffix}"
        words = ["--timesteps", "6", "--frames", "2", "--size", "160x90", "--out", str(path)]
        view = ["--view", "strip"] if suffix == ".svg" else []
        assert main(["export", "forward", *words, *view]) == 0
        damage(path, lambda path=path: read_recipe(path), seed=5, times=20)
