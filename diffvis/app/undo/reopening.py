"""What is to come back and is not open any more is opened again, in the background."""

from collections.abc import Callable, Sequence
from functools import partial

from diffvis.app.failure import Failure
from diffvis.app.undo.commands import Refuse, States
from diffvis.app.undo.opened import Held, Open, Shared
from diffvis.app.workers.jobs import Jobs, Report
from diffvis.data.catalogue import NAMED_BY_A_FILE, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model
from diffvis.models.shipped import with_a_model


class Reopening:
    """``keys`` are those of jobs that open things: who goes back wants none of these any more."""

    def __init__(self, session: Shared, jobs: Jobs, keys: Sequence[str]) -> None:
        self._session, self._jobs, self._keys = session, jobs, keys

    def bring(self, states: States, then: Callable[[], None], refuse: Refuse) -> None:
        """Open what ``states`` need, data before a model, and ``then`` go on; or refuse."""
        wanted = states.get("session")
        if not isinstance(wanted, Open):
            then()
            return
        for key in self._keys:
            self._jobs.forget(key)
        session = self._session
        lacking = wanted.lacking(session.datasets, session.models)
        if not lacking:
            then()
            return
        held, device = lacking[0], session.device

        def open_it(report: Report) -> Dataset | Model:
            return open_again(held, wanted, device, report)

        def opened(thing: Dataset | Model) -> None:
            held.take(thing)
            self.bring(states, partial(_with, thing, then), refuse)

        def gone(failure: Failure) -> None:
            refuse(UserError(f"{held.name} cannot come back: {failure.title}", failure.hint))

        self._jobs.run(self._keys[0], open_it, opened, gone, f"Opening {held.name} again")


def open_again(
    held: Held[Dataset] | Held[Model], of: Open, device: str, report: Report | None = None
) -> Dataset | Model:
    """The data or the model of what was open.

    Raises:
        UserError: it is gone, or cannot be used.
    """
    if held is of.model:
        return open_model(held.source, device)
    travelled = with_a_model(held.source)
    return travelled or open_dataset(held.source, progress=report, **NAMED_BY_A_FILE)


def _with(_kept: Dataset | Model, then: Callable[[], None]) -> None:
    """Go on while it is held."""
    then()
