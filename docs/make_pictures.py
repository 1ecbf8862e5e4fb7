"""Draws the window's pictures again: python docs/make_pictures.py [--all FOLDER] [--data FOLDER]

Without --all it draws those in docs/pictures that README and docs show. With it, every workspace
with points, grey and colour images, dark and light, in the window and in presentation mode, goes to
FOLDER, to be looked through. Grey is MNIST and colour is flowers where the folder of --data (or
DIFFVIS_TEST_DATA) has them; otherwise grey is the built-in digits and there is no colour.
Pictures of a denser screen come with QT_SCALE_FACTOR=2; a larger window with --size 1920x1080.

The pictures of live training come from: python -m benchmarks.live_training --pictures docs/pictures
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"
WORKSPACES = ("forward", "reverse", "schedules", "training", "bench")
KINDS = ("points", "grey", "colour")
THEMES = ("dark", "light")
COLOURS = 256  # of a picture's palette: a third of the file, and no difference to be seen
LIMIT_S = 300  # of waiting for a chain or a run
TRAINED_STEPS = {"points": 400, "grey": 60, "colour": 20}


@dataclass(frozen=True)
class Scene:
    """What one picture shows; ``part`` of the way from data to noise."""

    workspace: str
    kind: str
    theme: str
    presentation: bool = False
    part: float = 1 / 3

    @property
    def name(self) -> str:
        words = (self.workspace, self.kind, self.theme)
        return "-".join((*words, "presentation") if self.presentation else words)


CHOSEN = {
    "forward-dark": Scene("forward", "points", "dark"),
    "reverse-light": Scene("reverse", "points", "light", part=0.15),
    "schedules-dark": Scene("schedules", "points", "dark"),
    "bench-dark": Scene("bench", "grey", "dark"),
}
EVERY = {
    scene.name: scene
    for scene in (Scene(*how) for how in product(WORKSPACES, KINDS, THEMES, (False, True)))
}


class Photographer:
    """One window that is brought from scene to scene."""

    def __init__(self, sources: dict[str, str], size: tuple[int, int]) -> None:
        from PySide6.QtWidgets import QApplication

        from diffvis.app.garbage import GuiGarbageCollector
        from diffvis.app.shell.window import MainWindow
        from diffvis.app.theme import Theme
        from diffvis.app.widgets.icons import application_icon
        from diffvis.data.catalogue import open_dataset

        self._app = QApplication(sys.argv[:1])
        self._app.setWindowIcon(application_icon())
        self._theme = Theme(self._app, "dark")
        self._collector = GuiGarbageCollector(self._app)
        self._sources = {kind: open_dataset(source) for kind, source in sources.items()}
        self._size = size
        self._window = MainWindow(self._sources["points"], self._theme)
        self._window.show()
        self._trained: set[str] = set()
        self._walked: set[str] = set()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._sources)

    def take(self, scene: Scene, file: Path) -> None:
        from diffvis.app.shell.screenshot import save

        window, session = self._window, self._window.session
        self._show_kind(scene.kind)
        self._theme.set_name(scene.theme)
        window.show_workspace(scene.workspace)
        window.stage.set_on(scene.presentation, full_screen=False)
        window.resize(*self._size)
        if scene.workspace == "training":
            self._train(scene.kind)
        t = round(scene.part * session.schedule.T)
        if scene.workspace == "reverse":
            self._walk(scene.kind)
        if scene.workspace == "bench":
            window.workspaces["bench"].run()
        session.set_t(t)
        self._settle(lambda: window.idle)
        window.notices.clear()
        window.resize(*self._size)  # layouts that depend on their width have settled
        self._settle(lambda: window.idle)
        save(window, file)
        shrink(file)
        window.stage.end()

    def close(self) -> None:
        self._window.close()
        self._window.deleteLater()
        self._collector.stop()
        self._settle(lambda: True)

    def _show_kind(self, kind: str) -> None:
        data = self._sources[kind]
        if self._window.session.data is not data:
            self._window.session.set_data(data)
            self._walked.clear()

    def _walk(self, kind: str) -> None:
        if kind not in self._walked:
            self._walked.add(kind)
            self._window.workspaces["reverse"].run(play=False)
        self._settle(lambda: self._window.idle)

    def _train(self, kind: str) -> None:
        """Enough steps for curves and samples to be seen."""
        if kind in self._trained:
            return
        self._trained.add(kind)
        training = self._window.workspaces["training"]
        find = self._window.findChild
        from PySide6.QtWidgets import QPushButton

        find(QPushButton, "training.start").click()
        wanted = TRAINED_STEPS[kind]
        self._settle(lambda: training.record is not None and training.record.step >= wanted)
        find(QPushButton, "training.stop").click()
        self._settle(lambda: not training.running)
        self._window.session.use_exact_denoiser()

    def _settle(self, ready: Callable[[], bool]) -> None:
        """Let the window work until it is ready and has painted itself."""
        from PySide6.QtCore import QEventLoop, QTimer

        end = time.monotonic() + LIMIT_S
        quiet = 0
        while quiet < 3 and time.monotonic() < end:
            loop = QEventLoop()
            QTimer.singleShot(60, loop.quit)
            loop.exec()
            quiet = quiet + 1 if ready() else 0


def shrink(file: Path) -> None:
    """The same picture with a palette, which GitHub and a reader's eyes take for the same."""
    from PIL import Image

    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    small.save(buffer, "PNG", optimize=True)
    file.write_bytes(buffer.getvalue())


def sources(data: Path | None) -> dict[str, str]:
    """What is points, grey and colour on this machine."""
    found = {"points": "swiss-roll", "grey": "digits"}
    if data is not None and (data / "mnist").is_dir():
        found["grey"] = str(data / "mnist")
    if data is not None and (data / "flowers").is_dir():
        found["colour"] = f"{data / 'flowers'}?limit=400&size=32"
    return found


def wanted(asked: argparse.Namespace) -> Iterator[tuple[Path, Scene]]:
    scenes, folder = (EVERY, asked.all) if asked.all else (CHOSEN, asked.out)
    for name, scene in scenes.items():
        if not asked.only or any(word in name for word in asked.only):
            yield folder / f"{name}.png", scene


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every combination, to FOLDER")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the chosen ones go")
    parser.add_argument("--only", nargs="*", metavar="WORD", help="only names with such a word")
    parser.add_argument("--data", type=Path, help="a folder that holds mnist/ and flowers/")
    parser.add_argument("--size", default="1280x720", help="of the window, as 1280x720")
    asked = parser.parse_args()
    if asked.data is None and "DIFFVIS_TEST_DATA" in os.environ:
        asked.data = Path(os.environ["DIFFVIS_TEST_DATA"])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    width, height = map(int, asked.size.split("x"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["DIFFVIS_HOME"] = home  # the runs that are started are not the user's
        photographer = Photographer(sources(asked.data), (width, height))
        for file, scene in wanted(asked):
            if scene.kind not in photographer.kinds:
                print(f"{file.name} is left out: name a folder that holds flowers/ with --data")  # noqa: T201
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            photographer.take(scene, file)
            print(f"{file}  {file.stat().st_size / 1024:.0f} KB", flush=True)  # noqa: T201
        photographer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
