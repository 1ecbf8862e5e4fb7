"""Which part of a picture is seen: the whole, or a part of it enlarged."""

from dataclasses import dataclass

MOST = 16.0
NOTCH = 1.25  # for each notch of a wheel
PRESS = 1.5  # for each press of a button
PART = 0.25  # of what is seen, by which a button moves on


@dataclass(frozen=True)
class Zoom:
    """``scale`` times enlarged; ``left`` and ``top`` are the first part of the picture's width and
    height that is seen, 0 to 1.
    """

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @property
    def whole(self) -> bool:
        return self.scale == 1.0

    def picture_at(self, x: float, y: float) -> tuple[float, float]:
        """The place of the picture at one of the view, both in parts of their sides."""
        return self.left + x / self.scale, self.top + y / self.scale

    def enlarged(self, by: float, x: float = 0.5, y: float = 0.5) -> "Zoom":
        """What is seen at (x, y) stays there."""
        scale = min(MOST, max(1.0, self.scale * by))
        if scale < 1.01:
            return Zoom()
        at_x, at_y = self.picture_at(x, y)
        return _inside(scale, at_x - x / scale, at_y - y / scale)

    def moved(self, x: float, y: float) -> "Zoom":
        """The picture moves with the hand, by parts of the view's sides."""
        return _inside(self.scale, self.left - x / self.scale, self.top - y / self.scale)


def _inside(scale: float, left: float, top: float) -> Zoom:
    most = 1 - 1 / scale
    return Zoom(scale, min(most, max(0.0, left)), min(most, max(0.0, top)))
