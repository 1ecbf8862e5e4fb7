"""Exports of the window: of every workspace, and of a file that was dropped on it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import as_format
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.form import ExportForm
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset
from diffvis.diffusion import make_schedule
from diffvis.models.model import open_model
from diffvis.rendering.export import export
from diffvis.rendering.formats.registry import FORMATS
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.forward import Forward
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.schedules import Schedules

SMALL = ExportSpec(size=(480, 270), frames=4, count=50, seed=7, style="light", back=True)


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def field(dialog: ExportDialog, name: str) -> QWidget:
    found = dialog.findChild(QWidget, f"export.{name}")
    assert found is not None, f"there is no export.{name}"
    return found


@pytest.mark.parametrize("t", [None, 0])
def test_a_dropped_export_is_of_its_own_time(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, t: int | None
) -> None:
    subject = Forward(window.session.data, make_schedule("linear", 40))
    list(export(tmp_path / "old.png", subject, SMALL.changed(t=t)))
    window.session.set_t(31)
    drop(window, tmp_path / "old.png")
    qtbot.waitUntil(lambda: window.exports.dialog is not None, timeout=30_000)
    dialog = window.exports.dialog
    assert dialog.findChild(ExportForm).spec().shown.t == t
    qtbot.mouseClick(field(dialog, "run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=60_000)
    with Image.open(tmp_path / "old.png") as old, Image.open(tmp_path / "old-2.png") as new:
        assert np.array_equal(old, new)
    dialog.close()


@pytest.mark.parametrize("ending", [".gif", ".png"])
def test_a_dropped_export_opens_the_dialog_as_it_was_made(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"old{ending}"
    subject = Forward(window.session.data, make_schedule("linear", 40))
    list(export(path, subject, SMALL.changed(t=9)))
    drop(window, path)
    qtbot.waitUntil(lambda: window.exports.dialog is not None, timeout=30_000)
    dialog = window.exports.dialog
    assert dialog.isVisible()
    assert field(dialog, "frames").value() == 4
    assert field(dialog, "back").isChecked()
    assert field(dialog, "size").currentText() == "480 × 270"
    assert field(dialog, "path").text() == str(tmp_path / f"old-2{ending}"), "beside the old one"
    qtbot.mouseClick(field(dialog, "run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=60_000)
    with Image.open(path) as old, Image.open(tmp_path / f"old-2{ending}") as new:
        assert np.array_equal(np.asarray(old.convert("RGB")), np.asarray(new.convert("RGB")))
    dialog.close()
    assert dialog.wait()


@pytest.mark.parametrize("what", ["forward", "reverse"])
def test_what_surrounds_points_is_no_matter_to_the_other_views_of_a_dropped_export(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, what: str
) -> None:
    if what == "forward":
        subject = Forward(window.session.data, make_schedule("linear", 40))
        spec = SMALL.changed(view="cloud", paths=True, kernel=3)
    else:
        subject = Reverse(open_model("swiss-roll"))
        spec = SMALL.changed(view="samples", paths=True, field="score", steps=5)
    list(export(tmp_path / "old.png", subject, spec))
    drop(window, tmp_path / "old.png")
    qtbot.waitUntil(lambda: window.exports.dialog is not None, timeout=30_000)
    dialog = window.exports.dialog
    assert dialog.findChild(ExportForm).spec().changed(t=None) == spec.changed(t=None)
    views, formats = field(dialog, "view"), field(dialog, "format")
    for place in range(views.count()):
        views.setCurrentIndex(place)
        chosen = dialog.findChild(ExportForm).spec()
        assert chosen.points.paths == (chosen.shown.view in ("cloud", "density", "samples"))
        for number in range(formats.count()):
            kind = FORMATS[formats.itemData(number)].kind
            dialog.findChild(ExportForm).choice.subject.content(kind, chosen)
        assert chosen.shown.view != "strip" or formats.findData(".svg") >= 0
    dialog.close()
    assert dialog.wait()


def test_a_recipe_of_data_that_is_gone_says_so(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    np.save(tmp_path / "mine.npy", np.random.default_rng(0).normal(size=(50, 2)))
    data = open_dataset(str(tmp_path / "mine.npy"))
    list(export(tmp_path / "a.png", Forward(data, make_schedule("linear", 20)), SMALL))
    (tmp_path / "mine.npy").unlink()
    drop(window, tmp_path / "a.png")
    qtbot.waitUntil(lambda: window.notices.notice is not None, timeout=30_000)
    assert "mine.npy" in window.notices.notice.title + window.notices.notice.hint
    assert window.exports.dialog is None


def test_the_schedules_are_exported_as_they_are_plotted(
    qtbot: QtBot, window: MainWindow, find: Callable[[str], QWidget], tmp_path: Path
) -> None:
    find("workspace.schedules").click()
    window.export()
    dialog = window.exports.dialog
    as_format(dialog, "CSV")
    field(dialog, "path").setText(str(tmp_path / "plot.csv"))
    qtbot.mouseClick(field(dialog, "run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    table = np.genfromtxt(tmp_path / "plot.csv", delimiter=",", skip_header=1)
    assert np.allclose(table[:, 1], window.session.schedule.alpha_bar.numpy())
    dialog.close()
    assert dialog.wait()


def test_without_a_run_there_is_nothing_to_export(
    window: MainWindow, find: Callable[[str], QWidget]
) -> None:
    find("workspace.training").click()
    window.export()
    assert "no run" in window.notices.notice.title
    assert window.exports.dialog is None


def test_the_preview_says_the_size_and_what_reduces_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffvis.app.export.preview.LARGE", 20_000)
    window.export()
    dialog = window.exports.dialog
    field(dialog, "count").setValue(100)
    field(dialog, "path").setText(str(tmp_path / "film.gif"))
    estimate = field(dialog, "estimate")
    qtbot.waitUntil(lambda: "frames, about" in estimate.text(), timeout=30_000)
    assert estimate.text().endswith("The preview shows 6 of them. Make it smaller:")
    assert field(dialog, "reduce_webp").isVisible()
    assert field(dialog, "reduce_mp4").isVisible()
    before = field(dialog, "frames").value()
    qtbot.mouseClick(field(dialog, "reduce_frames"), Qt.MouseButton.LeftButton)
    assert field(dialog, "frames").value() < before
    qtbot.mouseClick(field(dialog, "reduce_mp4"), Qt.MouseButton.LeftButton)
    assert field(dialog, "format").currentText() == "MP4"
    assert field(dialog, "path").text() == str(tmp_path / "film.mp4")
    dialog.close()
    assert dialog.wait()


def test_a_plot_of_the_dialog_is_that_of_the_core(tmp_path: Path) -> None:
    schedules = Schedules((make_schedule("cosine", 20), make_schedule("linear", 20)), ("a", "b"))
    list(export(tmp_path / "a.csv", schedules, ExportSpec()))
    assert (tmp_path / "a.csv").read_text().splitlines()[0] == "t,a,b"
