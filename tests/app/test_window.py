"""The window as a whole: names, closing, bad input, themes."""

import threading
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import torch
from driving import choose
from PySide6.QtCore import QEvent, QObject, QThread
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from diffvis.app.notices import NoticeKind
from diffvis.app.shell.titles import TITLES
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.plots import CurvePlot
from diffvis.data.catalogue import open_dataset
from diffvis.models.model import open_model
from diffvis.training.config import preset_for
from diffvis.training.run import RunFolder, train_run

Find = Callable[[str], QWidget]

CONTRACT = (
    "transport.timestep",
    "transport.play",
    "transport.step_forward",
    "transport.step_back",
    "transport.start",
    "transport.end",
    "transport.speed",
    "forward.view",
    "forward.mode",
    "forward.resample",
    "reverse.view",
    "reverse.run",
    "reverse.sampler",
    "reverse.steps",
    "reverse.eta",
    "reverse.seed",
    "reverse.count",
    "schedules.kind",
    "schedules.T",
    "schedules.plot",
    "training.data",
    "training.network",
    "training.steps",
    "training.start",
    "training.pause",
    "training.stop",
    "training.loss_plot",
    "training.samples",
    "bench.tool",
    "bench.view",
    "bench.run",
    "bench.strength",
    "bench.image",
    "bench.mask",
    "bench.seed",
    "source.model",
    "source.data",
)


def test_widgets_have_their_contract_names(find: Find) -> None:
    assert [name for name in CONTRACT if not find(name).accessibleName()] == []


def test_every_interactive_widget_says_what_it_is(window: MainWindow) -> None:
    kinds = (QPushButton, QComboBox, QAbstractSpinBox, QSlider, QCheckBox)
    found = [widget for kind in kinds for widget in window.findChildren(kind)]
    ours = [widget for widget in found if not _inside(widget, CurvePlot)]
    assert len(ours) > 40
    assert [w for w in ours if "." not in w.objectName() or not w.accessibleName()] == []


def _inside(widget: QWidget, kind: type[QWidget]) -> bool:
    """Whether it is part of such a widget (plots have hidden option forms of their own)."""
    while (widget := widget.parentWidget()) is not None:
        if isinstance(widget, kind):
            return True
    return False


def test_each_workspace_comes_to_the_front(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    for key in TITLES:
        find(f"workspace.{key}").click()
        qtbot.waitUntil(lambda key=key: in_sight(window) == [key], timeout=2_000)


def in_sight(window: MainWindow) -> list[str]:
    """The workspaces of which something can be seen."""
    return [key for key, w in window.workspaces.items() if not w.visibleRegion().isEmpty()]


def test_closing_in_the_middle_of_training(
    qtbot: QtBot, window: MainWindow, find: Find, private_home: Path
) -> None:
    find("workspace.training").click()
    find("training.start").click()
    training = window.workspaces["training"]
    qtbot.waitUntil(
        lambda: training.record is not None and training.record.step > 20, timeout=30_000
    )
    started = time.monotonic()
    window.close()
    assert time.monotonic() - started < 3.0
    assert not [t for t in window.findChildren(QThread) if t.isRunning()]
    threads = [t for t in threading.enumerate() if not t.name.startswith("Dummy-")]  # Qt's
    assert threads == [threading.main_thread()]
    (run,) = (private_home / "runs").iterdir()
    assert open_model(run).steps > 20


def test_what_cannot_be_opened_is_said_inline(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    not_a_model = tmp_path / "weights.safetensors"
    not_a_model.write_bytes(b"nothing of the kind")
    short = tmp_path / "train-images-idx3-ubyte"
    short.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28]) + bytes(100))
    data, model = window.session.data, window.session.model
    for opened in (tmp_path / "missing", not_a_model, short):
        window.notices.clear()
        window.sources.open_path(opened)
        qtbot.waitUntil(lambda: window.notices.notice is not None, timeout=30_000)
        notice = window.notices.notice
        assert notice.kind is NoticeKind.ERROR
        assert opened.name in notice.title
        assert notice.hint
        assert window.notices.isVisible()
    assert window.session.data is data and window.session.model is model, "nothing is lost"
    assert window.findChild(QWidget, "source.data").currentText() == "Swiss roll"


