"""*About diffvis* says what this is and what is installed, as ``diffvis doctor`` does."""

import importlib.metadata

import pytest
import torch
from driving import Find, click
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

import diffvis
from diffvis.app.shell.window import MainWindow


@pytest.fixture
def needed() -> tuple[str, ...]:
    return ("forward",)


@pytest.mark.process
def test_about_says_what_is_installed_and_can_be_copied(
    qtbot: QtBot, window: MainWindow, find: Find
) -> None:
    window.registry["help.about"].run()
    state = find("about.state")
    qtbot.waitUntil(lambda: "Looking" not in state.text(), timeout=120_000)
    click(qtbot, find("about.copy"))
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"diffvis {diffvis.__version__}\nMIT licence")
    assert "Ho et al. 2020" in copied
    assert f"PyTorch        {torch.__version__}" in copied
    assert f"numpy {importlib.metadata.version('numpy')}" in copied
    assert find("about.installed").toPlainText().strip() in copied
    click(qtbot, find("about.close"))


def test_it_closes_while_it_still_looks_and_leaves_nothing(window: MainWindow, find: Find) -> None:
    window.registry["help.about"].run()
    assert find("about.state").text().startswith("Looking")
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChild(QDialog, "help.about_sheet") is None
