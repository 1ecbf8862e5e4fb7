"""The pages of a TIFF, the frames of an animation or of a film: one picture each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from diffvis.data.pictures import Decoded, bombs_are_errors, formats, has_several, prepare, refused
from diffvis.data.ranges import Span
from diffvis.errors import UserError

FILMS = frozenset((".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"))


def is_film(path: Path) -> bool:
    """Whether its name says that it is one."""
    return path.suffix.lower() in FILMS


def holds_several(path: Path) -> bool:
    """Whether a file is a film, or a picture of several pages or frames."""
    if is_film(path):
        return True
    try:
        with bombs_are_errors(), Image.open(path, formats=formats()) as picture:
            return has_several(picture)
    except Exception:  # noqa: BLE001 - who opens it will say what is wrong with it
        return False


def count_frames(path: Path) -> int:
    """How many pages or frames there are, as far as the file says; of a broken one 1."""
    try:
        if is_film(path):
            with _film(path) as film:
                return max(1, film.properties(index=...).n_images or 1)
        with bombs_are_errors(), Image.open(path, formats=formats()) as picture:
            return picture.n_frames if has_several(picture) else 1
    except UserError:
        raise
    except Exception:  # noqa: BLE001 - who opens it will say what is wrong with it
        return 1


def decode_frames(
    path: Path,
    square: int,
    background: str = "white",
    stride: int = 1,
    span: Span | None = None,
) -> Iterator[Decoded]:
    """Every ``stride``-th page or frame, as ``decode`` would give it; to be called within
    ``bombs_are_errors``. What comes before a broken one is given.

    Raises:
        UserError: as ``decode``; a film needs PyAV, which is not installed.
    """
    with refused(path):
        if is_film(path):
            yield from _frames_of_film(path, square, stride, span)
            return
        with Image.open(path, formats=formats()) as picture:
            several = has_several(picture)
            for number in range(0, picture.n_frames if several else 1, stride):
                if number:
                    picture.seek(number)
                yield prepare(picture, path, square, None, background, several, span)


def _frames_of_film(path: Path, square: int, stride: int, span: Span | None) -> Iterator[Decoded]:
    turns = _quarter_turns(path)
    with _film(path) as film:
        for number, frame in enumerate(film.iter(thread_type="FRAME")):
            if number % stride == 0:
                upright = Image.fromarray(np.ascontiguousarray(np.rot90(frame, turns)))
                yield prepare(upright, path, square, None, "white", True, span)


@contextmanager
def _film(path: Path) -> Iterator:
    """A film that imageio has opened.

    Raises:
        UserError: PyAV is not installed.
    """
    import imageio.v3 as iio

    try:
        import av  # noqa: F401 - imageio says it in three lines
    except ImportError as error:
        raise UserError(
            f"{path.name} is a film, which needs PyAV", 'pip install "diffvis[video]"'
        ) from error
    with iio.imopen(path, "r", plugin="pyav") as film:
        yield film


def _quarter_turns(path: Path) -> int:
    """How often frames are to be turned to the left: telephones film lying on their side. imageio
    does not say.
    """
    import av

    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            return round(frame.rotation / 90) % 4
    return 0
