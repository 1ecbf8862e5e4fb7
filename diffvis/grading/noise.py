"""Noise that is known: what a student's code draws, and in which order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor

SEED = 11


@dataclass
class Drawn:
    """Everything that was drawn since ``forget``."""

    normal: list[Tensor] = field(default_factory=list)
    uniform: list[Tensor] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    """The bounds (low, high) of whole numbers, high not among them."""

    def forget(self) -> None:
        self.normal.clear()
        self.uniform.clear()
        self.times.clear()


@contextmanager
def known_noise() -> Iterator[Drawn]:
    """Within it, what torch and NumPy draw is written down, and always the same.

    Whole numbers are spread evenly over their range, so that the first t and the last are among
    them. The caller's own generators go on as if nothing had been drawn.
    """
    drawn = Drawn()
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    torch.manual_seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002 - it is what students draw from

    def watched(real: Callable[..., Any], kept: list[Tensor]) -> Callable[..., Any]:
        def draw(*args: Any, **kwargs: Any) -> Any:
            made = real(*args, **kwargs)
            kept.append(torch.as_tensor(made).detach().clone().double())
            return made

        return draw

    def whole(real: Callable[..., Any]) -> Callable[..., Any]:
        def draw(*args: Any, **kwargs: Any) -> Any:
            bounds = [each for each in args if isinstance(each, int)]
            low = kwargs.get("low", bounds[0] if len(bounds) > 1 else 0)
            high = kwargs.get("high", bounds[-1] if bounds else 0)
            drawn.times.append((int(low), int(high)))
            return _spread(real(*args, **kwargs), int(low), int(high))

        return draw

    normal = [
        (torch, "randn"), (torch, "randn_like"), (torch, "normal"), (np.random, "randn"),
        (np.random, "normal"), (np.random, "standard_normal"), (Tensor, "normal_"),
    ]  # fmt: skip
    uniform = [
        (torch, "rand"), (torch, "rand_like"), (np.random, "rand"), (np.random, "uniform"),
        (np.random, "random"), (Tensor, "uniform_"),
    ]  # fmt: skip
    patches = [
        mock.patch.object(home, name, watched(getattr(home, name), kept))
        for places, kept in ((normal, drawn.normal), (uniform, drawn.uniform))
        for home, name in places
    ]
    patches += [
        mock.patch.object(home, "randint", whole(home.randint)) for home in (torch, np.random)
    ]
    try:
        for patch in patches:
            patch.start()
        yield drawn
    finally:
        for patch in patches:
            patch.stop()
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)  # noqa: NPY002


def _spread(made: Any, low: int, high: int) -> Any:
    """Whole numbers of the shape and kind of ``made``, (n,), from low to high - 1."""
    if np.ndim(made) != 1 or len(made) < 2:
        return made
    share = np.round(np.linspace(low, high - 1, len(made))).astype(np.int64)
    return made.new_tensor(share) if isinstance(made, Tensor) else share
