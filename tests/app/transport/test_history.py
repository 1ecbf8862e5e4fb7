"""The t of the last seconds: what a film of what was just shown is made of."""

import pytest

from diffvis.app.session import Session
from diffvis.app.transport.history import MOST, ShownTimes
from diffvis.diffusion import make_schedule


class Hand:
    """Moves t at times that a test says."""

    def __init__(self, session: Session) -> None:
        self.time = 100.0
        self._session = session

    def show(self, after: float, t: int) -> None:
        self.time += after
        self._session.set_t(t)


@pytest.fixture
def hand(session: Session) -> Hand:
    return Hand(session)


@pytest.fixture
def shown(session: Session, hand: Hand) -> ShownTimes:
    session.set_t(0)
    return ShownTimes(session, session, lambda: hand.time)


def test_nothing_is_shown_before_t_moves(shown: ShownTimes, hand: Hand) -> None:
    assert not shown.any and shown.frames() == ()
    hand.show(1.0, 3)
    assert shown.any


def test_frames_are_as_far_apart_as_they_were_seen(shown: ShownTimes, hand: Hand) -> None:
    hand.show(2.0, 10)
    hand.show(0.1, 20)
    hand.show(0.2, 5)
    assert shown.frames() == (0,) * 10 + (10, 10, 20, 20, 20, 20, 5), "half a second of rest first"


def test_a_rest_after_the_last_move_does_not_count(shown: ShownTimes, hand: Hand) -> None:
    hand.show(1.0, 10)
    hand.show(0.1, 20)
    before = shown.frames()
    hand.time += 60
    assert shown.frames() == before


def test_a_film_has_two_frames_at_least(shown: ShownTimes, hand: Hand) -> None:
    """A single frame is refused as a film: t moved at once after another schedule was chosen."""
    hand.show(0.01, 7)
    assert shown.frames() == (0, 7)


def test_only_five_seconds_are_kept(shown: ShownTimes, hand: Hand) -> None:
    for step in range(200):
        hand.show(0.1, step % 40 + 1)
    found = shown.frames()
    assert len(found) == 101
    assert found[-1] == 199 % 40 + 1
    assert found[0] == 149 % 40 + 1, "what was on show five seconds before"


def test_it_stays_small(shown: ShownTimes, hand: Hand) -> None:
    for step in range(3 * MOST):
        hand.show(0.0001, step % 40 + 1)
    assert len(shown.frames()) <= 101
    assert len(shown) <= MOST


def test_another_schedule_begins_anew(shown: ShownTimes, hand: Hand, session: Session) -> None:
    hand.show(1.0, 30)
    session.set_schedule(make_schedule("linear", 20))
    assert max(shown.frames(), default=0) <= 20
