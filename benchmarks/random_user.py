"""A random user: every control of the window, while a run trains and a chain samples.

Presses, types, drags, chooses and resizes at random but from a seed, in the real window, offscreen
unless a display is chosen. Afterwards the window must still train, sample and open, no exception
may have been raised anywhere, and memory must have stayed within the bound.

Usage: python -m benchmarks.random_user [--minutes 60] [--seed 0]

What the user does not do: open files of the person's own, download, quit, or ask for more work than
a small machine does in a moment (``MOST``). The same seed gives the same intentions; what is there
to be pressed also depends on how fast the machine is.
"""

import argparse
import contextlib
import gc
import logging
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ACT_SECONDS = 0.01  # the window lives so long between two actions, at least
GROWTH_MB = 400  # memory may grow by so much after the warm-up
WARM_UP = 0.2  # part of the time in which everything is made for the first time
BUSY_EVERY = 60  # actions after which a run and a chain are started again if none is under way
AVOIDED = ("quit", "close", "paste", "preferences.reset")
MOST = {  # what a control may be given; others at most ANY
    "training.steps": 400,
    "training.timesteps": 60,
    "schedules.T": 200,
    "training.batch_size": 128,
    "training.preview_count": 64,
    "training.validation_count": 256,
    "training.preview_steps": 20,
    "reverse.count": 16,
    "reverse.steps": 60,
}
ANY = 64
WORDS = ("", "1e-3", "0.5", "-1", "fast", "32, 32", "7", "nan", "a name", "x" * 40)
NETWORK_OPTIONS = {"width": 32, "depth": 4, "blocks": 2, "patch": 2}


