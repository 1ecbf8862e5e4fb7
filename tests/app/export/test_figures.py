"""Figures of papers and courses from the window: those that the model in use can have."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from diffvis.app.export.form import ExportForm
from diffvis.app.shell.window import MainWindow
from diffvis.rendering.subjects.course import Course


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward",)


def test_figures_are_in_the_dialog_of_exports(window: MainWindow) -> None:
    window.registry["export.figures"].run()
    dialog = window.exports.dialog
    form = dialog.findChild(ExportForm)
    views = dialog.findChild(QWidget, "export.view")
    role = Qt.ItemDataRole.AccessibleTextRole
    says = [views.itemData(place, role) for place in range(views.count())]
    assert any("Nichol & Dhariwal 2021, figure 1" in words for words in says)
    assert not any("figure 5" in words and "Ho et al." in words for words in says), "of images"
    formats = dialog.findChild(QWidget, "export.format")
    assert {formats.itemData(place) for place in range(formats.count())} == {
        ".png", ".svg", ".pdf", ".csv"
    }  # fmt: skip
    assert isinstance(form.choice.subject, Course)
    dialog.close()
    assert dialog.wait()
