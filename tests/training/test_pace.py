"""A run that is to be done by a time: it plans its steps, and with them its rate, by its pace."""

import itertools
from pathlib import Path

import pytest

from diffvis.data import Dataset
from diffvis.errors import UserError
from diffvis.training.config import TrainConfig, make_config
from diffvis.training.follow import Follower
from diffvis.training.metrics import read_metrics
from diffvis.training.pace import Pace
from diffvis.training.ranks import Ranks
from diffvis.training.run import RunFolder, TrainingRun, create_run, train_run
from diffvis.training.state import TrainState, new_state


def state_of(config: TrainConfig, roll: Dataset, **values: float) -> TrainState:
    state = new_state(config, roll)
    for name, value in values.items():
        setattr(state, name, value)
    return state


def planned(state: TrainState, pace: Pace, step: int, seconds: float, per_second: float) -> int:
    state.step, state.seconds = step, seconds
    return pace.steps(state, per_second)


def test_without_minutes_the_steps_stay(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config.changed(steps=100), roll)
    pace = Pace(state)
    assert planned(state, pace, 50, 1000.0, 3.0) == 100
    assert planned(state, pace, 100, 2000.0, 3.0) == 100


def test_as_many_steps_as_the_pace_allows(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config.changed(steps=100, minutes=2), roll)
    pace = Pace(state)
    assert planned(state, pace, 2, 10.0, 5.0) == 100  # the first steps tell nothing
    assert planned(state, pace, 20, 20.0, 4.0) == 20 + 100 * 4
    state.config = state.config.changed(steps=420)
    assert planned(state, pace, 23, 21.1, 1.0) == 420  # too soon for another plan
    assert planned(state, pace, 60, 30.0, 4.01) == 420  # as good as the same
    assert planned(state, pace, 80, 40.0, 2.0) == 80 + 80 * 2


def test_it_ends_when_its_time_is_over_and_not_before(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config.changed(steps=3, minutes=1), roll)
    pace = Pace(state)
    assert planned(state, pace, 3, 0.5, 10.0) == 3 + 595  # the first guess was far too low
    state.config = state.config.changed(steps=598)
    assert planned(state, pace, 200, 60.0, 4.0) == 200


def test_the_last_moments_are_left_as_planned(config: TrainConfig, roll: Dataset) -> None:
    state = state_of(config.changed(steps=500, minutes=1), roll)
    pace = Pace(state)
    assert planned(state, pace, 480, 59.6, 4.0) == 500
    assert planned(state, pace, 500, 59.8, 4.0) == 500


def test_a_run_that_goes_on_with_more_minutes_takes_as_many_steps_as_they_allow(
    config: TrainConfig, roll: Dataset
) -> None:
    state = state_of(config.changed(steps=300, minutes=3), roll, step=300, seconds=60.0)
    assert Pace(state).steps(state) == 300 + 120 * 5


@pytest.fixture
def quick(config: TrainConfig) -> TrainConfig:
    return config.changed(steps=3, minutes=1, validate_every=0, preview_every=0)


def run_of(config: TrainConfig, path: Path, roll: Dataset, resume: bool = False) -> TrainingRun:
    """By a clock that is a tenth of a second later whenever it is looked at."""
    folder = RunFolder.open(path) if resume else RunFolder.create(path, config)
    looks = itertools.count()
    return train_run(config, folder, resume, roll, clock=lambda: next(looks) / 10)


def test_a_run_takes_as_long_as_it_was_told(
    tmp_path: Path, quick: TrainConfig, roll: Dataset
) -> None:
    run = run_of(quick, tmp_path / "run", roll)
    pieces = list(run)
    assert run.state.seconds == pytest.approx(60, abs=0.6)
    assert pieces[-1].kind == "stopped" and pieces[-1].step == pieces[-1].steps > 3
    rates = [piece.learning_rate for piece in pieces if piece.kind == "step"]
    assert rates[-1] < 1e-3 * quick.lr
    kept = RunFolder.open(tmp_path / "run").config
    assert (kept.steps, kept.minutes) == (run.state.step, 1)


def test_who_follows_a_run_is_told_of_its_plan(
    tmp_path: Path, quick: TrainConfig, roll: Dataset
) -> None:
    run = run_of(quick, tmp_path / "run", roll)
    follower = Follower(tmp_path / "run")
    assert follower.config.steps == 3
    while run.config.steps == 3:
        next(run)
    steps = run.config.steps
    run.close()
    follower.look()
    assert follower.config.steps == steps
    rows, _ = read_metrics(tmp_path / "run" / "metrics.csv", 0, 1 << 20)
    assert [row["note"] for row in rows if row["event"] == "planned"] == [f"3 -> {steps} steps"]


def test_a_run_that_is_done_can_be_lengthened(
    tmp_path: Path, quick: TrainConfig, roll: Dataset
) -> None:
    run = run_of(quick, tmp_path / "run", roll)
    list(run)
    longer = run.config.changed(steps=run.state.step + 7)
    again = run_of(longer, tmp_path / "run", roll, resume=True)
    list(again)
    assert again.state.step == run.state.step + 7


def test_several_processes_cannot_agree_on_a_pace(
    tmp_path: Path, quick: TrainConfig, roll: Dataset
) -> None:
    with pytest.raises(UserError, match="minutes = 1 is not possible with several") as raised:
        create_run(tmp_path / "run", quick, roll, Ranks(0, 2))
    assert raised.value.field == "minutes"
    assert not (tmp_path / "run").exists()


def test_minutes_are_no_negative_number(quick: TrainConfig) -> None:
    with pytest.raises(UserError, match="minutes = -1 is not possible: give a number from 0"):
        make_config({**quick.model_dump(), "minutes": -1})
