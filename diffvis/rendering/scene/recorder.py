"""What is painted is noted as marks, where somebody asks for them; else nothing is done.

Whoever paints a picture keeps painting pixels, and with each stroke says what it was. A frame is
known by which array it is: ``begun`` by ``blank``, ``again`` is a copy of one, ``inside`` a part.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from diffvis.rendering.geometry import Rect
from diffvis.rendering.scene.marks import Fill, Image, Mark, Part, Scene
from diffvis.rendering.scene.noted import named
from diffvis.rendering.style import Colour


@dataclass(frozen=True, eq=False)
class _Page:
    """The marks of a frame, or of a part of it whose corner is at (x, y)."""

    frame: np.ndarray  # kept, so that no other array is taken for it
    marks: list[Mark]
    x: int = 0
    y: int = 0


_pages: ContextVar[dict[int, _Page] | None] = ContextVar("pages", default=None)


def scene_of(draw: Callable[[], np.ndarray], title: str = "", alternative: str = "") -> Scene:
    """What ``draw`` paints, as marks."""
    token = _pages.set({})
    try:
        frame = draw()
        page = _page(frame)
        marks = (Image(0, 0, frame),) if page is None else tuple(page.marks)
    finally:
        _pages.reset(token)
    return Scene((frame.shape[1], frame.shape[0]), marks, title, alternative)


def noting_marks() -> bool:
    """Whether somebody asks for them: what was painted before cannot be taken from a store."""
    return _pages.get() is not None


def begun(frame: np.ndarray, colour: Colour) -> None:
    """A frame of one colour has been made."""
    pages = _pages.get()
    if pages is not None:
        whole = Rect(0, 0, frame.shape[1], frame.shape[0])
        pages[id(frame)] = _Page(frame, [Fill(whole, colour, ground=True)])


def again(picture: np.ndarray) -> np.ndarray:
    """A copy to paint on, which has the marks of ``picture``."""
    copy = picture.copy()
    page = _page(picture)
    if page is not None:
        _pages.get()[id(copy)] = _Page(copy, list(page.marks))
    return copy


def inside(frame: np.ndarray, rect: Rect) -> np.ndarray:
    """The pixels of ``rect`` themselves; what is painted on them is on the frame."""
    part = frame[rect.slices]
    page = _page(frame)
    if page is not None:
        _pages.get()[id(part)] = _Page(part, page.marks, page.x + rect.x, page.y + rect.y)
    return part


def stands_for(picture: np.ndarray, mark: Mark) -> np.ndarray:
    """``picture``, which wherever it is pasted is that mark."""
    pages = _pages.get()
    if pages is not None:
        pages[id(picture)] = _Page(picture, [mark])
    return picture


def shading(picture: np.ndarray) -> np.ndarray:
    """``picture``, whose pixels are no squares of their own."""
    return stands_for(picture, Image(0, 0, picture, smooth=True))


def note_mark(frame: np.ndarray, mark: Callable[[], Mark]) -> None:
    """A mark has been painted on ``frame``; it is made only where it is wanted."""
    if _pages.get() is None:
        return
    page = _page(frame)
    if page is not None:
        page.marks.append(mark().moved(page.x, page.y))


def note_paste(frame: np.ndarray, picture: np.ndarray, x: int, y: int) -> None:
    """``picture`` has been pasted at (x, y): its marks, or else its pixels."""
    if _pages.get() is None:
        return
    page, pasted = _page(frame), _page(picture)
    if page is None:
        return
    if pasted is not None:
        page.marks.extend(mark.moved(page.x + x, page.y + y) for mark in pasted.marks)
        return
    height, width = frame.shape[:2]
    top, left = max(0, -y), max(0, -x)
    shown = np.array(picture[top : max(top, height - y), left : max(left, width - x)])
    if shown.size:
        page.marks.append(Image(page.x + x + left, page.y + y + top, shown))


@contextmanager
def part(frame: np.ndarray, name: str) -> Iterator[None]:
    """What is painted inside on ``frame`` belongs together."""
    page = None if _pages.get() is None else _page(frame)
    first = 0 if page is None else len(page.marks)
    with named(name):
        yield
    if page is not None:
        page.marks[first:] = [Part(name, tuple(page.marks[first:]))]


def _page(frame: np.ndarray) -> _Page | None:
    pages = _pages.get()
    return None if pages is None else pages.get(id(frame))
