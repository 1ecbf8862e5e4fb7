"""One picture file at a time: whatever is in it becomes 8-bit colour, upright, on white."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from warnings import catch_warnings, simplefilter

from PIL import Image, ImageOps, UnidentifiedImageError

from diffvis.errors import UserError
from diffvis.files import regular

# Others that Pillow reads can start programs (EPS) or are no pictures.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
SUFFIXES = frozenset(
    ".avif .bmp .gif .jfif .jpeg .jpg .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()  # noqa: SIM905
)
FOREIGN_SUFFIXES = frozenset((".heic", ".heif", ".svg", ".psd", ".eps", ".raw", ".dng", ".jxl"))
_MOST_PIXELS = 64_000_000


def read_picture(
    path: Path, *, square: int | None = None, longest: int | None = None
) -> Image.Image:
    """``decode`` for one picture alone."""
    with bombs_are_errors():
        return decode(path, square=square, longest=longest)


def decode(path: Path, *, square: int | None = None, longest: int | None = None) -> Image.Image:
    """An upright RGB picture; to be called within ``bombs_are_errors``.

    Transparent places become white, 16-bit values lose their lower half, and an animation shows its
    first frame.

    Args:
        square: centre-crop to a square and resize to so many pixels.
        longest: shrink until the longer side has at most so many pixels.

    Raises:
        UserError: the file is not a picture, is broken, enormous, or far smaller than ``square``.
    """
    try:
        with Image.open(regular(path), formats=_formats()) as picture:
            return _prepare(picture, path, square, longest)
    except UserError:
        raise
    except UnidentifiedImageError:
        empty = path.stat().st_size == 0
        raise UserError(
            f"{path} {'is empty' if empty else 'is not a picture that can be read'}",
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


@cache
def _formats() -> list[str]:
    """Those of ``_FORMATS`` that this Pillow was built with."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def _prepare(
    picture: Image.Image, path: Path, square: int | None, longest: int | None
) -> Image.Image:
    target = square or longest or max(picture.size)
    if picture.format in ("JPEG", "MPO"):
        picture.draft(None, (2 * target, 2 * target))  # decodes a large photograph at half or less
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise _enormous(path)
    if square is not None and min(width, height) * 4 < square:
        raise UserError(f"{path} is tiny ({width} × {height})", "choose a smaller size")
    if longest is not None and max(width, height) > longest:
        picture.thumbnail((longest, longest), reducing_gap=2.0)
    picture = _to_rgb(ImageOps.exif_transpose(picture))
    if square is None:
        return picture
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return picture.resize(
        (square, square),
        Image.Resampling.BICUBIC if side > square else Image.Resampling.BILINEAR,
        box=(left, top, left + side, top + side),
        reducing_gap=2.0,
    )


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode[0] in "IF":
        return _to_8_bits(picture).convert("RGB")
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")


def _to_8_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits (I;16, I) or floating point (F, from black 0 to white 1)."""
    low, high = picture.getextrema()
    if not (low >= 0 and high <= 65535):
        raise ValueError(f"its values go from {low:g} to {high:g}")
    scale = 255.0 if picture.mode == "F" and high <= 1 else 255 / 65535 if high > 255 else 1.0
    return picture.convert("F").point(lambda value: value * scale + 0.5).convert("L")


def _enormous(path: Path) -> UserError:
    return UserError(
        f"{path} has more than {_MOST_PIXELS // 1_000_000} million pixels", "make it smaller"
    )
