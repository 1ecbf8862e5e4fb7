"""A run that is killed at the worst moments goes on to the same bits.

A part of ``python -m benchmarks.faults --only kills``; what it leaves to chance is chosen here.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from short_runs import Start, same, weights

from diffvis.training.folder import RunFolder
from diffvis.training.run import train_run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

KILLED = """
import os, signal, sys
from diffvis.data import open_dataset
from diffvis.training.folder import RunFolder
from diffvis.training.run import train_run
import torch
torch.set_num_threads(1)
path, name, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
real, count = getattr(os, name), 0
def killed(*arguments, **options):
    global count
    count += 1
    if count == n:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)
setattr(os, name, killed)
folder = RunFolder.open(path)
dataset = open_dataset(folder.config.data)
for _ in train_run(folder.config, folder, resume=True, dataset=dataset):
    pass
"""


@pytest.mark.process
@pytest.mark.parametrize(("name", "n"), [("replace", 5), ("fsync", 7)])
def test_a_run_that_is_killed_while_it_saves(
    start: Start, tmp_path: Path, name: str, n: int
) -> None:
    whole = start("whole", checkpoint_seconds=0)
    list(whole)
    run = start("killed", checkpoint_seconds=0)
    run.close()
    arguments = [str(run.folder.path), name, str(n)]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert done.returncode == -9
    left = list(run.folder.path.rglob(".*.part"))
    assert len(left) == 1, "it was killed between the file and its name"
    resumed = train_run(run.config, RunFolder.open(run.folder.path), True, dataset=run.dataset)
    assert not left[0].exists()
    list(resumed)
    assert same(weights(whole), weights(resumed))
