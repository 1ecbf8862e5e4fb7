"""The window as the command line opens it, each time in a process of its own."""

import subprocess
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from programs import DIFFVIS, run
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from diffvis.app import sources
from diffvis.app.shell.opening import Opening
from diffvis.app.shell.window import MainWindow
from diffvis.data import Dataset, open_dataset
from diffvis.data.folder import Progress
from diffvis.errors import UserError
from diffvis.models.foreign.wrap import wrap


def diffvis(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run(DIFFVIS, *arguments)


@pytest.mark.process
@pytest.mark.parametrize("workspace", ["forward", "reverse"])
def test_the_window_draws_itself_and_leaves(tmp_path: Path, workspace: str) -> None:
    picture = tmp_path / "window.png"
    done = diffvis("--workspace", workspace, "--t", "12", "--screenshot", str(picture))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(picture) as image:
        assert image.size == (1280, 720)
        assert len(image.convert("RGB").getcolors(2**24)) > 500


@pytest.mark.process
def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    done = diffvis("--screenshot", str(tmp_path / "nowhere" / "window.png"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"workspace": "sideways"}, "sideways"),
        ({"t": 41}, "t = 41"),
        ({"t": -1}, "t = -1"),
        ({"data": "no-such-data"}, "no-such-data"),
        ({"model": "no-such-model"}, "no-such-model"),
    ],
)
def test_what_cannot_be_shown_is_named(asked: dict[str, object], named: str) -> None:
    usual = {"model": None, "data": None, "workspace": "forward", "t": None}
    with pytest.raises(UserError, match=named):
        Opening.of(**(usual | asked))


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Event:
    """CIFAR-10 is not here, and comes, in the window only, when this is set."""
    there = Event()

    def fetch(source: str, *, progress: Progress, **_: object) -> Dataset:
        while not there.wait(0.01):
            progress(1, 2)
        return replace(open_dataset("digits?size=32"), source=source, name="cifar10")

    def before(source: str, **_: object) -> Dataset:
        assert not source.startswith("cifar10"), "nobody sees how far it is"
        return open_dataset(source)

    monkeypatch.setattr(sources, "open_dataset", fetch)
    monkeypatch.setattr("diffvis.app.shell.opening.open_dataset", before)
    return there


@pytest.mark.parametrize("t", [None, 250])
def test_data_that_must_be_fetched_come_into_the_open_window(
    qtbot: QtBot, window: MainWindow, fetched: Event, t: int | None
) -> None:
    opening = Opening.of(None, "cifar10", "forward", t)
    assert opening.data.source == "swiss-roll"
    opening.show(window)
    session = window.session
    assert session.model.name == "swiss-roll" and not window.idle
    assert "cifar10" in window.findChild(QLabel, "window.busy").text()
    fetched.set()
    qtbot.waitUntil(lambda: session.data.name == "cifar10", timeout=30_000)
    assert session.model_is_exact
    assert session.t == (t or session.schedule.T // 3)


def test_fetching_data_for_the_window_can_be_stopped(
    qtbot: QtBot, window: MainWindow, fetched: Event
) -> None:
    Opening.of(None, "cifar10?size=16", "forward", None).show(window)
    window.findChild(QPushButton, "window.stop").click()
    qtbot.waitUntil(lambda: window.idle, timeout=30_000)
    assert window.session.data.source == "swiss-roll"


def test_data_for_a_picture_are_fetched_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "diffvis.app.shell.opening.open_dataset",
        lambda source, **_: asked.append(source) or open_dataset("digits"),
    )
    opening = Opening.of(None, "cifar10", "forward", None, in_window=False)
    assert (asked, opening.to_come) == (["cifar10"], None)


def test_a_wrong_option_of_data_that_must_be_fetched_is_named() -> None:
    with pytest.raises(UserError, match="size = large is not possible"):
        Opening.of(None, "mnist?size=large", "forward", None)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 8), (2,)])
def test_a_network_without_data_is_shown_beside_none(window: MainWindow, shape: tuple) -> None:
    model = wrap(lambda x, t: x, shape, T=20, name="theirs", say=None)
    opening = Opening.on(model, None, "forward", None)
    window.session.set_data(opening.data)
    opening.show(window)
    data = window.session.data
    assert data.shape == shape and "not data" in data.title
    assert window.session.model is model
    says = [label.text() for label in window.findChildren(QLabel)]
    assert any("The data that theirs learned from are not known" in words for words in says)
    real = open_dataset("digits" if shape == (1, 8, 8) else "swiss-roll")
    window.session.set_data(real)
    assert window.session.model.is_exact == (real.shape != shape)
