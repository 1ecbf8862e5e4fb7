"""What Forward shows are the core's numbers."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import choose, click, rounds
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.forward.workspace import ForwardWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.sources import Sources
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule, q_sample
from diffvis.rendering.cloud import cloud_layout
from diffvis.rendering.kernel import kernel
from diffvis.rendering.scatter import to_pixels
from diffvis.rendering.walks import compare
from diffvis.viewing.noising import Noising

Find = Callable[[str], QWidget]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


@pytest.fixture
def forward_on(qtbot: QtBot, theme: Theme) -> Iterator[Callable[[str], ForwardWorkspace]]:
    """Makes the workspace alone, on a data set; its session is ``.session``."""
    made: list[ForwardWorkspace] = []
    jobs = Jobs()

    def make(source: str) -> ForwardWorkspace:
        session = Session(open_dataset(source))
        workspace = ForwardWorkspace(session, theme, jobs, Sources(session, jobs, session))
        theme.dress(workspace)
        workspace.session = session
        qtbot.addWidget(workspace)
        workspace.resize(1200, 620)
        workspace.show()
        qtbot.waitExposed(workspace)
        made.append(workspace)
        return workspace

    yield make
    jobs.ask_to_stop()
    assert jobs.wait()
    jobs.deleteLater()
    for workspace in made:
        workspace.session.deleteLater()


@pytest.fixture
def digits(forward_on: Callable[[str], ForwardWorkspace]) -> ForwardWorkspace:
    return forward_on("digits")


@pytest.mark.parametrize("source", ["swiss-roll", "digits"])
def test_readouts_at_t(forward_on: Callable[[str], ForwardWorkspace], source: str) -> None:
    forward = forward_on(source)
    session = forward.session
    T = session.schedule.T
    for t in (0, 1, T // 2, T):
        session.set_t(t)
        rounds()  # the numbers come after the picture
        noising = forward.noising
        x_t = q_sample(session.schedule, noising.x0, t, noising.eps)
        assert torch.equal(noising.at(t).x_t, x_t)
        readouts = {key: forward.findChild(QWidget, f"readout.{key}").text() for key in
                    ("alpha_bar", "snr", "mean", "variance")}  # fmt: skip
        alpha_bar = float(session.schedule.alpha_bar[t])
        assert float(readouts["alpha_bar"]) == pytest.approx(alpha_bar, rel=0.05)
        assert len(readouts["alpha_bar"]) == (8 if alpha_bar < 0.001 else 6)
        assert readouts["mean"] == f"{float(x_t.mean()):.3f}"
        assert readouts["variance"] == f"{float(x_t.var(correction=0)):.3f}"
        if t == 0:
            assert readouts["snr"] == "∞"
        else:
            assert readouts["snr"] == f"{10 * math.log10(alpha_bar / (1 - alpha_bar)):.1f} dB"


def test_the_picture_follows_the_slider(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    view, slider = find("forward.view"), find("transport.timestep")
    frames = []
    for t in (0, 20, 40):
        with qtbot.waitSignal(view.painted, timeout=2_000):
            slider.setValue(t if t != window.session.t else t + 1)
        frames.append(view.frame.copy())
    assert not np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[1], frames[2])


def test_new_noise_changes_eps_and_not_x0(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    forward = window.workspaces["forward"]
    before = forward.noising
    find("forward.resample").click()
    assert torch.equal(before.x0, forward.noising.x0)
    assert not torch.equal(before.eps, forward.noising.eps)


def test_the_true_chain_is_walked_in_the_background(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    forward, mode = window.workspaces["forward"], find("forward.mode")
    window.session.set_t(20)
    jumped = forward.noising.at(20).x_t
    mode.setCurrentIndex(mode.findData("chain"))
    mode.activated.emit(mode.currentIndex())
    qtbot.waitUntil(lambda: not torch.equal(forward.noising.at(20).x_t, jumped), timeout=5_000)
    noised = forward.noising.at(20)
    again = q_sample(window.session.schedule, noised.x0, 20, noised.eps)
    assert torch.allclose(again, noised.x_t, atol=1e-5), "eps is the one that leads to x_t"
    assert torch.equal(forward.noising.at(0).x_t, noised.x0)


def test_chain_and_jump_agree_in_distribution() -> None:
    noising = Noising(open_dataset("swiss-roll"), make_schedule("linear", 40), 5_000, seed=1)
    noising.use_path(noising.walk())
    t = 25
    walked = noising.at(t).eps
    assert abs(float(walked.mean())) < 0.04
    assert abs(float(walked.var()) - 1) < 0.05


def test_images_are_shown_too(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    box = find("source.data")
    box.setCurrentIndex(box.findData("digits"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: not window.session.data.is_points, timeout=30_000)
    assert window.workspaces["forward"].noising.x0.shape[1:] == (1, 8, 8)
    assert find("transport.timestep").maximum() == window.session.schedule.T


def test_browsing_by_number_and_class(qtbot: QtBot, digits: ForwardWorkspace) -> None:
    data = digits.session.data
    assert data.labels is not None
    number, classes = (digits.findChild(QWidget, f"forward.{name}") for name in ("first", "class"))
    number.setValue(100)
    assert torch.equal(digits.noising.x0, data.x0([100]))
    click(qtbot, digits.findChild(QWidget, "forward.others"))
    assert number.value() == 101
    click(qtbot, digits.findChild(QWidget, "forward.previous"))
    assert number.value() == 100
    choose(classes, "7")
    assert int(data.labels[number.value()]) == 7
    choose(digits.findChild(QWidget, "forward.count"), "9")
    assert digits.noising.x0.shape[0] == 9
    shown = digits.shown()
    assert (shown.of_class, shown.count, shown.first) == (7, 9, number.value())
    click(qtbot, digits.findChild(QWidget, "forward.random"))
    assert int(data.labels[number.value()]) == 7
    digits.reset()
    assert torch.equal(digits.noising.x0, data.x0([0]))
    assert digits.findChild(QWidget, "forward.class").currentText() == "all classes"


def test_a_hundred_thousand_points_are_offered_in_a_number_that_can_be_read(
    forward_on: Callable[[str], ForwardWorkspace],
) -> None:
    forward = forward_on("swiss-roll?n=100000")
    counts = forward.findChild(QComboBox, "forward.count")
    choose(counts, "100,000")
    forward.resize(900, 600)
    assert counts.shown == "100,000"
    assert len(forward.noising.x0) == 100_000


def test_samples_come_from_all_over_the_data(
    qtbot: QtBot, forward_on: Callable[[str], ForwardWorkspace], tmp_path: Path
) -> None:
    angle = np.linspace(1.5 * math.pi, 4.5 * math.pi, 5_000)  # along the roll, as files have it
    np.save(tmp_path / "roll.npy", np.stack([angle * np.cos(angle), angle * np.sin(angle)], 1))
    forward = forward_on(str(tmp_path / "roll.npy"))
    data = forward.session.data
    choose(forward.findChild(QWidget, "forward.count"), "500")
    shown = forward.noising.x0
    assert abs(shown.mean(0)).max() < 0.01
    assert shown.std(0).tolist() == pytest.approx([1, 1], abs=0.01)
    assert forward.findChild(QWidget, "forward.of").text() == "of 5,000"
    assert forward.shown().spread is True
    click(qtbot, forward.findChild(QWidget, "forward.others"))
    others = forward.noising.x0
    assert not (others[:, None] == shown).all(2).any(), "none of them again"
    assert abs(others.mean(0)).max() < 0.01
    click(qtbot, forward.findChild(QWidget, "forward.spread"))
    assert torch.equal(forward.noising.x0, data.x0(slice(1, 501)))
    assert forward.shown().spread is False
    click(qtbot, forward.findChild(QWidget, "forward.others"))
    assert torch.equal(forward.noising.x0, data.x0(slice(501, 1_001)))
    forward.reset()
    assert torch.equal(forward.noising.x0[0], data.x0(0)) and forward.shown().spread


def test_few_points_are_all_shown(
    forward_on: Callable[[str], ForwardWorkspace], tmp_path: Path
) -> None:
    np.save(tmp_path / "few.npy", np.random.default_rng(0).normal(0, 1, (1_000, 2)))
    forward = forward_on(str(tmp_path / "few.npy"))
    assert len(forward.noising.x0) == 1_000
    assert not forward.findChild(QWidget, "forward.of").isVisible()
    assert not forward.findChild(QWidget, "forward.spread").isVisible()


def test_a_clicked_image_is_selected_and_the_strip_follows(
    qtbot: QtBot, digits: ForwardWorkspace
) -> None:
    choose(digits.findChild(QWidget, "forward.count"), "4")
    view = digits.findChild(QWidget, "forward.view")
    view.repaint()
    part = next(part for part in view.shown if part.name == "x_t")
    cell = part.grid.cell_rect(2)
    at = QPoint(part.rect.x + cell.x + 3, part.rect.y + cell.y + 3)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert digits.selected == 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert digits.selected is None


def test_jump_and_walk_have_the_same_moments(qtbot: QtBot, digits: ForwardWorkspace) -> None:
    choose(digits.findChild(QWidget, "forward.show"), "Jump and walk")
    words = digits.findChild(QWidget, "forward.compare_words")
    qtbot.waitUntil(lambda: bool(words.text()), timeout=30_000)
    t = digits.session.schedule.T // 3
    digits.session.set_t(t)
    made = compare(digits.session.schedule, 1.0, seed=0)
    mean, std = made.moments(t)
    for values in (made.walks[t], made.jumps(t)):
        assert values.mean() == pytest.approx(mean, abs=4 * std / 1000**0.5)
        assert values.var() == pytest.approx(std**2, rel=0.2)
    steps = np.abs(np.diff(made.walks[:, 0])).sum()
    jump = np.abs(np.diff([made.jumps(t)[0] for t in range(digits.session.schedule.T + 1)])).sum()
    assert steps > 3 * jump, "path by path they differ"
    assert f"variance 1−ᾱ = {std**2:.3f}" in words.text()
    choose(digits.findChild(QWidget, "forward.show"), "Equation")
    digits.session.set_t(2 * t)
    choose(digits.findChild(QWidget, "forward.show"), "Jump and walk")
    std = made.moments(2 * t)[1]
    assert f"variance 1−ᾱ = {std**2:.3f}" in words.text(), "of the t that came meanwhile"


@pytest.mark.parametrize("view", ["cloud", "density"])
def test_a_clicked_point_shows_its_kernel(
    qtbot: QtBot, forward_on: Callable[[str], ForwardWorkspace], view: str
) -> None:
    forward = forward_on("swiss-roll")
    session = forward.session

    def find(name: str) -> QWidget:
        return forward.findChild(QWidget, name)

    show = find("forward.show")
    show.setCurrentIndex(show.findData(view))
    show.activated.emit(show.currentIndex())
    find("forward.paths").setChecked(True)
    session.set_t(10)
    picture = find("forward.view")
    with qtbot.waitSignal(picture.painted):
        picture.refresh()
    before = picture.frame.copy()
    height, width = before.shape[:2]
    box = cloud_layout((width, height), picture.style_drawn).box
    x_t = forward.noising.at(10).x_t
    column, row = to_pixels(x_t[7:8].numpy(), (box.width, box.height), forward.noising.extent)[0]
    at = QPoint(round(box.x + column), round(box.y + row))
    with qtbot.waitSignal(picture.painted):
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=at)
    assert forward.selected is not None
    shown = x_t[forward.selected]
    assert float((shown - x_t[7]).norm()) < 0.1, "the nearest point"
    assert not np.array_equal(before, picture.frame)
    mean, std = kernel(session.schedule, forward.noising.x0[forward.selected].numpy(), 10)
    assert std == pytest.approx(float(1 - session.schedule.alpha_bar[10]) ** 0.5)
    assert mean == pytest.approx(
        float(session.schedule.sqrt_alpha_bar[10]) * forward.noising.x0[forward.selected].numpy()
    )
