"""What an exported file looks like: one validated, immutable record."""

from dataclasses import asdict, dataclass
from typing import Any

from diffvis.errors import UserError
from diffvis.rendering.animation import LEAST_MS, LONGEST_MS
from diffvis.rendering.style import STYLES, Style
from diffvis.training.sampling import ChainSettings

VIEWS = ("samples", "prediction", "step")
SMALLEST, LARGEST = (160, 90), (7680, 4320)
MOST_FRAMES = 2_000
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
    style: str = "dark"
    text_scale: float = 1.0
    caption: bool = True
    """Whether the frames end in a line with t and what made them."""
    t: int | None = None
    """The moment of a still; None for the most telling one."""
    seed: int = 0
    count: int | None = None
    """How many samples. None: 2,000 points; one image going forward, 16 coming back."""
    first: int = 0
    """Forward: the number of the first sample in the data set."""
    of_class: int | None = None
    """Forward: show samples of this class only."""
    chain: bool = False
    """Forward: the true Markov chain rather than the closed form with one eps."""
    view: str = "samples"
    """Reverse: the samples, these with their predictions, or one step with all its parts."""
    selected: int = 0
    """Reverse: the sample whose step is shown."""
    sampler: str = "ddpm"
    steps: int | None = None
    eta: float = 0.0

    def __post_init__(self) -> None:
        width, height = self.size
        _inside("width", width, SMALLEST[0], LARGEST[0])
        _inside("height", height, SMALLEST[1], LARGEST[1])
        _inside("frames", self.frames, 2, MOST_FRAMES)
        _inside("loop", self.loop, 0, 65_535)
        _inside("text scale", self.text_scale, 0.5, 4.0)
        _inside("first sample", self.first, 0, 2**31)
        _inside("selected sample", self.selected, 0, 2**31)
        for name, duration in (("frame", self.frame_ms), ("last frame", self.hold_ms)):
            if duration % 10 or not LEAST_MS <= duration <= LONGEST_MS:
                raise UserError(
                    f"a {name} of {duration} ms is not possible",
                    f"choose a multiple of 10 from {LEAST_MS} to {LONGEST_MS}",
                )
        _one_of("style", self.style, tuple(STYLES))
        _one_of("view", self.view, VIEWS)
        if self.t is not None and self.t < 0:
            raise UserError(f"t = {self.t} is not possible", "choose 0 to T")
        self.chain_settings(is_points=False)

    def samples(self, is_points: bool) -> int:
        """How many samples of the data the forward process shows."""
        return self.count if self.count is not None else POINTS if is_points else 1

    def chain_settings(self, is_points: bool) -> ChainSettings:
        """The reverse chain that these settings ask for."""
        count = self.count if self.count is not None else POINTS if is_points else IMAGES
        return ChainSettings(self.sampler, self.steps, self.eta, self.seed, count)

    @property
    def look(self) -> Style:
        return STYLES[self.style].scaled(self.text_scale)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UserError(f"{name} {value} is not possible", f"choose {low} to {high}")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UserError(f"there is no {name} {value}", f"choose one of {', '.join(allowed)}")
