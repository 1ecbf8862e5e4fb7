"""How long frames stay, by the rule of each format."""

import math
from dataclasses import dataclass
from fractions import Fraction

LONGEST_MS = 655_350  # what a GIF can say
BROWSERS_MS = 11  # they show a frame of 10 ms or less for 100: WebKit's ScalableImageDecoder


@dataclass(frozen=True)
class Timing:
    """A frame stays for a multiple of ``step`` ms (0: for any time), and ``least`` ms or more."""

    step: int = 0
    least: int = 1

    def holds(self, frame_ms: Fraction | int) -> bool:
        """Whether frames can last so long, on average where the steps do not fit."""
        shortest = frame_ms // self.step * self.step if self.step else frame_ms
        return self.least <= shortest and frame_ms <= LONGEST_MS

    def holds_each(self, ms: int) -> bool:
        """Whether every frame can last exactly so long."""
        return self.holds(ms) and not (self.step and ms % self.step)

    def allowed(self) -> str:
        """In words, in milliseconds."""
        multiple = f"a multiple of {self.step} from " if self.step > 1 else ""
        return f"{multiple}{self.least} to {LONGEST_MS:,}"

    def told(self, frame_ms: Fraction) -> str:
        """What becomes of frames that do not fit the steps, in words; "" where they do."""
        if not self.step or frame_ms % self.step == 0:
            return ""
        low = frame_ms // self.step * self.step
        rate = float(1000 / frame_ms)
        return f"{rate:g} fps on average, by frames of {low} and {low + self.step} ms"


class Ticks:
    """Times of frames as whole steps, such that none begins more than half a step early or late."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._due = Fraction(0)
        self._told = 0

    def of(self, ms: Fraction | int) -> int:
        """How many steps the next frame stays, which should stay ``ms``."""
        self._due += ms
        ticks = math.floor(self._due / self._step + Fraction(1, 2)) - self._told
        self._told += ticks
        return ticks
