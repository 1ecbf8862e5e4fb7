"""Says over the whole window what a drop would do, while something is dragged over it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QWidget

from diffvis.app.shell.sign import Sign
from diffvis.app.theme import Theme
from diffvis.data.kinds import is_model, is_picture
from diffvis.lectures.shelf import is_lecture
from diffvis.models.schedule_file import SUFFIX as SCHEDULE


class DropSign(Sign):
    """Lets every event through: the drop is the window's."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "window.drop")
        self.line = Qt.PenStyle.DashLine
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_for(self, mime: QMimeData) -> None:
        self.say(
            where_it_goes([Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()])
        )


def where_it_goes(paths: Sequence[Path]) -> str:
    """What is done with these when they are dropped; none are a picture out of another program."""
    pictures = [path for path in paths if is_picture(path)]
    if not paths:
        return "Forward shows this picture"
    if len(pictures) > 1:
        return f"{len(pictures)} pictures become one data set"
    first = paths[0]
    if pictures:
        return f"Forward shows {first.name}"
    if is_model(first):
        return f"{first.name} becomes the model"
    if is_lecture(first):
        return f"{first.name} is opened as a lecture"
    if first.name.endswith(SCHEDULE):
        return f"{first.name} becomes the schedule"
    return f"{first.name} becomes the data"
