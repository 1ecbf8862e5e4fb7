"""The drop-down of models: what it shows of each, and what stands in for data that are not here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import choose
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QComboBox, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.own_samples import is_own
from diffvis.app.recent import recent
from diffvis.app.shell.opening import Opening
from diffvis.app.shell.window import MainWindow
from diffvis.app.widgets.entry_delegate import ENTRY
from diffvis.data.catalogue import open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.foreign.wrap import wrap
from diffvis.models.shipped import shipped

Find = Callable[[str], QWidget]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ()


@pytest.fixture
def picker(find: Find) -> QComboBox:
    return find("source.model")


def test_each_ready_trained_model_shows_picture_size_and_figures(picker: QComboBox) -> None:
    described = [known for known in shipped() if known.figures]
    assert {known.name for known in described} >= {"swiss-roll", "pinwheel"}
    for known in described:
        row = picker.findText(known.name)
        entry = picker.itemData(row, ENTRY)
        assert entry.picture == known.thumbnail and known.thumbnail is not None
        assert "MB" in entry.lines[0]
        assert known.figures[0][1] in entry.lines[1]
        said = picker.itemData(row, Qt.ItemDataRole.AccessibleTextRole)
        assert known.name in said and known.figures[0][1] in said


def test_rows_are_drawn_and_as_high_as_their_lines(picker: QComboBox) -> None:
    option = QStyleOptionViewItem()
    option.initFrom(picker.view())
    delegate, model = picker.itemDelegate(), picker.model()
    heights = {}
    for row in range(picker.count()):
        index = model.index(row, 0)
        size = delegate.sizeHint(option, index)
        heights[index.data()] = size.height()
        drawn = QImage(size, QImage.Format.Format_RGB32)
        drawn.fill(0)
        option.rect = QRect(QPoint(0, 0), size)
        painter = QPainter(drawn)
        delegate.paint(painter, option, index)
        painter.end()
        assert np.any(np.frombuffer(drawn.constBits(), np.uint8)), index.data()
    assert heights["swiss-roll"] > heights["Exact denoiser"] > heights["Open checkpoint…"]


def test_the_keyboard_walks_through_the_models(
    qtbot: QtBot, window: MainWindow, picker: QComboBox
) -> None:
    picker.setFocus()
    qtbot.keyClicks(picker, "swiss")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    assert window.session.model.name == "swiss-roll"
    assert picker.currentText() == "swiss-roll"


def test_a_row_of_a_ready_trained_model_is_not_a_run_of_the_same_name(
    qtbot: QtBot, window: MainWindow, picker: QComboBox, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "pinwheel").mkdir()
    (tmp_path / "pinwheel" / "run.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    choose(picker, "pinwheel")
    qtbot.waitUntil(lambda: not window.session.model_is_exact, timeout=30_000)
    assert window.session.model.path == shipped_models() / "pinwheel"
    assert recent()[0].title == "pinwheel"


def test_without_asking_a_trained_model_is_ready() -> None:
    opening = Opening.of(None, None, "forward", None)
    assert opening.model is not None and opening.model.name == "swiss-roll"
    assert opening.data.name == "swiss-roll"
    assert Opening.of(None, "moons", "forward", None).model is None


def test_samples_of_the_model_stand_in_for_data_that_are_not_here(
    qtbot: QtBot, window: MainWindow, picker: QComboBox, monkeypatch
) -> None:
    name = _model_of_absent_data()
    choose(picker, name)
    qtbot.waitUntil(lambda: is_own(window.session.data), timeout=30_000)
    data: Dataset = window.session.data
    assert data.shape == window.session.model.shape
    assert data.title == f"Made by {name}"
    assert window.findChild(QComboBox, "source.data").currentText() == data.title
    notice = window.notices.notice
    assert "not here" in notice.title
    if name == "mnist":
        assert notice.action is not None and "Download" in notice.action[0]


def test_samples_of_the_model_stand_in_from_the_start() -> None:
    name = _model_of_absent_data()
    opening = Opening.of(name, None, "forward", None)
    assert is_own(opening.data) and opening.data.shape == opening.model.shape


def _model_of_absent_data() -> str:
    for known in shipped():
        if known.name in ("mnist", "flowers"):
            try:
                open_dataset(known.name, download=False)
            except UserError:
                return known.name
    pytest.skip("there is no model whose data are not here")
    return ""


def test_a_live_network_has_its_own_name_and_place(picker: QComboBox, window: MainWindow) -> None:
    session = window.session
    model = wrap(lambda x, t: 0.1 * x * t[:, None], (2,), "cosine", 40, name="My net", say=None)
    session.set_model(model)
    assert picker.currentText().startswith("My net") and not session.model_is_exact
    assert "read as eps" in picker.toolTip() and "assumed: predicts, time" in picker.toolTip()
    entry = picker.itemData(picker.currentIndex(), ENTRY)
    assert any("t = 0..39" in line for line in entry.lines)
    choose(picker, "Exact denoiser")
    assert session.model_is_exact and "read as" not in picker.toolTip()
    choose(picker, "My net · T = 40")
    assert session.model.denoiser.network is model.denoiser.network
    session.set_model(model.read_as(predicts="v"))
    assert [picker.itemText(row) for row in range(picker.count())].count("My net · T = 40") == 1
    assert "read as v" in picker.toolTip()


def test_a_live_network_comes_back_when_its_loss_is_undone(
    picker: QComboBox, window: MainWindow
) -> None:
    session = window.session
    model = wrap(lambda x, t: 0.1 * x * t[:, None], (2,), "cosine", 40, name="Mine", say=None)
    session.set_model(model)
    choose(picker, "Exact denoiser")
    session.history.undo()
    assert session.model.name == "Mine" and picker.currentText() == "Mine · T = 40"
    session.history.undo()
    assert session.model_is_exact
    session.history.redo()
    assert session.model.name == "Mine"
