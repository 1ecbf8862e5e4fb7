"""The sizes that pictures had, and what became of them."""

from dataclasses import dataclass

from diffvis.data.inferred import Inferred

Size = tuple[int, int]


@dataclass
class Sizes:
    """Width and height of the smallest and the largest of some pictures, by their area."""

    smallest: Size | None = None
    largest: Size | None = None
    cropped: int = 0
    """How many were no squares."""

    def add(self, size: Size) -> None:
        width, height = size
        area = width * height
        if self.smallest is None or area < self.smallest[0] * self.smallest[1]:
            self.smallest = size
        if self.largest is None or area > self.largest[0] * self.largest[1]:
            self.largest = size
        self.cropped += width != height

    def inferred(self, side: int, option: str = "") -> tuple[Inferred, ...]:
        """What was done to make them squares of ``side`` pixels, if anything was."""
        if self.smallest is None or self.largest is None:
            return ()
        least, most = min(self.smallest), min(self.largest)
        scaled = "" if least == most == side else "reduced" if least >= side else "resized"
        scaled = "enlarged" if most <= side and least < side else scaled
        if not self.cropped and not scaled:
            return ()
        words = " × ".join(map(str, self.smallest))
        if self.smallest != self.largest:
            words += " to " + " × ".join(map(str, self.largest))
        done = " and ".join(
            part for part in ("cropped to squares" * bool(self.cropped), scaled) if part
        )
        to = f" to {side} × {side}" if scaled else ""
        return (Inferred(f"pictures of {words} are {done}{to}", option),)
