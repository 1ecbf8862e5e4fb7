"""Ctrl+C, SIGTERM, a lost terminal and a lost screen, to a window that trains.

Ten of each, at moments chosen by a seed: ``python -m benchmarks.signals --times 10``.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks._terminal import Terminal, screen, terminal
from benchmarks.signals import LIMIT_S, WINDOW, lost_steps, to_train, to_window
from diffvis.stopping import obeyed

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals"),
]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """Of a screen to show a window on."""
    with screen() as made:
        yield made


@contextmanager
def started(home: Path, variables: dict[str, str], before: str = "") -> Iterator[Terminal]:
    """A window in a terminal, which presses Start; ``before`` is run first, in its process."""
    environment = os.environ | variables | {"DIFFVIS_HOME": str(home)}
    with terminal(["-c", f"{before}\n{WINDOW}"], environment) as made:
        yield made


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_closes_the_window_and_the_last_step_is_saved(
    variables: dict[str, str], number: int
) -> None:
    found = to_window(number, 0.5, variables)
    assert (found.status, found.lost) == (128 + number, 0), found.said
    assert found.seconds < 2 * LIMIT_S  # beside other tests; see benchmarks.signals
    assert "Traceback" not in found.said and "diffvis:" not in found.said


def test_train_saves_also_where_its_terminal_is_gone() -> None:
    found = to_train(signal.SIGHUP, 0.5)
    assert (found.status, found.lost) == (128 + signal.SIGHUP, 0), found.said


# A run that takes a minute to be saved.
SLOW = """
import time
from diffvis.training.run_writer import RunWriter
RunWriter.finish = lambda *_, **__: (print("saving", flush=True), time.sleep(60))
"""


def test_a_second_ctrl_c_ends_at_once(variables: dict[str, str], tmp_path: Path) -> None:
    with started(tmp_path, variables, SLOW) as made:
        made.wait_for("runs/*/metrics.csv", tmp_path, 500)
        made.press_ctrl_c()
        made.wait_until_said("saving")
        time.sleep(0.6)  # the same one is taken for one
        begun = time.monotonic()
        made.press_ctrl_c()
        assert made.wait(10) == 130
        assert time.monotonic() - begun < LIMIT_S
        assert made.said.splitlines()[-1].endswith("what was not saved is lost")


def test_one_ctrl_c_that_comes_twice_is_one(variables: dict[str, str], tmp_path: Path) -> None:
    """As where ``uv run`` passes on what the terminal has sent to both."""
    with started(tmp_path, variables) as made:
        run = made.wait_for("runs/*/metrics.csv", tmp_path, 500).parent
        made.press_ctrl_c()
        made.process.send_signal(signal.SIGINT)
        assert made.wait(20) == 130
        assert lost_steps(run) == 0


OPENING = """
import time
from diffvis.app.shell import opening
opening.Opening.of = lambda *_, **__: (print("opening", flush=True), time.sleep(60))
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_before_there_is_a_window_a_signal_ends_at_once(
    variables: dict[str, str], tmp_path: Path, number: int
) -> None:
    with started(tmp_path, variables, OPENING) as made:
        made.wait_until_said("opening")
        made.send(number)
        assert made.wait(10) == 128 + number
        assert "Traceback" not in made.said


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb")
def test_a_screen_that_is_gone_takes_no_steps_with_it(tmp_path: Path) -> None:
    """Qt ends the process without asking: at a logout, or when ssh -X is cut."""
    with screen() as variables, started(tmp_path, variables) as made:
        run = made.wait_for("runs/*/metrics.csv", tmp_path, 500).parent
        os.kill(int(variables["SERVER"]), signal.SIGKILL)
        assert made.wait(20) == 1
        assert lost_steps(run) == 0
        assert "diffvis: The X11 connection broke" in made.said


def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert obeyed() == [signal.SIGINT, signal.SIGTERM]
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.SIGHUP in obeyed()
