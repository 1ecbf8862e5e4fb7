"""What is said of a file that was saved, with a way to its folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from diffvis.app.notices import About, Notice


def saved_notice(
    title: str, path: Path, say: Callable[[Notice], object], about: About = About.NOTHING
) -> Notice:
    """It stays when the folder is opened: not every desktop has a program that does."""
    show = partial(_open, path.parent.absolute(), say)
    hint = f"it is in {path.parent}"
    return Notice(title, hint, action=("Open folder", show), about=about, stays=True)


def _open(folder: Path, say: Callable[[Notice], object]) -> None:
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        say(Notice("This desktop has no program that opens folders", f"it is {folder}"))
