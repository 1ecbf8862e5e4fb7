"""One picture file at a time: whatever is in it becomes 8-bit colour, upright, on one colour."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple
from warnings import catch_warnings, simplefilter

from PIL import Image, ImageOps, UnidentifiedImageError

from diffvis.data.deep import Depth, is_deep, stretched, to_8_bits
from diffvis.data.members import Picture, is_empty, opened
from diffvis.data.ranges import Span
from diffvis.errors import UserError

# Others that Pillow reads can start programs (EPS) or are no pictures.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
SUFFIXES = frozenset(
    ".avif .bmp .gif .jfif .jpeg .jpg .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()  # noqa: SIM905
)
FOREIGN_SUFFIXES = frozenset((".heic", ".heif", ".svg", ".psd", ".eps", ".raw", ".dng", ".jxl"))
_MOST_PIXELS = 64_000_000
_LIGHT = 235  # of 255: what is as light as this cannot be seen on white
_OPAQUE = 128  # of 255: what is less than this is background


class Decoded(NamedTuple):
    """An upright RGB picture, and what it was in its file."""

    image: Image.Image
    size: tuple[int, int]
    """Width and height in the file, upright."""
    several: bool
    """Whether it is the first of several pages or frames."""
    depth: Depth | None = None
    """The range of its values, if it had more than 8 bits."""


def read_picture(
    path: Picture,
    *,
    square: int | None = None,
    longest: int | None = None,
    background: str | None = None,
) -> Image.Image:
    """``decode`` for one picture alone; without a ``background``, on that on which it is seen."""
    with bombs_are_errors():
        background = background or background_of((path,))
        return decode(path, square=square, longest=longest, background=background).image


def decode(
    path: Picture,
    *,
    square: int | None = None,
    longest: int | None = None,
    background: str = "white",
    span: Span | None = None,
) -> Decoded:
    """An upright RGB picture; to be called within ``bombs_are_errors``.

    An animation shows its first frame.

    Args:
        square: centre-crop to a square and resize to so many pixels.
        longest: shrink until the longer side has at most so many pixels.
        background: the colour that transparent places become.
        span: the values that are black and white; by default 0 and 255, or, of more than 8 bits,
            what the picture seems to have.

    Raises:
        UserError: the file is not a picture, is broken, enormous, or far smaller than ``square``.
    """
    with refused(path), Image.open(opened(path), formats=formats()) as picture:
        return prepare(picture, path, square, longest, background, has_several(picture), span)


@contextmanager
def refused(path: Picture) -> Iterator[None]:
    """What decoders raise becomes a UserError that says what is wrong with the file."""
    try:
        yield
    except UserError:
        raise
    except UnidentifiedImageError:
        if path.suffix.lower() in FOREIGN_SUFFIXES:
            raise foreign(path) from None
        raise UserError(
            f"{path} {'is empty' if is_empty(path) else 'is not a picture that can be read'}",
            "save it as PNG or JPEG",
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _enormous(path) from None
    except PermissionError as error:
        raise UserError(f"{path} may not be read", "change its permissions") from error
    except Exception as error:  # broken files make decoders raise almost anything
        raise UserError(f"{path} is broken ({error})", "save it again") from error


@contextmanager
def bombs_are_errors() -> Iterator[None]:
    """Pillow's warning about pictures that unpack to gigabytes becomes an error.

    What it warns about besides, such as damaged metadata, does not matter here. Warning filters
    belong to the process: with several threads, enter this once around them all.
    """
    with catch_warnings():
        simplefilter("ignore")
        simplefilter("error", Image.DecompressionBombWarning)
        yield


def has_several(picture: Image.Image) -> bool:
    """Whether it has pages or frames; a camera's second picture in a JPEG file is neither."""
    return picture.format != "MPO" and getattr(picture, "is_animated", False)


def background_of(paths: Sequence[Picture]) -> str:
    """The colour on which pictures with transparent places are seen: black if most of them are
    white strokes, which nobody would see on white. To be called within ``bombs_are_errors``.
    """
    lost = [found for found in map(_is_lost_on_white, paths) if found is not None]
    return "black" if sum(lost) > len(lost) / 2 else "white"


def _is_lost_on_white(path: Picture) -> bool | None:
    """None of a picture without transparent places, or one that cannot be read."""
    try:
        with Image.open(opened(path), formats=formats()) as picture:
            if not picture.has_transparency_data or max(picture.size) ** 2 > _MOST_PIXELS:
                return None
            picture.thumbnail((256, 256))
            rgba = picture.convert("RGBA")
    except Exception:  # noqa: BLE001 - decoding will say what is wrong with it
        return None
    alpha = rgba.getchannel("A")
    if alpha.getextrema()[0] >= _OPAQUE:
        return None
    seen = rgba.convert("L").histogram(alpha.point(lambda value: 255 * (value >= _OPAQUE)))
    return sum(seen) > 0 and sum(seen[_LIGHT:]) > 0.98 * sum(seen)


@cache
def formats() -> list[str]:
    """Those of ``_FORMATS`` that this Pillow was built with."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def prepare(
    picture: Image.Image,
    path: Picture,
    square: int | None,
    longest: int | None,
    background: str,
    several: bool,
    span: Span | None = None,
) -> Decoded:
    """As ``decode``, of a picture that has been opened."""
    size = picture.size
    target = square or longest or max(size)
    if picture.format in ("JPEG", "MPO"):
        picture.draft(None, (2 * target, 2 * target))  # decodes a large photograph at half or less
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise _enormous(path)
    if square is not None and min(width, height) * 4 < square:
        raise UserError(f"{path} is tiny ({width} × {height})", "choose a smaller size")
    if longest is not None and max(width, height) > longest:
        picture.thumbnail((longest, longest), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(picture)
    if upright.size != picture.size:
        size = size[::-1]
    picture, depth = _to_rgb(upright, background, span)
    if square is None:
        return Decoded(picture, size, several, depth)
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    image = picture.resize(
        (square, square),
        Image.Resampling.BICUBIC if side > square else Image.Resampling.BILINEAR,
        box=(left, top, left + side, top + side),
        reducing_gap=2.0,
    )
    return Decoded(image, size, several, depth)


def _to_rgb(
    picture: Image.Image, background: str, span: Span | None
) -> tuple[Image.Image, Depth | None]:
    """Colour of 8 bits, and the range that deeper grey had."""
    if is_deep(picture):
        grey, depth = to_8_bits(picture, span)
        return grey.convert("RGB"), depth
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        below = Image.new("RGBA", rgba.size, background)
        picture = Image.alpha_composite(below, rgba)
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    return picture if span is None else stretched(picture, span), None


def foreign(path: Picture) -> UserError:
    """What to say of a picture of a kind that is not read."""
    kind = path.suffix.removeprefix(".").upper()
    return UserError(f"{path} is a {kind} picture, which is not read", "save it as PNG or JPEG")


def _enormous(path: Picture) -> UserError:
    return UserError(
        f"{path} has more than {_MOST_PIXELS // 1_000_000} million pixels", "make it smaller"
    )
