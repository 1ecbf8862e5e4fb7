"""Where the window remembers itself, in the user's own folder."""

from PySide6.QtCore import QSettings

from diffvis.files import home


def settings() -> QSettings:
    """What is kept from one window to the next: layout, theme, the last export."""
    return QSettings(str(home() / "window.ini"), QSettings.Format.IniFormat)
