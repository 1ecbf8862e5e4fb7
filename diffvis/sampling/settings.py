"""One way to sample from a model: the window, the exporter and the command line all use it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from diffvis.diffusion.clipping import CLIPS, Clip
from diffvis.diffusion.guidance import Guided
from diffvis.diffusion.prediction import Denoiser
from diffvis.diffusion.reverse import ReverseStep, ancestral, ddim, timesteps
from diffvis.diffusion.solver import dpm_solver
from diffvis.diffusion.variance import VARIANCES, Variance
from diffvis.errors import UserError, require_one_of
from diffvis.models.model import Model
from diffvis.sampling.noise import initial_noise

SAMPLERS = ("ddpm", "ddim", "dpm-solver")
SEEDS = 2**63
MAX_COUNT = 100_000
MAX_GUIDANCE = 20.0
MAX_SHIFT = 10.0
EVERY_CLASS = -1
"""The label that asks for the classes in turn, sample by sample."""


@dataclass(frozen=True)
class ChainSettings:
    """What decides a reverse chain, beside the model.

    Raises:
        UserError: a setting is unknown or out of range.
    """

    sampler: str = "ddpm"
    steps: int | None = None
    """None walks through every t."""
    eta: float = 0.0
    """Of DDIM: 0 is deterministic, 1 is as noisy as DDPM with the small variance."""
    seed: int = 0
    count: int = 16
    variance: str = "auto"
    """Of DDPM: small, large or learned; auto is the learned one where there is one, else the large
    one for points, which short chains need, and the small one for images."""
    clip: str = "auto"
    """Of x0_hat: static, dynamic or none; auto is static for images and none for points."""
    label: int | None = None
    """The class of all samples; ``EVERY_CLASS``: all classes in turn; None: no class is given."""
    guidance: float = 1.0
    """How much the class counts: 0 not at all, 1 as trained (Ho & Salimans 2022: 1 + w)."""
    shift: float = 1.0
    """Where fewer steps than T lie: above 1 closer together near the noise, below near the data."""

    def __post_init__(self) -> None:
        require_one_of("sampler", self.sampler, SAMPLERS)
        require_one_of("variance", self.variance, ("auto", *VARIANCES))
        require_one_of("clipping", self.clip, ("auto", "none", *CLIPS))
        if self.steps is not None and self.steps < 1:
            raise UserError(f"{self.steps} steps are not possible", "take at least 1")
        if not 0.0 <= self.eta <= 1.0:
            raise UserError(f"eta = {self.eta} is not possible", "choose a value from 0 to 1")
        if not 0 <= self.seed < SEEDS:
            raise UserError(f"seed {self.seed} is not possible", "choose 0 to 2^63 - 1")
        if not 1 <= self.count <= MAX_COUNT:
            raise UserError(f"{self.count} samples are not possible", f"choose 1 to {MAX_COUNT:,}")
        if self.label is not None and self.label < EVERY_CLASS:
            raise UserError(f"there is no class {self.label}", "classes count from 0")
        if not 0.0 <= self.guidance <= MAX_GUIDANCE:
            raise UserError(
                f"a guidance of {self.guidance} is not possible", f"choose 0 to {MAX_GUIDANCE:g}"
            )
        if not 1 / MAX_SHIFT <= self.shift <= MAX_SHIFT:
            raise UserError(
                f"a shift of {self.shift} is not possible",
                f"choose {1 / MAX_SHIFT:g} to {MAX_SHIFT:g}; 1 spaces the steps evenly",
            )

    @property
    def adds_noise(self) -> bool:
        """Whether the seed matters once the chain has begun."""
        return self.sampler == "ddpm" or (self.sampler == "ddim" and self.eta > 0)

    def times(self, T: int, begin: int | None = None) -> list[int]:
        """The times that the chain visits, from T, or from the time ``begin``, down to 0.

        A chain that begins later visits what the whole chain would visit from there on.

        Raises:
            UserError: more steps are asked for than there are timesteps.
        """
        if self.steps is not None and self.steps > T:
            raise UserError(f"{self.steps} steps are not possible", f"this model has T = {T}")
        whole = timesteps(T, self.steps or T, self.shift)
        if begin is None:
            return whole
        if not 1 <= begin <= T:
            raise UserError(f"a chain cannot begin at t = {begin}", f"choose 1 to {T}")
        return [begin, *(t for t in whole if t < begin)]

    def variance_for(self, model: Model) -> Variance:
        """The variance that ``auto`` stands for.

        Raises:
            UserError: the learned one is asked for and the model has learned none.
        """
        learns = getattr(model.denoiser, "learns_variance", False)
        if self.variance == "learned" and not learns:
            raise UserError(f"{model.name} has learned no variance", "choose small or large")
        if self.variance != "auto":
            return self.variance
        return "learned" if learns else "large" if model.is_points else "small"

    def clip_for(self, model: Model) -> Clip | None:
        """How x0_hat is kept in range; None where it is not."""
        return {"auto": model.clip, "none": None}.get(self.clip, self.clip)

    def labels_for(self, model: Model) -> Tensor | None:
        """The class of each sample (count,) int64, or None where no class is given.

        Raises:
            UserError: the model has no such class.
        """
        if self.label is None:
            return None
        if not model.num_classes:
            raise UserError(f"{model.name} knows no classes", "sample it without one")
        if self.label >= model.num_classes:
            raise UserError(
                f"{model.name} knows no class {self.label}", f"choose 0 to {model.num_classes - 1}"
            )
        if self.label == EVERY_CLASS:
            return torch.arange(self.count) % model.num_classes
        return torch.full((self.count,), self.label)


def next_seed(seed: int) -> int:
    """The one after it, and round the end."""
    return (seed + 1) % SEEDS


def shown_time(visited: Sequence[int], t: int) -> int:
    """What of a chain that visits these times is shown at ``t``: the samples at ``t`` itself or at
    the time above it; before the chain begins, those it begins with.
    """
    return min((v for v in visited if v >= t), default=max(visited))


def run_chain(
    model: Model,
    settings: ChainSettings,
    device: torch.device | str = "cpu",
    *,
    x: Tensor | None = None,
    begin: int | None = None,
) -> Iterator[ReverseStep]:
    """The reverse chain of ``settings.count`` samples, step by step; tensors on ``device``.

    It begins with noise at T, or with ``x`` (count, ...) at the time ``begin``: a noised picture,
    or the middle of another chain, which another seed continues in another way.

    Raises:
        UserError: the settings do not fit the model. At once, before the first step.
    """
    times = settings.times(model.schedule.T, begin)
    labels, clip = settings.labels_for(model), settings.clip_for(model)
    noise, generator = initial_noise(model.shape, settings.count, settings.seed)
    x = (noise if x is None else x).to(device)
    labels = None if labels is None else labels.to(device)
    denoiser: Denoiser = model.denoiser
    if labels is not None and settings.guidance != 1.0:
        denoiser = Guided(denoiser, settings.guidance)
    common = {"clip": clip, "labels": labels}
    if settings.sampler == "ddim":
        return ddim(
            denoiser, model.schedule, x, times, eta=settings.eta, generator=generator, **common
        )
    if settings.sampler == "dpm-solver":
        return dpm_solver(denoiser, model.schedule, x, times, **common)
    variance = settings.variance_for(model)
    return ancestral(
        denoiser, model.schedule, x, times, generator=generator, variance=variance, **common
    )
