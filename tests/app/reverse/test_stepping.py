"""A chain that is walked step by step: what plays on, what is compared, what branches meanwhile."""

from collections.abc import Callable

import pytest
import torch
from driving import Find, choose, click, complete, walk
from pytestqt.qtbot import QtBot

from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.sampling.chain import run_chain

STEPS = 8


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


@pytest.fixture
def reverse(window: MainWindow, find: Find) -> ReverseWorkspace:
    """Reverse of the Swiss roll in front, with a short chain of few points."""
    window.show_workspace("reverse")
    find("reverse.count").setValue(40)
    find("reverse.steps").setValue(STEPS)
    find("reverse.rival_steps").setValue(STEPS)
    return window.workspaces["reverse"]


@pytest.fixture
def step(qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find) -> Callable:
    """Presses the step button, and waits until all that follows has been walked."""

    def pressed(times: int = 1) -> None:
        for _ in range(times):
            click(qtbot, find("transport.step_forward"))
            rest(qtbot, reverse)

    return pressed


def rest(qtbot: QtBot, reverse: ReverseWorkspace) -> None:
    qtbot.waitUntil(lambda: reverse.idle, timeout=30_000)


def test_play_goes_on_with_a_chain_that_was_stepped(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, step: Callable
) -> None:
    step(3)
    assert (reverse.recording.walked, reverse.chain.paused) == (3, True)
    click(qtbot, find("transport.play"))
    qtbot.waitUntil(lambda: not window.player.playing, timeout=30_000)
    assert window.session.t == 0
    assert complete(reverse)
    *_, last = run_chain(reverse.recording.model, reverse.settings())
    assert torch.equal(reverse.recording.x_at(0), last.x_s), "stepping changed nothing"


def test_play_goes_on_after_the_pause_button(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    find("reverse.count").setValue(2_000)
    find("reverse.steps").setValue(30)
    click(qtbot, find("reverse.run"))
    click(qtbot, find("reverse.pause"))
    rest(qtbot, reverse)
    assert not reverse.recording.complete
    assert not window.player.playing
    click(qtbot, find("transport.play"))
    assert find("reverse.pause").text() == "Pause"
    qtbot.waitUntil(lambda: window.session.t == 0, timeout=30_000)


def test_playing_back_leaves_a_paused_chain_paused(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, step: Callable
) -> None:
    step(3)
    window.player.play(-1)
    qtbot.waitUntil(lambda: not window.player.playing, timeout=30_000)
    assert window.session.t == reverse.recording.start
    assert (reverse.recording.walked, reverse.chain.paused) == (3, True)


def test_many_steps_at_once_are_walked_and_followed(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace
) -> None:
    for walked in (3, 6):
        window.player.step(3)
        rest(qtbot, reverse)
        assert reverse.recording.walked == walked
        assert window.session.t == reverse.recording.times[-1 - walked]
    window.player.step(10)
    qtbot.waitUntil(lambda: complete(reverse))
    assert window.session.t == 0
    assert not reverse.chain.paused


def test_t_that_is_moved_while_steps_are_walked_stays(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, step: Callable
) -> None:
    find("reverse.count").setValue(1_000)
    step(2)
    window.player.step(4)
    window.session.set_t(reverse.recording.start)
    rest(qtbot, reverse)
    assert reverse.recording.walked == 6
    assert window.session.t == reverse.recording.start


def test_branches_of_a_paused_chain_are_walked_at_once(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, step: Callable
) -> None:
    step(3)
    click(qtbot, find("reverse.show_branch"))
    click(qtbot, find("reverse.branch"))
    branches = reverse.chain.branches
    qtbot.waitUntil(lambda: branches.complete, timeout=30_000)
    rest(qtbot, reverse)
    assert (reverse.recording.walked, reverse.chain.paused) == (3, True), "the chain itself waits"
    assert branches.start == window.session.t == reverse.recording.times[-4]
    step()
    assert reverse.recording.walked == 4


@pytest.mark.parametrize(("own", "rivals"), [(8, 8), (8, 32), (8, 3), (8, 1)])
def test_what_is_compared_while_stepping_is_of_one_time(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, step: Callable,
    own: int, rivals: int,
) -> None:  # fmt: skip
    click(qtbot, find("reverse.show_compare"))
    find("reverse.rival_steps").setValue(rivals)
    for _ in range(own):
        step()
        a, b, t = reverse.recording, reverse.chain.rival, window.session.t
        assert a.shown_time(t) == t
        assert b.shown_time(t) == min(time for time in b.times if time >= t), "as far as A"
        difference = float((a.x_at(t) - b.x_at(t)).square().mean().sqrt())
        assert reverse.pages["compare"].view.difference() == pytest.approx(difference)
        if own == rivals:
            assert difference == 0
    assert t == 0
    assert complete(reverse), "B has come to its end with A"
    assert not reverse.chain.paused


def test_a_rival_of_a_paused_chain_comes_to_where_it_waits(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find, step: Callable
) -> None:
    step(3)
    click(qtbot, find("reverse.show_compare"))
    rest(qtbot, reverse)
    for steps in (STEPS, 2 * STEPS):
        find("reverse.rival_steps").setValue(steps)
        rest(qtbot, reverse)
        rival = reverse.chain.rival
        assert (rival.length, rival.walked) == (steps, 3 * steps // STEPS)
        assert reverse.pages["compare"].view.difference() is not None
    assert (reverse.recording.walked, reverse.chain.paused) == (3, True)


def test_pause_holds_the_branches_of_a_complete_chain(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    reverse.run(play=False)
    qtbot.waitUntil(lambda: complete(reverse), timeout=30_000)
    window.session.set_t(reverse.recording.start)
    find("reverse.branches").setValue(64)
    click(qtbot, find("reverse.show_branch"))
    click(qtbot, find("reverse.branch"))
    click(qtbot, find("reverse.pause"))
    assert reverse.idle
    qtbot.wait(500)  # the step that is being taken is finished first
    walked = reverse.chain.branches.walked
    qtbot.wait(50)
    assert reverse.chain.branches.walked == walked < STEPS
    choose(find("reverse.rival_sampler"), "DDIM")
    click(qtbot, find("reverse.pause"))
    qtbot.waitUntil(lambda: complete(reverse), timeout=30_000)


def test_resume_right_after_a_step_plays_at_its_own_pace(
    qtbot: QtBot, window: MainWindow, reverse: ReverseWorkspace, find: Find
) -> None:
    find("reverse.steps").setValue(40)
    choose(find("transport.speed"), find("transport.speed").itemText(0))
    click(qtbot, find("transport.step_forward"))  # under way
    click(qtbot, find("reverse.pause"))
    qtbot.waitUntil(lambda: complete(reverse), timeout=30_000)
    assert window.player.playing and window.session.t > 0, "t followed the chain to its end"


def test_what_a_free_sampler_does_is_said_with_its_calls(
    qtbot: QtBot, reverse: ReverseWorkspace, find: Find
) -> None:
    steps, view = find("readout.chain_steps"), find("reverse.step_view")
    choose(find("reverse.sampler"), "Predictor–corrector")
    find("reverse.steps").setValue(5)
    walk(qtbot, reverse)
    assert steps.text() == "5 / 5 by 9 calls"  # none corrects the last
    assert "z at t = " in view.spoken_value() or "mean = " in view.spoken_value()
    choose(find("reverse.sampler"), "DDIM")
    walk(qtbot, reverse)
    assert steps.text() == "5 / 5"
