"""Showing a folder in the program that the desktop has for it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from diffvis.app.notices import Notice


def folder_offer(folder: Path, say: Callable[[Notice], object]) -> tuple[str, Callable[[], object]]:
    """The ``action`` of a notice about a file that was saved there."""
    return "Open folder", partial(_open, folder.absolute(), say)


def _open(folder: Path, say: Callable[[Notice], object]) -> None:
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        say(Notice("This desktop has no program that opens folders", f"it is {folder}"))
