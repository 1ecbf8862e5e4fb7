"""Background jobs: answers, failures, progress, cancelling."""

import threading
import time

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from diffvis.app.workers.jobs import Jobs, Report
from diffvis.errors import UserError


def test_the_answer_comes_in_the_windows_thread(qtbot: QtBot, jobs: Jobs) -> None:
    here, seen = QThread.currentThread(), []
    jobs.run(
        "a", lambda _: QThread.currentThread(), lambda t: seen.append((t, QThread.currentThread()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    worked, answered = seen[0]
    assert worked is not here
    assert answered is here
    qtbot.waitUntil(lambda: jobs.idle)


def test_a_later_job_of_the_same_kind_wins(qtbot: QtBot, jobs: Jobs) -> None:
    go, seen = threading.Event(), []
    jobs.run("a", lambda _: go.wait(5) and "old", seen.append)
    jobs.run("a", lambda _: "waiting", seen.append)
    jobs.run("a", lambda _: "new", seen.append)
    go.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert seen == ["new"]


def test_what_nobody_wants_any_more_ends_and_keeps_nobody_waiting(qtbot: QtBot, jobs: Jobs) -> None:
    def work(report: Report) -> str:
        for done in range(2_000):
            report(done, 2_000)
            time.sleep(0.01)
        return "late"

    seen, given_up, said = [], [], []
    jobs.cancelled.connect(lambda: given_up.append(True))
    jobs.busy_changed.connect(said.append)
    for unwanted in (lambda: jobs.run("a", lambda _: "new", seen.append), lambda: jobs.forget("a")):
        jobs.run("a", work, seen.append, title="Long")
        jobs.run("b", lambda _: "other", seen.append, title="Short")
        assert said[-1] == "Long (1 waiting)"
        unwanted()
        qtbot.waitUntil(lambda: jobs.idle, timeout=5_000)
    assert seen == ["other", "new", "other"]
    assert said[-1] == ""
    assert not given_up, "what was chosen instead is on show"


def test_a_failure_is_reported_and_the_next_job_runs(qtbot: QtBot, jobs: Jobs) -> None:
    def fail(_: Report) -> None:
        raise UserError("it is broken", "mend it")

    failures, seen = [], []
    jobs.run("a", fail, seen.append, failures.append)
    jobs.run("b", lambda _: 1, seen.append)
    qtbot.waitUntil(lambda: seen == [1])
    (failure,) = failures
    assert (failure.title, failure.hint) == ("it is broken", "mend it")
    assert "UserError" in failure.details
    qtbot.waitUntil(lambda: jobs.idle)


def test_progress_is_shown_and_a_job_can_be_stopped(qtbot: QtBot, jobs: Jobs) -> None:
    def work(report: Report) -> str:
        for done in range(1_000):
            report(done, 1_000)
            time.sleep(0.01)
        return "done"

    parts, seen = [], []
    jobs.progressed.connect(parts.append)
    jobs.run("a", work, seen.append, seen.append)
    qtbot.waitUntil(lambda: len(parts) >= 2, timeout=5_000)
    jobs.cancel()
    qtbot.waitUntil(lambda: jobs.idle, timeout=2_000)
    assert parts == sorted(parts)
    assert 0 <= parts[-1] < 1
    assert seen == [], "no answer and no failure"
