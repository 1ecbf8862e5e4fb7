"""Ctrl+E: what is on screen is what the dialog offers first."""

from collections.abc import Callable

import pytest
from driving import choose, click, settle, walk
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from diffvis.app.export.dialog import ExportDialog
from diffvis.app.export.form import ExportForm
from diffvis.app.shell.window import MainWindow
from diffvis.data.catalogue import open_dataset

Find = Callable[[str], QWidget]


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("reverse",)


def opened(window: MainWindow) -> ExportDialog:
    window.export()
    return window.exports.dialog


def shown(dialog: ExportDialog) -> str:
    return dialog.findChild(QWidget, "export.view").currentText()


def look_at(find: Find, view: str) -> None:
    box = find("forward.show")
    choose(box, box.itemText(box.findData(view)))


def end(dialog: ExportDialog) -> None:
    dialog.close()
    assert dialog.wait()


@pytest.mark.parametrize(
    ("look", "says", "view"),
    [
        ("equation", "The equation", "equation"),
        ("cloud", "The points xₜ", "cloud"),
        ("density", "The density of xₜ", "density"),
        ("compare", "Jump and walk over t", "walks"),
    ],
)
def test_points_going_forward(
    window: MainWindow, find: Find, look: str, says: str, view: str
) -> None:
    look_at(find, look)
    find("forward.paths").setChecked(True)
    window.session.set_t(9)
    dialog = opened(window)
    spec = dialog.findChild(ExportForm).spec()
    assert shown(dialog) == says
    assert (spec.shown.view, spec.forward.kernel, spec.shown.t) == (view, None, 9)
    assert spec.points.paths == (view in ("cloud", "density"))
    end(dialog)


def test_a_clicked_point_is_no_matter_to_the_equation(window: MainWindow, find: Find) -> None:
    look_at(find, "cloud")
    window.workspaces["forward"]._picture._select(1501)
    dialog = opened(window)
    assert dialog.findChild(ExportForm).spec().forward.kernel == 1501
    views = dialog.findChild(QWidget, "export.view")
    views.setCurrentIndex(views.findText("The equation"))
    dialog.findChild(QWidget, "export.count").setValue(200)
    assert dialog.findChild(ExportForm).spec().forward.kernel is None
    assert dialog.findChild(QWidget, "export.length").text().startswith("41 frames")
    end(dialog)


def test_images_going_forward(window: MainWindow, find: Find) -> None:
    window.session.set_data(open_dataset("digits"))
    look_at(find, "large")
    dialog = opened(window)
    assert shown(dialog) == "xₜ, large"
    end(dialog)


def test_images_coming_back(qtbot: QtBot, window: MainWindow, find: Find) -> None:
    window.session.set_data(open_dataset("digits"))
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(9)
    find("reverse.steps").setValue(5)
    walk(qtbot, reverse)
    click(qtbot, find("reverse.show_nearest"))
    dialog = opened(window)
    assert shown(dialog) == "The selected sample beside the nearest images"
    end(dialog)
    window.session.set_t(reverse.recording.times[2])
    click(qtbot, find("reverse.show_branch"))
    find("reverse.branches").setValue(4)
    click(qtbot, find("reverse.branch"))
    settle(qtbot, reverse)
    dialog = opened(window)
    count = dialog.findChild(QWidget, "export.count")
    assert (shown(dialog), count.value()) == ("The branches", 4)
    assert dialog.findChild(ExportForm).spec().shown.seed == reverse.chain.branches.settings.seed
    views = dialog.findChild(QWidget, "export.view")
    views.setCurrentIndex(1)
    assert (dialog.findChild(ExportForm).spec().shown.seed, count.value()) == (
        reverse.settings().seed,
        9,
    )
    end(dialog)


def test_points_coming_back(window: MainWindow, find: Find) -> None:
    window.show_workspace("reverse")
    find("reverse.paths").setChecked(True)
    choose(find("reverse.field"), "score →")
    find("reverse.density").setChecked(True)
    dialog = opened(window)
    spec = dialog.findChild(ExportForm).spec()
    assert (spec.shown.view, spec.points.paths, spec.points.field) == ("samples", True, "score")
    columns, views = (dialog.findChild(QWidget, f"export.{name}") for name in ("columns", "view"))
    assert columns.isEnabled()
    dialog.findChild(QWidget, "export.picture").click()
    columns.setValue(3)
    for text, has in (("Strip of moments", True), ("One step with its parts", False)):
        views.setCurrentIndex(views.findText(text))
        assert columns.isEnabled() == has
        spec = dialog.findChild(ExportForm).spec()
        assert spec.picture.columns == (3 if has else None)
        assert (spec.points.paths, spec.points.field) == (False, ""), "only samples have them"
    assert dialog.findChild(ExportForm).choice.subject.data is window.session.data
    end(dialog)
    find("reverse.density").setChecked(False)
    dialog = opened(window)
    assert dialog.findChild(ExportForm).choice.subject.data is None
    dialog.findChild(QWidget, "export.picture").click()
    formats = dialog.findChild(QWidget, "export.format")
    assert formats.findData(".svg") >= 0, "what surrounds points is drawn as vectors, too"
    end(dialog)


def test_the_chain_on_show_is_exported_from_its_recording(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.show_workspace("reverse")
    reverse = window.workspaces["reverse"]
    find("reverse.count").setValue(40)
    find("reverse.steps").setValue(8)
    walk(qtbot, reverse)
    dialog = opened(window)
    subject, spec = dialog.findChild(ExportForm).choice.subject, dialog.findChild(ExportForm).spec()
    assert subject.walked is reverse.recording
    assert subject.remembers(spec.chain_settings(True), "samples")
    dialog.findChild(QWidget, "export.count").setValue(20)
    other = dialog.findChild(ExportForm).spec().chain_settings(True)
    assert not subject.remembers(other, "samples"), "other samples are other noise"
    end(dialog)
