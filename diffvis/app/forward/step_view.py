"""The page of the step back in Forward: made when it is first wanted, as the window is to be there
soon; until then what was chosen on it is kept here.
"""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtWidgets import QStackedWidget

from diffvis.app.forward.step_page import StepPage
from diffvis.app.session import Session
from diffvis.app.theme import Theme
from diffvis.app.workers.jobs import Jobs
from diffvis.viewing.noising import Noising
from diffvis.viewing.step_back import StepBack


class StepView:
    """Adds its page to ``stack``; ``edited`` hears of what the person chooses there."""

    def __init__(
        self, session: Session, theme: Theme, jobs: Jobs, stack: QStackedWidget,
        edited: Callable[[], None],
    ) -> None:  # fmt: skip
        self._session, self._theme, self._jobs = session, theme, jobs
        self._stack, self._edited = stack, edited
        self._noising: Noising | None = None
        self._chosen: tuple[tuple[float, ...] | None, int | None] = (None, None)

    @cached_property
    def page(self) -> StepPage:
        made = StepPage(self._session, self._theme, self._jobs)
        self._stack.addWidget(made)
        if self._noising is not None:
            made.use(StepBack(self._noising))
        made.choose(*self._chosen)
        made.changed.connect(self._edited)
        return made

    def use(self, noising: Noising) -> None:
        """Other data, samples or schedule."""
        self._noising = noising if noising.data.is_points else None
        if self._noising is not None and self._made:
            self.page.use(StepBack(noising))

    def state(self) -> dict[str, object]:
        """What is chosen, by the words that name it."""
        place, stride = (self.page.place, self.page.stride) if self._made else self._chosen
        return {"x_t": place, "stride": stride}

    def restore(self, state: dict[str, object]) -> None:
        self._chosen = state["x_t"], state["stride"]
        if self._made:
            self.page.choose(*self._chosen)

    @property
    def _made(self) -> bool:
        return "page" in self.__dict__
