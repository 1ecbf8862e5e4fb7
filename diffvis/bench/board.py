"""What a tool shows of each of its steps: rows of pictures, as its formula has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

Meaning = Literal["sample", "signed", "share", "path"]
"""How values are drawn: as samples are; grey for 0 between a negative and its opposite; from 0 to
1; or as a curve over the calls of the network."""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """Pictures or points (N, ...) in model units under one symbol."""

    symbol: str
    """Markup of ``rendering.text``: ``x_{s}``."""
    x: Tensor
    note: str = ""
    """What is to be said of it, such as ``PSNR 18.2 dB``."""
    meaning: Meaning = "sample"

    def __post_init__(self) -> None:
        # A tool may go on where its model is; what is looked at is on the CPU.
        object.__setattr__(self, "x", self.x.detach().cpu())


Row = tuple[Exhibit | str, ...]
"""Pictures, and what stands between them: ``+``, ``=``, or nothing."""


@dataclass(frozen=True, eq=False)
class Board:
    """A moment of a tool. ``t`` is the time that it has come to, ``calls`` how often the network
    was asked since the board before.
    """

    t: int
    rows: tuple[Row, ...]
    words: str = ""
    """What happens here, in one line."""
    calls: int = 0
    results: Mapping[str, Tensor] = field(default_factory=dict)
    """By name, what a program asks for: ``x0`` (N, ...), maps, and numbers as tensors."""

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All pictures, in reading order."""
        return tuple(item for row in self.rows for item in row if isinstance(item, Exhibit))

    def __getitem__(self, name: str) -> Tensor:
        """One of the results."""
        return self.results[name]
