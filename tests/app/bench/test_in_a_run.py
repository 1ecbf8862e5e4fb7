"""What a person can do while a tool works: it ends well, and the next run is of what is chosen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, choose, click, finder, rounds
from PIL import Image
from pytestqt.qtbot import QtBot

from diffvis.app.bench.workspace import BenchWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.bench.registry import TOOLS
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import open_model

T = 200


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward", "bench")


@pytest.fixture
def at(window: MainWindow) -> Find:
    return finder(window, "bench.")


@pytest.fixture
def bench(qtbot: QtBot, window: MainWindow, at: Find) -> BenchWorkspace:
    """In the middle of a long inpainting of 8 x 8 digits."""
    window.session.set_data(open_dataset("digits"))
    window.session.set_schedule(make_schedule("cosine", T))
    window.show_workspace("bench")
    made = window.workspaces["bench"]
    choose(at("tool"), TOOLS["inpaint"].title)
    at("steps").setValue(T)
    at("resamplings").setValue(50)
    click(qtbot, at("run"))
    qtbot.waitUntil(lambda: made.on_show is not None and made.on_show.reached > 3, timeout=10_000)
    assert not made.idle
    return made


def another_tool(window: MainWindow, at: Find, tmp_path: Path) -> None:
    choose(at("tool"), TOOLS["denoise"].title)


def another_model(window: MainWindow, at: Find, tmp_path: Path) -> None:
    window.session.set_model(open_model("digits"))


def points(window: MainWindow, at: Find, tmp_path: Path) -> None:
    window.session.set_data(open_dataset("swiss-roll"))


def another_schedule(window: MainWindow, at: Find, tmp_path: Path) -> None:
    window.session.set_schedule(make_schedule("linear", 50))


def reset(window: MainWindow, at: Find, tmp_path: Path) -> None:
    window.registry["bench.reset"].run()


def undo(window: MainWindow, at: Find, tmp_path: Path) -> None:
    while window.session.history.undoes:
        window.session.history.undo()
        rounds()


def a_picture(window: MainWindow, at: Find, tmp_path: Path) -> None:
    Image.new("L", (9, 30), 255).save(tmp_path / "white.png")
    assert window.workspaces["bench"].take_picture(tmp_path / "white.png")


def an_empty_mask(window: MainWindow, at: Find, tmp_path: Path) -> None:
    at("mask_clear").click()


CHANGES = (
    another_tool, another_model, points, another_schedule, reset, undo, a_picture, an_empty_mask,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_it_ends_well_whatever_changes(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find, tmp_path: Path,
    change: Callable[[MainWindow, Find, Path], None],
) -> None:  # fmt: skip
    failed = []
    bench.view.failed.connect(failed.append)
    change(window, at, tmp_path)
    rounds()
    bench.view.refresh()
    bench.view.repaint()
    if not bench.idle:
        click(qtbot, at("run"))
    assert bench.idle and not failed
    if at("tool").currentData() == "inpaint" and not window.session.model.is_points:
        choose(at("mask_part"), "left")
    at("steps").setValue(3)
    click(qtbot, at("run"))
    qtbot.waitUntil(lambda: bench.idle, timeout=30_000)
    run = bench.on_show
    assert run is not None and run.complete and not bench.old
    assert run.tool.name == at("tool").currentData()
    assert run.task.model is window.session.model
    bench.view.repaint()
    assert not failed and len(np.unique(bench.view.frame)) > 20


def test_the_window_closes_in_the_middle_of_it(window: MainWindow, bench: BenchWorkspace) -> None:
    window.close()
    assert bench.wait(), "its thread has ended"


def test_an_empty_or_a_full_mask_is_refused_and_the_boards_stay(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    click(qtbot, at("run"))
    before = bench.on_show
    at("mask_clear").click()
    click(qtbot, at("run"))
    assert bench.on_show is before and bench.idle
    assert "hides nothing" in window.notices.notice.title
    bench.form.mask.canvas.show_marks(np.ones((8, 8), bool))
    bench.form.mask.canvas.edited.emit()
    click(qtbot, at("run"))
    assert bench.on_show is before
    assert "hides all" in window.notices.notice.title
    assert not torch.any(bench.form.mask.known())
