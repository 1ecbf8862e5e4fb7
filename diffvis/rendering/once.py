"""Pictures that are drawn once and then copied, within a room: windows change size all day."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

import numpy as np

from diffvis.rendering.scene.recorder import noting_marks

ROOM = 24 * 2**20  # bytes of all of them together

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn", np.ndarray, tuple[np.ndarray, np.ndarray])

_Entry = tuple[object, int]  # what was drawn, and its bytes
_kept: OrderedDict[tuple[object, ...], _Entry] = OrderedDict()  # the newest last
_lock = Lock()  # the window draws while a worker exports


def drawn_once(draw: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """``draw`` with what it drew for the same arguments, the latest of all such functions. Nobody
    may write to that.
    """

    @wraps(draw)
    def again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Drawn:
        if noting_marks():
            return draw(*args, **kwargs)
        key = (draw, args, *kwargs.items())
        with _lock:
            if key in _kept:
                _kept.move_to_end(key)
                return cast(Drawn, _kept[key][0])
        drawn = draw(*args, **kwargs)
        pictures = drawn if isinstance(drawn, tuple) else (drawn,)
        with _lock:
            _kept[key] = drawn, sum(picture.nbytes for picture in pictures)
            while len(_kept) > 1 and kept_bytes() > ROOM:
                _kept.popitem(last=False)
        return drawn

    return again


def kept_bytes() -> int:
    """What is kept now."""
    return sum(size for _, size in _kept.values())
