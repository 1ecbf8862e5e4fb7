"""Palettes of at most 256 colours, and the fast way from a frame's colours to their indices."""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from diffvis.rendering.pixels import Pixels
from diffvis.rendering.style import Colour, Style

LIMIT = 256
_CHUNK = 8192  # colours compared with the palette at once
_FEW = 60_000  # pixels of new colours that are compared one by one
_GREYS = 128  # beside words


class Palette:
    """``colours`` uint8 (n <= 256, 3); each pixel of a frame gets the index of a near one.

    A colour is compared with the palette once and remembered, so that a frame costs one look-up
    for each pixel. Greys, and the colours of frames with few new ones, get the very nearest; where
    there are many, as in noise, that of a colour at most 4 away in each channel.
    """

    def __init__(self, colours: np.ndarray | Sequence[Colour]) -> None:
        found = np.asarray(colours, np.uint8).reshape(-1, 3)
        if not 1 <= len(found) <= LIMIT:
            raise ValueError(f"a palette has 1..{LIMIT} colours, not {len(found)}")
        self.colours = found
        self._is_grey_ramp = np.array_equal(found, grey_ramp(LIMIT))
        # index + 1 of every colour seen so far, by red + 256 green + 65536 blue. The pages of this
        # table take memory only once they are written.
        self._known = np.zeros(1 << 24, np.uint16)
        self._cells: np.ndarray | None = None  # the same for 32 x 32 x 32 colours
        for certain in (grey_ramp(LIMIT), found):
            self._known[_keys(certain[None])[0]] = self.nearest(certain) + 1

    def indices(self, frame: Pixels) -> Pixels:
        """The index of each pixel (h, w) of a frame (h, w, 3), or grey (h, w)."""
        if frame.ndim == 2:
            if self._is_grey_ramp:
                return frame
            frame = np.repeat(frame[..., None], 3, axis=2)
        keys = _keys(frame)
        found = self._known[keys]
        new = found == 0
        if new.any():
            unknown = keys[new]
            if len(unknown) <= _FEW:
                unknown = np.unique(unknown)
                self._known[unknown] = self.nearest(_rgb(unknown)) + 1
            else:
                self._known[unknown] = self._near(unknown) + 1
            found = self._known[keys]
        return (found - 1).astype(np.uint8)

    def nearest(self, colours: Pixels) -> np.ndarray:
        """The indices (n,) of the colours nearest to ``colours`` (n, 3)."""
        own = self.colours.astype(np.float32)
        length = (own**2).sum(1)
        parts = [
            (length - 2 * colours[i : i + _CHUNK].astype(np.float32) @ own.T).argmin(1)
            for i in range(0, len(colours), _CHUNK)
        ]
        return np.concatenate(parts)

    def distance(self, frame: Pixels) -> float:
        """How far the colours of a frame (h, w, 3) or (h, w) are from those that stand for them:
        the root of the mean square over a grid of pixels.
        """
        frame = frame[::3, ::3]
        shown = self.colours[self.indices(frame)].astype(np.float32)
        return float(((shown - frame.reshape(*frame.shape[:2], -1)) ** 2).sum(2).mean() ** 0.5)

    def _near(self, keys: np.ndarray) -> np.ndarray:
        if self._cells is None:
            middles = np.arange(4, 256, 8, dtype=np.uint8)
            cells = np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), -1)
            self._cells = self.nearest(cells[..., ::-1].reshape(-1, 3))  # red changes fastest
        cell = keys >> 3 & 0x1F | (keys >> 11 & 0x1F) << 5 | (keys >> 19 & 0x1F) << 10
        return self._cells[cell]


def _keys(frame: Pixels) -> np.ndarray:
    """red + 256 green + 65536 blue of each pixel, int32 (h, w)."""
    four = np.zeros((*frame.shape[:2], 4), np.uint8)
    four[..., :3] = frame
    return four.view("<i4")[..., 0]


def _rgb(keys: np.ndarray) -> Pixels:
    """The colours (n, 3) of keys (n,)."""
    return np.stack([keys & 255, keys >> 8 & 255, keys >> 16], 1).astype(np.uint8)


def grey_ramp(count: int) -> Pixels:
    """``count`` greys from black to white, uint8 (count, 3)."""
    return np.repeat(np.rint(np.linspace(0, 255, count)).astype(np.uint8)[:, None], 3, axis=1)


