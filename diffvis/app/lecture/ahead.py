"""The next scene is opened, and its chain walked, while the one before is on show."""

from collections.abc import Iterable
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
from diffvis.app.workers.jobs import Jobs, Report
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.lectures.scene import Scene
from diffvis.models.model import Model
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings

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
        return self._jobs.idle

    def of(self, scene: Scene) -> Prepared:
        """What is held for a scene; nothing yet, where nobody prepared it."""
        found = next((each for each in self._prepared if each.scene is scene), None)
        if found is None:
            found = Prepared(scene, open_of(self._window, scene))
            self._prepared.append(found)
        return found

    def keep(self, scenes: Iterable[Scene]) -> None:
        """Let go what is held for any other scene; the chains that are held need no walking."""
        self._jobs.forget(KEY)
        wanted = list(scenes)
        self._prepared = [each for each in self._prepared if any(each.scene is s for s in wanted)]
        self._offer()

    def take(self, scene: Scene) -> None:
        """A scene is on show: hold what it has open, and its chain."""
        session, reverse = self._window.session, self._window.workspaces.made.get("reverse")
        prepared = self.of(scene)
        prepared.data, prepared.model = session.data, session.model
        if scene.workspace == "reverse" and reverse is not None:
            prepared.chain = reverse.recording
        self._offer()

    def prepare(self, scene: Scene) -> None:
        """Open what a scene needs and walk its chain, unless that is done."""
        prepared = self.of(scene)
        reopening = Reopening(self._window.session, self._jobs, (KEY,))
        go_on = partial(self._opened, prepared)
        reopening.bring({OPEN: prepared.opened}, go_on, _leave_it)

    def ask_to_stop(self) -> None:
        self._jobs.ask_to_stop()

    def wait(self) -> bool:
        return self._jobs.wait()

    def _opened(self, prepared: Prepared) -> None:
        session, opened = self._window.session, prepared.opened
        data = prepared.data = opened.data.get(session.datasets)
        if data is None:
            return
        if opened.model is None:
            prepared.model = session.exact_of(data, opened.schedule)
        else:
            prepared.model = opened.model.get(session.models)
        walked = prepared.scene.look.get("walked", True)
        if prepared.scene.workspace != "reverse" or not walked or _is_there(prepared.chain):
            return
        try:
            chain = self._chain_of(prepared)
        except (UserError, ValueError, TypeError, KeyError, IndexError):
            return  # whoever shows it says why
        if chain is not None:
            done = partial(self._walked, prepared)
            self._jobs.run(KEY, partial(_walk, chain), done, title="Walking ahead")

    def _chain_of(self, prepared: Prepared) -> Recording | None:
        """Of a scene of Reverse, not walked yet; None where it is walked when it is shown.

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
        usual = ChainSettings().model_dump() | {"steps": model.schedule.T}
        settings = chain_that_says(usual | written.get("fields", {}), model)
        limit = self._window.session.preferences.memory_limit // SHARE
        device = str(model.device or "cpu")
        beginning = beginning_of(start, model, data)
        chain = Recording(model, settings, device, limit=limit, beginning=beginning)
        return chain if chain.stride == 1 else None

    def _walked(self, prepared: Prepared, chain: Recording) -> None:
        prepared.chain = chain
        self._offer()

    def _offer(self) -> None:
        reverse = self._window.workspaces.made.get("reverse")
        if reverse is not None:
            chains = [each.chain for each in self._prepared]
            reverse.chain.ahead = tuple(each for each in chains if _is_there(each))


def _is_there(chain: Recording | None) -> bool:
    return chain is not None and chain.complete


def _walk(chain: Recording, report: Report) -> Recording:
    while not chain.complete:
        chain.advance()
        report(chain.walked, chain.length)
    return chain


def _leave_it(_error: UserError) -> None:
    """Whoever shows it says why."""
