"""What a folder of a run may ask for: no pipe is waited for, no memory taken that is not there."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from limits import memory_below, within
from short_runs import Start, until

from diffvis.data import Dataset
from diffvis.errors import UserError
from diffvis.leftovers import PART
from diffvis.models.schedule_file import load_schedule
from diffvis.models.weights import read_header
from diffvis.training.config import TrainConfig
from diffvis.training.folder import RunFolder, read_preview
from diffvis.training.presets import preset
from diffvis.training.run import create_run, train_run
from diffvis.training.trial import trial

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="has no pipes among files")
ABSURD = 1_000_000_000


@ON_POSIX
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_not_read(start: Start, tmp_path: Path, kind: str) -> None:
    run = start()
    until(run, "step", 5)
    run.close()
    folder = run.folder.path

    def put(path: Path) -> Path:
        path.unlink(missing_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()
        return path

    said = "it is a folder" if kind == "folder" else "it is not a regular file"
    put(folder / "environment.json")
    with within(10):
        assert run.folder.environment() == {}
        with pytest.raises(UserError, match=f"cannot be read .{said}"):
            read_header(put(run.folder.checkpoints()[0]))
        with pytest.raises(UserError, match=f"cannot be read .{said}"):
            RunFolder.open(put(folder / "run.json").parent)
        with pytest.raises(UserError, match=f"cannot be read: {said}"):
            load_schedule(put(tmp_path / "schedule.json"))
        with pytest.raises(UserError, match=f"cannot be read .{said}"):
            preset(str(put(tmp_path / "preset.json")))
        with pytest.raises(UserError, match="is damaged"):
            read_preview(put(folder / "previews" / "step-00000003.npz"))


def test_a_run_file_without_end_is_not_read_whole(start: Start) -> None:
    run = start()
    run.close()
    with (run.folder.path / "run.json").open("wb") as file:
        file.truncate(1 << 33)
    with memory_below(50), pytest.raises(UserError, match=r"it has more than 4\.2 MB"):
        RunFolder.open(run.folder.path)


def test_a_small_preview_does_not_become_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "step-00000001.npz"
    np.savez_compressed(path, x0=np.zeros((300, 1024, 1024), np.uint8), step=1)
    with memory_below(20), pytest.raises(UserError, match="would unpack to 314"):
        read_preview(path)


@pytest.mark.parametrize("name", ["batch_size", "preview_count", "validation_count"])
def test_what_cannot_fit_is_refused_at_once(
    tmp_path: Path, config: TrainConfig, roll: Dataset, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("diffvis.machine.memory_bytes", lambda: 16_000_000_000)
    absurd = config.changed(**{name: ABSURD})
    said = rf"{name} = 1,000,000,000 would take \d+\.0 GB of memory; this machine has 16\.0 GB: "
    started = time.monotonic()
    with memory_below(20), pytest.raises(UserError, match=f"{said}choose a smaller {name}"):
        create_run(tmp_path / "run", absurd, roll)
    assert not (tmp_path / "run").exists()
    with memory_below(20), pytest.raises(UserError, match=said):
        next(trial(absurd, roll))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("name", ["batch_size", "preview_count"])
def test_a_run_file_that_asks_for_what_cannot_fit_is_not_resumed(
    start: Start, roll: Dataset, name: str
) -> None:
    run = start()
    until(run, "step", 5)
    run.close()
    file = run.folder.path / "run.json"
    values = json.loads(file.read_text())
    values["config"][name] = ABSURD
    file.write_text(json.dumps(values))
    folder = RunFolder.open(run.folder.path)
    with memory_below(20), pytest.raises(UserError, match=f"{name} = 1,000,000,000 would take"):
        train_run(folder.config, folder, resume=True, dataset=roll)


def test_no_previews_need_no_memory(tmp_path: Path, config: TrainConfig, roll: Dataset) -> None:
    never = config.changed(preview_count=ABSURD, preview_every=0)
    assert create_run(tmp_path / "run", never, roll).path.is_dir()


def test_a_run_tidies_its_own_folder_and_no_other(start: Start) -> None:
    run = start()
    run.close()
    folder = run.folder.path
    own = folder / "checkpoints" / f".step-00000007.safetensors.abcdefgh{PART}"
    other = folder / f".film.gif.abcdefgh{PART}"
    for left in (own, other):
        left.write_bytes(b"half")
    train_run(run.config, run.folder, resume=True).close()
    assert not own.exists()
    assert other.exists(), "somebody may be exporting a film of the run"