@pytest.mark.parametrize("presentation", [False, True])
def test_nothing_asks_for_more_room_than_a_small_screen(
    window: MainWindow, theme: Theme, presentation: bool
) -> None:
    window.stage.set_on(presentation)
    for name, key in product(("dark", "light"), TITLES):
        theme.set_name(name)
        window.show_workspace(key)
        for _ in range(3):  # layouts that depend on widths settle in rounds
            QApplication.processEvents()
        least = window.minimumSizeHint()
        assert least.width() <= 1280 and least.height() <= 720, (name, key)
    window.stage.end()


def test_the_reverse_chain_ignores_the_global_generator(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    find("workspace.reverse").click()
    reverse = window.workspaces["reverse"]
    found = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        find("reverse.run").click()
        qtbot.waitUntil(lambda: reverse.idle and reverse.recording.complete, timeout=30_000)
        found.append(reverse.recording.x_at(0))
    assert torch.equal(*found)


def test_a_changed_setting_starts_another_recording(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    find("workspace.reverse").click()
    reverse = window.workspaces["reverse"]
    find("reverse.run").click()
    first = reverse.recording
    find("reverse.steps").setValue(10)
    second = reverse.recording
    assert second is not first
    qtbot.waitUntil(lambda: reverse.idle and second.complete, timeout=30_000)
    assert len(second.steps) == 10
    assert {step.t for step in second.steps} == set(second.times[1:])


def test_stepping_in_reverse_follows_the_chain(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    find("workspace.reverse").click()
    find("reverse.steps").setValue(8)
    reverse = window.workspaces["reverse"]
    reverse.run(play=False)
    qtbot.waitUntil(lambda: reverse.idle and reverse.recording.complete, timeout=30_000)
    find("transport.start").click()
    seen = [window.session.t]
    for _ in range(8):
        find("transport.step_forward").click()
        seen.append(window.session.t)
    assert seen == list(reverse.recording.times[::-1])
    find("transport.step_back").click()
    assert window.session.t == reverse.recording.times[1]


def test_a_ready_trained_model_opens_with_its_data(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    choose(find("source.model"), "digits")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    qtbot.waitUntil(lambda: not window.session.data.is_points, timeout=30_000)
    assert window.session.model.shape == window.session.data.shape == (1, 8, 8)
    assert find("transport.timestep").maximum() == window.session.model.schedule.T
    assert find("source.model").currentText().startswith("digits")
    assert find("source.data").currentText() == "Digits"
    choose(find("source.model"), "Exact denoiser")
    assert window.session.model_is_exact


def test_an_earlier_run_is_listed(
    qtbot: QtBot, private_home: Path, new_window: Callable[[], MainWindow]
) -> None:
    run = private_home / "runs" / "earlier"
    config = preset_for(open_dataset("swiss-roll")).changed(steps=3, validate_every=0)
    for _ in train_run(config, RunFolder.create(run, config)):
        pass
    window = new_window()
    choose(window.findChild(QWidget, "source.model"), "Run earlier")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    assert window.session.model.path == run


def test_the_stage_tells_each_widget_of_it_once_or_twice(
    window: MainWindow, qapp: QApplication
) -> None:
    """Qt otherwise tells each a dozen times, and the window stands still for two seconds."""

    class Counter(QObject):
        told = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.told += event.type() == QEvent.Type.StyleChange
            return False

    for key in TITLES:
        window.show_workspace(key)
    counter = Counter()
    for on in (True, False):
        counter.told = 0
        qapp.installEventFilter(counter)
        window.stage.set_on(on, full_screen=False)
        qapp.removeEventFilter(counter)
        assert counter.told < 4 * len(qapp.allWidgets())


def test_after_presentation_mode_the_window_looks_as_before(
    qtbot: QtBot, window: MainWindow
) -> None:
    """Also where another workspace was in front when it changed, and back."""

    def looks() -> list[QImage]:
        found = []
        for key in ("schedules", "training"):
            window.show_workspace(key)
            qtbot.waitUntil(lambda: window.idle, timeout=30_000)
            qtbot.waitUntil(lambda: window.workspaces["training"].settled, timeout=30_000)
            qtbot.wait(300)  # axes give room back some paints later
            found.append(window.grab().toImage())
        window.show_workspace("forward")
        return found

    looks()
    before = looks()
    window.stage.begin(full_screen=False)
    qtbot.wait(100)
    window.stage.end()
    assert looks() == before
