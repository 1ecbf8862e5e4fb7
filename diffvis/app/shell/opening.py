"""What the window is asked to show first, checked before there is a window."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from diffvis.app.left import Left, last_left
from diffvis.app.own_samples import about_own_samples, about_stand_in, is_own, own_samples_of
from diffvis.app.session import default_device
from diffvis.app.shell.titles import TITLES
from diffvis.data.catalogue import DEFAULT, NAMED_BY_A_FILE, must_be_fetched, open_dataset
from diffvis.data.dataset import Dataset
from diffvis.data.digits import DIGITS
from diffvis.data.options import split_source
from diffvis.data.points import TOYS
from diffvis.data.stand_in import is_stand_in, stand_in
from diffvis.errors import UserError
from diffvis.files import shipped_models
from diffvis.models.model import Model, open_model, shipped_names
from diffvis.models.run_files import is_run
from diffvis.training.presets import preset_schedule

if TYPE_CHECKING:
    from diffvis.app.shell.window import MainWindow

FIRST = "forward"  # the workspace of the first day
QUICK = (*TOYS, DIGITS)  # data that open at once


@dataclass(frozen=True)
class Opening:
    """``t`` None is a telling moment of the workspace."""

    data: Dataset
    model: Model | None
    workspace: str
    t: int | None
    to_come: str | None = None
    """Data that the window fetches, and shows in place of ``data`` when they are there."""
    left: Left | None = None
    """What was open last time: what of it takes long is opened by the window."""

    @classmethod
    def of(
        cls,
        model: str | None,
        data: str | None,
        workspace: str | None,
        t: int | None,
        in_window: bool = True,
    ) -> "Opening":
        """Open what was named, or what was open last. Data that must be fetched are left to the
        window, which says how far it is and can be stopped, unless ``in_window`` is false.

        Raises:
            UserError: it cannot be opened, or there is no such workspace or time.
        """
        last = last_left() if in_window and model is None and data is None else None
        if workspace is None:
            workspace = last.workspace if last and last.workspace in TITLES else FIRST
        _check_workspace(workspace)
        if last is not None and t is None:
            return cls._again(last, workspace)
        to_come = data if data is not None and in_window and must_be_fetched(data) else None
        data = data if to_come is None else None
        known = to_come is None or model is not None  # whose schedule it will be
        if model is None and data is None and DEFAULT in shipped_names():
            model, data = DEFAULT, DEFAULT  # ready-trained, and quick on any machine
        opened = None if model is None else open_model(model, default_device())
        shown = open_dataset(data) if data is not None else _data_of(opened)
        schedule = preset_schedule(shown) if opened is None else opened.schedule
        if known or (t is not None and t < 0):
            _check_time(t, schedule.T)
        return cls(shown, opened, workspace, t, to_come)

    @classmethod
    def on(cls, model: Model, data: Dataset | None, workspace: str, t: int | None) -> "Opening":
        """A model that is there already, beside these data or those that it learned.

        Raises:
            UserError: there is no such workspace or time.
        """
        _check_workspace(workspace)
        _check_time(t, model.schedule.T)
        return cls(_data_of(model) if data is None else data, model, workspace, t)

    @classmethod
    def _again(cls, left: Left, workspace: str) -> "Opening":
        """At once what is quick; the window opens the rest, and says what is not there any more."""
        model, data = None, None
        try:
            if Path(left.model).parent == shipped_models():
                model = open_model(left.model, default_device())
            if split_source(left.data)[0] in QUICK:
                data = open_dataset(left.data)
        except UserError:
            pass  # the window tries again, and says why
        return cls(data or _data_of(model), model, workspace, None, left=left)

    def show(self, window: "MainWindow") -> None:
        """Put it into the window; in Reverse, the chain is walked, in Bench the tool works."""
        window.sources.tell(self.data)
        if self.model is not None:
            window.session.set_model(self.model)
            if is_own(self.data) and self.to_come is None:
                about = about_own_samples(self.model, window.sources.open_data)
                window.session.notice(about)
            elif is_stand_in(self.data) and self.to_come is None:
                window.session.notice(about_stand_in(self.model))
        window.show_workspace(self.workspace)
        if self.left is not None:
            self._restore(window, self.left)
            return
        self._go(window)
        if self.to_come is not None:
            window.sources.open_data(self.to_come, then=partial(self._go, window))

    def _restore(self, window: "MainWindow", left: Left) -> None:
        """What is not there yet, one after the other: data, model, t."""
        session = window.session

        def go() -> None:
            left.restore_time(session)
            self._go(window, session.t)

        def open_model_left() -> None:
            here = session.model.path
            if left.model and not (here is not None and str(here) == left.model):
                window.sources.open_model(left.model, then=go)
            else:
                go()

        if left.run and self.workspace == "training" and is_run(Path(left.run)):
            window.open_run(Path(left.run))
        if left.data and left.data != session.data.source:
            window.sources.open_data(left.data, then=open_model_left, named_by_a_file=True)
        else:
            open_model_left()

    def _go(self, window: "MainWindow", t: int | None = None) -> None:
        """To this time, or the one that was asked for."""
        reverse = self.workspace == "reverse"
        t = self.t if t is None else t
        chosen = t is not None
        if t is None:
            t = 0 if reverse else window.session.schedule.T // 3
        if reverse:
            window.workspaces["reverse"].run(play=False)
            window.workspaces["reverse"].go_to_when_there(t)
        elif chosen:
            window.session.set_t(t)
        else:
            window.player.open_at(t)
        if self.workspace == "bench":
            window.workspaces["bench"].open()
        window.session.history.forget()  # what is open at first, nobody has chosen here


def _check_workspace(workspace: str) -> None:
    if workspace not in TITLES:
        known = ", ".join(TITLES)
        raise UserError(f"there is no workspace {workspace}", f"choose one of {known}")


def _check_time(t: int | None, T: int) -> None:
    if t is not None and not 0 <= t <= T:
        raise UserError(f"t = {t} is not on the schedule", f"choose 0 to {T}")


def _data_of(model: Model | None) -> Dataset:
    """The data that a model learned; without a model the built-in default. Where they are not here,
    what the model made; else what is no data, and says so.
    """
    if model is None:
        return open_dataset(DEFAULT)
    if not model.data:
        return stand_in(model.shape)
    try:
        return open_dataset(model.data, **NAMED_BY_A_FILE)
    except UserError:
        return own_samples_of(model) or stand_in(model.shape)
