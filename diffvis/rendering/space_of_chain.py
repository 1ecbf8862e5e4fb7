"""A chain in space: points of three dimensions as they lie, flat ones with t as the first axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.chain_cloud import MOST_PATHS
from diffvis.rendering.factors import reach
from diffvis.rendering.pixels import Pixels, to_numpy
from diffvis.rendering.space import Way, in_time
from diffvis.rendering.style import Style


@dataclass(frozen=True, eq=False)
class ChainSpace:
    """What ``draw_space`` draws of a chain."""

    points: np.ndarray
    """(N, 3), now."""
    ways: tuple[Way, ...]
    """Of the first points, so far."""
    names: tuple[str, str, str]
    extent: float


def chain_space(
    moments: Sequence[tuple[int, Tensor]],
    schedule: NoiseSchedule,
    extent: float,
    colours: Pixels | None,
    style: Style,
) -> ChainSpace:
    """Of a chain at the last of its ``moments``, (t, x_t) each; t falls. Where the variance
    explodes, places are divided by how far x_t reaches.
    """
    times = np.array([t for t, _ in moments])
    far = np.array([reach(schedule, t) for t in times.tolist()])
    now = to_numpy(moments[-1][1]) / far[-1]
    kept = np.stack([to_numpy(x[:MOST_PATHS]) for _, x in moments]) / far[:, None, None]
    names = ("x", "y", "z")
    if now.shape[1] == 2:
        T = schedule.T
        now = in_time(now, np.full(len(now), times[-1]), T, extent)
        kept = in_time(kept, np.broadcast_to(times[:, None], kept.shape[:2]), T, extent)
        names = ("t = 0", "y", "x")
    ways = [
        Way(kept[:, k], style.noise if colours is None else tuple(int(c) for c in colours[k]))
        for k in range(kept.shape[1])
    ]
    return ChainSpace(now, tuple(ways), names, extent)
