"""What a hand draws with on the pad, wherever its movements come from: mouse, tablet, keys."""

import math

from diffvis.data.drawing import CLASSES, ERASER, LINE, SCRIBBLE, SPRAY, TOOLS, Place, Stroke

USUAL_WIDTHS = {SCRIBBLE: 0.04, SPRAY: 0.3, LINE: 0.04, ERASER: 0.2}
"""Diameters in data units, of which the pad is a little more than two wide."""
LEAST_WIDTH, MOST_WIDTH = 0.0, 1.0
_FINENESS = 0.005  # between two places of a path


class Pen:
    """Down, it makes a stroke of where it goes; up, it only goes there."""

    def __init__(self) -> None:
        self.tool = SCRIBBLE
        self.of_class = 1
        self.at: Place = (0.0, 0.0)
        self._widths = dict(USUAL_WIDTHS)
        self._path: list[Place] = []
        self._tool_now = SCRIBBLE  # of the stroke under way

    @property
    def width(self) -> float:
        """Of the tool in use; each has its own."""
        return self._widths[self.tool]

    @width.setter
    def width(self, width: float) -> None:
        self._widths[self.tool] = min(max(width, LEAST_WIDTH), MOST_WIDTH)

    @property
    def is_down(self) -> bool:
        return bool(self._path)

    @property
    def stroke(self) -> Stroke | None:
        """What is being drawn."""
        if not self._path:
            return None
        return Stroke(
            self._tool_now, self.of_class, self._widths[self._tool_now], tuple(self._path)
        )

    def take(self, tool: str) -> None:
        """Draw with this from now on.

        Raises:
            ValueError: there is no such tool.
        """
        if tool not in TOOLS:
            raise ValueError(f"there is no tool {tool}")
        self.tool = tool

    def choose_class(self, of_class: int) -> None:
        """Raises ValueError where there is no such class."""
        if not 1 <= of_class <= CLASSES:
            raise ValueError(f"there is no class {of_class}")
        self.of_class = of_class

    def down(self, at: Place, erases: bool = False) -> None:
        """Begin a stroke; ``erases``: with the other end of a tablet's pen."""
        self.at = at
        self._tool_now = ERASER if erases else self.tool
        self._path = [at]

    def to(self, at: Place) -> None:
        """Go there. A line is drawn straight from its last corner, by however many ways."""
        self.at = at
        if not self._path:
            return
        if self._tool_now == LINE:
            self._path[max(1, len(self._path) - 1) :] = [at]
        elif math.dist(at, self._path[-1]) >= _FINENESS:
            self._path.append(at)

    def corner(self) -> None:
        """A line goes on from here in another direction."""
        if self._path and self._tool_now == LINE:
            self._path.append(self.at)

    def up(self) -> Stroke | None:
        """End the stroke: what has been drawn, if it was down."""
        if len(set(self._path)) == 1:
            del self._path[1:]  # a dot
        drawn, self._path = self.stroke, []
        return drawn

    def cancel(self) -> None:
        """Draw nothing of what is being drawn."""
        self._path = []
