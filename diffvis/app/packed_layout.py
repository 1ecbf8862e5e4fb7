"""What Qt packs of a window, read as bytes: Qt itself crashes on some that it did not write.

The grammar is that of ``QMainWindow::saveState`` and ``QWidget::saveGeometry`` of Qt 6 (numbers are
big-endian), as far as this window uses it: no dock floats in a group, no bar floats.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

_STATE, _GEOMETRY = 0xFF, 0x01D9D0CB
_DOCKS, _BARS = 0xFD, 0xFC  # what a part of a state begins with
_WIDGET, _SEQUENCE, _TABS = 0xFB, 0xFC, 0xFA
_FLOATING, _FLAGS = 2, 15  # of a dock
_AREAS, _CORNERS, _ORIENTATIONS = range(4), range(1, 9), (1, 2)
_MOST, _DEEPEST = 64, 8  # parts of one, and parts in parts
_FARTHEST = 1 << 17  # pixels from the origin; no screen reaches further
_LONGEST = (1 << 24) - 1  # Qt's greatest size
_VERSIONS = range(1 << 16)


@dataclass(frozen=True)
class PackedLayout:
    """The version that a layout was saved as, and the names of the docks and bars in it, sorted."""

    version: int
    names: tuple[str, ...]


def check_geometry(packed: bytes) -> None:
    """Raises ValueError unless a window can be put there."""
    read = _Reader(packed)
    read.expect(_GEOMETRY)
    read.two_bytes((3,))  # of Qt 6
    read.two_bytes((0,))
    for _ in range(2):  # the frame, and the window when it does not fill its screen
        read.rect()
    read.number(range(_MOST))  # the screen
    read.byte(range(3))  # maximised: Qt's flag
    read.byte(range(5))  # full screen
    read.number(range(_FARTHEST))  # the width of the screen
    read.rect()
    read.end()


def read_layout(packed: bytes) -> PackedLayout:
    """What docks and bars it arranges.

    Raises:
        ValueError: Qt did not write it, or would not read it.
    """
    read = _Reader(packed)
    read.expect(_STATE)
    version = read.number(_VERSIONS)
    read.byte((_DOCKS,))
    areas = []
    for _ in range(read.number(range(len(_AREAS) + 1))):
        areas.append(read.number(_AREAS))
        read.size()
        _docks(read, 0)
    read.size()  # of the middle
    for _ in range(4):
        read.number(_CORNERS)
    read.byte((_BARS,))
    _bars(read)
    read.end()
    if areas != sorted(set(areas)) or len(read.names) != len(set(read.names)):
        raise ValueError("something is there twice")
    return PackedLayout(version, tuple(sorted(read.names)))


def _docks(read: "_Reader", depth: int) -> None:
    """Docks side by side, or behind one another."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    kind = read.byte((_SEQUENCE, _TABS))
    on_top = read.number(range(-1, _MOST)) if kind == _TABS else -1
    read.byte(_ORIENTATIONS)
    count = read.number(range(1, _MOST))
    if on_top >= count:
        raise ValueError("no such tab")
    for _ in range(count):
        if read.byte((_WIDGET, _SEQUENCE)) == _WIDGET:
            read.name()
            if read.byte(range(_FLAGS + 1)) & _FLOATING:
                read.place_and_size()
            else:
                read.lengths()
        else:
            read.lengths()
            _docks(read, depth + 1)


def _bars(read: "_Reader") -> None:
    for _ in range(read.number(range(8))):
        read.number(_AREAS)
        for _ in range(read.number(range(1, 8))):
            read.name()
            read.byte(range(2))  # shown
            read.number(range(-1, _FARTHEST))
            read.number(range(-1, _FARTHEST))
            read.expect(0)  # a bar that floats says where; these cannot
            read.expect(0)


class _Reader:
    """Takes numbers and names from the front. Raises ValueError where one is not as expected."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._place = 0
        self.names: list[str] = []

    def end(self) -> None:
        if self._place != len(self._packed):
            raise ValueError("something follows")

    def _take(self, form: str) -> int:
        size = struct.calcsize(form)
        piece = self._packed[self._place : self._place + size]
        if len(piece) < size:
            raise ValueError("it ends too early")
        self._place += size
        (value,) = struct.unpack(form, piece)
        return value

    def _allowed(self, value: int, allowed: Collection[int]) -> int:
        if value not in allowed:
            raise ValueError(f"{value} is not possible")
        return value

    def byte(self, allowed: Collection[int]) -> int:
        return self._allowed(self._take(">B"), allowed)

    def two_bytes(self, allowed: Collection[int]) -> int:
        return self._allowed(self._take(">H"), allowed)

    def number(self, allowed: Collection[int]) -> int:
        return self._allowed(self._take(">i"), allowed)

    def expect(self, value: int) -> None:
        self.number((value,))

    def rect(self) -> None:
        """Left, top, right, bottom; Qt itself sees to one that is inside out."""
        for _ in range(4):
            self.number(range(-_FARTHEST, _FARTHEST))

    def size(self) -> None:
        for _ in range(2):
            self.number(range(-1, _FARTHEST))

    def place_and_size(self) -> None:
        """Left, top, width, height of a dock that floats."""
        for _ in range(2):
            self.number(range(-_FARTHEST, _FARTHEST))
        for _ in range(2):
            self.number(range(_FARTHEST))

    def lengths(self) -> None:
        """Where a docked one begins, how long it is, and how long it may be."""
        for longest in (_FARTHEST, _FARTHEST, _LONGEST, _LONGEST):
            self.number(range(-1, longest + 1))  # -1: not known yet

    def name(self) -> None:
        """UTF-16, with its length in bytes in front."""
        length = self.number(range(2, 512, 2))
        text = self._packed[self._place : self._place + length]
        if len(text) < length:
            raise ValueError("it ends too early")
        self._place += length
        self.names.append(text.decode("utf-16-be"))
