"""Reverse: from noise to data, one step at a time, recorded so that it can be scrubbed."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget
from torch import Tensor

from diffvis.app.failure import Failure
from diffvis.app.notices import About, Notice
from diffvis.app.own_picture import becomes, own_picture_of
from diffvis.app.reverse.chain import Chain, Plan
from diffvis.app.reverse.first_walk import FirstWalk
from diffvis.app.reverse.form import random_seed
from diffvis.app.reverse.pages import TABS
from diffvis.app.reverse.panels import ReversePanels
from diffvis.app.reverse.transport import ChainTransport
from diffvis.app.session import Session
from diffvis.app.shown import ReverseShown
from diffvis.app.theme import Theme
from diffvis.app.transport.player import Player
from diffvis.app.undo.reading import REMEDY, filled
from diffvis.app.workers.aside import Aside
from diffvis.app.workers.jobs import Jobs
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.recording import Recording
from diffvis.sampling.settings import ChainSettings


class ReverseWorkspace(QWidget):
    """Runs the chain of the session's model and shows it at the shared t."""

    painted = Signal()

    def __init__(self, session: Session, theme: Theme, player: Player) -> None:
        super().__init__()
        self._session = session
        self._player = player
        self._in_front = False
        self._starting = False
        self._drawn: tuple[object, ...] = ()  # the moment of the chain that is on show
        self._jobs, self._aside = Jobs(self), Aside(self)
        self.chain = Chain(self._limit, self._device_of, self)
        self._transport = ChainTransport(session, player, self.chain, self.run, self)
        self._first = FirstWalk(session, self.chain, self.run, self._hold, self)
        panels = ReversePanels(session, theme, self.chain, self._jobs, self._aside)
        self.form, self.pages = panels.form, panels.pages
        self.stage_views = panels.stage_views
        self._panels, self._controls = panels, panels.controls
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panels)
        self._connect()
        self._model_changed(session.model)
        for name, part in (("reverse", self.form), ("rival", panels.compare)):
            session.history.add(name, part)
            part.changed.connect(partial(session.history.edited, name))

    # --- for the main window -------------------------------------------------------------

    @property
    def idle(self) -> bool:
        working = not (self.chain.idle and self._jobs.idle and self._aside.idle)
        return not working and not self._transport.awaits

    @property
    def recording(self) -> Recording | None:
        """The chain on show, complete or on its way."""
        return self.chain.main

    def settings(self) -> ChainSettings:
        """The chain that Run would walk."""
        return self.form.settings()

    def set_in_front(self, in_front: bool) -> None:
        """In front, the transport walks along the chain: from T down, by the steps it takes."""
        self._in_front = in_front
        self._transport.set_in_front(in_front)
        self._transport.rest_at(self.form.start.begin)

    def open(self) -> None:
        """A person has opened Reverse: the first chain of a model begins by itself."""
        data, model = self._session.data, self._session.model
        fits = tuple(model.shape) == tuple(data.shape)
        picture = None if fits else own_picture_of(data)
        if self._in_front and self._first.begin(says=picture is None):
            self._transport.plays_by_itself()
        if picture is not None:
            self._session.notice(becomes(picture, model, self.begin_with))

    def begin_with(self, picture: Path) -> None:
        """Walk from a picture of a person's own, noised to some t."""
        self.form.start.use_picture(picture)
        if self.chain.main is None and self.form.start.beginning() is not None:
            self.run()

    def shown(self) -> ReverseShown:
        """What the export dialog needs to make the same chain."""
        around, branches = self._panels.samples.around, self.chain.branches
        settings, main = self.settings(), self.chain.main
        watched = main is not None and main.settings == settings
        return ReverseShown(
            settings=settings,
            selected=self.chain.selected,
            beginning=main.beginning if watched else self.form.start.beginning(),
            recordings=tuple(each for each in (main, branches) if each is not None),
            view="nearest" if self.pages.key == "nearest" else self._panels.samples.exported_as,
            paths=around.paths,
            tails=around.tails,
            contours=around.contours,
            field=around.field,
            data=around.shade,
            camera=self._panels.samples.angles,
            rival=self._rival(),
            branches=(branches.beginning, branches.settings)
            if self.pages.key == "branch" and branches is not None
            else None,
        )

    def picked(self) -> tuple[Model, Tensor, str] | None:
        """The selected sample (...) at the end of the chain on show, in units of its model, and
        what people call it; None before there is one.
        """
        main = self.chain.main
        x = main.x_at(0) if main is not None and main.complete else None
        if main is None or x is None:
            return None
        number = min(self.chain.selected, len(x) - 1)
        return main.model, x[number].cpu(), f"sample {number + 1} of Reverse"

    def look(self) -> dict[str, object]:
        """What is on show of the chain, which is nothing to undo."""
        walked = self.chain.main is not None
        return {
            "page": self.pages.key,
            "walked": walked,
            "selected": self.chain.selected,
            "samples": self._panels.samples.look(),
        }

    def show_look(self, look: dict[str, object]) -> None:
        """Show the same again; a chain that was walked is to be ``run`` afterwards.

        Raises:
            UserError: a value is not possible.
        """
        found = filled({"page": "step", "walked": True, "selected": 0, "samples": {}}, look)
        if found["page"] not in dict.fromkeys(key for key, *_ in TABS):
            raise UserError(f"Reverse has no page {found['page']}", REMEDY)
        self._panels.samples.show_look(found["samples"])
        if found["page"] != self.pages.key:
            self.pages.show_page(found["page"])
        self.chain.select(found["selected"])

    def reset(self) -> None:
        """Every choice as it was at first, and no recording."""
        self.chain.forget()
        self._panels.reset()
        self._transport.rest_at(self.form.start.begin)
        self._refresh()

    def ask_to_stop(self) -> None:
        self.chain.ask_to_stop()
        self._jobs.ask_to_stop()
        self._aside.ask_to_stop()

    def wait(self) -> bool:
        return self.chain.wait() and self._jobs.wait() and self._aside.wait()

    def _connect(self) -> None:
        session, chain = self._session, self.chain
        self._panels.samples.painted.connect(self.painted)
        self.form.changed.connect(self._setting_changed)
        self.form.new_seed.clicked.connect(self._draw_seed)
        self._controls.run.clicked.connect(self._run_clicked)
        self._controls.pause.clicked.connect(self._pause_clicked)
        self._panels.compare.changed.connect(self._rival_changed)
        self.pages.turned.connect(self._page_turned)
        chain.changed.connect(self._refresh)
        chain.progressed.connect(self._show_progress)
        chain.state_changed.connect(self._show_progress)
        chain.selected_changed.connect(self._selected)
        chain.failed.connect(self._failed)
        session.model_changed.connect(self._model_changed)
        session.data_changed.connect(self._data_changed)
        session.t_changed.connect(self._show_t)
        session.preferences.memory_limit_changed.connect(self._show_progress)

    # --- running -------------------------------------------------------------------------

    def run(self, play: bool = True, paused: bool = False) -> None:
        """Walk the chain from T with the settings on show; ``play`` lets the transport follow.

        ``paused``: not a step before it is asked for.
        """
        self._player.pause()
        self._starting = True  # a new seed must not start it twice
        self.form.draw_seed_if_wanted()
        self._starting = False
        try:
            refused = self._walk(paused)
        except UserError as error:
            self._say(error)
            return
        self._session.settle(About.REVERSE)
        if refused is not None:
            self._say(refused)
        self._transport.stay()
        self._show_progress()
        if play and self._in_front:
            self._session.set_t(self.chain.main.start)
            self._player.play()

    def _walk(self, paused: bool) -> UserError | None:
        """Walk A and B; A alone where B is refused, and why."""
        plan, rival = Plan(self._session.model, self.settings()), self._rival()
        beginning = self.form.start.beginning()
        try:
            self.chain.run(plan, rival, beginning, paused)
        except UserError as error:
            if rival is None:
                raise
            self.chain.run(plan, None, beginning, paused)
            return error
        return None

    def go_to_when_there(self, t: int) -> None:
        """Move the shared t to ``t`` as soon as the chain has walked that far."""
        if self.chain.main is not None:  # else its settings were refused
            self._transport.go_to_when_there(t)
            self._show_progress()

    def _limit(self) -> int:
        return self._session.preferences.memory_limit

    def _device_of(self, model: Model) -> str:
        """Where its weights are. The exact denoiser's data stays on the CPU."""
        return str(model.device or "cpu")

    def _rival(self) -> Plan | None:
        return self._panels.compare.plan() if self.pages.key == "compare" else None

    def _say(self, error: UserError) -> None:
        self._session.notice(Notice.refusing(error, About.REVERSE | About.MODEL))

    @Slot()
    def _run_clicked(self) -> None:
        self.run()

    @Slot()
    def _pause_clicked(self) -> None:
        if not self.chain.paused:
            self._hold()
            return
        self.chain.pause(False)
        if self._in_front:
            self._player.play()

    def _hold(self) -> None:
        self.chain.pause(True)
        self._player.pause()

    @Slot()
    def _setting_changed(self) -> None:
        """A change is obeyed at once: a chain that is on show is walked again."""
        if self._starting:
            return
        if self.chain.main is not None:
            self.run()
        else:
            self._transport.rest_at(self.form.start.begin)
            self._refresh()

    @Slot()
    def _rival_changed(self) -> None:
        if self.chain.main is None:
            return
        try:
            self.chain.compare(self._rival())
        except UserError as error:
            self.chain.compare(None)  # the one before is not what the controls say
            self._say(error)
        else:
            self._session.settle(About.REVERSE)

    @Slot()
    def _draw_seed(self) -> None:
        had_none = self.chain.main is None
        self._session.set_seed(random_seed())
        if had_none:
            self.run()

    @Slot(object)
    def _model_changed(self, model: Model) -> None:
        """Another model has another chain: the one under way is stopped and forgotten.

        Where one is being looked at, the new model walks its own from the same noise: a checkpoint
        further on, the run that is training now, the exact denoiser.
        """
        before, t = self.chain.main, self._session.t
        alike = before is not None and tuple(before.model.shape) == tuple(model.shape)
        again = alike and self._in_front
        self._player.pause()
        self._transport.stay()
        self.chain.forget()
        self._panels.fit(model, keep=alike)
        self.set_in_front(self._in_front)
        self._refresh()
        if again:
            self.run(play=False)
            self.go_to_when_there(t)

    @Slot()
    def _data_changed(self) -> None:
        self._panels.samples.fit()
        self._refresh()
        model, data = self._session.model, self._session.data
        stays = not self._session.model_is_exact and tuple(model.shape) == tuple(data.shape)
        main, start = self.chain.main, self.form.start
        stays = stays and main is not None and main.model is model
        if main is None or not stays:  # another model comes, and the chain is forgotten
            if main is not None and main.beginning is not None and start.beginning() is None:
                self.chain.forget()  # or the sample that it began with is of the data before
            return
        if self.form.start.knows_data:
            if not self._in_front:
                self.chain.forget()
                return
            t = self._session.t
            self.run(play=False)
            self.go_to_when_there(t)
        elif self.chain.rival is not None and self._panels.compare.knows_data:
            self._rival_changed()

    @Slot(object)
    def _failed(self, failure: Failure) -> None:
        self._transport.stay()
        self._player.pause()
        about = About.REVERSE | About.MODEL
        self._session.notice(Notice.of(failure, about, "The reverse chain stopped"))

    # --- what is shown -------------------------------------------------------------------

    @Slot(str)
    def _page_turned(self, key: str) -> None:
        if key == "compare" and self.chain.rival is None:
            self._rival_changed()

    @Slot()
    def _refresh(self) -> None:
        """Another chain, or another sample: nothing on show is still right."""
        self._panels.strip.refresh()
        self._show_progress()
        self._show_t()

    @Slot()
    def _selected(self) -> None:
        self._panels.strip.refresh()
        self._show_t()

    @Slot()
    def _show_progress(self) -> None:
        self._controls.show_chain(self.chain, self._limit())
        if self.chain.main is None:
            return
        self._transport.follow()
        self._panels.strip.follow()
        if self._moment() != self._drawn:  # the step that leaves the t on show has been walked
            self._show_t()
        elif self.pages.key in ("compare", "branch"):
            self.pages.refresh()

    @Slot()
    def _show_t(self) -> None:
        self._drawn = self._moment()
        self._panels.samples.refresh()
        self._panels.strip.follow()
        self.pages.refresh()

    def _moment(self) -> tuple[object, ...]:
        """What of the chain the shared t shows: the samples' time, and the step that leaves it."""
        main, t = self.chain.main, self._session.t
        left = None if main is None else main.left_time(t)
        return (main, None) if left is None else (main, main.shown_time(t), left)
