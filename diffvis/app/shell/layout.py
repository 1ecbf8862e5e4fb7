"""The layout of the window, kept from one window to the next."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow

from diffvis.app.lecture.frame import DOCK
from diffvis.app.packed_layout import read_layout
from diffvis.app.settings import settings
from diffvis.app.shell.titles import TITLES

# Of the layout saved; a layout of other docks or tool bars cannot be restored.
VERSION = 1
NAMES = (*(f"dock.{key}" for key in TITLES), "bar.header", "bar.transport")
"""Of the docks and tool bars that a layout arranges."""


@dataclass(frozen=True)
class Layout:
    """Where a window is, and its docks are, as Qt packs them."""

    geometry: QByteArray
    docks: QByteArray

    @classmethod
    def of(cls, window: QMainWindow) -> "Layout":
        return cls(window.saveGeometry(), window.saveState(VERSION))


def save_layout(layout: Layout, theme: str) -> None:
    """Keep a layout, and the theme, for the next window; what cannot be kept is logged."""
    packed = {"geometry": layout.geometry.data(), "layout": layout.docks.data()}
    settings().keep({**packed, "theme": theme})


def restore_layout(window: QMainWindow) -> bool:
    """Put the window and its docks where they were last. True where there was a layout of them."""
    stored = settings()
    geometry, state = stored.get("geometry"), stored.get("layout")
    if geometry:
        window.restoreGeometry(QByteArray(geometry))
    return _fits(state) and window.restoreState(QByteArray(state), VERSION)


def _fits(state: bytes) -> bool:
    """Whether a layout is of this window's docks and bars; Qt may crash on another."""
    if not state:
        return False
    packed = read_layout(state)
    always = tuple(name for name in packed.names if name != DOCK)  # is there after a lecture
    return packed.version == VERSION and always == tuple(sorted(NAMES))


def take_size(window: QMainWindow, size: tuple[int, int]) -> None:
    """Make a window this wide and high, also one that filled its screen last time."""
    filling = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen
    window.setWindowState(window.windowState() & ~filling)
    window.resize(*size)


def keep_on_screen(window: QMainWindow) -> None:
    """Make a shown window that its screen has no room for smaller, frame and all, and move it in.

    Qt lets a window of the very size of the screen stand with its lower edge outside: the frame,
    which the window manager adds, is not in its size.
    """
    if window.isMaximized() or window.isFullScreen():
        return
    room = window.screen().availableGeometry()
    frame = window.frameGeometry().size() - window.size()
    window.resize(window.size().boundedTo(room.size() - frame))
    outer = window.size() + frame
    window.move(
        max(room.left(), min(window.x(), room.right() + 1 - outer.width())),
        max(room.top(), min(window.y(), room.bottom() + 1 - outer.height())),
    )
