"""What becomes of work under way when the window closes, or the desktop is about to end."""

import logging

from diffvis.app.failure import Failure
from diffvis.app.left import Left
from diffvis.app.shell.frame import Frame
from diffvis.app.shell.layout import Layout, save_layout
from diffvis.app.workers.worker import still_running

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
            self.end_work()

    def end_work(self) -> None:
        """Ask every worker to stop, which saves what is trained, and wait for each."""
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
        if "exports" in vars(window):
            workers.append(window.exports)
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            if not worker.wait():
                log.error("%s did not stop in time", worker.objectName() or worker)
        for forgotten in still_running():
            if forgotten.asked_to_stop:  # any other is another window's
                forgotten.wait()
        if training is not None and training.failure is not told:
            self.lost = training.failure

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
