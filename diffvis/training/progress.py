"""What a training run reports: one record for each bounded piece of work.

``kind`` tells them apart without ``isinstance``:

==============  ================================================================================
``step``        one optimiser step was taken, or skipped (``Step``)
``working``     a part of a validation or a preview was done, its result is not there yet
``validation``  the validation loss at this step (``Validation``)
``preview``     samples from the EMA copy on fixed noise (``Preview``)
``checkpoint``  a checkpoint was written (``Checkpoint``)
``notice``      something the user should read (``Notice``)
``stopped``     the last record: the run is complete or stopped early (``Stopped``)
==============  ================================================================================
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Progress:
    """``step`` of ``steps`` optimiser steps have been taken."""

    kind: ClassVar[str] = ""
    step: int
    steps: int


@dataclass(frozen=True, eq=False)
class Step(Progress):
    """One optimiser step. The tensors are detached and stay on the run's device: reading one, as
    ``float(progress.loss)`` does, waits for the device, so do it only when you draw.
    """

    kind: ClassVar[str] = "step"
    loss: Tensor  # (), mean over the batch
    loss_by_sample: Tensor  # (N,)
    t: Tensor  # (N,) int64 on the CPU
    gradient_norm: Tensor  # () before clipping
    taken: Tensor  # () bool; False: the loss or a gradient was not finite, and nothing was learned
    learning_rate: float
    steps_per_second: float = 0.0  # 0 until known; pauses do not count
    time_left: float | None = None  # seconds


@dataclass(frozen=True, eq=False)
class Working(Progress):
    kind: ClassVar[str] = "working"
    what: str  # "validation", "preview" or "compiling"
    fraction: float


@dataclass(frozen=True, eq=False)
class Validation(Progress):
    """The EMA copy's loss on fixed validation samples, timesteps and noise."""

    kind: ClassVar[str] = "validation"
    loss: float
    loss_by_t: tuple[float, ...]  # means over equal parts of 1..T, small t first
    best: float  # the smallest so far
    is_best: bool


@dataclass(frozen=True, eq=False)
class Chain:
    """The way of a few samples of a preview from noise to data."""

    t: tuple[int, ...]  # (K,) descending from T to 0
    x: Tensor  # (K, n, ...) x_t in model units, float32 on the CPU


@dataclass(frozen=True, eq=False)
class Preview(Progress):
    kind: ClassVar[str] = "preview"
    x0: Tensor  # (N, ...) model units, float32 on the CPU
    path: Path | None = None  # where it is stored
    chain: Chain | None = None


@dataclass(frozen=True, eq=False)
class Checkpoint(Progress):
    kind: ClassVar[str] = "checkpoint"
    path: Path


@dataclass(frozen=True, eq=False)
class Notice(Progress):
    """``paused``: nothing was lost, and the run goes on only when what failed succeeds; each
    ``next`` tries once more.
    """

    kind: ClassVar[str] = "notice"
    problem: str
    remedy: str
    paused: bool = False


@dataclass(frozen=True, eq=False)
class Stopped(Progress):
    kind: ClassVar[str] = "stopped"
    reason: str
