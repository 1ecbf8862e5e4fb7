"""What stands where on a frame, noted with each stroke: it costs next to nothing, so that whatever
a window paints knows what is clicked and what the mouse points at.

The marks themselves, which are more work, are ``recorder``'s.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from diffvis.rendering.geometry import Rect


class Shown(Protocol):
    """Something with values, in ``rect``; ``name`` is that of the part which it is."""

    @property
    def rect(self) -> Rect: ...

    @property
    def name(self) -> str: ...

    def called(self, name: str) -> "Shown": ...

    def value_at(self, x: float, y: float) -> str:
        """The value at the pixel (x, y) of the frame; "" where there is none."""

    def words(self) -> str:
        """What it is, for whoever does not see it."""


@dataclass
class _Notes:
    found: list[Shown] = field(default_factory=list)
    name: str = ""
    """Of the part that is being painted."""


_notes: ContextVar[_Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noting() -> Iterator[list[Shown]]:
    """Whatever is drawn inside is noted in the list."""
    notes = _Notes()
    token = _notes.set(notes)
    try:
        yield notes.found
    finally:
        _notes.reset(token)


def note(shown: Shown) -> None:
    """It has been drawn; nothing where nobody notes it."""
    notes = _notes.get()
    if notes is not None:
        notes.found.append(shown.called(notes.name) if notes.name else shown)


@contextmanager
def named(name: str) -> Iterator[None]:
    """What is drawn inside is the part ``name``."""
    notes = _notes.get()
    if notes is None:
        yield
        return
    before, notes.name = notes.name, name
    try:
        yield
    finally:
        notes.name = before


def shown_at(shown: Sequence[Shown], x: float, y: float) -> Shown | None:
    """What was drawn last at the pixel (x, y)."""
    return next((each for each in reversed(shown) if each.rect.contains(x, y)), None)


def value_at(shown: Sequence[Shown], x: float, y: float) -> str:
    """The value of what was drawn last at the pixel (x, y); "" where nothing was."""
    return next((said for each in reversed(shown) if (said := each.value_at(x, y))), "")
