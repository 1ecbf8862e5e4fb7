"""A full disk, a limit on the size of files, too little memory: one sentence, nothing left over."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from diffvis.app.failure import Failure
from diffvis.rendering.formats.registry import FORMATS
from diffvis.training import loop, run_writer

from .conftest import Call

resource = pytest.importorskip("resource")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's device that is full")
TRAIN = ["swiss-roll?n=300", "--steps", "10000", "--timesteps", "10", "--device", "cpu"]
NO_MEMORY = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you "
    "tried to allocate 800000000000 bytes. Error code 12 (Cannot allocate memory)"
)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No process may write a longer file, as where a quota or ulimit says so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_last_sentence_of_a_run_that_could_not_be_saved_is_true(
    diffvis: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """stderr is no terminal here, as under sbatch, nohup or in CI."""
    step = loop.train_step

    def stopped_after_57(state: object, *rest: object) -> object:
        done = step(state, *rest)
        if state.step == 1:
            monkeypatch.setattr(run_writer, "save_checkpoint", full)
        if state.step == 57:
            os.kill(os.getpid(), signal.SIGTERM)
        return done

    monkeypatch.setattr(loop, "train_step", stopped_after_57)
    outcome = diffvis("train", *TRAIN, "--out", tmp_path / "run")
    assert outcome.status == 2
    assert "holds it" not in outcome.out
    last = outcome.err.splitlines()[-1]
    assert last == (
        f"diffvis: the run folder {tmp_path / 'run'} cannot be written (No space left on device); "
        "57 steps are lost: free some space or bring the folder back, then resume from step 0"
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_export_that_finds_no_room_says_so_and_leaves_nothing(
    diffvis: Call, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    what = ["schedule"] if suffix in (".csv", ".npz", ".svg", ".pdf") else ["forward", "--count=9"]
    with files_up_to(200):
        said = diffvis("export", *what, "--timesteps", "20", "--out", path).problem()
    assert said == f"diffvis: {path} cannot be written (File too large): choose another place"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".npz"])
def test_samples_that_find_no_room_say_so_and_leave_nothing(
    diffvis: Call, tmp_path: Path, run_folder: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    with files_up_to(200):
        said = diffvis("sample", run_folder, "--out", path).problem()
    assert said == f"diffvis: {path} cannot be written (File too large): choose another place"
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_runs_back_needs_room_for_its_frames(
    diffvis: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    options = ["--timesteps", "10", "--back", "--out", tmp_path / "a.gif"]
    said = diffvis("export", "forward", *options).problem()
    assert said.startswith("diffvis: frames cannot be kept for a while (No space left on device): ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [NO_MEMORY, MemoryError(), RuntimeError("CUDA out of memory")])
def test_window_and_command_line_say_the_same_of_too_little_memory(
    diffvis: Call,
    tmp_path: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def run(*_: object) -> None:
        raise error

    monkeypatch.setattr("diffvis.cli.sample.run_chain", run)
    said = diffvis("sample", run_folder, "--out", tmp_path / "a.png").problem()
    in_window = Failure.of(error)
    assert said == f"diffvis: {in_window.title}: {in_window.hint}"
    assert in_window.title == "Not enough memory"


@ON_LINUX
@pytest.mark.parametrize("error", [ZeroDivisionError("odd")])
def test_a_log_that_finds_no_room_does_not_complain_of_itself(
    diffvis: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("DIFFVIS_HOME", str(tmp_path))
    (tmp_path / "diffvis.log").symlink_to("/dev/full")
    raising: Callable[..., None] = lambda *_, **__: (_ for _ in ()).throw(error)  # noqa: E731
    monkeypatch.setattr("diffvis.cli.lists.list_models", raising)
    assert diffvis("models").problem(1) == "diffvis: unexpected ZeroDivisionError: odd"
