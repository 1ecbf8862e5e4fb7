"""The single truth of the window: data, model, schedule, t, seed, device.

Panels read it, set it and listen to it; they never talk to each other. A setter that changes
nothing emits nothing, which ends feedback loops.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec
from weakref import WeakKeyDictionary, WeakValueDictionary

from PySide6.QtCore import QObject, Signal, Slot

from diffvis.app.lately import Lately, data_bytes, is_live, model_bytes
from diffvis.app.notices import About, Notice, NoticeKind
from diffvis.app.own_picture import own_picture_of
from diffvis.app.preference_settings import AUTOMATIC
from diffvis.app.preferences import Preferences
from diffvis.app.undo.history import History
from diffvis.app.undo.opened import WhatIsOpen
from diffvis.data.dataset import Dataset
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model, exact_model
from diffvis.sampling.timeline import Timeline, every_time
from diffvis.training.device import resolve_device
from diffvis.training.presets import preset_schedule

# Of members that the exact denoiser knows: each step weighs every sample against each.
EXACT_POINTS, EXACT_IMAGES = 2_000, 10_000

Given = ParamSpec("Given")
Setter = Callable[Concatenate["Session", Given], None]


def undoable(setter: Setter[Given]) -> Setter[Given]:
    """What it changes, and what follows from that, is one thing that can be undone."""

    @wraps(setter)
    def within(session: "Session", *args: Given.args, **kwargs: Given.kwargs) -> None:
        with session.history.changing():
            setter(session, *args, **kwargs)

    return within


class Session(QObject):
    """State shared by all panels.

    Two rules keep it consistent. A trained model fits one schedule and one shape of data: setting
    another schedule, or data of another shape, puts the exact denoiser in its place; but for one
    picture of a person's own, which is looked at, and of which a model of images gets what fits it.
    And choosing a model sets the schedule to the model's own, because there is one t for the whole
    window.
    """

    data_changed = Signal(object)  # Dataset
    model_changed = Signal(object)  # Model
    schedule_changed = Signal(object)  # NoiseSchedule
    t_changed = Signal(int)
    dragged = Signal()  # t has been moved by hand, and all that depends on it knows
    seed_changed = Signal(object)  # int of up to 63 bits
    device_changed = Signal(str)
    timeline_changed = Signal(object)  # Timeline
    models_changed = Signal()
    datasets_changed = Signal()
    noticed = Signal(object)  # Notice
    settled = Signal(object)  # About: what was said of it no longer holds

    def __init__(self, data: Dataset, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preferences = Preferences(self)
        self._data = data
        self._schedule = preset_schedule(data)
        self._exact: WeakKeyDictionary[Dataset, WeakValueDictionary[NoiseSchedule, Model]]
        self._exact = WeakKeyDictionary()
        self._model = self.exact_of(data, self._schedule)
        self._t = 0
        self._seed = 0
        self._device = default_device(self.preferences.device)
        self._timeline = every_time(self._schedule.T)
        self._datasets = Lately(data_bytes)
        self._datasets.use(data.source, data)
        self._models = Lately(model_bytes, lasting=is_live)
        self.history = History(self)
        self.history.add("session", WhatIsOpen(self))
        self.history.refused.connect(self._refuse)

    @property
    def data(self) -> Dataset:
        return self._data

    @property
    def model(self) -> Model:
        return self._model

    @property
    def model_is_exact(self) -> bool:
        """Whether the exact denoiser stands in, rather than a model that was trained."""
        return self._model.is_exact

    @property
    def schedule(self) -> NoiseSchedule:
        return self._schedule

    @property
    def t(self) -> int:
        return self._t

    @property
    def seed(self) -> int:
        return self._seed

    @property
    def device(self) -> str:
        return self._device

    @property
    def timeline(self) -> Timeline:
        return self._timeline

    @property
    def models(self) -> dict[str, Model]:
        """Trained models opened lately, by their keys: paths, but of those that are live."""
        return dict(self._models)

    @property
    def datasets(self) -> dict[str, Dataset]:
        """Data sets opened lately, by source."""
        return dict(self._datasets)

    @undoable
    def set_data(self, data: Dataset) -> None:
        """Show other data. Without a trained model, the schedule becomes the one that suits it."""
        self.settle(About.DATA)
        if data is self._data:
            return
        if self._datasets.use(data.source, data):
            self.datasets_changed.emit()
        self._data = data
        fits = self._model.shape == data.shape
        looked_at = not self._model.is_points and own_picture_of(data) is not None
        keep_model = not self.model_is_exact and (fits or looked_at)
        before = self._model
        self.data_changed.emit(data)
        if not keep_model:
            self._set_exact(preset_schedule(data))
            self._say_replaced(before, f"{before.name} was trained on other data than {data.title}")

    @undoable
    def set_model(self, model: Model) -> None:
        """Use a model that was trained, with its own schedule, on the device in use."""
        self.settle(About.MODEL)
        model = self._moved(model)
        if model is self._model:
            return
        self._model = model
        if not model.is_exact and self._models.use(model.key, model):
            self.models_changed.emit()
        self._apply_schedule(model.schedule)
        self.model_changed.emit(model)

    @undoable
    def show(self, data: Dataset, model: Model | None, schedule: NoiseSchedule) -> None:
        """Data, model and schedule at once: nobody hears of what is not to stay. None is the exact
        denoiser, which also stands in for a model of another schedule.
        """
        self.settle(About.DATA | About.MODEL)
        model = self.exact_of(data, schedule) if model is None else self._moved(model)
        other_data, other_model = data is not self._data, model is not self._model
        if self._datasets.use(data.source, data):
            self.datasets_changed.emit()
        if not model.is_exact and self._models.use(model.key, model):
            self.models_changed.emit()
        self._data, self._model = data, model
        other_schedule = self._take_schedule(model.schedule)
        if other_data:
            self.data_changed.emit(data)
        if other_schedule:
            self._tell_schedule()
        if other_model:
            self.model_changed.emit(model)
        self.set_schedule(schedule)

    def move_models(self, before: Path, now: Path) -> None:
        """A folder with models in it has another name now."""
        moved = [m for m in self._models.values() if m.path and m.path.is_relative_to(before)]
        for model in moved:
            path = now / model.path.relative_to(before)
            name = now.name if model.name == before.name else model.name
            renamed = replace(model, name=name, path=path)
            self._models.rename(str(model.path), str(path), renamed)
            if model is self._model:
                self._model = renamed
                self.model_changed.emit(renamed)
        self.models_changed.emit()

    @undoable
    def use_exact_denoiser(self) -> None:
        """Use the best possible denoiser of the data on show; nothing is trained."""
        self.settle(About.MODEL)
        if not self.model_is_exact:
            self._set_exact(self._schedule)

    @undoable
    def set_schedule(self, schedule: NoiseSchedule) -> None:
        self.settle(About.SCHEDULE)
        if schedule == self._schedule:
            return
        before = self._model
        self._set_exact(schedule)
        self._say_replaced(before, f"{before.name} was trained on another schedule")

    def set_t(self, t: int) -> None:
        """Move the shared time; kept within 0..T and what the timeline has so far."""
        t = min(max(self._timeline.limit(int(t)), 0), self._schedule.T)
        if t != self._t:
            self._t = t
            self.t_changed.emit(t)

    @undoable
    def set_seed(self, seed: int) -> None:
        if seed != self._seed:
            self._seed = seed
            self.seed_changed.emit(seed)

    def set_device(self, device: str) -> None:
        if device != self._device:
            self._device = device
            with self.history.silent():
                self.device_changed.emit(device)
                if not self.model_is_exact:
                    self.set_model(self._model)  # others follow when they are chosen

    def set_timeline(self, timeline: Timeline) -> None:
        """The times that the transport walks through; the workspace in front sets it."""
        if timeline != self._timeline:
            self._timeline = timeline
            self.timeline_changed.emit(timeline)
            self.set_t(self._t)

    def notice(self, notice: Notice) -> None:
        self.noticed.emit(notice)

    def exact_of(self, data: Dataset, schedule: NoiseSchedule) -> Model:
        """The exact denoiser of data: the same one as long as anybody has it."""
        known = self._exact.setdefault(data, WeakValueDictionary())
        made = known.get(schedule)
        if made is None:
            made = known[schedule] = exact_model(data, schedule, exact_limit(data))
        return made

    def way_back(self, before: Model) -> tuple[str, Callable[[], None]] | None:
        """What a notice offers where the change under way, or the last one, replaced a model."""
        if before is self._model:
            return None
        exact = before.is_exact
        name = "the exact denoiser" if exact else before.name
        return f"Back to {name}", partial(self.history.go_back, self.history.occasion)

    def settle(self, about: About) -> None:
        """Something has changed or gone well: a notice about it goes. What is said while it changes
        is said of what comes, so this is called first.
        """
        self.settled.emit(about)

    def _say_replaced(self, before: Model, why: str) -> None:
        """A trained model does not go without a word, nor without a way back."""
        if not before.is_exact:
            hint = "the exact denoiser stands in for it"
            self.notice(Notice(why, hint, action=self.way_back(before), about=About.MODEL))

    @Slot(object)
    def _refuse(self, error: UserError) -> None:
        """What cannot be undone stays as it is."""
        self.notice(Notice.refusing(error, About.DATA | About.MODEL | About.SCHEDULE))

    def _moved(self, model: Model) -> Model:
        """The model on the device in use, or where it is if that cannot be."""
        try:
            return model.on(self._device)
        except RuntimeError as error:
            first_line = str(error).partition("\n")[0]
            stays = f"{model.name} stays on {model.device}"
            self.notice(Notice(stays, first_line, NoticeKind.WARNING, about=About.MODEL))
            return model

    def _set_exact(self, schedule: NoiseSchedule) -> None:
        if not self.model_is_exact:  # else what was replaced is so still, and can come back
            self.settle(About.MODEL)
        self._model = self.exact_of(self._data, schedule)
        self._apply_schedule(schedule)
        self.model_changed.emit(self._model)

    def _apply_schedule(self, schedule: NoiseSchedule) -> None:
        """Take a schedule and keep t at the same part of the way from data to noise.

        All is changed before anybody hears of it: who listens may paint, and draw the new t with
        the new schedule.
        """
        if self._take_schedule(schedule):
            self._tell_schedule()

    def _take_schedule(self, schedule: NoiseSchedule) -> bool:
        """Whether it is another one, of which nobody has heard yet."""
        if schedule == self._schedule:
            return False
        self.settle(About.SCHEDULE)
        self._t = round(self._t * schedule.T / self._schedule.T)
        self._schedule = schedule
        self._timeline = every_time(schedule.T)
        return True

    def _tell_schedule(self) -> None:
        self.schedule_changed.emit(self._schedule)
        self.timeline_changed.emit(self._timeline)
        self.t_changed.emit(self._t)


def exact_limit(data: Dataset) -> int:
    """How many members of the data the exact denoiser knows at most."""
    return EXACT_POINTS if data.is_points else EXACT_IMAGES


def default_device(preferred: str = AUTOMATIC) -> str:
    """The device that is preferred, where this machine has it; the GPU when there is one."""
    try:
        return str(resolve_device(preferred))
    except UserError:
        return str(resolve_device(AUTOMATIC))
