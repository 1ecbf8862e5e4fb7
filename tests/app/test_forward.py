"""What Forward shows are the core's numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.noising import Noising
from diffvis.app.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule, q_sample

Find = Callable[[str], QWidget]


@pytest.mark.parametrize("part", [0.0, 1 / 40, 0.5, 1.0])
def test_readouts_at_t(window: MainWindow, find: Find, part: float) -> None:
    session = window.session
    t = round(part * session.schedule.T)
    find("transport.timestep").setValue(t)
    forward = find("forward.view").window().workspaces["forward"]
    noising = forward.noising
    x_t = q_sample(session.schedule, noising.x0, t, noising.eps)
    assert torch.equal(noising.at(t).x_t, x_t)
    readouts = {key: forward.findChild(QWidget, f"readout.{key}").text() for key in
                ("alpha_bar", "snr", "mean", "variance")}  # fmt: skip
    alpha_bar = float(session.schedule.alpha_bar[t])
    assert readouts["alpha_bar"] == f"{alpha_bar:.4f}"
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
    qtbot.waitUntil(lambda: not window.session.data.is_points, timeout=10_000)
    assert window.workspaces["forward"].noising.x0.shape[1:] == (1, 8, 8)
    assert find("transport.timestep").maximum() == window.session.schedule.T
