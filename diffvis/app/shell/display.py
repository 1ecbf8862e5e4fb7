"""What Qt needs of the system to show a window, and which package brings what is missing.

Nothing here imports Qt, which may be what cannot be imported.
"""

import ctypes
import os
import re
import sys
from collections.abc import Iterable

from diffvis.errors import UserError

PLATFORM = "QT_QPA_PLATFORM"
ELSEWHERE = "log in with ssh -X or at the machine; every other command works without a window"
DOCTOR = "see diffvis doctor"

# What Qt's wheel leaves to the system on Linux, and who has it: Debian and Ubuntu, Fedora, Arch.
LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libX11.so.6": ("libx11-6", "libX11", "libx11"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libz.so.1": ("zlib1g", "zlib", "zlib"),
    "libzstd.so.1": ("libzstd1", "libzstd", "zstd"),
}
LIBRARIES_X11 = {
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil",
    ),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
}  # fmt: skip
LIBRARIES_WAYLAND = {
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
}
PACKAGES = LIBRARIES | LIBRARIES_X11 | LIBRARIES_WAYLAND
INSTALL = (
    ("apt install", "Debian, Ubuntu"),
    ("dnf install", "Fedora"),
    ("pacman -S", "Arch"),
)
_LIBRARY = re.compile(r"\b(lib[\w+.-]+?\.so(?:\.\d+)*)")


def check_display() -> None:
    """Raises UserError where nothing says on which screen a window could be shown."""
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", PLATFORM)
    ):
        raise UserError(
            "there is no display for a window (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            ELSEWHERE,
        )


def cannot_import(error: ImportError) -> UserError:
    """Why Qt cannot be imported."""
    found = _LIBRARY.search(str(error))
    if found is not None and not (error.name or "").startswith("diffvis"):
        return _needs([found[1], *missing(LIBRARIES)])
    if (error.name or "").partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
        return UserError(f"the window needs {error.name}", "run pip install diffvis again")
    raise error


def cannot_start(said: Iterable[str]) -> UserError:
    """Why Qt has no window system, by what it ``said`` of it."""
    words = "\n".join(said)
    unknown = re.search(r'Could not find the Qt platform plugin "([^"]*)"', words)
    if unknown is not None:
        return UserError(f"Qt has no window system {unknown[1]}", f"unset {PLATFORM}")
    reached = "could not connect to display" in words  # what the libraries of X11 are needed for
    wayland = LIBRARIES_WAYLAND if os.environ.get("WAYLAND_DISPLAY") else {}
    lacking = [] if reached else missing(LIBRARIES | LIBRARIES_X11 | wayland)
    if lacking:
        return _needs(lacking)
    names = [os.environ[name] for name in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)]
    if names:
        return UserError(f"the display {' or '.join(names)} does not answer", ELSEWHERE)
    return UserError("Qt finds no window system here", DOCTOR)


def missing(libraries: Iterable[str]) -> list[str]:
    """Which of these cannot be loaded; none where they are not called so."""
    if not sys.platform.startswith("linux"):
        return []
    found = []
    for name in libraries:
        try:
            ctypes.CDLL(name)
        except OSError:
            found.append(name)
    return found


def _needs(lacking: Iterable[str]) -> UserError:
    names = list(dict.fromkeys(lacking))
    return UserError(f"the window needs {', '.join(names)}", how_to_install(names))


def how_to_install(names: Iterable[str]) -> str:
    """What brings these libraries, on the common systems."""
    packages = [PACKAGES[name] for name in names if name in PACKAGES]
    if not packages:
        return "install the package of your system that has it"
    ways = []
    for place, (command, systems) in enumerate(INSTALL):
        wanted = dict.fromkeys(each[place] for each in packages)
        ways.append(f"{command} {' '.join(wanted)} ({systems})")
    return ", or ".join(ways)
