"""The icons of buttons, drawn in the colour of the text around them."""

from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QImageReader, QPixmap

from diffvis.files import resource
from diffvis.rendering.style import Colour


def application_icon() -> QIcon:
    """What task bars and window lists show."""
    return QIcon(str(resource("icons/diffvis.svg")))


def icon(name: str, colour: Colour, side: int) -> QIcon:
    """``resources/icons/NAME.svg`` in one colour, sharp at ``side`` pixels on any screen."""
    made = QIcon()
    for scale, image in enumerate(_images(name, colour, side), 1):
        picture = QPixmap.fromImage(image, Qt.ImageConversionFlag.NoOpaqueDetection)
        picture.setDevicePixelRatio(scale)
        made.addPixmap(picture)
    return made


@lru_cache(maxsize=256)
def _images(name: str, colour: Colour, side: int) -> tuple[QImage, ...]:
    """At once, twice and three times the size. Images, which may outlive the application."""
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    data = QByteArray(svg.replace("currentColor", "#{:02x}{:02x}{:02x}".format(*colour)).encode())
    images = []
    for scale in (1, 2, 3):
        buffer = QBuffer()
        buffer.setData(data)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer, b"svg")
        reader.setScaledSize(QSize(scale * side, scale * side))
        images.append(reader.read())
    return tuple(images)
