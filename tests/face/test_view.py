"""``diffvis.view``: the window in a process that is not ours, and how such a process ends."""

import subprocess
import sys

import pytest
from programs import run

pytestmark = [pytest.mark.process, pytest.mark.slow]

LIMIT = 300

PUMP = """
import time
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer

def pump(until, limit=120):
    end = time.monotonic() + limit
    while not until():
        assert time.monotonic() < end, "it took too long"
        QApplication.processEvents()
        time.sleep(0.005)

def find(window, name):
    return window.findChild(object, name)
"""


def program(source: str) -> subprocess.CompletedProcess[str]:
    """As a person runs it: it ends by Python's own way out."""
    return subprocess.run(
        [sys.executable, "-c", PUMP + source],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def test_it_returns_when_the_window_is_closed() -> None:
    done = program("""
import threading
import torch
import diffvis

threads, hook = torch.get_num_threads(), __import__("sys").excepthook
for workspace in ("reverse", "forward"):
    def close():
        open_ones = [w for w in QApplication.topLevelWidgets() if hasattr(w, "workspaces")]
        for window in open_ones:
            if window.in_front == workspace:
                window.close()
        if not open_ones:
            QTimer.singleShot(50, close)
    QApplication.instance() or QApplication([])
    QTimer.singleShot(50, close)
    opened = diffvis.view("swiss-roll", workspace=workspace)
    print(opened, opened.model.name)
assert torch.get_num_threads() == threads
assert __import__("sys").excepthook is hook
""")
    assert done.stdout == "<View of swiss-roll, closed> swiss-roll\n" * 2, done.stderr
    assert done.returncode == 0, done.stderr


OWN = """
import torch
import diffvis
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(1, 1, 3, padding=1)
    def forward(self, x, t):
        return self.layer(x) / (1 + t[:, None, None, None])

opened = diffvis.view(Net(), shape=(1, 6, 6), T=30, name="mine", block=False)
window = opened._window
"""


def test_beside_a_script_which_may_end_while_it_is_open() -> None:
    """Two windows; one trains and one walks a chain. The status is 0, and nothing is said."""
    done = program(
        OWN
        + """
other = diffvis.view("swiss-roll", workspace="training", block=False)
assert opened.is_open and other.is_open
pump(lambda: window.idle and other._window.idle)
assert not window.session.model_is_exact and window.session.model.name == "mine"
assert "t = 0..29" in find(window, "source.model").toolTip()
assert find(window, "source.model").currentText().startswith("mine")
window.workspaces["reverse"].run(play=False)
find(other._window, "training.start").click()
record = lambda: other._window.workspaces["training"].record
pump(lambda: record() is not None and record().step > 5)
path = record().path
import atexit
from diffvis.app.workers.worker import still_running
from diffvis.models.run_files import run_checkpoints
print(len(still_running()) > 3, opened)
"""
    )
    said = done.stdout.splitlines()
    assert said[0].startswith("mine: read as eps"), done.stderr
    assert said[1:] == ["True <View of mine, open>"]
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_trained_when_the_interpreter_ends_is_saved() -> None:
    done = program("""
import atexit
import diffvis

def say():  # registered first: called last
    from diffvis.app.workers.worker import still_running
    print(diffvis.open_run(record().path).step >= seen, still_running())

atexit.register(say)
opened = diffvis.view("swiss-roll", workspace="training", block=False)
window = opened._window
pump(lambda: window.idle)
find(window, "training.start").click()
record = lambda: window.workspaces["training"].record
pump(lambda: record() is not None and record().step > 5)
seen = record().step
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "True []\n"


def test_in_a_program_of_qt_that_runs_already() -> None:
    """Its loop is not nested, its name stays, and when it ends, so do the threads of the window."""
    done = program("""
import os
import diffvis

app = QApplication(["theirs"])
app.setApplicationName("theirs")
app.setQuitOnLastWindowClosed(False)
said = []

def within():
    try:
        diffvis.view("swiss-roll")
    except diffvis.UserError as error:
        said.append(str(error))
    said.append(diffvis.view("swiss-roll", block=False))
    QTimer.singleShot(300, app.quit)

QTimer.singleShot(0, within)
app.exec()
from diffvis.app.workers.worker import still_running
print(said[0])
print(said[1], still_running(), app.applicationName())
""")
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "Qt's event loop runs already, and diffvis.view would have to run it within itself: "
        "give block=False",
        "<View of swiss-roll, closed> [] theirs",
    ], done.stderr
    assert done.returncode == 0


def test_ctrl_c_closes_the_window_and_is_raised() -> None:
    done = program("""
import os
import signal
import diffvis

app = QApplication([])
QTimer.singleShot(1000, lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    diffvis.view("swiss-roll")
except KeyboardInterrupt:
    print("interrupted")
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
""")
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_what_cannot_be_shown_is_said_before_there_is_a_window() -> None:
    done = run("""
import diffvis
import sys
for how in ({"workspace": "kitchen"}, {"t": 99}, {"shape": (2,)}):
    try:
        diffvis.view("swiss-roll", block=False, **how)
    except diffvis.UserError as error:
        print(error.problem)
""")
    assert done.stdout.splitlines() == [
        "there is no workspace kitchen",
        "t = 99 is not on the schedule",
        "shape is no setting of a chain, nor of a model that is known already",
    ], done.stderr
