"""Points on a line as a map over (t, x): their density as heat, and ways over it.

After figure 2 of Song et al. 2021, "Score-based generative modeling through SDEs".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from diffvis.diffusion import NoiseSchedule
from diffvis.rendering.density import ramp
from diffvis.rendering.equation import type_size
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot, above, draw_footer
from diffvis.rendering.geometry import Rect
from diffvis.rendering.heat import Heat, Law, factors_at
from diffvis.rendering.heat_ways import Ways
from diffvis.rendering.once import drawn_once
from diffvis.rendering.phrases import Phrase, phrases_width, write_phrases
from diffvis.rendering.pixels import Pixels, blank, fill, outline, paste
from diffvis.rendering.read import Axes
from diffvis.rendering.scatter import splat, tick_step
from diffvis.rendering.scene.marks import AXES
from diffvis.rendering.scene.noted import note
from diffvis.rendering.scene.recorder import again, inside, part, shading
from diffvis.rendering.strokes import dashes, stroke
from diffvis.rendering.style import Style
from diffvis.rendering.text import line_height, text_width, write

GAMMA = 0.4  # so that the wide density of noise is seen beside spikes
LEAST = 1.6  # density that is drawn as strong as there is: flat data are not all bright
STRONGEST = 0.86  # of the ramp: ways over it must not be lost
BESIDE = 0.13  # of the width, for the density at t
BARS = 96  # of the points' own histogram there
FAINT = 0.28  # of ways that are still to come
TALL = 0.9  # of the room beside, that the highest density takes


@dataclass(frozen=True)
class HeatLayout:
    """Where things stand: the map, the density at t beside it, and the line of words."""

    box: Rect
    beside: Rect
    words: tuple[int, int]
    """Where the line begins, and its middle row."""


@lru_cache(maxsize=32)
def heat_layout(size: tuple[int, int], style: Style) -> HeatLayout:
    """Ticks stand to the left and below, words above."""
    em = type_size(size, style)
    margin = round(0.7 * em)
    left = margin + text_width("−10", em) + round(0.6 * em)
    top = margin + round(1.4 * line_height(em))
    below = line_height(em) + margin
    deep = round(BESIDE * size[0])
    width = max(16, size[0] - left - deep - round(0.6 * em) - margin)
    box = Rect(left, top, width, max(16, size[1] - top - below))
    beside = Rect(box.right + round(0.6 * em), top, max(8, deep), box.height)
    return HeatLayout(box, beside, (left, margin + line_height(em) // 2))


@dataclass(frozen=True, eq=False)
class HeatScene:
    """All of a map that does not depend on the t that is looked at."""

    heat: Heat
    ways: tuple[Ways, ...]
    schedule: NoiseSchedule
    law: Law | None = None
    """Of the data, where it is drawn."""
    falling: bool = False
    """Whether ways come from T rather than from 0."""


def draw_heatmap(
    scene: HeatScene,
    t: int,
    x_t: np.ndarray,
    size: tuple[int, int],
    style: Style,
    *,
    selected: int | None = None,
    title: str = "",
    foot: Foot | None = None,
) -> Pixels:
    """Heat with ways and a cursor at t, uint8 (height, width, 3).

    Beside it are the histogram of x_t (N,) and, where it is known, the density of the data. Ways
    are strong as far as they have come, and faint from there. The point ``selected`` of x_t stands
    out.
    """
    heat, ways, schedule = scene.heat, scene.ways, scene.schedule
    em = type_size(size, style)
    room = above(size, em, foot is not None)
    layout = heat_layout(room, style)
    box, square = layout.box, (layout.box.width, layout.box.height)
    frame = _axes(size, room, heat.extent, schedule.T, bool((schedule.power > 1.01).any()), style)
    frame = again(frame)
    note(Axes(box, schedule.T, heat.extent, "x_t"))
    been, coming = _maps(heat, ways, square, schedule.T, style)
    column = round(t / schedule.T * (box.width - 1))
    left, right = (coming, been) if scene.falling else (been, coming)
    paste(frame, shading(left[:, :column]), box.x, box.y)
    paste(frame, shading(right[:, column:]), box.x + column, box.y)
    thick = max(1, round(style.text_scale))
    fill(frame, Rect(box.x + column, box.y, thick, box.height), style.text)
    within = inside(frame, box)
    for way in ways:
        places = _rows(way.at(t), heat.extent, box.height)
        dots = np.stack([np.full(len(places), float(column)), places], 1)
        for grown, tone in ((1.2, style.panel), (0.0, _tone(way, style))):
            splat(within, dots, tone, (2.4 + grown) * max(1.0, style.text_scale), 1.0)
    now = np.asarray(x_t, float) / reach(schedule, t)
    if selected is not None:
        at = _rows(now[selected : selected + 1], heat.extent, box.height)
        spot = np.array([[float(column), at[0]]])
        for grown, tone in ((3.0, style.panel), (1.6, style.text), (0.0, style.noise)):
            splat(within, spot, tone, 4.5 * max(1.0, style.text_scale) + grown, 1.0)
    outline(frame, box, style.border)
    _draw_beside(frame, layout.beside, now, t, scene, style)
    _write_words(frame, layout, heat, ways, title, room, style)
    if foot is not None:
        draw_footer(frame, foot, em, style)
    return frame


@drawn_once
def _maps(
    heat: Heat, ways: tuple[Ways, ...], size: tuple[int, int], T: int, style: Style
) -> tuple[Pixels, Pixels]:
    """The whole map as it is where the ways have been, and where they have not; a moment is made of
    the two.
    """
    made = []
    picture = _heat_picture(heat, size, T, style)
    thick = max(1.0, style.text_scale)
    for opacity in (1.0, FAINT):
        frame = picture.copy()
        for way in ways:
            columns = way.times / T * (size[0] - 1)
            lines = [
                np.stack([columns, _rows(line, heat.extent, size[1])], 1) for line in way.places.T
            ]
            strength = (0.8 if way.noisy else 0.95) * opacity
            stroke(frame, Rect(0, 0, *size), lines, _tone(way, style), 1.3 * thick, strength)
        made.append(frame)
    return made[0], made[1]


def _heat_picture(heat: Heat, size: tuple[int, int], T: int, style: Style) -> Pixels:
    part = (heat.values / max(LEAST, float(heat.values.max()))) ** GAMMA
    image = Image.fromarray(part.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    shades = np.clip(np.asarray(image) * (255 * STRONGEST), 0, 255).astype(np.uint8)
    picture = np.take(ramp(style), shades, axis=0)
    picture[:, : round(heat.since / T * (size[0] - 1))] = style.panel
    return picture


def _tone(way: Ways, style: Style) -> tuple[int, int, int]:
    return style.noise if way.noisy else style.text


def _rows(places: np.ndarray, extent: float, height: int) -> np.ndarray:
    return (1 - places / extent) * (height / 2)


def _draw_beside(
    frame: Pixels, rect: Rect, now: np.ndarray, t: int, scene: HeatScene, style: Style
) -> None:
    """What x_t has come to at t: bars of the points, the law as a line, and N(0, 1) dashed."""
    extent, law, schedule = scene.heat.extent, scene.law, scene.schedule
    edges = np.linspace(-extent, extent, BARS + 1)
    bars = np.histogram(now, edges)[0] / (max(1, len(now)) * (edges[1] - edges[0]))
    grid = np.linspace(-extent, extent, 401)
    known = np.zeros(0)
    if law is not None:
        signal, noise = factors_at(schedule, np.array([float(t)]))
        scale = reach(schedule, t)
        least = np.array([extent / BARS]) * scale
        known = law.density(grid[:, None] * scale, signal, noise, least)[:, 0] * scale
    normal = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    most = max(float(part.max(initial=0)) for part in (bars, known, normal)) / TALL
    between = (rect.y + np.rint(_rows(edges, extent, rect.height)).astype(int)).tolist()
    lengths = np.rint(bars / most * rect.width).astype(int).tolist()
    for long, bottom, top in zip(lengths, between, between[1:], strict=False):
        if long:
            fill(frame, Rect(rect.x, top, long, bottom - top), style.signal)
    thick = 1.4 * max(1.0, style.text_scale)
    rows = _rows(grid, extent, rect.height)
    dashed = dashes(np.stack([normal / most * rect.width, rows], 1), 6, 4)
    stroke(frame, rect, dashed, style.noise, thick)
    if len(known):
        stroke(frame, rect, [np.stack([known / most * rect.width, rows], 1)], style.text, thick)
    fill(frame, Rect(rect.x, rect.y, 1, rect.height), style.muted)


@drawn_once
def _axes(
    size: tuple[int, int], room: tuple[int, int], extent: float, T: int, scaled: bool, style: Style
) -> Pixels:
    """The frame without anything in its box: ticks at round numbers."""
    frame = blank(size, style.panel)
    layout, em = heat_layout(room, style), type_size(room, style)
    box, tick = layout.box, max(3, round(0.3 * em))
    small = style.legible(0.9 * em)
    step = tick_step(extent)
    with part(frame, AXES):
        for k in range(-int(extent / step), int(extent / step) + 1):
            row = box.y + round(float(_rows(np.array(k * step), extent, box.height)))
            fill(frame, Rect(box.x - tick, row, tick, 1), style.muted)
            if box.y + small // 2 < row < box.bottom - small // 2:
                said = f"{k * step:g}".replace("-", "−")
                write(frame, said, box.x - tick - 3, row, small, style.muted, align="right")
        for t in _round_times(T):
            column = box.x + round(t / T * (box.width - 1))
            fill(frame, Rect(column, box.bottom, 1, tick), style.muted)
            below = box.bottom + tick + line_height(small) // 2
            write(frame, str(t), column, below, small, style.muted, align="centre")
        symbol = "x_{t} / \\sqrt{s^{2}_{t}+σ^{2}_{t}}" if scaled else "x_{t}"
        below = box.bottom + tick + line_height(small) // 2
        write(frame, symbol, layout.beside.right, below, small, style.muted, align="right")
    frame.setflags(write=False)
    return frame


def _round_times(T: int) -> list[int]:
    """0, some round ones, and T, none so near to it that they touch."""
    step = max(1, int(tick_step(T / 2)))
    return [t for t in range(0, T, step) if T - t > step / 2] + [T]


def _write_words(
    frame: Pixels, layout: HeatLayout, heat: Heat, ways: Sequence[Ways], title: str,
    room: tuple[int, int], style: Style,
) -> None:  # fmt: skip
    """What is what, in its colour, above the map; smaller where it would not fit."""
    words: list[Phrase] = []
    if title:
        words += [(title, "text", True), ("   ", "muted", False)]
    words += [("shade: " + heat.words, "signal", False)]
    for way in ways:
        words += [(" · ", "muted", False)]
        words += [(f"lines: {way.words}", "noise" if way.noisy else "text", False)]
    em = type_size(room, style)
    wide = layout.beside.right - layout.words[0]
    if phrases_width(words, em) > wide:
        em = style.legible(int(em * wide / phrases_width(words, em)), 7)
    write_phrases(frame, words, *layout.words, em, style)
