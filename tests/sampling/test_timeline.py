"""The transport's arithmetic."""

import pytest

from diffvis.sampling.timeline import Timeline, every_time

STRIDED = Timeline((0, 7, 15, 22, 30), descending=True)


def test_forward_steps_and_ends() -> None:
    timeline = every_time(40)
    assert (timeline.start, timeline.end) == (0, 40)
    assert timeline.move(5, 1) == 6
    assert timeline.move(5, -10) == 0
    assert timeline.move(35, 10) == 40


def test_reverse_steps_walk_the_chains_own_times() -> None:
    assert (STRIDED.start, STRIDED.end) == (30, 0)
    assert STRIDED.move(30, 1) == 22
    assert STRIDED.move(22, -1) == 30
    assert STRIDED.move(7, 1) == 0
    assert STRIDED.move(0, 1) == 0


@pytest.mark.parametrize(("t", "on", "back"), [(29, 22, 30), (23, 22, 30), (8, 7, 15)])
def test_from_between_two_times(t: int, on: int, back: int) -> None:
    assert STRIDED.move(t, 1) == on
    assert STRIDED.move(t, -1) == back


def test_no_further_than_the_frontier() -> None:
    growing = Timeline(STRIDED.times, descending=True, frontier=15)
    assert growing.limit(3) == 15
    assert growing.limit(20) == 20
    assert growing.move(22, 2) == 15
