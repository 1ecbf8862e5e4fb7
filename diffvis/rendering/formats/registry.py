"""Which formats there are, by the ending of a file's name, and what each can hold."""

from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Literal

from diffvis.errors import UserError
from diffvis.rendering.export_settings import Film, poster_of
from diffvis.rendering.files import check_path
from diffvis.rendering.formats.apng import ApngWriter
from diffvis.rendering.formats.drawing import DrawingWriter
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.formats.mp4 import Mp4Writer, check_codec
from diffvis.rendering.formats.numbered import FolderWriter, ZipWriter
from diffvis.rendering.formats.numbers import CsvWriter, NpzWriter
from diffvis.rendering.formats.picture import PngWriter
from diffvis.rendering.formats.slide import SlideWriter
from diffvis.rendering.formats.timing import BROWSERS_MS
from diffvis.rendering.formats.webp import WebpWriter
from diffvis.rendering.formats.writer import FileWriter, FrameWriter

Kind = Literal["film", "picture", "drawing", "table", "numbers"]


@dataclass(frozen=True)
class Format:
    """``suffix`` with its dot, what people call it, what it holds and who writes it."""

    suffix: str
    name: str
    kind: Kind
    writer: type[FileWriter]
    says: str
    transparent: bool = True
    recipe: bool = True


FORMATS: dict[str, Format] = {
    made.suffix: made
    for made in (
        Format(".gif", "GIF", "film", GifWriter, "a film that plays everywhere"),
        Format(
            ".mp4", "MP4", "film", Mp4Writer, "a film for PowerPoint, Keynote and browsers",
            transparent=False,
        ),
        Format(".webp", "WebP", "film", WebpWriter, "an exact film for browsers, the smallest"),
        Format(".apng", "APNG", "film", ApngWriter, "an exact film for browsers and Keynote"),
        Format(".html", "HTML slide", "film", SlideWriter, "a page with a slider, for slides"),
        Format(".zip", "PNG frames, zipped", "film", ZipWriter, "frames with a line for LaTeX"),
        Format(
            ".frames", "PNG frames, a folder", "film", FolderWriter, "frames with a line for LaTeX"
        ),
        Format(".png", "PNG", "picture", PngWriter, "one picture"),
        Format(".svg", "SVG", "drawing", DrawingWriter, "a drawing for web pages and editors"),
        Format(".pdf", "PDF", "drawing", DrawingWriter, "a drawing for LaTeX and print"),
        Format(
            ".csv", "CSV", "table", CsvWriter, "the numbers, for a spreadsheet",
            transparent=False, recipe=False,
        ),
        Format(
            ".npz", "NPZ", "numbers", NpzWriter, "the arrays, for NumPy", transparent=False
        ),
    )
}  # fmt: skip


def check_target(
    path: str | PathLike[str],
    allowed: tuple[str, ...],
    transparent: bool = False,
    film: Film | None = None,
) -> tuple[Path, Format]:
    """The file that is to be written and its format, once it is sure that both will do.

    Raises:
        UserError: they will not: the ending, the folder, the times of a ``film``, a codec that is
            missing.
    """
    file = check_path(path, allowed)
    made = FORMATS[file.suffix.lower()]
    if transparent and not made.transparent:
        raise UserError(f"{made.name} cannot be transparent", "choose WebP, APNG, GIF or PNG")
    if film is not None:
        check_times(made, film)
    if made.suffix == ".mp4":
        check_codec()
    return file, made


def check_times(made: Format, film: Film) -> None:
    """Make sure that frames can stay as long as ``film`` says.

    Raises:
        UserError: the format has no such times, or players do not keep to them.
    """
    if not issubclass(made.writer, FrameWriter):
        return
    timing = made.writer.timing
    if film.fps is not None and not timing.holds(film.exact_ms):
        raise UserError(
            f"fps = {film.fps:g} is not possible in {made.name}",
            f"give at most {1000 // timing.least}, or choose {_others(film.exact_ms)}",
            field="fps",
        )
    told = {"first_ms": film.first_ms, "hold_ms": film.hold_ms}
    if film.fps is None:
        told = {"frame_ms": film.frame_ms, **told}
    for name, ms in told.items():
        if name == "first_ms" and ms == 0:
            continue
        if not timing.holds_each(ms):
            raise UserError(
                f"{name} = {ms} is not possible in {made.name}",
                f"give {timing.allowed()}, or choose {_others(ms)}",
                field=name,
            )


def _others(ms: Fraction | int) -> str:
    """The formats that can, where another cannot."""
    return "WebP, APNG or MP4" if ms >= BROWSERS_MS else "MP4"


def rate_told(made: Format, film: Film) -> str:
    """What becomes of a rate that a format can only keep on average, in words; else ""."""
    return made.writer.timing.told(film.exact_ms) if issubclass(made.writer, FrameWriter) else ""


def plays_told(made: Format, film: Film) -> str:
    """How often it plays in that format, in words; "" of what is no film."""
    if not issubclass(made.writer, FrameWriter):
        return ""
    plays = made.writer.plays(film.loop)
    if plays is None:
        return "as often as its player says"
    return {0: "in a loop", 1: "once"}.get(plays, f"{plays} times")


def is_film(made: Format) -> bool:
    """Whether frames follow each other in it."""
    return issubclass(made.writer, FrameWriter)


def poster_beside(file: Path, film: Film) -> Path | None:
    """Where the last frame is written beside a file; None where it is not, or that is no film."""
    return poster_of(file) if film.poster and is_film(FORMATS[file.suffix.lower()]) else None
