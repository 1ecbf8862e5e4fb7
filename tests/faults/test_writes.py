"""The n-th write, open, fsync or rename fails, for every n: one sentence, and nothing is lost.

A part of ``python -m benchmarks.faults --only writes memory``, in this process.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from short_runs import Start, same, weights

from benchmarks._faults.injection import ALLOCATION, KINDS, Injection
from diffvis.cli import main
from diffvis.errors import UserError
from diffvis.training.folder import RunFolder
from diffvis.training.run import TrainingRun, train_run

MOST = 200
COMMANDS = {
    "a.gif": ["export", "forward", "--timesteps", "6", "--frames", "2", "--size", "160x90"],
    "a.zip": ["export", "forward", "--timesteps", "6", "--frames", "2", "--size", "160x90"],
    "a.frames": ["export", "forward", "--timesteps", "6", "--frames", "2", "--size", "160x90"],
}


def faults(kind: str, root: Path, lasting: bool = False) -> Iterator[Injection]:
    """The first operation of a kind fails, then the second, until there are no more."""
    for n in range(1, MOST):
        injection = Injection(kind, n, root, lasting)
        yield injection
        if not injection.fired:
            return
    raise AssertionError("there is no end of it")


def content(path: Path) -> bytes:
    if path.is_dir():
        return b"".join(part.read_bytes() for part in sorted(path.iterdir()))
    return path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", COMMANDS)
def test_exports(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / name
    command = [*COMMANDS[name], "--out", str(path), "--force"]
    assert main(command) == 0
    whole, tried = content(path), 0
    for injection in faults(kind, folder):
        capsys.readouterr()
        with injection:
            status = main(command)
        said = capsys.readouterr().err.splitlines()
        if injection.fired:
            tried += 1
            assert status == 2
            assert len(said) == 1 and "No space left on device" in said[0]
            assert "unexpected" not in said[0]
        assert content(path) == whole, f"the {injection.n}-th {kind}"
        assert [left.name for left in folder.iterdir()] == [name]
    assert tried > 0 or kind in ("mkdir", "fsync")


def driven(run: TrainingRun) -> UserError | None:
    """To its end; a run that waits for the disk tries again at once, ten times in a row."""
    tries = 0
    try:
        for progress in run:
            tries = tries + 1 if progress.kind == "notice" and progress.paused else 0
            if tries == 10:
                break
        run.close()
    except UserError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("kind", "lasting"),
    [("open", False), ("write", False), ("fsync", False), ("rename", False), ("write", True)],
)
def test_a_run_comes_to_the_same_bits(
    start: Start, tmp_path: Path, kind: str, lasting: bool
) -> None:
    options = {"steps": 3, "checkpoint_seconds": 0, "validate_every": 2, "preview_every": 0}
    whole = start("whole", **options)
    list(whole)
    begun = start("begun", **options)
    begun.close()
    config = begun.config.changed(data=begun.dataset.source)
    for injection in faults(kind, tmp_path, lasting):
        name = f"run-{injection.n}"
        error: UserError | None = None
        with injection:
            try:
                folder = RunFolder.create(tmp_path / name, config)
                run = train_run(config, folder, dataset=begun.dataset)
            except UserError as refused:
                error = refused
            else:
                error = driven(run)
        if error is not None:
            assert "cannot be written (No space left on device)" in str(error)
        if not (tmp_path / name / "run.json").exists():
            RunFolder.create(tmp_path / name, config)  # it can begin there once there is room
        folder = RunFolder.open(tmp_path / name)
        if error is not None and "steps are lost" in str(error):
            kept = int(folder.checkpoints()[0].stem.split("-")[1])
            assert str(error).endswith(f"resume from step {kept}")
        resumed = train_run(config, folder, resume=True, dataset=begun.dataset)
        list(resumed)
        assert same(weights(whole), weights(resumed)), f"the {injection.n}-th {kind}"
        assert not list((tmp_path / name).rglob("*.part"))


def test_too_little_memory_for_any_tensor_of_a_step_is_a_sentence(
    start: Start, tmp_path: Path
) -> None:
    """Where the batch is halved, the sums round otherwise: then the run is near, not the same."""
    whole = start("whole", steps=2)
    list(whole)
    for n in range(1, MOST, 9):
        run = start(f"run-{n}", steps=2)
        with Injection(ALLOCATION, n, tmp_path) as injection:
            try:
                list(run)
            except (UserError, RuntimeError, MemoryError) as error:
                from diffvis.errors import in_words

                assert in_words(error) is not None
            run.close()
        resumed = train_run(run.config, run.folder, resume=True, dataset=run.dataset)
        list(resumed)
        for a, b in zip(weights(whole), weights(resumed), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)
        if not injection.fired:
            return
