"""What becomes of work under way when the window closes, or the desktop is about to end."""

import logging
import time
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop

from diffvis.app.failure import Failure
from diffvis.app.left import Left
from diffvis.app.shell.frame import Frame
from diffvis.app.shell.layout import Layout, save_layout
from diffvis.app.shell.sign import Sign
from diffvis.app.workers.worker import Worker, still_running

LOOK_MS = 40  # between two looks at the window while work ends
QUIET_S = 0.2  # that the end of other work than a training may take without a word
WATCH_S = 60.0  # that the window is watched; then it waits for what is left without a look

log = logging.getLogger(__name__)


class Ending:
    """Of one window; once only."""

    def __init__(self, window: Frame) -> None:
        self._window = window
        self.begun = False
        self.remembers = True
        """Whether the next window is to open what is open in this one."""
        self.lost: Failure | None = None
        """Why what was trained last could not be saved at the end, if it could not."""

    def close(self) -> None:
        """Keep the layout, and end the work."""
        if not self.begun:
            self._window.player.pause()
            self._keep_layout()
            self._window.stage.strike()
            self.end_work(in_sight=True)

    def end_work(self, in_sight: bool = False) -> None:
        """Ask every worker to stop, which saves what is trained, and wait for each; ``in_sight``,
        the window says so and is painted meanwhile.
        """
        if self.begun:
            return
        self.begun = True
        window, made = self._window, self._window.workspaces.made
        training = made.get("training")
        told = None if training is None else training.failure
        workers = [
            window.jobs,
            *(made[key] for key in ("reverse", "training", "bench") if key in made),
        ]
        workers += [vars(window)[name] for name in ("exports", "lectures") if name in vars(window)]
        for worker in workers:
            worker.ask_to_stop()
        if in_sight and QCoreApplication.instance() is not None:
            self._wait_in_sight(training)
        for worker in workers:
            if not worker.wait():
                log.error("%s did not stop in time", worker.objectName() or worker)
        for forgotten in still_running():
            if forgotten.asked_to_stop:  # any other is another window's
                forgotten.wait()
        if training is not None and training.failure is not told:
            self.lost = training.failure

    def _wait_in_sight(self, training: Any) -> None:
        """Wait for all work that was asked to stop. Nothing can be clicked any more."""
        saves = _saving(training)
        sign = Sign(self._window, self._window.theme, "window.farewell")
        begun = time.monotonic()
        while (work := _ending_work()) and (took := time.monotonic() - begun) < WATCH_S:
            if saves or took > QUIET_S:
                saves = _saving(training) or saves  # a step that was under way has come since
                words = saves or "Ending what is under way…"
                if sign.words != words:
                    sign.say(words)
                    sign.repaint()
                QCoreApplication.processEvents(_NO_INPUT)
            work[0].wait(LOOK_MS)
        sign.deleteLater()

    def keep(self, _session: object = None) -> None:
        """Save all and go on: who ends the desktop may think better of it."""
        if not self.begun:
            self._keep_layout()
            if "training" in self._window.workspaces.made:
                self._window.workspaces["training"].keep()

    def _keep_layout(self) -> None:
        window = self._window
        training = window.workspaces.made.get("training")
        run = None if training is None or training.record is None else training.record.path
        if self.remembers:
            Left.of(window.session, window.in_front, run).keep()
        save_layout(window.stage.before or Layout.of(window), window.theme.name)


_NO_INPUT = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents


def _ending_work() -> list[Worker]:
    return [worker for worker in still_running() if worker.asked_to_stop]


def _saving(training: Any) -> str:
    """What is said while the run under way is saved; "" where there is none."""
    if training is None or not training.running:
        return ""
    return f"Saving step {training.record.step:,} of {training.record.title}…"
