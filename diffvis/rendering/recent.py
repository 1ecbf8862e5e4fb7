"""The point clouds drawn last: of an equation, only one picture changes when t moves."""

import weakref
from collections import OrderedDict
from threading import Lock

import numpy as np
from torch import Tensor

from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import scatter
from diffvis.rendering.style import Style

KEPT = 24  # an equation, a film strip, and some moments between two looks at the strip
_Entry = tuple[weakref.ref[Tensor], Pixels | None, Pixels]  # points, colours, picture
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
    if not isinstance(x, Tensor) or x.is_inference():  # its changes are not counted
        return scatter(x, colours, size, extent, style)
    key = (id(x), x._version, id(colours), size, extent, style)
    with _lock:
        entry = _entries.get(key)
        if entry is not None and entry[0]() is x and entry[1] is colours:
            _entries.move_to_end(key)
            return entry[2]
    picture = scatter(x, colours, size, extent, style)
    picture.setflags(write=False)
    with _lock:
        _entries[key] = weakref.ref(x), colours, picture
        while len(_entries) > KEPT:
            _entries.popitem(last=False)
    return picture
