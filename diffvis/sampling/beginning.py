"""Where a chain begins: with noise at T, a picture noised to some t, or the middle of another."""

import base64
import math
import operator
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffvis.diffusion import NoiseSchedule, ReverseStep, q_sample
from diffvis.models.model import Model
from diffvis.sampling.chain import RunChain, run_chain
from diffvis.sampling.noise import chain_noise
from diffvis.sampling.settings import ChainSettings

MOST_VALUES = 2**22  # of a sample: five times an image of 512 × 512 in colour, the largest size


@dataclass(frozen=True, eq=False)
class Beginning:
    """A sample x0 (C, H, W) or (2,) in model units, and the time to which it is noised.

    ``frozen``: it is the x_t of another chain, from which as many branches go on as they are.
    """

    x0: Tensor
    t: int
    title: str
    frozen: bool = False

    def noised(self, schedule: NoiseSchedule, settings: ChainSettings) -> Tensor:
        """x_t (count, ...): the same sample under as many noises, those of the settings' seed."""
        if self.frozen:
            return self.x0.expand(settings.count, *self.x0.shape).clone()
        eps, _ = chain_noise(tuple(self.x0.shape), settings)
        return q_sample(schedule, self.x0.expand_as(eps), self.t, eps)

    @property
    def words(self) -> str:
        """For people: ``from sample 3 at t = 90``."""
        return f"{'branches of' if self.frozen else 'from'} {self.title} at t = {self.t}"

    def to_json(self) -> dict[str, Any]:
        """With all values of x0, so that no file needs to be there to begin again."""
        packed = zlib.compress(self.x0.contiguous().numpy().astype("<f4").tobytes())
        frozen = {"frozen": True} if self.frozen else {}
        return {
            "title": self.title,
            "t": self.t,
            **frozen,
            "shape": list(self.x0.shape),
            "x0": base64.b64encode(packed).decode("ascii"),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Beginning":
        """The inverse of ``to_json``.

        Raises:
            KeyError, TypeError, ValueError: it is not sound.
        """
        shape = tuple(map(operator.index, told["shape"]))
        if not shape or min(shape) < 1 or math.prod(shape) > MOST_VALUES:
            raise ValueError(f"there are no samples of shape {told['shape']}")
        size = 4 * math.prod(shape)
        try:
            values = zlib.decompressobj().decompress(base64.b64decode(told["x0"]), size)
        except zlib.error as error:
            raise ValueError(f"x0 cannot be read ({error})") from error
        x0 = np.frombuffer(values, "<f4").astype(np.float32).reshape(shape)
        frozen = bool(told.get("frozen", False))
        return cls(torch.from_numpy(x0), int(told["t"]), str(told["title"]), frozen)


def run_chain_from(
    beginning: Beginning | None,
    model: Model,
    settings: ChainSettings,
    device: torch.device | str = "cpu",
    run: RunChain = run_chain,
) -> Iterator[ReverseStep]:
    """``run_chain``, or another ``run``, from where it is to begin; None: from noise. Where there
    are weights, the chain is walked on their device.

    Raises:
        UserError: as ``run_chain``.
    """
    device = model.device or device
    if beginning is None:
        return run(model, settings, device)
    x = beginning.noised(model.schedule, settings)
    return run(model, settings, device, x=x, begin=beginning.t)


def freeze(x: Tensor, sample: int, t: int) -> Beginning:
    """Where the branches of one of the samples x (N, ...) of a chain at ``t`` begin."""
    return Beginning(x[sample].cpu().clone(), t, f"sample {sample + 1}", frozen=True)


def branch_settings(
    model: Model, settings: ChainSettings, sample: int, count: int, seed: int
) -> ChainSettings:
    """Those of ``count`` branches of a sample: its class, and other noise."""
    labels = settings.labels_for(model)
    label = None if labels is None else int(labels[sample])
    return settings.changed(count=count, seed=seed, label=label)


def with_noise(settings: ChainSettings) -> ChainSettings:
    """The same chain by DDIM with eta = 1, which adds the noise of ancestral sampling: what
    branches of a sampler that adds none need in order to part.
    """
    return settings.changed(sampler="ddim", eta=1.0)


def same_beginning(one: Beginning | None, other: Beginning | None) -> bool:
    """Whether chains of one model and seed that begin so are the same."""
    if one is None or other is None or one is other:
        return one is other
    alike = (one.t, one.title, one.frozen) == (other.t, other.title, other.frozen)
    return alike and torch.equal(one.x0, other.x0)


def begin_of(beginning: Beginning | None) -> int | None:
    """The time at which a chain begins; None: T."""
    return None if beginning is None else beginning.t