class Watch(logging.Handler):
    """Collects whatever goes wrong: in slots, threads, paint events, and in the log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.troubles: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        from diffvis.errors import UserError

        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, UserError) or record.levelno < logging.ERROR:
            return  # a UserError is an answer that the person read in the window
        self.troubles.append(self.format(record))

    @contextlib.contextmanager
    def on(self):
        """Listen to everything while the user is at work."""
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        def qt(kind, _context, text):
            harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
            if not harmless and "propagateSizeHints" not in text:  # the offscreen platform's own
                self.troubles.append(f"Qt: {text}")

        def raised(kind, error, traceback):
            self.troubles.append(_text(error))

        before = sys.excepthook, threading.excepthook
        sys.excepthook = raised
        threading.excepthook = lambda said: raised(said.exc_type, said.exc_value, None)
        previous = qInstallMessageHandler(qt)
        log = logging.getLogger("diffvis")
        log.addHandler(self)
        try:
            yield self
        finally:
            log.removeHandler(self)
            qInstallMessageHandler(previous)
            sys.excepthook, threading.excepthook = before


class RandomUser:
    """Does one thing after another to a window. All choices come from one seed."""

    def __init__(self, window, seed: int) -> None:
        from diffvis.data.catalogue import entries

        self.window = window
        self.done: Counter[str] = Counter()
        self.actions = 0
        self._random = random.Random(seed)
        self._elsewhere = {entry.title for entry in entries() if entry.download}

    def act(self) -> str:
        """Do something, and return what it was."""
        from PySide6.QtWidgets import QApplication

        self.actions += 1
        if self.actions % BUSY_EVERY == 1:
            return self._say(self._keep_busy())
        modal = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if modal is not None and (self._random.random() < 0.3 or "FileDialog" in _kind(modal)):
            modal.close()
            return self._say("close a dialog")
        chance = self._random.random()
        if modal is None and chance < 0.12:
            return self._say(self._press_a_key())
        if modal is None and chance < 0.15:
            return self._say(self._change_the_window())
        found = self._controls(modal or self.window)
        if not found:
            return self._say("nothing")
        # First which name, so that a form with many fields gets no more than its share.
        place = self._random.choice(sorted({name.split(".")[0] for name, _ in found}))
        name, control = self._random.choice([f for f in found if f[0].split(".")[0] == place])
        return self._say(self._use(name, control))

    def _say(self, what: str) -> str:
        self.done[what] += 1
        return what

    def _controls(self, root) -> list:
        """Named controls that a person could reach now."""
        from PySide6.QtWidgets import QWidget

        return sorted(
            (
                (w.objectName(), w)
                for w in root.findChildren(QWidget)
                if "." in w.objectName() and w.isVisible() and w.isEnabled() and _usable(w)
                if not any(part in w.objectName() for part in AVOIDED)
            ),
            key=lambda found: found[0],
        )

    def _use(self, name: str, control) -> str:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import (
            QAbstractButton,
            QAbstractSlider,
            QComboBox,
            QDoubleSpinBox,
            QLineEdit,
            QListWidget,
            QSpinBox,
        )

        choice = self._random
        if isinstance(control, QAbstractButton):
            menu = getattr(control, "menu", lambda: None)()
            if menu is not None:
                return self._use_menu(menu)
            QTest.mouseClick(control, Qt.MouseButton.LeftButton)
        elif isinstance(control, QComboBox):
            self._use_combo(control)
        elif isinstance(control, QSpinBox | QDoubleSpinBox):
            most = MOST.get(name, NETWORK_OPTIONS.get(name.split("option_")[-1], ANY))
            low, high = control.minimum(), max(control.minimum(), min(control.maximum(), most))
            value = choice.choice((low, high, low + (high - low) * choice.random()))
            control.setValue(value if isinstance(control, QDoubleSpinBox) else round(value))
        elif isinstance(control, QAbstractSlider):
            control.setValue(choice.randint(control.minimum(), control.maximum()))
        elif isinstance(control, QLineEdit):
            control.setFocus()
            control.selectAll()
            QTest.keyClicks(control, choice.choice(WORDS))
            QTest.keyClick(control, Qt.Key.Key_Return)
        elif isinstance(control, QListWidget):
            self._use_list(control)
        else:
            self._point_at(control)
        return name

    def _use_combo(self, box) -> None:
        places = [
            place
            for place in range(box.count())
            if box.itemText(place)
            and box.itemText(place) not in self._elsewhere
            and not box.itemText(place).endswith("…")
        ]
        if box.isEditable() and self._random.random() < 0.3:
            box.setEditText(self._random.choice(WORDS))
            box.lineEdit().textEdited.emit(box.currentText())
            box.lineEdit().returnPressed.emit()
        elif places:
            place = self._random.choice(places)
            box.setCurrentIndex(place)
            box.activated.emit(place)

    def _use_list(self, box) -> None:
        from PySide6.QtCore import Qt

        if box.count() == 0:
            return
        item = box.item(self._random.randrange(box.count()))
        if item.flags() & Qt.ItemFlag.ItemIsUserCheckable and self._random.random() < 0.5:
            on = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        else:
            box.setCurrentItem(item)
            box.itemClicked.emit(item)

    def _use_menu(self, menu) -> str:
        menu.aboutToShow.emit()
        actions = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
        while actions:
            action = self._random.choice(actions)
            inner = action.menu()
            if inner is None:
                text = action.text().split("\t")[0]
                if text.endswith("…") or any(word in text.lower() for word in AVOIDED):
                    return "look at the menu"
                action.trigger()
                return f"menu: {text[:30]}"
            inner.aboutToShow.emit()
            actions = [a for a in inner.actions() if a.isEnabled() and not a.isSeparator()]
        return "look at the menu"

    def _point_at(self, view) -> None:
        """Move, press, drag and turn the wheel over a picture or a plot."""
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        target = view.viewport() if hasattr(view, "viewport") else view

        def somewhere() -> QPoint:
            width, height = max(1, target.width()), max(1, target.height())
            return QPoint(self._random.randrange(width), self._random.randrange(height))

        at, left = somewhere(), Qt.MouseButton.LeftButton
        what = self._random.randrange(5)
        if what == 0:
            QTest.mouseClick(target, left, pos=at)
        elif what == 1:
            QTest.mouseDClick(target, left, pos=at)
        elif what == 2:
            QTest.mousePress(target, left, pos=at)
            QTest.mouseMove(target, somewhere())
            QTest.mouseRelease(target, left, pos=somewhere())
        elif what == 3:
            turned = self._random.choice((-240, -120, 120, 240))
            event = QWheelEvent(
                QPointF(at), QPointF(target.mapToGlobal(at)), QPoint(), QPoint(0, turned),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(target, event)
        else:
            QTest.mouseMove(target, at)

    def _press_a_key(self) -> str:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        key = self._random.choice(
            ("Space", "Left", "Right", "Home", "End", "Escape", "Up", "Down", "PageUp", "PageDown")
        )
        modifier = self._random.choice(("NoModifier", "ShiftModifier"))
        QTest.keyClick(
            self.window, getattr(Qt.Key, f"Key_{key}"), getattr(Qt.KeyboardModifier, modifier)
        )
        return f"key {key}"

    def _change_the_window(self) -> str:
        what = self._random.choice(("size", "theme", "presentation", "workspace", "side by side"))
        window = self.window
        if what == "size":
            window.resize(*self._random.choice(((1280, 720), (1920, 1080), (1100, 700))))
        elif what == "theme":
            window.theme.set_name(self._random.choice(("dark", "light")))
        elif what == "presentation":
            window.toggle_presentation()
        elif what == "workspace":
            window.show_workspace(self._random.choice(tuple(window.workspaces)))
        else:
            left, right = self._random.sample(tuple(window.workspaces), 2)
            if self._random.random() < 0.5:
                window.docks.side_by_side(left, right)
            else:
                window.reset_layout()
        return f"change the {what}"

    def _keep_busy(self) -> str:
        """Let a run train and a chain sample again."""
        from PySide6.QtWidgets import QWidget

        for name in ("training.start", "reverse.run"):
            button = self.window.findChild(QWidget, name)
            if button is not None and button.isEnabled():
                button.click()
        return "start training and sampling"


def still_alive(window, wait, seconds: float = 60.0) -> list[str]:
    """What of the window does no longer work: each of its threads is asked for something."""
    from PySide6.QtWidgets import QApplication, QWidget

    from diffvis.data.catalogue import open_dataset

    dead = []
    while (modal := QApplication.activeModalWidget()) is not None:
        modal.close()
        wait(0.05)

    def becomes(true, what: str) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                dead.append(what)
                return
            wait(0.05)

    training = window.workspaces["training"]
    if training.running:
        window.findChild(QWidget, "training.stop").click()
    becomes(lambda: not training.running, "the run under way does not stop")
    window.session.set_data(open_dataset("swiss-roll"))
    training.reset()
    window.show_workspace("training")
    window.findChild(QWidget, "training.steps").setValue(5)
    window.findChild(QWidget, "training.start").click()
    becomes(lambda: not training.running, "a new run does not end")
    if not dead and training.record.step != 5:
        dead.append(f"a run of 5 steps took {training.record.step}")
    answered: list[int] = []
    window.jobs.run("alive", lambda _: 1, answered.append)
    becomes(lambda: bool(answered), "a job is not answered")
    becomes(lambda: window.idle, "the window does not become idle")
    return dead


def memory_mb() -> float:
    from diffvis.training.memory import process_bytes

    gc.collect()
    return (process_bytes() or 0) / 1e6


def no_file_dialogs() -> None:
    """The person thinks better of every file dialog."""
    from PySide6.QtWidgets import QFileDialog

    for name in ("getOpenFileName", "getSaveFileName"):
        setattr(QFileDialog, name, staticmethod(lambda *_, **__: ("", "")))
    QFileDialog.getExistingDirectory = staticmethod(lambda *_, **__: "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="say every action")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["DIFFVIS_HOME"] = os.environ["HOME"] = home
        before = Path.cwd()
        sys.path.insert(0, str(before))
        os.chdir(home)  # what is typed as a path goes here
        try:
            return run(arguments.minutes, arguments.seed, arguments.verbose)
        finally:
            os.chdir(before)


def run(minutes: float, seed: int, verbose: bool = False) -> int:
    """Let the user work for so long; returns 0 where nothing was found."""
    import torch
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from diffvis.app.garbage import GuiGarbageCollector
    from diffvis.app.theme import Theme
    from diffvis.app.window import MainWindow
    from diffvis.data.catalogue import open_dataset

    torch.set_num_threads(1)
    app = QApplication.instance() or QApplication([])
    no_file_dialogs()
    collector = GuiGarbageCollector(app)
    window = MainWindow(open_dataset("swiss-roll"), Theme(app, "dark"))
    window.show()

    def wait(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    user, longest, base = RandomUser(window, seed), (0.0, ""), 0.0
    start = time.monotonic()
    end = start + 60 * minutes
    with Watch().on() as watch:
        while (now := time.monotonic()) < end and not watch.troubles:
            what = user.act()
            if verbose:
                print(f"{now - start:8.2f} s  {what}", flush=True)
            wait(ACT_SECONDS)
            longest = max(longest, (time.monotonic() - now, what))
            if base == 0.0 and now - start > WARM_UP * 60 * minutes:
                base = memory_mb()
        grown = memory_mb() - base
        dead = [] if watch.troubles else still_alive(window, wait)
        window.close()
        window.deleteLater()
        wait(0.2)
    collector.stop()
    spent = time.monotonic() - start
    print(f"seed {seed}: {user.actions:,} actions of {len(user.done)} kinds in {spent:.0f} s")
    print("most often: " + ", ".join(f"{n} {c}" for n, c in user.done.most_common(8)))
    print(f"longest time until the window answered again: {longest[0]:.2f} s, after {longest[1]}")
    print(f"memory: {base:.0f} MB after the warm-up, {grown:+.0f} MB since (bound {GROWTH_MB} MB)")
    for trouble in watch.troubles + dead:
        print(f"FOUND: {trouble}")
    return int(bool(watch.troubles or dead or grown > GROWTH_MB))


def _usable(widget) -> bool:
    """Whether a person can do anything with it but look at it."""
    from pyqtgraph import PlotWidget
    from PySide6.QtWidgets import (
        QAbstractButton,
        QAbstractSlider,
        QComboBox,
        QDoubleSpinBox,
        QLineEdit,
        QListWidget,
        QScrollBar,
        QSpinBox,
    )

    from diffvis.app.widgets.raster import RasterView

    kinds = (
        QAbstractButton, QAbstractSlider, QComboBox, QDoubleSpinBox, QLineEdit, QListWidget,
        QSpinBox, PlotWidget, RasterView,
    )  # fmt: skip
    return isinstance(widget, kinds) and not isinstance(widget, QScrollBar)


def _kind(widget) -> str:
    return type(widget).__name__


def _text(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error))


if __name__ == "__main__":
    sys.exit(main())
