"""Images of Qt: of our pixels, and as the bytes of a file."""

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPixmap

from diffvis.rendering.pixels import Pixels


def image_of(frame: Pixels) -> QImage:
    """An image of its own of a frame uint8 (h, w, 3), or with opacities (h, w, 4)."""
    height, width = frame.shape[:2]
    kind = QImage.Format.Format_RGBA8888 if frame.shape[2] == 4 else QImage.Format.Format_RGB888
    packed = np.ascontiguousarray(frame)
    return QImage(packed.data, width, height, packed.strides[0], kind).copy()


def as_png(image: QImage | QPixmap) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data())
