"""How large a file will be, from a few of its frames."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diffvis.errors import UserError
from diffvis.files import size_of
from diffvis.rendering.export import open_writer
from diffvis.rendering.formats.registry import FORMATS, Format, check_times
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.recipe import as_words, make_recipe
from diffvis.rendering.spec import ExportSpec
from diffvis.rendering.subjects.compare import Compare, ComparedChain
from diffvis.rendering.subjects.course import Course
from diffvis.rendering.subjects.reverse import Reverse
from diffvis.rendering.subjects.subject import Subject, view_of

LONG = 2_000  # pieces of work of a figure, beyond which nobody waits for a look
FRAMES, STEPS = 6, 12  # drawn for an estimate, and taken of a chain
LARGE = 5_000_000  # bytes: what slides should stay below


@dataclass(frozen=True, eq=False)
class Estimate:
    """``size`` in bytes, about; ``exact`` where the whole file was made. ``frames`` to look at."""

    size: int | None
    exact: bool
    frames: tuple[Pixels, ...]
    total: int = 1
    """Frames that the file will have."""
    walked: int = 0
    """Steps of the chain that ``frames`` are taken from, where the file's has more; else 0."""
    steps: int = 0
    """Of the chain in the file, where ``walked`` is fewer."""


def estimate(
    suffix: str, subject: Subject, spec: ExportSpec, device: str = "cpu"
) -> Iterator[Estimate | None]:
    """Draw a few frames, and write them into a folder that goes again.

    Each ``next`` is one bounded piece of work; the last one gives the estimate.

    Raises:
        UserError: the file cannot be made, or a look at it would take as long as itself.
    """
    made = FORMATS[suffix]
    if made.kind in ("numbers", "table"):
        yield Estimate(None, False, ())
        return
    if isinstance(subject, Course) and (work := subject.work(spec)) > LONG:
        raise UserError(f"it takes {work:,} steps of work", "they are done when it is exported")
    check_times(made, spec.film)
    film = made.kind == "film"
    few, light = _lighter(subject, spec) if film else (subject, spec)
    content = few.content(made.kind, light, device)
    pictures: list[Pixels] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"film{suffix}")
        words = as_words(make_recipe(subject, spec))
        writer = open_writer(file, made, light, words, content)
        first = almost = 0
        with writer:
            for item in content.pieces():
                if item is not None:
                    writer.add(item)
                    if isinstance(item, np.ndarray):
                        pictures.append(item)
                    if len(pictures) == 2:  # the first frame is written by now
                        first = writer.written()
                yield None
            almost = writer.written()
        size = size_of(file)
    total = 1
    if film:
        total = _frames_of(subject, spec, device)
        size = _whole(made, size, almost - first, len(pictures), total)
    elif made.kind == "drawing" and "picture" in subject.views[light.shown.view or _usual(subject)]:
        pictures = [p for p in subject.content("picture", spec, device).pieces() if p is not None]
    walked, steps = (_steps_of(few, light), _steps_of(subject, spec)) if film else (0, 0)
    if walked == steps:
        walked = steps = 0
    yield Estimate(size, not film, tuple(pictures), total, walked, steps)


def _usual(subject: Subject) -> str:
    return next(iter(subject.views))


def _lighter(subject: Subject, spec: ExportSpec) -> tuple[Subject, ExportSpec]:
    """The same with few frames and chains of few steps, whose pictures take as much space and say
    what the file will say.
    """
    light = spec.changed(frames=min(FRAMES, spec.film.frames), at=None, back=False, chain=False)
    if isinstance(subject, Reverse):
        if subject.remembers(spec.chain_settings(subject.model.is_points), view_of(subject, spec)):
            return subject, light
        subject = replace(subject, says=subject.caption(spec))
        T = subject.model.schedule.T
        light = light.changed(steps=min(STEPS, spec.chain.steps or T, T))
    if isinstance(subject, Compare):
        sides, says = tuple(map(_lighter_side, subject.sides)), subject.titles()
        subject = replace(subject, sides=sides, says=says)
    return subject, light


def _lighter_side(side: ComparedChain) -> ComparedChain:
    T = side.model.schedule.T
    return replace(
        side, settings=side.settings.changed(steps=min(STEPS, side.settings.steps or T, T))
    )


def _steps_of(subject: Subject, spec: ExportSpec) -> int:
    """Of the longest chain that is walked; 0 where none is."""
    if isinstance(subject, Reverse):
        return spec.chain.steps or subject.model.schedule.T
    if isinstance(subject, Compare):
        return max(side.settings.steps or side.model.schedule.T for side in subject.sides)
    return 0


def _frames_of(subject: Subject, spec: ExportSpec, device: str) -> int:
    """How many frames the film has."""
    count = subject.content("film", spec, device).frames
    return 2 * count - 1 if spec.film.back and count > 1 else count


def _whole(made: Format, size: int, inner: int, few: int, frames: int) -> int:
    """The size of all frames, where that of a ``few`` is known, and of those between their ends."""
    if few < 3 or made.suffix == ".mp4":  # whose encoder looks ahead
        return size * frames // max(1, few)
    return size + inner * (frames - few) // (few - 2)
