"""The pictures drawn last: of an equation, only one of three changes when t moves."""

import weakref
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import numpy as np
from torch import Tensor

from diffvis.rendering.geometry import Grid
from diffvis.rendering.pixels import Pixels, mosaic, to_uint8
from diffvis.rendering.scatter import scatter
from diffvis.rendering.scene.recorder import noting_marks
from diffvis.rendering.style import Colour, Style

KEPT = 40  # an equation, film strips, and some moments between two looks at them
LARGEST = 8 * 2**20  # bytes of a picture that is kept
ROOM = 32 * 2**20  # bytes of all of them
_Entry = tuple[weakref.ref[Tensor], Pixels | None, Pixels]  # samples, colours, picture
_entries: OrderedDict[tuple[object, ...], _Entry] = OrderedDict()  # the newest last
_lock = Lock()  # the window draws while a worker exports


def scatter_again(
    x: Tensor | np.ndarray,
    colours: Pixels | None,
    size: tuple[int, int],
    extent: float,
    style: Style,
) -> Pixels:
    """``scatter``, remembered for the same tensors until they change. Do not write to the result.

    A tensor that is changed through NumPy behind torch's back is not noticed.
    """
    return _again(
        x, colours, (size, extent, style), lambda: scatter(x, colours, size, extent, style)
    )


def mosaic_again(
    x: Tensor | np.ndarray, span: tuple[float, float], grid: Grid, background: Colour
) -> Pixels:
    """The mosaic of images x, from black to white over ``span``, remembered likewise."""
    return _again(
        x, None, (span, grid, background), lambda: mosaic(to_uint8(x, span), grid, background)
    )


def _again(
    x: Tensor | np.ndarray,
    colours: Pixels | None,
    how: tuple[object, ...],
    draw: Callable[[], Pixels],
) -> Pixels:
    if not isinstance(x, Tensor) or x.is_inference() or noting_marks():
        return draw()  # the changes of inference tensors are not counted
    key = (id(x), x._version, id(colours), *how)
    with _lock:
        entry = _entries.get(key)
        if entry is not None and entry[0]() is x and entry[1] is colours:
            _entries.move_to_end(key)
            return entry[2]
    picture = draw()
    picture.setflags(write=False)
    if picture.nbytes > LARGEST:
        return picture
    with _lock:
        _entries[key] = weakref.ref(x), colours, picture
        while len(_entries) > KEPT or sum(kept.nbytes for *_, kept in _entries.values()) > ROOM:
            _entries.popitem(last=False)
    return picture
