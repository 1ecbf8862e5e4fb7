"""Pictures cover their widget to the last pixel, whatever the scale of the screen."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from diffvis.app.theme import Theme
from diffvis.app.widgets.raster import RasterView
from diffvis.rendering.style import Style

WHITE = QColor(255, 255, 255)


def white(size: tuple[int, int], _style: Style) -> np.ndarray:
    return np.full((size[1], size[0], 3), 255, np.uint8)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("size", [(201, 123), (203, 121), (200, 124)])
def test_no_row_is_left_out(
    qtbot: QtBot, theme: Theme, ratio: float, size: tuple[int, int]
) -> None:
    class Dense(RasterView):
        def devicePixelRatioF(self) -> float:
            return ratio

    view = Dense(theme, white, str)
    qtbot.addWidget(view)
    view.resize(*size)
    pixels = [int(np.ceil(side * ratio)) for side in size]
    screen = QImage(*pixels, QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    screen.fill(QColor(0, 0, 0))
    view.render(screen)
    height, width = view.frame.shape[:2]
    assert width >= size[0] * ratio and height >= size[1] * ratio
    corner = screen.pixelColor(int(size[0] * ratio) - 1, int(size[1] * ratio) - 1)
    assert corner == WHITE
