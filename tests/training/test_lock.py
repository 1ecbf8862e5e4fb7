"""Two trainers never write into one folder, whatever becomes of the file ``lock``."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from programs import begin
from short_runs import Start, until

from diffvis.errors import UserError
from diffvis.training.lock import Lock, is_held
from diffvis.training.run import RunFolder, train_run

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open")
EARLIER = """
import fcntl, sys
file = open(sys.argv[1], "a+b")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""  # what diffvis did before it locked folders as well


@ON_POSIX
def test_deleting_the_lock_lets_no_second_trainer_in(start: Start) -> None:
    run = start()
    until(run, "step", 5)
    (run.folder.path / "lock").unlink()
    assert is_held(run.folder.path)
    with pytest.raises(UserError, match="in use by another training"):
        train_run(run.config, run.folder, resume=True)
    until(run, "step", 6)
    run.close()
    assert not is_held(run.folder.path)
    train_run(run.config, run.folder, resume=True).close()


@ON_POSIX
def test_a_deleted_lock_is_made_again(start: Start) -> None:
    run = start()
    until(run, "step", 5)
    lock = run.folder.path / "lock"
    lock.unlink()
    run.checkpoint_now()
    assert lock.is_file()
    with pytest.raises(UserError, match="in use"):
        Lock(run.folder.path)
    run.close()


@pytest.mark.process
@ON_POSIX
def test_an_earlier_diffvis_is_respected(tmp_path: Path) -> None:
    with begin(EARLIER, tmp_path / "lock") as other:
        assert other.stdout.readline() == "held\n"
        assert is_held(tmp_path)
        with pytest.raises(UserError, match="in use by another training: stop that one"):
            Lock(tmp_path)
        other.stdin.close()
    assert not is_held(tmp_path)
    Lock(tmp_path).release()


@ON_POSIX
def test_a_folder_that_was_made_again_and_taken_is_left_alone(start: Start) -> None:
    run = start()
    until(run, "step", 5)
    shutil.rmtree(run.folder.path)
    run.folder.path.mkdir()
    other = Lock(run.folder.path)
    for _ in range(2):
        with pytest.raises(UserError, match="in use by another training"):
            run.checkpoint_now()
    run.close()
    assert sorted(path.name for path in run.folder.path.iterdir()) == ["lock"]
    assert is_held(run.folder.path)
    other.release()


@ON_POSIX
def test_a_run_that_has_ended_takes_the_folder_no_more(start: Start) -> None:
    run = start(steps=3)
    list(run)
    run.checkpoint_now()
    assert not is_held(run.folder.path)


@ON_POSIX
def test_a_run_that_is_forgotten_lets_go(start: Start) -> None:
    run = start()
    until(run, "step", 3)
    path, config = run.folder.path, run.config
    del run
    gc.collect()
    assert not is_held(path)
    train_run(config, RunFolder.open(path), resume=True).close()


def test_a_folder_that_nobody_trains_into_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == [], "looking leaves nothing behind"
