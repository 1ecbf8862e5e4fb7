"""The ways that a few points take from x_0 to x_T."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.geometry import Rect
from diffvis.rendering.origin import Origin, forward_moments
from diffvis.rendering.pixels import Pixels
from diffvis.rendering.scatter import splat, to_pixels
from diffvis.rendering.scene.recorder import inside
from diffvis.rendering.strokes import stroke_each
from diffvis.rendering.style import Colour, Style

DRAWN = 12  # at once: more are a tangle
CORNERS = 300  # of a path: more cannot be told apart


@dataclass(frozen=True, eq=False)
class Paths:
    """Where some points are on their way from x_0 to x_T."""

    index: np.ndarray
    """Their numbers, (k,)."""
    times: np.ndarray
    """Ascending t (m,), which need not hold every one."""
    places: np.ndarray
    """(m, k, 2)."""
    colours: Sequence[Colour]


def draw_paths(
    frame: Pixels, rect: Rect, paths: Paths, t: int, x_t: np.ndarray, extent: float, style: Style
) -> None:
    """Faint all the way to x_T, strong as far as points x_t (N, 2) are now."""
    size = rect.width, rect.height
    thick = 1.5 * max(1.0, style.text_scale)
    now = to_pixels(x_t[paths.index], size, extent)
    done = int(np.searchsorted(paths.times, t))
    before, after = [], []
    for i in range(len(paths.index)):
        line = to_pixels(paths.places[:, i], size, extent)
        before.append(np.concatenate([line[:done], now[i : i + 1]]))
        after.append(np.concatenate([now[i : i + 1], line[done:]]))
    stroke_each(frame, rect, after, paths.colours, 0.7 * thick, 0.4)
    stroke_each(frame, rect, before, paths.colours, thick)
    for i, colour in enumerate(paths.colours):
        for radius, tone in ((3.0 * thick, style.panel), (2.2 * thick, colour)):
            splat(inside(frame, rect), now[i : i + 1], tone, radius, 1.0)


def some_points(count: int, selected: int | None = None) -> list[int]:
    """The numbers of a few of ``count`` points, spread over them, the selected one among them."""
    spread = np.linspace(0, count - 1, min(count, DRAWN)).round().astype(int).tolist()
    index = list(dict.fromkeys(spread))
    if selected is None:
        return index
    return [*[i for i in index if i != selected][: DRAWN - 1], selected]


def corner_times(T: int) -> np.ndarray:
    """The ascending t (m,) of 0..T at which a path has its corners."""
    return np.unique(np.linspace(0, T, min(T + 1, CORNERS)).round().astype(int))


def path_colours(index: Sequence[int], colours: Pixels | None, style: Style) -> list[Colour]:
    """Those of the points with these numbers, or where points have none, one for each."""
    if colours is None:
        return [style.accents[place % len(style.accents)] for place in range(len(index))]
    return [tuple(int(part) for part in colours[i]) for i in index]


def forward_paths(
    schedule: NoiseSchedule,
    origin: Origin,
    index: Sequence[int],
    colours: Sequence[Colour],
    walk_seed: int | None = None,
) -> Paths:
    """The ways by the closed form with the origin's eps; or with a ``walk_seed`` those of the true
    chain that this seed makes.
    """
    times, chosen = corner_times(schedule.T), torch.as_tensor(list(index))
    if walk_seed is None:  # the others need not be noised
        origin = replace(origin, x0=origin.x0[chosen], eps=origin.eps[chosen])
        chosen = torch.arange(len(chosen))
    moments = forward_moments(schedule, origin, times.tolist(), walk_seed)
    places = [made[1][chosen] for made in moments if made is not None]
    return Paths(np.asarray(index), times, torch.stack(places).numpy(), colours)
