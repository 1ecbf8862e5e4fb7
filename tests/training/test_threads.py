from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch

from diffvis.training.threads import (
    COURTESY_S,
    Threads,
    allowed_threads,
    lend_a_core,
    take_one_thread,
    using_threads,
)


@pytest.fixture
def two_threads(one_thread: None) -> Iterator[None]:
    torch.set_num_threads(2)
    yield


class Machine:
    """Steps of a fixed duration for each number of threads."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = {int(name[1:]): value for name, value in seconds.items()}
        self.now = 0.0

    def run(self, threads: Threads, steps: int) -> list[int]:
        counts = []
        for _ in range(steps):
            counts.append(threads.count)
            self.now += self.seconds[counts[-1]]
            threads.took(counts[-1], self.seconds[counts[-1]])
        return counts


def test_two_threads_are_used_where_they_are_faster(two_threads: None) -> None:
    machine = Machine(_1=1.0, _2=0.6)
    threads = Threads(lambda: machine.now)
    assert machine.run(threads, 10) == [1, 1, 1, 2, 2, 2, 2, 2, 2, 2]


def test_a_hopeless_trial_ends_after_one_step(two_threads: None) -> None:
    machine = Machine(_1=0.1, _2=10.0)
    threads = Threads(lambda: machine.now)
    assert machine.run(threads, 10) == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]


def test_the_choice_follows_the_machine(two_threads: None) -> None:
    machine = Machine(_1=1.0, _2=0.6)
    threads = Threads(lambda: machine.now)
    machine.run(threads, 10)
    machine.seconds = {1: 1.0, 2: 8.0}  # another program started
    counts = machine.run(threads, 20)
    assert counts[-10:] == [1] * 10
    machine.seconds = {1: 1.0, 2: 0.6}  # and ended
    assert machine.run(threads, 80)[-10:].count(2) >= 7


def test_small_work_and_one_thread_leave_nothing_to_try(two_threads: None) -> None:
    machine = Machine(_1=1.0, _2=0.1)
    assert machine.run(Threads(small=True), 50) == [1] * 50
    torch.set_num_threads(1)
    assert machine.run(Threads(), 50) == [1] * 50


def test_training_lends_the_window_a_core(
    two_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(_1=1.0, _2=0.6)
    monkeypatch.setattr("diffvis.training.threads._lent_until", 0.0)
    clock = SimpleNamespace(monotonic=lambda: machine.now)
    monkeypatch.setattr("diffvis.training.threads.time", clock)
    training = Threads(clock.monotonic, lends=True)
    chain = Threads(clock.monotonic)
    assert machine.run(training, 10)[-1] == machine.run(chain, 10)[-1] == 2
    lend_a_core()
    assert machine.run(chain, 1) == [2]
    lend_a_core()
    assert machine.run(training, 1) == [1]
    machine.now += COURTESY_S
    assert machine.run(training, 10) == [2] * 10, "what one thread took for a while taught nothing"


def test_the_number_of_threads_is_put_back(two_threads: None) -> None:
    with pytest.raises(ZeroDivisionError), using_threads(1):
        assert torch.get_num_threads() == 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2


def test_the_window_takes_one_thread_and_leaves_the_others(
    two_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.training.threads._allowed", None)
    take_one_thread()
    assert torch.get_num_threads() == 1
    assert allowed_threads() == 2
    machine = Machine(_1=1.0, _2=0.6)
    assert machine.run(Threads(lambda: machine.now), 10).count(2) > 5
    take_one_thread()
    assert allowed_threads() == 2, "asking twice changes nothing"
