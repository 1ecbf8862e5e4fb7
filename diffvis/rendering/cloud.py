"""x_t alone, large: points with their marginals, density, paths and kernel; or images."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.density import density_picture, highest_density, marginal
from diffvis.rendering.equation import type_size
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot, above, draw_footer
from diffvis.rendering.geometry import Rect
from diffvis.rendering.kernel import draw_kernel, kernel, kernel_words
from diffvis.rendering.once import drawn_once
from diffvis.rendering.paths import Paths, draw_paths
from diffvis.rendering.phrases import Phrase, noising_phrases, phrases_width, write_phrases
from diffvis.rendering.pixels import Pixels, blank, paste, to_numpy
from diffvis.rendering.read import Drawn
from diffvis.rendering.recent import scatter_again
from diffvis.rendering.scatter import ring, to_pixels
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import again, inside, part
from diffvis.rendering.style import Style
from diffvis.rendering.terms import TermKind, draw_term, kind_of
from diffvis.rendering.text import line_height
from diffvis.rendering.velocity import Velocity, draw_velocity

WORDS_WIDE = 21  # em that the words need beside the points
LINES = 6  # of words
FORMULA = 1.5  # em: the size of a formula that stands in three lines beside its picture
FORMULA_WIDE = 7  # of its own em
DEEP, DEEP_STAGED = 0.15, 0.08  # of the side of a square, that a marginal takes of it


@dataclass(frozen=True)
class CloudLayout:
    """Where things stand: the points, the marginals above and beside them, and the words."""

    box: Rect
    above: Rect
    beside: Rect
    words: Rect | None


@lru_cache(maxsize=32)
def cloud_layout(size: tuple[int, int], style: Style) -> CloudLayout:
    """Words stand beside the points where there is room, else below them, else nowhere."""
    em, staged = type_size(size, style), bool(style.least)
    margin, gap = round((0.2 if staged else 0.7) * em), round((0.3 if staged else 0.45) * em)
    width, height = size[0] - 2 * margin, size[1] - 2 * margin
    wide = round(FORMULA * FORMULA_WIDE * em) if staged else WORDS_WIDE * em
    tall = round(0.4 * em) + LINES * line_height(round(1.15 * em))
    beside = min(height, width - wide - 2 * em)
    below = min(width, height - tall - em)
    alone = min(width, height)
    if beside >= max(below, 0.6 * alone):
        side, room = beside, "beside"
    elif below >= 0.6 * alone:
        side, room = below, "below"
    else:
        side, room = alone, ""
    deep = max(12, round((DEEP_STAGED if staged else DEEP) * side))
    square = max(16, side - deep - gap)
    whole = square + gap + deep
    left = margin + max(0, (width - whole - (wide + 2 * em if room == "beside" else 0)) // 2)
    top = margin + max(0, (height - whole - (tall + em if room == "below" else 0)) // 2)
    box = Rect(left, top + deep + gap, square, square)
    words = None
    if room == "beside":
        words = Rect(left + whole + 2 * em, box.y, wide, square)
    elif room == "below":
        words = Rect(left, box.bottom + em, max(1, width - left + margin), tall)
    return CloudLayout(
        box,
        Rect(box.x, top, square, deep),
        Rect(box.right + gap, box.y, deep, square),
        words,
    )


def draw_cloud(
    schedule: NoiseSchedule,
    t: int,
    x0: Tensor,
    x_t: Tensor,
    size: tuple[int, int],
    style: Style,
    *,
    colours: Pixels | None = None,
    extent: float,
    density: bool = False,
    selected: int | None = None,
    paths: Paths | None = None,
    clickable: bool = False,
    foot: Foot | None = None,
    eps: Tensor | None = None,
) -> Pixels:
    """Points x_t (N, 2) over [-extent, extent]², or as far as the path reaches at t, uint8 (height,
    width, 3).

    ``selected`` is the number of the point whose kernel q(x_t | x_0) is drawn, or with the ``eps``
    (N, 2) of all of them its velocity; where it is ``clickable``, the words say that a click
    selects one.
    """
    extent *= reach(schedule, t)
    em = type_size(size, style)
    room = above(size, em, foot is not None)
    layout = cloud_layout(room, style)
    frame = again(_empty(size, style))
    box, square = layout.box, (layout.box.width, layout.box.height)
    values, start = to_numpy(x_t), to_numpy(x0)
    note(Drawn(box, x_t, None, extent, "x_t", selected=selected))
    if density:
        paste(frame, density_picture(values, square, extent, style), box.x, box.y)
    else:
        paste(frame, scatter_again(x_t, colours, square, extent, style), box.x, box.y)
    highest = _highest(x0, extent)
    marginal(frame, layout.above, values[:, 0], extent, highest, style, upright=True)
    marginal(frame, layout.beside, values[:, 1], extent, highest, style, upright=False)
    if paths is not None:
        draw_paths(frame, box, paths, t, values, extent, style)
    formula = noising_phrases(schedule, t)
    lines: list[Sequence[Phrase]] = in_lines(formula) if style.least else [formula]
    if selected is not None and eps is not None:
        moves = Velocity(schedule, t, start[selected], to_numpy(eps)[selected])
        ring(inside(frame, box), to_pixels(values[selected : selected + 1], square, extent), style)
        draw_velocity(frame, box, moves, extent, style)
        lines += moves.words
    elif selected is not None:
        mean, std = kernel(schedule, start[selected], t)
        draw_kernel(frame, box, start[selected], mean, std, extent, style)
        ring(inside(frame, box), to_pixels(values[selected : selected + 1], square, extent), style)
        lines += kernel_words(schedule, start[selected], t)
    elif not style.least:
        lines += _about(values.shape, colours is not None and not density, clickable)
    if layout.words is not None:
        _write_lines(frame, layout.words, lines, type_size(room, style), style)
    if foot is not None:
        draw_footer(frame, foot, em, style)
    return frame


def draw_large(
    schedule: NoiseSchedule,
    t: int,
    x_t: Tensor,
    size: tuple[int, int],
    style: Style,
    foot: Foot | None = None,
) -> Pixels:
    """Images x_t (N, C, H, W) as large as there is room for, over their formula."""
    frame = again(_empty(size, style))
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    room = above(size, type_size(size, style), foot is not None)
    rect, words = large_layout(kind_of(x_t), room, style)
    with part(frame, "x_t"):
        draw_term(frame, rect, x_t, style, reach=reach(schedule, t))
    em = round(1.35 * type_size(room, style))
    formula = noising_phrases(schedule, t)
    if words is not None:
        _write_lines(frame, words, in_lines(formula), type_size(room, style), style)
        return frame
    left = (size[0] - phrases_width(formula, em)) // 2
    write_phrases(frame, formula, left, rect.bottom + round(1.1 * em), em, style)
    return frame


@lru_cache(maxsize=32)
def large_layout(kind: TermKind, size: tuple[int, int], style: Style) -> tuple[Rect, Rect | None]:
    """Where ``draw_large`` puts its pictures; and their formula, if it stands beside them: on a
    stage, where they are larger so.
    """
    em = round(1.35 * type_size(size, style))
    margin = round(0.5 * em)
    body = Rect(margin, margin, size[0] - 2 * margin, max(1, size[1] - margin - 2 * em))
    below = body.centred(*kind.fit(max(1, body.width), body.height))
    if not style.least:
        return below, None
    wide, apart = round(FORMULA * FORMULA_WIDE * type_size(size, style)), 2 * em
    room = Rect(0, margin, max(1, size[0] - wide - apart), max(1, size[1] - 2 * margin))
    side = room.centred(*kind.fit(room.width, room.height))
    if side.height <= below.height:
        return below, None
    left = (size[0] - side.width - apart - wide) // 2
    beside = Rect(left, side.y, side.width, side.height)
    return beside, Rect(beside.right + apart, beside.y, wide, beside.height)


def in_lines(formula: Sequence[Phrase]) -> list[Sequence[Phrase]]:
    """A sum in three lines: its left side, and each of its terms."""
    return [formula[:1], formula[1:4], formula[4:]]


@drawn_once
def _empty(size: tuple[int, int], style: Style) -> Pixels:
    """A frame to copy, which is faster than to paint one."""
    frame = blank(size, style.panel)
    frame.setflags(write=False)
    return frame


@lru_cache(maxsize=1)  # of the samples on show; tensors are told apart by which they are
def _highest(x0: Tensor, extent: float) -> float:
    return highest_density(to_numpy(x0), extent)


def _about(shape: tuple[int, ...], coloured: bool, clickable: bool) -> list[tuple[Phrase, ...]]:
    words = f"{shape[0]:,} points"
    if coloured:
        words += " in the colour of their origin"
    lines = [words, "dashed: N(0, 1), where all of them end"]
    if shape[1] == 3:
        lines.insert(1, "x and y are drawn: seen along z")
    if clickable:
        lines.append("click a point: its kernel q(x_{t} | x_{0})")
    return [((line, "muted", False),) for line in lines]


def _write_lines(
    frame: Pixels, rect: Rect, lines: Sequence[Sequence[Phrase]], em: int, style: Style
) -> None:
    """Lines below each other, the first larger; all smaller where the widest would not fit."""
    large = 3 if style.least else 1
    sizes = [round(1.45 * em)] * large + [round(1.1 * em)] * (len(lines) - large)
    widest = max(phrases_width(line, size) for line, size in zip(lines, sizes, strict=True))
    if widest > rect.width:
        sizes = [style.legible(int(size * rect.width / widest), 7) for size in sizes]
    tall = sum(line_height(size) for size in sizes)
    y = rect.y + max(0, (rect.height - tall) // 2)
    for line, size in zip(lines, sizes, strict=True):
        write_phrases(frame, line, rect.x, y + line_height(size) // 2, size, style)
        y += line_height(size)
