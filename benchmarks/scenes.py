"""From the clicker to the next scene's first picture, walked ahead and not.

A lecture is stepped through on stage by its key in a real window. The first picture is there when
the largest view has been painted at the t of the scene, which a chain of Reverse must have reached.
"CPU" is the processor time of the window's thread meanwhile, which says what a step costs where
other work keeps the machine busy. "ratio" is the time of the step beside that of the same step in
a window that has prepared nothing.

    python -m benchmarks.scenes [LECTURE]
"""

import sys
import time
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks._window import conditions, open_window, private_home, wait, wait_until
from diffvis.app.shell.on_show import view_of
from diffvis.app.shell.window import MainWindow
from diffvis.app.widgets.raster import RasterView
from diffvis.lectures.files import open_lecture
from diffvis.lectures.scene import Scene

PATIENCE_S = 120.0
QUIET_S = 0.5  # after a fade, before the next key


@dataclass(frozen=True)
class Step:
    """Seconds."""

    title: str
    wall: float
    cpu: float


def steps(source: str, ahead: bool) -> list[Step]:
    """Every step of the lecture from its first scene on; with ``ahead`` each scene has had the time
    to prepare the next.
    """
    found = []
    with private_home(), open_window("swiss-roll", "forward") as window:
        for key in ("reverse", "schedules", "training"):
            window.workspaces[key]
        lectures = window.lectures
        window.stage.begin(full_screen=False)
        lectures.open(source)
        for place, scene in enumerate(open_lecture(source).scenes):
            if place:
                if not isinstance(scene, Scene):
                    continue
                if not ahead:
                    lectures.ahead.keep(())
                found.append(_step(window, scene, place))
            _settle(window)
    return found


def _step(window: MainWindow, scene: Scene, place: int) -> Step:
    began, busy = time.perf_counter(), time.thread_time()
    QTest.keyClick(window, Qt.Key.Key_PageDown)
    wait_until(lambda: _painted(window, scene, place), PATIENCE_S, what=scene.title)
    return Step(scene.title, time.perf_counter() - began, time.thread_time() - busy)


def _painted(window: MainWindow, scene: Scene, place: int) -> bool:
    """Whether the scene is on show, and what waits to be painted has been."""
    session = window.session
    if window.lectures.place != place or not window.jobs.idle or session.t != scene.t:
        return False
    view = view_of(window.pictures())
    if isinstance(view, RasterView):
        view.paint_now()
    else:
        window.repaint()
    return True


def _settle(window: MainWindow) -> None:
    """Until all that was asked for is there, and the next scene is prepared."""
    wait(QUIET_S)
    wait_until(lambda: window.idle and window.lectures.ahead.idle, PATIENCE_S, what="a scene")
    wait(QUIET_S)


def main() -> None:
    source = sys.argv[1] if len(sys.argv) > 1 else "ddpm-in-twelve-scenes"
    prepared, bare = steps(source, True), steps(source, False)
    print(conditions())
    print(f"{'scene':44}{'prepared':>10}{'CPU':>8}{'not':>10}{'ratio':>8}")
    for one, other in zip(prepared, bare, strict=True):
        ratio = one.wall / other.wall
        print(f"{one.title:44}{one.wall:9.3f}s{one.cpu:7.3f}s{other.wall:9.3f}s{ratio:8.2f}")


if __name__ == "__main__":
    main()
