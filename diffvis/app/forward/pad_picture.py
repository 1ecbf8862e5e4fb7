"""How a drawing looks on the pad: its strokes, and the points that lie along them."""

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from diffvis.app.theme import colour
from diffvis.data.drawing import (
    ERASER,
    SPRAY,
    Drawing,
    Drawn,
    Place,
    Stroke,
    colour_place,
    reached,
)
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import axes, colour_of_origin, dot_size, splat, to_pixels
from diffvis.rendering.style import Colour, Style

EXTENT = 1.1
"""The pad shows [-EXTENT, EXTENT]^2 of data units."""
_INK, _SPRAYED = 110, 50  # opacity of 255 of a stroke, which its points stand out from
_THINNEST = 1.5  # pixels
_APART = 0.2  # data units between two numbers of the same class


def class_colour(of_class: int) -> Colour:
    """That of the points of a class, on the pad and elsewhere."""
    red, green, blue = colour_of_origin(np.array([colour_place(of_class)]))[0].tolist()
    return red, green, blue


def draw_pad(drawing: Drawing, drawn: Drawn | None, side: int, style: Style) -> Pixels:
    """A square of ``side`` pixels with axes, strokes and points; uint8 (side, side, 3)."""
    frame = axes((side, side), EXTENT, style).copy()
    if len(drawing):
        _blend(frame, _strokes(drawing, side))
    if drawn is not None and drawn.cloud.origin is not None:
        x = drawn.cloud.x.numpy()
        radius, opacity = dot_size(len(x), (side, side))
        points = to_pixels(x, (side, side), EXTENT)
        splat(frame, points, colour_of_origin(drawn.cloud.origin), 0.8 * radius, opacity)
    return frame


def paint_stroke(painter: QPainter, stroke: Stroke, side: float, erased: QColor | None) -> None:
    """Paint one onto a square of ``side``; an eraser paints ``erased``, or takes away."""
    tone = colour(class_colour(stroke.of_class), _SPRAYED if stroke.tool == SPRAY else _INK)
    if stroke.tool == ERASER:
        tone = erased or QColor(Qt.GlobalColor.black)
        if erased is None:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    wide = max(_THINNEST, stroke.width * side / (2 * EXTENT))
    joins, caps = Qt.PenJoinStyle.RoundJoin, Qt.PenCapStyle.RoundCap
    painter.setPen(QPen(tone, wide, Qt.PenStyle.SolidLine, caps, joins))
    places = [on_square(place, side) for place in stroke.path]
    if len(places) == 1:
        painter.drawPoint(places[0])
    else:
        painter.drawPolyline(QPolygonF(places))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def on_square(place: Place, side: float) -> QPointF:
    """Where a place is on a square of ``side``."""
    scale = side / (2 * EXTENT)
    return QPointF(side / 2 + place[0] * scale, side / 2 - place[1] * scale)


def numbered(drawing: Drawing) -> list[tuple[Place, int]]:
    """Where strokes begin, and their classes: never is a colour alone what tells them."""
    found: list[tuple[Place, int]] = []
    for number, stroke in enumerate(drawing.strokes):
        begin, of_class = stroke.path[0], stroke.of_class
        if stroke.tool == ERASER:
            continue
        if any(math.dist(begin, at) <= _APART for at, other in found if other == of_class):
            continue
        later = (each for each in drawing.strokes[number:] if each.tool == ERASER)
        if not any(reached(each, np.array([begin]))[0] for each in later):
            found.append((begin, of_class))
    return found


def _strokes(drawing: Drawing, side: int) -> np.ndarray:
    """All strokes, uint8 (side, side, 4) with the opacity multiplied in."""
    layer = QImage(side, side, QImage.Format.Format_RGBA8888_Premultiplied)
    layer.fill(Qt.GlobalColor.transparent)
    painter = QPainter(layer)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in drawing.strokes:
        paint_stroke(painter, stroke, side, None)
    painter.end()
    packed = np.frombuffer(layer.constBits(), np.uint8).reshape(side, layer.bytesPerLine())
    return packed[:, : 4 * side].reshape(side, side, 4).copy()  # the memory goes with the image


def _blend(frame: Pixels, layer: np.ndarray) -> None:
    through = 255 - layer[..., 3:].astype(np.uint16)
    frame[:] = (frame * through // 255 + layer[..., :3]).clip(0, 255)
