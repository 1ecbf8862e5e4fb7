"""Print what a screen reader walks in Forward and Reverse: python docs/print_spoken.py [DATA]"""

import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from diffvis.app.garbage import GuiGarbageCollector
from diffvis.app.reverse.workspace import ReverseWorkspace
from diffvis.app.shell.window import MainWindow
from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.data.catalogue import open_dataset

LIMIT_S = 120  # of waiting for the chain


def tree(thing: QAccessibleInterface, corner: QRect, deep: int = 0) -> Iterator[str]:
    """A line for each: its role, name, place in the window and what is said of it."""
    kinds = QAccessible.Text.Value, QAccessible.Text.Description
    said = "; ".join(filter(None, (thing.text(kind) for kind in kinds)))
    place = thing.rect().translated(-corner.topLeft()).getRect()
    name = thing.text(QAccessible.Text.Name)
    yield f"{'  ' * deep}{thing.role().name} {name!r} {place}{f': {said}' if said else ''}"
    for number in range(thing.childCount()):
        yield from tree(thing.child(number), corner, deep + 1)


def _wait(app: QApplication, done: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    app.processEvents()
    while not done():
        if time.monotonic() > end:
            sys.exit("the window did not come to rest")
        app.processEvents()


def main(source: str = "digits") -> None:
    app = QApplication(sys.argv[:1])
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset(source), Theme(app, "light"))
    window.resize(1280, 720)
    window.show()
    for key in ("forward", "reverse"):
        window.show_workspace(key)
        workspace = window.workspaces[key]
        if isinstance(workspace, ReverseWorkspace):
            workspace.run(play=False)
            _wait(app, lambda shown=workspace: shown.idle and shown.chain.main.complete)
        window.session.set_t(window.session.schedule.T // 3)
        views = [view for view in workspace.findChildren(RasterView) if view.isVisible()]
        _wait(app, lambda views=views: all(view.frame is not None for view in views))
        sys.stdout.write(f"{key}:\n")
        for view in views:
            found = QAccessible.queryAccessibleInterface(view)
            sys.stdout.writelines(f"{line}\n" for line in tree(found, window.frameGeometry(), 1))
    window.close()
    app.processEvents()
    collector.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
