"""What the window is asked to show first, checked before there is a window."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from diffvis.app.own_samples import about_own_samples, is_own, own_samples_of
from diffvis.app.session import default_device
from diffvis.app.shell.titles import TITLES
from diffvis.data.catalogue import DEFAULT, NAMED_BY_A_FILE, must_be_fetched, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.errors import UserError
from diffvis.models.model import Model, open_model, shipped_names
from diffvis.training.presets import preset_schedule

if TYPE_CHECKING:
    from diffvis.app.shell.window import MainWindow


@dataclass(frozen=True)
class Opening:
    """``t`` None is a telling moment of the workspace."""

    data: Dataset
    model: Model | None
    workspace: str
    t: int | None
    to_come: str | None = None
    """Data that the window fetches, and shows in place of ``data`` when they are there."""

    @classmethod
    def of(
        cls,
        model: str | None,
        data: str | None,
        workspace: str,
        t: int | None,
        in_window: bool = True,
    ) -> "Opening":
        """Open what was named. Data that must be fetched are left to the window, which says how far
        it is and can be stopped, unless ``in_window`` is false.

        Raises:
            UserError: it cannot be opened, or there is no such workspace or time.
        """
        if workspace not in TITLES:
            known = ", ".join(TITLES)
            raise UserError(f"there is no workspace {workspace}", f"choose one of {known}")
        to_come = data if data is not None and in_window and must_be_fetched(data) else None
        data = data if to_come is None else None
        known = to_come is None or model is not None  # whose schedule it will be
        if model is None and data is None and DEFAULT in shipped_names():
            model, data = DEFAULT, DEFAULT  # ready-trained, and quick on any machine
        opened = None if model is None else open_model(model, default_device())
        shown = open_dataset(data) if data is not None else _data_of(opened)
        schedule = preset_schedule(shown) if opened is None else opened.schedule
        if t is not None and (t < 0 or (known and t > schedule.T)):
            raise UserError(f"t = {t} is not on the schedule", f"choose 0 to {schedule.T}")
        return cls(shown, opened, workspace, t, to_come)

    def show(self, window: "MainWindow") -> None:
        """Put it into the window; in Reverse, the chain is walked."""
        window.sources.tell(self.data)
        if self.model is not None:
            window.session.set_model(self.model)
            if is_own(self.data) and self.to_come is None:
                about = about_own_samples(self.model, window.sources.open_data)
                window.session.notice(about)
        window.show_workspace(self.workspace)
        self._go(window)
        if self.to_come is not None:
            window.sources.open_data(self.to_come, then=partial(self._go, window))

    def _go(self, window: "MainWindow") -> None:
        """To the time that was asked for."""
        reverse = self.workspace == "reverse"
        t = self.t
        if t is None:
            t = 0 if reverse else window.session.schedule.T // 3
        if reverse:
            window.workspaces["reverse"].run(play=False)
            window.workspaces["reverse"].go_to_when_there(t)
        elif self.t is None:
            window.player.open_at(t)
        else:
            window.session.set_t(t)


def _data_of(model: Model | None) -> Dataset:
    """The data that a model learned, or the built-in default where they are not here."""
    if model is not None:
        try:
            return open_dataset(model.data, **NAMED_BY_A_FILE)
        except UserError:
            made = own_samples_of(model)
            if made is not None:
                return made
    return open_dataset(DEFAULT)
