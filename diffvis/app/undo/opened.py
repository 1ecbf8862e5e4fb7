"""What is open, as undo keeps it: by what opens it again, never by gigabytes."""

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from diffvis.app.lately import data_bytes, model_bytes
from diffvis.data.arrays import IN_MEMORY
from diffvis.data.dataset import Dataset
from diffvis.data.options import split_source
from diffvis.diffusion import NoiseSchedule
from diffvis.errors import UserError
from diffvis.models.model import Model

SMALL = 4 * 2**20  # bytes: what is kept as it is

Thing = TypeVar("Thing", Dataset, Model)


class Held(Generic[Thing]):
    """A data set or a model: itself while it is small or somebody else has it, else its source."""

    def __init__(self, thing: Thing, source: str, size: int) -> None:
        self.name = thing.title if isinstance(thing, Dataset) else thing.name
        self.source = source
        self._weak: Callable[[], Thing | None] = weakref.ref(thing)
        self._itself: Thing | None = thing if size <= SMALL or not source else None

    @classmethod
    def to_be_opened(cls, source: str) -> Self:
        """What a file names, and nobody has opened yet."""
        made = cls.__new__(cls)
        made.name, made.source = Path(split_source(source)[0]).name, source
        made._weak, made._itself = _nothing, None
        return made

    def get(self, lately: Mapping[str, Thing]) -> Thing | None:
        """It, or what was opened from its source lately."""
        return self._weak() or lately.get(self.source)

    def take(self, thing: Thing) -> None:
        """It has been opened again."""
        self._weak = weakref.ref(thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self._weak == other._weak

    __hash__ = None  # type: ignore[assignment]  # what it stands for may be opened again


def _nothing() -> None:
    return None


class HeldModel(Held[Model]):
    """A model as it was read then: what is open by its name may be read in another way now."""

    def __init__(self, model: Model, source: str, size: int) -> None:
        super().__init__(model, source, size)
        self._reading = model.reading

    def get(self, lately: Mapping[str, Model]) -> Model | None:
        found, reading = super().get(lately), self._reading
        if found is None or found.reading == reading:
            return found
        if reading is None:  # one of ours, which its file says all of
            return None
        return found.read_as(**vars(reading))


@dataclass(frozen=True)
class Open:
    """``model`` None is the exact denoiser. To move t is no change."""

    data: Held[Dataset]
    model: Held[Model] | None
    schedule: NoiseSchedule
    seed: int
    t: int = field(compare=False)

    def lacking(
        self, datasets: Mapping[str, Dataset], models: Mapping[str, Model]
    ) -> list[Held[Dataset] | Held[Model]]:
        """What is to be opened again before it can be on show, given what was opened lately."""
        found: list[Held[Dataset] | Held[Model]] = []
        if self.data.get(datasets) is None:
            found.append(self.data)
        if self.model is not None and self.model.get(models) is None:
            found.append(self.model)
        return found


class Shared(Protocol):
    """What is asked of the session."""

    @property
    def data(self) -> Dataset: ...
    @property
    def model(self) -> Model: ...
    @property
    def model_is_exact(self) -> bool: ...
    @property
    def schedule(self) -> NoiseSchedule: ...
    @property
    def seed(self) -> int: ...
    @property
    def t(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def datasets(self) -> dict[str, Dataset]: ...
    @property
    def models(self) -> dict[str, Model]: ...
    def show(self, data: Dataset, model: Model | None, schedule: NoiseSchedule) -> None: ...
    def set_seed(self, seed: int) -> None: ...
    def set_t(self, t: int) -> None: ...


class WhatIsOpen:
    """Data, model, schedule and seed of the session, as one part of what can be undone."""

    def __init__(self, session: Shared) -> None:
        self._session = session

    def state(self) -> Open:
        session = self._session
        data, model = session.data, session.model
        held = None
        if not session.model_is_exact:
            held = HeldModel(
                model, "" if model.path is None else str(model.path), model_bytes(model)
            )
        source = "" if data.source == IN_MEMORY else data.source
        of_data = Held(data, source, data_bytes(data))
        return Open(of_data, held, session.schedule, session.seed, session.t)

    def restore(self, state: Open) -> None:
        session = self._session
        data = state.data.get(session.datasets)
        model = None if state.model is None else state.model.get(session.models)
        if data is None or (state.model is not None and model is None):
            held = state.lacking(session.datasets, session.models)[0]
            raise UserError(f"{held.name} is not open any more", "open it again")
        t = time_in(state, session.t, session.schedule.T)
        session.show(data, model, state.schedule)
        session.set_seed(state.seed)
        session.set_t(t)

    def written(self, state: Open) -> dict[str, Any]:
        """By sources, which a file can hold.

        Raises:
            UserError: data or model is in no file that it could be opened from.
        """
        for held in (state.data, state.model):
            if held is not None and not held.source:
                raise UserError(f"{held.name} is in no file", "save it first, and open it")
        return {
            "data": state.data.source,
            "model": "" if state.model is None else state.model.source,
            "schedule": state.schedule.to_json(),
            "seed": state.seed,
            "t": state.t,
        }

    def read(self, written: Mapping[str, Any]) -> Open:
        """The opposite of ``written``; data and model need not be open."""
        model = written["model"]
        return Open(
            Held.to_be_opened(written["data"]),
            Held.to_be_opened(model) if model else None,
            NoiseSchedule.from_json(written["schedule"]),
            written["seed"],
            written["t"],
        )

    def told(self, before: Open, after: Open) -> tuple[str, str]:
        if after.model is not None and after.model != before.model:
            return f"model: {after.model.name}", ""
        if after.data != before.data:
            return f"data: {after.data.name}", ""
        kind, T = after.schedule.kind, after.schedule.T
        if after.schedule != before.schedule:
            only_T = kind == before.schedule.kind and T != before.schedule.T
            return f"schedule: {kind}, T = {T}", "T" if only_T else ""
        if after.model != before.model:
            return "model: exact denoiser", ""
        return f"seed: {after.seed}", "seed"


def time_in(state: Open, t: int, T: int) -> int:
    """Where t of T is in a state: where it was then, unless it has been moved since. It may have
    been rounded more than once on its way.
    """
    stayed = abs(state.t * T / state.schedule.T - t) <= 1
    return state.t if stayed else round(t * state.schedule.T / T)
