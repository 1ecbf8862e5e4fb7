"""The Bench in the window: tools run, boards are scrubbed, masks are drawn, all comes back."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import Find, as_format, choose, click, finder, rounds, walk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.bench.workspace import BenchWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.bench.pictures import HALVES, mask_of
from diffvis.bench.registry import TOOLS
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import open_model
from diffvis.rendering.recipe import read_recipe

CTRL = Qt.KeyboardModifier.ControlModifier
T = 12  # of the schedule: every chain is short


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward", "reverse", "bench")


@pytest.fixture
def bench(qtbot: QtBot, window: MainWindow) -> BenchWorkspace:
    """In front, with the exact denoiser of 8 x 8 digits; nothing has been run."""
    window.session.set_data(open_dataset("digits"))
    window.session.set_schedule(make_schedule("cosine", T))
    window.show_workspace("bench")
    window.session.history.forget()
    rounds()
    return window.workspaces["bench"]


@pytest.fixture
def at(window: MainWindow) -> Find:
    return finder(window, "bench.")


def done(qtbot: QtBot, bench: BenchWorkspace) -> None:
    qtbot.waitUntil(lambda: bench.idle, timeout=20_000)


def run(qtbot: QtBot, bench: BenchWorkspace, at: Find, tool: str = "edit") -> None:
    """A tool by its name, to its end."""
    if at("tool").currentData() != tool:
        choose(at("tool"), TOOLS[tool].title)
    click(qtbot, at("run"))
    done(qtbot, bench)
    assert bench.on_show is not None and bench.on_show.complete


# --- running -------------------------------------------------------------------------------


def test_a_tool_runs_and_its_last_board_is_shown(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    task = bench.on_show.task
    boards = list(bench.on_show.tool.walk(task))
    assert bench.on_show.reached == len(boards) - 1
    shown, last = bench.clock.board, boards[-1]
    assert shown.results.keys() == last.results.keys()
    for name, value in last.results.items():
        torch.testing.assert_close(shown[name], value)
    assert torch.equal(task.x0, window.session.data.x0([0])[0])
    rounds()
    assert len(np.unique(at("view").frame)) > 20, "there are pictures on it"


def test_a_run_of_one_board_shows_it(qtbot: QtBot, bench: BenchWorkspace, at: Find) -> None:
    at("steps").setValue(1)
    run(qtbot, bench, at, "denoise")
    assert bench.on_show.places == (0,)
    rounds()
    assert len(np.unique(at("view").frame)) > 20, "there are pictures on it"


def test_the_transport_goes_over_the_boards(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find, find: Find
) -> None:
    run(qtbot, bench, at)
    last = bench.on_show.reached
    assert find("transport.t").value() == last and find("transport.of").text() == f"of {last}"
    click(qtbot, find("transport.start"))
    first = bench.clock.board
    assert bench.clock.value == 0 and first is bench.on_show.board(0)
    click(qtbot, find("transport.step_forward"))
    assert bench.clock.board is bench.on_show.board(1) is not first
    assert find("transport.play").text() == "Play"
    click(qtbot, find("transport.play"))
    qtbot.waitUntil(lambda: bench.clock.value > 1, timeout=5_000)
    click(qtbot, find("transport.play"))
    assert not bench.clock.playing
    t = window.session.t
    window.show_workspace("forward")
    assert find("transport.t").value() == t, "the bar is that of t again"


def test_stop_stops_at_once_and_keeps_what_there_is(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    window.session.set_schedule(make_schedule("cosine", 1_000))
    at("steps").setValue(1_000)
    choose(at("tool"), TOOLS["inpaint"].title)
    at("resamplings").setValue(50)
    click(qtbot, at("run"))
    qtbot.waitUntil(lambda: bench.on_show.reached > 3, timeout=10_000)
    assert at("run").text() == "Stop" and not bench.idle
    click(qtbot, at("run"))
    assert bench.idle
    rounds()
    reached = bench.on_show.reached
    qtbot.wait(100)
    assert bench.on_show.reached <= reached + 1 and not bench.on_show.complete
    assert bench.clock.board is not None


def test_a_choice_makes_the_board_old_and_back_again(
    qtbot: QtBot, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    assert not bench.old and at("run").text() == "Run again"
    at("seed").setValue(3)
    assert bench.old
    at("seed").setValue(0)
    assert not bench.old
    at("image_number").setValue(5)
    assert bench.old
    click(qtbot, at("run"))
    done(qtbot, bench)
    assert not bench.old


def test_what_cannot_be_is_said_and_loses_nothing(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    before = bench.on_show
    at("strength").setText("3, many")
    at("strength").textEdited.emit("3, many")
    click(qtbot, at("run"))
    assert bench.on_show is before
    assert "strengths" in window.notices.notice.title
    assert at("strength").property("state") == "error"
    at("strength").setText("3, 500")
    at("strength").textEdited.emit("3, 500")
    click(qtbot, at("run"))
    assert bench.on_show is before, "its boards are still there"
    assert "t = 500" in window.notices.notice.title
    assert f"1 to {T}" in window.notices.notice.hint


# --- the model -----------------------------------------------------------------------------


def test_tools_that_do_not_fit_points_are_grey_and_say_why(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at, "denoise")
    window.session.set_data(open_dataset("swiss-roll"))
    box = at("tool")
    items = box.model()
    assert isinstance(items, QStandardItemModel)
    able = {box.itemData(k) for k in range(box.count()) if items.item(k).isEnabled()}
    assert able == {name for name, tool in TOOLS.items() if tool.fits_points}
    why = box.itemData(box.findData("denoise"), Qt.ItemDataRole.ToolTipRole)
    assert "for pictures" in why and "inpaint" in why
    assert box.currentData() in able, "the one in use does not fit any more"
    assert bench.on_show is None, "its boards were of pictures"
    window.session.set_schedule(make_schedule("cosine", T))
    at("steps").setValue(3)
    for tool in able:
        choose(at("tool"), TOOLS[tool].title)
        at("count").setValue(20)
        run(qtbot, bench, at, tool)
    assert at("mask_part").currentText() == "y"


def test_another_model_of_the_same_pictures_makes_the_board_old(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    window.session.set_model(open_model("digits"))
    assert bench.old and bench.clock.board is not None
    at("steps").setValue(3)
    choose(at("image"), "sample")
    run(qtbot, bench, at, "upscale")
    assert bench.on_show.picture == "its own sample 0" and bench.on_show.task.x0 is not None
    run(qtbot, bench, at, "anagram")


def test_tools_that_choose_their_classes_leave_class_alone_and_guidance_open(
    window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    window.session.set_model(open_model("digits"))
    choose(at("class"), "3")
    assert bench.form.order(2**20).task.chain.label == 3
    choose(at("tool"), TOOLS["anagram"].title)
    assert not at("class").isEnabled() and at("guidance").isEnabled()
    at("guidance").setValue(2.0)
    chain = bench.form.order(2**20).task.chain
    assert (chain.label, chain.guidance) == (None, 2.0)
    choose(at("tool"), TOOLS["edit"].title)
    assert at("class").isEnabled() and at("class").currentText() == "3"


# --- the mask ------------------------------------------------------------------------------


def cell(canvas: QWidget, row: int, column: int) -> QPoint:
    """The middle of a square of a canvas that shows 8 x 8, as it is seen."""
    side = min(canvas.width(), canvas.height()) - 6
    left, top = (canvas.width() - side) / 2, (canvas.height() - side) / 2
    return QPoint(round(left + (column + 0.5) * side / 8), round(top + (row + 0.5) * side / 8))


@pytest.fixture
def canvas(bench: BenchWorkspace, at: Find) -> QWidget:
    """That of the mask, which hides nothing, with a brush of one square."""
    choose(at("tool"), TOOLS["inpaint"].title)
    at("mask_clear").click()
    at("mask_brush").setValue(1)
    rounds()
    return at("mask")


def test_the_mask_is_drawn_by_mouse(
    qtbot: QtBot, bench: BenchWorkspace, at: Find, canvas: QWidget
) -> None:
    left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
    qtbot.mousePress(canvas, left, pos=cell(canvas, 2, 1))
    qtbot.mouseMove(canvas, cell(canvas, 2, 5))
    qtbot.mouseRelease(canvas, left, pos=cell(canvas, 2, 5))
    wanted = torch.ones(8, 8, dtype=torch.bool)
    wanted[2, 1:6] = False
    assert torch.equal(bench.form.mask.known(), wanted)
    assert at("mask_part").currentText() == "by hand"
    qtbot.mouseClick(canvas, right, pos=cell(canvas, 2, 3))
    wanted[2, 3] = True
    click(qtbot, at("mask_show"))
    qtbot.mouseClick(canvas, left, pos=cell(canvas, 2, 5))
    wanted[2, 5] = True
    assert torch.equal(bench.form.mask.known(), wanted)
    at("resamplings").setValue(2)
    run(qtbot, bench, at, "inpaint")
    assert torch.equal(bench.on_show.task.known, wanted)
    made = bench.clock.board["x0"]
    torch.testing.assert_close(
        made[:, 0, wanted], bench.on_show.task.x0[:, wanted].expand(len(made), -1)
    )


def test_the_mask_is_drawn_by_keys(
    qtbot: QtBot, bench: BenchWorkspace, at: Find, canvas: QWidget
) -> None:
    keys = Qt.Key
    canvas.setFocus()
    assert canvas.brush.at == (4, 4)
    for key in (keys.Key_Up, keys.Key_Left, keys.Key_Left, keys.Key_Space):
        qtbot.keyClick(canvas, key)
    wanted = torch.ones(8, 8, dtype=torch.bool)
    wanted[3, 2] = False
    assert torch.equal(bench.form.mask.known(), wanted)
    assert "1 of 64 squares are hidden" in canvas.spoken_value()
    qtbot.keyClick(canvas, keys.Key_Plus)
    assert at("mask_brush").value() == 2
    qtbot.keyClick(canvas, keys.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, keys.Key_Space)
    wanted[3:5, 7] = False
    assert torch.equal(bench.form.mask.known(), wanted), "the edge cuts the brush off"
    qtbot.keyClick(canvas, keys.Key_Minus)
    qtbot.keyClick(canvas, keys.Key_Space)
    wanted[3, 7] = True
    assert torch.equal(bench.form.mask.known(), wanted)


def test_a_part_is_hidden_by_its_name(bench: BenchWorkspace, at: Find) -> None:
    choose(at("tool"), TOOLS["inpaint"].title)
    for part in HALVES:
        choose(at("mask_part"), part)
        assert torch.equal(bench.form.mask.known(), mask_of(part, (1, 8, 8))), part


# --- pictures ------------------------------------------------------------------------------


def test_a_picture_is_drawn_or_dropped(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find, tmp_path: Path
) -> None:
    from PIL import Image

    choose(at("image"), "drawn")
    pad = at("image_pad")
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    given = bench.form.image.given()
    row, column = pad.brush.at
    assert given.x0.shape == (1, 8, 8) and float(given.x0[0, row, column]) > 0
    assert float(given.x0[0, 0, 0]) == -1, "the ground is black"
    file = tmp_path / "white.png"
    Image.new("L", (20, 20), 255).save(file)
    assert bench.take_picture(file)
    done(qtbot, bench)
    assert bench.on_show.picture == "white.png"
    assert float(bench.on_show.task.x0.min()) == 1
    (tmp_path / "none.png").write_bytes(b"nothing of the kind")
    assert not bench.take_picture(tmp_path / "none.png")
    assert "none.png" in window.notices.notice.title
    assert bench.on_show.picture == "white.png"


def test_the_sample_that_is_selected_in_reverse_is_worked_on(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    action = window.registry["bench.take_picked"]
    assert "no chain" in action.why_not()
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    walk(qtbot, reverse)
    reverse.chain.select(2)
    action.run()
    done(qtbot, bench)
    assert window.in_front == "bench" and at("image").currentText() == "sample 3 of Reverse"
    assert bench.on_show.picture == "sample 3 of Reverse"
    torch.testing.assert_close(bench.on_show.task.x0, reverse.recording.x_at(0)[2])
    choose(at("image"), "data")
    assert torch.equal(bench.form.image.given().x0, window.session.data.x0([0])[0])
    choose(at("image"), "sample 3 of Reverse")
    window.session.set_data(open_dataset("swiss-roll"))
    assert at("image").findText("sample 3 of Reverse") < 0, "it was a picture"
    assert action.why_not()


def test_a_mask_is_opened_from_a_file(
    window: MainWindow, bench: BenchWorkspace, at: Find, tmp_path: Path, canvas: QWidget
) -> None:
    from PIL import Image

    marks = np.zeros((16, 16), np.uint8)
    marks[:8, 8:] = 255
    Image.fromarray(marks).save(tmp_path / "mask.png")
    (tmp_path / "none.png").write_bytes(b"nothing of the kind")
    assert bench.form.mask.use_file(tmp_path / "mask.png")
    wanted = torch.zeros(8, 8, dtype=torch.bool)
    wanted[:4, 4:] = True
    assert torch.equal(bench.form.mask.known(), wanted), "black is hidden"
    assert at("mask_part").currentText() == "by hand"
    assert not bench.form.mask.use_file(tmp_path / "none.png")
    assert "none.png" in window.notices.notice.title
    assert torch.equal(bench.form.mask.known(), wanted), "nothing is lost"


def test_a_rectangle_is_hidden_by_mouse_and_by_keys(
    qtbot: QtBot, bench: BenchWorkspace, at: Find, canvas: QWidget
) -> None:
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(canvas, left, shift, pos=cell(canvas, 6, 5))
    qtbot.mouseMove(canvas, cell(canvas, 0, 0))
    qtbot.mouseMove(canvas, cell(canvas, 2, 1))
    qtbot.mouseRelease(canvas, left, shift, pos=cell(canvas, 2, 1))
    wanted = torch.ones(8, 8, dtype=torch.bool)
    wanted[2:7, 1:6] = False
    assert torch.equal(bench.form.mask.known(), wanted)
    canvas.setFocus()
    keys = Qt.Key
    for key in (keys.Key_Up, keys.Key_Up, keys.Key_R, keys.Key_Right, keys.Key_Escape):
        qtbot.keyClick(canvas, key)
    assert torch.equal(bench.form.mask.known(), wanted), "Esc takes it back"
    for key in (keys.Key_R, keys.Key_Right, keys.Key_Right, keys.Key_Up, keys.Key_R, keys.Key_Down):
        qtbot.keyClick(canvas, key)
    wanted[0:1, 2:5] = False
    assert torch.equal(bench.form.mask.known(), wanted)


def test_the_value_under_the_mouse_is_that_of_the_picture(
    qtbot: QtBot, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    view = at("view")
    view.repaint()
    rect = view.shown[-1].rect
    exhibit = bench.clock.board.exhibits[-1]
    middle = QPoint(rect.x + rect.width // 2, rect.y + rect.height // 2) / view.devicePixelRatio()
    qtbot.mouseMove(view, middle)
    said = view.pointed_value
    assert said.startswith("row ") or "row " in said
    row, column = (int(word) for word in re.findall(r"(?:row|column) (\d+)", said))
    value = float(said.rpartition(": ")[2].replace("−", "-"))
    assert value == pytest.approx(float(exhibit.x[0, 0, row, column]), abs=0.006)


# --- export, undo, stage -------------------------------------------------------------------


def test_a_film_of_the_board_is_exported(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find, tmp_path: Path
) -> None:
    at("steps").setValue(4)
    run(qtbot, bench, at, "inpaint")
    at("seed").setValue(9)  # what is on show is exported, not what would be run next
    window.export()
    dialog = window.exports.dialog
    form = finder(dialog, "export.")
    as_format(dialog, "GIF")
    path = tmp_path / "board.gif"
    form("path").setText(str(path))
    form("path").textEdited.emit(str(path))
    form("frames").setValue(3)
    click(qtbot, form("run"))
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    dialog.close()
    recipe = read_recipe(path)
    assert recipe["tool"] == "inpaint" and recipe["settings"] == bench.on_show.tool.model_dump()
    assert recipe["known"]["shape"] == [8, 8]
    assert (recipe["spec"]["seed"], recipe["spec"]["steps"]) == (0, 4)


def test_there_is_nothing_to_export_of_a_sample_that_is_not_made_yet(
    window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    choose(at("image"), "sample")
    window.export()
    assert "nothing to export" in window.notices.notice.title


def test_what_was_chosen_comes_back(
    qtbot: QtBot,
    window: MainWindow,
    bench: BenchWorkspace,
    at: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diffvis.app.undo.history.MERGE_S", 0.0)
    history = window.session.history
    first = at("tool").currentData()
    choose(at("tool"), TOOLS["inpaint"].title)
    before = bench.form.mask.known()
    at("mask").setFocus()
    qtbot.keyClick(at("mask"), Qt.Key.Key_Space)
    drawn = bench.form.mask.known()
    assert not torch.equal(before, drawn)
    at("jump").setValue(3)
    at("image_number").setValue(7)
    assert history.undoes == "picture: data 7"
    history.undo()
    assert at("image_number").value() == 0
    assert history.undoes == "Jump: 3"
    history.undo()
    assert at("jump").value() == 10
    assert history.undoes == "mask: by hand"
    history.undo()
    assert torch.equal(bench.form.mask.known(), before)
    assert history.undoes == f"tool: {TOOLS['inpaint'].title}"
    history.undo()
    assert at("tool").currentData() == first
    for _ in range(4):
        history.redo()
    assert at("image_number").value() == 7 and at("jump").value() == 3
    assert torch.equal(bench.form.mask.known(), drawn)


def test_the_board_fills_the_stage(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace, at: Find
) -> None:
    run(qtbot, bench, at)
    small = at("view").height()
    window.stage.begin(full_screen=False)
    rounds()
    assert at("view").height() > small and not at("view").visibleRegion().isEmpty()
    assert at("tool").visibleRegion().isEmpty()
    window.stage.end()
    rounds()
    assert bench.isAncestorOf(at("view"))


def test_ctrl_5_opens_it_and_the_first_tool_works(
    qtbot: QtBot, window: MainWindow, bench: BenchWorkspace
) -> None:
    window.show_workspace("forward")
    qtbot.keyClick(window, Qt.Key.Key_5, CTRL)
    assert window.in_front == "bench" and bench.on_show is not None
    done(qtbot, bench)
    assert bench.on_show.complete
    qtbot.keyClick(window, Qt.Key.Key_C, CTRL)
    assert "copied" in window.notices.notice.title
