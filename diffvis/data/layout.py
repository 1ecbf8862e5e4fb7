"""What the axes of an array are: points, or pictures in one of the orders that people use."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diffvis.data.inferred import Inferred
from diffvis.errors import UserError

CHANNELS = (1, 3, 4)
DIMENSIONS = (2, 3)  # of points, besides those on a line
_SHORTEST = 64  # of a row that is taken for a picture: 8 × 8
_LONG = 4  # times as long as wide is no picture, but many
_LOOKED_AT = 64  # pictures
_REMEDY = (
    "save points as (N, 1), (N, 2) or (N, 3), or images as (N, H, W), (N, H, W, C) or (N, C, H, W)"
)


class Samples(NamedTuple):
    """Points (N, 1), (N, 2) or (N, 3), or pictures (N, C, H, W), and what was inferred for that."""

    values: np.ndarray
    inferred: tuple[Inferred, ...] = ()


def arranged(
    array: np.ndarray,
    path: Path,
    *,
    shape: str | None = None,
    axes: str | None = None,
    usual: str | None = None,
    labels: int | None = None,
) -> Samples:
    """An array of numbers with its samples first.

    Args:
        shape: the option, height and width of pictures that are rows.
        axes: the option, a letter for each axis.
        usual: the axes of rows in files of this kind, if they are known.
        labels: how many there are beside it, which tells the axis of the samples.

    Raises:
        UserError: its shape is of neither points nor pictures.
    """
    if array.ndim == 2:
        return _rows(array, path, shape, axes or usual, labels)
    if shape is not None:
        raise UserError(
            f"{path} has no rows, but an array of shape {array.shape}", "leave shape out"
        )
    if axes is not None:
        return Samples(_as_told(array, axes.lower(), path))
    if array.ndim == 3:
        return _grey(array, labels)
    if array.ndim == 4:
        return _in_colour(array, path)
    raise UserError(f"{path} has an array of shape {array.shape}", _REMEDY)


def _as_told(array: np.ndarray, axes: str, path: Path) -> np.ndarray:
    if len(axes) != array.ndim:
        raise UserError(
            f"axes = {axes} does not fit an array of shape {array.shape}", "give a letter for each"
        )
    order = [axes.index(letter) for letter in "nchw" if letter in axes]
    array = array.transpose(order)
    array = array if "c" in axes else array[:, None]
    if array.shape[1] not in CHANNELS:
        raise UserError(
            f"{path} has {array.shape[1]} channels where axes = {axes}",
            "pictures have one, three or four",
        )
    return array


def _grey(array: np.ndarray, labels: int | None) -> Samples:
    """(N, H, W), (H, W, N), or one picture (H, W, C)."""
    first, second, last = array.shape
    if last in CHANNELS[1:] and min(first, second) >= 8 and labels in (None, 1):
        one = Inferred(f"{_by(array.shape)} is one picture of {last} channels", "axes=nhw")
        return Samples(array.transpose(2, 0, 1)[None], (one,))
    samples_last = labels == last != first if labels is not None else first == second
    if samples_last and (labels is not None or last >= _LONG * first):
        moved = Inferred(f"{_by(array.shape)} is {last:,} pictures, the last axis", "axes=nhw")
        return Samples(array.transpose(2, 0, 1)[:, None], (moved,))
    return Samples(array[:, None])


def _in_colour(array: np.ndarray, path: Path) -> Samples:
    """(N, C, H, W), (N, H, W, C) or (H, W, C, N)."""
    _, second, third, last = array.shape
    if second in CHANNELS:
        if last in CHANNELS and second + last > 2:
            said = Inferred(f"{_by(array.shape)} is number, channels, height, width", "axes=nhwc")
            return Samples(array, (said,))
        return Samples(array)
    if last in CHANNELS:
        also = third in CHANNELS and third + last > 2
        said = Inferred(f"{_by(array.shape)} is number, height, width, channels", "axes=hwcn")
        return Samples(array.transpose(0, 3, 1, 2), (said,) if also else ())
    if third in CHANNELS:
        said = Inferred(f"{_by(array.shape)} is height, width, channels, number", "axes=nhcw")
        return Samples(array.transpose(3, 2, 0, 1), (said,))
    raise UserError(f"{path} has an array of shape {array.shape}", _REMEDY)


def _rows(
    array: np.ndarray, path: Path, shape: str | None, axes: str | None, labels: int | None
) -> Samples:
    """Points, or pictures of which each is a row or a column."""
    inferred: list[Inferred] = []
    if _samples_are_columns(array, shape, labels):
        array = array.T
        square = square_of(len(array))
        option = f"shape={square[0]}x{square[0]}" if square and square[1] == 1 else ""
        inferred.append(Inferred(f"each of the {len(array):,} columns is one sample", option))
    wide = array.shape[1]
    on_a_line = wide == 1 < len(array)
    if shape is None and axes is None and (on_a_line or wide in DIMENSIONS):
        return Samples(array, tuple(inferred))
    if array.shape[0] == wide and shape is None:
        raise UserError(
            f"{path} is one picture of {wide} × {wide}, or {wide} rows",
            "save a picture as PNG, or say the shape of a row, as in shape=28x28",
        )
    height, width, channels, planes = _side(array, path, shape)
    if shape is None:
        inferred.append(_about_rows(wide, height, channels, planes, path))
    order = axes.lower() if axes is not None else "nchw" if planes else "nhwc"
    if "c" not in order:
        order += "c"
    sizes = {"n": len(array), "c": channels, "h": height, "w": width}
    pictures = array.reshape([sizes[letter] for letter in order])
    return Samples(pictures.transpose([order.index(letter) for letter in "nchw"]), tuple(inferred))


def _about_rows(wide: int, side: int, channels: int, planes: bool, path: Path) -> Inferred:
    said = f"each row of {wide:,} numbers is a picture of {side} × {side}"
    if channels > 1 and planes:
        return Inferred(f"{said}, a plane for each colour", f"shape={side}x{side}x{channels}")
    if channels > 1:
        return Inferred(f"{said}, pixel by pixel", f"shape={channels}x{side}x{side}")
    if path.suffix.lower() == ".mat":  # where columns come first as often as not
        return Inferred(f"{said}, line by line", "axes=nwh")
    return Inferred(said, "shape=HEIGHTxWIDTH")


def _samples_are_columns(array: np.ndarray, shape: str | None, labels: int | None) -> bool:
    """Whether (D, N) rather than (N, D)."""
    first, second = array.shape
    if labels is not None and labels in array.shape:
        return labels == second != first
    if shape is not None:
        size = math.prod(map(int, shape.split("x")))
        return size == first != second
    if first in DIMENSIONS and second > max(DIMENSIONS):
        return not (array.dtype == np.uint8 and square_of(second))
    return second not in DIMENSIONS and not square_of(second) and square_of(first)


def square_of(numbers: int) -> tuple[int, int] | None:
    """The side and the channels of the square picture that so many numbers make, if they do."""
    for channels in (1, 3):
        side = math.isqrt(numbers // channels)
        if numbers >= _SHORTEST and side * side * channels == numbers:
            return side, channels
    return None


def _side(array: np.ndarray, path: Path, shape: str | None) -> tuple[int, int, int, bool]:
    """Height, width and channels of a row, and whether its colours are planes."""
    wide = array.shape[1]
    if shape is None:
        square = square_of(wide)
        if square is None:
            raise UserError(
                f"{path} has an array of shape {array.shape}, rows of {wide:,} numbers",
                "if a row is a picture, say its shape, as in shape=28x20; save one picture as PNG, "
                "and points as (N, 2)",
            )
        side, channels = square
        return side, side, channels, channels > 1 and _in_planes(array, side)
    sizes = [int(n) for n in shape.split("x")]
    if math.prod(sizes) != wide:
        raise UserError(
            f"shape={shape} is {math.prod(sizes):,} numbers, but {path} has rows of {wide:,}",
            "give the height and the width of a row",
        )
    if len(sizes) == 2:
        return *sizes, 1, False
    planes = sizes[0] in CHANNELS and sizes[2] not in CHANNELS
    channels = sizes.pop(0 if planes else 2)
    if channels not in CHANNELS:
        raise UserError(
            f"shape={shape} has {channels} channels", "pictures have one, three or four"
        )
    return *sizes, channels, planes


def _in_planes(array: np.ndarray, side: int) -> bool:
    """Whether rows are smoother pictures if red comes before green before blue, as in CIFAR-10."""
    some = array[:: max(1, len(array) // _LOOKED_AT)][:_LOOKED_AT].astype(np.float64)
    planes = some.reshape(-1, 3, side, side)
    pixels = some.reshape(-1, side, side, 3)
    return bool(np.abs(np.diff(planes)).mean() <= np.abs(np.diff(pixels, axis=2)).mean())


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)