def interface_colours(style: Style, levels: int = 9) -> Pixels:
    """What words and lines look like on the style's panel, with their soft edges."""
    steps = np.linspace(0, 1, levels, dtype=np.float32)[1:, None]
    panel = np.asarray(style.panel, np.float32)
    ramps = [
        panel + (np.asarray(tone, np.float32) - panel) * steps
        for tone in (style.text, style.muted, style.signal, style.noise)
    ]
    flat = np.array([style.panel, style.border, style.background], np.float32)
    return _distinct(np.rint(np.concatenate([flat, *ramps])).astype(np.uint8))


def grey_palette(style: Style | None = None, levels: int = LIMIT) -> Palette:
    """For grey pictures: all 256 greys; or, with words of a style around them, at most 128.

    A level that is off by one cannot be seen, and noise of 128 levels takes a tenth less space.
    """
    if style is None:
        return Palette(grey_ramp(min(levels, LIMIT)))
    own = interface_colours(style)
    return Palette(np.concatenate([own, grey_ramp(min(levels, _GREYS))]))


def fewer_greys(frame: Pixels, levels: int) -> Pixels:
    """The grey pixels of a frame (h, w), (h, w, 3) or (h, w, 4) in as many ``levels`` at most;
    colours stay as they are.
    """
    if levels >= LIMIT:
        return frame
    place = np.rint(np.arange(LIMIT) * ((levels - 1) / (LIMIT - 1))).astype(np.intp)
    table = grey_ramp(levels)[place, 0]
    if frame.ndim == 2:
        return table[frame]
    red, green, blue = (frame[..., plane] for plane in range(3))
    grey = (red == green) & (green == blue)
    changed = frame.copy()
    np.copyto(changed[..., :3], table[red][..., None], where=grey[..., None])
    return changed


def points_palette(style: Style, colours: Pixels | None) -> Palette:
    """For point clouds whose dots have ``colours`` (N, 3), blended with the panel."""
    own = np.concatenate([interface_colours(style, 7), np.array([style.signal], np.uint8)])
    dots = np.array([style.signal], np.uint8) if colours is None else colours
    room = LIMIT - len(own)
    opacities = np.array([0.2, 0.35, 0.5, 0.62, 0.74, 0.86, 1.0], np.float32)[:, None, None]
    hues = reduce_colours(dots, room // len(opacities)).astype(np.float32)
    panel = np.asarray(style.panel, np.float32)
    blends = panel + (hues - panel) * opacities
    return Palette(_distinct(np.concatenate([own, np.rint(blends.reshape(-1, 3))])))


def picture_palette(style: Style, pictures: Pixels, levels: int = LIMIT) -> Palette:
    """For colour pictures (..., 3), of at most ``levels`` colours, with words of a style; one is
    left for pixels of a film that stay as they are.
    """
    own = interface_colours(style, 7)
    room = min(levels, LIMIT - 1 - len(own))
    return Palette(np.concatenate([own, reduce_colours(pictures, room)]))


def all_pixels(pictures: Sequence[Pixels]) -> Pixels:
    """The pixels (n, 3) of pictures (..., 3)."""
    return np.concatenate([picture.reshape(-1, 3) for picture in pictures])


def seen_palette(style: Style, frames: Iterable[Pixels], levels: int = LIMIT) -> Palette:
    """The colours that frames (h, w, 3 or 4) are found to have, each counted once."""
    seen = np.unique(np.concatenate([np.unique(_keys(frame[..., :3])) for frame in frames]))
    return picture_palette(style, _rgb(seen), levels)


def reduce_colours(colours: Pixels, count: int) -> Pixels:
    """At most ``count`` colours that stand for all of ``colours`` (..., 3), by median cut, each
    moved to the mean of those that it stands for until none changes: of flowers the error is a
    third smaller.
    """
    flat = np.ascontiguousarray(colours.reshape(-1, 3))
    if len(flat) > 1 << 18:  # as many are enough to know which colours there are
        flat = flat[:: len(flat) >> 18]
    distinct = np.unique(flat, axis=0)
    if len(distinct) <= count:
        return distinct
    image = Image.fromarray(flat[None])
    reduced = image.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    table = reduced.getpalette()
    assert table is not None
    return np.array(table, np.uint8).reshape(-1, 3)[:count]


def _distinct(colours: np.ndarray) -> Pixels:
    """Without repetitions, in the order of first appearance, at most 256."""
    _, first = np.unique(colours.astype(np.uint8), axis=0, return_index=True)
    return colours.astype(np.uint8)[np.sort(first)][:LIMIT]
