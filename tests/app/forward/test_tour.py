"""Twenty actions of a lecture on the forward process, driving the real widgets.

No error, nothing left behind (``conftest`` looks), and no frame that costs more than 100 ms. What a
frame costs is the processor time of the window's thread, which is the same however busy the machine
is; opening data and walking chains are loading, and not counted.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from driving import choose, click, type_number
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.notices import Notice
from diffvis.app.shell.window import MainWindow
from diffvis.diffusion import make_schedule

LIMIT_S = 0.25  # of processor time: a tenth of a second on a desk, more on a shared machine
Find = Callable[[str], QWidget]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("schedules",)


class Lecture:
    """Does one thing after the other and writes down what each frame cost."""

    def __init__(self, qtbot: QtBot, window: MainWindow, app: QApplication) -> None:
        self.qtbot, self.window, self._app = qtbot, window, app
        self.frames: dict[str, float] = {}

    @contextmanager
    def action(self, says: str, *, loading: bool = False) -> Iterator[None]:
        start = time.thread_time()
        yield
        self._app.processEvents()
        if not loading:
            self.frames[says] = time.thread_time() - start

    def wait_idle(self) -> None:
        self.qtbot.waitUntil(lambda: self.window.jobs.idle, timeout=30_000)
        self._app.processEvents()


def pick(box: QComboBox, data: object) -> None:
    choose(box, box.itemText(box.findData(data)))


def test_the_tour(qtbot: QtBot, window: MainWindow, find: Find, qapp: QApplication) -> None:
    notices: list[Notice] = []
    window.session.noticed.connect(notices.append)
    lecture = Lecture(qtbot, window, qapp)
    session, slider = window.session, find("transport.timestep")
    action = lecture.action

    with action("drag t"):
        slider.setValue(10)
    with action("to the end"):
        qtbot.keyClick(slider, Qt.Key.Key_End)
    assert session.t == session.schedule.T
    with action("other noise"):
        click(qtbot, find("forward.resample"))
    with action("points alone"):
        pick(find("forward.show"), "cloud")
    with action("back to t = 12"):
        slider.setValue(12)
    view = find("forward.view")
    with action("click a point"):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=point_on_show(window))
    assert window.workspaces["forward"].selected is not None
    with action("its path"):
        find("forward.paths").setChecked(True)
    with action("its kernel grows"):
        slider.setValue(25)
    with action("density"):
        pick(find("forward.show"), "density")
    with action("more points"):
        pick(find("forward.count"), 10_000) if find("forward.count").findData(10_000) >= 0 else None
    with action("the true chain", loading=True):
        pick(find("forward.mode"), "chain")
        lecture.wait_idle()
    assert window.workspaces["forward"].noising.walks
    with action("jump and walk", loading=True):
        pick(find("forward.show"), "compare")
        lecture.wait_idle()
    with action("drag the comparison"):
        slider.setValue(5)
    with action("pictures instead", loading=True):
        pick(find("source.data"), "digits")
        qtbot.waitUntil(lambda: not session.data.is_points, timeout=30_000)
        lecture.wait_idle()
    with action("the equation"):
        pick(find("forward.show"), "equation")
    with action("a grid"):
        pick(find("forward.count"), 64)
    with action("only sevens"):
        choose(find("forward.class"), "7")
    with action("number 500"):
        type_number(qtbot, find("forward.first"), 500)
    with action("drag the grid"):
        slider.setValue(100)
    with action("to Schedules"):
        window.show_workspace("schedules")
    with action("lay linear over it"):
        click(qtbot, find("schedules.compare_linear"))
    with action("SNR in dB"):
        pick(find("schedules.quantity"), "snr")
    with action("drag the strips"):
        slider.setValue(150)
    with action("a linear schedule", loading=True):  # the exact denoiser is made again
        pick(find("schedules.kind"), "linear")
    with action("draw"):
        click(qtbot, find("schedules.draw"))
    with action("put the pencil away"):
        click(qtbot, find("schedules.draw"))

    assert session.schedule == make_schedule("linear", session.schedule.T)
    assert len(lecture.frames) >= 20
    slow = {says: cost for says, cost in lecture.frames.items() if cost > LIMIT_S}
    assert not slow, {says: f"{1000 * cost:.0f} ms" for says, cost in slow.items()}
    assert [notice.title for notice in notices if notice.kind.value == "error"] == []


def point_on_show(window: MainWindow) -> QPoint:
    """Where the first point of the cloud stands in the view."""
    from diffvis.rendering.cloud import cloud_layout
    from diffvis.rendering.scatter import to_pixels

    forward = window.workspaces["forward"]
    view = window.findChild(QWidget, "forward.view")
    height, width = view.frame.shape[:2]
    box = cloud_layout((width, height), view.style_drawn).box
    noising = forward.noising
    x_t = noising.at(window.session.t).x_t[:1].numpy()
    column, row = to_pixels(x_t, (box.width, box.height), noising.extent)[0]
    return QPoint(round(box.x + column), round(box.y + row))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As the program itself does: more threads wait for each other on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
