"""What an export is made of, whatever it shows and whichever file it becomes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from diffvis.errors import UserError
from diffvis.rendering.formats.registry import FORMATS, Kind
from diffvis.rendering.palette import Palette
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.told import Told

MOST_NUMBERS = 2**28  # float32 in one file: 1 GiB


@dataclass(frozen=True, eq=False)
class Content:
    """``total`` pieces of work; the iterator gives for each of them what it made, or None.

    A film gives frames; a picture, a drawing, a table or numbers are given once, at the end.
    """

    total: int
    pieces: Callable[[], Iterator[Any | None]]
    palette: Callable[[], Palette | None] = lambda: None
    """For formats of few colours."""
    frames: int = 1
    """Of a film."""
    told: Callable[[], Told] = Told
    """A film in words."""


class Subject(Protocol):
    """What is exported."""

    @property
    def what(self) -> str:
        """One word for it: forward, walks, reverse, nearest, compare, bench, training, schedule."""

    @property
    def name(self) -> str:
        """For the name of a file."""

    @property
    def views(self) -> dict[str, tuple[Kind, ...]]:
        """What of it can be shown, the usual one first, and what each can become."""

    def content(self, kind: Kind, spec: ExportSpec, device: str) -> Content:
        """What a file of that kind is made of.

        Raises:
            UserError: the settings do not fit the subject. At once, before any work is done.
        """

    def sources(self) -> dict[str, Any]:
        """Data, model and schedule for a recipe, as JSON."""


def view_of(subject: Subject, spec: ExportSpec) -> str:
    """What is shown: what was asked for, or the usual one.

    Raises:
        UserError: the subject has no such view.
    """
    if not spec.shown.view:
        return next(iter(subject.views))
    if spec.shown.view not in subject.views:
        raise UserError(
            f"the {subject.what} export has no view {spec.shown.view}",
            f"choose one of {', '.join(subject.views)}",
        )
    return spec.shown.view


def endings(subject: Subject, spec: ExportSpec) -> tuple[str, ...]:
    """The endings of the files that a view can become."""
    kinds = subject.views[view_of(subject, spec)]
    return tuple(suffix for suffix, made in FORMATS.items() if made.kind in kinds)


def limit_times(spec: ExportSpec, T: int) -> None:
    """Raise UserError where a moment that is asked for is later than T."""
    shown = spec.shown
    asked = {"t": [shown.t or 0], "times": shown.times or (), "at": shown.at or ()}
    for field, times in asked.items():
        for t in times:
            if t > T:
                raise UserError(f"t = {t} is not possible", f"choose 0 to {T}", field=field)


def limit_numbers(count: int) -> None:
    """Raise UserError where so many numbers are too much for one file."""
    if count > MOST_NUMBERS:
        raise UserError(
            f"{count:,} numbers are too many for one file", "choose fewer samples or frames"
        )
