"""Data, model, t and workspace are as they were left, and a run that did not end offers itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from driving import click, finder
from pytestqt.qtbot import QtBot

from diffvis.app.left import Left, last_left, unfinished
from diffvis.app.recent import recent
from diffvis.app.settings import settings
from diffvis.app.shell.main import offer_unfinished
from diffvis.app.shell.opening import Opening
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.models.model import open_model

LONG = 1_000_000  # steps: more than any test waits for
NewWindow = Callable[[], MainWindow]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


def opened(qtbot: QtBot, new_window: NewWindow) -> MainWindow:
    """A window as the command ``diffvis`` alone opens it."""
    window = new_window()
    Opening.of(None, None, None, None).show(window)
    qtbot.waitUntil(lambda: window.jobs.idle, timeout=60_000)
    return window


def train(qtbot: QtBot, window: MainWindow) -> Path:
    """A run under way, of which there are some steps."""
    window.show_workspace("training")
    training, find = window.workspaces["training"], finder(window, "training.")
    for name in ("validate_every", "preview_every"):
        find(name).setValue(0)
    find("steps").setValue(LONG)
    click(qtbot, find("start"))
    qtbot.waitUntil(lambda: training.record.step >= 3, timeout=60_000)
    return training.record.path


def test_nothing_was_left_on_the_first_day() -> None:
    assert last_left() is None
    assert Opening.of(None, None, None, None).workspace == "forward"


def test_data_schedule_t_and_workspace(qtbot: QtBot, new_window: NewWindow) -> None:
    first = new_window()
    first.session.set_data(open_dataset("moons"))
    first.session.set_schedule(NoiseSchedule.cosine(77))
    first.show_workspace("schedules")
    first.session.set_t(13)
    first.close()
    second = opened(qtbot, new_window)
    assert second.session.data.source == first.session.data.source
    assert second.session.model_is_exact
    assert second.session.schedule == NoiseSchedule.cosine(77)
    assert second.session.t == 13
    assert second.in_front == "schedules"


def test_a_model_and_data_that_take_long_to_open(
    qtbot: QtBot, new_window: NewWindow, tmp_path: Path
) -> None:
    import numpy as np

    points = tmp_path / "own.npy"
    np.save(points, np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32))
    first = new_window()
    first.sources.open_data(str(points))
    qtbot.waitUntil(lambda: first.jobs.idle, timeout=60_000)
    first.session.set_model(open_model("swiss-roll"))
    first.session.set_t(20)
    first.close()
    second = opened(qtbot, new_window)
    assert second.session.data.source == first.session.data.source
    assert second.session.model.path == first.session.model.path
    assert second.session.t == 20


def test_what_is_named_comes_first(new_window: NewWindow) -> None:
    first = new_window()
    first.session.set_data(open_dataset("moons"))
    first.show_workspace("schedules")
    first.close()
    named = Opening.of(None, "pinwheel", None, None)
    assert (named.data.name, named.workspace, named.left) == ("pinwheel", "forward", None)
    assert Opening.of(None, None, "forward", None).workspace == "forward"
    assert Opening.of(None, None, None, None, in_window=False).left is None, "a picture"
    settings().keep({"preferences.reopen_layout": False})
    assert Opening.of(None, None, None, None).left is None


def test_what_is_gone_is_said(qtbot: QtBot, new_window: NewWindow, tmp_path: Path) -> None:
    first = new_window()
    left = Left.of(first.session, "forward", None)
    replace(left, data=str(tmp_path / "gone.npy")).keep()
    second = opened(qtbot, new_window)
    assert "gone.npy" in second.notices.notice.title
    assert second.session.data.name == "swiss-roll"


def test_a_run_closed_in_the_middle_goes_on_after_one_click(
    qtbot: QtBot, new_window: NewWindow
) -> None:
    first = new_window()
    path = train(qtbot, first)
    first.close()
    step = first.workspaces["training"].record.step
    second = opened(qtbot, new_window)
    assert second.in_front == "training"
    offer_unfinished(second)
    assert "Swiss roll 1" in second.notices.notice.title
    second.session.set_data(open_dataset("moons"))  # its own data are opened again
    click(qtbot, finder(second)("notice.action"))
    training = second.workspaces["training"]
    qtbot.waitUntil(lambda: training.running, timeout=60_000)
    assert training.record.path == path
    assert second.session.data.name == "swiss-roll"
    qtbot.waitUntil(lambda: training.record.step > step, timeout=60_000)


def test_a_run_that_a_person_stopped_does_not_offer_itself(
    qtbot: QtBot, new_window: NewWindow
) -> None:
    window = new_window()
    path = train(qtbot, window)
    assert unfinished() is None, "it is being trained"
    click(qtbot, finder(window)("training.stop"))
    qtbot.waitUntil(lambda: not window.workspaces["training"].running, timeout=60_000)
    assert unfinished() is None
    runs = [item for item in recent() if item.kind == "run"]
    assert [item.source for item in runs] == [str(path)]
    assert runs[0].title.startswith("Swiss roll 1, loss ")
