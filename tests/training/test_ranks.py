"""Two processes take the steps that one would take, and neither is lost when the other is."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from programs import DIFFVIS, begin, wait_for

from diffvis.errors import UserError
from diffvis.models.weights import read_checkpoint
from diffvis.training import ranks as module
from diffvis.training.config import TrainConfig
from diffvis.training.metrics import read_metrics
from diffvis.training.ranks import ALONE, LostProcessError, Ranks, is_lost, joined, watched
from diffvis.training.run import RunFolder, train_run
from diffvis.training.state import new_state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts processes as torchrun does")

SMALL = {"network_options.width": 16, "network_options.depth": 1, "validate_every": 10}
SMALL |= {"validation_count": 40, "preview_every": 0, "checkpoint_seconds": 0.05}
OPTIONS = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
OPTIONS += ["--preset", "points", "--timesteps", "10", "--batch-size", "15", "--device", "cpu"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
LIMIT = 120  # seconds, of a machine that has much else to do


def arguments(run: Path, steps: int, *more: str) -> list[str]:
    return ["train", "swiss-roll?n=400", "--out", str(run), "--steps", str(steps), *OPTIONS, *more]


def losses(run: Path) -> list[float]:
    rows, _ = read_metrics(run / "metrics.csv")
    return [float(row["loss"]) for row in rows if row["event"] in ("step", "validation")]


@contextmanager
def pair(*command: str) -> Iterator[list[Any]]:
    """Two processes that torchrun would have started, with what they say at hand."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    together = {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": str(port)}
    started = [
        begin(
            DIFFVIS,
            *command,
            env={**ENVIRONMENT, **together, "RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(2)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def by_torchrun(*words: str) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    ended = subprocess.run(
        [*torchrun, "--nproc-per-node=2", "-m", "diffvis", *words],
        env=ENVIRONMENT,
        timeout=LIMIT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


def by_hand(*words: str) -> None:
    with pair(*words) as processes:
        for process in processes:
            _, said = process.communicate(timeout=LIMIT)
            assert process.returncode == 0, said


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize(("started", "references"), [(by_torchrun, 0), (by_hand, 100)])
def test_two_processes_give_the_curve_of_one(
    tmp_path: Path, started: Callable[..., None], references: int
) -> None:
    two = tmp_path / "two"
    started(*arguments(two, 30, "--set", f"references={references}"))
    config = RunFolder.open(two).config
    one = RunFolder.create(tmp_path / "one", config)
    list(train_run(config, one))
    assert losses(two) == pytest.approx(losses(one.path), abs=1e-4)
    assert len(losses(two)) == 30 + 4
    rates = [
        [row["learning_rate"] for row in read_metrics(run / "metrics.csv")[0]]
        for run in (one.path, two)
    ]
    assert rates[0] == rates[1]
    (_, a), (_, b) = (read_checkpoint(RunFolder.open(r).checkpoints()[0]) for r in (one.path, two))
    for name in ("generator.data", "generator.time", "generator.noise"):
        assert torch.equal(a[name], b[name])
    # Alone it goes on with what two have begun.
    longer = train_run(config.changed(steps=32), RunFolder.open(two), resume=True)
    assert list(longer)[-1].step == 32


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_process_ends_the_other_with_one_line_and_both_resume_the_same_curve(
    tmp_path: Path, victim: int
) -> None:
    run = tmp_path / "run"
    constant = ("--set", "lr_schedule=constant")  # so that the curve does not depend on its length
    with pair(*arguments(run, 1_000_000, *constant)) as processes:
        saved = run / "checkpoints"
        wait_for(
            lambda: (
                len(list(saved.glob("step-*.safetensors"))) >= 2
                or any(process.poll() is not None for process in processes)
            ),
            LIMIT,
        )
        processes[victim].send_signal(signal.SIGKILL)
        _, said = processes[1 - victim].communicate(timeout=30)
        status = processes[1 - victim].returncode
    assert status == 2, said
    assert said == (
        "diffvis: another process of this training has ended, so this one stops too: go on with "
        "--resume, with torchrun or without; what was saved last is not lost\n"
    )
    folder = RunFolder.open(run)
    reached = max(int(path.stem.removeprefix("step-")) for path in folder.checkpoints())
    steps = str(reached + 30)
    again = ("train", "swiss-roll?n=400", "--out", str(run), "--resume", "--steps", steps)
    by_hand(*again)
    one = RunFolder.create(tmp_path / "one", folder.config.changed(steps=int(steps)))
    list(train_run(one.config, one))
    assert losses(run) == pytest.approx(losses(one.path), abs=1e-4)


@pytest.mark.process
def test_what_the_first_process_refuses_ends_both(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pair(*arguments(tmp_path, 5)) as processes:
        found = [process.communicate(timeout=LIMIT) for process in processes]
        statuses = [process.returncode for process in processes]
    assert statuses == [2, 0]
    assert "is not empty" in found[0][1]
    assert found[1] == ("", "")


@pytest.mark.process
def test_a_batch_too_small_for_both_leaves_no_folder(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pair(*arguments(run, 5, "--batch-size", "1")) as processes:
        found = [process.communicate(timeout=LIMIT) for process in processes]
    said = "diffvis: batch_size = 1 is too little for 2 processes: give each process one sample "
    assert found[0] == ("", said + "at least\n")
    assert found[1] == ("", "")
    assert not run.exists()


def test_a_part_of_a_batch_for_each() -> None:
    parts = [range(11)[Ranks(rank, 3).part(11)] for rank in range(3)]
    assert [n for part in parts for n in part] == list(range(11))
    assert {len(part) for part in parts} == {3, 4}
    assert ALONE.part(11) == slice(0, 11)


def test_less_than_a_sample_for_each_is_refused(config: TrainConfig, roll: object) -> None:
    with pytest.raises(UserError, match="batch_size = 2 is too little for 3 processes"):
        new_state(config.changed(batch_size=2), roll, Ranks(0, 3))


def test_alone_where_torchrun_started_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as ranks:
        assert ranks is ALONE
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setenv("LOCAL_RANK", "0")
    with joined() as ranks:
        assert ranks.alone


def test_only_a_broken_connection_means_a_lost_process() -> None:
    assert is_lost(RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer"))
    assert is_lost(module.dist.DistBackendError("NCCL error"))
    assert not is_lost(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(LostProcessError), watched():
        raise RuntimeError("Connection reset by peer")
    with pytest.raises(RuntimeError, match="shapes"), watched():
        raise RuntimeError("shapes")
