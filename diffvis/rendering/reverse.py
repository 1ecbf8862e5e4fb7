"""The reverse process as pictures: what one step predicts, adds and arrives at; and all samples."""

from functools import lru_cache

import numpy as np
from torch import Tensor

from diffvis.diffusion.reverse import ReverseStep
from diffvis.rendering.equation import Operator, Row, Term, lay_out, type_size
from diffvis.rendering.footer import draw_footer, split
from diffvis.rendering.geometry import Layout, Part, Rect
from diffvis.rendering.pixels import NOISE_RANGE, Pixels, blank
from diffvis.rendering.style import Style
from diffvis.rendering.terms import Kind, draw_term, kind_of
from diffvis.rendering.text import line_height, text_width, write

PREDICTION = (
    Term("x_t", "", "now"),
    Operator("→"),
    Term("x0_hat", r"\hat{x}_{0}", "where it thinks it goes"),
    Operator(""),
    Term("eps_hat", r"\hat{ε}", "the noise it sees"),
)
MOVE = (
    Term("mean", "μ", "mean of the step"),
    Operator("+"),
    Term("noise", "", "fresh noise"),
    Operator("="),
    Term("x_s", "", "next"),
)


def draw_reverse(
    step: ReverseStep,
    size: tuple[int, int],
    style: Style,
    selected: int = 0,
    *,
    T: int | None = None,
    colours: Pixels | None = None,
    extent: float | None = None,
    caption: str | None = None,
) -> Pixels:
    """One step of the chain: x_t → x0_hat, eps_hat; then mean + sigma z = x_s.

    Of images the sample ``selected`` is shown, of points all, with that one marked. With a
    ``caption`` (markup, may be empty) the frame ends in a line with t of ``T``.
    """
    kind = _kind_of_step(step)
    footed = caption is not None
    rows, footer, em = _arrange(kind, size, style, footed)
    frame = _background(kind, size, style, footed).copy()
    noise, sigma = _added_noise(step)
    pictures = {
        "x_t": (step.x_t, 1.0),
        "x0_hat": (step.x0_hat, 1.0),
        "eps_hat": (step.eps_hat, NOISE_RANGE),
        "mean": (step.mean, 1.0),
        "noise": (noise, 1.0),
        "x_s": (step.x_s, 1.0),
    }
    for row in rows:
        for name, rect in row.pictures:
            x, limit = pictures[name]
            if kind.is_points:
                draw_term(frame, rect, x, style, colours=colours, extent=extent, selected=selected)
            else:
                draw_term(frame, rect, x[selected : selected + 1], style, limit=limit)
    symbols = {"x_t": f"x_{{{step.t}}}", "x_s": f"x_{{{step.s}}}", "noise": f"σz   σ = {sigma:.3f}"}
    for row in rows:
        row.write_symbols(frame, symbols, style)
    if footer is not None:
        draw_footer(frame, footer, step.t, T or step.t, caption or "", em, style)
    return frame


def reverse_layout(
    step_shape: tuple[int, ...], size: tuple[int, int], style: Style, footed: bool = False
) -> Layout:
    """Where ``draw_reverse`` puts its six pictures of samples of shape (N, ...)."""
    kind = Kind(1 if len(step_shape) == 4 else step_shape[0], tuple(step_shape[1:]))
    rows, _, _ = _arrange(kind, size, style, footed)
    return Layout(size, tuple(Part(name, rect) for row in rows for name, rect in row.pictures))


def _kind_of_step(step: ReverseStep) -> Kind:
    kind = kind_of(step.x_t)
    return kind if kind.is_points else Kind(1, kind.shape)


def _added_noise(step: ReverseStep) -> tuple[Tensor, float]:
    """sigma z, and sigma (its mean where each value has its own)."""
    if isinstance(step.std, Tensor):
        return step.std * step.noise, float(step.std.mean())
    return step.std * step.noise, float(step.std)


@lru_cache(maxsize=32)
def _arrange(
    kind: Kind, size: tuple[int, int], style: Style, footed: bool
) -> tuple[tuple[Row, Row], Rect | None, int]:
    em = type_size(size, style)
    body, footer = split(size, em, footed)
    half = body.height // 2
    upper = Rect(body.x, body.y, body.width, half)
    lower = Rect(body.x, body.y + half, body.width, body.height - half)
    rows = lay_out(PREDICTION, upper, em, kind.fit), lay_out(MOVE, lower, em, kind.fit)
    return rows, footer, em


@lru_cache(maxsize=8)
def _background(kind: Kind, size: tuple[int, int], style: Style, footed: bool) -> Pixels:
    frame = blank(size, style.panel)
    rows, _, _ = _arrange(kind, size, style, footed)
    for row in rows:
        row.write_words(frame, style)
    frame.setflags(write=False)
    return frame


def draw_samples(
    x: Tensor | np.ndarray,
    size: tuple[int, int],
    style: Style,
    *,
    label: str | None = None,
    selected: int | None = None,
    colours: Pixels | None = None,
    extent: float | None = None,
) -> Pixels:
    """Samples x (N, 2) or (N, C, H, W): a grid of images or a point cloud.

    ``label`` (markup) stands below; ``selected`` is the number of a sample that stands out.
    """
    kind = kind_of(x)
    frame = blank(size, style.panel)
    (part,) = samples_layout(kind.count, kind.shape, size, style, labelled=label is not None)
    draw_term(frame, part.rect, x, style, colours=colours, extent=extent, selected=selected)
    if label is not None:
        em = _label_size(label, size, style)
        y = part.rect.bottom + round(0.95 * em)
        write(frame, label, part.rect.centre[0], y, em, style.muted, align="centre")
    return frame


def samples_layout(
    count: int, shape: tuple[int, ...], size: tuple[int, int], style: Style, labelled: bool = False
) -> Layout:
    """Where ``draw_samples`` puts ``x``: ``sample_at`` of it finds the sample that was clicked."""
    kind = Kind(count, tuple(shape))
    em = type_size(size, style)
    margin = max(2, round(0.6 * em))
    below = line_height(em) + round(0.3 * em) if labelled else 0
    room = max(1, size[0] - 2 * margin), max(1, size[1] - 2 * margin - below)
    wide, high = kind.fit(*room)
    box = Rect(margin, margin, *room).centred(wide, high)
    return Layout(size, (Part("x", box, kind.grid(wide, high)),))


def _label_size(label: str, size: tuple[int, int], style: Style) -> int:
    em = type_size(size, style)
    width = text_width(label, em)
    return em if width <= size[0] - em else max(8, em * (size[0] - em) // width)
