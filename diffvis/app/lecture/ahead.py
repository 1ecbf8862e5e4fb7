"""The next scene is opened, and its chain walked, while the one before is on show."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from diffvis.app.lecture.frame import Frame
from diffvis.app.lecture.scenes import OPEN, open_of
from diffvis.app.reverse.form import chain_that_says
from diffvis.app.reverse.start import NOISE, OWN, Start, beginning_of
from diffvis.app.undo.opened import Open
from diffvis.app.undo.reopening import Reopening
from diffvis.app.workers.jobs import Jobs
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.lectures.scene import Scene
from diffvis.models.model import Model
from diffvis.sampling.recording import Recording

KEY = "lecture.ahead"
SHARE = 4  # a chain that is walked ahead takes at most this part of the memory of recordings


@dataclass(eq=False)
class Prepared:
    """A scene, and what is held for it, so that it need not be opened or walked again."""

    scene: Scene
    opened: Open
    data: Dataset | None = None
    model: Model | None = None
    chain: Recording | None = None


class Ahead(QObject):
    """``prepare`` what comes next; ``of`` a scene says what there is of it."""

    def __init__(self, window: Frame, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._jobs = Jobs(self)
        self._prepared: list[Prepared] = []

    @property
    def idle(self) -> bool:
        """Whether all that was to be prepared is there."""
        reverse = self._window.workspaces.made.get("reverse")
        return self._jobs.idle and (reverse is None or reverse.chain.prepared)

    def of(self, scene: Scene) -> Prepared:
        """What is held for a scene; nothing yet, where nobody prepared it."""
        found = next((each for each in self._prepared if each.scene is scene), None)
        if found is None:
            found = Prepared(scene, open_of(self._window, scene))
            self._prepared.append(found)
        return found

    def keep(self, scenes: Iterable[Scene]) -> None:
        """Let go what is held for any other scene."""
        self._jobs.forget(KEY)
        wanted = list(scenes)
        self._prepared = [each for each in self._prepared if any(each.scene is s for s in wanted)]
        self._offer()

    def take(self, scene: Scene) -> None:
        """A scene is on show: hold what it has open, and its chain."""
        session = self._window.session
        prepared = self.of(scene)
        prepared.data, prepared.model = session.data, session.model
        if scene.workspace == "reverse":
            prepared.chain = self._window.workspaces["reverse"].recording

    def prepare(self, scene: Scene) -> None:
        """Open what a scene needs, and let its chain be walked, unless that is done."""
        prepared = self.of(scene)
        reopening = Reopening(self._window.session, self._jobs, (KEY,))
        go_on = partial(self._opened, prepared)
        reopening.bring({OPEN: prepared.opened}, go_on, _leave_it)

    def ask_to_stop(self) -> None:
        self._jobs.ask_to_stop()

    def wait(self) -> bool:
        return self._jobs.wait()

    def _opened(self, prepared: Prepared) -> None:
        session, opened, scene = self._window.session, prepared.opened, prepared.scene
        prepared.data = opened.data.get(session.datasets)
        if prepared.data is None:
            return
        if opened.model is None:
            prepared.model = session.exact_of(prepared.data, opened.schedule)
        else:
            prepared.model = opened.model.get(session.models)
        workspace = self._window.workspaces[scene.workspace]  # is made now, if it is not there yet
        if scene.workspace == "forward" and isinstance(scene.states.get("forward"), dict):
            workspace.expect(scene.states["forward"].get("view"))
        if scene.workspace == "reverse" and scene.look.get("walked", True):
            # What is wrong with its settings, whoever shows it says.
            with suppress(UserError, ValueError, TypeError, KeyError, IndexError):
                prepared.chain = prepared.chain or self._chain_of(prepared)
            self._offer()

    def _chain_of(self, prepared: Prepared) -> Recording | None:
        """Of a scene of Reverse; None where it is walked when it is shown.

        Raises:
            UserError: its settings are not possible.
        """
        model, data, states = prepared.model, prepared.data, prepared.scene.states
        if model is None or data is None or "reverse" not in states:
            return None
        written: dict[str, Any] = states["reverse"]
        begins = {"kind": NOISE, "sample": 0, "t": 1} | written.get("start", {})
        if begins["kind"] == OWN:
            return None
        start = Start(begins["kind"], begins["sample"], begins["t"], None, 0)
        fields = {"seed": prepared.scene.seed} | written.get("fields", {})
        settings = chain_that_says(fields, model)
        beginning = beginning_of(start, model, data)
        for known in self._chains():
            if known.walks(model, settings, beginning):
                return known
        limit = self._window.session.preferences.memory_limit // SHARE
        device = str(model.device or "cpu")
        chain = Recording(model, settings, device, limit=limit, beginning=beginning, hurried=True)
        return chain if chain.stride == 1 else None

    def _chains(self) -> list[Recording]:
        on_show = self._window.workspaces["reverse"].recording
        held = [on_show, *(each.chain for each in self._prepared)]
        return [each for each in held if each is not None]

    def _offer(self) -> None:
        """Reverse walks these when it has nothing else to walk."""
        reverse = self._window.workspaces.made.get("reverse")
        if reverse is not None:
            reverse.chain.prepare(each.chain for each in self._prepared if each.chain is not None)


def _leave_it(_error: UserError) -> None:
    """Whoever shows it says why."""
