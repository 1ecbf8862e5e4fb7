"""A reverse chain as it was walked, kept so that it can be scrubbed."""

from bisect import bisect_left
from dataclasses import dataclass, field

from torch import Tensor

from diffvis.app.timeline import Timeline
from diffvis.diffusion import ReverseStep
from diffvis.errors import UserError
from diffvis.training.model import Model
from diffvis.training.sampling import ChainSettings

LIMIT_BYTES = 1024 * 2**20
TENSORS_A_STEP = 6  # x_s, x0_hat before and after clipping, eps_hat, mean, noise


@dataclass(frozen=True, eq=False)
class Recording:
    """The steps of one chain. The worker appends, the window reads; nothing is ever changed.

    A chain with other settings is another Recording, so that two runs can never mix.

    Raises:
        UserError: the whole chain would not fit in ``LIMIT_BYTES``.
    """

    model: Model
    settings: ChainSettings
    device: str = "cpu"
    steps: list[ReverseStep] = field(default_factory=list)
    times: tuple[int, ...] = field(init=False)  # ascending, 0 to T

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", tuple(self.settings.times(self.model.schedule.T)[::-1]))
        size = self.bytes_at_most
        if size > LIMIT_BYTES:
            raise UserError(
                f"recording {self.settings.count} samples over {len(self.times) - 1} steps takes "
                f"{size / 2**20:.0f} MB",
                f"the limit is {LIMIT_BYTES / 2**20:.0f} MB; take fewer samples or steps",
            )

    @property
    def bytes_at_most(self) -> int:
        """Memory of the whole chain when it is complete."""
        numbers = self.settings.count
        for side in self.model.shape:
            numbers *= side
        return TENSORS_A_STEP * 4 * numbers * (len(self.times) - 1)

    @property
    def complete(self) -> bool:
        return len(self.steps) == len(self.times) - 1

    @property
    def frontier(self) -> int:
        """The smallest time that the chain has reached."""
        return self.steps[-1].s if self.steps else self.model.schedule.T

    @property
    def timeline(self) -> Timeline:
        return Timeline(
            self.times, descending=True, frontier=None if self.complete else self.frontier
        )

    def step_from(self, t: int) -> ReverseStep | None:
        """The step that leaves time ``t`` (or the visited time above it); None before there is one.

        Where none leaves, at t = 0 or at the frontier, it is the step that arrived there.
        """
        if not self.steps:
            return None
        index = len(self.times) - 1 - self._place(t)
        return self.steps[min(index, len(self.steps) - 1)]

    def x_at(self, t: int) -> Tensor | None:
        """The samples at time ``t``, or at the visited time above it; None before there are any."""
        if not self.steps:
            return None
        arrived = len(self.times) - 2 - self._place(t)
        return (
            self.steps[0].x_t if arrived < 0 else self.steps[min(arrived, len(self.steps) - 1)].x_s
        )

    def _place(self, t: int) -> int:
        """Of the smallest visited time that is at least ``t``."""
        return bisect_left(self.times, t)
