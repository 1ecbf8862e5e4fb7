"""A picture for whoever does not see it: its parts and its lines of text, as they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from diffvis.rendering.geometry import Rect
from diffvis.rendering.scene.marks import AXES, Mark, Part, Plot, Scene, Words
from diffvis.rendering.scene.noted import Shown

CAPTION = 2.4  # of its own size, that a caption stands below its picture at most
TOGETHER = 1.2  # of their size, between words that are one line


@dataclass(frozen=True)
class Said:
    """A part, or where there are no ``words`` about it, a line of text; both are markup."""

    name: str
    rect: Rect
    words: str = ""


def said_of(scene: Scene, shown: Sequence[Shown]) -> tuple[Said, ...]:
    """What is on ``scene``, row by row from left to right.

    Args:
        shown: what was noted when it was drawn, in the same pixels.
    """
    pictures = [Said(each.name, each.rect, each.words()) for each in shown]
    plots = (mark for mark in scene if isinstance(mark, Plot))
    pictures += [Said(plot.chart.title, plot.rect, plot.chart.words()) for plot in plots]
    lines = list(_lines(scene))
    captions = [_owner(line, pictures) for line in lines]
    named = [
        _named(picture, [line for line, own in zip(lines, captions, strict=True) if own is picture])
        for picture in pictures
    ]
    alone = [line for line, own in zip(lines, captions, strict=True) if own is None]
    return tuple(sorted([*named, *alone], key=lambda said: _place(said, pictures)))


def _lines(scene: Scene) -> Iterator[Said]:
    """Words that follow each other on a row are one line."""
    line: Said | None = None
    row = 0
    for mark in sorted(_words(scene.marks), key=lambda mark: (mark.baseline, mark.x)):
        rect = Rect(mark.x, mark.baseline - mark.size, max(1, mark.width), mark.size)
        if line and mark.baseline == row and rect.x - line.rect.right < TOGETHER * mark.size:
            wide = max(line.rect.right, rect.right) - line.rect.x
            space = " " if rect.x > line.rect.right else ""
            whole = replace(line.rect, width=wide)
            line = Said(f"{line.name}{space}{mark.markup}", whole)
            continue
        if line:
            yield line
        line, row = Said(mark.markup, rect), mark.baseline
    if line:
        yield line


def _words(marks: Sequence[Mark]) -> Iterator[Words]:
    """But for the numbers along axes."""
    for mark in marks:
        if isinstance(mark, Part) and mark.name != AXES:
            yield from _words(mark.marks)
        elif isinstance(mark, Words) and mark.markup.strip():
            yield mark


def _owner(line: Said, pictures: Sequence[Said]) -> Said | None:
    """The picture whose caption the line is: it begins right below it, within its width."""

    def below(picture: Said) -> bool:
        across, apart = line.rect.centre[0], line.rect.y - picture.rect.bottom
        return (
            picture.rect.x <= across < picture.rect.right
            and -line.rect.height <= apart <= CAPTION * line.rect.height
        )

    return next(filter(below, pictures), None)


def _named(picture: Said, captions: Sequence[Said]) -> Said:
    said = ": ".join(line.name for line in sorted(captions, key=lambda line: line.rect.y))
    return replace(picture, name=said or picture.name)


def _place(said: Said, pictures: Sequence[Said]) -> tuple[int, int, int]:
    """What stands beside a picture is in its row, a symbol before the number below it."""
    across, middle = said.rect.centre
    tops = [p.rect.y for p in pictures if p.rect.y <= middle < p.rect.bottom]
    return (max(tops) if tops else middle), across, middle
