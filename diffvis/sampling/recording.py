"""A reverse chain as it was walked, kept within a limit of memory so that it can be scrubbed."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import torch
from torch import Tensor

from diffvis.diffusion import ReverseStep, clip_x0, convert
from diffvis.errors import UserError
from diffvis.models.model import Model
from diffvis.sampling.beginning import Beginning, begin_of, run_chain_from, same_beginning
from diffvis.sampling.chain import RunChain, run_chain
from diffvis.sampling.free import FreeSampler
from diffvis.sampling.mixing import is_still, mean_of
from diffvis.sampling.settings import ChainSettings
from diffvis.sampling.timeline import Timeline

LIMIT_BYTES = 1024 * 2**20
LEAST_KEPT = 2  # steps that must fit
LONG = 50  # steps that make up for the time that recording the network takes


@dataclass(frozen=True, eq=False)
class KeptStep:
    """What of a step cannot be computed again without asking the network; tensors on the CPU."""

    t: int
    s: int
    x_t: Tensor
    x_s: Tensor
    x0_hat_raw: Tensor
    std: float | Tensor
    calls: int
    mean: Tensor | None = None
    """Where it does not follow from the others."""


class Recording:
    """The steps of one chain. The worker appends, the window reads; nothing is ever changed.

    A chain with other settings is another Recording, so that two runs can never mix. Each step
    keeps x_s and x0_hat before clipping; the rest follows from these by the sampler's own
    formula. Where even that does not fit into ``limit`` bytes, every k-th step is kept: the chain
    itself is the same.

    A chain that does not start from noise has a ``beginning``. One that another ``run`` walks keeps
    the mean of each step as well, since its formula is not the sampler's.

    Raises:
        UserError: the settings do not fit the model, or not even two steps fit.
    """

    def __init__(
        self,
        model: Model,
        settings: ChainSettings,
        device: str = "cpu",
        *,
        limit: int = LIMIT_BYTES,
        beginning: Beginning | None = None,
        run: RunChain = run_chain,
        hurried: bool = False,
    ) -> None:
        """Args:
        hurried: the network may be asked in another way that is faster here and rounds otherwise.
        """
        self._visited = settings.times(model.schedule, begin_of(beginning))
        self.model = model
        self.settings = settings
        self.beginning = beginning
        self.limit = limit
        self.steps: list[KeptStep] = []
        self.walked = 0
        """How many steps have been walked so far."""
        self.calls = 0
        """How often the network has been asked in them."""
        self.length = len(self._visited) - 1
        """How many steps the chain has."""
        self.sampler = settings.sampler_for(model)
        self._clip = settings.clip_for(model)
        self._usual = run is run_chain
        self._keeps_mean = not self._usual or (self.sampler.adds_noise and not self._mean_follows())
        self._tensors = 2 + self.sampler.has_own_std + self._keeps_mean
        self.stride = self._stride_that_fits()
        """Every so many steps one is kept."""
        last = self.length - 1
        kept = [t for k, t in enumerate(self._visited[:-1]) if k % self.stride == 0 or k == last]
        self.times = (0, *kept[::-1])
        """Those that are kept, ascending from 0."""
        self._rebuilt: dict[tuple[int, int | None], ReverseStep] = {}
        self._shelves: dict[str, Tensor] = {}
        if self.length >= LONG and self._usual:
            model = model.hurried if hurried else model.traced
        self._asked = model.denoiser
        self._chain: Iterator[ReverseStep] | None = run_chain_from(
            beginning, model, settings, device, run
        )

    def _mean_follows(self) -> bool:
        """Whether the mean of each step takes of no more than is kept of it."""
        if isinstance(self.sampler, FreeSampler):
            return False
        schedule, times = self.model.schedule, self._visited
        weights = (
            self.sampler.mean(schedule, t, s, before)
            for t, s, before in zip(times, times[1:], [None, *times], strict=False)
        )
        return not any(mean.is_second_order for mean in weights)

    def _stride_that_fits(self) -> int:
        moment = self._moment_bytes
        if moment * (1 + self._tensors * self.length) <= self.limit:
            return 1
        kept = self.limit // (moment * (1 + self._tensors))
        if kept < min(LEAST_KEPT, self.length):
            raise UserError(
                f"recording {self.settings.count:,} samples takes {_size(moment)} a moment",
                f"the memory limit leaves {_size(self.limit)}; take fewer samples or "
                "raise the limit in the preferences",
            )
        return -(-(self.length - 1) // max(1, kept - 1))

    @property
    def _moment_bytes(self) -> int:
        return 4 * self.settings.count * prod(self.model.shape)

    @property
    def bytes_at_most(self) -> int:
        """Memory of the chain when it is complete."""
        kept = len(self.times) - 1
        shared = self.stride == 1  # the x_t of a step is the x_s of the one before
        tensors = 1 + self._tensors * kept if shared else (1 + self._tensors) * kept
        return self._moment_bytes * tensors

    @property
    def bytes(self) -> int:
        """Memory of what has been recorded so far."""
        return self.bytes_at_most * len(self.steps) // (len(self.times) - 1)

    @property
    def complete(self) -> bool:
        return self.walked == self.length

    @property
    def start(self) -> int:
        """The time at which the chain begins."""
        return self.times[-1]

    @property
    def frontier(self) -> int:
        """The smallest time that can be shown so far."""
        if not self.steps:
            return self.start
        return self.steps[-1].s if self.stride == 1 or self.complete else self.steps[-1].t

    @property
    def timeline(self) -> Timeline:
        return Timeline(
            self.times, descending=True, frontier=None if self.complete else self.frontier
        )

    def advance(self) -> None:
        """Walk one step and record it. For the worker alone."""
        if self._chain is not None:
            self.append(next(self._chain))

    def append(self, step: ReverseStep) -> None:
        """Record the next step, if it is one of those that are kept."""
        number = self.walked
        if number % self.stride == 0 or number == self.length - 1:
            follows = self.steps and self.steps[-1].s == step.t
            x_t = self.steps[-1].x_s if follows else self._keep("x_t", step.x_t)
            std = self._keep("std", step.std) if isinstance(step.std, Tensor) else step.std
            x_s, raw = self._keep("x_s", step.x_s), self._keep("x0_hat_raw", step.x0_hat_raw)
            mean = self._keep("mean", step.mean) if self._keeps_mean else None
            self.steps.append(KeptStep(step.t, step.s, x_t, x_s, raw, std, step.calls, mean))
        self.walked = number + 1
        self.calls += step.calls
        if self.complete:
            self._chain = None

    def holds(
        self, model: Model, settings: ChainSettings, beginning: Beginning | None = None
    ) -> bool:
        """Whether it is this chain to the bit, walked as usual and to its end, with every step."""
        to_the_bit = getattr(self._asked, "exact", True)
        return self.complete and to_the_bit and self.walks(model, settings, beginning)

    def walks(
        self, model: Model, settings: ChainSettings, beginning: Beginning | None = None
    ) -> bool:
        """Whether it will hold this chain when it is complete."""
        same = self._usual and self.model is model and self.settings == settings
        return same and self.stride == 1 and same_beginning(self.beginning, beginning)

    def replay(self) -> Iterator[ReverseStep]:
        """The steps again, the first one first, without asking the network; in any thread."""
        for kept in self.steps:
            yield self._rebuild(kept)

    @property
    def is_exact(self) -> bool:
        """Whether all of a rebuilt step is what was walked to the last bit. Noise that was added is
        found again by a subtraction, and eps_hat that was not clipped by a conversion; both round.
        """
        return not self.sampler.adds_noise and self._clip is not None

    def shown_time(self, t: int) -> int:
        """The time whose samples are shown at ``t``: itself, or the kept one above it."""
        if not self.steps:
            return self.start
        above = self.times[min(bisect_left(self.times, t), len(self.times) - 1)]
        return max(above, self.frontier)

    def left_time(self, t: int) -> int | None:
        """Where ``step_from(t)`` begins."""
        return self.steps[min(self._index(t), len(self.steps) - 1)].t if self.steps else None

    def step_from(self, t: int, sample: int | None = None) -> ReverseStep | None:
        """The step that leaves time ``t`` (or the kept time above it); None before there is one.

        Where none leaves, at t = 0 or at the frontier, it is the step that arrived there. With a
        number, the step of this ``sample`` alone, (1, ...).
        """
        if not self.steps:
            return None
        index = min(self._index(t), len(self.steps) - 1)
        key = index, sample
        if key not in self._rebuilt:
            while len(self._rebuilt) >= 4:
                del self._rebuilt[next(iter(self._rebuilt))]
            self._rebuilt[key] = self._rebuild(_only(self.steps[index], sample))
        return self._rebuilt[key]

    def time_before(self, t: int) -> int | None:
        """Where the step before the one from ``t`` began; None for the first."""
        place = self._visited.index(t)
        return self._visited[place - 1] if place else None

    def x_at(self, t: int) -> Tensor | None:
        """The samples at time ``t``, or at the kept time above it; None before there are any."""
        if not self.steps:
            return None
        index = self._index(t)
        if index < len(self.steps):
            return self.steps[index].x_t
        last = self.steps[-1]
        return last.x_s if self.stride == 1 or self.complete else last.x_t

    def x0_hat_at(self, t: int) -> Tensor | None:
        """Where the model thinks that the samples go, seen from ``t``; at the end, the samples."""
        if not self.steps:
            return None
        index = self._index(t)
        if index == len(self.times) - 1 and self.complete:
            return self.steps[-1].x_s
        return self.clipped(self.steps[min(index, len(self.steps) - 1)].x0_hat_raw)

    def clipped(self, x0_hat_raw: Tensor) -> Tensor:
        """x0_hat (N, ...) as the chain used it."""
        return x0_hat_raw if self._clip is None else clip_x0(x0_hat_raw, self._clip)

    def _keep(self, name: str, x: Tensor) -> Tensor:
        """A copy of x (N, ...) on the next free place of a shelf that has room for the whole chain.

        One large block instead of a thousand small ones takes no more memory than it says.
        """
        place = 0 if name == "x_t" and self.stride == 1 else len(self.steps)
        if name not in self._shelves:
            rows = 1 if name == "x_t" and self.stride == 1 else len(self.times) - 1
            self._shelves[name] = torch.empty((rows, *x.shape), dtype=torch.float32)
        return self._shelves[name][place].copy_(x)

    def _index(self, t: int) -> int:
        """Of the kept step that leaves the smallest kept time that is at least ``t``."""
        return len(self.times) - 1 - min(bisect_left(self.times, t), len(self.times) - 1)

    def _rebuild(self, kept: KeptStep) -> ReverseStep:
        """The whole step again, by the formulas that walked it."""
        schedule = self.model.schedule
        t, s, x_t, raw = kept.t, kept.s, kept.x_t, kept.x0_hat_raw
        x0_hat = self.clipped(raw)
        eps_hat = convert(schedule, x_t, t, x0_hat, "x0", "eps")
        if is_still(kept.std):
            mean, noise = kept.x_s, torch.zeros_like(x_t)
        else:
            if kept.mean is None:
                mean = mean_of(self.sampler.mean(schedule, t, s), x_t, x0_hat, eps_hat)
            else:
                mean = kept.mean
            noise = (kept.x_s - mean) / kept.std
        return ReverseStep(
            t, s, x_t, kept.x_s, x0_hat, raw, eps_hat, mean, kept.std, noise, calls=kept.calls
        )


def _size(count: int) -> str:
    """So many bytes in words: ``480 KB``, ``12 MB``."""
    return f"{count / 2**20:,.0f} MB" if count >= 2**20 else f"{count / 2**10:,.0f} KB"


def _only(step: KeptStep, sample: int | None) -> KeptStep:
    """The step of one sample, or of all."""
    if sample is None:
        return step
    parts: dict[str, Any] = {
        name: value[sample : sample + 1]
        for name, value in vars(step).items()
        if isinstance(value, Tensor)
    }
    return replace(step, **parts)
