"""What each workspace shows, as it hands it to the export dialog. Making one imports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from diffvis.bench.task import Task
    from diffvis.bench.tool import Tool
    from diffvis.data.dataset import Dataset
    from diffvis.diffusion import NoiseSchedule
    from diffvis.models.model import Model
    from diffvis.sampling.beginning import Beginning
    from diffvis.sampling.recording import Recording
    from diffvis.sampling.settings import ChainSettings


@dataclass(frozen=True, eq=False)
class ForwardShown:
    """Samples of the data on their way into noise; other names are those of ``ExportSpec``."""

    title: ClassVar[str] = "Export the forward process"

    view: str | None
    count: int
    first: int
    spread: bool
    of_class: int | None
    seed: int
    chain: bool
    walked: float | None = None
    """The value that jump and walk are compared for, where that is on show."""
    step: tuple[tuple[float, ...], int] | None = None
    """x_t and s of the step back, where that is on show."""
    paths: bool = False
    """Of points only, as ``kernel``: the number of the one whose kernel is drawn."""
    kernel: int | None = None
    velocity: bool = False
    """Whether it is that of the point instead."""
    camera: tuple[float, float] | None = None
    """How points in space are turned and tilted, in degrees."""


@dataclass(frozen=True, eq=False)
class ReverseShown:
    """A chain, and what it is seen beside or with."""

    title: ClassVar[str] = "Export the reverse process"

    settings: ChainSettings
    selected: int = 0
    beginning: Beginning | None = None
    view: str | None = None
    paths: bool = False
    """Of points only, as all that follow."""
    tails: bool = False
    field: str = ""
    contours: bool = False
    data: Dataset | None = None
    """Whose density is the shade, or the contours, behind the points."""
    camera: tuple[float, float] | None = None
    """How points in space are turned and tilted, in degrees."""
    rival: tuple[Model, ChainSettings, str] | None = None
    """The last is the bug in its code, or nothing."""
    branches: tuple[Beginning, ChainSettings] | None = None
    recordings: tuple[Recording, ...] = ()
    """What has been walked of these chains, the main one first."""


@dataclass(frozen=True, eq=False)
class SchedulesShown:
    """Curves over t of one quantity."""

    title: ClassVar[str] = "Export the schedules"

    schedules: tuple[NoiseSchedule, ...]
    names: tuple[str, ...]
    view: str
    axis: str
    log: bool
    strips: tuple[tuple[str, NoiseSchedule], ...] = ()
    """The schedules of the film strips, one over the other."""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class TrainingShown:
    """A run; None while there is none."""

    title: ClassVar[str] = "Export the training"

    run: Path | None
    step: int | None = None
    """The training step whose samples are on show; None for the newest."""
    log: bool = True
    """Of the axis of the losses."""
    floor: float | None = None
    """Where it is drawn under them."""


@dataclass(frozen=True, eq=False)
class BenchShown:
    """A tool of the Bench at work on a task; None while there is nothing that it could work on."""

    title: ClassVar[str] = "Export the Bench"

    tool: Tool | None = None
    task: Task | None = None
    picture: str = ""


@dataclass(frozen=True, eq=False)
class FiguresShown:
    """No workspace: the figures of papers and courses, of the model in use."""

    title: ClassVar[str] = "Figures of papers and courses"


AnyShown = ForwardShown | ReverseShown | SchedulesShown | TrainingShown | BenchShown | FiguresShown
