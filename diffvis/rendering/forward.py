"""The forward process as pictures: x_t = √ᾱ_t x_0 + √(1−ᾱ_t) ε, and its film strip. On another
path the factors are other ones.
"""

from collections.abc import Sequence
from functools import lru_cache

from torch import Tensor

from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.beside import lay_out_beside
from diffvis.rendering.equation import (
    Coefficient,
    Operator,
    Row,
    Term,
    lay_out,
    sizes_of,
    type_size,
)
from diffvis.rendering.factors import PRESERVING, Written, reach, written
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Layout, Part, Rect
from diffvis.rendering.once import drawn_once
from diffvis.rendering.pixels import NOISE_RANGE, Pixels, blank, outline
from diffvis.rendering.scene.recorder import again, part
from diffvis.rendering.style import TYPE, Style
from diffvis.rendering.terms import TermKind, draw_term, kind_of, moment_name
from diffvis.rendering.text import line_height, text_width, write

X_T = Term("x_t", "x_{t}", "what the network sees")
X_0 = Term("x_0", "x_{0}", "the data")
EPS = Term("eps", "ε", "the noise, held fixed")
WALKED_EPS = Term("eps", "ε", "all noise so far")
"""Of the true chain, which draws noise at every step."""

WORTH = 0.8
"""Of what the pictures of a row cover: as much is enough where x_t is larger."""
LEADS, ENOUGH = 1.3, 440
"""On a stage: how much larger x_t is than its terms, where these still are of so many pixels."""


def draw_forward(
    schedule: NoiseSchedule,
    t: int,
    x0: Tensor,
    eps: Tensor,
    x_t: Tensor,
    size: tuple[int, int],
    style: Style,
    colours: Pixels | None = None,
    extent: float | None = None,
    caption: str | None = None,
    selected: int | None = None,
    walked: bool = False,
    roomy: bool = False,
) -> Pixels:
    """One moment of the noising of x0 (N, 2) or (N, C, H, W), uint8 (height, width, 3).

    ``size`` is (width, height). Points are drawn over [-extent, extent] in ``colours`` (N, 3).
    With a ``caption`` (markup, may be empty) the frame ends in a line with t. ``selected`` is the
    number of a sample that stands out in each picture. ``walked``: x_t comes from the true chain,
    and eps is what its steps have added up to. ``roomy``: where pictures are larger so, x_t stands
    beside its two terms, which stand over each other.
    """
    kind, factors = kind_of(x0), written(schedule)
    row = arrange(kind, size, style, caption is not None, walked, roomy, factors)
    frame = again(_background(kind, size, style, caption is not None, walked, roomy, factors))
    for name, x, limit, far in (
        ("x_t", x_t, None, reach(schedule, t)),
        ("x_0", x0, None, 1.0),
        ("eps", eps, NOISE_RANGE, 1.0),
    ):
        with part(frame, name):
            draw_term(
                frame, row.rect(name), x, style,
                limit=limit, colours=colours, extent=extent, selected=selected, reach=far,
            )  # fmt: skip
    signal, noise = float(schedule.signal[t]), float(schedule.noise[t])
    said = f"{noise:.3f}" if noise < 10 else f"{noise:.4g}"
    row.write_numbers(frame, {"signal": f"{signal:.3f}", "noise": said}, style)
    if caption is not None:
        draw_footer(frame, Foot(t, schedule.T, caption), type_size(size, style), style)
    return frame


@lru_cache(maxsize=32)
def arrange(
    kind: TermKind,
    size: tuple[int, int],
    style: Style,
    footed: bool,
    walked: bool = False,
    roomy: bool = False,
    factors: Written = PRESERVING,
) -> Row:
    em, sizes = type_size(size, style), sizes_of(style)
    box = split(size, em, footed, sizes.around)[0]
    signal = Operator("="), Coefficient("signal", factors.signal, "signal"), X_0
    eps = WALKED_EPS if walked else EPS
    noise = Operator("+"), Coefficient("noise", factors.noise, "noise"), eps
    items = X_T, *signal, *noise
    row = lay_out(items, box, em, kind.fit, sizes=sizes)
    if style.least:
        lead = lay_out(items, box, em, kind.fit, sizes=sizes, leads=LEADS)
        return lead if lead.rect("x_0").width >= ENOUGH else row
    if not roomy:
        return row
    beside = lay_out_beside(X_T, (signal, noise), box, em, kind.fit)
    if beside is None or beside.area < WORTH * row.area:
        return row
    return max(row, beside, key=lambda made: made.rect("x_t").height)


@drawn_once
def _background(
    kind: TermKind,
    size: tuple[int, int],
    style: Style,
    footed: bool,
    walked: bool = False,
    roomy: bool = False,
    factors: Written = PRESERVING,
) -> Pixels:
    """All that does not depend on t or on the samples."""
    frame = blank(size, style.panel)
    row = arrange(kind, size, style, footed, walked, roomy, factors)
    row.write_words(frame, style)
    frame.setflags(write=False)
    return frame


def forward_strip(
    times: Sequence[int],
    moments: Sequence[Tensor],
    size: tuple[int, int],
    style: Style,
    current: int | None = None,
    colours: Pixels | None = None,
    extent: float | None = None,
    schedule: NoiseSchedule | None = None,
) -> Pixels:
    """Film strip: ``moments[i]`` are the samples (N, ...) at ``times[i]``; ``current`` stands out.
    On a ``schedule`` whose variance explodes each is drawn as far as it reaches.

    The pictures share the width evenly, so that picture i takes column i of ``len(times)``.
    """
    layout = strip_layout(times, tuple(moments[0].shape), size, style)
    em = _strip_type_size(times, size, style)
    frame = blank(size, style.panel)
    thick = max(2, round(0.16 * em))
    for t, x, place in zip(times, moments, layout, strict=True):
        far = 1.0 if schedule is None else reach(schedule, t)
        with part(frame, place.name):
            draw_term(frame, place.rect, x, style, colours=colours, extent=extent, reach=far)
        here = t == current
        if here:
            outline(frame, place.rect, style.signal, thick)
        below = place.rect.bottom + thick + round(0.62 * em)
        tone = style.signal if here else style.muted
        centre = place.rect.centre[0]
        write(frame, f"t = {t}", centre, below, em, tone, bold=here, align="centre")
    return frame


def strip_layout(
    times: Sequence[int], shape: tuple[int, ...], size: tuple[int, int], style: Style
) -> Layout:
    """Where ``forward_strip`` puts the pictures of samples (N, ...); they are named ``t=100``."""
    kind = TermKind(shape[0], tuple(shape[1:]))
    width, height = size
    em = _strip_type_size(times, size, style)
    pitch = width / len(times)
    margin = max(3, round(0.3 * em))
    room = max(1, int(pitch) - 2 * margin), max(1, height - line_height(em) - 2 * margin)
    wide, high = kind.fit(*room)
    top = margin + max(0, (room[1] - high) // 2)
    parts = []
    for i, t in enumerate(times):
        rect = Rect(round((i + 0.5) * pitch - wide / 2), top, wide, high)
        parts.append(Part(moment_name(t), rect, kind.grid(wide, high)))
    return Layout(size, tuple(parts))


def _strip_type_size(times: Sequence[int], size: tuple[int, int], style: Style) -> int:
    """One em of the strip: as the style wants it, but each label fits below its picture."""
    em = style.legible(min(round(TYPE * style.text_scale), size[1] // 5))
    pitch = size[0] / len(times)
    widest = text_width(f"t = {max(times)}", em, bold=True)
    return em if widest < 0.95 * pitch else style.legible(int(em * 0.95 * pitch / widest), 7)
