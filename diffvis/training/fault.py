"""What is wrong, on purpose, in the code of a run: the bug itself is in ``diffvis/bugs``."""

from typing import Protocol

from torch import Tensor, nn

from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.schedule import NoiseSchedule


class Fault(Protocol):
    """One error of a training."""

    def prepare(self, network: nn.Module) -> None:
        """Change the network before its first step, also where the run goes on.

        Raises:
            UserError: it is no network that can have the error.
        """

    def loss(
        self,
        denoiser: Denoiser,
        schedule: NoiseSchedule,
        x0: Tensor,
        t: Tensor,
        eps: Tensor,
        labels: Tensor | None,
    ) -> Tensor:
        """The wrong loss per sample (N,), of what ``simple_loss`` takes."""
