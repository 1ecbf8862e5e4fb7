"""From the pad to Training, and from there to Reverse: a drawing is learned while all look on."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from diffvis.app.shell.frame import Frame


class Lesson(QObject):
    """Brings to the front what comes next."""

    def __init__(self, window: Frame, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        window.sources.draw_wanted.connect(self._draw)
        window.sources.learn_wanted.connect(self._learn)

    @Slot()
    def _draw(self) -> None:
        """Show the pad, wherever somebody has asked for it."""
        self._window.show_workspace("forward")
        self._window.workspaces["forward"].draw()

    @Slot()
    def _learn(self) -> None:
        """Train the data on show; then noise turns into them in Reverse."""
        self._window.show_workspace("training")
        walk = partial(self._window.open_workspace, "reverse")
        self._window.workspaces["training"].learn(walk)
