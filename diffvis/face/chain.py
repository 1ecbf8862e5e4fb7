"""``diffvis.sample``: a reverse chain from noise to data, all of whose steps can be looked at."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor

from diffvis.diffusion.reverse import ReverseStep
from diffvis.face.pictures import chain_picture, png, small_svg
from diffvis.face.subjects import AnyModel, model_of, where
from diffvis.models.sampleable import Model
from diffvis.rendering.frames import chain_words
from diffvis.rendering.spec import IMAGES, POINTS
from diffvis.sampling.classes import EACH, NONE, class_of
from diffvis.sampling.recording import LIMIT_BYTES, Recording
from diffvis.sampling.settings import ChainSettings, chain_settings
from diffvis.training.device import resolve_device

__all__ = ["Chain", "Steps", "sample"]


class Chain:
    """A reverse chain that has been walked: ``ReverseStep`` after ``ReverseStep``, from T to 0.

    ``for step in chain`` goes from noise to data, ``chain[t]`` is the step at the *time* t, and
    ``chain.steps[k]`` is step number k, which takes slices and counts from the end. Tensors are
    float32 on the CPU, in the units of the model. In a notebook a chain shows itself as a strip.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @property
    def model(self) -> Model:
        """What was sampled."""
        return self._recording.model

    @property
    def settings(self) -> ChainSettings:
        """How it was sampled: ``chain.settings.seed`` and all others."""
        return self._recording.settings

    @property
    def x0(self) -> Tensor:
        """The samples (count, ...) in the units of the model, such as -1..1."""
        return self.at(0)

    @property
    def samples(self) -> Tensor:
        """The samples (count, ...) in the units of the data: images 0..1, points as in a file."""
        return self.model.scaling.to_data(self.x0)

    @property
    def x_T(self) -> Tensor:  # noqa: N802 - as in the papers
        """The noise (count, ...) that it began with."""
        return self.at(self.times[0])

    @property
    def times(self) -> list[int]:
        """The times that can be looked at, falling from T to 0. Where memory did not hold all, they
        are fewer than the chain has walked.
        """
        return list(self._recording.times[::-1])

    @property
    def calls(self) -> int:
        """How often the network was asked: by a sampler that chooses its own steps, as often as it
        needed.
        """
        return self._recording.calls

    @property
    def steps(self) -> "Steps":
        """The steps by their number, the first one first."""
        return Steps(self)

    def at(self, t: int) -> Tensor:
        """x_t (count, ...) at the time t, or at the kept time above it.

        Raises:
            IndexError: t is not in 0..T.
        """
        x_t = self._recording.x_at(self._checked(t))
        assert x_t is not None
        return x_t

    def __len__(self) -> int:
        return len(self.times) - 1

    def __iter__(self) -> Iterator[ReverseStep]:
        return (self[t] for t in self.times[:-1])

    def __getitem__(self, t: int) -> ReverseStep:
        """The step that leaves the time t, or the kept time above it; ``chain[0]``, which nothing
        leaves, is the step that arrived there.

        Raises:
            IndexError: t is not in 0..T.
        """
        step = self._recording.step_from(self._checked(t))
        assert step is not None
        return step

    def __repr__(self) -> str:
        words = chain_words(self.settings, self.model).replace("η", "eta")
        return f"<Chain of {len(self.x0):,} samples by {self.model.name}: {words}>"

    def _repr_png_(self) -> bytes:
        return png(chain_picture(self._recording))

    def _repr_svg_(self) -> str | None:
        return small_svg(lambda: chain_picture(self._recording), repr(self))

    def _checked(self, t: int) -> int:
        T = self.model.schedule.T
        if not 0 <= t <= T:
            raise IndexError(f"t = {t} is not in 0..{T}; chain.steps[-1] is the last step")
        return t


class Steps(Sequence[ReverseStep]):
    """The steps of a chain by their number."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def __len__(self) -> int:
        return len(self._chain)

    def __getitem__(self, number: Any) -> Any:
        """Of a slice, a list."""
        times = self._chain.times[:-1][number]
        return [self._chain[t] for t in times] if isinstance(times, list) else self._chain[times]

    def __repr__(self) -> str:
        return f"<{len(self)} steps of {self._chain!r}>"


def sample(
    model: AnyModel,
    *,
    device: str | None = None,
    memory: int = LIMIT_BYTES,
    **settings: Any,
) -> Chain:
    """Walk a reverse chain from noise to data.

    Args:
        model: a ``Model``, the name or the path of one, or a network of your own with the arguments
            of ``diffvis.wrap`` (``shape=``, ``schedule=``, ``predicts=`` ...) beside the settings.
        device: where to compute; None: where the network is.
        memory: bytes that the steps may take; where all do not fit, every k-th is kept.
        settings: those of a chain, and those that its sampler has of its own.

    Raises:
        UserError: a setting is unknown or does not fit the model, or the model cannot be opened.
    """
    own = {name: settings.pop(name) for name in list(settings) if name in chain_settings()}
    made = model_of(model, settings, device)
    if own.get("clip", "") is None:  # as wrap has it
        own["clip"] = "none"
    own = {
        "count": POINTS if made.is_points else IMAGES,
        **own,
        "label": _label(made, own.get("label", EACH)),
    }
    there = resolve_device(device) if device is not None else where(made)
    recording = Recording(made, ChainSettings(**own), str(there), limit=memory)
    while not recording.complete:
        recording.advance()
    return Chain(recording)


def _label(model: Model, label: str | int | None) -> int | None:
    """A class as people give it: by name or number, ``each`` in turn, ``none`` or None."""
    if label is None:
        return class_of(model, NONE)
    return label if isinstance(label, int) else class_of(model, label)


def _with_settings(function: Any) -> None:
    """Let ``help`` and a notebook's Shift+Tab name every setting, from their one declaration."""
    found = chain_settings()
    given = inspect.signature(function)
    *first, _ = given.parameters.values()
    kind = inspect.Parameter.KEYWORD_ONLY
    usual = {name: setting.default for name, setting in found.items()} | {"label": EACH}
    named = [inspect.Parameter(name, kind, default=usual[name]) for name in found]
    rest = inspect.Parameter("reading", inspect.Parameter.VAR_KEYWORD)
    function.__signature__ = given.replace(parameters=[*first, *named, rest])
    lines = [f"    {name}: {setting.help}" for name, setting in found.items()]
    function.__doc__ = "\n".join([inspect.cleandoc(function.__doc__), "", "Settings:", *lines])


_with_settings(sample)
