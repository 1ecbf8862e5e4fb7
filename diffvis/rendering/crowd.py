"""Dots by the hundred thousand: so many that they are counted pixel by pixel, not drawn one by one.

What a picture takes then hardly grows with their number. A dot is at the middle of its pixel, which
nobody sees in a crowd, and where several cover a pixel chance decides whose colour shows, the same
in every picture.
"""

from itertools import groupby

import numpy as np

from diffvis.rendering.discs import LAYER_PARTS, mix, stamps, strength
from diffvis.rendering.pixels import Pixels, pack
from diffvis.rendering.style import Colour

LEAST = 20_000  # dots: fewer are always drawn one by one
PIXELS_EACH = 12  # of the picture, for each dot; where there are more, counting is slower
MOST = 2**16 - 1
BAND = 192  # rows of a picture that are painted at once: what that takes stays in the cache
HASH = np.uint32(0x9E3779B1)  # 2^32 over the golden ratio: neighbours come far apart
RANK = np.uint32(0xFF000000)  # where a packed colour has nothing


def is_crowd(count: int, frame: Pixels) -> bool:
    """Whether so many dots are painted into the frame by counting."""
    return count > LEAST and PIXELS_EACH * count > frame.shape[0] * frame.shape[1]


def splat_crowd(
    frame: Pixels, points: np.ndarray, colours: Pixels | Colour, radius: float, opacity: float
) -> None:
    """As ``scatter.splat``, for a crowd."""
    height, width = frame.shape[:2]
    covers, offsets = stamps(round(8 * radius))
    reach = int(offsets.max())
    columns = width + 2 * reach  # with what falls over the edges
    column, row = np.floor(np.ascontiguousarray(points.T)) + np.float32(reach)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < height + 2 * reach)
    order = np.flatnonzero(inside)  # points that are not finite are outside, too
    if height > BAND:
        # Numbers of 16 bits are sorted by counting, without comparisons.
        order = order[np.argsort(row[order].astype(np.uint16), kind="stable")]
    rows = row[order].astype(np.int32)
    place = rows * np.int32(columns) + column[order].astype(np.int32)
    plain = isinstance(colours, tuple)
    tones = None if plain else _ranked(colours)[order]
    weights = np.rint(covers.mean(1) * LAYER_PARTS).astype(int)
    for first in range(0, height, BAND):
        band = frame[first : first + BAND]
        within = len(band) + 2 * reach
        low, high = 0, len(rows)
        if height > BAND:
            low, high = np.searchsorted(rows, (first, first + within))
        if low == high:
            continue
        here = place[low:high] - np.int32(first * columns)
        layers = _layers(here, (within, columns), weights, offsets, reach)
        if tones is None:
            shown = [np.uint16(tone) for tone in colours]
        else:
            shown = _shown(here, (within, columns), tones[low:high], reach)
        mix(band, shown, np.take(strength(opacity), layers, mode="clip"))


def _layers(
    here: np.ndarray, size: tuple[int, int], weights: np.ndarray, offsets: np.ndarray, reach: int
) -> np.ndarray:
    """Parts of layers of dots over each pixel of a picture of the ``size`` without its edges, whose
    dots are at the flat places ``here``: their number, spread as one dot covers its neighbours.
    """
    counts = np.bincount(here, minlength=size[0] * size[1])
    most = MOST // int(weights.sum())  # what is added up below fits
    count = np.minimum(counts, most).astype(np.uint16).reshape(size)
    height, width = size[0] - 2 * reach, size[1] - 2 * reach
    total = np.zeros((height, width), np.uint16)
    alike = sorted(zip(weights.tolist(), offsets.tolist(), strict=True))
    for weight, those in groupby(alike, lambda each: each[0]):  # a product for each, not for all
        some = np.zeros_like(total)
        for _, (down, right) in those:
            low, left = reach - down, reach - right
            some += count[low : low + height, left : left + width]
        some *= np.uint16(weight)
        total += some
    return total


def _shown(
    here: np.ndarray, size: tuple[int, int], tones: np.ndarray, reach: int
) -> list[np.ndarray]:
    """Red, green and blue of such a picture: of the dots in a pixel that of the highest rank, where
    there are none of those about it.
    """
    flat = np.zeros(size[0] * size[1], np.uint32)
    np.maximum.at(flat, here, tones)
    owner = flat.reshape(size)
    near = _highest(_highest(owner, reach).T, reach).T
    inside = owner[reach:-reach, reach:-reach]
    shown = np.where(inside, inside, near)
    four = shown.view(np.uint8).reshape(*shown.shape, 4)
    return [four[..., channel] for channel in range(3)]


def _ranked(colours: Pixels) -> np.ndarray:
    """Packed colours, before which stands by how much each goes before others."""
    rank = np.arange(len(colours), dtype=np.uint32) * HASH
    return pack(colours) | (rank & RANK)


def _highest(values: np.ndarray, reach: int) -> np.ndarray:
    """The highest of the 2 reach + 1 rows about each row but the first and last ``reach``."""
    wanted, have = 2 * reach + 1, 1
    while have < wanted:
        step = min(have, wanted - have)
        values = np.maximum(values[:-step], values[step:])
        have += step
    return values
