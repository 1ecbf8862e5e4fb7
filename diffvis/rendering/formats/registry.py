"""Which formats there are, by the ending of a file's name, and what each can hold."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from diffvis.errors import UserError
from diffvis.rendering.files import check_path
from diffvis.rendering.formats.apng import ApngWriter
from diffvis.rendering.formats.drawing import DrawingWriter
from diffvis.rendering.formats.gif import GifWriter
from diffvis.rendering.formats.mp4 import Mp4Writer, check_codec
from diffvis.rendering.formats.numbered import FolderWriter, ZipWriter
from diffvis.rendering.formats.numbers import CsvWriter, NpzWriter
from diffvis.rendering.formats.picture import PngWriter
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
    path: str | PathLike[str], allowed: tuple[str, ...], transparent: bool = False
) -> tuple[Path, Format]:
    """The file that is to be written and its format, once it is sure that both will do.

    Raises:
        UserError: they will not: the ending, the folder, a codec that is missing.
    """
    file = check_path(path, allowed)
    made = FORMATS[file.suffix.lower()]
    if transparent and not made.transparent:
        raise UserError(f"{made.name} cannot be transparent", "choose WebP, APNG, GIF or PNG")
    if made.suffix == ".mp4":
        check_codec()
    return file, made


def is_film(made: Format) -> bool:
    """Whether frames follow each other in it."""
    return issubclass(made.writer, FrameWriter)
