"""Where fewer steps than T lie, in Reverse: closer together near the noise, or near the data."""

import pytest
import torch
from driving import Find, choose, click, finder, settle, walk
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from diffvis.app.export.choices import choices_for, spec_of
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.session import Session
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import colour
from diffvis.diffusion import timesteps
from diffvis.sampling.chain import run_chain


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


@pytest.fixture
def find(reverse: ReverseWorkspace) -> Find:
    """The widget of the workspace with this object name."""
    found = finder(reverse)
    found("reverse.count").setValue(30)
    found("reverse.steps").setValue(6)
    return found


def test_the_chain_visits_shifted_times(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    find("reverse.shift").setValue(3.0)
    walk(qtbot, reverse)
    recording = reverse.recording
    assert recording.settings.shift == 3.0
    assert list(recording.times)[::-1] == timesteps(session.schedule.T, 6, 3.0)
    *_, last = run_chain(session.model, recording.settings)
    assert torch.equal(recording.x_at(0), last.x_s)
    shown = reverse.shown()
    choice = choices_for(shown, session)[0]
    *_, made = choice.subject.content("numbers", spec_of(shown)).pieces()
    assert made["t"].tolist() == list(recording.times)[::-1], "the export has the same moments"


def test_a_chain_of_all_steps_has_no_place_to_shift(
    session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    find("reverse.shift").setValue(3.0)
    find("reverse.steps").setValue(session.schedule.T)
    assert not find("reverse.shift").isEnabled()
    assert reverse.settings().shift == 1.0
    find("reverse.steps").setValue(6)
    assert reverse.settings().shift == 3.0
    reverse.reset()
    assert find("reverse.shift").value() == 1.0


def test_two_spacings_beside_each_other(
    qtbot: QtBot, session: Session, reverse: ReverseWorkspace, find: Find
) -> None:
    walk(qtbot, reverse)
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_sampler"), "DDPM (ancestral)")
    find("reverse.rival_steps").setValue(6)
    find("reverse.rival_shift").setValue(0.5)
    settle(qtbot, reverse)
    rival = reverse.chain.rival
    assert list(rival.times)[::-1] == timesteps(session.schedule.T, 6, 0.5)
    assert rival.settings.shift == 0.5
    assert reverse.recording.settings.shift == 1.0


def test_the_slider_shows_where_the_steps_lie(qtbot: QtBot, window: MainWindow) -> None:
    window.show_workspace("reverse")
    reverse, session, find = window.workspaces["reverse"], window.session, finder(window)
    slider, T = find("transport.timestep"), window.session.schedule.T
    panel = colour(window.theme.style.panel)

    def dotted() -> list[int]:
        """The t at which the groove has a dot, but for those that the handle covers."""
        image, row = slider.grab().toImage(), round(slider._axis)
        seen = (image.pixelColor(round(slider.x_of(t)), row) for t in range(T + 1))
        return [t for t, at in enumerate(seen) if 0 < t < T and near(at, panel)]

    find("reverse.count").setValue(30)
    find("reverse.steps").setValue(6)
    find("reverse.shift").setValue(3.0)
    walk(qtbot, reverse)
    session.set_t(0)
    assert dotted() == timesteps(T, 6, 3.0)[-2:0:-1]
    find("reverse.shift").setValue(10.0)
    find("reverse.steps").setValue(12)
    walk(qtbot, reverse)
    session.set_t(0)
    assert set(timesteps(T, 12, 10.0)[1:-1]) <= set(dotted()), "also where they are close together"
    find("reverse.steps").setValue(T)
    walk(qtbot, reverse)
    session.set_t(0)
    assert not dotted()


def near(one: QColor, other: QColor) -> bool:
    return max(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) < 40
