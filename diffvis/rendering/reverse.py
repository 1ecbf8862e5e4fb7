"""One step of the reverse process as pictures: what it predicts, adds and arrives at."""

from collections.abc import Sequence
from functools import lru_cache

from torch import Tensor

from diffvis.diffusion.reverse import ReverseStep
from diffvis.diffusion.schedule import NoiseSchedule
from diffvis.rendering.empty import draw_empty
from diffvis.rendering.equation import Operator, Row, Term, lay_out, sizes_of, type_size
from diffvis.rendering.factors import reach
from diffvis.rendering.footer import Foot, draw_footer, split
from diffvis.rendering.geometry import Rect
from diffvis.rendering.once import drawn_once
from diffvis.rendering.phrases import Phrase, phrases_width, write_phrases
from diffvis.rendering.pixels import NOISE_RANGE, Pixels, blank
from diffvis.rendering.scene.recorder import again, part
from diffvis.rendering.style import Style
from diffvis.rendering.terms import TermKind, draw_term, kind_of

LINE = 2.2  # em: the room of the formula between the rows
ROOMY = 26  # em: where there is less height, the pictures need all of it
COLUMNS, LINES = 27, 22  # em that large type must leave side by side, and on top of each other

PREDICTION = (
    Term("x_t", "", "now"),
    Operator("→"),
    Term("x0_hat", r"\hat{x}_{0}", "where it aims"),
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
    formula: Sequence[Phrase] = (),
    schedule: NoiseSchedule | None = None,
) -> Pixels:
    """One step of the chain: x_t → x0_hat, eps_hat; then mean + sigma z = x_s.

    Of images the sample ``selected`` is shown, of points all, with that one marked.
    ``formula`` says between the two how the sampler made the step. On a ``schedule`` whose variance
    explodes x_t and what the step adds up to are drawn as far as they reach. Without a step there
    are only words about what will be here.
    """
    if step is None:
        return draw_empty("Run the chain to see its steps", size, style)
    kind = _kind_of_step(step)
    footed = foot is not None
    rows = arrange(kind, size, style, footed, bool(formula))
    frame = again(_background(kind, size, style, footed, bool(formula)))
    for row in rows:
        for name, rect in row.pictures:
            with part(frame, name):
                _draw_part(frame, rect, step, name, selected, style, colours, extent, schedule)
    sigma = _sigma(step)
    symbols = {"x_t": f"x_{{{step.t}}}", "x_s": f"x_{{{step.s}}}", "noise": f"σz   σ = {sigma:.3f}"}
    for row in rows:
        row.write_symbols(frame, symbols, style)
    line = _formula_line(size, style, footed) if formula else None
    if line is not None:
        em = round(1.15 * _type_size(size, style))
        width = phrases_width(formula, em)
        if width > line.width:
            em = style.legible(em * line.width // width, 7)
        left = line.centre[0] - phrases_width(formula, em) // 2
        write_phrases(frame, formula, left, line.centre[1], em, style)
    if foot is not None:
        draw_footer(frame, foot, type_size(size, style), style)
    return frame


def draw_reverse_part(
    step: ReverseStep,
    name: str,
    size: tuple[int, int],
    style: Style,
    selected: int = 0,
    *,
    colours: Pixels | None = None,
    extent: float | None = None,
    schedule: NoiseSchedule | None = None,
) -> Pixels:
    """One picture of ``draw_reverse`` as large as there is room for, under its own name."""
    term = next(term for term in (*PREDICTION, *MOVE) if getattr(term, "name", "") == name)
    symbols = {
        "x_t": f"x_{{{step.t}}}",
        "x_s": f"x_{{{step.s}}}",
        "noise": f"σz   σ = {_sigma(step):.3f}",
    }
    symbol = symbols.get(name, term.symbol)
    em = round(1.3 * type_size(size, style, COLUMNS))
    body = split(size, em, False)[0]
    alone, fit = (Term(name, symbol, term.caption),), _kind_of_step(step).fit
    (row,) = [lay_out(alone, body, em, fit, sizes=sizes_of(style))]
    frame = blank(size, style.panel)
    row.write_words(frame, style)
    _draw_part(frame, row.rect(name), step, name, selected, style, colours, extent, schedule)
    return frame


def _kind_of_step(step: ReverseStep) -> TermKind:
    kind = kind_of(step.x_t)
    return kind if kind.is_points else TermKind(1, kind.shape)


def _sigma(step: ReverseStep) -> float:
    """The standard deviation (its mean where each value has its own)."""
    return float(step.std.mean() if isinstance(step.std, Tensor) else step.std)


def _draw_part(
    frame: Pixels, rect: Rect, step: ReverseStep, name: str, selected: int, style: Style,
    colours: Pixels | None, extent: float | None, schedule: NoiseSchedule | None,
) -> None:  # fmt: skip
    """``name`` is that of a tensor of the step; ``noise`` is what is added, sigma z."""
    kind, far = _kind_of_step(step), 1.0
    if schedule is not None and name in ("x_t", "mean", "noise", "x_s"):
        far = reach(schedule, step.t if name == "x_t" else step.s)
    x = step.std * step.noise if name == "noise" else getattr(step, name)
    if kind.is_points:
        draw_term(
            frame, rect, x, style, colours=colours, extent=extent, selected=selected, reach=far
        )
    else:
        limits = {"eps_hat": NOISE_RANGE, "noise": style.half_span}
        limit = limits.get(name)
        draw_term(frame, rect, x[selected : selected + 1], style, limit=limit, reach=far)


def _type_size(size: tuple[int, int], style: Style) -> int:
    """One em of the equation: there are only three pictures in a row, so that large type, as for a
    projector, has more room here than elsewhere.
    """
    large = min(type_size(size, style, COLUMNS), round(size[1] / LINES))
    return max(type_size(size, style), large)


def _halves(
    size: tuple[int, int], style: Style, footed: bool, formula: bool
) -> tuple[Rect, Rect, Rect]:
    """The room of the two rows, and that of the formula between them (of no height without)."""
    em = type_size(size, style)
    body, _ = split(size, em, footed, sizes_of(style).around)
    roomy = formula and body.height >= ROOMY * em
    between = round(LINE * _type_size(size, style)) if roomy else 0
    half = (body.height - between) // 2
    upper = Rect(body.x, body.y, body.width, half)
    line = Rect(body.x, upper.bottom, body.width, between)
    lower = Rect(body.x, line.bottom, body.width, body.bottom - line.bottom)
    return upper, line, lower


def _formula_line(size: tuple[int, int], style: Style, footed: bool) -> Rect | None:
    line = _halves(size, style, footed, True)[1]
    return line if line.height else None


@lru_cache(maxsize=32)
def arrange(
    kind: TermKind, size: tuple[int, int], style: Style, footed: bool, formula: bool = False
) -> tuple[Row, Row]:
    em = _type_size(size, style)
    upper, _, lower = _halves(size, style, footed, formula)
    sizes = sizes_of(style)
    first = lay_out(PREDICTION, upper, em, kind.fit, sizes=sizes)
    return first, lay_out(MOVE, lower, em, kind.fit, sizes=sizes)


@drawn_once
def _background(
    kind: TermKind, size: tuple[int, int], style: Style, footed: bool, formula: bool = False
) -> Pixels:
    frame = blank(size, style.panel)
    for row in arrange(kind, size, style, footed, formula):
        row.write_words(frame, style)
    frame.setflags(write=False)
    return frame
