"""What an exported file looks like: one validated, immutable record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from diffvis.errors import UserError, require_one_of
from diffvis.rendering.field import FIELDS
from diffvis.rendering.formats.writer import LEAST_MS, LONGEST_MS
from diffvis.rendering.quantities import QUANTITIES
from diffvis.rendering.style import STYLES, Style
from diffvis.rendering.typed import check_types
from diffvis.sampling.settings import ChainSettings

VIEWS = (
    "", "equation", "large", "cloud", "density", "samples", "prediction", "step",
    "strip", "single", "nearest", "walks", "places", "loss", *QUANTITIES
)  # fmt: skip
EASINGS = ("even", "smooth", "linear")
AXES = ("t", "log", "part")
LEVELS = (256, 128, 64, 32, 16, 8, 2)
SIZES = {
    "16:9": (1280, 720),
    "full-hd": (1920, 1080),
    "4:3": (960, 720),
    "square": (720, 720),
    "half-slide": (640, 720),
}
SMALLEST, LARGEST = (160, 90), (7680, 4320)
MOST_FRAMES = 2_000
MOST_PIXELS = 4_000_000_000  # of all frames together: hours of work, and gigabytes
IMAGES, POINTS = 16, 2_000  # samples of a chain, where none are asked for


@dataclass(frozen=True)
class ExportSpec:
    """Everything about a file that the data, the model and the schedule do not say.

    Raises:
        UserError: a value is unknown or out of range.
    """

    size: tuple[int, int] = (1280, 720)
    frames: int = 50
    frame_ms: int = 60
    hold_ms: int = 2000
    """How long the last frame stays."""
    loop: int = 0
    """How often the animation is repeated; 0 for ever."""
    easing: str = "even"
    """Between frames the picture changes ``even``-ly, less at both ends (``smooth``), or t does
    (``linear``)."""
    back: bool = False
    """Whether the film runs back to where it began; both ends are held."""
    style: str = "dark"
    transparent: bool = False
    """Whether what is below shows through the background; the words have the style's colours."""
    text_scale: float = 1.0
    caption: bool = True
    """Whether the frames end in a line with t and what made them."""
    levels: int = 256
    """Of grey pictures; of colours in a GIF. Fewer take less space."""
    columns: int | None = None
    """Of the grid of samples; None for the largest pictures."""
    factor: int | None = None
    """Pixels for each of a sample's; None for as many as fit."""
    t: int | None = None
    """The moment of a still; None for the most telling one."""
    times: tuple[int, ...] | None = None
    """The moments of a strip; None for some of even change."""
    seed: int = 0
    count: int | None = None
    """How many samples. None: 2,000 points; one image going forward, 16 coming back."""
    first: int = 0
    """Forward: the number of the first sample in the data set."""
    spread: bool = True
    """Forward: whether the other samples come from all over the data, or follow the first."""
    of_class: int | None = None
    """Forward: show samples of this class only."""
    chain: bool = False
    """Forward: the true Markov chain rather than the closed form with one eps."""
    paths: bool = False
    """Of points: whether the ways that some of them take are drawn."""
    kernel: int | None = None
    """Forward, of points: the number of the one whose kernel q(x_t | x_0) is drawn."""
    field: str = ""
    """Reverse, of points: the vector field that is drawn, one of ``FIELDS``."""
    view: str = ""
    """What is shown, one of those of the process; none for its usual one."""
    selected: int = 0
    """Reverse: the sample that is shown alone, or whose step or neighbours are, from 0."""
    log: bool = False
    """Of a plot: a logarithmic axis upwards."""
    axis: str = "t"
    """Of a plot of schedules: over t, over log t (``log``) or over t / T (``part``)."""
    sampler: str = "ddpm"
    steps: int | None = None
    eta: float = 0.0
    variance: str = "auto"
    clip: str = "auto"
    label: int | None = None
    guidance: float = 1.0
    shift: float = 1.0

    def __post_init__(self) -> None:
        width, height = self.size
        _inside("width", width, SMALLEST[0], LARGEST[0])
        _inside("height", height, SMALLEST[1], LARGEST[1])
        _inside("frames", self.frames, 2, MOST_FRAMES)
        if width * height * self.frames > MOST_PIXELS:
            raise UserError(
                f"{self.frames} frames of {width} x {height} are too much for a file",
                "choose fewer or smaller frames",
            )
        _inside("loop", self.loop, 0, 65_535)
        _inside("text scale", self.text_scale, 0.5, 4.0)
        _inside("first sample", self.first, 0, 2**31)
        _inside("selected sample", self.selected, 0, 2**31)
        if self.columns is not None:
            _inside("columns", self.columns, 1, 1_000)
        if self.factor is not None:
            _inside("factor", self.factor, 1, 500)
        for name, duration in (("frame", self.frame_ms), ("last frame", self.hold_ms)):
            if duration % 10 or not LEAST_MS <= duration <= LONGEST_MS:
                raise UserError(
                    f"a {name} of {duration} ms is not possible",
                    f"choose a multiple of 10 from {LEAST_MS} to {LONGEST_MS}",
                )
        require_one_of("style", self.style, tuple(STYLES))
        require_one_of("view", self.view, VIEWS)
        require_one_of("easing", self.easing, EASINGS)
        require_one_of("axis", self.axis, AXES)
        if self.levels not in LEVELS:
            words = ", ".join(map(str, LEVELS))
            raise UserError(f"{self.levels} grey levels are not possible", f"choose one of {words}")
        if self.field:
            require_one_of("field", self.field, FIELDS)
        if self.kernel is not None:
            _inside("point", self.kernel, 0, 2**31)
        for t in (self.t, *(self.times or ())):
            if t is not None and t < 0:
                raise UserError(f"t = {t} is not possible", "choose 0 to T")
        self.chain_settings(is_points=False)

    def samples(self, is_points: bool) -> int:
        """How many samples of the data the forward process shows."""
        return self.count if self.count is not None else POINTS if is_points else 1

    def chain_settings(self, is_points: bool) -> ChainSettings:
        """The reverse chain that these settings ask for."""
        count = self.count if self.count is not None else POINTS if is_points else IMAGES
        chosen = {field.name: getattr(self, field.name) for field in fields(ChainSettings)}
        return ChainSettings(**(chosen | {"count": count}))

    @property
    def look(self) -> Style:
        return STYLES[self.style].scaled(self.text_scale)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ExportSpec":
        """The inverse of ``to_json``.

        Raises:
            UserError: a field is unknown, or its value is not possible.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise UserError(
                f"the recipe has a setting {unknown[0]} that is not known",
                "it comes from another version of diffvis",
            )
        given = {"spread": False, **values}  # once samples were always those that follow each other
        for name in ("size", "times"):
            if isinstance(given.get(name), list):
                given[name] = tuple(given[name])
        try:
            check_types(cls, given)
            return cls(**given)
        except (TypeError, ValueError) as error:
            raise UserError("the recipe's settings are not sound", str(error)) from error


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UserError(f"{name} {value} is not possible", f"choose {low} to {high}")
