"""One step of the reverse process as pictures: what it predicts, adds and arrives at."""

from functools import lru_cache

from torch import Tensor

from diffvis.diffusion.reverse import ReverseStep
from diffvis.rendering.equation import Operator, Row, Term, lay_out, type_size
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Layout, Part, Rect
from diffvis.rendering.pixels import NOISE_RANGE, Pixels, blank
from diffvis.rendering.samples import draw_samples, sample_at, samples_layout
from diffvis.rendering.style import Style
from diffvis.rendering.terms import Kind, draw_term, kind_of
from diffvis.rendering.text import write

__all__ = ["draw_reverse", "draw_samples", "reverse_layout", "sample_at", "samples_layout"]

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
    step: ReverseStep | None,
    size: tuple[int, int],
    style: Style,
    selected: int = 0,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    foot: Foot | None = None,
) -> Pixels:
    """One step of the chain: x_t → x0_hat, eps_hat; then mean + sigma z = x_s.

    Of images the sample ``selected`` is shown, of points all, with that one marked. Without a step
    there are only words about what will be here.
    """
    if step is None:
        return _nothing_yet(size, style)
    kind = _kind_of_step(step)
    footed = foot is not None
    rows = _arrange(kind, size, style, footed)
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
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


def reverse_layout(
    step_shape: tuple[int, ...], size: tuple[int, int], style: Style, footed: bool = False
) -> Layout:
    """Where ``draw_reverse`` puts its six pictures of samples of shape (N, ...)."""
    kind = Kind(1 if len(step_shape) == 4 else step_shape[0], tuple(step_shape[1:]))
    rows = _arrange(kind, size, style, footed)
    return Layout(size, tuple(Part(name, rect) for row in rows for name, rect in row.pictures))


def _nothing_yet(size: tuple[int, int], style: Style) -> Pixels:
    frame = blank(size, style.panel)
    em = type_size(size, style)
    words = "Run the chain to see its steps"
    write(frame, words, size[0] // 2, size[1] // 2, em, style.muted, align="centre")
    return frame


def _kind_of_step(step: ReverseStep) -> Kind:
    kind = kind_of(step.x_t)
    return kind if kind.is_points else Kind(1, kind.shape)


def _added_noise(step: ReverseStep) -> tuple[Tensor, float]:
    """sigma z, and sigma (its mean where each value has its own)."""
    if isinstance(step.std, Tensor):
        return step.std * step.noise, float(step.std.mean())
    return step.std * step.noise, float(step.std)


@lru_cache(maxsize=32)
def _arrange(kind: Kind, size: tuple[int, int], style: Style, footed: bool) -> tuple[Row, Row]:
    em = type_size(size, style)
    body, _ = split(size, em, footed)
    half = body.height // 2
    upper = Rect(body.x, body.y, body.width, half)
    lower = Rect(body.x, body.y + half, body.width, body.height - half)
    return lay_out(PREDICTION, upper, em, kind.fit), lay_out(MOVE, lower, em, kind.fit)


@lru_cache(maxsize=8)
def _background(kind: Kind, size: tuple[int, int], style: Style, footed: bool) -> Pixels:
    frame = blank(size, style.panel)
    rows = _arrange(kind, size, style, footed)
    for row in rows:
        row.write_words(frame, style)
    frame.setflags(write=False)
    return frame
