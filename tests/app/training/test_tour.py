"""A lesson in the whole window: train, change, stop, reopen, sample; and a random user."""

import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from driving import choose, click, rounds
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.shell.window import MainWindow
from diffvis.app.training.trainer import Trainer
from diffvis.models.model import Model
from diffvis.rendering.samples import draw_samples
from diffvis.rendering.scatter import colour_of_noise
from diffvis.rendering.terms import DEFAULT_EXTENT
from diffvis.sampling.chain import run_chain
from diffvis.sampling.settings import ChainSettings
from diffvis.training.run import RunFolder

Find = Callable[[str], QWidget]
RANDOM_USER = Path(__file__).parents[3] / "benchmarks" / "random_user.py"
ACTIONS, WARM_UP = 180, 60
SEED = 7


def small(find: Find, steps: int) -> None:
    find("training.steps").setValue(steps)
    for name, value in (
        ("batch_size", 16), ("preview_count", 16), ("preview_steps", 4), ("validation_count", 16),
    ):  # fmt: skip
        find(f"training.{name}").setValue(value)


@pytest.mark.slow
def test_a_lesson_from_start_to_reopened(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    training = window.workspaces["training"]
    window.show_workspace("training")
    small(find, 1_000_000)
    click(qtbot, find("training.start"))
    qtbot.waitUntil(lambda: training.record.step > 5, timeout=60_000)
    heard: list[bool] = []  # called in the worker's thread, where waitSignal could not end
    training.findChild(Trainer).worker.caught_up.connect(lambda: heard.append(True))
    click(qtbot, find("training.pause"))
    qtbot.waitUntil(lambda: bool(heard), timeout=30_000)
    qtbot.waitUntil(lambda: "aused" in find("training.status").text(), timeout=30_000)
    held = training.record.step
    ask = find("training.lr_now").lineEdit()
    ask.setText("1e-3")
    ask.returnPressed.emit()
    click(qtbot, find("training.preview_now"))
    qtbot.waitUntil(lambda: training.record.film.moments[-1].step == held, timeout=30_000)
    click(qtbot, find("training.use_now"))
    qtbot.waitUntil(lambda: window.session.model.steps == held, timeout=30_000)
    click(qtbot, find("training.pause"))
    qtbot.waitUntil(lambda: training.record.step > held + 3, timeout=30_000)
    click(qtbot, find("training.stop"))
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    qtbot.waitUntil(lambda: window.session.model.steps == training.record.step, timeout=30_000)
    first = training.record
    assert np.isclose(first.history.learning_rate.view()[-1], 1e-3, rtol=0.01)

    small(find, 4)
    click(qtbot, find("training.start"))
    qtbot.waitUntil(lambda: not training.running, timeout=60_000)
    assert training.record.path != first.path
    training.open_run(first.path)
    qtbot.waitUntil(lambda: training.record.path == first.path, timeout=30_000)
    second = training.findChild(Trainer).record
    training.findChild(Trainer).use_now(
        second
    )  # what has ended may be there later than what was chosen
    qtbot.waitUntil(lambda: window.session.model.path == second.path, timeout=30_000)
    rounds()
    assert training.record.path == first.path
    qtbot.waitUntil(lambda: len(training.record.history) == first.step, timeout=30_000)
    assert np.allclose(training.record.history.loss.view(), first.history.loss.view(), rtol=1e-5)
    assert RunFolder.open(first.path).checkpoints()
    sample_from_it(qtbot, window, find)


def sample_from_it(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    """The lesson goes on with the model just trained: run, step back, branch, compare."""
    reverse = window.workspaces["reverse"]

    def settle() -> None:
        qtbot.waitUntil(lambda: window.idle, timeout=60_000)

    window.show_workspace("reverse")
    find("reverse.steps").setValue(6)
    find("reverse.count").setValue(20)
    click(qtbot, find("reverse.run"))
    settle()
    main, model = reverse.recording, window.session.model
    assert main.model is model
    steps = list(run_chain(model, reverse.settings()))
    assert torch.equal(main.x_at(0), steps[-1].x_s), "the seed gives the core's own samples"
    window.player.pause()
    window.session.set_t(0)
    for _ in range(3):
        click(qtbot, find("transport.step_back"))
    t = window.session.t
    assert t == main.times[3]
    step = next(step for step in steps if step.t == t)
    view = find("reverse.view")
    view.repaint()
    size = view.frame.shape[1], view.frame.shape[0]
    expected = draw_samples(
        step.x_t, size, view.style_drawn, caption=f"x_{{{t}}} · 20 points, seed 0", selected=0,
        colours=colour_of_noise(steps[0].x_t), extent=DEFAULT_EXTENT,
    )  # fmt: skip
    assert np.array_equal(view.frame, expected), "the picture is the core's"

    click(qtbot, find("reverse.show_branch"))
    find("reverse.branches").setValue(5)
    click(qtbot, find("reverse.branch"))
    settle()
    branches = reverse.chain.branches
    assert torch.equal(branches.x_at(t), step.x_t[:1].expand(5, 2))
    assert reverse.recording is main
    click(qtbot, find("reverse.show_compare"))
    choose(find("reverse.rival_sampler"), "DDIM")
    settle()
    rival = reverse.chain.rival
    assert rival.settings.sampler == "ddim"
    assert torch.equal(rival.x_at(rival.start), main.x_at(main.start)), "from the same noise"
    assert torch.equal(rival.x_at(0), last_of(rival.settings, rival.model))


def last_of(settings: ChainSettings, model: Model) -> torch.Tensor:
    *_, step = run_chain(model, settings)
    return step.x_s


def test_the_same_seed_gives_the_same_curve(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    training = window.workspaces["training"]
    losses = []
    for looked_at in (False, True):
        window.show_workspace("training" if looked_at else "forward")
        small(find, 12)
        find("training.start").click()
        if looked_at:  # watching, previewing and pausing change nothing
            find("training.preview_now").click()
            choose(find("training.samples_mode"), "EMA | raw")
            find("training.pause").click()
            rounds()
            find("training.pause").click()
        qtbot.waitUntil(lambda: not training.running, timeout=60_000)
        losses.append(training.record.history.loss.view())
    assert np.array_equal(*losses)


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The benchmark of the random user, who works in a folder of its own."""
    from PySide6.QtWidgets import QFileDialog

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, staticmethod(lambda *_, **__: ("", "")))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_, **__: ""))
    spec = importlib.util.spec_from_file_location("random_user", RANDOM_USER)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.slow
def test_a_random_user_breaks_nothing(qtbot: QtBot, window: MainWindow, user: ModuleType) -> None:
    """A few hundred actions; an hour is ``python -m benchmarks.random_user --minutes 60``."""
    random.seed(SEED)
    at_work, base = user.RandomUser(window, SEED), 0.0
    with user.Watch().on() as watch:
        while at_work.actions < ACTIONS:
            at_work.act()
            qtbot.wait(round(1000 * user.ACT_SECONDS))
            assert not watch.troubles, watch.troubles[0]
            if at_work.actions == WARM_UP:
                base = user.Holding.of(window).resident
        grown = user.Holding.of(window).resident - base
        assert not user.still_alive(window, lambda seconds: qtbot.wait(round(1000 * seconds)))
        assert not watch.troubles, watch.troubles[0]
    assert len(at_work.done) > 30, "it uses many controls"
    assert grown < user.GROWTH_MB, f"memory grew by {grown:.0f} MB"
