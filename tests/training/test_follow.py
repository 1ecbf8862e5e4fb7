"""A run that is watched from outside while it goes on."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from programs import begin
from short_runs import Start, abandon, until

from diffvis.training import follow
from diffvis.training.config import TrainConfig
from diffvis.training.folder import read_preview
from diffvis.training.follow import Follower, News, RunState
from diffvis.training.metrics import COLUMNS, read_metrics, rewind
from diffvis.training.run import RunFolder, train_run

DRIVER = """
import sys
from diffvis.training.run import RunFolder, train_run
folder = RunFolder.open(sys.argv[1])
run = train_run(folder.config, folder)
for progress in run:
    if progress.step == 7:
        run.pause()
        print("paused", flush=True)
        sys.stdin.readline()
"""


def look_at_all(follower: Follower) -> News:
    news = follower.look()
    while news.more:
        news = follower.look()
    return news


def test_each_look_has_what_is_new(start: Start) -> None:
    run = start()
    follower = Follower(run.folder.path)
    assert follower.look().state is RunState.RUNNING
    until(run, "validation", 10)
    run.pause()  # writes what there is
    news = follower.look()
    assert news.steps.step.tolist() == list(range(1, 11))
    assert (news.steps.loss > 0).all()
    assert (news.steps.gradient_norm > 0).all()
    assert (news.steps.memory_mb > 1).all()
    assert np.isnan(news.steps.device_memory_mb).all()
    assert news.steps.seconds_left[-1] > 0
    assert [row.step for row in news.validations] == [0, 10]
    assert len(news.validations[0].loss_by_t) == 10
    assert [read_preview(path)[0] for path in news.previews] == [0, 2, 5, 10]
    assert news.events[-1].event == "paused"
    assert news.state is RunState.PAUSED
    assert len(follower.look().steps) == 0
    run.go_on()
    assert follower.look().state is RunState.RUNNING
    list(run)
    news = follower.look()
    assert news.steps.step.tolist() == list(range(11, 41))
    assert not news.again
    assert news.state is RunState.FINISHED


def test_a_long_run_is_read_in_pieces(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start()
    list(run)
    monkeypatch.setattr(follow, "LIMIT", 500)
    follower, steps = Follower(run.folder.path), []
    more = True
    while more:
        news = follower.look()
        steps += news.steps.step.tolist()
        more = news.more
    assert steps == list(range(1, 41))


def test_a_stopped_run_that_is_resumed_goes_on(start: Start) -> None:
    run = start()
    until(run, "step", 12)
    run.close()
    follower = Follower(run.folder.path)
    assert look_at_all(follower).state is RunState.STOPPED
    resumed = train_run(run.config.changed(steps=50), run.folder, resume=True)
    list(resumed)
    news = look_at_all(follower)
    assert not news.again
    assert news.steps.step.tolist() == list(range(13, 51))
    assert news.state is RunState.FINISHED
    assert follower.config.steps == 50


def test_a_run_that_went_back_is_told_from_the_start(start: Start) -> None:
    run = start()
    until(run, "step", 4)
    run.checkpoint_now()
    until(run, "step", 9)
    run.pause()
    follower = Follower(run.folder.path)
    assert follower.look().steps.step[-1] == 9
    abandon(run)
    resumed = train_run(run.config, run.folder, resume=True)
    until(resumed, "step", 30)  # longer than what was read
    resumed.close()
    news = follower.look()
    assert news.again
    assert news.steps.step.tolist() == list(range(1, 31))


@pytest.mark.process
def test_another_process_is_followed_and_its_death_noticed(
    tmp_path: Path, config: TrainConfig
) -> None:
    folder = RunFolder.create(tmp_path / "run", config)
    with begin(DRIVER, folder.path) as process:
        assert process.stdout.readline() == "paused\n"
        follower = Follower(folder.path)
        news = follower.look()
        assert (news.steps.step[-1], news.state) == (7, RunState.PAUSED)
        process.kill()
        process.wait(30)
        assert follower.look().state is RunState.INTERRUPTED


def test_on_another_machine_what_is_written_counts_where_locks_are_not_seen(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    until(run, "step", 5)
    run.pause()
    run.go_on()
    abandon(run)
    path = run.folder.path / "environment.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "host": "far away"}))
    follower = Follower(run.folder.path)
    assert follower.look().state is RunState.RUNNING
    monkeypatch.setattr(follow, "QUIET_SECONDS", 0.0)
    assert follower.look().state is RunState.INTERRUPTED


def test_a_folder_that_is_gone_for_a_while_is_said(start: Start, tmp_path: Path) -> None:
    run = start()
    until(run, "step", 5)
    run.close()
    follower = Follower(run.folder.path)
    assert follower.look().state is RunState.STOPPED
    shutil.move(run.folder.path, tmp_path / "elsewhere")
    assert follower.look().state is RunState.UNREACHABLE
    shutil.move(tmp_path / "elsewhere", run.folder.path)
    assert follower.look().state is RunState.STOPPED


def test_looking_does_not_keep_a_run_from_starting(start: Start) -> None:
    run = start()
    run.close()
    with (run.folder.path / "lock").open("rb") as file:
        follow.is_held(run.folder.path)
        resumed = train_run(run.config, run.folder, resume=True)
        assert not file.closed
    resumed.close()


def test_a_run_of_the_first_format_is_followed_and_resumed(start: Start) -> None:
    run = start()
    until(run, "step", 12)
    run.close()
    _as_format_1(run.folder.path)
    follower = Follower(run.folder.path)
    news = follower.look()
    assert news.steps.step.tolist() == list(range(1, 13))
    assert np.isnan(news.steps.memory_mb).all()
    resumed = train_run(run.config, RunFolder.open(run.folder.path), resume=True)
    list(resumed)
    header = run.folder.metrics.read_text().splitlines()[0]
    assert header == ",".join(COLUMNS)
    news = follower.look()
    assert news.again
    assert news.steps.step.tolist() == list(range(1, 41))


def test_what_somebody_wrote_into_the_metrics_is_no_number(start: Start) -> None:
    run = start()
    until(run, "step", 12)
    run.close()
    lines = run.folder.metrics.read_text().splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("3,step,"))
    lines[row] = ",".join(["3", "step", "much", *lines[row].split(",")[3:]])
    run.folder.metrics.write_text("\n".join(lines) + "\n")
    news = Follower(run.folder.path).look()
    assert news.steps.step.tolist() == list(range(1, 13))
    assert np.isnan(news.steps.loss).tolist() == [step == 3 for step in range(1, 13)]


@pytest.mark.parametrize(
    "header", [b"step,l\xf6ss", b"step", b"\xef\xbb\xbfstep,event", b'"step","loss"']
)
def test_metrics_with_other_columns_are_followed(start: Start, header: bytes) -> None:
    run = start()
    until(run, "step", 3)
    run.close()
    values = header.count(b",")
    rows = b"".join(b"%d" % step + b",1" * values + b"\n" for step in (1, 2))
    run.folder.metrics.write_bytes(header + b"\n" + rows)
    news = Follower(run.folder.path).look()
    assert [event.step for event in news.events] == [1, 2]
    rewind(run.folder.metrics, 1)
    assert [row["step"] for row in read_metrics(run.folder.metrics)[0]] == ["1"]


def test_rows_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    huge = b"9" * 200_000
    path.write_bytes(b"event,step\nstep,1\nstep,%b\nstep,\nstep,2\n" % huge)
    assert [row["step"] for row in read_metrics(path)[0]] == ["1", "2"]
    path.write_bytes(b"event,number\nstep,1\n")
    assert read_metrics(path) == ([], len(path.read_bytes()))


def _as_format_1(path: Path) -> None:
    """Make the folder what an earlier diffvis would have written."""
    later = [COLUMNS.index(name) for name in ("seconds_left", "memory_mb", "device_memory_mb")]
    lines = [line.split(",") for line in (path / "metrics.csv").read_text().splitlines()]
    kept = [",".join(c for i, c in enumerate(line) if i not in later) for line in lines]
    (path / "metrics.csv").write_text("\n".join(kept) + "\n")
    run = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps({**run, "format": 1}))
