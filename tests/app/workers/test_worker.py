"""A worker ends in its own time, whether or not somebody still knows it."""

import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from programs import run
from pytestqt.qtbot import QtBot

from diffvis.app.workers import worker as module
from diffvis.app.workers.worker import Worker, still_running
from diffvis.errors import UserError

FORGOTTEN = """
import threading, time
from PySide6.QtCore import QCoreApplication
from diffvis.app.workers.worker import Worker, still_running

class Busy(Worker):
    def job(self, request):
        yield working.set() or go_on.wait(20)

app = QCoreApplication([])
working, go_on = threading.Event(), threading.Event()
worker = Busy("busy")
worker.start(None)
working.wait(20)
worker.ask_to_stop()
del worker
assert len(still_running()) == 1
go_on.set()
end = time.monotonic() + 20
while still_running() and time.monotonic() < end:
    app.processEvents()
print("left", len(still_running()))
"""


class Busy(Worker):
    """Works until it is let go."""

    def __init__(self) -> None:
        super().__init__("busy")
        self.working, self.go_on = threading.Event(), threading.Event()

    def job(self, request: object) -> Iterator[None]:
        self.working.set()
        self.go_on.wait(20)
        yield


class Refuses(Worker):
    """Raises what it is given."""

    def __init__(self) -> None:
        super().__init__("refuses")

    def job(self, request: Exception) -> Iterator[None]:
        raise request
        yield


class Holds(Worker):
    """Holds something while it works, and fails if it is asked to."""

    def __init__(self) -> None:
        super().__init__("holds")
        self.held: Callable[[], object] = object

    def job(self, fails: bool) -> Iterator[None]:
        much = threading.Event()  # anything that can be referred to weakly
        self.held = weakref.ref(much)
        yield
        if fails:
            raise UserError("too much", "take less")


@pytest.mark.parametrize(
    ("error", "level", "traceback"),
    [(UserError("no flowers", "plant some"), "WARNING", False), (OSError("broken"), "ERROR", True)],
)
def test_only_what_nobody_expected_is_logged_with_a_traceback(
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    level: str,
    traceback: bool,
) -> None:
    worker = Refuses()
    said: list[object] = []
    worker.failed.connect(said.append)
    worker.start(error)
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    worker.ask_to_stop()
    assert worker.wait()
    (record,) = caplog.records
    assert record.levelname == level and bool(record.exc_info) is traceback
    assert "no flowers: plant some" in record.getMessage() or traceback


@pytest.mark.parametrize("fails", [True, False])
def test_what_a_job_held_is_free_when_its_memory_is_given_back(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    given: list[bool] = []  # whether it was free
    monkeypatch.setattr(module, "GIVE_BACK_S", 0.0)
    monkeypatch.setattr(module, "give_back", lambda: given.append(worker.held() is None))
    monkeypatch.setattr(module.log, "disabled", True)  # pytest keeps what is logged
    worker = Holds()
    worker.start(fails)
    qtbot.waitUntil(lambda: bool(given), timeout=30_000)
    worker.ask_to_stop()
    assert worker.wait()
    assert given == [True]


@pytest.mark.process
def test_a_worker_that_is_forgotten_while_it_works_ends_in_peace() -> None:
    """In a process of its own, which a destroyed thread would end."""
    done = run(FORGOTTEN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["left", "0"]


def test_a_worker_is_known_until_its_thread_has_ended(qtbot: QtBot) -> None:
    worker = Busy()
    worker.start(None)
    assert worker.working.wait(20)
    worker.ask_to_stop()
    assert worker in still_running()
    assert not worker.wait(10)
    worker.go_on.set()
    assert worker.wait()
    assert worker not in still_running()


@pytest.mark.parametrize("asked", [True, False])
def test_a_thread_without_work_ends_when_asked(qtbot: QtBot, asked: bool) -> None:
    worker = Busy()
    if asked:
        worker.ask_to_stop()
    assert worker.wait(1_000) == asked
    worker.ask_to_stop()
    assert worker.wait()
