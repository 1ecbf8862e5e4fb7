"""What is dropped on the window or pasted into it: files, folders, pictures."""

import hashlib
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from diffvis.app.widgets.images import as_png
from diffvis.files import atomic_write, home

FOLDER = "pasted"


def is_welcome(mime: QMimeData) -> bool:
    return mime.hasImage() or any(url.isLocalFile() for url in mime.urls())


def paths_of(mime: QMimeData) -> list[Path]:
    """The files and folders that were meant. A picture that is no file is kept as one first.

    It lies in the user's own folder, so that what is made of it can be made again.

    Raises:
        OSError: it could not be written.
    """
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if paths or not mime.hasImage():
        return paths
    image = QImage(mime.imageData())
    return [] if image.isNull() else [_keep(image)]


def _keep(image: QImage) -> Path:
    data = as_png(image)
    folder = home() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pasted-{hashlib.sha256(data).hexdigest()[:8]}.png"
    with atomic_write(path) as file:
        file.write(data)
    return path
