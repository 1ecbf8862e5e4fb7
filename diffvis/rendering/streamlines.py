"""Lines along a vector field, evenly apart: all are walked at once, then cut where they meet."""

from functools import lru_cache

import numpy as np
from PIL import Image

SEEDS = 20  # places along each axis from which a line may start, and cells that hold one line
STEP = 0.4  # of a cell, between two corners of a line
REACH = 0.8  # of the square's side, as far as a line goes each way
SHORTEST = 3  # cells that a line passes through at least
FINE = 256  # places along each axis at which the direction is known


def streamlines(vectors: np.ndarray, extent: float) -> list[np.ndarray]:
    """Lines (n, 2), each in the direction of the field, over [-extent, extent]².

    ``vectors`` is (side, side, 2) at the middles of even cells: the first axis is x, the second y.
    As in Jobard and Lefer (1997), a line ends where another already is, which spaces them evenly;
    those that come from far outside are laid first.
    """
    places, start = _walked(vectors, extent)
    cells = np.floor((places + extent) * (SEEDS / (2 * extent))).astype(np.intp)
    number = cells[..., 0] * SEEDS + cells[..., 1]
    number[~_together(places, extent, start)] = -1
    taken = np.zeros(SEEDS * SEEDS + 1, bool)
    taken[-1] = True  # what is no part of a line
    found = []
    for line in _from_outside():
        passed = number[:, line]
        blocked = taken[passed]
        if blocked[start]:
            continue
        after, before = np.flatnonzero(blocked[start:]), np.flatnonzero(blocked[:start])
        end = start + after[0] if len(after) else len(passed)
        begin = before[-1] + 1 if len(before) else 0
        own = passed[begin:end]
        if np.count_nonzero(own[1:] != own[:-1]) + 1 < SHORTEST:
            continue
        taken[own] = True
        found.append(places[begin:end, line])
    return found


def _walked(vectors: np.ndarray, extent: float) -> tuple[np.ndarray, int]:
    """From every seed back and on, (corners, seeds, 2), and which corner is the seed.

    Steps are of one length and of second order: they take the direction of their middle.
    """
    cell = 2 * extent / SEEDS
    line = (np.arange(SEEDS) + 0.5) * cell - extent
    seeds = np.stack(np.meshgrid(line, line, indexing="ij"), -1).reshape(-1, 2)
    known = _directions(vectors)
    steps = round(REACH * SEEDS / STEP)
    here = np.concatenate([seeds, seeds]).astype(np.float32)
    step = np.repeat(np.array([-STEP * cell, STEP * cell], np.float32), len(seeds))[:, None]
    scale = np.float32(FINE / (2 * extent))
    corners = np.empty((steps + 1, *here.shape), np.float32)
    corners[0] = here

    def towards(places: np.ndarray) -> np.ndarray:
        at = ((places + np.float32(extent)) * scale).astype(np.intp)
        np.clip(at, 0, FINE - 1, out=at)
        return np.take(known, at[:, 0] * FINE + at[:, 1], axis=0) * step

    for k in range(1, steps + 1):
        here = here + towards(here + towards(here) / 2)
        corners[k] = here
    back, on = corners[:, : len(seeds)], corners[:, len(seeds) :]
    return np.concatenate([back[:0:-1], on]), steps


def _directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1 at the places of a finer grid, (FINE * FINE, 2); 0 where there is none.

    First those of the grid are made as long as each other: next to a mode they are many times as
    long as far from it, and would decide alone.
    """
    found = []
    for part in np.moveaxis(_unit(vectors), 2, 0):
        image = Image.fromarray(part.astype(np.float32))
        found.append(np.asarray(image.resize((FINE, FINE), Image.Resampling.BICUBIC)))
    return _unit(np.stack(found, -1)).reshape(-1, 2)


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.hypot(vectors[..., 0], vectors[..., 1])[..., None]
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)


def _together(places: np.ndarray, extent: float, start: int) -> np.ndarray:
    """Which corners (n, lines) are of one line with its seed: from outside, and from where the
    direction turns back, which is a mode, nothing goes on.
    """
    inside = (np.abs(places) < extent).all(2)
    way = np.diff(places, axis=0)
    straight = (way[1:] * way[:-1]).sum(2) > 0
    goes_on = inside.copy()
    goes_on[1:-1] &= straight
    goes_on[start] = inside[start]
    goes_on[start:] = np.logical_and.accumulate(goes_on[start:])
    goes_on[start::-1] = np.logical_and.accumulate(goes_on[start::-1])
    return goes_on


@lru_cache(maxsize=1)
def _from_outside() -> tuple[int, ...]:
    """The numbers of the seeds, the outermost first, on each ring every third before the rest."""
    number = np.arange(SEEDS * SEEDS)
    x, y = np.divmod(number, SEEDS)
    ring = np.minimum.reduce([x, y, SEEDS - 1 - x, SEEDS - 1 - y])
    return tuple(np.lexsort((number, (x + y) % 3, ring)).tolist())
