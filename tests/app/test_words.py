"""Words on the screen are the field's: none that only those who wrote the program understand."""

import pytest
from driving import Find, rounds
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QWidget

from diffvis.app.shell.window import MainWindow

PRIVATE = ("references", "looks", "keep this", "film strip against", "patience")


def words_of(widget: QWidget) -> list[str]:
    """All that a widget says to those who see it, point at it or listen to it."""
    said = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    if isinstance(widget, QLabel | QAbstractButton):
        said.append(widget.text())
    if isinstance(widget, QComboBox):
        said += [widget.itemText(place) for place in range(widget.count())]
    return said


def test_no_private_word_is_on_the_screen(window: MainWindow) -> None:
    found = {
        (widget.objectName(), text)
        for widget in window.findChildren(QWidget)
        for text in words_of(widget)
        for word in PRIVATE
        if word in text.lower().split() or (" " in word and word in text.lower())
    }
    assert not found


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("training.patience", "new best"),
        ("training.references", "Xu et al. 2023"),
        ("schedules.keep", "stays in the plots"),
        ("schedules.against", "same samples and noise"),
    ],
)
def test_a_tip_says_what_it_does(find: Find, name: str, says: str) -> None:
    assert says in find(name).toolTip()


def test_early_stopping_stands_with_the_validation(find: Find) -> None:
    field, beside = find("training.patience"), find("training.validate_every")
    assert field.accessibleName().startswith("Early stopping")
    assert field.parentWidget() is beside.parentWidget(), "the same group of the form"
    fold = find("training.group_looks_and_checkpoints")
    assert isinstance(fold, QPushButton)
    assert "Validation" in fold.text()
    find("training.page_setup").click()
    find("workspace.training").click()
    fold.click()
    rounds()
    assert beside.y() < field.y() < find("training.preview_count").y()
    assert field.x() == beside.x()
